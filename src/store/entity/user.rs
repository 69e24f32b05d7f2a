//! Users.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use crate::clock::Time;
use crate::store::account::{Account, Change};
use crate::store::entity::{Case, Entity, Holder, KeyPair, Mentions, Rights, Tagged, Tags};
use crate::text::{EntityId, Folded, Path, UserName};

/// Someone who signs with keys of their own.
#[derive(Clone, Debug)]
pub struct User {
    /// The name, in the case in which it was given.
    pub name: UserName,
    /// Where the user stands.
    pub path: Path,
    /// What stays where the name changes.
    pub id: EntityId,
    /// When the user was made.
    pub created: Time,
    /// The keys, oldest first.
    pub keys: Vec<KeyPair>,
    /// What the user is granted beside what the groups are.
    pub rights: Rights,
    /// The groups that the user is in, by id: a group keeps its members where its
    /// name changes.
    pub groups: OrdSet<EntityId>,
    /// The labels.
    pub tags: Tags,
}

impl Entity for User {
    const KIND: &'static str = "user";
    const PREFIX: &'static str = "AIDA";
    type Name = UserName;

    fn name(&self) -> &UserName {
        &self.name
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn id(&self) -> &EntityId {
        &self.id
    }

    fn all(account: &Account) -> &OrdMap<Folded, Arc<Self>> {
        &account.users
    }

    fn change(name: Folded, to: Option<Arc<Self>>) -> Change {
        Change::User(name, to)
    }

    fn mentions(&self) -> Mentions {
        Mentions { groups: self.groups.clone(), ..self.rights.mentions() }
    }
}

impl Holder for User {
    fn rights(&self) -> &Rights {
        &self.rights
    }

    fn rights_mut(&mut self) -> &mut Rights {
        &mut self.rights
    }
}

impl Tagged for User {
    const CASE: Case = Case::Ignored;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}
