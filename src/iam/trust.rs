//! Trust policies: who may become a role.
//!
//! Inside, users and roles are named by their ids, so that whoever bears the name of one that
//! is gone is not trusted for it (IAM User Guide, "AWS JSON policy elements: Principal").
//! Callers write ARNs, and see ARNs.

use crate::error::{Code, Error, Result};
use crate::iam::document::{self, Encoded};
use crate::ids::account_in;
use crate::policy::{Malformed, Naming, Policy, Purpose};
use crate::store::abroad::{Abroad, Bearer, account_of};
use crate::store::account::{Account, Who};
use crate::store::draft::Draft;
use crate::store::entity::Trust;
use crate::text::{AccessKeyId, AccountId, EntityId, PolicyText, Text};

/// The policy that a caller sends, as it is kept: with ids for names.
pub(super) fn read(text: &PolicyText, draft: &Draft) -> Result<Trust> {
    let policy = document::read(text, Purpose::Trust)?;
    let most = draft.limits().trust_policy_size;
    if policy.size() > most {
        return Err(Error::over_quota("ACLSizePerRole", most));
    }
    // Where nobody has looked whom it names of other accounts, it is not kept by names instead.
    let abroad = draft.abroad().ok_or_else(Error::internal_failure)?;
    let known = Known { account: draft.account(), abroad };
    match policy.named().iter().find(|naming| known.lacks(naming)) {
        Some(naming) => Err(unknown(naming)),
        None => Ok(known.kept(&policy)),
    }
}

/// A kept policy as callers see it: with the names that the ids have now. The id of
/// someone who is gone shows itself. Of another account nobody is seen from here: its users and
/// roles are shown as they were named.
pub(super) fn shown(trust: &Trust, account: &Account) -> Encoded {
    Encoded::of(&trust.policy.with_names(|naming| name_of(naming, trust, account)))
}

/// Those whom a policy may name: of the account, and of others.
#[derive(Clone, Copy)]
struct Known<'k> {
    account: &'k Account,
    abroad: &'k Abroad,
}

impl Known<'_> {
    fn kept(&self, policy: &Policy) -> Trust {
        let id = |naming: &Naming| self.bearer(naming).id();
        let kept = Policy::kept(&policy.with_names(|naming| id(naming).map(ToString::to_string)));
        let named = policy.named().iter().filter(|naming| !is_local(naming, self.account.id()));
        let written =
            named.filter_map(|naming| Some((id(naming)?.clone(), (*naming.value).into())));
        Trust { policy: kept, written: written.collect() }
    }

    /// Whether someone is named who is not there. Of an account that is not here, whoever is
    /// named is taken as they are sent.
    fn lacks(&self, naming: &Naming) -> bool {
        self.bearer(naming) == Bearer::Nobody
            || naming.kind == "AWS" && is_unknown_id(&naming.value, self.account)
    }

    fn bearer(&self, naming: &Naming) -> Bearer<'_> {
        if is_local(naming, self.account.id()) {
            return Bearer::of(self.account.bearer(&naming.value));
        }
        if naming.kind == "AWS" { self.abroad.bearer(&naming.value) } else { Bearer::Unknown }
    }
}

fn name_of(naming: &Naming, trust: &Trust, account: &Account) -> Option<String> {
    let id = EntityId::parse(&naming.value).ok().filter(|_| naming.kind == "AWS")?;
    let local = account.by_id(&id).and_then(who).map(|who| who.arn(account.id()).to_string());
    local.or_else(|| trust.written.get(&id).map(ToString::to_string))
}

/// Whether it is the ARN of a user or a role of that account.
fn is_local(naming: &Naming, account: &AccountId) -> bool {
    naming.kind == "AWS" && account_of(&naming.value).is_some_and(|of| of == *account)
}

/// Whether it is an id that this account gave to nobody who is there. A session is
/// named behind the id of its role.
fn is_unknown_id(value: &str, account: &Account) -> bool {
    let id = value.split(':').next().unwrap_or_default();
    let Ok(id) = EntityId::parse(id) else { return false };
    let is_ours = given_by(&id).is_some_and(|giver| giver == *account.id());
    is_ours && account.by_id(&id).and_then(who).is_none()
}

/// The account that is written into an id: it stands where it does in those of keys.
fn given_by(id: &EntityId) -> Option<AccountId> {
    account_in(&AccessKeyId::parse(id.as_str().get(..20)?).ok()?)
}

fn who(who: Who<'_>) -> Option<Who<'_>> {
    matches!(who, Who::User(_) | Who::Role(_)).then_some(who)
}

fn unknown(naming: &Naming) -> Error {
    let malformed = Malformed::Principal(naming.kind.clone(), naming.value.clone());
    Error::new(Code::MalformedPolicyDocument, malformed.to_string())
}
