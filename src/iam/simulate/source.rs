//! Whose policies are tried.

use std::collections::BTreeMap;

use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::iam::simulate::asked::{Stage, Whose};
use crate::store::account::Account;
use crate::store::entity::{Entity, Group, Placed, Role, Tags, User};
use crate::text::{ArnText, Folded, Text};

/// The policies of the user, group or role of that ARN.
pub(super) fn stage<'a>(account: &'a Account, arn: &ArnText) -> Result<Stage<'a>> {
    let unclear = || unclear(arn);
    let resource = arn.as_str().splitn(6, ':').nth(5).ok_or_else(unclear)?;
    let (kind, _) = resource.split_once('/').ok_or_else(unclear)?;
    match kind {
        User::KIND => {
            let user = find::<User>(account, arn)?;
            let name = Some(user.name.to_string());
            let who = whose(account, user, name, Some(&user.tags));
            Ok(Stage::of(account, account.granted_to_user(user), Some(who)))
        }
        Group::KIND => {
            let group = find::<Group>(account, arn)?;
            let who = whose(account, group, None, None);
            Ok(Stage::of(account, account.granted_to_group(group), Some(who)))
        }
        Role::KIND => {
            let role = find::<Role>(account, arn)?;
            let who = whose(account, role, None, Some(&role.tags));
            Ok(Stage::of(account, account.granted_to_role(role), Some(who)))
        }
        _ => Err(unclear()),
    }
}

fn find<'a, E: Entity>(account: &'a Account, arn: &ArnText) -> Result<&'a E> {
    let (_, name) = arn.as_str().rsplit_once('/').ok_or_else(|| unclear(arn))?;
    let name = E::Name::parse(name).map_err(|_| unclear(arn))?;
    let found = account.get::<E>(&name);
    let exactly = found.filter(|entity| entity.arn(account.id()).as_str() == arn.as_str());
    exactly.ok_or_else(|| E::missing(&name))
}

fn whose<E: Placed>(
    account: &Account,
    entity: &E,
    user: Option<String>,
    tags: Option<&Tags>,
) -> Whose {
    let tags = tags.into_iter().flat_map(Tags::iter);
    let tags: BTreeMap<_, _> =
        tags.map(|(key, value)| (Folded::of(key).as_str().to_owned(), value.to_string())).collect();
    let arn: Arn = entity.arn(account.id());
    Whose { arn, id: entity.id().to_string(), user, tags }
}

fn unclear(arn: &ArnText) -> Error {
    let message =
        format!("Invalid Entity Arn: {arn} does not clearly define entity type and name.");
    Error::new(Code::InvalidInput, message)
}
