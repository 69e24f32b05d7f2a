//! Devices that make one-time codes.

use crate::clock::Time;
use crate::secret::Secret;
use crate::store::entity::{Mentions, Tags, entity, tagged};
use crate::text::{EntityId, MfaName, Path};
use crate::totp::{Generator, Pair, counter_at};

/// How many steps before and behind the one that is due a code may be.
const TOLERANCE: i64 = 1;

/// A device that makes one-time codes: a program that was told a seed.
#[derive(Clone, Debug)]
pub struct MfaDevice {
    /// The name, in the case in which it was given.
    pub name: MfaName,
    /// Where the device stands.
    pub path: Path,
    /// What no other device has, not even one of the same name. No caller sees it.
    pub id: EntityId,
    /// When the device was made.
    pub created: Time,
    /// What its codes are made from, in base 32.
    pub seed: Secret,
    /// Whose it is, if it is anyone's.
    pub enabled: Option<Enabled>,
    /// What is known of its clock: nothing before two codes were seen.
    pub synced: Option<Synced>,
    /// The labels.
    pub tags: Tags,
}

/// Whose a device is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enabled {
    /// The user, by id: a user keeps devices where the name changes.
    pub user: EntityId,
    /// Since when.
    pub at: Time,
}

/// What two codes in a row told of a device's clock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Synced {
    /// How many steps it is ahead of ours; less than nothing where it is behind.
    pub drift: i64,
    /// The step of the later code: no code up to it is good again.
    pub last: i64,
    /// When they were seen.
    pub at: Time,
}

entity! {
    MfaDevice: MfaName = "mfa", "MFAD", devices, Mfa;

    fn mentions(&self) -> Mentions {
        let user = self.enabled.as_ref().map(|enabled| enabled.user.clone());
        Mentions { user, ..Mentions::default() }
    }
}

tagged!(MfaDevice, Counts);

impl MfaDevice {
    /// Whether it is the device of the user with that id.
    pub fn is_of(&self, user: &str) -> bool {
        self.enabled.as_ref().is_some_and(|enabled| enabled.user.as_str() == user)
    }

    /// The step of a code that is due at `now`, and was not used to synchronize.
    pub fn counter_of(&self, code: &str, now: Time) -> Option<i64> {
        let synced = self.synced?;
        let due = counter_at(now).saturating_add(synced.drift);
        let steps = around(due, TOLERANCE).filter(|step| *step > synced.last);
        Generator::of(&self.seed)?.find(code, steps)
    }

    /// What two codes tell that were shown at most `reach` steps before or behind
    /// `now`, if they are this device's and neither was used to synchronize before.
    pub fn read(&self, pair: Pair<'_>, now: Time, reach: i64) -> Option<Synced> {
        let due = counter_at(now);
        let used = self.synced.map_or(i64::MIN, |synced| synced.last);
        let steps = around(due, reach).filter(|step| step.saturating_sub(1) > used);
        let last = Generator::of(&self.seed)?.find_pair(pair, steps)?;
        let drift = last.saturating_sub(due);
        // Who copies codes is a step late at times: that is no fault of the clock.
        let drift = if drift.abs() <= TOLERANCE { 0 } else { drift };
        Some(Synced { drift, last, at: now })
    }
}

fn around(due: i64, reach: i64) -> impl Iterator<Item = i64> {
    due.saturating_sub(reach)..=due.saturating_add(reach)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::entity::{Entity, Tagged};
    use crate::text::Text;

    const NOW: Time = Time::from_unix(1_800_000_000);
    const DUE: i64 = 60_000_000;

    fn device(synced: Option<Synced>) -> MfaDevice {
        MfaDevice {
            name: MfaName::parse("phone").unwrap(),
            path: Path::default(),
            id: EntityId::parse("MFADEXAMPLEEXAMPLEEXA").unwrap(),
            created: NOW,
            seed: Secret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned()),
            enabled: None,
            synced,
            tags: Tags::new(MfaDevice::CASE),
        }
    }

    fn code(step: i64) -> String {
        Generator::of(&device(None).seed).unwrap().code(step).expose().to_owned()
    }

    fn read(device: &MfaDevice, step: i64, reach: i64) -> Option<Synced> {
        let (first, second) = (code(step.saturating_sub(1)), code(step));
        device.read(Pair { first: &first, second: &second }, NOW, reach)
    }

    #[test]
    fn two_codes_tell_how_far_a_clock_is_off() {
        for (step, drift) in [(0, 0), (1, 0), (-1, 0), (2, 2), (-9, -9)] {
            let synced = Synced { drift, last: DUE + step, at: NOW };
            assert_eq!(read(&device(None), DUE + step, 10), Some(synced), "{step}");
        }
        assert_eq!(read(&device(None), DUE + 11, 10), None);
        assert_eq!(read(&device(None), DUE - 11, 10), None);
    }

    #[test]
    fn codes_that_synchronized_once_do_not_again() {
        let device = device(Some(Synced { drift: 0, last: DUE, at: NOW }));
        assert_eq!(read(&device, DUE, 10), None);
        assert_eq!(read(&device, DUE + 1, 10), None);
        assert!(read(&device, DUE + 2, 10).is_some());
    }

    #[test]
    fn a_code_is_good_from_a_step_before_it_is_due_to_a_step_behind() {
        let device = device(Some(Synced { drift: 5, last: DUE, at: NOW }));
        for (step, is_good) in [(3, false), (4, true), (5, true), (6, true), (7, false)] {
            let found = device.counter_of(&code(DUE + step), NOW);
            assert_eq!(found, is_good.then_some(DUE + step), "{step}");
        }
    }

    #[test]
    fn a_device_whose_clock_is_not_known_proves_nothing() {
        assert_eq!(device(None).counter_of(&code(DUE), NOW), None);
        assert_eq!(MfaDevice::KIND, "mfa");
    }
}
