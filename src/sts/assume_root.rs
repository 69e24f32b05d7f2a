//! The root of a member account, for one task, for who may in the account that manages all.

use crate::action::{Action, Allowed, Needs, Proves, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::{Caller, Owner, Proof};
use crate::store::session::{Limits, Session, Whose};
use crate::sts::STS;
use crate::sts::credentials::{Credentials, make};
use crate::sts::narrowed::PolicyDescriptor;
use crate::text::{RootDuration, SourceIdentity, TargetPrincipal, TokenSize};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<AssumeRoot>()];

/// What stands before the names of the policies that tell of tasks.
const TASKS: &str = "arn:aws:iam::aws:policy/root-task/";

input! {
    /// Asks for a session of another account's root (AWS STS API Reference, `AssumeRoot`).
    struct AssumeRoot {
        target: TargetPrincipal = "TargetPrincipal",
        task: PolicyDescriptor = "TaskPolicyArn",
        duration: Option<RootDuration> = "DurationSeconds",
        token_size: Option<TokenSize> = "MinimumSessionTokenSize",
    }
}

output! {
    /// The session.
    struct AssumeRootResult {
        credentials: Credentials = "Credentials",
        source_identity: Option<SourceIdentity> = "SourceIdentity",
        utilization: usize = "SessionTokenUtilization",
        size: usize = "SessionTokenSize",
    }
}

impl AssumeRoot {
    fn task(&self) -> Option<Arn> {
        self.task.arn()
    }
}

impl Action for AssumeRoot {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "AssumeRoot";
    const VISITS: Option<&'static str> = Some("TargetPrincipal");
    const PROVES: Proves = Proves::Management;
    type Output = AssumeRootResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        let root = Arn::root(account.id());
        let is_target = [root.as_str(), account.id().as_str()].contains(&self.target.as_str());
        if !is_target {
            return Needs::never(invalid(&self.target));
        }
        let is_manager = matches!(caller.proof(), Some(Proof::Management));
        if !is_manager || caller.owner() == Some(&Owner::Root) {
            return Needs::never(denied(caller, &root));
        }
        let task = self.task().map(|task| task.to_string()).unwrap_or_default();
        Needs::on(root).with("sts:TaskPolicyArn", task)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let (account, now) = (draft.account(), draft.now());
        let task = input.task().filter(|task| is_task(task, account)).ok_or_else(no_task)?;
        let expires = now.plus(input.duration.unwrap_or_default().get());
        let session = Session {
            limits: Limits { inline: None, managed: vec![task] },
            source_identity: caller.session().and_then(|session| session.source_identity.clone()),
            ..Session::new(account.id().clone(), Whose::Task, (now, expires))
        };
        let made = make(&session, input.token_size, draft)?;
        Ok(AssumeRootResult {
            credentials: made.credentials,
            source_identity: session.source_identity,
            utilization: made.utilization,
            size: made.size,
        })
    }
}

/// Whether AWS has a policy of that name for a task of root.
fn is_task(task: &Arn, account: &Account) -> bool {
    task.as_str().starts_with(TASKS) && account.document_of(task).is_some()
}

fn no_task() -> Error {
    let message = format!("TaskPolicyArn must name one of AWS's policies below {TASKS}");
    Error::new(Code::ValidationError, message)
}

fn invalid(target: &TargetPrincipal) -> Error {
    Error::new(Code::ValidationError, format!("{target} is invalid"))
}

fn denied(caller: &Caller, root: &Arn) -> Error {
    let arn = caller.arn();
    let message =
        format!("User: {arn} is not authorized to perform: sts:AssumeRoot on resource: {root}");
    Error::new(Code::AccessDenied, message)
}
