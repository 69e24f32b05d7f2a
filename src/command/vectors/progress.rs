//! How far a long run has come, on a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::vectors::Report;

/// A run is long from here on, and told of so often.
const LONG: Duration = Duration::from_secs(1);
const EVERY: Duration = Duration::from_millis(100);

/// One line that is written over and over, and wiped at the end. Where standard error is no
/// terminal there is none.
#[derive(Debug)]
pub(super) struct Progress {
    clock: SystemClock,
    all: usize,
    done: usize,
    failed: usize,
    next: Duration,
    is_terminal: bool,
    is_written: bool,
}

impl Progress {
    pub(super) fn of(all: usize) -> Self {
        Self {
            clock: SystemClock::start(),
            all,
            done: 0,
            failed: 0,
            next: LONG,
            is_terminal: io::stderr().is_terminal(),
            is_written: false,
        }
    }

    /// Notes that one more is done.
    pub(super) fn step(&mut self, report: &Report) {
        self.done = self.done.saturating_add(1);
        self.failed = self.failed.saturating_add(usize::from(report.is_failed()));
        let elapsed = self.clock.elapsed();
        if self.is_terminal && elapsed >= self.next {
            self.next = elapsed.saturating_add(EVERY);
            self.is_written = true;
            let (done, all, failed) = (self.done, self.all, self.failed);
            // Where it cannot be told, nothing is lost.
            let _ = write!(io::stderr(), "\r{done} of {all} cases, {failed} failed ");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_written {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
