//! How much an account holds, and how much it may hold.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::catalog;
use crate::error::Result;
use crate::iam::IAM;
use crate::store::account::Account;
use crate::store::draft::{Draft, Limits};
use crate::store::entity::{
    Entity, Group, ManagedPolicy, MfaDevice, OidcProvider, Profile, Role, SamlProvider, User,
};
use crate::store::owner::Caller;
use crate::text::TokenVersion;
use crate::wire::answer::output;
use crate::wire::form::input;
use crate::wire::map::Map;

pub(super) const ROUTES: &[Route] = &[Route::to::<GetAccountSummary>()];

/// All that is told, in the order of AWS's model.
const TOLD: &[&str] = &[
    "Users",
    "UsersQuota",
    "Groups",
    "GroupsQuota",
    "ServerCertificates",
    "ServerCertificatesQuota",
    "UserPolicySizeQuota",
    "GroupPolicySizeQuota",
    "GroupsPerUserQuota",
    "SigningCertificatesPerUserQuota",
    "AccessKeysPerUserQuota",
    "MFADevices",
    "MFADevicesInUse",
    "AccountMFAEnabled",
    "AccountAccessKeysPresent",
    "AccountPasswordPresent",
    "AccountSigningCertificatesPresent",
    "AttachedPoliciesPerGroupQuota",
    "AttachedPoliciesPerRoleQuota",
    "AttachedPoliciesPerUserQuota",
    "Policies",
    "PoliciesQuota",
    "PolicySizeQuota",
    "PolicyVersionsInUse",
    "PolicyVersionsInUseQuota",
    "VersionsPerPolicyQuota",
    "GlobalEndpointTokenVersion",
    "AssumeRolePolicySizeQuota",
    "InstanceProfiles",
    "InstanceProfilesQuota",
    "Providers",
    "RolePolicySizeQuota",
    "Roles",
    "RolesQuota",
];

input! {
    /// Tells how much the account holds and may hold (IAM API Reference,
    /// `GetAccountSummary`).
    struct GetAccountSummary {}
}

output! {
    /// Counts and quotas, by their names.
    struct GetAccountSummaryResult {
        summary: Map<usize> = "SummaryMap",
    }
}

impl Action for GetAccountSummary {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetAccountSummary";
    type Output = GetAccountSummaryResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let (account, limits) = (draft.account(), draft.limits());
        let told = TOLD.iter().map(|name| (*name, figure(name, account, &limits)));
        Ok(GetAccountSummaryResult { summary: Map(told.collect()) })
    }
}

fn figure(name: &str, account: &Account, limits: &Limits) -> usize {
    match name {
        "Users" => User::all(account).len(),
        "Groups" => Group::all(account).len(),
        "Roles" => Role::all(account).len(),
        "Policies" => ManagedPolicy::all(account).len(),
        "InstanceProfiles" => Profile::all(account).len(),
        "Providers" => {
            OidcProvider::all(account).len().saturating_add(SamlProvider::all(account).len())
        }
        "MFADevices" => MfaDevice::all(account).len(),
        "MFADevicesInUse" => devices_in_use(account),
        // No request makes a device root's.
        "AccountMFAEnabled" => 0,
        "PolicyVersionsInUse" => versions_in_use(account),
        "AccountAccessKeysPresent" => usize::from(!account.root().keys.is_empty()),
        // What these bound is not served, so nothing sets them.
        "ServerCertificatesQuota" => 20,
        "SigningCertificatesPerUserQuota" => 2,
        "PolicyVersionsInUseQuota" => 10_000,
        "GlobalEndpointTokenVersion" => token_version(account.settings().tokens),
        // Of what is not served the account holds none.
        _ => limits.get(name).unwrap_or_default(),
    }
}

fn devices_in_use(account: &Account) -> usize {
    MfaDevice::all(account).values().filter(|device| device.enabled.is_some()).count()
}

/// AWS's first version where nothing was said.
fn token_version(said: Option<TokenVersion>) -> usize {
    match said {
        None | Some(TokenVersion::V1) => 1,
        Some(TokenVersion::V2) => 2,
    }
}

/// Every version that the account's own policies have, and the one that counts of
/// each of AWS's that somebody has.
fn versions_in_use(account: &Account) -> usize {
    let own = ManagedPolicy::all(account).values().map(|policy| policy.versions.len());
    let is_awss = |arn: &&Arn| catalog::find(arn.as_str()).is_some();
    let awss = account.policies_in_use().filter(is_awss).count();
    own.fold(awss, usize::saturating_add)
}
