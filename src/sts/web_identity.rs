//! Roles for those for whom an identity provider vouches by a token.

use crate::action::{Action, Allowed, Needs, Proves, Route, Service};
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::store::session::Session;
use crate::sts::STS;
use crate::sts::assumed::{AssumedRoleUser, Assuming, begun, found, seconds};
use crate::sts::credentials::{Credentials, make};
use crate::sts::narrowed::{PolicyDescriptor, limits};
use crate::sts::tag::Labels;
use crate::sts::vouched::{Passing, vouched};
use crate::text::{
    ProviderId, RoleDuration, SessionName, SessionPolicyText, SourceIdentity, StsArn, Text,
    TokenSize, WebToken,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};
use crate::wire::hidden::Hidden;

pub(super) const ROUTES: &[Route] = &[Route::to::<AssumeRoleWithWebIdentity>()];

input! {
    /// Asks for a session of a role for whoever a token is of (AWS STS API Reference,
    /// `AssumeRoleWithWebIdentity`).
    struct AssumeRoleWithWebIdentity {
        role: StsArn = "RoleArn",
        session: SessionName = "RoleSessionName",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        token: Hidden<WebToken> = "WebIdentityToken",
        provider: Option<ProviderId> = "ProviderId",
        managed: Option<List<PolicyDescriptor>> = "PolicyArns",
        policy: Option<SessionPolicyText> = "Policy",
        duration: Option<RoleDuration> = "DurationSeconds",
        token_size: Option<TokenSize> = "MinimumSessionTokenSize",
    }
}

output! {
    /// The session, and whose it is.
    struct AssumeRoleWithWebIdentityResult {
        credentials: Credentials = "Credentials",
        subject: String = "SubjectFromWebIdentityToken",
        user: AssumedRoleUser = "AssumedRoleUser",
        packed: Option<usize> = "PackedPolicySize",
        provider: String = "Provider",
        audience: String = "Audience",
        source_identity: Option<SourceIdentity> = "SourceIdentity",
        utilization: usize = "SessionTokenUtilization",
        size: usize = "SessionTokenSize",
    }
}

impl AssumeRoleWithWebIdentity {
    fn asked(&self, caller: &Caller, account: &Account) -> Result<Needs> {
        let passing = Passing::of(vouched(caller)?.1)?;
        let behind = passing.behind.as_ref().map(Text::text);
        let assuming = Assuming {
            role: &self.role,
            session: &self.session,
            passed: passing.passed(),
            behind: behind.as_deref(),
            external_id: None,
        };
        Ok(assuming.needs(caller, account))
    }
}

impl Action for AssumeRoleWithWebIdentity {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "AssumeRoleWithWebIdentity";
    const VISITS: Option<&'static str> = Some("RoleArn");
    const PROVES: Proves = Proves::WebIdentity;
    type Output = AssumeRoleWithWebIdentityResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        self.asked(caller, account).unwrap_or_else(Needs::never)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        if let Some(provider) = &input.provider {
            return Err(no_access_tokens(provider));
        }
        let (account, now) = (draft.account(), draft.now());
        let (provider, said) = vouched(caller)?;
        let passing = Passing::of(said)?;
        let role = found(&input.role, account)?;
        let seconds = seconds(input.duration, role, caller)?;
        let Labels { tags, transitive } = passing.passed().labels(caller)?;
        let user = AssumedRoleUser::of(role, &input.session, account);
        let session = Session {
            limits: limits(input.policy.as_ref(), input.managed.as_ref(), account)?,
            tags,
            transitive,
            source_identity: passing.behind,
            provider: Some(provider.into()),
            facts: said.facts.clone(),
            ..begun(role, &input.session, (now, seconds), account)
        };
        let is_packed = session.is_packed();
        let made = make(&session, input.token_size, draft)?;
        Ok(AssumeRoleWithWebIdentityResult {
            credentials: made.credentials,
            subject: said.subject.clone(),
            user,
            packed: is_packed.then_some(made.packed),
            provider: said.issuer.clone(),
            audience: said.audience.clone(),
            source_identity: session.source_identity,
            utilization: made.utilization,
            size: made.size,
        })
    }
}

/// Only access tokens of OAuth 2.0 come with a provider's name, and whom they are of only
/// that provider can say.
fn no_access_tokens(provider: &ProviderId) -> Error {
    let message = format!(
        "Access tokens of {provider} are not taken; send a token of OpenID Connect, without ProviderId."
    );
    Error::new(Code::InvalidIdentityToken, message)
}
