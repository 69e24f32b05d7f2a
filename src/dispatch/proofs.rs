//! What requests prove beside their signature, or in place of one: a second factor, a web
//! identity, an assertion.

use std::sync::Arc;

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::action::Proves;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::federation::saml::{AUDIENCES, Asserted, Expected, RECIPIENTS, Refusal, Replays};
use crate::federation::web::{Claimed, Keys, Provider};
use crate::store::account::{Account, Who};
use crate::store::entity::{Entity, OidcProvider, SamlProvider};
use crate::store::owner::{Caller, Proof};
use crate::store::proof::{self, Unproven};
use crate::store::{Store, told};
use crate::text::{AccountId, Text};
use crate::wire::form::Form;

/// Looks into proofs.
#[derive(Debug)]
pub(super) struct Proofs {
    keys: Arc<dyn Keys>,
    /// What was shown to each account: none takes up the memory of another.
    replays: DashMap<AccountId, Replays, RandomState>,
    management: Option<AccountId>,
}

/// A proof as it is shown, and who shows it where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'c> {
    /// The parameters, whose proofs are well-formed already.
    pub(super) form: &'c Form,
    /// Who shows it.
    pub(super) caller: &'c Caller,
    /// The account that is acted in.
    pub(super) visited: &'c Account,
}

impl Proofs {
    /// Asks `keys` for those of identity providers; `management` is the account that manages
    /// all others, if one does.
    pub(super) fn new(keys: Arc<dyn Keys>, management: Option<AccountId>) -> Self {
        Self { keys, replays: DashMap::default(), management }
    }

    /// What is proven, or why it is not; nothing where nothing has to be, nor is claimed.
    pub(super) async fn of(
        &self,
        what: Proves,
        claim: Claim<'_>,
        store: &Store,
    ) -> Result<Option<Proof>> {
        match what {
            Proves::Nothing => Ok(None),
            Proves::SecondFactor => second_factor(claim, store).await,
            Proves::WebIdentity => self.web_identity(claim, store).await.map(Some),
            Proves::Saml => self.saml(claim, store).map(Some),
            Proves::Delegation => delegated(claim, store).await.map(Some),
            Proves::Management => Ok(self.manages(claim).then_some(Proof::Management)),
        }
    }

    fn manages(&self, claim: Claim<'_>) -> bool {
        let caller = claim.caller.account();
        self.management.as_ref() == Some(caller) && caller != claim.visited.id()
    }

    async fn web_identity(&self, claim: Claim<'_>, store: &Store) -> Result<Proof> {
        let token = claim.form.get("WebIdentityToken").unwrap_or_default();
        // AWS takes no token of its own here; this gateway does, of those who register it.
        let claimed = Claimed::read(token)?.with_own(store.issuer_base().as_str());
        let held = claimed.provider().and_then(|name| Text::parse(name).ok());
        let held = held.and_then(|name| claim.visited.get::<OidcProvider>(&name));
        let held = held.ok_or_else(|| claimed.without_provider())?;
        let texts = |words: &[_]| words.iter().map(ToString::to_string).collect::<Vec<String>>();
        let keys = self.keys.keys(claimed.wanted(&texts(&held.thumbprints))).await?;
        let clients: Vec<_> = held.clients.iter().map(ToString::to_string).collect();
        let provider = Provider { url: held.name.as_str(), client_ids: &clients };
        let said = Arc::new(claimed.verify(&provider, &keys, store.now())?);
        Ok(Proof::Web { provider: held.arn(claim.visited.id()).shared(), said })
    }

    fn saml(&self, claim: Claim<'_>, store: &Store) -> Result<Proof> {
        let named = claim.form.get("PrincipalArn").unwrap_or_default();
        let held = claim.visited.by_arn::<SamlProvider>(named).ok_or_else(no_provider)?;
        let provider = held.arn(claim.visited.id()).shared();
        let said = self.asserted(held, claim, store.now()).map_err(|refusal| {
            tracing::info!(provider = &*provider, why = %refusal, "an assertion is refused");
            Error::from(refusal)
        })?;
        Ok(Proof::Saml { provider, said: Arc::new(said) })
    }

    fn asserted(
        &self,
        held: &SamlProvider,
        claim: Claim<'_>,
        now: Time,
    ) -> Result<Asserted, Refusal> {
        let provider = held.arn(claim.visited.id());
        let expected = Expected {
            account: claim.visited.id(),
            provider: held.name.as_str(),
            audiences: AUDIENCES,
            recipients: RECIPIENTS,
            now,
        };
        let metadata = held.metadata().map_err(|_| Refusal::Issuer)?;
        let response = claim.form.get("SAMLAssertion").unwrap_or_default();
        let asserted = Asserted::read(response, &metadata, &expected)?;
        let role = claim.form.get("RoleArn").unwrap_or_default();
        asserted.expect_role(role, provider.as_str())?;
        // People become several roles by one assertion, but none of them twice.
        let shown = [&format!("{provider} {role}"), &*asserted.assertion_id];
        let replays = self.replays.entry(claim.visited.id().clone()).or_default();
        let is_new = replays.first(shown, asserted.not_on_or_after, now);
        if is_new { Ok(asserted) } else { Err(Refusal::Replayed) }
    }
}

/// That a user of another account hands rights on. The user must be there still.
async fn delegated(claim: Claim<'_>, store: &Store) -> Result<Proof> {
    let token = claim.form.get("TradeInToken").unwrap_or_default();
    let delegated = store.delegated(token).ok_or_else(no_delegation)?;
    if store.now() >= delegated.until {
        let message = "The trade-in token has expired.";
        return Err(Error::new(Code::ExpiredTradeInTokenException, message));
    }
    let home = store.home(&delegated.account).await.map_err(|failure| told(&failure))?;
    let account = home.ok_or_else(no_delegation)?.published();
    let user = account.by_id(&delegated.user).and_then(Who::user).ok_or_else(no_delegation)?;
    let user = user.arn(account.id());
    Ok(Proof::Delegated { delegated: Arc::new(delegated), user })
}

fn no_delegation() -> Error {
    denied("The trade-in token is not valid.")
}

/// That a device is at hand, where the request says so; who says half of it proves nothing.
async fn second_factor(claim: Claim<'_>, store: &Store) -> Result<Option<Proof>> {
    let (serial, code) = match (claim.form.get("SerialNumber"), claim.form.get("TokenCode")) {
        (None, None) => return Ok(None),
        (Some(serial), Some(code)) => (serial, code),
        (Some(_), None) | (None, Some(_)) => return Err(half()),
    };
    let home = store.home(claim.caller.account()).await.map_err(|failure| told(&failure))?;
    let home = home.ok_or_else(Error::internal_failure)?;
    let proof = proof::Proof { serial, code };
    store.draft(home.published()).prove(claim.caller.id(), proof).map_err(unproven)?;
    Ok(Some(Proof::SecondFactor))
}

fn half() -> Error {
    denied(
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    )
}

fn unproven(why: Unproven) -> Error {
    denied(match why {
        Unproven::WrongCode => {
            "MultiFactorAuthentication failed with invalid MFA one time pass code."
        }
        Unproven::NotTheirs => {
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA \
             serial number is valid and associated with this user."
        }
    })
}

fn denied(message: &'static str) -> Error {
    Error::new(Code::AccessDenied, message)
}

fn no_provider() -> Error {
    Error::new(Code::InvalidIdentityToken, "Specified provider doesn't exist")
}
