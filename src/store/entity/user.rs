//! Users.

use imbl::OrdSet;

use crate::clock::Time;
use crate::store::entity::{KeyPair, Mentions, Rights, Tags, entity, holder, tagged};
use crate::text::{EntityId, Path, UserName};

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

entity! {
    User: UserName = "user", "AIDA", users, User;

    fn mentions(&self) -> Mentions {
        Mentions { groups: self.groups.clone(), ..self.rights.mentions() }
    }
}

holder!(User;);

tagged!(User, Ignored);
