//! Proofs that a device is at hand: one-time codes, each good once.

use std::sync::Arc;

use crate::store::account::{Proof, Unproven};
use crate::store::draft::Draft;
use crate::store::entity::{MfaDevice, Synced};
use crate::store::spent::Spent;
use crate::text::EntityId;
use crate::totp::Pair;

impl Draft {
    /// The same draft, which knows the codes that were used.
    #[must_use]
    pub fn remembering(mut self, spent: Arc<Spent>) -> Self {
        self.spent = Some(spent);
        self
    }

    /// Sees whether `user` has the device at hand, and spends the code that shows it: it
    /// proves nothing again. Nothing is changed in the draft, so do this last, and only
    /// where nothing else is: what is changed is run twice.
    pub fn prove(&self, user: &EntityId, proof: Proof<'_>) -> Result<(), Unproven> {
        let account = self.account();
        let device = account.device_of(proof.serial).filter(|device| device.is_of(user));
        let device = device.ok_or(Unproven::NotTheirs)?;
        // A draft that knows no codes that were used takes none.
        let spent = self.spent.as_deref().ok_or(Unproven::WrongCode)?;
        if !spent.may_try(device, self.now()) {
            return Err(Unproven::WrongCode);
        }
        let proven = account.proven(user, proof, self.now());
        let is_new = proven.is_ok_and(|(_, step)| spent.spend(device, step, self.now()));
        if is_new {
            return Ok(());
        }
        spent.note_wrong(device, self.now());
        Err(Unproven::WrongCode)
    }

    /// What two codes tell of a device's clock that were shown at most `reach` steps ago,
    /// or will be in as many; both are spent. Nothing where they are not the device's, or
    /// were used before.
    pub fn synchronize(&self, device: &MfaDevice, pair: Pair<'_>, reach: i64) -> Option<Synced> {
        let told = device.read(pair, self.now(), reach)?;
        self.spent.as_deref()?.spend_pair(device, told).then_some(told)
    }
}
