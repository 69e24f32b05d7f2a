//! Roles: whom others may become for a while.

mod change;

use std::sync::Arc;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::boundary::Boundary;
use crate::iam::conflict::refuse_taken;
use crate::iam::document::Encoded;
use crate::iam::holder::on_rights;
use crate::iam::listed::{below, prefix};
use crate::iam::managed::check_boundary;
use crate::iam::tag::{self, Tag, tagged};
use crate::iam::{IAM, trust};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Rights, Role};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, MarkerText, MaxItems, MaxSession, Path, PathPrefix, PolicyText, RoleDescription,
    RoleName,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateRole>(),
    Route::to::<change::DeleteRole>(),
    Route::to::<GetRole>(),
    Route::to::<ListRoles>(),
    Route::to::<change::UpdateAssumeRolePolicy>(),
    Route::to::<change::UpdateRole>(),
    Route::to::<change::UpdateRoleDescription>(),
];

/// Where roles stand that are linked to services, and no others.
pub(super) const SERVICE_PATH: &str = "/aws-service-role/";

output! {
    /// A role, as answers tell of one: some tell less than others.
    pub(super) struct RoleDetail {
        path: Path = "Path",
        name: RoleName = "RoleName",
        id: String = "RoleId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        trust: Encoded = "AssumeRolePolicyDocument",
        description: Option<RoleDescription> = "Description",
        max_session: Option<usize> = "MaxSessionDuration",
        boundary: Option<Boundary> = "PermissionsBoundary",
        tags: Option<Vec<Tag>> = "Tags",
        last_used: Option<RoleLastUsed> = "RoleLastUsed",
    }
}

output! {
    /// When and where someone was the role last.
    pub(super) struct RoleLastUsed {
        at: Option<Time> = "LastUsedDate",
        region: Option<String> = "Region",
    }
}

impl RoleLastUsed {
    /// Nothing, where nobody was.
    pub(super) fn of(role: &Role) -> Self {
        let last = role.used.get();
        Self {
            at: last.as_ref().map(|last| last.at),
            region: last.map(|last| last.region.to_string()),
        }
    }
}

impl RoleDetail {
    /// What an instance profile tells of the role in it.
    pub(super) fn inside(role: &Role, account: &Account) -> Self {
        Self {
            path: role.path.clone(),
            name: role.name.clone(),
            id: role.id.to_string(),
            arn: role.arn(account.id()),
            created: role.created,
            trust: trust::shown(&role.trust, account),
            description: role.description.clone(),
            max_session: None,
            boundary: None,
            tags: None,
            last_used: None,
        }
    }

    /// What a list tells.
    pub(super) fn listed(role: &Role, account: &Account) -> Self {
        let max_session = Some(seconds(role.max_session));
        Self { max_session, ..Self::inside(role, account) }
    }

    /// What is told of a role that was just made.
    pub(super) fn made(role: &Role, account: &Account) -> Self {
        let tags = (!role.tags.is_empty()).then(|| tagged(&role.tags));
        Self { boundary: Boundary::of(&role.rights), tags, ..Self::inside(role, account) }
    }

    /// All there is to tell.
    pub(super) fn whole(role: &Role, account: &Account) -> Self {
        let last_used = Some(RoleLastUsed::of(role));
        let max_session = Some(seconds(role.max_session));
        Self { max_session, last_used, ..Self::made(role, account) }
    }
}

fn seconds(longest: MaxSession) -> usize {
    usize::try_from(longest.get()).unwrap_or(usize::MAX)
}

input! {
    /// Makes a role (IAM API Reference, `CreateRole`).
    struct CreateRole {
        path: Option<Path> = "Path",
        name: RoleName = "RoleName",
        trust: PolicyText = "AssumeRolePolicyDocument",
        description: Option<RoleDescription> = "Description",
        max_session: Option<MaxSession> = "MaxSessionDuration",
        boundary: Option<ArnText> = "PermissionsBoundary",
        tags: Option<List<Tag, 50>> = "Tags",
    }
}

output! {
    /// Holds the new role.
    struct CreateRoleResult {
        role: RoleDetail = "Role",
    }
}

impl Action for CreateRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateRole";
    type Output = CreateRoleResult;
    const TRUSTS: Option<&'static str> = Some("AssumeRolePolicyDocument");

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let path = self.path.clone().unwrap_or_default();
        let arn = Arn::iam(account.id(), Role::KIND, format_args!("{path}{}", self.name));
        let needs = Needs::on(arn.clone());
        let needs = match &self.boundary {
            Some(boundary) => needs.with("iam:PermissionsBoundary", boundary.as_str()),
            None => needs,
        };
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagRole", arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let role = input.role(draft)?;
        draft.put(role.clone());
        Ok(CreateRoleResult { role: RoleDetail::made(&role, draft.account()) })
    }
}

impl CreateRole {
    fn role(self, draft: &mut Draft) -> Result<Role> {
        refuse_reserved(self.path.as_ref())?;
        refuse_taken::<Role>(&self.name, draft)?;
        let trust = trust::read(&self.trust, draft)?;
        let mut rights = Rights::default();
        rights.boundary =
            self.boundary.map(|arn| check_boundary(&arn, draft.account())).transpose()?;
        let tags = tag::first::<Role>(self.tags, draft)?;
        refuse_too_many(draft)?;
        Ok(Role {
            id: draft.new_id::<Role>()?,
            name: self.name,
            path: self.path.unwrap_or_default(),
            created: draft.now(),
            description: said(self.description),
            max_session: self.max_session.unwrap_or_default(),
            trust,
            rights,
            tags,
            used: Arc::default(),
            service: None,
        })
    }
}

/// A description that says nothing is none.
pub(super) fn said(description: Option<RoleDescription>) -> Option<RoleDescription> {
    description.filter(|description| !description.as_str().is_empty())
}

/// Refuses one role too many.
pub(super) fn refuse_too_many(draft: &Draft) -> Result<()> {
    let most = draft.limits().roles_per_account;
    if Role::all(draft.account()).len() >= most {
        return Err(Error::over_quota("RolesPerAccount", most));
    }
    Ok(())
}

/// A role that only looks like a service's would be granted what services' roles are.
fn refuse_reserved(path: Option<&Path>) -> Result<()> {
    if path.is_some_and(|path| path.as_str().starts_with(SERVICE_PATH)) {
        let message = format!("The path {SERVICE_PATH} is reserved for service-linked roles.");
        return Err(Error::new(Code::InvalidInput, message));
    }
    Ok(())
}

input! {
    /// Tells of a role (IAM API Reference, `GetRole`).
    struct GetRole {
        name: RoleName = "RoleName",
    }
}

output! {
    /// Holds the role.
    struct GetRoleResult {
        role: RoleDetail = "Role",
    }
}

impl Action for GetRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetRole";
    type Output = GetRoleResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<Role>(&self.name, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name } = input.into_inner();
        let role = draft.find::<Role>(&name)?;
        Ok(GetRoleResult { role: RoleDetail::whole(role, draft.account()) })
    }
}

input! {
    /// Lists the roles below a path (IAM API Reference, `ListRoles`).
    struct ListRoles {
        prefix: Option<PathPrefix> = "PathPrefix",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of roles, by name.
    struct ListRolesResult {
        roles: Vec<RoleDetail> = "Roles",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListRoles {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListRoles";
    type Output = ListRolesResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        Needs::on(Arn::iam(account.id(), Role::KIND, prefix(self.prefix.as_ref())))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { prefix: asked, marker, most } = input.into_inner();
        let (account, prefix) = (draft.account(), prefix(asked.as_ref()));
        let list = format!("ListRoles {} {prefix}", account.id());
        let paged = below::<Role>(prefix, &Page::asked(list, marker.as_ref(), most)?, account);
        Ok(ListRolesResult {
            is_truncated: paged.is_truncated(),
            roles: paged.items.into_iter().map(|role| RoleDetail::listed(role, account)).collect(),
            marker: paged.marker,
        })
    }
}
