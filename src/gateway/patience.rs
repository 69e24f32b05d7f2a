//! How long a connection is waited for.
//!
//! A timer for each request would cost a good part of what the request does. So
//! each connection has one, which beats a few times within the shortest of its
//! bounds, and whatever is to be in time is counted in beats.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::time::sleep;

use crate::config::Bounds;
use crate::gateway::stop::Stop;

/// How long a connection that is told to close may take for it.
const FAREWELL: Duration = Duration::from_secs(5);

/// How many beats there are in the shortest bound: nothing is cut short before its
/// time, and at most two beats after it.
const BEATS: u32 = 8;

/// What is to be done with a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Call {
    /// Finish what is under way, and take nothing new on.
    Close,
    /// Leave it as it is.
    Leave,
}

/// What goes on in a connection, and how many beats it has seen.
#[derive(Debug)]
pub(super) struct Pulse {
    bounds: Bounds,
    start: Instant,
    every: Duration,
    beats: AtomicU32,
    begun: AtomicU64,
    under_way: AtomicUsize,
}

impl Pulse {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        let shortest = bounds.header_timeout.min(bounds.idle_timeout).min(FAREWELL);
        Arc::new(Self {
            bounds,
            start: TokioTimer::new().now(),
            every: shortest.checked_div(BEATS).unwrap_or(shortest),
            beats: AtomicU32::new(0),
            begun: AtomicU64::new(0),
            under_way: AtomicUsize::new(0),
        })
    }

    /// Notes a request; it is under way until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Begun {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.under_way.fetch_add(1, Ordering::Relaxed);
        Begun(Arc::clone(self))
    }

    /// Beats until something is to be done: hyper cuts short who sends a head
    /// slowly, but not who sends nothing, nor who keeps an HTTP/2 connection for
    /// nothing.
    pub(super) async fn watch(self: Arc<Self>, stop: Stop, is_closing: bool) -> Call {
        let mut quiet = Duration::ZERO;
        let mut begun = self.begun.load(Ordering::Relaxed);
        // The beat in which the last request ended counts as quiet, and does not count.
        while quiet <= self.patience(is_closing) {
            tokio::select! {
                biased;
                () = stop.left() => return Call::Leave,
                () = stop.draining(), if !is_closing => return Call::Close,
                () = sleep(self.every) => {}
            }
            self.beats.fetch_add(1, Ordering::Relaxed);
            let before = std::mem::replace(&mut begun, self.begun.load(Ordering::Relaxed));
            let is_quiet = begun == before && self.under_way.load(Ordering::Relaxed) == 0;
            quiet = if is_quiet { quiet.saturating_add(self.every) } else { Duration::ZERO };
        }
        if is_closing { Call::Leave } else { Call::Close }
    }

    fn patience(&self, is_closing: bool) -> Duration {
        match self.begun.load(Ordering::Relaxed) {
            _ if is_closing => FAREWELL,
            0 => self.bounds.header_timeout,
            _ => self.bounds.idle_timeout,
        }
    }

    /// The time at the last beat.
    fn now(&self) -> Instant {
        let passed = self.every.saturating_mul(self.beats.load(Ordering::Relaxed));
        self.start.checked_add(passed).unwrap_or(self.start)
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
pub(super) struct Begun(Arc<Pulse>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The timer by which hyper cuts short who sends a head slowly. What waits for it
/// is not woken by it, but polled at every beat.
#[derive(Debug)]
pub(super) struct ByBeats(pub(super) Arc<Pulse>);

impl Timer for ByBeats {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now().checked_add(duration).unwrap_or_else(|| self.now()))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        // The beat may be nearly over in which this begins: it does not count.
        let deadline = deadline.checked_add(self.0.every).unwrap_or(deadline);
        Box::pin(Until { pulse: Arc::clone(&self.0), deadline })
    }

    fn now(&self) -> Instant {
        self.0.now()
    }
}

#[derive(Debug)]
struct Until {
    pulse: Arc<Pulse>,
    deadline: Instant,
}

impl Sleep for Until {}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.pulse.now() < self.deadline { Poll::Pending } else { Poll::Ready(()) }
    }
}
