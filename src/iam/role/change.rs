//! How roles change, and how they go.

use crate::action::{Action, Allowed, Needs, Service};
use crate::error::Result;
use crate::iam::conflict::{refuse_granted, refuse_while};
use crate::iam::holder::{on_rights, to_change};
use crate::iam::role::{RoleDetail, said};
use crate::iam::{IAM, trust};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::Role;
use crate::store::owner::Caller;
use crate::text::{MaxSession, PolicyText, RoleDescription, RoleName};
use crate::wire::answer::output;
use crate::wire::form::input;

input! {
    /// Removes a role that holds nothing any more (IAM API Reference, `DeleteRole`).
    pub(super) struct DeleteRole {
        name: RoleName = "RoleName",
    }
}

impl Action for DeleteRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteRole";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<Role>(&self.name, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { name } = input.into_inner();
        let role = to_change::<Role>(&name, draft)?;
        refuse_granted(&role.rights)?;
        let is_held = draft.account().profiles_of(&role.id).next().is_some();
        refuse_while(is_held, "remove roles from instance profile")?;
        draft.remove::<Role>(&name);
        Ok(())
    }
}

input! {
    /// Says anew who may become a role (IAM API Reference, `UpdateAssumeRolePolicy`).
    pub(super) struct UpdateAssumeRolePolicy {
        name: RoleName = "RoleName",
        trust: PolicyText = "PolicyDocument",
    }
}

impl Action for UpdateAssumeRolePolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateAssumeRolePolicy";
    type Output = ();
    const TRUSTS: Option<&'static str> = Some("PolicyDocument");

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<Role>(&self.name, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { name, trust } = input.into_inner();
        let role = to_change::<Role>(&name, draft)?;
        let trust = trust::read(&trust, draft)?;
        draft.put(Role { trust, ..role });
        Ok(())
    }
}

input! {
    /// Says anew what a role is for, and for how long others may be it (IAM API
    /// Reference, `UpdateRole`).
    pub(super) struct UpdateRole {
        name: RoleName = "RoleName",
        description: Option<RoleDescription> = "Description",
        max_session: Option<MaxSession> = "MaxSessionDuration",
    }
}

output! {
    /// Holds nothing; AWS writes its element all the same.
    pub(super) struct UpdateRoleResult {}
}

impl Action for UpdateRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateRole";
    type Output = UpdateRoleResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<Role>(&self.name, account)
    }

    /// A description that is not given stays; a length that is not given is an hour
    /// again.
    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name, description, max_session } = input.into_inner();
        // Of a service's role nothing may be changed but what it is for.
        let mut role = match max_session {
            Some(_) => to_change::<Role>(&name, draft)?,
            None => draft.find::<Role>(&name)?.clone(),
        };
        if description.is_some() {
            role.description = said(description);
        }
        role.max_session = max_session.unwrap_or_default();
        draft.put(role);
        Ok(UpdateRoleResult {})
    }
}

input! {
    /// Says anew what a role is for (IAM API Reference, `UpdateRoleDescription`).
    pub(super) struct UpdateRoleDescription {
        name: RoleName = "RoleName",
        description: RoleDescription = "Description",
    }
}

output! {
    /// Holds the role.
    pub(super) struct UpdateRoleDescriptionResult {
        role: RoleDetail = "Role",
    }
}

impl Action for UpdateRoleDescription {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateRoleDescription";
    type Output = UpdateRoleDescriptionResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<Role>(&self.name, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name, description } = input.into_inner();
        let mut role = draft.find::<Role>(&name)?.clone();
        role.description = said(Some(description));
        draft.put(role.clone());
        Ok(UpdateRoleDescriptionResult { role: RoleDetail::listed(&role, draft.account()) })
    }
}
