//! Who has a managed policy attached, or has it as a boundary.

use std::collections::BTreeMap;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::iam::IAM;
use crate::iam::managed::{self, Managed};
use crate::page::Page;
use crate::store::account::{Account, Who};
use crate::store::draft::Draft;
use crate::store::entity::{Group, Holder, Role, User};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, EntityId, EntityType, Folded, GroupName, MarkerText, MaxItems, Path, PolicyUsage,
    RoleName, UserName,
};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<ListEntitiesForPolicy>()];

input! {
    /// Lists who uses a managed policy (IAM API Reference, `ListEntitiesForPolicy`).
    struct ListEntitiesForPolicy {
        arn: ArnText = "PolicyArn",
        kind: Option<EntityType> = "EntityFilter",
        prefix: Option<Path> = "PathPrefix",
        usage: Option<PolicyUsage> = "PolicyUsageFilter",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of them: groups, then roles, then users, each by name.
    struct ListEntitiesForPolicyResult {
        groups: Vec<PolicyGroup> = "PolicyGroups",
        users: Vec<PolicyUser> = "PolicyUsers",
        roles: Vec<PolicyRole> = "PolicyRoles",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

output! {
    /// A group.
    struct PolicyGroup {
        name: GroupName = "GroupName",
        id: EntityId = "GroupId",
    }
}

output! {
    /// A user.
    struct PolicyUser {
        name: UserName = "UserName",
        id: EntityId = "UserId",
    }
}

output! {
    /// A role.
    struct PolicyRole {
        name: RoleName = "RoleName",
        id: EntityId = "RoleId",
    }
}

/// Users of a policy, by kind and name: who uses it twice is there once.
type Found<'a> = BTreeMap<String, Who<'a>>;

impl ListEntitiesForPolicy {
    fn prefix(&self) -> &str {
        self.prefix.as_ref().map_or("/", Path::as_str)
    }

    fn found<'a>(&self, arn: &Arn, account: &'a Account) -> Found<'a> {
        let mut found = Found::new();
        if self.asks_for(EntityType::Group) {
            self.find::<Group>(arn, account, |group| add(Who::Group(group), &mut found));
        }
        if self.asks_for(EntityType::Role) {
            self.find::<Role>(arn, account, |role| add(Who::Role(role), &mut found));
        }
        if self.asks_for(EntityType::User) {
            self.find::<User>(arn, account, |user| add(Who::User(user), &mut found));
        }
        found
    }

    fn asks_for(&self, kind: EntityType) -> bool {
        self.kind.is_none_or(|asked| asked == kind)
    }

    fn find<'a, H: Holder>(&self, arn: &Arn, account: &'a Account, add: impl FnMut(&'a H)) {
        let is_attached = self.usage != Some(PolicyUsage::PermissionsBoundary);
        let is_boundary = self.usage != Some(PolicyUsage::PermissionsPolicy);
        let attached = account.attached_to::<H>(arn).filter(|_| is_attached);
        let bounded = account.bounded_by::<H>(arn).filter(|_| is_boundary);
        let is_below = |holder: &&H| holder.path().as_str().starts_with(self.prefix());
        attached.chain(bounded).filter(is_below).for_each(add);
    }
}

fn add<'a>(who: Who<'a>, found: &mut Found<'a>) {
    found.insert(format!("{} {}", who.kind(), Folded::of(&who.name()).as_str()), who);
}

impl Action for ListEntitiesForPolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListEntitiesForPolicy";
    type Output = ListEntitiesForPolicyResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let (arn, account) = (managed::name_of(&input.arn)?, draft.account());
        let policy = Managed::find(&arn, account);
        let policy = policy.ok_or_else(|| managed::not_attachable(&arn))?;
        let (kind, usage, prefix) = (input.kind, input.usage, input.prefix());
        let list = format!("ListEntitiesForPolicy {} {kind:?} {usage:?} {prefix}", policy.id());
        // The id of a policy of AWS is the same in every account.
        let list = format!("{list} {}", account.id());
        let page = Page::asked(list, input.marker.as_ref(), input.most)?;
        let paged = page.cut(input.found(&arn, account).into_iter(), |(place, _)| place);
        let found = || paged.items.iter().map(|(_, who)| *who);
        Ok(ListEntitiesForPolicyResult {
            groups: found().filter_map(Who::group).map(PolicyGroup::of).collect(),
            users: found().filter_map(Who::user).map(PolicyUser::of).collect(),
            roles: found().filter_map(Who::role).map(PolicyRole::of).collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

impl PolicyGroup {
    fn of(group: &Group) -> Self {
        Self { name: group.name.clone(), id: group.id.clone() }
    }
}

impl PolicyUser {
    fn of(user: &User) -> Self {
        Self { name: user.name.clone(), id: user.id.clone() }
    }
}

impl PolicyRole {
    fn of(role: &Role) -> Self {
        Self { name: role.name.clone(), id: role.id.clone() }
    }
}
