//! What changes in an OIDC provider: its clients and its thumbprints.

use super::{add_client, check_thumbprints, find};
use crate::action::{Action, Allowed, Needs, Service};
use crate::error::Result;
use crate::iam::IAM;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::text::{ArnText, ClientId, Thumbprint};
use crate::wire::form::{List, input};

input! {
    /// Adds a client; one that is there already does not matter (IAM API Reference,
    /// `AddClientIDToOpenIDConnectProvider`).
    pub(super) struct AddClientId {
        arn: ArnText = "OpenIDConnectProviderArn",
        client: ClientId = "ClientID",
    }
}

impl Action for AddClientId {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "AddClientIDToOpenIDConnectProvider";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { arn, client } = input.into_inner();
        let mut provider = find(&arn, draft)?.clone();
        add_client(&mut provider.clients, client, draft)?;
        draft.put(provider);
        Ok(())
    }
}

input! {
    /// Takes a client away; one that is not there does not matter (IAM API Reference,
    /// `RemoveClientIDFromOpenIDConnectProvider`).
    pub(super) struct RemoveClientId {
        arn: ArnText = "OpenIDConnectProviderArn",
        client: ClientId = "ClientID",
    }
}

impl Action for RemoveClientId {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "RemoveClientIDFromOpenIDConnectProvider";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { arn, client } = input.into_inner();
        let mut provider = find(&arn, draft)?.clone();
        provider.clients.retain(|held| *held != client);
        draft.put(provider);
        Ok(())
    }
}

input! {
    /// Puts thumbprints in the place of those before (IAM API Reference,
    /// `UpdateOpenIDConnectProviderThumbprint`).
    pub(super) struct UpdateThumbprint {
        arn: ArnText = "OpenIDConnectProviderArn",
        thumbprints: List<Thumbprint> = "ThumbprintList",
    }
}

impl Action for UpdateThumbprint {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateOpenIDConnectProviderThumbprint";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { arn, thumbprints } = input.into_inner();
        let mut provider = find(&arn, draft)?.clone();
        provider.thumbprints = check_thumbprints(&thumbprints.0)?;
        draft.put(provider);
        Ok(())
    }
}
