//! As much of a request's head as is told of it. Nothing is copied: what is held here is
//! shared with the request.

use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};

use crate::layer::Peer;
use crate::layer::inspect::veil::names_key;
use crate::layer::request_id::RequestId;
use crate::wire::percent::{self, Plus};

const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// A head.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: Option<RequestId>,
    pub(super) peer: Option<Peer>,
    pub(super) method: Method,
    uri: Uri,
    agent: Option<HeaderValue>,
    authorization: Option<HeaderValue>,
    token: Option<HeaderValue>,
    length: Option<HeaderValue>,
}

/// What a signature says of itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Signed {
    /// `header`, `presigned` or `unsigned`.
    pub form: &'static str,
    /// `AWS4-HMAC-SHA256`.
    pub algorithm: Option<String>,
    /// The id of the key.
    pub key_id: Option<String>,
    /// The region of its scope.
    pub region: Option<String>,
    /// The service of its scope.
    pub service: Option<String>,
}

impl Head {
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        let headers: &HeaderMap = request.headers();
        Self {
            id: request.extensions().get().copied(),
            peer: request.extensions().get().cloned(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            agent: headers.get(USER_AGENT).cloned(),
            authorization: headers.get(AUTHORIZATION).cloned(),
            token: headers.get(TOKEN).cloned(),
            length: headers.get(CONTENT_LENGTH).cloned(),
        }
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }

    pub(super) fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    pub(super) fn agent(&self) -> Option<String> {
        let value = self.agent.as_ref()?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    pub(super) fn authorization(&self) -> Option<&str> {
        text(self.authorization.as_ref())
    }

    pub(super) fn token(&self) -> Option<&str> {
        text(self.token.as_ref())
    }

    /// How long the body is said to be.
    pub(super) fn length(&self) -> Option<u64> {
        text(self.length.as_ref())?.parse().ok()
    }

    /// What its signature says of itself; nothing of it is verified.
    pub(super) fn signed(&self) -> Signed {
        if let Some(authorization) = self.authorization() {
            let (algorithm, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
            let credential = rest.split_once("Credential=").map(|(_, credential)| credential);
            let credential = credential.and_then(|it| it.split([',', ' ']).next());
            return Signed::by("header", Some(algorithm), credential);
        }
        let algorithm = self.parameter("X-Amz-Algorithm");
        let credential = self.parameter("X-Amz-Credential");
        if algorithm.is_none() && credential.is_none() {
            return Signed { form: "unsigned", ..Signed::default() };
        }
        Signed::by("presigned", algorithm.as_deref(), credential.as_deref())
    }

    /// The first value of a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        value_in(self.query().as_bytes(), name)
    }
}

impl Signed {
    fn by(form: &'static str, algorithm: Option<&str>, credential: Option<&str>) -> Self {
        let credential = credential.unwrap_or_default();
        let is_word = |word: &&str| word.starts_with("AWS4-") && word.len() <= 32;
        let known = Some(credential).filter(|credential| names_key(credential));
        let parts: Vec<_> = known.unwrap_or_default().split('/').collect();
        // From the end: a set of regions stands in no scope.
        let part = |nth: usize| {
            let part = parts.len().checked_sub(nth).and_then(|at| parts.get(at))?;
            Some((*part).to_owned()).filter(|part| !part.is_empty() && part.len() <= 64)
        };
        Self {
            form,
            algorithm: algorithm.filter(is_word).map(str::to_owned),
            key_id: parts.first().filter(|id| !id.is_empty()).map(|id| (*id).to_owned()),
            region: if parts.len() == 5 { part(3) } else { None },
            service: if parts.len() >= 4 { part(2) } else { None },
        }
    }
}

/// The first value of a parameter in a query or a form.
pub(super) fn value_in(raw: &[u8], name: &str) -> Option<String> {
    let value = raw.split(|byte| *byte == b'&').find_map(|piece| {
        let rest = piece.strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=")
    })?;
    let plain = percent::decode(value, Plus::Space).ok()?;
    String::from_utf8(plain.into_owned()).ok()
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(request: http::request::Builder) -> Signed {
        Head::of(&request.body(()).unwrap()).signed()
    }

    fn by(form: &'static str) -> Signed {
        let word = |word: &str| Some(word.to_owned());
        Signed {
            form,
            algorithm: word("AWS4-HMAC-SHA256"),
            key_id: word("AKIAANN"),
            region: word("us-east-1"),
            service: word("iam"),
        }
    }

    #[test]
    fn a_signature_says_whose_it_is_wherever_it_stands() {
        let credential = "AKIAANN/20150830/us-east-1/iam/aws4_request";
        let header = format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host");
        assert_eq!(signed(Request::get("/").header("authorization", header)), by("header"));
        let query = credential.replace('/', "%2F");
        let target = format!("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={query}");
        assert_eq!(signed(Request::get(target)), by("presigned"));
        assert_eq!(signed(Request::get("/")).form, "unsigned");
    }

    #[test]
    fn what_is_no_key_id_is_none() {
        let secret =
            "AWS4-HMAC-SHA256 Credential=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/2015/a/b/c";
        let told = signed(Request::get("/").header("authorization", secret));
        assert_eq!((told.key_id, told.region, told.service), (None, None, None));
    }
}
