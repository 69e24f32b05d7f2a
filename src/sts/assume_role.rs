//! Roles: a user, or another role's session, acts as one for a while.

use std::borrow::Cow;

use crate::action::{Action, Allowed, Needs, Proves, Route, Service};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::{Caller, Owner, Proof};
use crate::store::session::{Session, Whose};
use crate::sts::STS;
use crate::sts::assumed::{AssumedRoleUser, Assuming, begun, found, seconds};
use crate::sts::credentials::{Credentials, make};
use crate::sts::narrowed::{PolicyDescriptor, limits};
use crate::sts::tag::{Labels, Passed, SessionTag};
use crate::text::{
    AskedSerial, ContextAssertion, ExternalId, LongSessionPolicyText, RoleDuration, SessionName,
    SourceIdentity, StsArn, TagKey, Text, TokenCode, TokenSize,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[Route::to::<AssumeRole>()];

input! {
    /// Asks for a session of a role (AWS STS API Reference, `AssumeRole`).
    struct AssumeRole {
        role: StsArn = "RoleArn",
        session: SessionName = "RoleSessionName",
        managed: Option<List<PolicyDescriptor>> = "PolicyArns",
        policy: Option<LongSessionPolicyText> = "Policy",
        duration: Option<RoleDuration> = "DurationSeconds",
        tags: Option<List<SessionTag, 50>> = "Tags",
        transitive: Option<List<TagKey, 50>> = "TransitiveTagKeys",
        external_id: Option<ExternalId> = "ExternalId",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        serial: Option<AskedSerial> = "SerialNumber",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        code: Option<TokenCode> = "TokenCode",
        source_identity: Option<SourceIdentity> = "SourceIdentity",
        contexts: Option<List<ProvidedContext, 5, 1>> = "ProvidedContexts",
        token_size: Option<TokenSize> = "MinimumSessionTokenSize",
    }
}

input! {
    /// What a provider of contexts asserts.
    struct ProvidedContext {
        provider: Option<StsArn> = "ProviderArn",
        #[expect(dead_code, reason = "no provider of contexts is known that could vouch for it")]
        assertion: Option<ContextAssertion> = "ContextAssertion",
    }
}

output! {
    /// The session.
    struct AssumeRoleResult {
        credentials: Credentials = "Credentials",
        user: AssumedRoleUser = "AssumedRoleUser",
        packed: Option<usize> = "PackedPolicySize",
        source_identity: Option<SourceIdentity> = "SourceIdentity",
        utilization: usize = "SessionTokenUtilization",
        size: usize = "SessionTokenSize",
    }
}

impl AssumeRole {
    fn passed(&self) -> Passed<'_> {
        Passed::of(self.tags.as_ref(), self.transitive.as_ref())
    }

    /// Who stands behind the session: whoever did before, else whoever is named now.
    fn behind<'b>(&'b self, caller: &'b Caller) -> Option<&'b SourceIdentity> {
        let before = caller.session().and_then(|session| session.source_identity.as_ref());
        before.or(self.source_identity.as_ref())
    }

    /// Whether another is named than the one who stands behind the caller's session.
    fn is_another_named(&self, caller: &Caller) -> bool {
        self.source_identity.as_ref().is_some_and(|named| self.behind(caller) != Some(named))
    }

    /// What nobody is allowed.
    fn never(&self, caller: &Caller) -> Option<Error> {
        if caller.owner() == Some(&Owner::Root) {
            let message = "Roles may not be assumed by root accounts.";
            return Some(Error::new(Code::AccessDenied, message));
        }
        if self.is_another_named(caller) {
            let (arn, role) = (caller.arn(), &self.role);
            let message = format!(
                "User: {arn} is not authorized to perform: sts:SetSourceIdentity on resource: {role}"
            );
            return Some(Error::new(Code::AccessDenied, message));
        }
        None
    }
}

impl Action for AssumeRole {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "AssumeRole";
    const VISITS: Option<&'static str> = Some("RoleArn");
    const PROVES: Proves = Proves::SecondFactor;
    type Output = AssumeRoleResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        if let Some(error) = self.never(caller) {
            return Needs::never(error);
        }
        let behind = self.behind(caller).map(Text::text);
        let assuming = Assuming {
            role: &self.role,
            session: &self.session,
            passed: self.passed(),
            behind: behind.as_deref(),
            external_id: self.external_id.as_ref(),
        };
        assuming.needs(caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        if let Some(context) = input.contexts.iter().flat_map(|contexts| &contexts.0).next() {
            return Err(unknown_context(context));
        }
        let (account, now) = (draft.account(), draft.now());
        let role = found(&input.role, account)?;
        let seconds = seconds(input.duration, role, caller)?;
        let Labels { tags, transitive } = input.passed().labels(caller)?;
        let user = AssumedRoleUser::of(role, &input.session, account);
        let session = Session {
            limits: limits(input.policy.as_ref(), input.managed.as_ref(), account)?,
            tags,
            transitive,
            source_identity: input.behind(caller).cloned(),
            mfa: second_factor(caller, now),
            ..begun(role, &input.session, (now, seconds), account)
        };
        let is_packed = session.is_packed();
        let made = make(&session, input.token_size, draft)?;
        Ok(AssumeRoleResult {
            credentials: made.credentials,
            user,
            packed: is_packed.then_some(made.packed),
            source_identity: session.source_identity,
            utilization: made.utilization,
            size: made.size,
        })
    }
}

/// When a second factor was shown: now, or when the user's own session was made.
fn second_factor(caller: &Caller, now: Time) -> Option<Time> {
    if matches!(caller.proof(), Some(Proof::SecondFactor)) {
        return Some(now);
    }
    caller.session().filter(|session| matches!(session.whose, Whose::User(_)))?.mfa
}

fn unknown_context(context: &ProvidedContext) -> Error {
    let arn = context.provider.as_ref().map_or(Cow::Borrowed(""), Text::text);
    let message = format!("The context provider {arn} is not known.");
    Error::new(Code::ValidationError, message)
}
