//! HTTP/2 has no `Host`: the authority stands for it.

use bytes::Bytes;
use countersign::sigv4::Rules;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::listening::{self, House};
use crate::signer::Signer;

#[tokio::test]
async fn the_authority_is_the_host() {
    let mut request = signed();
    request.headers_mut().remove("host");
    assert_eq!(ask(request).await.status(), 200);
}

#[tokio::test]
async fn another_authority_is_another_host() {
    let mut request = signed();
    request.headers_mut().remove("host");
    *request.uri_mut() = "http://other.example/".parse().unwrap();
    let response = ask(request).await;
    assert_eq!(response.headers()["x-reason"], "signature");
}

#[tokio::test]
async fn a_host_beside_the_authority_must_be_the_same() {
    assert_eq!(ask(signed()).await.status(), 200);
    let mut request = signed();
    *request.uri_mut() = "http://other.example/".parse().unwrap();
    let response = ask(request).await;
    assert_eq!(response.headers()["x-message"], "'Host' must be given exactly once.");
}

#[tokio::test]
async fn a_presigned_request_is_let_in_too() {
    let request =
        Request::get("http://iam.example:7448/?Action=ListUsers").body(Bytes::new()).unwrap();
    let mut request = signer().presign(request);
    request.headers_mut().remove("host");
    assert_eq!(ask(request).await.status(), 200);
}

fn signer() -> Signer {
    Signer::new("AKIAANN", "hers")
}

fn signed() -> Request<Bytes> {
    let request = Request::post("http://iam.example:7448/");
    signer().sign(request.body(Bytes::from("Action=ListUsers")).unwrap())
}

async fn ask(request: Request<Bytes>) -> Response<Incoming> {
    let house = House::new(Rules::query("iam"), "AKIAANN", "hers");
    let stream = listening::connect(house).await;
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = request.map(Full::new);
    *request.version_mut() = Version::HTTP_2;
    sender.send_request(request).await.unwrap()
}
