//! Users and groups, as the details tell of them.

use crate::arn::Arn;
use crate::clock::Time;
use crate::iam::attached::{AttachedPolicy, attached};
use crate::iam::boundary::Boundary;
use crate::iam::details::inline::{Inline, inline};
use crate::iam::tag::{Tag, tagged};
use crate::store::account::Account;
use crate::store::entity::{Entity, Group, User};
use crate::text::{EntityId, GroupName, Path, UserName};
use crate::wire::answer::output;

output! {
    /// A user, and all that says what it may do.
    pub(super) struct UserDetail {
        path: Path = "Path",
        name: UserName = "UserName",
        id: EntityId = "UserId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        inline: Option<Vec<Inline>> = "UserPolicyList",
        groups: Vec<GroupName> = "GroupList",
        attached: Vec<AttachedPolicy> = "AttachedManagedPolicies",
        boundary: Option<Boundary> = "PermissionsBoundary",
        tags: Vec<Tag> = "Tags",
    }
}

impl UserDetail {
    pub(super) fn of(user: &User, account: &Account) -> Self {
        let inline = inline(&user.rights);
        Self {
            path: user.path.clone(),
            name: user.name.clone(),
            id: user.id.clone(),
            arn: user.arn(account.id()),
            created: user.created,
            // Of users alone AWS leaves out a list that is empty.
            inline: (!inline.is_empty()).then_some(inline),
            groups: account.groups_of(user).into_iter().map(|group| group.name.clone()).collect(),
            attached: attached(&user.rights),
            boundary: Boundary::of(&user.rights),
            tags: tagged(&user.tags),
        }
    }
}

output! {
    /// A group, and all that says what its members may do.
    pub(super) struct GroupDetail {
        path: Path = "Path",
        name: GroupName = "GroupName",
        id: EntityId = "GroupId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        inline: Vec<Inline> = "GroupPolicyList",
        attached: Vec<AttachedPolicy> = "AttachedManagedPolicies",
    }
}

impl GroupDetail {
    pub(super) fn of(group: &Group, account: &Account) -> Self {
        Self {
            path: group.path.clone(),
            name: group.name.clone(),
            id: group.id.clone(),
            arn: group.arn(account.id()),
            created: group.created,
            inline: inline(&group.rights),
            attached: attached(&group.rights),
        }
    }
}
