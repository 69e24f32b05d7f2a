//! Trust policies: who may become a role.
//!
//! Inside, users and roles of the account are named by their ids, so that whoever
//! bears the name of one that is gone is not trusted for it (IAM User Guide, "AWS
//! JSON policy elements: Principal"). Callers write ARNs, and see ARNs.

use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::iam::document::{self, Encoded};
use crate::ids::account_in;
use crate::policy::{Malformed, Naming, Policy, Purpose};
use crate::store::account::{Account, Who};
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Placed, Role, User};
use crate::text::{AccessKeyId, AccountId, EntityId, Folded, PolicyText, Text};

/// The policy that a caller sends, as it is kept: with ids for names.
pub(super) fn read(text: &PolicyText, draft: &Draft) -> Result<Policy> {
    let policy = document::read(text, Purpose::Trust)?;
    let most = draft.limits().trust_policy_size;
    if policy.size() > most {
        return Err(Error::over_quota("ACLSizePerRole", most));
    }
    let account = draft.account();
    match policy.named().iter().find(|naming| is_unknown(naming, account)) {
        Some(naming) => Err(unknown(naming)),
        None => Ok(Policy::kept(&policy.with_names(|naming| id_of(naming, account)))),
    }
}

/// A kept policy as callers see it: with the names that the ids have now. The id of
/// someone who is gone shows itself.
pub(super) fn shown(policy: &Policy, account: &Account) -> Encoded {
    Encoded::of(&policy.with_names(|naming| name_of(naming, account)))
}

fn id_of(naming: &Naming, account: &Account) -> Option<String> {
    let (kind, name) = local(naming, account.id())?;
    by_name(kind, name, naming, account)
}

fn name_of(naming: &Naming, account: &Account) -> Option<String> {
    let id = EntityId::parse(&naming.value).ok().filter(|_| naming.kind == "AWS")?;
    who(account.by_id(&id)?).map(|who| who.arn(account.id()).to_string())
}

/// Whether someone is named who would be of this account, and is not there. Of
/// other accounts an action sees nothing: whom they hold is taken as it is sent.
fn is_unknown(naming: &Naming, account: &Account) -> bool {
    if naming.kind != "AWS" {
        return false;
    }
    match local(naming, account.id()) {
        Some((kind, name)) => by_name(kind, name, naming, account).is_none(),
        None => is_unknown_id(&naming.value, account),
    }
}

/// Kind, path and name, where it is the ARN of a user or role of this account.
fn local<'n>(naming: &'n Naming, account: &AccountId) -> Option<(&'n str, &'n str)> {
    let own = Arn::iam(account, "", "");
    let resource = naming.value.strip_prefix(own.as_str()).filter(|_| naming.kind == "AWS")?;
    let (kind, name) = resource.split_once('/')?;
    matches!(kind, User::KIND | Role::KIND).then_some((kind, name))
}

/// The id of whoever has exactly that ARN, path and case included.
fn by_name(kind: &str, name: &str, naming: &Naming, account: &Account) -> Option<String> {
    let name = Folded::of(&name.rsplit('/').next()?);
    let id = if kind == User::KIND {
        id_at::<User>(&name, &naming.value, account)
    } else {
        id_at::<Role>(&name, &naming.value, account)
    };
    id.map(ToString::to_string)
}

fn id_at<'a, E: Placed>(name: &Folded, arn: &str, account: &'a Account) -> Option<&'a EntityId> {
    let entity = E::all(account).get(name)?;
    (entity.arn(account.id()).as_str() == arn).then(|| entity.id())
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
