//! Asks a provider for its keys.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONNECTION, HOST, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{CertificateError, Error};
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::trust::{Roots, Thumbprints, client};
use crate::federation::web::discovery::{self, keys_address};
use crate::federation::web::{KeySet, Unreachable};

/// How long both questions may take, as with AWS; how many providers are asked at a
/// time; how many bytes an answer and its head may have.
const PATIENCE: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 64;
const LARGEST: usize = 512 * 1024;
const LARGEST_HEAD: usize = 32 * 1024;

/// For how long keys count: as long as the provider says, within bounds.
const SHORTEST: u64 = 5 * 60;
const USUAL: u64 = 60 * 60;
const LONGEST: u64 = 24 * 60 * 60;

const LONGEST_REASON: usize = 300;

const OURSELVES: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Keys, and for how long they count.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) keys: KeySet,
    pub(super) fresh_for: Duration,
}

#[derive(Debug)]
pub(super) struct Fetcher {
    roots: Arc<Roots>,
    at_once: Semaphore,
}

impl Fetcher {
    pub(super) fn new(roots: Roots) -> Self {
        Self { roots: Arc::new(roots), at_once: Semaphore::new(AT_ONCE) }
    }

    /// Asks `issuer` where its keys are, and there for them.
    pub(super) async fn fetch(
        &self,
        issuer: &str,
        thumbprints: Thumbprints,
    ) -> Result<Fetched, Unreachable> {
        let client = client(&self.roots, thumbprints).map_err(silent)?;
        let connector = TlsConnector::from(Arc::new(client));
        let asking = async {
            let _turn = self.at_once.acquire().await.map_err(silent)?;
            let (_, document) = get(&connector, &discovery::address(issuer)).await?;
            let (head, keys) = get(&connector, &keys_address(&document, issuer)?).await?;
            let keys = KeySet::read(&keys)?;
            Ok(Fetched { keys, fresh_for: fresh_for(&head) })
        };
        timeout(PATIENCE, asking).await.unwrap_or(Err(Unreachable::Slow))
    }
}

/// What stands at an address, with the head of the answer.
async fn get(connector: &TlsConnector, address: &str) -> Result<(HeaderMap, Bytes), Unreachable> {
    let address = Address::read(address)?;
    let stream = address.connect(connector).await?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(LARGEST_HEAD);
    let (mut ask, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(silent)?;
    // Cut off when this is over, however it ends.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let answer = ask.send_request(address.request()?).await.map_err(silent)?;
    if answer.status() != StatusCode::OK {
        return Err(Unreachable::Status(answer.status().as_u16()));
    }
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, LARGEST).collect().await;
    let body = body.map_err(|_| Unreachable::Unreadable)?.to_bytes();
    Ok((head.headers, body))
}

/// An address that may be asked.
struct Address(Uri);

impl Address {
    fn read(address: &str) -> Result<Self, Unreachable> {
        let bad = || Unreachable::Address(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?;
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        if !is_https || authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(bad());
        }
        Ok(Self(uri))
    }

    /// The name or the number of the machine; brackets only set a number off.
    fn host(&self) -> &str {
        let host = self.0.host().unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    async fn connect(&self, connector: &TlsConnector) -> Result<TlsStream<TcpStream>, Unreachable> {
        let port = self.0.port_u16().unwrap_or(443);
        let name = ServerName::try_from(self.host().to_owned());
        let name = name.map_err(|_| Unreachable::Address(self.0.to_string()))?;
        let stream = TcpStream::connect((self.host(), port)).await.map_err(silent)?;
        connector.connect(name, stream).await.map_err(|error| untrusted(&error))
    }

    fn request(&self) -> Result<Request<Empty<Bytes>>, Unreachable> {
        let path = self.0.path_and_query().map_or("/", |path| path.as_str());
        let host = self.0.authority().map_or("", |authority| authority.as_str());
        let request = Request::get(path)
            .header(HOST, host)
            .header(ACCEPT, "application/json")
            .header(CONNECTION, "close")
            .header(USER_AGENT, OURSELVES);
        request.body(Empty::new()).map_err(silent)
    }
}

/// The log need not hear all that a stranger's certificate has to say.
fn silent(error: impl std::error::Error) -> Unreachable {
    Unreachable::Silent(error.to_string().chars().take(LONGEST_REASON).collect())
}

fn untrusted(error: &io::Error) -> Unreachable {
    let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match of_tls {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Unreachable::Untrusted,
        _ => silent(error),
    }
}

/// RFC 9111 section 5.2.2, as far as it says for how long.
fn fresh_for(head: &HeaderMap) -> Duration {
    let said = head.get_all(CACHE_CONTROL).iter().filter_map(|line| line.to_str().ok());
    let mut words = said.flat_map(|line| line.split(',')).map(str::trim);
    let seconds = words.find_map(|word| match word.split_once('=') {
        None if ["no-store", "no-cache"].iter().any(|no| word.eq_ignore_ascii_case(no)) => Some(0),
        Some((name, age)) if name.eq_ignore_ascii_case("max-age") => {
            age.trim_matches('"').parse().ok()
        }
        _ => None,
    });
    Duration::from_secs(seconds.unwrap_or(USUAL).clamp(SHORTEST, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_for_as_long_as_the_provider_says_within_bounds() {
        for (said, seconds) in [
            ("public, max-age=7200", 7200),
            ("max-age=1", SHORTEST),
            ("max-age=99999999", LONGEST),
            ("no-store", SHORTEST),
            ("max-age=forever", USUAL),
        ] {
            let head = HeaderMap::from_iter([(CACHE_CONTROL, said.parse().unwrap())]);
            assert_eq!(fresh_for(&head), Duration::from_secs(seconds), "{said}");
        }
        assert_eq!(fresh_for(&HeaderMap::new()), Duration::from_secs(USUAL));
    }

    #[test]
    fn nobody_is_asked_in_the_clear_nor_by_a_password() {
        for bad in
            ["http://a.example", "ftp://a.example", "https://u:p@a.example/", "a.example", "/"]
        {
            assert!(Address::read(bad).is_err(), "{bad}");
        }
        assert_eq!(Address::read("https://[::1]:8443/a").ok().unwrap().host(), "::1");
    }
}
