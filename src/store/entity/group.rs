//! Groups.

use crate::clock::Time;
use crate::store::entity::{Mentions, Rights, entity, holder};
use crate::text::{EntityId, GroupName, Path};

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

entity! {
    Group: GroupName = "group", "AGPA", groups, Group;

    fn mentions(&self) -> Mentions {
        self.rights.mentions()
    }
}

holder!(Group;);
