//! How the gateway is told to stop: first gently, then at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Two calls that everyone hears: to finish what is under way, and to leave it.
/// A clone hears the same ones.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    gently: CancellationToken,
    at_once: CancellationToken,
}

impl Stop {
    /// Calls to take nothing new on and to finish the rest.
    pub fn drain(&self) {
        self.gently.cancel();
    }

    /// Calls to leave everything.
    pub fn leave(&self) {
        self.gently.cancel();
        self.at_once.cancel();
    }

    /// Waits for the first call.
    pub async fn draining(&self) {
        self.gently.cancelled().await;
    }

    /// Waits for the second call.
    pub async fn left(&self) {
        self.at_once.cancelled().await;
    }

    /// Whether the first call was made.
    pub fn is_draining(&self) -> bool {
        self.gently.is_cancelled()
    }

    /// One that hears the same calls, and has a lock of its own: a connection is
    /// polled often, and must not meet all others there.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { gently: self.gently.child_token(), at_once: self.at_once.child_token() }
    }
}

/// SIGTERM and SIGINT, from the moment they are caught.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches both, so that none ends the process any more.
    pub fn catch() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Makes the first signal the first call, and the second the second.
    pub async fn tell(mut self, stop: Stop) {
        self.next().await;
        tracing::info!("stopping: what is under way is finished; a second signal stops at once");
        stop.drain();
        self.next().await;
        tracing::warn!("stopping at once");
        stop.leave();
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
