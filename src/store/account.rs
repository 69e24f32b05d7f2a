//! One account, and how it changes.

use std::sync::Arc;

use imbl::OrdMap;

use crate::arn::Arn;
use crate::store::entity::{Entity, KeyPair, Root, User};
use crate::store::owner::Owner;
use crate::text::{AccessKeyId, AccountId, Folded};

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

    /// All users, by name.
    pub fn users(&self) -> &OrdMap<Folded, Arc<User>> {
        &self.users
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
            Change::User(name, to) => self.apply_user(name, to.as_ref()),
        }
    }

    fn apply_user(&mut self, name: &Folded, to: Option<&Arc<User>>) {
        let before = match to {
            Some(user) => self.users.insert(name.clone(), Arc::clone(user)),
            None => self.users.remove(name),
        };
        if let Some(user) = to.or(before.as_ref()) {
            let owner = Owner::User(user.name.clone());
            let keys_of = |user: Option<&Arc<User>>| user.map_or_else(Vec::new, |u| u.keys.clone());
            self.own(&owner, &keys_of(before.as_ref()), &keys_of(to));
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
