//! TLS: HTTP/1.1 and HTTP/2 by the client's choice, and patience with nobody.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use countersign::clock::{Clock, SystemClock};
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::leave::{between, policy};
use crate::program::{Serving, run, wait_until};
use crate::raw::{connect, get, to_the_end};
use crate::signer::Signer;

const ROOT_KEY: [(&str, &str); 2] = [
    ("COUNTERSIGN_ROOT_ACCESS_KEY_ID", "AKIAROOTOFTHISSTORY0"),
    ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "hush/of+this/story"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_client_chooses_http1_or_http2() {
    let secure = Secure::start(&[]);
    assert!(secure.serving.printed.iter().any(|line| line.starts_with("listening on https://")));
    for (protocol, version) in [("http/1.1", Version::HTTP_11), ("h2", Version::HTTP_2)] {
        let stream = secure.shake_hands(protocol).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol.as_bytes()));
        let (seen, body) = ask(stream, version, Secure::request()).await;
        assert_eq!(seen, version);
        assert!(body.contains("arn:aws:iam::123456789012:root"), "{protocol}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_knows_that_nobody_can_listen() {
    let secure = Secure::start(&[]);
    let is_secure = r#"{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*",
                        "Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#;
    let is_not = is_secure.replace("ListUsers", "ListRoles").replace("true", "false");
    let policy = policy(&format!("{is_secure},{is_not}"));
    let put = format!("PutUserPolicy&UserName=ann&PolicyName=p&PolicyDocument={policy}");
    let root = Signer::new(ROOT_KEY[0].1, ROOT_KEY[1].1);
    let answered = async |signer: &Signer, call: &str| {
        let stream = secure.shake_hands("http/1.1").await;
        let signer = signer.clone().service("iam").at(SystemClock::start().now());
        let body = Bytes::from(format!("Action={call}&Version=2010-05-08"));
        let request = Request::post("https://localhost/").body(body).unwrap();
        ask(stream, Version::HTTP_11, signer.sign(request)).await.1
    };
    answered(&root, "CreateUser&UserName=ann").await;
    answered(&root, &put).await;
    let made = answered(&root, "CreateAccessKey&UserName=ann").await;
    let ann = Signer::new(&between(&made, "AccessKeyId"), &between(&made, "SecretAccessKey"));
    let told = answered(&ann, "ListUsers").await;
    assert!(told.contains("<ListUsersResult>"), "{told}");
    let told = answered(&ann, "ListRoles").await;
    assert!(told.contains("<Code>AccessDenied</Code>"), "{told}");
}

#[test]
fn who_does_not_speak_tls_or_does_not_finish_the_handshake_is_cut_off() {
    let secure = Secure::start(&["--handshake-timeout", "1"]);
    assert!(!to_the_end(&mut connect(&secure.serving.address())).contains("HTTP"));
    let mut plain = connect(&secure.serving.address());
    plain.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut plain, &mut bytes).ok();
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    let failed = "countersign_tls_handshakes_failed_total 2";
    wait_until(|| get(&secure.serving.admin(), "/metrics").body.contains(failed));
}

#[test]
fn a_key_of_another_certificate_stops_the_start() {
    let dir = TempDir::new().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    fs::write(&cert, certificate().cert.pem()).unwrap();
    fs::write(&key, certificate().signing_key.serialize_pem()).unwrap();
    let files = ["--tls-cert", &cert, "--tls-key", &key];
    let ports = ["serve", "--memory", "--log", "error", "--listen", "127.0.0.1:0"];
    let ended = run(&[&ports[..], &files].concat(), &[]);
    assert_eq!(ended.code, Some(1));
    let beginning = format!("countersign: {cert} and {key} do not go together: ");
    assert!(ended.err.starts_with(&beginning), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 1);
}

/// A gateway with a certificate of its own.
struct Secure {
    serving: Serving,
    certificate: CertificateDer<'static>,
    _dir: TempDir,
}

impl Secure {
    fn start(args: &[&str]) -> Self {
        let CertifiedKey { cert, signing_key } = certificate();
        let dir = TempDir::new().unwrap();
        let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let (chain, key) = (path("cert.pem"), path("key.pem"));
        fs::write(&chain, cert.pem()).unwrap();
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        let files = ["--tls-cert", &chain, "--tls-key", &key];
        let serving = Serving::in_memory(&[&files[..], args].concat(), &ROOT_KEY);
        Self { serving, certificate: cert.der().clone(), _dir: dir }
    }

    async fn shake_hands(&self, protocol: &str) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let address: SocketAddr = self.serving.address().parse().unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    fn request() -> Request<Bytes> {
        let signer = Signer::new(ROOT_KEY[0].1, ROOT_KEY[1].1).service("sts");
        let signer = signer.at(SystemClock::start().now());
        let body = Bytes::from("Action=GetCallerIdentity&Version=2011-06-15");
        signer.sign(Request::post("https://localhost/").body(body).unwrap())
    }
}

fn certificate() -> CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap()
}

async fn ask(
    stream: TlsStream<TcpStream>,
    version: Version,
    request: Request<Bytes>,
) -> (Version, String) {
    let (mut head, body) = request.into_parts();
    let io = TokioIo::new(stream);
    let response = if version == Version::HTTP_2 {
        // `:authority` takes the place of Host.
        head.headers.remove("host");
        head.version = version;
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(Request::from_parts(head, Full::new(body))).await.unwrap()
    } else {
        head.uri = "/".parse().unwrap();
        let (mut sender, connection) = http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(Request::from_parts(head, Full::new(body))).await.unwrap()
    };
    let version = response.version();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (version, String::from_utf8(body.to_vec()).unwrap())
}
