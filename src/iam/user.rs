//! Users: who signs with keys of their own.

use imbl::OrdSet;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::iam::boundary::Boundary;
use crate::iam::conflict::{refuse_granted, refuse_taken, refuse_while};
use crate::iam::listed::{below, prefix};
use crate::iam::managed::check_boundary;
use crate::iam::renamed::{on_both, rename};
use crate::iam::tag::{self, Tag, tagged};
use crate::iam::{IAM, named_or_caller, on_named_or_caller, on_owner};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Rights, Tagged, Tags, User};
use crate::store::owner::{Caller, Owner};
use crate::text::{
    AccountId, ArnText, MarkerText, MaxItems, NewUserName, Path, PathPrefix, UserName,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateUser>(),
    Route::to::<DeleteUser>(),
    Route::to::<GetUser>(),
    Route::to::<ListUsers>(),
    Route::to::<UpdateUser>(),
];

output! {
    /// A user, as answers tell of one. Root has neither path nor name.
    pub(super) struct UserDetail {
        path: Option<Path> = "Path",
        name: Option<UserName> = "UserName",
        id: String = "UserId",
        arn: String = "Arn",
        created: Time = "CreateDate",
        password_last_used: Option<Time> = "PasswordLastUsed",
        boundary: Option<Boundary> = "PermissionsBoundary",
        tags: Option<Vec<Tag>> = "Tags",
    }
}

impl UserDetail {
    /// What a list tells: neither boundary nor tags.
    pub(super) fn listed(user: &User, account: &AccountId) -> Self {
        Self {
            path: Some(user.path.clone()),
            name: Some(user.name.clone()),
            id: user.id.to_string(),
            arn: user.arn(account).to_string(),
            created: user.created,
            password_last_used: None,
            boundary: None,
            tags: None,
        }
    }

    fn whole(user: &User, account: &AccountId) -> Self {
        let boundary = Boundary::of(&user.rights);
        let tags = (!user.tags.is_empty()).then(|| tagged(&user.tags));
        Self { boundary, tags, ..Self::listed(user, account) }
    }

    fn root(account: &Account) -> Self {
        Self {
            path: None,
            name: None,
            id: account.id().to_string(),
            arn: Arn::root(account.id()).to_string(),
            created: account.root().created,
            password_last_used: None,
            boundary: None,
            tags: None,
        }
    }
}

input! {
    /// Makes a user (IAM API Reference, `CreateUser`).
    struct CreateUser {
        path: Option<Path> = "Path",
        name: NewUserName = "UserName",
        boundary: Option<ArnText> = "PermissionsBoundary",
        tags: Option<List<Tag, 50>> = "Tags",
    }
}

output! {
    /// Holds the new user.
    struct CreateUserResult {
        user: UserDetail = "User",
    }
}

impl Action for CreateUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateUser";
    type Output = CreateUserResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let path = self.path.clone().unwrap_or_default();
        let arn = Arn::iam(account.id(), User::KIND, format_args!("{path}{}", self.name));
        let needs = Needs::on(arn.clone());
        let needs = match &self.boundary {
            Some(boundary) => needs.with("iam:PermissionsBoundary", boundary.to_string()),
            None => needs,
        };
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagUser", arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { path, name, boundary, tags } = input.into_inner();
        let name = UserName::from(name);
        refuse_taken::<User>(&name, draft)?;
        let boundary = boundary.map(|arn| check_boundary(&arn, draft.account())).transpose()?;
        let tags = tag::first::<User>(tags, draft)?;
        let mut user = User { tags, ..make(name, path.unwrap_or_default(), draft)? };
        user.rights.boundary = boundary;
        let told = UserDetail::whole(&user, draft.account().id());
        draft.put(user);
        Ok(CreateUserResult { user: told })
    }
}

/// A user who holds nothing yet.
fn make(name: UserName, path: Path, draft: &mut Draft) -> Result<User> {
    let most = draft.limits().users_per_account;
    if User::all(draft.account()).len() >= most {
        return Err(Error::over_quota("UsersPerAccount", most));
    }
    let id = draft.new_id::<User>()?;
    Ok(User {
        name,
        path,
        id,
        created: draft.now(),
        keys: Vec::new(),
        rights: Rights::default(),
        groups: OrdSet::new(),
        tags: Tags::new(User::CASE),
    })
}

input! {
    /// Tells of a user: the caller, where none is named (IAM API Reference,
    /// `GetUser`).
    struct GetUser {
        user: Option<UserName> = "UserName",
    }
}

output! {
    /// Holds the user.
    struct GetUserResult {
        user: UserDetail = "User",
    }
}

impl Action for GetUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetUser";
    type Output = GetUserResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let account = draft.account();
        let user = match named_or_caller(input.into_inner().user.as_ref(), caller)? {
            Owner::Root => UserDetail::root(account),
            Owner::User(name) => UserDetail::whole(draft.find::<User>(&name)?, account.id()),
        };
        Ok(GetUserResult { user })
    }
}

input! {
    /// Lists the users below a path (IAM API Reference, `ListUsers`).
    struct ListUsers {
        prefix: Option<PathPrefix> = "PathPrefix",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of users, by name.
    struct ListUsersResult {
        users: Vec<UserDetail> = "Users",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListUsers {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListUsers";
    type Output = ListUsersResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        Needs::on(Arn::iam(account.id(), User::KIND, prefix(self.prefix.as_ref())))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { prefix: asked, marker, most } = input.into_inner();
        let (account, prefix) = (draft.account(), prefix(asked.as_ref()));
        let list = format!("ListUsers {} {prefix}", account.id());
        let paged = below::<User>(prefix, &Page::asked(list, marker.as_ref(), most)?, account);
        let listed = paged.items.iter().map(|user| UserDetail::listed(user, account.id()));
        Ok(ListUsersResult {
            users: listed.collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

input! {
    /// Gives a user another name, or another path; all that the user holds
    /// and belongs to stays (IAM API Reference, `UpdateUser`).
    struct UpdateUser {
        user: UserName = "UserName",
        new_path: Option<Path> = "NewPath",
        new_name: Option<NewUserName> = "NewUserName",
    }
}

impl Action for UpdateUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateUser";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let to = (self.new_name.clone().map(UserName::from), self.new_path.clone());
        on_both::<User>(&self.user, to, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, new_path, new_name } = input.into_inner();
        rename::<User>(&user, (new_name.map(UserName::from), new_path), draft)
    }
}

input! {
    /// Removes a user that holds nothing and belongs to no group any more (IAM API
    /// Reference, `DeleteUser`).
    struct DeleteUser {
        user: UserName = "UserName",
    }
}

impl Action for DeleteUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteUser";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_owner(&Owner::User(self.user.clone()), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user } = input.into_inner();
        let held = draft.find::<User>(&user)?;
        refuse_granted(&held.rights)?;
        refuse_while(!held.keys.is_empty(), "delete access keys")?;
        refuse_while(!held.groups.is_empty(), "remove users from group")?;
        refuse_while(draft.account().devices_held(&held.id) > 0, "delete MFA device")?;
        draft.remove::<User>(&user);
        Ok(())
    }
}
