//! Versions of managed policies: what they say, and once said.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::document::Encoded;
use crate::iam::managed::{self, Managed, Version};
use crate::iam::{IAM, policy};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::ManagedPolicy;
use crate::store::owner::Caller;
use crate::text::{ArnText, Claim, MarkerText, MaxItems, PolicyText, VersionId};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreatePolicyVersion>(),
    Route::to::<DeletePolicyVersion>(),
    Route::to::<GetPolicyVersion>(),
    Route::to::<ListPolicyVersions>(),
    Route::to::<SetDefaultPolicyVersion>(),
];

/// What is answered to those who would change a policy that is not the account's.
pub(super) const NOT_OURS: &str = "Cannot update policies outside your own account.";

output! {
    /// A version, as answers tell of one; the document where it is asked for.
    pub(super) struct VersionDetail {
        document: Option<Encoded> = "Document",
        id: VersionId = "VersionId",
        is_default: bool = "IsDefaultVersion",
        created: Time = "CreateDate",
    }
}

impl VersionDetail {
    fn listed(version: Version<'_>, default: &VersionId) -> Self {
        let id = VersionId::of(version.number);
        let is_default = id == *default;
        Self { document: None, id, is_default, created: version.created }
    }

    pub(super) fn whole(version: Version<'_>, default: &VersionId) -> Self {
        let document = Some(Encoded::of(version.text));
        Self { document, ..Self::listed(version, default) }
    }
}

input! {
    /// Adds a version to a managed policy, which counts from now on if that is asked
    /// for (IAM API Reference, `CreatePolicyVersion`).
    struct CreatePolicyVersion {
        arn: ArnText = "PolicyArn",
        document: PolicyText = "PolicyDocument",
        is_default: Option<Claim> = "SetAsDefault",
    }
}

output! {
    /// Holds the new version.
    struct CreatePolicyVersionResult {
        version: VersionDetail = "PolicyVersion",
    }
}

impl Action for CreatePolicyVersion {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreatePolicyVersion";
    type Output = CreatePolicyVersionResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { arn, document, is_default } = input.into_inner();
        let mut policy = managed::find_own(&managed::name_of(&arn)?, NOT_OURS, draft)?;
        let document = policy::read(&document, draft)?;
        let most = draft.limits().versions_per_policy;
        if policy.versions.len() >= most {
            return Err(too_many(most));
        }
        let (created, is_default) = (draft.now(), is_default.unwrap_or_default().holds());
        let number = policy.add_version(document, created);
        if is_default {
            policy.default = number;
        }
        draft.put(policy);
        let id = VersionId::of(number);
        let version = VersionDetail { document: None, id, is_default, created };
        Ok(CreatePolicyVersionResult { version })
    }
}

fn too_many(most: usize) -> Error {
    let message = format!(
        "A managed policy can have up to {most} versions. Before you create a new version, you \
         must delete an existing version."
    );
    Error::new(Code::LimitExceeded, message)
}

input! {
    /// Tells a version of a managed policy, with what it says (IAM API Reference,
    /// `GetPolicyVersion`).
    struct GetPolicyVersion {
        arn: ArnText = "PolicyArn",
        version: VersionId = "VersionId",
    }
}

output! {
    /// Holds the version.
    struct GetPolicyVersionResult {
        version: VersionDetail = "PolicyVersion",
    }
}

impl Action for GetPolicyVersion {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetPolicyVersion";
    type Output = GetPolicyVersionResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { arn, version } = input.into_inner();
        let arn = managed::name_of(&arn)?;
        let policy = managed::find(&arn, draft.account())?;
        let version = policy.version(&version, &arn)?;
        let version = VersionDetail::whole(version, &policy.default_version());
        Ok(GetPolicyVersionResult { version })
    }
}

input! {
    /// Lists the versions of a managed policy (IAM API Reference,
    /// `ListPolicyVersions`).
    struct ListPolicyVersions {
        arn: ArnText = "PolicyArn",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of versions, newest first.
    struct ListPolicyVersionsResult {
        versions: Vec<VersionDetail> = "Versions",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListPolicyVersions {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListPolicyVersions";
    type Output = ListPolicyVersionsResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { arn, marker, most } = input.into_inner();
        let policy = managed::find(&managed::name_of(&arn)?, draft.account())?;
        let list = format!("ListPolicyVersions {}", policy.id());
        let page = Page::asked(list, marker.as_ref(), most)?;
        // The newest has the least place.
        let place = |version: &Version<'_>| format!("{:010}", u32::MAX.abs_diff(version.number));
        let versions = policy.versions().into_iter().map(|version| (place(&version), version));
        let paged = page.cut(versions, |(place, _)| place);
        let default = policy.default_version();
        let told = paged.items.iter().map(|(_, one)| VersionDetail::listed(*one, &default));
        Ok(ListPolicyVersionsResult {
            versions: told.collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

/// The account's own policy, to be changed, and the number of one of its versions.
fn own_version(
    (arn, version): (&ArnText, &VersionId),
    outside: &'static str,
    draft: &Draft,
) -> Result<(ManagedPolicy, u32)> {
    let arn = managed::name_of(arn)?;
    let policy = managed::find_own(&arn, outside, draft)?;
    let number = Managed::Own(&policy).version(version, &arn)?.number;
    Ok((policy, number))
}

input! {
    /// Makes a version of a managed policy the one that counts (IAM API Reference,
    /// `SetDefaultPolicyVersion`).
    struct SetDefaultPolicyVersion {
        arn: ArnText = "PolicyArn",
        version: VersionId = "VersionId",
    }
}

impl Action for SetDefaultPolicyVersion {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "SetDefaultPolicyVersion";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { arn, version } = input.into_inner();
        let (mut policy, number) = own_version((&arn, &version), NOT_OURS, draft)?;
        if policy.default != number {
            policy.default = number;
            draft.put(policy);
        }
        Ok(())
    }
}

input! {
    /// Removes a version of a managed policy that is not its default (IAM API
    /// Reference, `DeletePolicyVersion`).
    struct DeletePolicyVersion {
        arn: ArnText = "PolicyArn",
        version: VersionId = "VersionId",
    }
}

impl Action for DeletePolicyVersion {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeletePolicyVersion";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { arn, version } = input.into_inner();
        let outside = "Cannot delete policy versions for policies outside your own account.";
        let (mut policy, number) = own_version((&arn, &version), outside, draft)?;
        if policy.default == number {
            let message = "Cannot delete the default version of a policy.";
            return Err(Error::new(Code::DeleteConflict, message));
        }
        policy.versions.retain(|version| version.number != number);
        draft.put(policy);
        Ok(())
    }
}
