//! Groups.

use std::sync::Arc;

use imbl::OrdMap;

use crate::clock::Time;
use crate::store::account::{Account, Change};
use crate::store::entity::{Entity, Holder, Mentions, Rights};
use crate::text::{EntityId, Folded, GroupName, Path};

/// Users that are granted the same. Who is in it, the users say.
#[derive(Clone, Debug)]
pub struct Group {
    /// The name, in the case in which it was given.
    pub name: GroupName,
    /// Where the group stands.
    pub path: Path,
    /// What stays where the name changes.
    pub id: EntityId,
    /// When the group was made.
    pub created: Time,
    /// What its members are granted. A group has no boundary.
    pub rights: Rights,
}

impl Entity for Group {
    const KIND: &'static str = "group";
    const PREFIX: &'static str = "AGPA";
    type Name = GroupName;

    fn name(&self) -> &GroupName {
        &self.name
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn id(&self) -> &EntityId {
        &self.id
    }

    fn all(account: &Account) -> &OrdMap<Folded, Arc<Self>> {
        &account.groups
    }

    fn change(name: Folded, to: Option<Arc<Self>>) -> Change {
        Change::Group(name, to)
    }

    fn mentions(&self) -> Mentions {
        self.rights.mentions()
    }
}

impl Holder for Group {
    fn rights(&self) -> &Rights {
        &self.rights
    }

    fn rights_mut(&mut self) -> &mut Rights {
        &mut self.rights
    }
}
