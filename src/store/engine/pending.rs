//! The answer to a commit, before it is there.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::sync::oneshot;

use super::Failure;

/// Becomes the answer to a commit. Whoever lets it go waits no longer, but the
/// batch stays in the queue.
#[derive(Debug)]
#[must_use = "what nobody waits for may have failed"]
pub struct Pending(oneshot::Receiver<Result<(), Failure>>);

/// Gives a [`Pending`] its answer. Dropped without one, it answers
/// [`Failure::Stopped`], so that nobody waits for ever.
#[derive(Debug)]
pub struct Answer(oneshot::Sender<Result<(), Failure>>);

impl Pending {
    /// An answer that is still to come.
    pub fn new() -> (Answer, Self) {
        let (sender, receiver) = oneshot::channel();
        (Answer(sender), Self(receiver))
    }

    /// An answer that is there.
    pub fn ready(result: Result<(), Failure>) -> Self {
        let (answer, pending) = Self::new();
        answer.give(result);
        pending
    }

    /// Blocks until the answer is there.
    ///
    /// # Panics
    /// Where it is called on a thread that runs tasks; they must `await`.
    pub fn wait(self) -> Result<(), Failure> {
        self.0.blocking_recv().unwrap_or(Err(Failure::Stopped))
    }
}

impl Future for Pending {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.0).poll(context));
        Poll::Ready(answer.unwrap_or(Err(Failure::Stopped)))
    }
}

impl Answer {
    /// Answers.
    pub fn give(self, result: Result<(), Failure>) {
        // Nobody may be waiting any more.
        let _ = self.0.send(result);
    }
}
