//! Serves so many requests at a time, and tells the rest to come again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service};

use crate::error::Error;
use crate::layer::held::Held;
use crate::layer::{Refused, refusal};

/// Wraps services in [`Shed`].
#[derive(Clone, Debug)]
pub struct ShedLayer {
    most: usize,
    serving: Serving,
}

/// How many requests are being served; a clone counts the same ones.
#[derive(Clone, Debug, Default)]
pub struct Serving(Arc<AtomicUsize>);

impl Serving {
    /// The number of now.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more for as long as the place is held, unless `most` are
    /// counted already.
    fn enter(&self, most: usize) -> Option<Place> {
        // The place is made first: where there is none, it goes at once.
        let before = self.0.fetch_add(1, Ordering::Relaxed);
        let place = Place(self.clone());
        (before < most).then_some(place)
    }
}

/// One of the requests that are counted.
#[derive(Debug)]
pub struct Place(Serving);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ShedLayer {
    /// A layer that lets `most` requests in at a time, whatever the number of
    /// services it wraps, and keeps `serving` at their number.
    pub fn new(most: usize, serving: Serving) -> Self {
        Self { most, serving }
    }
}

impl<S> Layer<S> for ShedLayer {
    type Service = Shed<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Shed { most: self.most, serving: self.serving.clone(), inner }
    }
}

/// Passes on as many requests at a time as it may; the others are throttled.
#[derive(Clone, Debug)]
pub struct Shed<S> {
    most: usize,
    serving: Serving,
    inner: S,
}

impl<S, B> Service<Request<B>> for Shed<S>
where
    S: Service<Request<B>, Response = Response<Full<Bytes>>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Held<S::Future, Option<Place>, Full<Bytes>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let place = self.serving.enter(self.most);
        let answer = place.is_some().then(|| self.inner.call(request));
        Held::new(answer, place, throttled)
    }
}

fn throttled() -> Response<Full<Bytes>> {
    let mut response = refusal(Error::throttled());
    response.extensions_mut().insert(Refused("overload"));
    response
}
