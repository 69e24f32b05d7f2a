//! Instance profiles.

use std::sync::Arc;

use imbl::OrdMap;

use crate::clock::Time;
use crate::error::{Code, Error};
use crate::store::account::{Account, Change};
use crate::store::entity::{Case, Entity, Mentions, Tagged, Tags};
use crate::text::{EntityId, Folded, Path, ProfileName};

/// What hands a role to machines.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The name, in the case in which it was given.
    pub name: ProfileName,
    /// Where the profile stands.
    pub path: Path,
    /// What no other profile has, not even one of the same name.
    pub id: EntityId,
    /// When the profile was made.
    pub created: Time,
    /// The role that it holds, by id.
    pub role: Option<EntityId>,
    /// The labels.
    pub tags: Tags,
}

impl Entity for Profile {
    const KIND: &'static str = "instance-profile";
    const PREFIX: &'static str = "AIPA";
    type Name = ProfileName;

    fn name(&self) -> &ProfileName {
        &self.name
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn id(&self) -> &EntityId {
        &self.id
    }

    fn all(account: &Account) -> &OrdMap<Folded, Arc<Self>> {
        &account.profiles
    }

    fn change(name: Folded, to: Option<Arc<Self>>) -> Change {
        Change::Profile(name, to)
    }

    fn mentions(&self) -> Mentions {
        Mentions { role: self.role.clone(), ..Mentions::default() }
    }

    fn missing(name: &ProfileName) -> Error {
        Error::new(Code::NoSuchEntity, format!("Instance Profile {name} cannot be found."))
    }
}

impl Tagged for Profile {
    const CASE: Case = Case::Counts;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}
