//! Roles for those for whom an identity provider vouches by an assertion.

use crate::action::{Action, Allowed, Needs, Proves, Route, Service};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::federation::saml::Asserted;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::{Caller, Proof};
use crate::store::session::Session;
use crate::sts::STS;
use crate::sts::assumed::{AssumedRoleUser, Assuming, begun, found, seconds};
use crate::sts::credentials::{Credentials, make};
use crate::sts::narrowed::{PolicyDescriptor, limits};
use crate::sts::tag::Labels;
use crate::sts::vouched::{Passing, vouched};
use crate::text::{
    RoleDuration, SamlAssertion, SessionName, SessionPolicyText, SourceIdentity, StsArn, Text,
    TokenSize,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};
use crate::wire::hidden::Hidden;

pub(super) const ROUTES: &[Route] = &[Route::to::<AssumeRoleWithSAML>()];

/// What conditions of a session's policies may ask of all that was asserted (IAM User Guide,
/// "Available keys for SAML-based AWS STS federation").
const LASTING: [&str; 3] = ["saml:namequalifier", "saml:sub", "saml:sub_type"];

input! {
    /// Asks for a session of a role for whoever an assertion is of (AWS STS API Reference,
    /// `AssumeRoleWithSAML`).
    struct AssumeRoleWithSAML {
        role: StsArn = "RoleArn",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        principal: StsArn = "PrincipalArn",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        assertion: Hidden<SamlAssertion> = "SAMLAssertion",
        managed: Option<List<PolicyDescriptor>> = "PolicyArns",
        policy: Option<SessionPolicyText> = "Policy",
        duration: Option<RoleDuration> = "DurationSeconds",
        token_size: Option<TokenSize> = "MinimumSessionTokenSize",
    }
}

output! {
    /// The session, and whose it is.
    struct AssumeRoleWithSAMLResult {
        credentials: Credentials = "Credentials",
        user: AssumedRoleUser = "AssumedRoleUser",
        packed: Option<usize> = "PackedPolicySize",
        subject: String = "Subject",
        subject_type: String = "SubjectType",
        issuer: String = "Issuer",
        audience: String = "Audience",
        name_qualifier: String = "NameQualifier",
        source_identity: Option<SourceIdentity> = "SourceIdentity",
        utilization: usize = "SessionTokenUtilization",
        size: usize = "SessionTokenSize",
    }
}

impl AssumeRoleWithSAML {
    fn asked(&self, caller: &Caller, account: &Account) -> Result<Needs> {
        let passing = Passing::of(vouched(caller)?.1)?;
        let behind = passing.behind.as_ref().map(Text::text);
        let session = session_name(asserted(caller)?)?;
        let assuming = Assuming {
            role: &self.role,
            session: &session,
            passed: passing.passed(),
            behind: behind.as_deref(),
            external_id: None,
        };
        Ok(assuming.needs(caller, account))
    }
}

impl Action for AssumeRoleWithSAML {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "AssumeRoleWithSAML";
    const VISITS: Option<&'static str> = Some("RoleArn");
    const PROVES: Proves = Proves::Saml;
    type Output = AssumeRoleWithSAMLResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        self.asked(caller, account).unwrap_or_else(Needs::never)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let (account, now) = (draft.account(), draft.now());
        let (provider, said) = vouched(caller)?;
        let asserted = asserted(caller)?;
        let (name, passing) = (session_name(asserted)?, Passing::of(said)?);
        let role = found(&input.role, account)?;
        let seconds = seconds(input.duration, role, caller)?;
        let Labels { tags, transitive } = passing.passed().labels(caller)?;
        let user = AssumedRoleUser::of(role, &name, account);
        let begun = begun(role, &name, (now, seconds), account);
        let session = Session {
            expires: end(begun.expires, asserted),
            limits: limits(input.policy.as_ref(), input.managed.as_ref(), account)?,
            tags,
            transitive,
            source_identity: passing.behind,
            provider: Some(provider.into()),
            facts: lasting(&said.facts),
            ..begun
        };
        let is_packed = session.is_packed();
        let made = make(&session, input.token_size, draft)?;
        Ok(AssumeRoleWithSAMLResult {
            credentials: made.credentials,
            user,
            packed: is_packed.then_some(made.packed),
            subject: said.subject.clone(),
            subject_type: asserted.subject_type.clone(),
            issuer: said.issuer.clone(),
            audience: said.audience.clone(),
            name_qualifier: asserted.name_qualifier.clone(),
            source_identity: session.source_identity,
            utilization: made.utilization,
            size: made.size,
        })
    }
}

/// What the provider asserts.
fn asserted(caller: &Caller) -> Result<&Asserted> {
    match caller.proof() {
        Some(Proof::Saml { said, .. }) => Ok(said),
        // Without an assertion the request does not come this far.
        Some(
            Proof::SecondFactor | Proof::Web { .. } | Proof::Management | Proof::Delegated { .. },
        )
        | None => Err(Error::internal_failure()),
    }
}

fn session_name(asserted: &Asserted) -> Result<SessionName> {
    SessionName::parse(&asserted.session_name).map_err(|_| {
        Error::new(Code::InvalidIdentityToken, "RoleSessionName in AuthnResponse is not valid")
    })
}

/// The session ends no later than the one at the provider does.
fn end(asked: Time, asserted: &Asserted) -> Time {
    asserted.session_not_on_or_after.map_or(asked, |end| end.min(asked))
}

fn lasting(facts: &[(String, Vec<String>)]) -> Vec<(String, Vec<String>)> {
    let is_lasting = |(name, _): &&(String, Vec<String>)| LASTING.contains(&name.as_str());
    facts.iter().filter(is_lasting).cloned().collect()
}
