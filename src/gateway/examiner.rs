//! Serves test vectors to a client that signs: it gets the cases, sends them back signed,
//! and is told of each what differs.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Body;
use serde_json::{Value, json};
use tokio::sync::mpsc::Sender;
use tower::service_fn;

use crate::doctor::Budget;
use crate::gateway::connection::Stack;
use crate::layer::body::BoxError;
use crate::request::Request as Plain;
use crate::vectors::{Case, Report, Sent, check, listed, one};

/// The header that names a case. It is not signed.
pub const CASE: &str = "x-countersign-case";

/// How many bytes a body may have: as many as a case's file.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// What examines who connects.
#[derive(Debug)]
struct Examiner {
    cases: BTreeMap<String, Case>,
    list: Bytes,
    told: Sender<Report>,
}

/// Serves `cases`, and tells `told` what became of every one that is sent.
pub fn examiner<B>(cases: Vec<Case>, told: Sender<Report>) -> impl Stack<B>
where
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let list: Vec<_> = cases.iter().filter_map(listed).collect();
    let list = Bytes::from(format!("{:#}\n", json!({ "cases": list })));
    let cases = cases.into_iter().map(|case| (case.name.clone(), case)).collect();
    let examiner = Arc::new(Examiner { cases, list, told });
    service_fn(move |request| {
        let examiner = Arc::clone(&examiner);
        async move { Ok::<_, Infallible>(examiner.answer(request).await) }
    })
}

impl Examiner {
    async fn answer<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let (mut parts, body) = request.into_parts();
        let named = parts.headers.remove(CASE);
        let Some(named) = named else { return self.unnamed(&parts) };
        let Some(case) = named.to_str().ok().and_then(|name| self.cases.get(name)) else {
            let why = "no case is called so: GET / lists the cases that are served";
            return wrong(StatusCode::NOT_FOUND, why);
        };
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            let why = "the body did not come, or is too large: send it whole, as the case has it";
            return wrong(StatusCode::BAD_REQUEST, why);
        };
        let sent = Sent::alone(plain(&parts, &body.to_bytes()), PathBuf::from("over HTTP"));
        let report = check(case, &sent, Budget::SERVER);
        let status = if report.is_passed() { StatusCode::OK } else { StatusCode::FORBIDDEN };
        let answer = written(status, format!("{:#}\n", one(&report)).into());
        // Where nobody listens any more, it is over.
        let _ = self.told.send(report).await;
        answer
    }

    /// The list of the cases, for who asks for it.
    fn unnamed(&self, parts: &Parts) -> Response<Full<Bytes>> {
        if parts.uri.path() == "/" && parts.method == http::Method::GET {
            return written(StatusCode::OK, self.list.clone());
        }
        let why = format!("name the case in the header {CASE}, and do not sign that header");
        wrong(StatusCode::BAD_REQUEST, &why)
    }
}

/// The request as it came over the wire, or nearly so: the names of headers are in lower
/// case, and the host of HTTP/2 is a header.
fn plain(parts: &Parts, body: &[u8]) -> Plain {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let authority = parts.uri.authority().filter(|_| !parts.headers.contains_key(HOST));
    let host = authority.map(|host| ("host".to_owned(), host.as_str().as_bytes().to_vec()));
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Plain {
        method: parts.method.to_string(),
        target: target.as_bytes().to_vec(),
        headers: headers.chain(host).collect(),
        body: body.to_vec(),
    }
}

fn wrong(status: StatusCode, why: &str) -> Response<Full<Bytes>> {
    let told: Value = json!({ "error": why });
    written(status, format!("{told:#}\n").into())
}

fn written(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
