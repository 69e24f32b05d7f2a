//! SAML providers: whose assertions are taken.

mod change;
mod private_key;

use std::sync::Arc;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::federation::metadata::Metadata;
use crate::iam::tag::{self, Tag, tagged};
use crate::iam::{IAM, arn_of};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, SamlProvider};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, EncryptionMode, MetadataText, PrivateKeyText, SamlId, SamlProviderName, Text,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};
use crate::wire::hidden::Hidden;
use private_key::KeyDetail;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateSamlProvider>(),
    Route::to::<DeleteSamlProvider>(),
    Route::to::<GetSamlProvider>(),
    Route::to::<ListSamlProviders>(),
    Route::to::<change::UpdateSamlProvider>(),
];

/// For how many years metadata holds that does not say until when.
const YEARS: u32 = 100;

/// What the ids of providers begin with.
const PROVIDER: &str = "SAMLSP";

input! {
    /// Registers a SAML provider (IAM API Reference, `CreateSAMLProvider`).
    struct CreateSamlProvider {
        document: MetadataText = "SAMLMetadataDocument",
        name: SamlProviderName = "Name",
        tags: Option<List<Tag, 50>> = "Tags",
        encryption: Option<EncryptionMode> = "AssertionEncryptionMode",
        key: Option<Hidden<PrivateKeyText>> = "AddPrivateKey",
    }
}

output! {
    /// Names the new provider.
    struct CreateSamlProviderResult {
        arn: Arn = "SAMLProviderArn",
        tags: Option<Vec<Tag>> = "Tags",
    }
}

impl Action for CreateSamlProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateSAMLProvider";
    type Output = CreateSamlProviderResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let arn = arn_of::<SamlProvider>(&self.name, account);
        let needs = Needs::on(arn.clone());
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagSAMLProvider", arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { document, name, tags, encryption, key } = input.into_inner();
        refuse_more(&name, draft)?;
        let tags = tag::first::<SamlProvider>(tags, draft)?;
        let (document, valid_until) = read(&document, draft.now())?;
        let mut provider = SamlProvider {
            name,
            id: new_id(PROVIDER, draft)?,
            document,
            valid_until,
            encryption: encryption.unwrap_or(EncryptionMode::Allowed),
            keys: Vec::new(),
            created: draft.now(),
            tags,
        };
        if let Some(key) = key {
            private_key::add(key, &mut provider, draft)?;
        }
        draft.put(provider.clone());
        let tags = (!provider.tags.is_empty()).then(|| tagged(&provider.tags));
        Ok(CreateSamlProviderResult { arn: provider.arn(draft.account().id()), tags })
    }
}

/// Refuses a name that is taken, and one provider too many.
fn refuse_more(name: &SamlProviderName, draft: &Draft) -> Result<()> {
    let (account, most) = (draft.account(), draft.limits().saml_per_account);
    if account.get::<SamlProvider>(name).is_some() {
        let message = format!("Provider with name {name} already exists.");
        return Err(Error::new(Code::EntityAlreadyExists, message));
    }
    if SamlProvider::all(account).len() >= most {
        return Err(Error::over_quota("SAMLProvidersPerAccount", most));
    }
    Ok(())
}

/// Metadata that can be read, and until when it holds.
fn read(document: &MetadataText, now: Time) -> Result<(Arc<str>, Time)> {
    let metadata = Metadata::read(document.as_str()).map_err(|unreadable| {
        Error::new(Code::InvalidInput, format!("Could not parse metadata: {unreadable}."))
    })?;
    let valid_until = metadata.valid_until.unwrap_or_else(|| now.plus_years(YEARS));
    Ok((document.as_str().into(), valid_until))
}

/// An id that nothing ever had.
fn new_id(prefix: &str, draft: &mut Draft) -> Result<SamlId> {
    let account = draft.account().id().clone();
    let id = draft.ids().entity_id(prefix, &account);
    id.and_then(|id| SamlId::parse(id.as_str()).ok()).ok_or_else(Error::internal_failure)
}

/// The provider of exactly that full name, or the error to answer.
pub(super) fn find<'d>(arn: &ArnText, draft: &'d Draft) -> Result<&'d SamlProvider> {
    let found = draft.account().by_arn::<SamlProvider>(arn.as_str());
    found.ok_or_else(|| Error::new(Code::NoSuchEntity, format!("Manifest not found for arn {arn}")))
}

input! {
    /// Removes a SAML provider; roles that trust it are left as they are (IAM API
    /// Reference, `DeleteSAMLProvider`).
    struct DeleteSamlProvider {
        arn: ArnText = "SAMLProviderArn",
    }
}

impl Action for DeleteSamlProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteSAMLProvider";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let name = find(&input.into_inner().arn, draft)?.name.clone();
        draft.remove::<SamlProvider>(&name);
        Ok(())
    }
}

input! {
    /// Tells of a SAML provider (IAM API Reference, `GetSAMLProvider`).
    struct GetSamlProvider {
        arn: ArnText = "SAMLProviderArn",
    }
}

output! {
    /// The provider; of its private keys, what they are called.
    struct GetSamlProviderResult {
        id: SamlId = "SAMLProviderUUID",
        document: Arc<str> = "SAMLMetadataDocument",
        created: Time = "CreateDate",
        valid_until: Time = "ValidUntil",
        tags: Vec<Tag> = "Tags",
        encryption: EncryptionMode = "AssertionEncryptionMode",
        keys: Vec<KeyDetail> = "PrivateKeyList",
    }
}

impl Action for GetSamlProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetSAMLProvider";
    type Output = GetSamlProviderResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let provider = find(&input.into_inner().arn, draft)?;
        Ok(GetSamlProviderResult {
            id: provider.id.clone(),
            document: Arc::clone(&provider.document),
            created: provider.created,
            valid_until: provider.valid_until,
            tags: tagged(&provider.tags),
            encryption: provider.encryption,
            keys: provider.keys.iter().map(KeyDetail::of).collect(),
        })
    }
}

input! {
    /// Lists all SAML providers (IAM API Reference, `ListSAMLProviders`).
    struct ListSamlProviders {}
}

output! {
    /// One of the providers.
    struct Listed {
        arn: Arn = "Arn",
        valid_until: Time = "ValidUntil",
        created: Time = "CreateDate",
    }
}

output! {
    /// All providers, by name.
    struct ListSamlProvidersResult {
        providers: Vec<Listed> = "SAMLProviderList",
    }
}

impl Action for ListSamlProviders {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListSAMLProviders";
    type Output = ListSamlProvidersResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let account = draft.account();
        let all = SamlProvider::all(account).values();
        let providers = all.map(|provider| Listed {
            arn: provider.arn(account.id()),
            valid_until: provider.valid_until,
            created: provider.created,
        });
        Ok(ListSamlProvidersResult { providers: providers.collect() })
    }
}
