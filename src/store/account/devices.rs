//! Devices that make one-time codes, and whose they are.

use crate::clock::Time;
use crate::store::account::Account;
use crate::store::entity::{Entity, MfaDevice, User};
use crate::text::{EntityId, Folded};

/// What a caller shows to prove that a device is at hand.
#[derive(Clone, Copy)]
pub struct Proof<'p> {
    /// Which device it is said to be.
    pub serial: &'p str,
    /// The code that it shows.
    pub code: &'p str,
}

impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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

impl Account {
    /// The device of exactly that serial number, path and case included.
    pub fn device_of(&self, serial: &str) -> Option<&MfaDevice> {
        let (_, name) = serial.rsplit_once('/')?;
        let device = self.at::<MfaDevice>(&Folded::of(&name))?;
        (device.arn(&self.id).as_str() == serial).then_some(device)
    }

    /// The devices of the user of that id, by name.
    pub fn devices_of(&self, user: &EntityId) -> impl Iterator<Item = &MfaDevice> {
        self.named.devices.of(user, MfaDevice::KIND).filter_map(|name| self.at(name))
    }

    /// How many devices that user has.
    pub fn devices_held(&self, user: &EntityId) -> usize {
        self.named.devices.count(user)
    }

    /// Whose a device is, if it is anyone's.
    pub fn user_of(&self, device: &MfaDevice) -> Option<&User> {
        self.by_id(&device.enabled.as_ref()?.user)?.user()
    }

    /// The device of `user` whose code it is at `now`, and the step of that code. Codes are
    /// good once: who lets someone in by one spends it first, as
    /// [`Draft::prove`](crate::store::draft::Draft::prove) does.
    pub fn proven(
        &self,
        user: &EntityId,
        proof: Proof<'_>,
        now: Time,
    ) -> Result<(&MfaDevice, i64), Unproven> {
        let device = self.device_of(proof.serial).filter(|device| device.is_of(user));
        let device = device.ok_or(Unproven::NotTheirs)?;
        let step = device.counter_of(proof.code, now).ok_or(Unproven::WrongCode)?;
        Ok((device, step))
    }
}
