//! Virtual MFA devices: programs that make one-time codes of a seed that they are told.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::IAM;
use crate::iam::listed::page_of;
use crate::iam::tag::{self, Tag, tagged};
use crate::iam::user::UserDetail;
use crate::page::Page;
use crate::qr;
use crate::secret::Secret;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, MfaDevice, Tags};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, AssignmentStatus, MarkerText, MaxItems, MfaName, Path, SerialNumber, Text,
};
use crate::wire::answer::output;
use crate::wire::blob::Blob;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateVirtualMFADevice>(),
    Route::to::<DeleteVirtualMFADevice>(),
    Route::to::<ListVirtualMFADevices>(),
];

/// How long a serial number may be: a longer one could not be asked for.
const LONGEST_SERIAL: usize = 256;

/// Leave to act on a device. It need not exist: who may not ask does not learn that from
/// the answer. A number that is no ARN is taken for a name in this account.
pub(super) fn on_device(serial: &SerialNumber, account: &Account) -> Needs {
    let given = ArnText::parse(serial.as_str()).ok();
    let given = given.filter(|given| given.as_str().starts_with("arn:"));
    Needs::on(match given {
        Some(given) => Arn::from(&given),
        None => Arn::iam(account.id(), MfaDevice::KIND, format_args!("/{serial}")),
    })
}

/// The device of that serial number, or the error to answer. Those that are things, and
/// not programs, no account has: nothing registers them.
pub(super) fn find<'a>(serial: &SerialNumber, account: &'a Account) -> Result<&'a MfaDevice> {
    account.device_of(serial.as_str()).ok_or_else(|| {
        let message = format!("MFA Device with serial number {serial} does not exist.");
        Error::new(Code::NoSuchEntity, message)
    })
}

output! {
    /// A device, as answers tell of one. What its codes are made from is shown once, as a
    /// text and as a picture of it.
    struct VirtualMFADevice {
        serial: Arn = "SerialNumber",
        seed: Option<Blob> = "Base32StringSeed",
        picture: Option<Blob> = "QRCodePNG",
        user: Option<UserDetail> = "User",
        enabled: Option<Time> = "EnableDate",
        tags: Option<Vec<Tag>> = "Tags",
    }
}

impl VirtualMFADevice {
    /// What a list tells: no tags.
    fn listed(device: &MfaDevice, account: &Account) -> Self {
        let user = account.user_of(device);
        Self {
            serial: device.arn(account.id()),
            seed: None,
            picture: None,
            user: user.map(|user| UserDetail::listed(user, account.id())),
            enabled: device.enabled.as_ref().map(|enabled| enabled.at),
            tags: None,
        }
    }

    fn new(device: &MfaDevice, account: &Account) -> Result<Self> {
        let picture = qr::png(uri(device, account).expose());
        let picture = picture.ok_or_else(Error::internal_failure)?;
        Ok(Self {
            seed: Some(Blob::of(device.seed.expose().as_bytes())),
            picture: Some(Blob::of(&picture)),
            tags: (!device.tags.is_empty()).then(|| tagged(&device.tags)),
            ..Self::listed(device, account)
        })
    }
}

/// What a program is told that is to make a device's codes.
fn uri(device: &MfaDevice, account: &Account) -> Secret {
    let alias = account.settings().alias.as_ref();
    let account = alias.map_or_else(|| account.id().as_str(), |alias| alias.as_str());
    let (name, seed) = (&device.name, device.seed.expose());
    Secret::new(format!("otpauth://totp/{name}@{account}?secret={seed}"))
}

input! {
    /// Makes a device, which is nobody's yet (IAM API Reference,
    /// `CreateVirtualMFADevice`).
    struct CreateVirtualMFADevice {
        path: Option<Path> = "Path",
        name: MfaName = "VirtualMFADeviceName",
        tags: Option<List<Tag, 50>> = "Tags",
    }
}

output! {
    /// Holds the new device.
    struct CreateVirtualMFADeviceResult {
        device: VirtualMFADevice = "VirtualMFADevice",
    }
}

impl Action for CreateVirtualMFADevice {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateVirtualMFADevice";
    type Output = CreateVirtualMFADeviceResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let path = self.path.clone().unwrap_or_default();
        let arn = Arn::iam(account.id(), MfaDevice::KIND, format_args!("{path}{}", self.name));
        let needs = Needs::on(arn.clone());
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagMFADevice", arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { path, name, tags } = input.into_inner();
        if draft.account().get::<MfaDevice>(&name).is_some() {
            return Err(Error::new(Code::EntityAlreadyExists, "MFA device already exists."));
        }
        let tags = tag::first::<MfaDevice>(tags, draft)?;
        let device = make(name, path.unwrap_or_default(), tags, draft)?;
        let device = VirtualMFADevice::new(&device, draft.account())?;
        Ok(CreateVirtualMFADeviceResult { device })
    }
}

/// There may be as many devices as users (IAM User Guide, "IAM and AWS STS quotas").
fn make(name: MfaName, path: Path, tags: Tags, draft: &mut Draft) -> Result<MfaDevice> {
    let most = draft.limits().users_per_account;
    if MfaDevice::all(draft.account()).len() >= most {
        return Err(Error::over_quota("MFADevicesPerAccount", most));
    }
    let (id, seed, created) = (draft.new_id::<MfaDevice>()?, draft.ids().seed(), draft.now());
    let device = MfaDevice { name, path, id, created, seed, enabled: None, synced: None, tags };
    if device.arn(draft.account().id()).as_str().len() > LONGEST_SERIAL {
        let message = "The serial number of an MFA device has at most 256 characters, path and \
                       name included.";
        return Err(Error::new(Code::InvalidInput, message));
    }
    draft.put(device.clone());
    Ok(device)
}

input! {
    /// Removes a device that is nobody's any more (IAM API Reference,
    /// `DeleteVirtualMFADevice`).
    struct DeleteVirtualMFADevice {
        serial: SerialNumber = "SerialNumber",
    }
}

impl Action for DeleteVirtualMFADevice {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteVirtualMFADevice";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_device(&self.serial, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let device = find(&input.into_inner().serial, draft.account())?;
        if device.enabled.is_some() {
            let message = "MFA VirtualDevice in use. Must deactivate first.";
            return Err(Error::new(Code::DeleteConflict, message));
        }
        let name = device.name.clone();
        draft.remove::<MfaDevice>(&name);
        Ok(())
    }
}

input! {
    /// Lists the devices, those of users or the others, if not all (IAM API Reference,
    /// `ListVirtualMFADevices`).
    struct ListVirtualMFADevices {
        status: Option<AssignmentStatus> = "AssignmentStatus",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of devices, by name.
    struct ListVirtualMFADevicesResult {
        devices: Vec<VirtualMFADevice> = "VirtualMFADevices",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListVirtualMFADevices {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListVirtualMFADevices";
    type Output = ListVirtualMFADevicesResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { status, marker, most } = input.into_inner();
        let (account, status) = (draft.account(), status.unwrap_or(AssignmentStatus::Any));
        let list = format!("ListVirtualMFADevices {} {status}", account.id());
        let page = Page::asked(list, marker.as_ref(), most)?;
        let is_asked = |device: &&MfaDevice| match status {
            AssignmentStatus::Assigned => device.enabled.is_some(),
            AssignmentStatus::Unassigned => device.enabled.is_none(),
            AssignmentStatus::Any => true,
        };
        let all = MfaDevice::all(account).values().map(|device| &**device);
        let paged = page_of(all.filter(is_asked), &page);
        let is_truncated = paged.is_truncated();
        let told = paged.items.iter().map(|device| VirtualMFADevice::listed(device, account));
        let (devices, marker) = (told.collect(), paged.marker);
        Ok(ListVirtualMFADevicesResult { devices, is_truncated, marker })
    }
}
