//! Devices that make one-time codes, and whose they are.

use crate::store::account::Account;
use crate::store::entity::{Entity, MfaDevice, User};
use crate::text::{EntityId, Folded};

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
}
