//! Whose a key is, and who therefore signed.

use std::sync::Arc;

use crate::arn::Arn;
use crate::store::account::Account;
use crate::store::entity::{Entity, User};
use crate::text::{AccountId, Folded, UserName};

/// Who holds keys in an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    /// The account's root.
    Root,
    /// A user.
    User(UserName),
}

impl Owner {
    /// Whether both are the same: names are compared without regard to case.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Root, Self::Root) => true,
            (Self::User(one), Self::User(two)) => Folded::of(one) == Folded::of(two),
            (Self::Root | Self::User(_), _) => false,
        }
    }
}

/// Who signed a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Caller {
    account: AccountId,
    owner: Owner,
    arn: Arn,
    id: Arc<str>,
}

impl Caller {
    /// Whoever signs with the keys of `owner`; nobody where there is no such user.
    pub fn of(account: &Account, owner: &Owner) -> Option<Self> {
        let (owner, arn, id) = match owner {
            Owner::Root => (Owner::Root, Arn::root(account.id()), account.id().as_str().into()),
            Owner::User(name) => {
                let user = account.get::<User>(name)?;
                let owner = Owner::User(user.name.clone());
                (owner, user.arn(account.id()), user.id.as_str().into())
            }
        };
        Some(Self { account: account.id().clone(), owner, arn, id })
    }

    /// The account the caller belongs to.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Root or user: who holds the key that signed.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The full name: `arn:aws:iam::123456789012:user/dev/ann`.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// What stays where the name changes: `AIDA…`; for root the account's number.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }
}
