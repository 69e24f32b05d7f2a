//! What changes in a SAML provider.

use super::{find, private_key, read};
use crate::action::{Action, Allowed, Needs, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::iam::IAM;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::Entity;
use crate::store::owner::Caller;
use crate::text::{ArnText, EncryptionMode, MetadataText, PrivateKeyText, SamlId};
use crate::wire::answer::output;
use crate::wire::form::input;
use crate::wire::hidden::Hidden;

input! {
    /// Changes what is given, and leaves the rest as it is (IAM API Reference,
    /// `UpdateSAMLProvider`).
    pub(super) struct UpdateSamlProvider {
        document: Option<MetadataText> = "SAMLMetadataDocument",
        arn: ArnText = "SAMLProviderArn",
        encryption: Option<EncryptionMode> = "AssertionEncryptionMode",
        added: Option<Hidden<PrivateKeyText>> = "AddPrivateKey",
        removed: Option<SamlId> = "RemovePrivateKey",
    }
}

output! {
    /// Names the provider.
    pub(super) struct UpdateSamlProviderResult {
        arn: Arn = "SAMLProviderArn",
    }
}

impl Action for UpdateSamlProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateSAMLProvider";
    type Output = UpdateSamlProviderResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    /// A key makes room before another comes, so that both can be asked for at once.
    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { document, arn, encryption, added, removed } = input.into_inner();
        let mut provider = find(&arn, draft)?.clone();
        if let Some(document) = document {
            (provider.document, provider.valid_until) = read(&document, draft.now())?;
        }
        provider.encryption = encryption.unwrap_or(provider.encryption);
        if let Some(key) = removed {
            private_key::remove(&key, &mut provider)?;
        }
        if let Some(key) = added {
            private_key::add(key, &mut provider, draft)?;
        }
        let arn = provider.arn(draft.account().id());
        draft.put(provider);
        Ok(UpdateSamlProviderResult { arn })
    }
}
