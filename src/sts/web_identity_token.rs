//! Web identity tokens: what a caller shows elsewhere to prove who they are here.

mod claims;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::Outbound;
use crate::store::owner::Caller;
use crate::sts::STS;
use crate::sts::tag::{Passed, SessionTag};
use crate::text::{IssuerId, TokenAlgorithm, TokenAudience, TokenDuration};
use crate::wire::answer::output;
use crate::wire::form::{List, input};
use crate::wire::several::Several;
use claims::Said;

pub(super) const ROUTES: &[Route] = &[Route::to::<GetWebIdentityToken>()];

/// How many bytes the claims of a token may have: the token is then no longer than
/// headers may be wherever it is sent. AWS does not tell its own bound.
const LARGEST: usize = 10 * 1024;

input! {
    /// Asks for a token that says who asks (AWS STS API Reference, `GetWebIdentityToken`).
    struct GetWebIdentityToken {
        audience: Several<TokenAudience, 10> = "Audience",
        duration: Option<TokenDuration> = "DurationSeconds",
        algorithm: TokenAlgorithm = "SigningAlgorithm",
        tags: Option<List<SessionTag, 50>> = "Tags",
    }
}

output! {
    /// The token.
    struct GetWebIdentityTokenResult {
        token: Secret = "WebIdentityToken",
        expires: Time = "Expiration",
    }
}

impl GetWebIdentityToken {
    fn passed(&self) -> Passed<'_> {
        Passed::of(self.tags.as_ref(), None)
    }

    fn seconds(&self) -> i64 {
        self.duration.unwrap_or_default().get()
    }
}

impl Action for GetWebIdentityToken {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "GetWebIdentityToken";
    const VOUCHES: bool = true;
    type Output = GetWebIdentityTokenResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        let needs = Needs::on(Arn::any())
            .with("sts:DurationSeconds", self.seconds().to_string())
            .with("sts:SigningAlgorithm", self.algorithm.to_string());
        let audience = self.audience.0.iter();
        let needs = audience
            .fold(needs, |needs, one| needs.with("sts:IdentityTokenAudience", one.to_string()));
        let needs = self.passed().state(needs);
        if self.passed().tags.is_empty() {
            return needs;
        }
        self.passed().state(needs.and("sts:TagGetWebIdentityToken", Arn::any()))
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let id = issuer_in(draft.account())?;
        let (now, expires) = (draft.now(), draft.now().plus(input.seconds()));
        refuse_longer(expires, caller)?;
        let said = Said {
            issuer: draft.issuer_base().of(id),
            audience: &input.audience.0,
            tags: input.passed().tags,
            id: draft.ids().uuid(),
            times: (now, expires),
        };
        let claims = said.claims(caller, draft).to_string();
        if claims.len() > LARGEST {
            return Err(too_large());
        }
        let token = draft.sign(input.algorithm, claims.as_bytes())?;
        Ok(GetWebIdentityTokenResult { token, expires })
    }
}

/// Who issues the account's tokens, if there are some to be had.
fn issuer_in(account: &Account) -> Result<&IssuerId> {
    match &account.settings().outbound {
        Some(Outbound { id, is_enabled: true }) => Ok(id),
        Some(Outbound { is_enabled: false, .. }) | None => Err(Error::new(
            Code::OutboundWebIdentityFederationDisabledException,
            "Outbound web identity federation is not enabled for this account.",
        )),
    }
}

/// Refuses a token that would tell of the caller's session when that is over.
fn refuse_longer(expires: Time, caller: &Caller) -> Result<()> {
    match caller.session() {
        Some(session) if expires > session.expires => Err(Error::new(
            Code::SessionDurationEscalationException,
            "The requested token duration exceeds what is left of the session of the caller.",
        )),
        Some(_) | None => Ok(()),
    }
}

fn too_large() -> Error {
    let message =
        format!("The claims of the token are longer than {LARGEST} bytes: pass fewer tags.");
    Error::new(Code::JWTPayloadSizeExceededException, message)
}
