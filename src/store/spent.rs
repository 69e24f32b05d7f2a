//! One-time codes that were used, so that none is used twice; in memory, since most of
//! what takes a code keeps nothing.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Time;
use crate::store::entity::{MfaDevice, Synced};
use crate::text::EntityId;
use crate::totp::counter_at;

/// How many devices are remembered at a time.
const MOST_DEVICES: usize = 100_000;

/// For how many steps a device is remembered: longer than any code is taken.
const REMEMBERED: i64 = 240;

/// The wrong code in a row from which on one has to wait.
const PATIENCE: u32 = 5;

/// Two to this power is the most steps that one must wait after wrong codes: an hour.
const LONGEST: u32 = 7;

/// The last code that was used of each device, and how often others were tried.
#[derive(Debug)]
pub struct Spent {
    /// Since when uses are remembered.
    since: Time,
    devices: Mutex<HashMap<EntityId, Seen>>,
}

/// What was seen of a device.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// The step of the last code that was used.
    last: i64,
    /// Whether that was to synchronize.
    by_sync: bool,
    /// How many wrong codes came since.
    wrong: u32,
    /// The step from which on codes are looked at again.
    until: i64,
    /// The step in which this was noted.
    at: i64,
}

impl Default for Seen {
    fn default() -> Self {
        Self { last: i64::MIN, by_sync: false, wrong: 0, until: i64::MIN, at: i64::MIN }
    }
}

impl Seen {
    fn count_wrong(&mut self, due: i64) {
        self.wrong = self.wrong.saturating_add(1);
        if let Some(beyond) = self.wrong.checked_sub(PATIENCE) {
            self.until = due.saturating_add(1 << beyond.min(LONGEST));
        }
    }
}

impl Spent {
    /// Remembers from `since` on.
    pub fn since(since: Time) -> Self {
        Self { since, devices: Mutex::default() }
    }

    /// Uses a code that is due, or tells that it is none, or that it, or a later one, was
    /// used already. Of many who show one at the same time, one uses it.
    ///
    /// After some wrong codes one has to wait, ever longer (RFC 4226 section 7.3): what
    /// is shown before is not looked at. What was used before the memory begins is not
    /// known: no code is taken then that might have been.
    pub fn take(&self, device: &MfaDevice, code: &str, now: Time) -> bool {
        self.attempt(device, now, || device.counter_of(code, now))
    }

    // One lock over all of it: who asks many times at once is not looked at more often.
    fn attempt(&self, device: &MfaDevice, now: Time, read: impl FnOnce() -> Option<i64>) -> bool {
        let (due, forgotten) = (counter_at(now), self.forgotten(device));
        self.note(device, now, |seen| {
            if due < seen.until {
                return false;
            }
            let step = read().filter(|step| *step > seen.last.max(forgotten));
            match step {
                Some(last) => *seen = Seen { last, ..Seen::default() },
                None => seen.count_wrong(due),
            }
            step.is_some()
        })
    }

    /// Uses the two codes that tell of a device's clock. A change is run more than once
    /// before it is kept, so these codes may be used for that again; that it is kept but
    /// once, the device itself says.
    pub fn spend_pair(&self, device: &MfaDevice, told: Synced) -> bool {
        self.note(device, told.at, |seen| {
            let is_again = seen.by_sync && seen.last == told.last;
            let is_new = told.last.saturating_sub(1) > seen.last;
            if is_new {
                *seen = Seen { last: told.last, by_sync: true, ..Seen::default() };
            }
            is_new || is_again
        })
    }

    /// The last step whose code may have been used without being remembered.
    fn forgotten(&self, device: &MfaDevice) -> i64 {
        match device.synced {
            Some(synced) if synced.at < self.since => {
                counter_at(self.since).saturating_add(synced.drift).saturating_add(1)
            }
            _ => i64::MIN,
        }
    }

    /// Does `work` on what was seen of a device; nothing is taken where there is no room
    /// to remember it.
    fn note(&self, device: &MfaDevice, now: Time, work: impl FnOnce(&mut Seen) -> bool) -> bool {
        let (mut devices, at) = (self.devices(), counter_at(now));
        if devices.len() >= MOST_DEVICES && !devices.contains_key(&device.id) {
            devices.retain(|_, seen| at.saturating_sub(seen.at) < REMEMBERED);
            if devices.len() >= MOST_DEVICES {
                return false;
            }
        }
        let seen = devices.entry(device.id.clone()).or_default();
        let is_done = work(seen);
        seen.at = at;
        is_done
    }

    fn devices(&self) -> MutexGuard<'_, HashMap<EntityId, Seen>> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::secret::Secret;
    use crate::store::entity::{Tagged, Tags};
    use crate::text::{MfaName, Path, Text};

    const NOW: Time = Time::from_unix(1_800_000_000);
    const DUE: i64 = 60_000_000;

    fn device(number: usize, synced_at: Time) -> MfaDevice {
        MfaDevice {
            name: MfaName::parse("phone").unwrap(),
            path: Path::default(),
            id: EntityId::parse(&format!("MFAD{number:017}")).unwrap(),
            created: NOW,
            seed: Secret::new(String::new()),
            enabled: None,
            synced: Some(Synced { drift: 0, last: DUE - 9, at: synced_at }),
            tags: Tags::new(MfaDevice::CASE),
        }
    }

    fn told(last: i64) -> Synced {
        Synced { drift: 0, last, at: NOW }
    }

    /// Whether the code of that step is taken; a wrong one where there is none.
    fn takes(spent: &Spent, device: &MfaDevice, step: impl Into<Option<i64>>, now: Time) -> bool {
        let step = step.into();
        spent.attempt(device, now, || step)
    }

    #[test]
    fn a_code_is_spent_once_and_so_is_any_before_it() {
        let (spent, device) = (Spent::since(NOW), device(1, NOW));
        assert!(takes(&spent, &device, DUE, NOW));
        assert!(!takes(&spent, &device, DUE, NOW));
        assert!(!takes(&spent, &device, DUE - 1, NOW));
        assert!(takes(&spent, &device, DUE + 1, NOW));
    }

    #[test]
    fn of_many_who_spend_one_code_one_does() {
        let (spent, device) = (Spent::since(NOW), device(1, NOW));
        let spends = || usize::from(takes(&spent, &device, DUE, NOW));
        let done: usize = thread::scope(|scope| {
            let all: Vec<_> = (0..16).map(|_| scope.spawn(spends)).collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(done, 1);
    }

    #[test]
    fn a_pair_is_spent_for_nothing_but_the_same_change_run_again() {
        let (spent, device) = (Spent::since(NOW), device(1, NOW));
        assert!(spent.spend_pair(&device, told(DUE)));
        assert!(spent.spend_pair(&device, told(DUE)));
        assert!(!spent.spend_pair(&device, told(DUE + 1)));
        assert!(!takes(&spent, &device, DUE, NOW));
        assert!(takes(&spent, &device, DUE + 1, NOW));
        assert!(!spent.spend_pair(&device, told(DUE + 1)));
        assert!(!spent.spend_pair(&device, told(DUE + 2)));
        assert!(spent.spend_pair(&device, told(DUE + 3)));
    }

    #[test]
    fn what_may_have_been_spent_before_the_memory_began_is_not_taken() {
        let (spent, device) = (Spent::since(NOW), device(1, NOW.plus(-1)));
        for (step, is_good) in [(DUE, false), (DUE + 1, false), (DUE + 2, true)] {
            assert_eq!(takes(&spent, &device, step, NOW), is_good);
        }
    }

    #[test]
    fn who_guesses_waits_ever_longer_until_a_code_is_right() {
        let (spent, device) = (Spent::since(NOW), device(1, NOW));
        let (mut now, mut waits) = (NOW, Vec::new());
        for _ in 0..14 {
            assert!(!takes(&spent, &device, None, now));
            let until = spent.devices()[&device.id].until;
            let waited = until.saturating_sub(counter_at(now)).max(0);
            if waited > 0 {
                let early = now.plus((waited - 1) * 30);
                assert!(!takes(&spent, &device, counter_at(early), early));
            }
            waits.push(waited);
            now = now.plus(waited * 30);
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 128, 128]);
        assert!(takes(&spent, &device, counter_at(now), now));
        assert!(!takes(&spent, &device, None, now));
        assert!(takes(&spent, &device, counter_at(now) + 1, now));
    }

    #[test]
    fn memory_is_bounded_and_what_is_old_makes_room() {
        let spent = Spent::since(NOW);
        for number in 0..MOST_DEVICES {
            assert!(takes(&spent, &device(number, NOW), DUE, NOW));
        }
        assert!(!takes(&spent, &device(MOST_DEVICES, NOW), DUE, NOW));
        assert!(!takes(&spent, &device(0, NOW), DUE, NOW));
        let later = NOW.plus(REMEMBERED * 30);
        assert!(takes(&spent, &device(MOST_DEVICES, NOW), DUE + REMEMBERED, later));
    }
}
