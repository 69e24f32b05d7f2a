//! Instance profiles.

use crate::clock::Time;
use crate::error::{Code, Error};
use crate::store::entity::{Mentions, Tags, entity, tagged};
use crate::text::{EntityId, Path, ProfileName};

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

entity! {
    Profile: ProfileName = "instance-profile", "AIPA", profiles, Profile;

    fn mentions(&self) -> Mentions {
        Mentions { role: self.role.clone(), ..Mentions::default() }
    }

    fn missing(name: &ProfileName) -> Error {
        Error::new(Code::NoSuchEntity, format!("Instance Profile {name} cannot be found."))
    }
}

tagged!(Profile, Counts);
