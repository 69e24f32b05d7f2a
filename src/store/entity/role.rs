//! Roles.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Time;
use crate::policy::document::Policy;
use crate::store::entity::{LastUse, Mentions, Rights, Tags, entity, holder, tagged};
use crate::text::{EntityId, MaxSession, Path, RoleDescription, RoleName, ServiceName};

/// Somebody that others may become for a while.
#[derive(Clone, Debug)]
pub struct Role {
    /// The name, in the case in which it was given.
    pub name: RoleName,
    /// Where the role stands.
    pub path: Path,
    /// What no other role has, not even one of the same name.
    pub id: EntityId,
    /// When the role was made.
    pub created: Time,
    /// What it is for, where that is said.
    pub description: Option<RoleDescription>,
    /// For how long others may be it at most.
    pub max_session: MaxSession,
    /// Who may become it.
    pub trust: Trust,
    /// What it is granted.
    pub rights: Rights,
    /// The labels.
    pub tags: Tags,
    /// When somebody acted as it last.
    pub used: Arc<LastUse>,
    /// The service that it belongs to, where it is linked to one: none but the
    /// service may change it.
    pub service: Option<ServiceName>,
}

/// Who may become a role.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The policy, which names users and roles by their ids: whoever bears the name of one that
    /// is gone is not trusted for it.
    pub policy: Policy,
    /// The ARNs by which it named those of other accounts.
    pub written: BTreeMap<EntityId, Box<str>>,
}

impl From<Policy> for Trust {
    /// A policy that names nobody of another account by an id.
    fn from(policy: Policy) -> Self {
        Self { policy, written: BTreeMap::new() }
    }
}

entity! {
    Role: RoleName = "role", "AROA", roles, Role;

    fn mentions(&self) -> Mentions {
        self.rights.mentions()
    }
}

holder! {
    Role;

    fn service(&self) -> Option<&ServiceName> {
        self.service.as_ref()
    }
}

tagged!(Role, Ignored);
