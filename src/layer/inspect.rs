//! Keeps the last requests to be looked at, as they came and as they were answered.
//!
//! What a request costs that is not kept is a look at two numbers. Of those that come in a
//! second only so many are kept, of what is kept nothing is secret, and there is an end to
//! how much it is.

mod head;
mod note;
mod rate;
mod recent;
mod record;
mod veil;

pub use head::Signed;
pub use note::Note;
pub use recent::Recent;
pub use record::{Diagnosed, Outcome, Record, Stages};

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use crate::clock::Clock;
use crate::layer::inspect::head::Head;
use crate::layer::inspect::record::Making;

/// Wraps services in [`Inspect`].
#[derive(Clone, Debug)]
pub struct InspectLayer(Option<Arc<Keeping>>);

#[derive(Debug)]
struct Keeping {
    clock: Arc<dyn Clock>,
    recent: Recent,
}

impl InspectLayer {
    /// A layer that puts requests into `recent`, with the time of `clock`; without one it
    /// passes them on.
    pub fn new(clock: Arc<dyn Clock>, recent: Option<Recent>) -> Self {
        Self(recent.map(|recent| Arc::new(Keeping { clock, recent })))
    }
}

impl<S> Layer<S> for InspectLayer {
    type Service = Inspect<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Inspect { keeping: self.0.clone(), inner }
    }
}

/// Passes requests on, with an `Arc` of a [`Note`] in the extensions of those that are to
/// be kept, and makes a [`Record`] of each when its answer is there.
#[derive(Clone, Debug)]
pub struct Inspect<S> {
    keeping: Option<Arc<Keeping>>,
    inner: S,
}

impl<S, B, C> Service<Request<B>> for Inspect<S>
where
    S: Service<Request<B>, Response = Response<C>>,
    C: BodyExt,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Inspecting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let open = self.keeping.as_ref().and_then(|keeping| Open::new(keeping, &mut request));
        Inspecting { answer: self.inner.call(request), open }
    }
}

pin_project! {
    /// An answer of which a record is made when it is there.
    #[derive(Debug)]
    pub struct Inspecting<F> {
        #[pin]
        answer: F,
        open: Option<Box<Open>>,
    }
}

impl<F, C, E> Future for Inspecting<F>
where
    F: Future<Output = Result<Response<C>, E>>,
    C: BodyExt,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let response = ready!(this.answer.poll(cx))?;
        if let Some(mut open) = this.open.take() {
            open.close(&response);
        }
        Poll::Ready(Ok(response))
    }
}

/// A request that is not answered yet. Where its caller hangs up it is kept as well.
#[derive(Debug)]
struct Open {
    keeping: Arc<Keeping>,
    head: Head,
    note: Arc<Note>,
    started: Duration,
    is_closed: bool,
}

impl Open {
    fn new<B>(keeping: &Arc<Keeping>, request: &mut Request<B>) -> Option<Box<Self>> {
        let started = keeping.clock.elapsed();
        let is_full = keeping.recent.look(started)?;
        let (head, note) = (Head::of(request), Arc::new(Note::new(is_full)));
        request.extensions_mut().insert(Arc::clone(&note));
        let keeping = Arc::clone(keeping);
        Some(Box::new(Self { keeping, head, note, started, is_closed: false }))
    }

    fn close<C: BodyExt>(&mut self, response: &Response<C>) {
        self.is_closed = true;
        if let Some(making) = self.making(!response.status().is_success()) {
            self.keeping.recent.keep(making.answered(response));
        }
    }

    fn making(&self, is_refused: bool) -> Option<Making<'_>> {
        let Keeping { clock, recent } = &*self.keeping;
        let now = clock.elapsed();
        let duration = now.saturating_sub(self.started);
        let is_kept = recent.takes(now, (self.note.is_full(), is_refused));
        let found = || self.note.take();
        is_kept.then(|| Making { head: &self.head, found: found(), at: clock.now(), duration })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_closed
            && let Some(making) = self.making(true)
        {
            self.keeping.recent.keep(making.aborted());
        }
    }
}
