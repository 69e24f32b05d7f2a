//! A clock that stands still, so that what is signed at one moment is verified at it.

use std::time::Duration;

use countersign::clock::{Clock, Time};

/// Always this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Still(pub(crate) Time);

impl Clock for Still {
    fn now(&self) -> Time {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}
