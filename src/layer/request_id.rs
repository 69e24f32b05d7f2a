//! Gives each request its name, and each answer that name and the time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::DATE;
use http::{HeaderName, HeaderValue, Request, Response};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::clock::{Clock, Latest, Time};

/// The header that names the request in its answer.
pub const HEADER: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// How many bytes a name may have: as many as a UUID has.
const LONGEST: usize = 36;

/// The name of a request, in its extensions; the log and the answer tell it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RequestId {
    text: [u8; LONGEST],
    length: usize,
}

impl RequestId {
    /// A request called `name`, of which 36 letters are kept. A name that is not
    /// made of visible ASCII, as a header is, is none.
    pub fn new(name: &str) -> Self {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        let name = if is_name { name.as_bytes() } else { b"-" };
        let mut text = [0; LONGEST];
        text.iter_mut().zip(name).for_each(|(to, from)| *to = *from);
        Self { text, length: name.len().min(LONGEST) }
    }

    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        self.text.get(..self.length).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Wraps services in [`WithRequestId`].
#[derive(Clone, Debug)]
pub struct RequestIdLayer<N> {
    clock: Arc<dyn Clock>,
    names: N,
}

impl<N: Fn() -> String> RequestIdLayer<N> {
    /// A layer that takes a new name from `names` for each request, and the time
    /// from `clock`.
    pub fn new(clock: Arc<dyn Clock>, names: N) -> Self {
        Self { clock, names }
    }
}

impl<N: Clone, S> Layer<S> for RequestIdLayer<N> {
    type Service = WithRequestId<N, S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithRequestId { clock: Arc::clone(&self.clock), names: self.names.clone(), inner }
    }
}

/// Passes on the request with its [`RequestId`] in the extensions; the answer
/// gets `x-amzn-RequestId`, and `Date`, from which clients correct their clocks.
#[derive(Clone, Debug)]
pub struct WithRequestId<N, S> {
    clock: Arc<dyn Clock>,
    names: N,
    inner: S,
}

impl<N, S, B, C> Service<Request<B>> for WithRequestId<N, S>
where
    N: Fn() -> String,
    S: Service<Request<B>, Response = Response<C>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Naming<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let id = RequestId::new(&(self.names)());
        request.extensions_mut().insert(id);
        Naming { answer: self.inner.call(request), id, clock: Arc::clone(&self.clock) }
    }
}

pin_project! {
    /// An answer that gets its name when it is there.
    #[derive(Debug)]
    pub struct Naming<F> {
        #[pin]
        answer: F,
        id: RequestId,
        clock: Arc<dyn Clock>,
    }
}

impl<F, C, E> Future for Naming<F>
where
    F: Future<Output = Result<Response<C>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut response = ready!(this.answer.poll(cx))?;
        let headers = response.headers_mut();
        if let Ok(name) = HeaderValue::from_str(this.id.as_str()) {
            headers.insert(HEADER, name);
        }
        headers.insert(DATE, date(this.clock.now()));
        Poll::Ready(Ok(response))
    }
}

thread_local! {
    static DATE_VALUE: Latest<HeaderValue> = const { Latest::new() };
}

/// `time` as a header has it.
fn date(time: Time) -> HeaderValue {
    DATE_VALUE.with(|latest| latest.with(time, written, HeaderValue::clone))
}

fn written(time: Time) -> HeaderValue {
    HeaderValue::try_from(time.http()).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_header_can_hold() {
        assert_eq!(RequestId::new("a-name").as_str(), "a-name");
        assert_eq!(RequestId::new(&"é".repeat(40)).as_str(), "-");
        assert_eq!(RequestId::new("a\r\nb: c").as_str(), "-");
        assert_eq!(RequestId::new("").as_str(), "-");
        assert_eq!(RequestId::new(&"x".repeat(40)).as_str(), "x".repeat(36));
    }

    #[test]
    fn each_moment_is_written_as_itself() {
        assert_eq!(date(Time::from_unix(1_440_938_160)), "Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(date(Time::from_unix(1_440_938_161)), "Sun, 30 Aug 2015 12:36:01 GMT");
        assert_eq!(date(Time::from_unix(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
