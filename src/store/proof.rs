//! Proofs that a device is at hand: one-time codes, each good once.

use std::fmt;
use std::sync::Arc;

use crate::store::draft::Draft;
use crate::store::entity::{MfaDevice, Synced};
use crate::store::spent::Spent;
use crate::totp::Pair;

/// What a caller shows to prove that a device is at hand.
#[derive(Clone, Copy)]
pub struct Proof<'p> {
    /// Which device it is said to be.
    pub serial: &'p str,
    /// The code that it shows.
    pub code: &'p str,
}

impl fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof({}, …)", self.serial)
    }
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unproven {
    /// There is no such device, or it is not the caller's.
    NotTheirs,
    /// The code is another, was used before, or comes after too many that were wrong.
    WrongCode,
}

impl Draft {
    /// The same draft, which knows the codes that were used.
    #[must_use]
    pub fn remembering(mut self, spent: Arc<Spent>) -> Self {
        self.spent = Some(spent);
        self
    }

    /// Sees whether a caller, as [`Caller::id`](crate::store::owner::Caller::id) tells of
    /// them, has a device of theirs at hand, and spends the code that shows it: it proves
    /// nothing again. Only users have devices.
    ///
    /// An action that changes the account is run twice, so that its code would be spent by
    /// the time: this is for those that change nothing, as the last that they ask.
    pub fn prove(&self, caller: &str, proof: Proof<'_>) -> Result<(), Unproven> {
        let device = self.account().device_of(proof.serial).filter(|device| device.is_of(caller));
        let device = device.ok_or(Unproven::NotTheirs)?;
        // A draft that knows no codes that were used takes none.
        let spent = self.spent.as_deref();
        let is_taken = spent.is_some_and(|spent| spent.take(device, proof.code, self.now()));
        is_taken.then_some(()).ok_or(Unproven::WrongCode)
    }

    /// What two codes tell of a device's clock that were shown at most `reach` steps ago,
    /// or will be in as many; both are spent. Nothing where they are not the device's, or
    /// were used before.
    pub fn synchronize(&self, device: &MfaDevice, pair: Pair<'_>, reach: i64) -> Option<Synced> {
        let told = device.read(pair, self.now(), reach)?;
        self.spent.as_deref()?.spend_pair(device, told).then_some(told)
    }
}
