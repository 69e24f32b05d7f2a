//! Whom a policy names of other accounts than its own.

use std::collections::BTreeMap;

use crate::store::account::Account;
use crate::store::entity::{Entity, Role, User};
use crate::text::{AccountId, EntityId, Text};

/// Users and roles of other accounts, as far as one policy names them.
#[derive(Clone, Debug, Default)]
pub struct Abroad(BTreeMap<Box<str>, Option<EntityId>>);

impl Abroad {
    /// Learns whose the ARN is, which is of that account.
    pub fn learn(&mut self, arn: &str, account: &Account) {
        self.0.insert(arn.into(), account.bearer(arn).cloned());
    }

    /// Whose the ARN is.
    pub fn bearer(&self, arn: &str) -> Bearer<'_> {
        self.0.get(arn).map_or(Bearer::Unknown, |id| Bearer::of(id.as_ref()))
    }
}

/// Whose an ARN is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bearer<'a> {
    /// That of somebody with this id.
    Somebody(&'a EntityId),
    /// Nobody's of its account.
    Nobody,
    /// Nothing is known of its account, or it is no ARN of a user or a role.
    Unknown,
}

impl<'a> Bearer<'a> {
    /// Whose it is in an account that is known.
    pub fn of(id: Option<&'a EntityId>) -> Self {
        id.map_or(Self::Nobody, Self::Somebody)
    }

    /// The id, where there is somebody.
    pub fn id(self) -> Option<&'a EntityId> {
        if let Self::Somebody(id) = self { Some(id) } else { None }
    }
}

/// The account of the user or role that the ARN names, if it is one's.
pub fn account_of(arn: &str) -> Option<AccountId> {
    let (account, resource) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let (kind, _) = resource.split_once('/')?;
    matches!(kind, User::KIND | Role::KIND).then(|| AccountId::parse(account).ok()).flatten()
}
