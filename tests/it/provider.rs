//! An identity provider on this machine, over TLS that means it.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

const DISCOVERY: &str = "/.well-known/openid-configuration";

/// Somebody who signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A chain of certificates, and the key of the first.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let issuer = CertifiedIssuer::self_signed(Self::named(name), KeyPair::generate().unwrap());
        Self(issuer.unwrap())
    }

    /// Another one that this one signs for.
    pub(crate) fn below(&self, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::signed_by(Self::named(name), key, &self.0).unwrap())
    }

    fn named(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A server of that name, which presents its own certificate, and `others`.
    pub(crate) fn signs(&self, params: &CertificateParams, others: &[&Self]) -> Identity {
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.0).unwrap().der().clone();
        let chain = std::iter::once(own).chain(others.iter().map(|one| one.certificate()));
        Identity { chain: chain.collect(), key }
    }

    /// Itself as a file.
    pub(crate) fn file(&self) -> (PathBuf, TempDir) {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("ca.pem");
        fs::write(&path, self.0.pem()).unwrap();
        (path, dir)
    }
}

impl Identity {
    /// A server that vouches for itself.
    pub(crate) fn own() -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = here().self_signed(&key).unwrap();
        Self { chain: vec![certificate.der().clone()], key }
    }
}

/// A certificate of this machine, yet to be signed.
pub(crate) fn here() -> CertificateParams {
    CertificateParams::new(vec!["localhost".to_owned()]).unwrap()
}

pub(crate) fn thumbprint(certificate: &CertificateDer<'_>) -> String {
    hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate))
}

/// What is answered at a path.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) status: &'static str,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) after: Duration,
}

impl Said {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        let (head, after) = (String::new(), Duration::ZERO);
        Self { status: "200 OK", head, body: body.into(), after }
    }
}

/// A provider that answers what it is told to.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pages: Arc<Mutex<HashMap<String, Said>>>,
    asked: Arc<Mutex<Vec<String>>>,
    _server: JoinSet<()>,
}

impl Provider {
    /// One that publishes `keys`.
    pub(crate) async fn start(identity: Identity, keys: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (pages, asked) = (Arc::default(), Arc::default());
        let mut server = JoinSet::new();
        server.spawn(serve(listener, acceptor(identity), Arc::clone(&pages), Arc::clone(&asked)));
        let provider = Self { issuer, pages, asked, _server: server };
        let document = json!({
            "issuer": provider.issuer,
            "jwks_uri": format!("{}/keys", provider.issuer),
        });
        provider.says(DISCOVERY, Said::ok(document.to_string()));
        provider.says("/keys", Said::ok(keys));
        provider
    }

    pub(crate) fn says(&self, path: &str, said: Said) {
        self.pages.lock().unwrap().insert(path.to_owned(), said);
    }

    /// What it says of itself.
    pub(crate) fn describes(&self, document: &str) {
        self.says(DISCOVERY, Said::ok(document));
    }

    /// What it was asked for, in turn.
    pub(crate) fn asked(&self) -> MutexGuard<'_, Vec<String>> {
        self.asked.lock().unwrap()
    }
}

fn acceptor(identity: Identity) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivateKeyDer::Pkcs8(identity.key.serialize_der().into());
    TlsAcceptor::from(Arc::new(builder.with_single_cert(identity.chain, key).unwrap()))
}

async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    pages: Arc<Mutex<HashMap<String, Said>>>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (acceptor, pages, asked) = (acceptor.clone(), Arc::clone(&pages), Arc::clone(&asked));
        connections.spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let Some(path) = path(&mut stream).await else { return };
            asked.lock().unwrap().push(path.clone());
            let said = pages.lock().unwrap().get(&path).cloned();
            let missing = Said { status: "404 Not Found", ..Said::ok("") };
            answer(&mut stream, said.unwrap_or(missing)).await;
        });
    }
}

async fn path(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("GET ") && head.contains("\r\nhost: localhost:"), "{head}");
    Some(head.split(' ').nth(1).unwrap().to_owned())
}

/// Says it, and ends: whoever has heard enough may be gone.
async fn answer(stream: &mut (impl AsyncWrite + Unpin), said: Said) {
    tokio::time::sleep(said.after).await;
    let head = format!("HTTP/1.1 {}\r\nconnection: close\r\n{}\r\n", said.status, said.head);
    stream.write_all(head.as_bytes()).await.ok();
    stream.write_all(&said.body).await.ok();
    stream.shutdown().await.ok();
}
