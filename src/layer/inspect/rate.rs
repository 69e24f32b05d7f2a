//! So many a second, and no more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many of something there may be in one second. The rest is counted by whoever asks.
#[derive(Debug)]
pub(super) struct Rate {
    most: u32,
    /// The second in the upper half, how many there were in it in the lower one.
    spent: AtomicU64,
}

impl Rate {
    pub(super) const fn of(most: u32) -> Self {
        Self { most, spent: AtomicU64::new(0) }
    }

    /// Whether there is room for another one. Where there is none, nothing is written: all
    /// cores may ask at once.
    pub(super) fn has_room(&self, now: Duration) -> bool {
        let (second, count) = split(self.spent.load(Ordering::Relaxed));
        second != low(now.as_secs()) || count < self.most
    }

    /// Takes room for one, if there is any.
    pub(super) fn takes(&self, now: Duration) -> bool {
        let this = low(now.as_secs());
        let next = |spent| match split(spent) {
            (second, count) if second == this => {
                (count < self.most).then(|| joined(this, count.saturating_add(1)))
            }
            _ => Some(joined(this, 1)),
        };
        self.spent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok()
    }
}

fn split(spent: u64) -> (u32, u32) {
    (low(spent >> 32), low(spent))
}

fn joined(second: u32, count: u32) -> u64 {
    u64::from(second) << 32 | u64::from(count)
}

/// The lower half: seconds begin anew after a hundred years.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_room_for_so_many_and_the_next_one_again() {
        let rate = Rate::of(2);
        let first = Duration::from_secs(7);
        assert!(rate.takes(first) && rate.takes(first));
        assert!(!rate.has_room(first) && !rate.takes(first));
        let next = Duration::from_millis(8_100);
        assert!(rate.has_room(next) && rate.takes(next));
        assert!(rate.has_room(next));
    }

    #[test]
    fn the_first_second_is_one_like_any_other() {
        let rate = Rate::of(1);
        assert!(rate.takes(Duration::ZERO) && !rate.takes(Duration::ZERO));
    }
}
