//! Whether the account's principals get web identity tokens to show elsewhere, and who
//! issues them.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::iam::IAM;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::Outbound;
use crate::store::owner::Caller;
use crate::text::{IssuerId, Text};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<DisableOutboundWebIdentityFederation>(),
    Route::to::<EnableOutboundWebIdentityFederation>(),
    Route::to::<GetOutboundWebIdentityFederationInfo>(),
];

input! {
    /// Lets principals of the account have tokens. The first time, it gives the account
    /// the name under which they are issued (IAM API Reference,
    /// `EnableOutboundWebIdentityFederation`).
    struct EnableOutboundWebIdentityFederation {}
}

output! {
    /// Who issues the tokens.
    struct EnableOutboundWebIdentityFederationResult {
        issuer: String = "IssuerIdentifier",
    }
}

impl Action for EnableOutboundWebIdentityFederation {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "EnableOutboundWebIdentityFederation";
    const VOUCHES: bool = true;
    type Output = EnableOutboundWebIdentityFederationResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let id = match &draft.account().settings().outbound {
            Some(Outbound { is_enabled: true, .. }) => return Err(enabled()),
            Some(Outbound { id, .. }) => id.clone(),
            None => new_id(draft)?,
        };
        let issuer = draft.issuer_base().of(&id);
        put(Outbound { id, is_enabled: true }, draft);
        Ok(EnableOutboundWebIdentityFederationResult { issuer })
    }
}

input! {
    /// Ends it. What was issued before is verified as before, and the account keeps its
    /// name (IAM API Reference, `DisableOutboundWebIdentityFederation`).
    struct DisableOutboundWebIdentityFederation {}
}

impl Action for DisableOutboundWebIdentityFederation {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DisableOutboundWebIdentityFederation";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let outbound = enabled_in(draft.account()).ok_or_else(disabled)?.clone();
        put(Outbound { is_enabled: false, ..outbound }, draft);
        Ok(())
    }
}

input! {
    /// Tells who issues the tokens (IAM API Reference,
    /// `GetOutboundWebIdentityFederationInfo`).
    struct GetOutboundWebIdentityFederationInfo {}
}

output! {
    /// Who issues the tokens, and that there are some to be had.
    struct GetOutboundWebIdentityFederationInfoResult {
        issuer: String = "IssuerIdentifier",
        is_enabled: bool = "JwtVendingEnabled",
    }
}

impl Action for GetOutboundWebIdentityFederationInfo {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetOutboundWebIdentityFederationInfo";
    type Output = GetOutboundWebIdentityFederationInfoResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Outbound { id, is_enabled } = enabled_in(draft.account()).ok_or_else(disabled)?;
        let (issuer, is_enabled) = (draft.issuer_base().of(id), *is_enabled);
        Ok(GetOutboundWebIdentityFederationInfoResult { issuer, is_enabled })
    }
}

fn enabled_in(account: &Account) -> Option<&Outbound> {
    account.settings().outbound.as_ref().filter(|outbound| outbound.is_enabled)
}

fn new_id(draft: &mut Draft) -> Result<IssuerId> {
    IssuerId::parse(&draft.ids().uuid()).map_err(|_| Error::internal_failure())
}

fn put(outbound: Outbound, draft: &mut Draft) {
    let mut settings = draft.account().settings().clone();
    settings.outbound = Some(outbound);
    draft.put_settings(settings);
}

fn enabled() -> Error {
    let message = "Outbound web identity federation is already enabled for this account.";
    Error::new(Code::FeatureEnabled, message)
}

fn disabled() -> Error {
    let message = "Outbound web identity federation is not enabled for this account.";
    Error::new(Code::FeatureDisabled, message)
}
