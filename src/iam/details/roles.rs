//! Roles, as the details tell of them.

use crate::arn::Arn;
use crate::clock::Time;
use crate::iam::attached::{AttachedPolicy, attached};
use crate::iam::boundary::Boundary;
use crate::iam::details::inline::{Inline, inline};
use crate::iam::document::Encoded;
use crate::iam::tag::{Tag, tagged};
use crate::policy::Naming;
use crate::store::account::Account;
use crate::store::entity::{Entity, Profile, Role};
use crate::text::{EntityId, Path, ProfileName, RoleDescription, RoleName, Text};
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
        last_used: LastUsed = "RoleLastUsed",
    }
}

output! {
    /// When somebody was the role last; empty until it is known.
    struct LastUsed {
        at: Option<Time> = "LastUsedDate",
        region: Option<String> = "Region",
    }
}

output! {
    /// An instance profile, with the role in it.
    struct ProfileDetail {
        path: Path = "Path",
        name: ProfileName = "InstanceProfileName",
        id: EntityId = "InstanceProfileId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        roles: Vec<RoleInside> = "Roles",
    }
}

output! {
    /// A role, as an instance profile tells of it.
    struct RoleInside {
        path: Path = "Path",
        name: RoleName = "RoleName",
        id: EntityId = "RoleId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        trust: Encoded = "AssumeRolePolicyDocument",
        description: Option<RoleDescription> = "Description",
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
            trust: trust(role, account),
            profiles: profiles.map(|profile| ProfileDetail::of(profile, role, account)).collect(),
            inline: inline(&role.rights),
            attached: attached(&role.rights),
            boundary: Boundary::of(&role.rights),
            tags: tagged(&role.tags),
            last_used: LastUsed { at: None, region: None },
        }
    }
}

impl ProfileDetail {
    fn of(profile: &Profile, role: &Role, account: &Account) -> Self {
        Self {
            path: profile.path.clone(),
            name: profile.name.clone(),
            id: profile.id.clone(),
            arn: profile.arn(account.id()),
            created: profile.created,
            roles: vec![RoleInside::of(role, account)],
        }
    }
}

impl RoleInside {
    fn of(role: &Role, account: &Account) -> Self {
        Self {
            path: role.path.clone(),
            name: role.name.clone(),
            id: role.id.clone(),
            arn: role.arn(account.id()),
            created: role.created,
            trust: trust(role, account),
            description: role.description.clone(),
        }
    }
}

/// Who may become the role, by the names that they have now: inside, they are named
/// by their ids.
fn trust(role: &Role, account: &Account) -> Encoded {
    let now_called = |naming: &Naming| {
        let id = EntityId::parse(&naming.value).ok().filter(|_| naming.kind == "AWS")?;
        account.by_id(&id).map(|who| who.arn(account.id()).to_string())
    };
    Encoded::of(&role.trust.with_names(now_called))
}
