//! What all ways to assume a role have in common: the role, how long, and the answer.

use crate::action::{Guard, Needs};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::policy::Source;
use crate::store::account::Account;
use crate::store::entity::{Entity, Role};
use crate::store::owner::Caller;
use crate::store::session::{Session, Whose};
use crate::sts::tag::{Passed, inherited};
use crate::text::{ExternalId, RoleDuration, RoleName, SessionName, StsArn, Text};
use crate::wire::answer::output;

/// For how many seconds a role is assumed at most by whoever acts in a session already.
const CHAINED: i64 = 3600;

output! {
    /// A session of a role.
    pub(super) struct AssumedRoleUser {
        id: String = "AssumedRoleId",
        arn: Arn = "Arn",
    }
}

impl AssumedRoleUser {
    pub(super) fn of(role: &Role, session: &SessionName, account: &Account) -> Self {
        Self {
            id: format!("{}:{session}", role.id),
            arn: Arn::assumed_role(account.id(), &role.name, session),
        }
    }
}

/// A role that is to be assumed, and what is said along with that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assuming<'a> {
    pub(super) role: &'a StsArn,
    pub(super) session: &'a SessionName,
    pub(super) passed: Passed<'a>,
    /// Who stands behind the session: named now, or before.
    pub(super) behind: Option<&'a str>,
    /// What the role's owner has agreed upon with somebody of another account.
    pub(super) external_id: Option<&'a ExternalId>,
}

impl Assuming<'_> {
    /// Leave of the role's trust policy, and of whatever else must allow it: for `action`,
    /// and for what comes with it.
    pub(super) fn needs(self, caller: &Caller, account: &Account) -> Needs {
        if !is_arn(self.role.as_str()) {
            return Needs::never(invalid(self.role));
        }
        let arn = Arn::named(self.role);
        let needs = self.state(Needs::on(arn.clone()), caller, account);
        let has_tags = !self.passed.tags.is_empty() || !inherited(caller).tags.is_empty();
        let needs = if has_tags {
            self.state(needs.and("sts:TagSession", arn.clone()), caller, account)
        } else {
            needs
        };
        match self.behind {
            Some(_) => self.state(needs.and("sts:SetSourceIdentity", arn), caller, account),
            None => needs,
        }
    }

    /// What conditions may ask, and the trust policy that must allow.
    fn state(self, needs: Needs, caller: &Caller, account: &Account) -> Needs {
        let trust = find(self.role, account).map(|role| Source {
            name: "trust".into(),
            arn: None,
            policy: role.trust.policy.clone(),
        });
        let needs = needs.with("sts:RoleSessionName", self.session.to_string());
        let needs = match self.behind {
            Some(behind) => needs.with("sts:SourceIdentity", behind),
            None => needs,
        };
        let needs = match self.external_id {
            Some(id) => needs.with("sts:ExternalId", id.to_string()),
            None => needs,
        };
        let needs = replaced(self.passed.state(needs), caller);
        needs.guarded_by(Guard(trust))
    }
}

/// A tag that the session inherits stands in the place of the role's own.
fn replaced(needs: Needs, caller: &Caller) -> Needs {
    inherited(caller).tags.iter().fold(needs, |needs, (key, value)| {
        needs
            .with(format!("aws:ResourceTag/{key}"), value.to_string())
            .with(format!("iam:ResourceTag/{key}"), value.to_string())
    })
}

/// The role of exactly that ARN.
pub(super) fn find<'a>(arn: &StsArn, account: &'a Account) -> Option<&'a Role> {
    let (_, name) = arn.as_str().rsplit_once('/')?;
    let role = account.get::<Role>(&RoleName::parse(name).ok()?)?;
    (role.arn(account.id()).as_str() == arn.as_str()).then_some(role)
}

/// The role that leave was given for.
pub(super) fn found<'a>(arn: &StsArn, account: &'a Account) -> Result<&'a Role> {
    // Behind a trust policy there is a role, or it would have refused.
    find(arn, account).ok_or_else(Error::internal_failure)
}

/// For how many seconds the role is assumed.
pub(super) fn seconds(asked: Option<RoleDuration>, role: &Role, caller: &Caller) -> Result<i64> {
    let seconds = asked.unwrap_or_default().get();
    if caller.session().is_some() && seconds > CHAINED {
        return Err(Error::new(
            Code::ValidationError,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > i64::from(role.max_session.get()) {
        return Err(Error::new(
            Code::ValidationError,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

/// A session of the role, which nothing limits or labels yet.
pub(super) fn begun(
    role: &Role,
    name: &SessionName,
    (now, seconds): (Time, i64),
    account: &Account,
) -> Session {
    let whose = Whose::Role { role: role.id.clone(), name: name.clone() };
    Session::new(account.id().clone(), whose, (now, now.plus(seconds)))
}

/// Six parts, the first of which says that it is an ARN.
fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn") && parts.count() == 5
}

fn invalid(arn: &StsArn) -> Error {
    Error::new(Code::ValidationError, format!("{arn} is invalid"))
}
