//! Who is in which group.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::error::{Error, Result};
use crate::iam::group::GroupDetail;
use crate::iam::listed::page_of;
use crate::iam::{IAM, on, on_owner};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Group, User};
use crate::store::owner::{Caller, Owner};
use crate::text::{GroupName, MarkerText, MaxItems, UserName};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<AddUserToGroup>(),
    Route::to::<ListGroupsForUser>(),
    Route::to::<RemoveUserFromGroup>(),
];

input! {
    /// Puts a user in a group; who is in it already stays there (IAM API Reference,
    /// `AddUserToGroup`).
    struct AddUserToGroup {
        group: GroupName = "GroupName",
        user: UserName = "UserName",
    }
}

impl Action for AddUserToGroup {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "AddUserToGroup";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Group>(&self.group, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { group, user } = input.into_inner();
        let (mut user, group) = found(&user, &group, draft)?;
        if user.groups.contains(&group.id) {
            return Ok(());
        }
        let most = draft.limits().groups_per_user;
        if user.groups.len() >= most {
            return Err(Error::over_quota("GroupsPerUser", most));
        }
        user.groups.insert(group.id);
        draft.put(user);
        Ok(())
    }
}

/// Both; the user is missed first.
fn found(user: &UserName, group: &GroupName, draft: &Draft) -> Result<(User, Group)> {
    Ok((draft.find::<User>(user)?.clone(), draft.find::<Group>(group)?.clone()))
}

input! {
    /// Takes a user out of a group; who is not in it stays out (IAM API Reference,
    /// `RemoveUserFromGroup`; that AWS says nothing then was tried by others).
    struct RemoveUserFromGroup {
        group: GroupName = "GroupName",
        user: UserName = "UserName",
    }
}

impl Action for RemoveUserFromGroup {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "RemoveUserFromGroup";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Group>(&self.group, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { group, user } = input.into_inner();
        let (mut user, group) = found(&user, &group, draft)?;
        if user.groups.remove(&group.id).is_some() {
            draft.put(user);
        }
        Ok(())
    }
}

input! {
    /// Lists the groups that a user is in (IAM API Reference, `ListGroupsForUser`).
    struct ListGroupsForUser {
        user: UserName = "UserName",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of groups, by name.
    struct ListGroupsForUserResult {
        groups: Vec<GroupDetail> = "Groups",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListGroupsForUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListGroupsForUser";
    type Output = ListGroupsForUserResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_owner(&Owner::User(self.user.clone()), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { user, marker, most } = input.into_inner();
        let user = draft.find::<User>(&user)?;
        let account = draft.account();
        let page = Page::asked(format!("ListGroupsForUser {}", user.id), marker.as_ref(), most)?;
        let paged = page_of(account.groups_of(user), &page);
        let listed = paged.items.iter().map(|group| GroupDetail::of(group, account.id()));
        Ok(ListGroupsForUserResult {
            groups: listed.collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}
