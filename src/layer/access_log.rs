//! Notes every request once, when it is answered: in the log, and for whoever
//! counts.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::clock::Clock;
use crate::error::Error;
use crate::layer::request_id::RequestId;
use crate::layer::{Answered, Peer, Refused};
use crate::sigv4::Refusal;

/// The target of the lines, for filters: `countersign::access=info`.
pub const TARGET: &str = "countersign::access";

/// One request and what became of it. Nothing in it is secret: no query, no
/// body, no header.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The service and action that answered, and the caller, where it came to that.
    pub answered: Option<&'a Answered>,
    /// The error's code; `OK`; `Aborted` where the caller did not wait; `None`
    /// where an answer without an error says no (a redirect).
    pub code: &'static str,
    /// Why it was turned down before its action, if it was.
    pub refused: Option<&'static str>,
    /// The status of the answer; 499 where nobody waited for one.
    pub status: StatusCode,
    /// From the request's head to its answer.
    pub duration: Duration,
}

/// Is told of every request, beside the log.
pub trait Observer: Debug + Send + Sync + 'static {
    /// A request was answered, or given up by its caller.
    fn observe(&self, seen: &Seen<'_>);
}

/// Nobody counts.
impl Observer for () {
    fn observe(&self, _: &Seen<'_>) {}
}

/// Wraps services in [`AccessLog`].
#[derive(Clone, Debug)]
pub struct AccessLogLayer(Arc<Notes>);

#[derive(Debug)]
struct Notes {
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
}

impl AccessLogLayer {
    /// A layer that measures by `clock` and tells `observer`.
    pub fn new(clock: Arc<dyn Clock>, observer: Arc<dyn Observer>) -> Self {
        Self(Arc::new(Notes { clock, observer }))
    }
}

impl<S> Layer<S> for AccessLogLayer {
    type Service = AccessLog<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AccessLog { notes: Arc::clone(&self.0), inner }
    }
}

/// Passes requests on, and writes a line when the answer is there.
#[derive(Clone, Debug)]
pub struct AccessLog<S> {
    notes: Arc<Notes>,
    inner: S,
}

impl<S, B, C> Service<Request<B>> for AccessLog<S>
where
    S: Service<Request<B>, Response = Response<C>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Noting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let open = Open::new(Arc::clone(&self.notes), &request);
        Noting { answer: self.inner.call(request), open }
    }
}

pin_project! {
    /// An answer that is noted when it is there.
    #[derive(Debug)]
    pub struct Noting<F> {
        #[pin]
        answer: F,
        open: Open,
    }
}

impl<F, C, E> Future for Noting<F>
where
    F: Future<Output = Result<Response<C>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let response = ready!(this.answer.poll(cx))?;
        this.open.close(&response);
        Poll::Ready(Ok(response))
    }
}

/// A request that is not answered yet. Where its future is dropped, because the
/// caller hung up, it still leaves its line: it may have changed something.
#[derive(Debug)]
pub struct Open {
    notes: Arc<Notes>,
    id: Option<RequestId>,
    peer: Option<Peer>,
    started: Duration,
    is_closed: bool,
}

impl Open {
    fn new<B>(notes: Arc<Notes>, request: &Request<B>) -> Self {
        let id = request.extensions().get().copied();
        let peer = request.extensions().get().cloned();
        let started = notes.clock.elapsed();
        Self { notes, id, peer, started, is_closed: false }
    }

    fn close<C>(&mut self, response: &Response<C>) {
        let error = response.extensions().get::<Error>();
        let answered = response.extensions().get::<Answered>();
        let by_layer = response.extensions().get::<Refused>().map(|refused| refused.0);
        let refused = by_layer.or_else(|| response.extensions().get().map(Refusal::reason));
        let code = code_of(response.status(), error);
        self.note(&Seen {
            answered,
            code,
            refused: refused.or_else(|| answered.is_none().then_some(code)),
            status: response.status(),
            duration: self.duration(),
        });
    }

    fn duration(&self) -> Duration {
        self.notes.clock.elapsed().saturating_sub(self.started)
    }

    fn note(&mut self, seen: &Seen<'_>) {
        self.is_closed = true;
        self.notes.observer.observe(seen);
        tracing::info!(
            target: TARGET,
            request_id = self.id.as_ref().map_or("-", RequestId::as_str),
            peer = self.peer.as_ref().map(Peer::as_str),
            caller = seen.answered.and_then(|answered| answered.caller.as_deref()),
            service = seen.answered.map(|answered| answered.service),
            action = seen.answered.map(|answered| answered.action),
            code = seen.code,
            refused = seen.refused,
            status = seen.status.as_u16(),
            duration_us = u64::try_from(seen.duration.as_micros()).unwrap_or(u64::MAX),
        );
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_closed {
            self.note(&Seen {
                answered: None,
                code: "Aborted",
                refused: None,
                status: StatusCode::from_u16(499).unwrap_or_default(),
                duration: self.duration(),
            });
        }
    }
}

fn code_of(status: StatusCode, error: Option<&Error>) -> &'static str {
    match error {
        Some(error) => error.code().as_str(),
        None if status.is_success() => "OK",
        None => "None",
    }
}
