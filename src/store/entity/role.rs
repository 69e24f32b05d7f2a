//! Roles.

use std::sync::Arc;

use imbl::OrdMap;

use crate::clock::Time;
use crate::policy::document::Policy;
use crate::store::account::{Account, Change};
use crate::store::entity::{Case, Entity, Holder, Mentions, Rights, Tagged, Tags};
use crate::text::{EntityId, Folded, MaxSession, Path, RoleDescription, RoleName, ServiceName};

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
    pub trust: Policy,
    /// What it is granted.
    pub rights: Rights,
    /// The labels.
    pub tags: Tags,
    /// The service that it belongs to, where it is linked to one: none but the
    /// service may change it.
    pub service: Option<ServiceName>,
}

impl Entity for Role {
    const KIND: &'static str = "role";
    const PREFIX: &'static str = "AROA";
    type Name = RoleName;

    fn name(&self) -> &RoleName {
        &self.name
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn id(&self) -> &EntityId {
        &self.id
    }

    fn all(account: &Account) -> &OrdMap<Folded, Arc<Self>> {
        &account.roles
    }

    fn change(name: Folded, to: Option<Arc<Self>>) -> Change {
        Change::Role(name, to)
    }

    fn mentions(&self) -> Mentions {
        self.rights.mentions()
    }
}

impl Holder for Role {
    fn rights(&self) -> &Rights {
        &self.rights
    }

    fn rights_mut(&mut self) -> &mut Rights {
        &mut self.rights
    }

    fn service(&self) -> Option<&ServiceName> {
        self.service.as_ref()
    }
}

impl Tagged for Role {
    const CASE: Case = Case::Ignored;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}
