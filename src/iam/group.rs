//! Groups: users that are granted the same.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::iam::conflict::{refuse_granted, refuse_taken, refuse_while};
use crate::iam::listed::{below, page_of, prefix};
use crate::iam::renamed::{on_both, rename};
use crate::iam::user::UserDetail;
use crate::iam::{IAM, on};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Group, Rights};
use crate::store::owner::Caller;
use crate::text::{AccountId, GroupName, MarkerText, MaxItems, Path, PathPrefix};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateGroup>(),
    Route::to::<DeleteGroup>(),
    Route::to::<GetGroup>(),
    Route::to::<ListGroups>(),
    Route::to::<UpdateGroup>(),
];

output! {
    /// A group, as answers tell of one.
    pub(super) struct GroupDetail {
        path: Path = "Path",
        name: GroupName = "GroupName",
        id: String = "GroupId",
        arn: String = "Arn",
        created: Time = "CreateDate",
    }
}

impl GroupDetail {
    pub(super) fn of(group: &Group, account: &AccountId) -> Self {
        Self {
            path: group.path.clone(),
            name: group.name.clone(),
            id: group.id.to_string(),
            arn: group.arn(account).to_string(),
            created: group.created,
        }
    }
}

input! {
    /// Makes a group (IAM API Reference, `CreateGroup`).
    struct CreateGroup {
        path: Option<Path> = "Path",
        name: GroupName = "GroupName",
    }
}

output! {
    /// Holds the new group.
    struct CreateGroupResult {
        group: GroupDetail = "Group",
    }
}

impl Action for CreateGroup {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateGroup";
    type Output = CreateGroupResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let path = self.path.clone().unwrap_or_default();
        let arn = Arn::iam(account.id(), Group::KIND, format_args!("{path}{}", self.name));
        Needs::on(arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { path, name } = input.into_inner();
        refuse_taken::<Group>(&name, draft)?;
        let most = draft.limits().groups_per_account;
        if Group::all(draft.account()).len() >= most {
            return Err(Error::over_quota("GroupsPerAccount", most));
        }
        let (path, id) = (path.unwrap_or_default(), draft.new_id::<Group>()?);
        let group = Group { name, path, id, created: draft.now(), rights: Rights::default() };
        draft.put(group.clone());
        Ok(CreateGroupResult { group: GroupDetail::of(&group, draft.account().id()) })
    }
}

input! {
    /// Tells of a group and who is in it (IAM API Reference, `GetGroup`).
    struct GetGroup {
        group: GroupName = "GroupName",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// The group, and a page of its members, by name.
    struct GetGroupResult {
        group: GroupDetail = "Group",
        users: Vec<UserDetail> = "Users",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for GetGroup {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetGroup";
    type Output = GetGroupResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Group>(&self.group, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { group, marker, most } = input.into_inner();
        let group = draft.find::<Group>(&group)?;
        let account = draft.account();
        let page = Page::asked(format!("GetGroup {}", group.id), marker.as_ref(), most)?;
        let paged = page_of(account.members(&group.id), &page);
        let listed = paged.items.iter().map(|user| UserDetail::listed(user, account.id()));
        Ok(GetGroupResult {
            group: GroupDetail::of(group, account.id()),
            users: listed.collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

input! {
    /// Lists the groups below a path (IAM API Reference, `ListGroups`).
    struct ListGroups {
        prefix: Option<PathPrefix> = "PathPrefix",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of groups, by name.
    struct ListGroupsResult {
        groups: Vec<GroupDetail> = "Groups",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListGroups {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListGroups";
    type Output = ListGroupsResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        Needs::on(Arn::iam(account.id(), Group::KIND, prefix(self.prefix.as_ref())))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { prefix: asked, marker, most } = input.into_inner();
        let (account, prefix) = (draft.account(), prefix(asked.as_ref()));
        let list = format!("ListGroups {} {prefix}", account.id());
        let paged = below::<Group>(prefix, &Page::asked(list, marker.as_ref(), most)?, account);
        let listed = paged.items.iter().map(|group| GroupDetail::of(group, account.id()));
        Ok(ListGroupsResult {
            groups: listed.collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

input! {
    /// Gives a group another name, or another path; id, members and policies stay
    /// (IAM API Reference, `UpdateGroup`).
    struct UpdateGroup {
        group: GroupName = "GroupName",
        new_path: Option<Path> = "NewPath",
        new_name: Option<GroupName> = "NewGroupName",
    }
}

impl Action for UpdateGroup {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateGroup";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let to = (self.new_name.clone(), self.new_path.clone());
        on_both::<Group>(&self.group, to, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { group, new_path, new_name } = input.into_inner();
        rename::<Group>(&group, (new_name, new_path), draft)
    }
}

input! {
    /// Removes a group that nobody is in and that is granted nothing any more (IAM
    /// API Reference, `DeleteGroup`).
    struct DeleteGroup {
        group: GroupName = "GroupName",
    }
}

impl Action for DeleteGroup {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteGroup";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Group>(&self.group, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { group } = input.into_inner();
        let held = draft.find::<Group>(&group)?;
        let has_members = draft.account().members(&held.id).next().is_some();
        refuse_while(has_members, "remove users from group")?;
        refuse_granted(&held.rights)?;
        draft.remove::<Group>(&group);
        Ok(())
    }
}
