//! Guests: a user hands some of their rights on.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::store::session::{Session, Whose};
use crate::sts::STS;
use crate::sts::credentials::{Credentials, make};
use crate::sts::narrowed::{PolicyDescriptor, limits};
use crate::sts::session_token::{refused_in_session, seconds, user_id};
use crate::sts::tag::{Passed, SessionTag};
use crate::text::{FederatedName, SessionDuration, SessionPolicyText, TokenSize};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[Route::to::<GetFederationToken>()];

input! {
    /// Asks for a session of somebody else (AWS STS API Reference, `GetFederationToken`).
    struct GetFederationToken {
        name: FederatedName = "Name",
        policy: Option<SessionPolicyText> = "Policy",
        managed: Option<List<PolicyDescriptor>> = "PolicyArns",
        duration: Option<SessionDuration> = "DurationSeconds",
        tags: Option<List<SessionTag, 50>> = "Tags",
        token_size: Option<TokenSize> = "MinimumSessionTokenSize",
    }
}

output! {
    /// The session.
    struct GetFederationTokenResult {
        credentials: Credentials = "Credentials",
        user: FederatedUser = "FederatedUser",
        packed: usize = "PackedPolicySize",
        utilization: usize = "SessionTokenUtilization",
        size: usize = "SessionTokenSize",
    }
}

output! {
    /// Whom rights are handed on to.
    struct FederatedUser {
        id: String = "FederatedUserId",
        arn: Arn = "Arn",
    }
}

impl GetFederationToken {
    fn passed(&self) -> Passed<'_> {
        Passed::of(self.tags.as_ref(), None)
    }
}

impl Action for GetFederationToken {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "GetFederationToken";
    type Output = GetFederationTokenResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        if let Some(error) = refused_in_session(caller, Self::NAME) {
            return Needs::never(error);
        }
        let arn = Arn::federated_user(account.id(), &self.name);
        let needs = self.passed().state(Needs::on(arn.clone()));
        if self.passed().tags.is_empty() {
            return needs;
        }
        self.passed().state(needs.and("sts:TagSession", arn))
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let (account, now) = (draft.account(), draft.now());
        let arn = Arn::federated_user(account.id(), &input.name);
        let user = FederatedUser { id: format!("{}:{}", account.id(), input.name), arn };
        let expires = now.plus(seconds(input.duration, caller));
        let whose = Whose::Guest { of: user_id(caller)?, name: input.name.clone() };
        let session = Session {
            limits: limits(input.policy.as_ref(), input.managed.as_ref(), account)?,
            tags: input.passed().labels(caller)?.tags,
            ..Session::new(account.id().clone(), whose, (now, expires))
        };
        let made = make(&session, input.token_size, draft)?;
        Ok(GetFederationTokenResult {
            credentials: made.credentials,
            user,
            packed: made.packed,
            utilization: made.utilization,
            size: made.size,
        })
    }
}
