//! Managed policies of both kinds: the account's own, and AWS's.

use crate::action::Needs;
use crate::arn::Arn;
use crate::catalog::{self, AwsPolicy};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, ManagedPolicy};
use crate::text::{AccountId, ArnText, Folded, PolicyDescription, VersionId};

/// Where AWS keeps the policies that only its own services may attach.
const OF_SERVICES: &str = "/aws-service-role/";

/// A managed policy, whoever manages it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Managed<'a> {
    /// One of the account's own.
    Own(&'a ManagedPolicy),
    /// One of AWS's.
    Aws(&'static AwsPolicy),
}

/// A version of a managed policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version<'a> {
    pub(super) number: u32,
    pub(super) created: Time,
    /// The document, as it was sent.
    pub(super) text: &'a str,
}

impl<'a> Managed<'a> {
    /// The policy of exactly that full name, path and case included.
    pub(super) fn find(arn: &Arn, account: &'a Account) -> Option<Self> {
        let of_aws = catalog::find(arn.as_str()).map(Self::Aws);
        of_aws.or_else(|| account.policy_of(arn).map(Self::Own))
    }

    /// The policy, if it is one of the account's own.
    pub(super) fn own(self) -> Option<&'a ManagedPolicy> {
        if let Self::Own(policy) = self { Some(policy) } else { None }
    }

    /// Its name alone.
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Own(policy) => policy.name.as_str(),
            Self::Aws(policy) => policy.name,
        }
    }

    /// Where it stands.
    pub(super) fn path(self) -> &'a str {
        match self {
            Self::Own(policy) => policy.path.as_str(),
            Self::Aws(policy) => policy.path,
        }
    }

    /// What no other policy has.
    pub(super) fn id(self) -> String {
        match self {
            Self::Own(policy) => policy.id.to_string(),
            Self::Aws(policy) => policy.id(),
        }
    }

    /// Its full name.
    pub(super) fn arn(self, account: &AccountId) -> Arn {
        match self {
            Self::Own(policy) => policy.arn(account),
            Self::Aws(policy) => Arn::of_aws(policy.arn),
        }
    }

    /// When it was made.
    pub(super) fn created(self) -> Time {
        match self {
            Self::Own(policy) => policy.created,
            Self::Aws(policy) => policy.created,
        }
    }

    /// When it got its latest version.
    pub(super) fn updated(self) -> Time {
        match self {
            Self::Own(policy) => policy.updated,
            Self::Aws(policy) => policy.updated,
        }
    }

    /// What it is for, where that is said.
    pub(super) fn description(self) -> Option<&'a PolicyDescription> {
        match self {
            Self::Own(policy) => policy.description.as_ref(),
            Self::Aws(_) => None,
        }
    }

    /// The version that counts.
    pub(super) fn default_version(self) -> VersionId {
        match self {
            Self::Own(policy) => VersionId::of(policy.default),
            Self::Aws(policy) => VersionId::of(policy.version),
        }
    }

    /// Its versions, newest first. Of AWS's policies none but the default is kept.
    pub(super) fn versions(self) -> Vec<Version<'a>> {
        match self {
            Self::Own(policy) => policy.versions.iter().rev().map(Version::of).collect(),
            Self::Aws(policy) => vec![Version {
                number: policy.version,
                created: policy.updated,
                text: policy.document,
            }],
        }
    }

    /// The version that is called so, or the error to answer.
    pub(super) fn version(self, id: &VersionId, arn: &Arn) -> Result<Version<'a>> {
        let version = self.versions().into_iter().find(|one| Some(one.number) == id.number());
        version.ok_or_else(|| no_such_version(arn, id))
    }

    /// Whether AWS's services alone may attach it.
    pub(super) fn is_of_services(self) -> bool {
        matches!(self, Self::Aws(policy) if policy.path == OF_SERVICES)
    }

    /// Where it stands in a list by name.
    pub(super) fn place(self) -> String {
        place(self.name(), matches!(self, Self::Aws(_)))
    }
}

impl<'a> Version<'a> {
    fn of(version: &'a crate::store::entity::Version) -> Self {
        let crate::store::entity::Version { number, created, document } = version;
        Self { number: *number, created: *created, text: document.text() }
    }
}

/// Where a policy stands in a list by name: one of AWS's behind one of the account's
/// that is called alike.
pub(super) fn place(name: &str, is_of_aws: bool) -> String {
    format!("{} {}", Folded::of(&name).as_str(), u8::from(is_of_aws))
}

/// Leave to act on the policy that is named, whether it exists or not.
pub(super) fn on_policy(asked: &ArnText) -> Needs {
    Needs::on(asked.into()).told_as(format!("policy {asked}"))
}

/// The full name that a caller writes, unless it is none.
pub(super) fn name_of(asked: &ArnText) -> Result<Arn> {
    if is_name(asked) {
        Ok(asked.into())
    } else {
        Err(Error::new(Code::ValidationError, format!("ARN {asked} is not valid.")))
    }
}

/// The policy that may be a boundary from now on, unless there is none of that name:
/// for users and roles that are to be, too.
pub(super) fn check_boundary(asked: &ArnText, account: &Account) -> Result<Arn> {
    if !is_name(asked) {
        return Err(Error::new(Code::InvalidInput, format!("ARN {asked} is not valid.")));
    }
    let arn = asked.into();
    match Managed::find(&arn, account) {
        Some(policy) if !policy.is_of_services() => Ok(arn),
        Some(_) | None => {
            let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
            Err(Error::new(Code::NoSuchEntity, message))
        }
    }
}

/// Six parts, of which the last, the resource, may hold further colons.
fn is_name(asked: &ArnText) -> bool {
    let parts: Vec<_> = asked.as_str().splitn(6, ':').collect();
    matches!(*parts, ["arn", partition, service, _, _, resource]
        if ![partition, service, resource].contains(&""))
}

/// The policy of that name, to be read.
pub(super) fn find<'a>(arn: &Arn, account: &'a Account) -> Result<Managed<'a>> {
    Managed::find(arn, account).ok_or_else(|| not_found(arn))
}

/// The account's own policy of that name, to be changed; `outside` is answered where it
/// is not the account's.
pub(super) fn find_own(arn: &Arn, outside: &'static str, draft: &Draft) -> Result<ManagedPolicy> {
    let account = draft.account();
    if arn.as_str().split(':').nth(4) != Some(account.id().as_str()) {
        return Err(Error::new(Code::AccessDenied, outside));
    }
    account.policy_of(arn).cloned().ok_or_else(|| not_found(arn))
}

/// What is answered where no policy of that name is there.
pub(super) fn not_found(arn: &Arn) -> Error {
    Error::new(Code::NoSuchEntity, format!("Policy {arn} was not found."))
}

/// What is answered to those who would attach a policy that is not there.
pub(super) fn not_attachable(arn: &Arn) -> Error {
    let message = format!("Policy {arn} does not exist or is not attachable.");
    Error::new(Code::NoSuchEntity, message)
}

fn no_such_version(arn: &Arn, id: &VersionId) -> Error {
    let message = format!("Policy {arn} version {id} does not exist or is not attachable.");
    Error::new(Code::NoSuchEntity, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn a_full_name_has_six_parts() {
        let is_name = |text: &str| is_name(&ArnText::parse(text).unwrap());
        for good in ["arn:aws:iam::123456789012:policy/P", "arn:aws:s3:::a-long-bucket:x:y"] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "longpolicynamebutnoarn",
            "arn:aws:iam::123456789012",
            "arn::iam::123456789012:policy/P",
            "xrn:aws:iam::aws:policy/P",
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn of_two_policies_that_are_called_alike_the_accounts_own_comes_first() {
        let places = [place("A", false), place("a", true), place("a-", false), place("AB", false)];
        assert!(places.is_sorted());
    }
}
