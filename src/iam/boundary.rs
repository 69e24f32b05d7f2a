//! Permissions boundaries of users and roles: four actions that differ in their noun
//! only.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::error::Result;
use crate::iam::holder::{Named, on_rights, to_change};
use crate::iam::managed::check_boundary;
use crate::iam::{IAM, on};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Rights, Role, User};
use crate::store::owner::Caller;
use crate::text::ArnText;
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<Delete<Role>>(),
    Route::to::<Delete<User>>(),
    Route::to::<Put<Role>>(),
    Route::to::<Put<User>>(),
];

output! {
    /// The policy that limits what somebody may do.
    pub(super) struct Boundary {
        kind: String = "PermissionsBoundaryType",
        arn: String = "PermissionsBoundaryArn",
    }
}

impl Boundary {
    /// The one that stands beside these rights, if one does.
    pub(super) fn of(rights: &Rights) -> Option<Self> {
        let arn = rights.boundary.as_ref()?.to_string();
        // The model has another word here, which AWS does not answer.
        Some(Self { kind: "Policy".to_owned(), arn })
    }
}

/// A kind of holder that may have a boundary.
trait Bounded: Named {
    /// The action that sets it.
    const PUT: &'static str;

    /// The action that removes it.
    const DELETE: &'static str;
}

impl Bounded for Role {
    const PUT: &'static str = "PutRolePermissionsBoundary";
    const DELETE: &'static str = "DeleteRolePermissionsBoundary";
}

impl Bounded for User {
    const PUT: &'static str = "PutUserPermissionsBoundary";
    const DELETE: &'static str = "DeleteUserPermissionsBoundary";
}

input! {
    /// Makes a managed policy the boundary, in the place of the one before (IAM API
    /// Reference, `PutRolePermissionsBoundary`, `PutUserPermissionsBoundary`).
    struct Put<H: Bounded> {
        holder: H::Asked = H::FIELD,
        boundary: ArnText = "PermissionsBoundary",
    }
}

impl<H: Bounded> Action for Put<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::PUT;
    type Output = ();

    /// The boundary that is told is the one to be, not the one before.
    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let needs = on::<H>(&self.holder.clone().into(), account);
        needs.with("iam:PermissionsBoundary", self.boundary.as_str())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { holder, boundary } = input.into_inner();
        let mut holder = to_change::<H>(&holder.into(), draft)?;
        let boundary = Some(check_boundary(&boundary, draft.account())?);
        if holder.rights().boundary != boundary {
            holder.rights_mut().boundary = boundary;
            draft.put(holder);
        }
        Ok(())
    }
}

input! {
    /// Removes the boundary; where there is none, nothing changes (IAM API Reference,
    /// `DeleteRolePermissionsBoundary`, `DeleteUserPermissionsBoundary`).
    struct Delete<H: Bounded> {
        holder: H::Asked = H::FIELD,
    }
}

impl<H: Bounded> Action for Delete<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::DELETE;
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<H>(&self.holder.clone().into(), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let mut holder = to_change::<H>(&input.into_inner().holder.into(), draft)?;
        if holder.rights_mut().boundary.take().is_some() {
            draft.put(holder);
        }
        Ok(())
    }
}
