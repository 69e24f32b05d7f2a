//! Writes the document of a refusal, in the words of the service that was asked;
//! whatever panics inside becomes an `InternalFailure`, and the process lives.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Full;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::error::Error;
use crate::layer::request_id::RequestId;
use crate::layer::{Answered, Refused, refusal, wanted_format};
use crate::sigv4::Refusal;
use crate::wire::answer::Format;
use crate::wire::refusal as refused;

const IAM: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// What is told of a body that is no form.
const NO_FORM: &[u8] = b"<html><body>The Content-Type of a call must be \
    application/x-www-form-urlencoded.</body></html>\n";

/// Wraps services in [`Answer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct AnswerLayer;

impl<S> Layer<S> for AnswerLayer {
    type Service = Answer<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Answer { inner }
    }
}

/// The header in which a refusal is explained: sealed, for `DecodeAuthorizationMessage`.
pub const EXPLANATION: &str = "x-countersign-authorization-message";

/// Gives each response that carries an [`Error`] in its extensions the body that
/// tells of it; other responses pass as they are.
#[derive(Clone, Copy, Debug)]
pub struct Answer<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for Answer<S>
where
    S: Service<Request<B>, Response = Response<Full<Bytes>>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let wish = Wish::of(&request);
        let answer = catch_unwind(AssertUnwindSafe(|| self.inner.call(request))).ok();
        Answering { answer, wish }
    }
}

pin_project! {
    /// An answer that gets its document when it is there.
    #[derive(Debug)]
    pub struct Answering<F> {
        // None where even asking for it was a panic.
        #[pin]
        answer: Option<F>,
        wish: Wish,
    }
}

impl<F, E> Future for Answering<F>
where
    F: Future<Output = Result<Response<Full<Bytes>>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        // What a torn request leaves behind is dropped with it; what requests
        // share is published whole or not at all.
        let poll = AssertUnwindSafe(|| this.answer.as_mut().as_pin_mut().map(|f| f.poll(cx)));
        if let Ok(Some(answer)) = catch_unwind(poll) {
            return answer.map_ok(|response| this.wish.document(response));
        }
        // What panicked is not polled again.
        this.answer.set(None);
        Poll::Ready(Ok(this.wish.document(panicked(this.wish))))
    }
}

/// What the request says about the form of its answer.
#[derive(Debug)]
struct Wish {
    id: Option<RequestId>,
    format: Format,
    has_body: bool,
    meant: Meant,
}

/// Which service a request meant, where nobody inside knows it. Few requests come
/// to that, so a header is kept and looked into then.
#[derive(Debug)]
enum Meant {
    ByScope(HeaderValue),
    Sts,
    Iam,
}

impl Wish {
    fn of<B>(request: &Request<B>) -> Self {
        Self {
            id: request.extensions().get().copied(),
            format: wanted_format(request.headers()),
            has_body: request.method() != Method::HEAD,
            meant: Meant::by(request),
        }
    }

    fn document(&self, response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        if let Some(Refusal::ContentType) = response.extensions().get() {
            return self.page(response);
        }
        let Some(error) = response.extensions().get::<Error>() else { return response };
        let answered = response.extensions().get::<Answered>();
        let namespace =
            answered.map_or_else(|| self.meant.namespace(), |answered| answered.namespace);
        let request_id = self.id.as_ref().map_or("", RequestId::as_str);
        let body = refused::document(self.format, namespace, error, request_id);
        let kind = HeaderValue::from_static(self.format.content_type());
        let explanation = error.explanation().and_then(|text| HeaderValue::from_str(text).ok());
        let mut response = self.fill(response, Bytes::from(body), kind);
        if let Some(explanation) = explanation {
            response.headers_mut().insert(EXPLANATION, explanation);
        }
        response
    }

    /// The one refusal that AWS tells in HTML.
    fn page(&self, response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
        self.fill(response, Bytes::from_static(NO_FORM), HeaderValue::from_static("text/html"))
    }

    fn fill(
        &self,
        mut response: Response<Full<Bytes>>,
        body: Bytes,
        kind: HeaderValue,
    ) -> Response<Full<Bytes>> {
        if self.has_body {
            *response.body_mut() = Full::new(body);
        }
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}

fn panicked(wish: &Wish) -> Response<Full<Bytes>> {
    let request_id = wish.id.as_ref().map_or("-", RequestId::as_str);
    tracing::error!(request_id, "a request ended in a panic, and was answered InternalFailure");
    let mut response = refusal(Error::internal_failure());
    response.extensions_mut().insert(Refused("panic"));
    response
}

impl Meant {
    /// By the credential's scope, else by the host.
    fn by<B>(request: &Request<B>) -> Self {
        if let Some(authorization) = request.headers().get(AUTHORIZATION) {
            return Self::ByScope(authorization.clone());
        }
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = request.uri().host().or(host).unwrap_or_default();
        let query = request.uri().query().unwrap_or_default();
        if host.starts_with("sts.") || query.contains("%2Fsts%2Faws4_request") {
            return Self::Sts;
        }
        Self::Iam
    }

    fn namespace(&self) -> &'static str {
        match self {
            Self::ByScope(authorization) if names_sts(authorization).is_some() => STS,
            Self::Sts => STS,
            Self::ByScope(_) | Self::Iam => IAM,
        }
    }
}

fn names_sts(authorization: &HeaderValue) -> Option<()> {
    let (_, rest) = authorization.to_str().ok()?.split_once("Credential=")?;
    rest.split(',').next()?.contains("/sts/").then_some(())
}
