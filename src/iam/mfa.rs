//! Whose MFA devices are: enabled for a user by two codes in a row, and not any more.
//!
//! Root has none: AWS enables root's devices in its console alone, not for requests (IAM
//! User Guide, "Assign MFA devices in the AWS CLI or AWS API").

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::listed::page_of;
use crate::iam::virtual_mfa::find;
use crate::iam::{IAM, named_or_caller, on_named_or_caller, on_owner};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Enabled, Entity, MfaDevice, Synced, User};
use crate::store::owner::{Caller, Owner};
use crate::text::{
    AuthenticationCode, EntityId, MarkerText, MaxItems, NewUserName, SerialNumber, UserName,
};
use crate::totp::Pair;
use crate::wire::answer::output;
use crate::wire::form::input;
use crate::wire::map::Map;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<DeactivateMFADevice>(),
    Route::to::<EnableMFADevice>(),
    Route::to::<GetMFADevice>(),
    Route::to::<ListMFADevices>(),
    Route::to::<ResyncMFADevice>(),
];

/// How many steps a device's clock may be off when it is enabled: five minutes.
const ENABLED_WITHIN: i64 = 10;

/// How many steps it may be off when it is synchronized anew: an hour.
const SYNCED_WITHIN: i64 = 120;

input! {
    /// Makes a device a user's who shows two codes of it in a row (IAM API Reference,
    /// `EnableMFADevice`).
    struct EnableMFADevice {
        user: UserName = "UserName",
        serial: SerialNumber = "SerialNumber",
        first: AuthenticationCode = "AuthenticationCode1",
        second: AuthenticationCode = "AuthenticationCode2",
    }
}

impl Action for EnableMFADevice {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "EnableMFADevice";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_owner(&Owner::User(self.user.clone()), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, serial, first, second } = input.into_inner();
        let user = draft.find::<User>(&user)?.id.clone();
        let mut device = find(&serial, draft.account())?.clone();
        if device.enabled.is_some() {
            return Err(Error::new(Code::EntityAlreadyExists, "MFA Device is already in use."));
        }
        let most = draft.limits().devices_per_user;
        if draft.account().devices_held(&user) >= most {
            return Err(Error::over_quota("MFADevicesPerUser", most));
        }
        let pair = Pair { first: first.as_str(), second: second.as_str() };
        device.synced = Some(synchronized(&device, pair, ENABLED_WITHIN, draft)?);
        device.enabled = Some(Enabled { user, at: draft.now() });
        draft.put(device);
        Ok(())
    }
}

/// What two codes tell of a device's clock; both are spent with that.
fn synchronized(device: &MfaDevice, pair: Pair<'_>, within: i64, draft: &Draft) -> Result<Synced> {
    draft.synchronize(device, pair, within).ok_or_else(|| {
        let message = "Authentication code for device is not valid.";
        Error::new(Code::InvalidAuthenticationCode, message)
    })
}

input! {
    /// Finds out anew, by two codes in a row, how a device's clock goes (IAM API
    /// Reference, `ResyncMFADevice`).
    struct ResyncMFADevice {
        user: UserName = "UserName",
        serial: SerialNumber = "SerialNumber",
        first: AuthenticationCode = "AuthenticationCode1",
        second: AuthenticationCode = "AuthenticationCode2",
    }
}

impl Action for ResyncMFADevice {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ResyncMFADevice";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_owner(&Owner::User(self.user.clone()), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, serial, first, second } = input.into_inner();
        let mut device = held(&Owner::User(user), &serial, draft)?.clone();
        let pair = Pair { first: first.as_str(), second: second.as_str() };
        device.synced = Some(synchronized(&device, pair, SYNCED_WITHIN, draft)?);
        draft.put(device);
        Ok(())
    }
}

/// The device of that serial number, if it is `owner`'s.
fn held<'d>(owner: &Owner, serial: &SerialNumber, draft: &'d Draft) -> Result<&'d MfaDevice> {
    let user = id_of(owner, draft)?;
    let device = find(serial, draft.account())?;
    if user.is_some_and(|user| device.is_of(user.as_str())) {
        return Ok(device);
    }
    Err(Error::new(Code::NoSuchEntity, "MFA Device invalid for user."))
}

/// The id of a user; root has no devices.
fn id_of<'d>(owner: &Owner, draft: &'d Draft) -> Result<Option<&'d EntityId>> {
    match owner {
        Owner::Root => Ok(None),
        Owner::User(name) => Ok(Some(&draft.find::<User>(name)?.id)),
    }
}

input! {
    /// Takes a device from a user: the caller, where none is named (IAM API Reference,
    /// `DeactivateMFADevice`).
    struct DeactivateMFADevice {
        user: Option<UserName> = "UserName",
        serial: SerialNumber = "SerialNumber",
    }
}

impl Action for DeactivateMFADevice {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeactivateMFADevice";
    type Output = ();

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    // What is known of its clock stays: codes that were used once are not good again.
    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, serial } = input.into_inner();
        let owner = named_or_caller(user.as_ref(), caller)?;
        let device = MfaDevice { enabled: None, ..held(&owner, &serial, draft)?.clone() };
        draft.put(device);
        Ok(())
    }
}

input! {
    /// Tells of a device of a user: the caller, where none is named (IAM API Reference,
    /// `GetMFADevice`). AWS tells of security keys alone here, of which there are none.
    struct GetMFADevice {
        serial: SerialNumber = "SerialNumber",
        user: Option<NewUserName> = "UserName",
    }
}

output! {
    /// Whose the device is, and since when. No program is certified.
    struct GetMFADeviceResult {
        user: Option<UserName> = "UserName",
        serial: SerialNumber = "SerialNumber",
        enabled: Option<Time> = "EnableDate",
        certifications: Option<Map<String>> = "Certifications",
    }
}

impl GetMFADevice {
    fn named(&self) -> Option<UserName> {
        self.user.clone().map(UserName::from)
    }
}

impl Action for GetMFADevice {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetMFADevice";
    type Output = GetMFADeviceResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.named().as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let asked = input.into_inner();
        let owner = named_or_caller(asked.named().as_ref(), caller)?;
        let device = held(&owner, &asked.serial, draft)?;
        Ok(GetMFADeviceResult {
            user: draft.account().user_of(device).map(|user| user.name.clone()),
            enabled: device.enabled.as_ref().map(|enabled| enabled.at),
            serial: asked.serial,
            certifications: None,
        })
    }
}

input! {
    /// Lists the devices of a user: the caller, where none is named (IAM API Reference,
    /// `ListMFADevices`).
    struct ListMFADevices {
        user: Option<UserName> = "UserName",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of devices, by name.
    struct ListMFADevicesResult {
        devices: Vec<MFADevice> = "MFADevices",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

output! {
    /// Whose a device is, and since when.
    struct MFADevice {
        user: UserName = "UserName",
        serial: String = "SerialNumber",
        enabled: Time = "EnableDate",
    }
}

impl MFADevice {
    fn of(device: &MfaDevice, account: &Account) -> Option<Self> {
        let user = account.user_of(device)?.name.clone();
        let serial = device.arn(account.id()).to_string();
        Some(Self { user, serial, enabled: device.enabled.as_ref()?.at })
    }
}

impl Action for ListMFADevices {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListMFADevices";
    type Output = ListMFADevicesResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { user, marker, most } = input.into_inner();
        let (owner, account) = (named_or_caller(user.as_ref(), caller)?, draft.account());
        let user = id_of(&owner, draft)?;
        let list = format!("ListMFADevices {}", account.arn_of(&owner));
        let page = Page::asked(list, marker.as_ref(), most)?;
        let held = user.into_iter().flat_map(|user| account.devices_of(user));
        let paged = page_of(held, &page);
        let devices = paged.items.iter().filter_map(|device| MFADevice::of(device, account));
        Ok(ListMFADevicesResult {
            devices: devices.collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}
