//! One connection: HTTP/1.1 or HTTP/2, within bounds of size and time.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::rt::{Read, Write};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::time::{Sleep, sleep};
use tower::Service;

use crate::config::Bounds;
use crate::gateway::patience::{Begun, ByBeats, Call, Pulse};
use crate::gateway::stop::Stop;
use crate::layer::Peer;
use crate::layer::body::{BoxError, TooSlow};
use crate::layer::held::Held;

/// How often an HTTP/2 client is asked whether it is still there, and how long it
/// may take to say so.
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_WITHIN: Duration = Duration::from_secs(20);

/// What answers are made of.
pub trait Content: Body<Data = Bytes, Error = Infallible> + Default + Send + 'static {
    /// Whether it may go on for as long as it likes: then whoever makes it holds the
    /// request's [`Lasting`] until it ends.
    const LASTS: bool = false;
}

impl Content for Full<Bytes> {}

/// Keeps the connection from being taken for idle; in the extensions of requests whose
/// answers may last. Only its being there counts.
#[derive(Clone, Debug)]
pub struct Lasting(#[expect(dead_code, reason = "held for its end")] Arc<Begun>);

/// A stack of layers that answers requests. It is always ready: where there is no
/// place for a request, that is its answer.
pub trait Stack<B = TimedBody, C = Full<Bytes>>:
    Service<Request<B>, Response = Response<C>, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S, B, C> Stack<B, C> for S where
    S: Service<Request<B>, Response = Response<C>, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// How HTTP is spoken on every connection of a listener.
#[derive(Clone, Debug)]
pub struct Speaker {
    bounds: Bounds,
    http: auto::Builder<TokioExecutor>,
}

impl Speaker {
    /// One that keeps to `bounds`.
    pub fn new(bounds: Bounds) -> Self {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .header_read_timeout(bounds.header_timeout)
            .max_headers(bounds.headers)
            .max_buf_size(bounds.header_bytes);
        http.http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_EVERY)
            .keep_alive_timeout(PING_WITHIN)
            .max_concurrent_streams(bounds.streams)
            .max_header_list_size(u32::try_from(bounds.header_bytes).unwrap_or(u32::MAX));
        Self { bounds, http }
    }

    /// Speaks with `peer` until it, or the gateway, has had enough.
    pub async fn speak<I, S, C>(&self, (io, peer): (I, Peer), stack: S, stop: &Stop)
    where
        I: Read + Write + Unpin + Send + 'static,
        S: Stack<TimedBody, C>,
        C: Content,
    {
        let pulse = Pulse::new(self.bounds);
        let mut http = self.http.clone();
        http.http1().timer(ByBeats(Arc::clone(&pulse)));
        let service = Answering {
            stack,
            peer: peer.clone(),
            bounds: self.bounds,
            pulse: Arc::clone(&pulse),
            content: PhantomData,
        };
        let mut connection = pin!(http.serve_connection(io, service));
        // Polled when it is woken itself, and not as often as the connection is.
        let watch = |is_closing| Arc::clone(&pulse).watch(stop.clone(), is_closing);
        let mut calls = FuturesUnordered::from_iter([watch(false)]);
        loop {
            tokio::select! {
                biased;
                call = calls.next() => match call {
                    Some(Call::Close) => {
                        connection.as_mut().graceful_shutdown();
                        calls.push(watch(true));
                    }
                    Some(Call::Leave) | None => return,
                },
                end = connection.as_mut() => {
                    return if let Err(error) = end { note(&peer, &*error) };
                }
            }
        }
    }
}

/// What clients do wrong is their business; it is here for who looks for it.
fn note(peer: &Peer, error: &(dyn std::error::Error + 'static)) {
    tracing::debug!(peer = peer.as_str(), reason = %error, "a connection broke off");
}

/// The stack, as one connection sees it.
#[derive(Debug)]
struct Answering<S, C> {
    stack: S,
    peer: Peer,
    bounds: Bounds,
    pulse: Arc<Pulse>,
    content: PhantomData<fn() -> C>,
}

impl<S, C> hyper::service::Service<Request<Incoming>> for Answering<S, C>
where
    S: Stack<TimedBody, C>,
    C: Content,
{
    type Response = Response<C>;
    type Error = Infallible;
    type Future = Held<S::Future, Begun, C>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let under_way = self.pulse.begin();
        // HTTP/1.1 is held to this by hyper, with the same answer.
        if request.headers().len() > self.bounds.headers {
            return Held::new(None, under_way, too_many_headers);
        }
        let body_timeout = self.bounds.body_timeout;
        let mut request = request.map(|body| TimedBody::new(body, body_timeout));
        request.extensions_mut().insert(self.peer.clone());
        if C::LASTS {
            request.extensions_mut().insert(Lasting(Arc::new(self.pulse.begin())));
        }
        Held::new(Some(self.stack.clone().call(request)), under_way, too_many_headers)
    }
}

fn too_many_headers<C: Default>() -> Response<C> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}

/// A body that has to arrive in time, all of it.
#[derive(Debug)]
pub struct TimedBody {
    inner: Incoming,
    within: Duration,
    /// Begins when there is something to wait for: most bodies come with the head.
    timer: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    fn new(inner: Incoming, within: Duration) -> Self {
        Self { inner, within, timer: None }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let within = self.within;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(within)));
        timer.as_mut().poll(cx).map(|()| Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
