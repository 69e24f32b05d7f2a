//! Roles, as the details tell of them.

use crate::arn::Arn;
use crate::clock::Time;
use crate::iam::attached::{AttachedPolicy, attached};
use crate::iam::boundary::Boundary;
use crate::iam::details::inline::{Inline, inline};
use crate::iam::document::Encoded;
use crate::iam::instance_profile::ProfileDetail;
use crate::iam::role::RoleLastUsed;
use crate::iam::tag::{Tag, tagged};
use crate::iam::trust;
use crate::store::account::Account;
use crate::store::entity::{Entity, Role};
use crate::text::{EntityId, Path, RoleName};
use crate::wire::answer::output;

output! {
    /// A role, who may become it, and all that says what it may do.
    pub(super) struct RoleDetail {
        path: Path = "Path",
        name: RoleName = "RoleName",
        id: EntityId = "RoleId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        trust: Encoded = "AssumeRolePolicyDocument",
        profiles: Vec<ProfileDetail> = "InstanceProfileList",
        inline: Vec<Inline> = "RolePolicyList",
        attached: Vec<AttachedPolicy> = "AttachedManagedPolicies",
        boundary: Option<Boundary> = "PermissionsBoundary",
        tags: Vec<Tag> = "Tags",
        last_used: RoleLastUsed = "RoleLastUsed",
    }
}

impl RoleDetail {
    pub(super) fn of(role: &Role, account: &Account) -> Self {
        let profiles = account.profiles_of(&role.id);
        Self {
            path: role.path.clone(),
            name: role.name.clone(),
            id: role.id.clone(),
            arn: role.arn(account.id()),
            created: role.created,
            trust: trust::shown(&role.trust, account),
            profiles: profiles.map(|profile| ProfileDetail::listed(profile, account)).collect(),
            inline: inline(&role.rights),
            attached: attached(&role.rights),
            boundary: Boundary::of(&role.rights),
            tags: tagged(&role.tags),
            last_used: RoleLastUsed::of(role),
        }
    }
}
