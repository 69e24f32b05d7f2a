//! Service-linked roles: made for a service of AWS, and changed by none but it.

mod known;

use std::sync::Arc;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::iam::role::{RoleDetail, SERVICE_PATH, refuse_too_many, said};
use crate::iam::{IAM, on};
use crate::policy::{Policy, Purpose};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Rights, Role, Tagged, Tags};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, CustomSuffix, DeletionTaskId, MaxSession, Path, RoleDescription, RoleName,
    ServiceName, Text,
};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateServiceLinkedRole>(),
    Route::to::<DeleteServiceLinkedRole>(),
    Route::to::<GetServiceLinkedRoleDeletionStatus>(),
];

input! {
    /// Makes the role that a service asks for (IAM API Reference,
    /// `CreateServiceLinkedRole`).
    struct CreateServiceLinkedRole {
        service: ServiceName = "AWSServiceName",
        description: Option<RoleDescription> = "Description",
        suffix: Option<CustomSuffix> = "CustomSuffix",
    }
}

output! {
    /// Holds the new role.
    struct CreateServiceLinkedRoleResult {
        role: RoleDetail = "Role",
    }
}

impl CreateServiceLinkedRole {
    fn name(&self) -> String {
        known::role_name(&self.service, self.suffix.as_ref())
    }

    fn path(&self) -> String {
        format!("{SERVICE_PATH}{}/", self.service)
    }

    fn role(self, draft: &mut Draft) -> Result<Role> {
        if self.suffix.is_some() && !known::takes_suffix(&self.service) {
            return Err(invalid(format!("Custom suffix is not allowed for {}", self.service)));
        }
        let (trust, name) = (self.trust()?, self.free_name(draft)?);
        let path = Path::parse(&self.path()).map_err(|_| self.no_service())?;
        refuse_too_many(draft)?;
        Ok(Role {
            name,
            path,
            id: draft.new_id::<Role>()?,
            created: draft.now(),
            description: said(self.description),
            max_session: MaxSession::default(),
            trust: trust.into(),
            rights: rights(&self.service),
            tags: Tags::new(Role::CASE),
            used: Arc::default(),
            service: Some(self.service),
        })
    }

    fn free_name(&self, draft: &Draft) -> Result<RoleName> {
        let name = self.name();
        let free = RoleName::parse(&name).map_err(|_| invalid(format!("{name} is too long.")))?;
        if draft.account().get::<Role>(&free).is_some() {
            let message = format!(
                "Service role name {name} has been taken in this account, please try a different \
                 suffix."
            );
            return Err(invalid(message));
        }
        Ok(free)
    }

    /// None but the service may become the role.
    fn trust(&self) -> Result<Policy> {
        let service = &self.service;
        let text = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":\
             {{\"Service\":\"{service}\"}},\"Action\":\"sts:AssumeRole\"}}]}}"
        );
        // What cannot be named as a service is none.
        Policy::read(&text, Purpose::Trust).map_err(|_| self.no_service())
    }

    fn no_service(&self) -> Error {
        invalid(format!("{} is not the name of a service.", self.service))
    }
}

fn rights(service: &ServiceName) -> Rights {
    let policy = known::policy(service).and_then(|policy| ArnText::parse(policy.arn).ok());
    let mut rights = Rights::default();
    rights.attached.extend(policy.iter().map(Arn::from));
    rights
}

fn invalid(message: String) -> Error {
    Error::new(Code::InvalidInput, message)
}

impl Action for CreateServiceLinkedRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateServiceLinkedRole";
    type Output = CreateServiceLinkedRoleResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let place = format!("{}{}", self.path(), self.name());
        Needs::on(Arn::iam(account.id(), Role::KIND, place))
            .with("iam:AWSServiceName", self.service.as_str())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let role = input.into_inner().role(draft)?;
        draft.put(role.clone());
        Ok(CreateServiceLinkedRoleResult { role: RoleDetail::made(&role, draft.account()) })
    }
}

input! {
    /// Removes the role of a service, which is done at once: what services do with
    /// their roles is not seen here (IAM API Reference, `DeleteServiceLinkedRole`).
    struct DeleteServiceLinkedRole {
        name: RoleName = "RoleName",
    }
}

output! {
    /// Says what the removal is called.
    struct DeleteServiceLinkedRoleResult {
        task: DeletionTaskId = "DeletionTaskId",
    }
}

impl Action for DeleteServiceLinkedRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteServiceLinkedRole";
    type Output = DeleteServiceLinkedRoleResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Role>(&self.name, account)
    }

    /// A role that is linked to no service is none that could be found.
    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name } = input.into_inner();
        let role = draft.find::<Role>(&name)?.clone();
        if role.service.is_none() {
            return Err(Role::missing(&name));
        }
        let place = format!("task{}{}/{}", role.path, role.name, draft.ids().uuid());
        let task = DeletionTaskId::parse(&place).map_err(|_| Error::internal_failure())?;
        let mut settings = draft.account().settings().clone();
        settings.note_deletion(task.clone());
        draft.put_settings(settings);
        draft.remove::<Role>(&name);
        Ok(DeleteServiceLinkedRoleResult { task })
    }
}

input! {
    /// Tells how far a removal is (IAM API Reference,
    /// `GetServiceLinkedRoleDeletionStatus`).
    struct GetServiceLinkedRoleDeletionStatus {
        task: DeletionTaskId = "DeletionTaskId",
    }
}

output! {
    /// How far it is.
    struct DeletionStatus {
        status: String = "Status",
    }
}

impl Action for GetServiceLinkedRoleDeletionStatus {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetServiceLinkedRoleDeletionStatus";
    type Output = DeletionStatus;

    /// The role is the one that the task is named after; a task that is named after
    /// none is about all.
    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let task = self.task.as_str().strip_prefix("task").and_then(|task| task.rsplit_once('/'));
        match task.filter(|(role, _)| role.starts_with(SERVICE_PATH)) {
            Some((role, _)) => Needs::on(Arn::iam(account.id(), Role::KIND, role)),
            None => Needs::on(Arn::any()),
        }
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { task } = input.into_inner();
        if draft.account().settings().deletions().contains(&task) {
            return Ok(DeletionStatus { status: "SUCCEEDED".to_owned() });
        }
        let message = format!("The Deletion Task with id {task} cannot be found.");
        Err(Error::new(Code::NoSuchEntity, message))
    }
}
