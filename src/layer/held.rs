//! An answer for which something is held until it is there.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use pin_project_lite::pin_project;

pin_project! {
    /// An answer, and what is let go with it.
    #[derive(Debug)]
    pub struct Held<F, H, C> {
        #[pin]
        answer: Option<F>,
        guard: H,
        otherwise: fn() -> Response<C>,
    }
}

impl<F, H, C> Held<F, H, C> {
    /// Holds `guard` for `answer`; where that was never asked for, the answer is
    /// what `otherwise` makes.
    pub fn new(answer: Option<F>, guard: H, otherwise: fn() -> Response<C>) -> Self {
        Self { answer, guard, otherwise }
    }
}

impl<F, H, C, E> Future for Held<F, H, C>
where
    F: Future<Output = Result<Response<C>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.answer.as_pin_mut() {
            Some(answer) => answer.poll(cx),
            None => Poll::Ready(Ok((this.otherwise)())),
        }
    }
}
