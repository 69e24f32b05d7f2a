//! The layer, around a service that says who is asking.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use countersign::clock::Time;
use countersign::doctor::Diagnosis;
use countersign::error::{Code, Error};
use countersign::layer::authenticate::{Arrived, AuthenticateLayer, Gate, Known};
use countersign::secret::Secret;
use countersign::sigv4::{Key, Refusal, Rules, Signer};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame};
use tower::{Layer, ServiceExt, service_fn};

use crate::signer::Signer as Client;

const NOW: Time = Time::from_unix(1_440_938_160);

#[tokio::test]
async fn who_signs_is_named_to_the_service_behind() {
    let response = ask(ann().sign(create_user())).await;
    assert_eq!(text(response).await, "ann signed for iam in us-east-1");
}

#[tokio::test]
async fn a_clients_own_region_and_clock_are_good_enough() {
    let client = ann().region("eu-west-1").at(NOW.plus(-900)).not_signing("content-type");
    let response = ask(client.sign(create_user())).await;
    assert_eq!(text(response).await, "ann signed for iam in eu-west-1");
}

#[tokio::test]
async fn a_presigned_request_gets_through_too() {
    let request = Request::get("http://localhost/?Action=GetUser").body(Bytes::new()).unwrap();
    let response = ask(ann().presign(request)).await;
    assert_eq!(text(response).await, "ann signed for iam in us-east-1");
}

#[tokio::test]
async fn an_unsigned_request_is_refused_with_an_empty_body_and_its_reasons_aside() {
    let response = ask(create_user()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(response.extensions().get(), Some(&Refusal::Unsigned));
    let error = response.extensions().get::<Error>().cloned().unwrap();
    assert_eq!(error.code(), Code::MissingAuthenticationToken);
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn a_browser_is_sent_to_the_documentation() {
    let response = ask(Request::get("http://localhost/").body(Bytes::new()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(response.headers()["location"], "https://docs.example/");
    assert!(response.extensions().get::<Error>().is_none());
}

#[tokio::test]
async fn the_service_that_the_body_asks_for_is_the_one_that_must_be_signed_for() {
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let signed_for_iam = ann().sign(post(body));
    let error = refused(&ask(signed_for_iam).await);
    assert_eq!(error.message(), "Credential should be scoped to correct service: 'sts'. ");
    let signed_for_sts = ann().service("sts").sign(post(body));
    assert_eq!(text(ask(signed_for_sts).await).await, "ann signed for sts in us-east-1");
}

#[tokio::test]
async fn a_body_is_not_read_where_the_head_decides_already() {
    let polled = Arc::new(AtomicUsize::new(0));
    let body = Endless(Arc::clone(&polled));
    let response = layered(Request::post("http://localhost/").body(body).unwrap()).await;
    assert_eq!(response.extensions().get(), Some(&Refusal::Unsigned));
    assert_eq!(polled.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let fits = ann().sign(post(&"x".repeat(64)));
    assert_eq!(ask(fits).await.status(), StatusCode::OK);
    let over = ann().sign(post(&"x".repeat(65)));
    assert_eq!(refused(&ask(over).await).code(), Code::RequestEntityTooLarge);
    let endless = ann().sign(post("x")).map(|_| Endless(Arc::default()));
    assert_eq!(refused(&layered(endless).await).code(), Code::RequestEntityTooLarge);
}

#[tokio::test]
async fn a_failing_store_is_the_servers_fault_and_nobody_gets_in() {
    let request = Client::new("AKIABROKENDISK", "secret").sign(create_user());
    assert_eq!(refused(&ask(request).await).code(), Code::ServiceFailure);
}

#[tokio::test]
async fn nobody_is_asked_for_a_key_whose_id_is_too_long_to_be_one() {
    let id = format!("AKIABROKENDISK{}", "X".repeat(128));
    let response = ask(Client::new(&id, "secret").sign(create_user())).await;
    assert_eq!(response.extensions().get(), Some(&Refusal::UnknownKey));
}

/// Copies of secrets are not made for a look that is not taken.
#[tokio::test]
async fn the_other_keys_of_a_user_are_asked_for_only_where_a_refusal_is_looked_into() {
    let door = Door::new();
    let asked = Arc::clone(&door.siblings_asked);
    let layer = AuthenticateLayer::new(door);
    let mut looked_into = 0;
    for _ in 0..100 {
        let wrong = Client::new("AKIAANN", "not hers").sign(create_user()).map(Full::new);
        let response = layer.layer(service_fn(say)).oneshot(wrong).await.unwrap();
        let diagnosis = response.extensions().get::<Arc<Diagnosis>>().unwrap();
        looked_into += usize::from(diagnosis.cause.id != "not-examined");
    }
    assert!((1..100).contains(&looked_into), "{looked_into} of 100");
    assert_eq!(asked.load(Ordering::SeqCst), looked_into);
}

fn ann() -> Client {
    Client::new("AKIAANN", "hers")
}

fn create_user() -> Request<Bytes> {
    post("Action=CreateUser&Version=2010-05-08&UserName=bob")
}

fn post(body: &str) -> Request<Bytes> {
    let request = Request::post("http://localhost:7448/")
        .header("content-type", "application/x-www-form-urlencoded");
    request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

async fn ask(request: Request<Bytes>) -> Response<Full<Bytes>> {
    layered(request.map(Full::new)).await
}

async fn layered<B>(request: Request<B>) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    AuthenticateLayer::new(Door::new()).layer(service_fn(say)).oneshot(request).await.unwrap()
}

async fn say(request: Request<Bytes>) -> Result<Response<Full<Bytes>>, Infallible> {
    let caller = request.extensions().get::<&str>().unwrap();
    let signer = request.extensions().get::<Signer>().unwrap();
    let text = format!("{caller} signed for {} in {}", signer.service(), signer.region());
    Ok(Response::new(Full::from(text)))
}

async fn text(response: Response<Full<Bytes>>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

fn refused(response: &Response<Full<Bytes>>) -> Error {
    let error = response.extensions().get::<Error>().cloned().unwrap();
    assert_eq!(response.status(), error.code().status());
    error
}

/// A body that counts how often it is asked for, and never ends.
struct Endless(Arc<AtomicUsize>);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
    }
}

/// Ann knows no one but herself; one disk is broken.
struct Door {
    iam: Rules,
    sts: Rules,
    siblings_asked: Arc<AtomicUsize>,
}

impl Door {
    fn new() -> Self {
        let iam = Rules::query("iam").documented_at("https://docs.example/");
        Self { iam, sts: Rules::query("sts"), siblings_asked: Arc::default() }
    }
}

impl Gate for Door {
    type Caller = &'static str;

    fn rules(&self) -> &Rules {
        &self.iam
    }

    fn now(&self) -> Time {
        NOW
    }

    fn body_limit(&self) -> usize {
        64
    }

    fn read(&self, arrived: &mut Arrived<'_>) -> Result<&Rules, Error> {
        let is_sts = arrived.body.ends_with(b"2011-06-15");
        Ok(if is_sts { &self.sts } else { &self.iam })
    }

    async fn key(&self, id: &str, _: Option<&str>) -> Result<Option<Known<&'static str>>, Error> {
        if id.starts_with("AKIABROKENDISK") {
            return Err(Error::service_failure());
        }
        let key = || Key::new(id, 1, Secret::new("hers".to_owned()));
        Ok((id == "AKIAANN").then(|| Known::new(key(), "ann")))
    }

    fn siblings(&self, _: &&'static str) -> Vec<Arc<Key>> {
        self.siblings_asked.fetch_add(1, Ordering::SeqCst);
        Vec::new()
    }
}
