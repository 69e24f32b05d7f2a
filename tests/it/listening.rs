//! A server that lets in who signs, on a port of its own, for one connection at a
//! time. What stands in a refusal's extensions it tells in headers.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use countersign::clock::Time;
use countersign::error::Error;
use countersign::layer::authenticate::{AuthenticateLayer, Keyring, Known};
use countersign::secret::Secret;
use countersign::sigv4::{Head, Key, Presented, Refusal, Rules, Signer, Verifier};
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::{ServiceBuilder, service_fn};

use crate::still::Still;

/// Whom a server knows, by what rules it reads, and what time it has.
#[derive(Clone, Debug)]
pub(crate) struct House {
    pub(crate) rules: Rules,
    pub(crate) now: Time,
    pub(crate) key: Option<Arc<Key>>,
}

impl House {
    /// A house at the moment of AWS's vectors that knows this one key.
    pub(crate) fn new(rules: Rules, key_id: &str, secret: &str) -> Self {
        let key = Key::new(key_id, 1, Secret::new(secret.to_owned()));
        Self { rules, now: Time::from_unix(1_440_938_160), key: Some(Arc::new(key)) }
    }

    /// What the library says of a request.
    pub(crate) fn verify(&self, request: &Request<Bytes>) -> Result<Signer, Refusal> {
        let head = Head::new(request.method(), request.uri(), request.headers());
        self.verify_head(&head, request.body())
    }

    /// The same of one that no HTTP stack has read.
    pub(crate) fn verify_head(&self, head: &Head<'_>, body: &[u8]) -> Result<Signer, Refusal> {
        let presented = Presented::read(*head, &self.rules, self.now)?;
        let scoped = presented.in_scope(&self.rules)?;
        Verifier::default().verify(&scoped, body, self.key.as_deref())
    }
}

/// What came back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) reason: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

/// Sends `wire` over a connection of its own.
pub(crate) async fn send(house: House, wire: &[u8]) -> Reply {
    let mut stream = connect(house).await;
    stream.write_all(wire).await.unwrap();
    let mut reply = Vec::new();
    // A server that does not like what it reads may close before it has read all.
    let _ = stream.read_to_end(&mut reply).await;
    Reply::parse(&String::from_utf8_lossy(&reply))
}

/// A connection to a server that serves no other one.
pub(crate) async fn connect(house: House) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(house, stream).await;
    });
    TcpStream::connect(address).await.unwrap()
}

async fn serve(House { rules, now, key }: House, stream: TcpStream) {
    let look_up = move |id: &str| {
        let key = key.as_ref().filter(|key| key.id() == id)?;
        Some(Known::new(Arc::clone(key), ()))
    };
    let keyring = Keyring::new(rules, Still(now), look_up);
    let service = ServiceBuilder::new()
        .map_response(tell)
        .layer(AuthenticateLayer::new(keyring))
        .service(service_fn(|_: Request<Bytes>| async {
            Ok::<_, Infallible>(Response::<Full<Bytes>>::default())
        }));
    let service = TowerToHyperService::new(service);
    let server = auto::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), service).await;
}

fn tell(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let refusal = response.extensions().get::<Refusal>().map(Refusal::reason);
    let error = response.extensions().get::<Error>().cloned();
    let mut told = Vec::new();
    told.extend(refusal.map(|reason| ("x-reason", reason.to_owned())));
    if let Some(error) = error {
        told.push(("x-code", error.code().as_str().to_owned()));
        told.push(("x-message", error.message().to_owned()));
    }
    for (name, value) in told {
        response.headers_mut().insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    response
}

impl Reply {
    fn parse(text: &str) -> Self {
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let told = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(other, _)| *other == name).map(|(_, value)| value.to_owned())
        };
        Self {
            status: status.unwrap_or_default(),
            reason: told("x-reason"),
            code: told("x-code"),
            message: told("x-message"),
        }
    }
}
