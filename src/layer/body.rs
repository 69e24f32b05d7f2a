//! Reads the whole body, and no more of it than a limit, before anyone looks.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::EXPECT;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tower::{Layer, Service};

use crate::error::{Code, Error, Result};
use crate::layer::refusal;

/// How much of a body that is too large is read on, as a multiple of the limit:
/// who is cut off in the middle of sending does not read the answer.
const PATIENCE: usize = 8;

/// What a body may fail with.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a body fails with that takes longer than it may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for TooSlow {}

/// Wraps services in [`WholeBody`].
#[derive(Clone, Copy, Debug)]
pub struct WholeBodyLayer {
    limit: usize,
}

impl WholeBodyLayer {
    /// A layer that passes on bodies of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit }
    }
}

impl<S> Layer<S> for WholeBodyLayer {
    type Service = WholeBody<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WholeBody { limit: self.limit, inner }
    }
}

/// Passes on the request with its body read; a body that is too large or too
/// slow, or that breaks off, is refused.
#[derive(Clone, Debug)]
pub struct WholeBody<S> {
    limit: usize,
    inner: S,
}

impl<S, B> Service<Request<B>> for WholeBody<S>
where
    S: Service<Request<Bytes>, Response = Response<Full<Bytes>>> + Clone + Send + 'static,
    S::Future: Send,
    B: BodyExt<Data: Send, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let limit = self.limit;
        // `self.inner` is the one that said it was ready: it goes, the clone stays.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        Box::pin(async move {
            match read(request, limit).await {
                Ok(request) => inner.call(request).await,
                Err(error) => Ok(refusal(error)),
            }
        })
    }
}

async fn read<B>(request: Request<B>, limit: usize) -> Result<Request<Bytes>>
where
    B: BodyExt<Error: Into<BoxError>> + Unpin,
{
    let (parts, mut body) = request.into_parts();
    if exceeds(&body, limit) {
        // Who waits for leave to send has not begun, and need not be heard out.
        if !parts.headers.contains_key(EXPECT) {
            hear_out(&mut body, limit).await;
        }
        return Err(too_large(limit));
    }
    match Limited::new(&mut body, limit).collect().await {
        Ok(whole) => Ok(Request::from_parts(parts, whole.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => {
            hear_out(&mut body, limit).await;
            Err(too_large(limit))
        }
        Err(error) if error.is::<TooSlow>() => Err(too_slow()),
        Err(_) => Err(Error::new(Code::RequestAbortedException, "The body broke off.")),
    }
}

/// Reads on for as long as patience lasts, and keeps nothing.
async fn hear_out<B>(body: &mut B, limit: usize)
where
    B: BodyExt<Error: Into<BoxError>> + Unpin,
{
    let most = limit.saturating_mul(PATIENCE);
    if !exceeds(body, most) {
        let mut rest = Limited::new(body, most);
        while let Some(Ok(_)) = rest.frame().await {}
    }
}

/// Whether the body says itself that it is longer.
fn exceeds(body: &impl BodyExt, limit: usize) -> bool {
    u64::try_from(limit).is_ok_and(|limit| body.size_hint().lower() > limit)
}

fn too_large(limit: usize) -> Error {
    let message = format!("The body is larger than {limit} bytes.");
    Error::new(Code::RequestEntityTooLarge, message)
}

fn too_slow() -> Error {
    Error::new(Code::RequestTimeout, "The body did not arrive in time.")
}
