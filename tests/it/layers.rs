//! The layers around a service that does as it is told: each for itself.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use countersign::clock::{Clock, Time};
use countersign::error::{Code, Error};
use countersign::layer::access_log::{AccessLogLayer, Observer, Seen};
use countersign::layer::answer::AnswerLayer;
use countersign::layer::request_id::{RequestId, RequestIdLayer};
use countersign::layer::shed::{Serving, ShedLayer};
use countersign::layer::{Answered, Refused, refusal};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};

type Answer = Response<Full<Bytes>>;

#[tokio::test]
async fn a_request_has_one_name_inside_and_in_its_answer_and_the_time_is_the_clocks() {
    let layer = RequestIdLayer::new(Arc::new(Noon), || "a-name".to_owned());
    let service = layer.layer(service_fn(async |request: Request<Bytes>| {
        let id = request.extensions().get::<RequestId>().unwrap().to_string();
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(id)))
    }));
    let answer = service.oneshot(Request::new(Bytes::new())).await.unwrap();
    assert_eq!(answer.headers()["x-amzn-requestid"], "a-name");
    assert_eq!(answer.headers()["date"], "Sun, 30 Aug 2015 12:00:00 GMT");
    assert_eq!(text(answer).await, "a-name");
}

#[tokio::test]
async fn a_refusal_speaks_for_the_service_that_refused() {
    let told = refused(Request::new(Bytes::new()), Some("urn:of-this-service")).await;
    assert_eq!(told.status(), StatusCode::FORBIDDEN);
    assert_eq!(told.headers()["content-type"], "text/xml");
    assert_eq!(
        text(told).await,
        "<ErrorResponse xmlns=\"urn:of-this-service\">\n  <Error>\n    <Type>Sender</Type>\n    \
         <Code>AccessDenied</Code>\n    <Message>a &lt; b</Message>\n  </Error>\n  \
         <RequestId>a-name</RequestId>\n</ErrorResponse>\n"
    );
}

#[tokio::test]
async fn who_got_nowhere_is_answered_in_the_words_of_the_service_that_was_meant() {
    let by_scope = |service: &str| {
        let scope =
            format!("AWS4-HMAC-SHA256 Credential=AKIA/20150830/x/{service}/aws4_request, x");
        Request::get("http://sts.example/").header("authorization", scope).body(Bytes::new())
    };
    let by_host = |host: &str| Request::get("/").header("host", host).body(Bytes::new());
    let by_query =
        Request::get("/?X-Amz-Credential=A%2F20150830%2Fx%2Fsts%2Faws4_request").body(Bytes::new());
    for (request, namespace) in [
        (by_scope("iam"), "https://iam.amazonaws.com/doc/2010-05-08/"),
        (by_scope("sts"), "https://sts.amazonaws.com/doc/2011-06-15/"),
        (by_host("sts.example"), "https://sts.amazonaws.com/doc/2011-06-15/"),
        (by_host("example"), "https://iam.amazonaws.com/doc/2010-05-08/"),
        (by_query, "https://sts.amazonaws.com/doc/2011-06-15/"),
    ] {
        let body = text(refused(request.unwrap(), None).await).await;
        assert!(body.contains(&format!("xmlns=\"{namespace}\"")), "{body}");
    }
}

#[tokio::test]
async fn who_asks_for_json_is_refused_in_json() {
    let request = Request::get("/").header("accept", "application/json").body(Bytes::new());
    let told = refused(request.unwrap(), None).await;
    assert_eq!(told.headers()["content-type"], "application/json");
    assert_eq!(
        text(told).await,
        r#"{"Error":{"Code":"AccessDenied","Message":"a < b","Type":"Sender"},"RequestId":"a-name"}"#
    );
}

#[tokio::test]
async fn a_refusal_of_a_head_request_has_no_body() {
    let request = Request::builder().method(Method::HEAD).body(Bytes::new()).unwrap();
    let told = refused(request, None).await;
    assert_eq!(told.status(), StatusCode::FORBIDDEN);
    assert_eq!(text(told).await, "");
}

#[tokio::test]
async fn answers_that_refuse_nothing_pass_as_they_are() {
    let service = AnswerLayer.layer(service_fn(async |_: Request<Bytes>| {
        let redirect = Response::builder().status(302).header("location", "/docs");
        Ok::<_, Infallible>(redirect.body(Full::new(Bytes::new())).unwrap())
    }));
    let answer = service.oneshot(Request::new(Bytes::new())).await.unwrap();
    assert_eq!((answer.status(), answer.headers().len()), (StatusCode::FOUND, 1));
}

#[tokio::test]
async fn a_panic_becomes_an_internal_failure_wherever_it_happens() {
    let at_once = service_fn(|_: Request<Bytes>| {
        panic!("at once");
        #[expect(unreachable_code, reason = "its type is asked for")]
        std::future::ready(Ok::<Answer, Infallible>(Response::default()))
    });
    let later = service_fn(async |_: Request<Bytes>| {
        tokio::task::yield_now().await;
        panic!("later");
        #[expect(unreachable_code, reason = "its type is asked for")]
        Ok::<Answer, Infallible>(Response::default())
    });
    let one = AnswerLayer.layer(at_once).oneshot(Request::new(Bytes::new())).await.unwrap();
    let two = AnswerLayer.layer(later).oneshot(Request::new(Bytes::new())).await.unwrap();
    for answer in [one, two] {
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.extensions().get(), Some(&Refused("panic")));
        let body = text(answer).await;
        assert!(body.contains("<Code>InternalFailure</Code>"), "{body}");
        assert!(body.contains("<Type>Receiver</Type>"), "{body}");
    }
}

#[tokio::test]
async fn every_request_is_seen_once_even_if_nobody_waits_for_it() {
    let book = Arc::new(Book::default());
    let layer = AccessLogLayer::new(Arc::new(Noon), Arc::<Book>::clone(&book));
    let answer = layer.layer(service_fn(async |_: Request<Bytes>| {
        let mut response = Response::new(Full::new(Bytes::new()));
        response.extensions_mut().insert(answered("urn:x"));
        Ok::<_, Infallible>(response)
    }));
    answer.oneshot(Request::new(Bytes::new())).await.unwrap();
    let refuses = service_fn(async |_: Request<Bytes>| Ok::<_, Infallible>(refusal(denied())));
    layer.layer(refuses).oneshot(Request::new(Bytes::new())).await.unwrap();
    let mut never = layer.layer(service_fn(|_: Request<Bytes>| {
        std::future::pending::<Result<Answer, Infallible>>()
    }));
    drop(never.call(Request::new(Bytes::new())));
    let seen = book.0.lock().unwrap().clone();
    assert_eq!(
        seen,
        [
            "sts GetCallerIdentity OK 200 -".to_owned(),
            "- - AccessDenied 403 AccessDenied".to_owned(),
            "- - Aborted 499 -".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_layer_that_is_full_throttles_and_is_empty_when_all_have_gone() {
    let serving = Serving::default();
    let layer = ShedLayer::new(1, serving.clone());
    let mut waits = layer.layer(service_fn(|_: Request<Bytes>| {
        std::future::pending::<Result<Answer, Infallible>>()
    }));
    let first = waits.call(Request::new(Bytes::new()));
    let second = waits.call(Request::new(Bytes::new())).await.unwrap();
    assert_eq!(second.extensions().get::<Error>().map(Error::code), Some(Code::Throttling));
    assert_eq!(serving.get(), 1);
    drop(first);
    assert_eq!(serving.get(), 0);
}

async fn refused(request: Request<Bytes>, namespace: Option<&'static str>) -> Answer {
    let inner = AnswerLayer.layer(service_fn(move |_: Request<Bytes>| {
        let mut response = refusal(denied());
        if let Some(namespace) = namespace {
            response.extensions_mut().insert(answered(namespace));
        }
        std::future::ready(Ok::<_, Infallible>(response))
    }));
    let layer = RequestIdLayer::new(Arc::new(Noon), || "a-name".to_owned());
    layer.layer(inner).oneshot(request).await.unwrap()
}

fn denied() -> Error {
    Error::new(Code::AccessDenied, "a < b")
}

fn answered(namespace: &'static str) -> Answered {
    Answered { namespace, service: "sts", action: "GetCallerIdentity", caller: None }
}

async fn text(answer: Answer) -> String {
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// It is always noon on the day of AWS's vectors.
#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Time {
        Time::from_unix(1_440_936_000)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// Writes down what it sees.
#[derive(Debug, Default)]
struct Book(Mutex<Vec<String>>);

impl Observer for Book {
    fn observe(&self, seen: &Seen<'_>) {
        let (service, action) = seen.answered.map_or(("-", "-"), |a| (a.service, a.action));
        let (code, status) = (seen.code, seen.status.as_u16());
        let refused = seen.refused.unwrap_or("-");
        let line = format!("{service} {action} {code} {status} {refused}");
        self.0.lock().unwrap().push(line);
    }
}
