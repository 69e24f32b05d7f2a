//! A program that makes one-time codes, as people have it on their phones.

use countersign::clock::Clock;
use countersign::secret::Secret;
use countersign::totp::{Generator, counter_at};
use data_encoding::BASE64;

use crate::world::{ACCOUNT, Reply, World};

/// A program that makes a device's codes.
pub(crate) struct Phone {
    pub(crate) serial: String,
    pub(crate) seed: String,
    codes: Generator,
}

impl Phone {
    /// A new device of that name.
    pub(crate) async fn new(world: &World, name: &str) -> Self {
        let call = format!("CreateVirtualMFADevice VirtualMFADeviceName={name}");
        Self::of(&world.root(&call).await.ok())
    }

    /// What learns its seed from the answer that shows it.
    pub(crate) fn of(reply: &Reply) -> Self {
        let seed = BASE64.decode(reply.text("Base32StringSeed").as_bytes()).unwrap();
        let seed = String::from_utf8(seed).unwrap();
        let codes = Generator::of(&Secret::new(seed.clone())).unwrap();
        Self { serial: reply.text("SerialNumber"), seed, codes }
    }

    /// What it shows so many steps from now.
    pub(crate) fn code(&self, world: &World, steps: i64) -> String {
        self.codes.code(counter_at(world.clock.now()) + steps).expose().to_owned()
    }

    /// A call with the code of so many steps from now, and the one before it.
    pub(crate) fn call(&self, world: &World, (action, user): (&str, &str), steps: i64) -> String {
        let (first, second) = (self.code(world, steps - 1), self.code(world, steps));
        self.with(action, user, (&first, &second))
    }

    pub(crate) fn with(&self, action: &str, user: &str, (first, second): (&str, &str)) -> String {
        let serial = &self.serial;
        format!(
            "{action} UserName={user} SerialNumber={serial} AuthenticationCode1={first} \
             AuthenticationCode2={second}"
        )
    }

    pub(crate) async fn enabled_for(world: &World, user: &str) -> Self {
        let phone = Self::new(world, user).await;
        world.root(&phone.call(world, ("EnableMFADevice", user), 0)).await.ok();
        phone
    }
}

/// The serial number of a device of that path and name.
pub(crate) fn serial(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:mfa/{name}")
}
