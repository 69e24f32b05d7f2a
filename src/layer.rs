//! Tower middleware, each piece usable without the rest of the gateway.

pub mod access_log;
#[cfg(feature = "server")]
pub mod answer;
pub mod authenticate;
pub mod body;
pub mod held;
#[cfg(feature = "server")]
pub mod inspect;
pub mod request_id;
pub mod shed;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
#[cfg(feature = "server")]
use http::HeaderMap;
use http::Response;
#[cfg(feature = "server")]
use http::header::ACCEPT;
use http_body_util::Full;

use crate::error::Error;
#[cfg(feature = "server")]
use crate::wire::answer::Format;

/// Who answered, and for whom: whatever answers a request puts it into the
/// response's extensions, for the layers outside to name in the log, in the
/// numbers, and in the namespace of an error.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The XML namespace of the service's answers.
    pub namespace: &'static str,
    /// The service, as signatures name it: `iam`, `sts`.
    pub service: &'static str,
    /// The action, of a known set: whatever callers make up is `unknown`.
    pub action: &'static str,
    /// The caller's ARN, once it is proven.
    pub caller: Option<Arc<str>>,
}

impl Answered {
    /// `response`, with this in its extensions.
    pub fn on<B>(self, mut response: Response<B>) -> Response<B> {
        response.extensions_mut().insert(self);
        response
    }
}

/// Why a request was turned down before it reached its action, in one word of a
/// known set; beside the [`Error`] in the response's extensions, which tells
/// callers less.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refused(pub &'static str);

/// The other end of the connection; in the request's extensions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Peer {
    address: SocketAddr,
    written: Arc<str>,
    is_secure: bool,
}

impl Peer {
    /// The one at `address`, whom others may listen to. The address is written out
    /// here, once for all its requests.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, written: address.to_string().into(), is_secure: false }
    }

    /// The same, where nobody else can listen: on TLS.
    #[must_use]
    pub fn secured(self) -> Self {
        Self { is_secure: true, ..self }
    }

    /// The address as it is written, with its port.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The address alone.
    pub fn ip(&self) -> IpAddr {
        self.address.ip()
    }

    /// Whether nobody else can listen.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }
}

/// The answer of a layer that says no. It has no body yet: the answer layer
/// writes one from the [`Error`] in its extensions, and another may log it.
pub fn refusal(error: Error) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = error.code().status();
    response.extensions_mut().insert(error);
    response
}

/// How a request asks to be answered: in JSON where it says so by name, else in
/// XML.
#[cfg(feature = "server")]
pub fn wanted_format(headers: &HeaderMap) -> Format {
    let accepted = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let is_json = |range: &str| {
        let media = range.split(';').next().unwrap_or_default().trim();
        media.eq_ignore_ascii_case("application/json")
    };
    if accepted.flat_map(|value| value.split(',')).any(is_json) {
        Format::Json
    } else {
        Format::Xml
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn json_is_for_those_who_ask_for_it_by_name() {
        let asked = |accept: &'static str| {
            wanted_format(&HeaderMap::from_iter([(ACCEPT, http::HeaderValue::from_static(accept))]))
        };
        assert_eq!(asked("application/json"), Format::Json);
        assert_eq!(asked("text/xml;q=0.5, Application/JSON; q=1"), Format::Json);
        assert_eq!(asked("*/*"), Format::Xml);
        assert_eq!(asked("application/jsonp"), Format::Xml);
        assert_eq!(wanted_format(&HeaderMap::new()), Format::Xml);
    }
}
