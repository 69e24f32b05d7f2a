//! One account, and how it changes.

use std::sync::Arc;

use imbl::OrdMap;

use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::ids::Ids;
use crate::store::entity::{Entity, KeyPair, Root, User};
use crate::store::owner::Owner;
use crate::text::{AccessKeyId, AccountId, Folded, Status};

/// All that is in one account. A clone shares everything with the original and
/// costs the same whatever the size; whoever holds one keeps what they saw.
#[derive(Clone, Debug)]
pub struct Account {
    id: AccountId,
    /// How many commits it is made of.
    revision: u64,
    pub(super) root: Arc<Root>,
    pub(super) users: OrdMap<Folded, Arc<User>>,
    /// Whose each key is.
    keys: OrdMap<AccessKeyId, Owner>,
}

impl Account {
    /// An account in which nothing is yet.
    pub fn new(id: AccountId) -> Self {
        let (users, keys) = (OrdMap::new(), OrdMap::new());
        Self { id, revision: 0, root: Arc::default(), users, keys }
    }

    /// Its number.
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// How many commits it is made of.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Says how many commits it is made of, once they are all applied.
    pub(super) fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
    }

    /// Whom it belongs to.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// What stands under `name`, in whatever case.
    pub fn get<E: Entity>(&self, name: &E::Name) -> Option<&E> {
        E::all(self).get(&Folded::of(name)).map(|entity| &**entity)
    }

    /// Whose key it is, if it is one of this account.
    pub fn owner_of(&self, key: &AccessKeyId) -> Option<&Owner> {
        self.keys.get(key)
    }

    /// Every key of the account, and whose it is.
    pub fn keys(&self) -> impl Iterator<Item = (&AccessKeyId, &Owner)> {
        self.keys.iter()
    }

    /// The keys of someone, oldest first; none where there is no such user.
    pub fn keys_of(&self, owner: &Owner) -> &[KeyPair] {
        match owner {
            Owner::Root => &self.root.keys,
            Owner::User(name) => self.get::<User>(name).map_or(&[], |user| &user.keys),
        }
    }

    /// The full name of someone, as far as the account knows them: leave is asked
    /// for on a user that does not exist, too.
    pub fn arn_of(&self, owner: &Owner) -> Arn {
        match owner {
            Owner::Root => Arn::root(&self.id),
            Owner::User(name) => match self.get::<User>(name) {
                Some(user) => user.arn(&self.id),
                None => Arn::iam(&self.id, User::KIND, format_args!("/{name}")),
            },
        }
    }

    /// Makes one change.
    // INVARIANT: nothing else writes to an account. What is in memory is thus
    // what the committed changes add up to, here and on every other node.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Root(root) => {
                let before = std::mem::replace(&mut self.root, Arc::clone(root));
                self.own(&Owner::Root, &before.keys, &root.keys);
            }
            Change::User(name, to) => {
                let before = match to {
                    Some(user) => self.users.insert(name.clone(), Arc::clone(user)),
                    None => self.users.remove(name),
                };
                let keys = |user: &Option<Arc<User>>| user.clone().map_or_else(Vec::new, |u| u.keys.clone());
                let owner = to.as_ref().or(before.as_ref()).map(|user| Owner::User(user.name.clone()));
                if let Some(owner) = owner {
                    self.own(&owner, &keys(&before), &keys(to));
                }
            }
        }
    }

    fn own(&mut self, owner: &Owner, before: &[KeyPair], after: &[KeyPair]) {
        // A user that is renamed is put under the new name before it is removed
        // from the old one: its keys belong to the new one by then.
        for key in before {
            if self.keys.get(&key.id).is_some_and(|held| held.is_same(owner)) {
                self.keys.remove(&key.id);
            }
        }
        for key in after {
            self.keys.insert(key.id.clone(), owner.clone());
        }
    }
}

/// One thing as it is from now on, or `None` where it is gone.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the entities tell what they are")]
pub enum Change {
    Root(Arc<Root>),
    User(Folded, Option<Arc<User>>),
}

/// How much an account may hold (IAM User Guide, "IAM and AWS STS quotas").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Users in an account.
    pub users_per_account: usize,
    /// Keys of a user, and of root: two, so that one can replace the other.
    pub keys_per_user: usize,
    /// Tags on a user.
    pub tags_per_user: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { users_per_account: 5000, keys_per_user: 2, tags_per_user: 50 }
    }
}

/// An account as one request will leave it: a clone that notes each change.
///
/// Only when the changes are committed does the account take the place of the
/// one that it was made from. A draft that is dropped never was.
#[derive(Debug)]
pub struct Draft {
    account: Account,
    changes: Vec<Change>,
    now: Time,
    limits: Limits,
    ids: Box<dyn Ids>,
}

impl Draft {
    /// A draft in which nothing is changed yet.
    pub fn of(account: &Account, now: Time, limits: Limits, ids: Box<dyn Ids>) -> Self {
        Self { account: account.clone(), changes: Vec::new(), now, limits, ids }
    }

    /// The account as it stands in this draft.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// When the request came.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How much the account may hold.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// What stands under `name`, or the error to answer.
    pub fn find<E: Entity>(&self, name: &E::Name) -> Result<&E> {
        self.account.get(name).ok_or_else(|| Error::no_such(E::KIND, name))
    }

    /// Puts `entity` under its name, in the place of what stood there.
    pub fn put<E: Entity>(&mut self, entity: E) {
        self.change(E::change(Folded::of(entity.name()), Some(Arc::new(entity))));
    }

    /// Removes what stands under `name`.
    pub fn remove<E: Entity>(&mut self, name: &E::Name) {
        self.change(E::change(Folded::of(name), None));
    }

    /// The keys of someone, oldest first, or the error to answer.
    pub fn keys_of(&self, owner: &Owner) -> Result<&[KeyPair]> {
        match owner {
            Owner::Root => Ok(&self.account.root.keys),
            Owner::User(name) => Ok(&self.find::<User>(name)?.keys),
        }
    }

    /// Gives someone other keys.
    pub fn put_keys(&mut self, owner: &Owner, keys: Vec<KeyPair>) -> Result<()> {
        match owner {
            Owner::Root => {
                let created = self.account.root.created;
                self.change(Change::Root(Arc::new(Root { created, keys })));
            }
            Owner::User(name) => {
                let user = self.find::<User>(name)?.clone();
                self.put(User { keys, ..user });
            }
        }
        Ok(())
    }

    /// Puts the account's root in the place of the one before.
    pub fn put_root(&mut self, root: Root) {
        self.change(Change::Root(Arc::new(root)));
    }

    /// A key pair that nobody ever had.
    pub fn new_key(&mut self) -> Result<KeyPair> {
        let id = self.ids.access_key_id(&self.account.id).ok_or_else(Error::internal_failure)?;
        let (secret, created) = (self.ids.secret(), self.now);
        Ok(KeyPair { id, secret, status: Status::Active, created, used: Arc::default() })
    }

    /// A source of new ids.
    pub fn ids(&mut self) -> &mut dyn Ids {
        &mut *self.ids
    }

    /// Whether there is nothing to commit.
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes to commit, and the account to publish after that.
    pub fn into_parts(self) -> (Vec<Change>, Account) {
        (self.changes, self.account)
    }

    fn change(&mut self, change: Change) {
        self.account.apply(&change);
        self.changes.push(change);
    }
}
