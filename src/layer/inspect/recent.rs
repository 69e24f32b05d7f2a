//! The last requests: so many, and no more memory than so much.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::layer::inspect::rate::Rate;
use crate::layer::inspect::record::Record;

/// How many records are kept, and about how many bytes of them.
const MOST: usize = 500;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// How many requests a second are kept of those that went well, and of those that did not.
const A_SECOND: u32 = 50;

/// The last requests, and who waits for the next one. A clone has the same ones.
#[derive(Clone, Debug)]
pub struct Recent(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kept: Mutex<Kept>,
    /// Requests that are looked at from all sides, whatever becomes of them.
    looked: Rate,
    accepted: Rate,
    refused: Rate,
    not_kept: AtomicU64,
    latest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Arc<Record>>,
    bytes: usize,
    next: u64,
}

impl Default for Recent {
    fn default() -> Self {
        Self(Arc::new(Shared {
            kept: Mutex::default(),
            looked: Rate::of(A_SECOND.saturating_mul(2)),
            accepted: Rate::of(A_SECOND),
            refused: Rate::of(A_SECOND),
            not_kept: AtomicU64::new(0),
            latest: watch::Sender::new(0),
        }))
    }
}

impl Recent {
    /// How closely a request is looked at that comes `now`: from all sides, or only for
    /// the case that it is refused; nothing where it would not be kept in any case.
    pub(super) fn look(&self, now: Duration) -> Option<bool> {
        let Shared { looked, accepted, refused, .. } = &*self.0;
        let is_full = accepted.has_room(now) && looked.takes(now);
        if is_full || refused.has_room(now) {
            return Some(is_full);
        }
        self.skip();
        None
    }

    /// Whether a request is kept that is answered `now`; otherwise it is counted.
    pub(super) fn takes(&self, now: Duration, (is_full, is_refused): (bool, bool)) -> bool {
        let Shared { accepted, refused, .. } = &*self.0;
        let taken = if is_refused { refused.takes(now) } else { is_full && accepted.takes(now) };
        if !taken {
            self.skip();
        }
        taken
    }

    fn skip(&self) {
        self.0.not_kept.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn keep(&self, mut record: Record) {
        let mut kept = self.kept();
        kept.next = kept.next.saturating_add(1);
        let number = kept.next;
        record.number = number;
        kept.bytes = kept.bytes.saturating_add(record.size());
        kept.records.push_back(Arc::new(record));
        while kept.records.len() > MOST || kept.bytes > MOST_BYTES {
            let Some(first) = kept.records.pop_front() else { break };
            kept.bytes = kept.bytes.saturating_sub(first.size());
        }
        drop(kept);
        // Two that come at once may be told of in either order.
        self.0.latest.send_if_modified(|latest| {
            let is_newer = number > *latest;
            *latest = number.max(*latest);
            is_newer
        });
    }

    /// The records behind `number`, the oldest first.
    pub fn since(&self, number: u64) -> Vec<Arc<Record>> {
        let kept = self.kept();
        let newer = kept.records.iter().rev().take_while(|record| record.number > number);
        let mut newer: Vec<_> = newer.map(Arc::clone).collect();
        newer.reverse();
        newer
    }

    /// The record of the request of that name, if it is still there.
    pub fn of(&self, id: &str) -> Option<Arc<Record>> {
        self.kept().records.iter().rev().find(|record| record.id == id).map(Arc::clone)
    }

    /// How many requests were not kept, because too many came at once.
    pub fn not_kept(&self) -> u64 {
        self.0.not_kept.load(Ordering::Relaxed)
    }

    /// Hears the number of each new record, or of the last of several.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.latest.subscribe()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::clock::Time;
    use crate::layer::inspect::head::Signed;
    use crate::layer::inspect::record::Outcome;

    const NOW: Duration = Duration::from_secs(3);

    fn record(id: &str, target: String) -> Record {
        let outcome = Outcome {
            status: StatusCode::OK,
            code: "OK",
            message: None,
            refused: None,
            duration: Duration::ZERO,
            received: None,
            sent: None,
        };
        Record {
            number: 0,
            id: id.to_owned(),
            at: Time::default(),
            peer: None,
            agent: None,
            signed: Signed::default(),
            method: "GET".to_owned(),
            target,
            service: None,
            action: None,
            caller: None,
            outcome,
            stages: None,
            diagnosis: None,
            rulings: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_go_first_when_there_are_too_many_or_they_are_too_large() {
        let recent = Recent::default();
        for number in 0..600 {
            recent.keep(record(&number.to_string(), String::new()));
        }
        assert_eq!(recent.since(0).len(), MOST);
        assert!(recent.of("99").is_none());
        assert_eq!(recent.of("100").unwrap().number, 101);
        assert_eq!(recent.since(598).len(), 2);
        for number in 0..9 {
            recent.keep(record(&format!("large-{number}"), "x".repeat(MOST_BYTES / 8)));
        }
        assert!(recent.since(0).len() < 9);
        assert!(recent.of("large-8").is_some());
    }

    #[test]
    fn who_listens_hears_the_last_number() {
        let recent = Recent::default();
        let mut latest = recent.listen();
        recent.keep(record("one", String::new()));
        recent.keep(record("two", String::new()));
        assert_eq!(*latest.borrow_and_update(), 2);
        assert!(!latest.has_changed().unwrap());
    }

    #[test]
    fn requests_that_go_well_leave_room_for_refusals_and_are_looked_at_no_more() {
        let recent = Recent::default();
        for _ in 0..A_SECOND {
            assert_eq!(recent.look(NOW), Some(true));
            assert!(recent.takes(NOW, (true, false)));
        }
        assert_eq!(recent.look(NOW), Some(false));
        assert!(!recent.takes(NOW, (false, false)));
        assert!(recent.takes(NOW, (false, true)));
        assert_eq!(recent.not_kept(), 1);
    }

    #[test]
    fn refusals_leave_room_for_requests_that_go_well_until_too_many_were_looked_at() {
        let recent = Recent::default();
        for _ in 0..A_SECOND {
            assert_eq!(recent.look(NOW), Some(true));
            assert!(recent.takes(NOW, (true, true)));
        }
        for _ in 0..A_SECOND {
            assert_eq!(recent.look(NOW), Some(true));
            assert!(!recent.takes(NOW, (true, true)));
        }
        assert_eq!(recent.look(NOW), None);
        assert_eq!(recent.not_kept(), u64::from(A_SECOND) + 1);
        assert_eq!(recent.look(NOW.saturating_mul(2)), Some(true));
    }
}
