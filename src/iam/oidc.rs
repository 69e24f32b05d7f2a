//! OIDC providers: whose tokens are taken for whom.

mod change;
mod url;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::IAM;
use crate::iam::tag::{self, Tag, tagged};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, OidcProvider};
use crate::store::owner::Caller;
use crate::text::{ArnText, ClientId, Issuer, ProviderUrl, Text, Thumbprint};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateOpenIdConnectProvider>(),
    Route::to::<DeleteOpenIdConnectProvider>(),
    Route::to::<GetOpenIdConnectProvider>(),
    Route::to::<ListOpenIdConnectProviders>(),
    Route::to::<change::AddClientId>(),
    Route::to::<change::RemoveClientId>(),
    Route::to::<change::UpdateThumbprint>(),
];

/// How many thumbprints a provider may have; AWS's sentence says fewer.
const MOST_THUMBPRINTS: usize = 5;

input! {
    /// Registers an OIDC provider (IAM API Reference, `CreateOpenIDConnectProvider`).
    struct CreateOpenIdConnectProvider {
        url: ProviderUrl = "Url",
        clients: Option<List<ClientId>> = "ClientIDList",
        thumbprints: Option<List<Thumbprint>> = "ThumbprintList",
        tags: Option<List<Tag, 50>> = "Tags",
    }
}

output! {
    /// Names the new provider.
    struct CreateOpenIdConnectProviderResult {
        arn: Arn = "OpenIDConnectProviderArn",
        tags: Option<Vec<Tag>> = "Tags",
    }
}

impl Action for CreateOpenIdConnectProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateOpenIDConnectProvider";
    type Output = CreateOpenIdConnectProviderResult;

    /// A URL that will not be taken names something all the same: who may not ask does
    /// not learn what is wrong with it.
    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let name = url::named(self.url.as_str());
        let arn = Arn::iam(account.id(), OidcProvider::KIND, format_args!("/{name}"));
        let needs = Needs::on(arn.clone());
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagOpenIDConnectProvider", arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { url, clients, thumbprints, tags } = input.into_inner();
        let own = || draft.issuer_base().provider(url.as_str());
        let name = url::accepted(url.as_str()).or_else(own).ok_or_else(no_url)?;
        let provider = OidcProvider {
            clients: first_clients(clients, draft)?,
            thumbprints: check_thumbprints(&thumbprints.map_or_else(Vec::new, |list| list.0))?,
            created: draft.now(),
            tags: tag::first::<OidcProvider>(tags, draft)?,
            name,
        };
        refuse_more(&provider.name, &url, draft)?;
        draft.put(provider.clone());
        let tags = (!provider.tags.is_empty()).then(|| tagged(&provider.tags));
        Ok(CreateOpenIdConnectProviderResult { arn: provider.arn(draft.account().id()), tags })
    }
}

fn no_url() -> Error {
    Error::new(Code::ValidationError, "Invalid Open ID Connect Provider URL")
}

/// The clients that a provider begins with: one that is given twice is one.
fn first_clients(clients: Option<List<ClientId>>, draft: &Draft) -> Result<Vec<ClientId>> {
    let mut held = Vec::new();
    for client in clients.map_or_else(Vec::new, |clients| clients.0) {
        add_client(&mut held, client, draft)?;
    }
    Ok(held)
}

/// Adds a client; one that is there already does not matter.
fn add_client(clients: &mut Vec<ClientId>, client: ClientId, draft: &Draft) -> Result<()> {
    let most = draft.limits().clients_per_oidc;
    if clients.contains(&client) {
        return Ok(());
    }
    if clients.len() >= most {
        return Err(Error::over_quota("ClientIdsPerOpenIdConnectProvider", most));
    }
    clients.push(client);
    Ok(())
}

/// Thumbprints as they are kept, in lower case.
fn check_thumbprints(given: &[Thumbprint]) -> Result<Vec<Thumbprint>> {
    if given.len() > MOST_THUMBPRINTS {
        let message = "Thumbprint list must contain fewer than 5 entries.";
        return Err(Error::new(Code::InvalidInput, message));
    }
    given.iter().map(in_lower_case).collect()
}

fn in_lower_case(given: &Thumbprint) -> Result<Thumbprint> {
    let no_digest = || Error::new(Code::InvalidInput, "A thumbprint must be hexadecimal.");
    let is_hexadecimal = given.as_str().bytes().all(|b| b.is_ascii_hexdigit());
    let lower = is_hexadecimal.then(|| given.as_str().to_ascii_lowercase());
    lower.and_then(|lower| Thumbprint::parse(&lower).ok()).ok_or_else(no_digest)
}

/// Refuses a provider that is there already, and one too many.
fn refuse_more(name: &Issuer, url: &ProviderUrl, draft: &Draft) -> Result<()> {
    let (account, most) = (draft.account(), draft.limits().oidc_per_account);
    if account.get::<OidcProvider>(name).is_some() {
        let message = format!("Provider with url {url} already exists.");
        return Err(Error::new(Code::EntityAlreadyExists, message));
    }
    if OidcProvider::all(account).len() >= most {
        return Err(Error::over_quota("OpenIdConnectProvidersPerAccount", most));
    }
    Ok(())
}

/// The provider of exactly that full name, or the error to answer.
pub(super) fn find<'d>(arn: &ArnText, draft: &'d Draft) -> Result<&'d OidcProvider> {
    let found = draft.account().by_arn::<OidcProvider>(arn.as_str());
    found.ok_or_else(|| {
        let message = format!("OpenIDConnect Provider not found for arn {arn}");
        Error::new(Code::NoSuchEntity, message)
    })
}

input! {
    /// Removes an OIDC provider; roles that trust it are left as they are (IAM API
    /// Reference, `DeleteOpenIDConnectProvider`).
    struct DeleteOpenIdConnectProvider {
        arn: ArnText = "OpenIDConnectProviderArn",
    }
}

impl Action for DeleteOpenIdConnectProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteOpenIDConnectProvider";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { arn } = input.into_inner();
        let Some(found) = draft.account().by_arn::<OidcProvider>(arn.as_str()) else {
            let message = format!("OpenId connect Provider {arn} cannot be found.");
            return Err(Error::new(Code::NoSuchEntity, message));
        };
        let name = found.name.clone();
        draft.remove::<OidcProvider>(&name);
        Ok(())
    }
}

input! {
    /// Tells of an OIDC provider (IAM API Reference, `GetOpenIDConnectProvider`).
    struct GetOpenIdConnectProvider {
        arn: ArnText = "OpenIDConnectProviderArn",
    }
}

output! {
    /// The provider; its URL is told without the scheme.
    struct GetOpenIdConnectProviderResult {
        url: Issuer = "Url",
        clients: Vec<ClientId> = "ClientIDList",
        thumbprints: Vec<Thumbprint> = "ThumbprintList",
        created: Time = "CreateDate",
        tags: Vec<Tag> = "Tags",
    }
}

impl Action for GetOpenIdConnectProvider {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetOpenIDConnectProvider";
    type Output = GetOpenIdConnectProviderResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on((&self.arn).into())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let provider = find(&input.into_inner().arn, draft)?.clone();
        Ok(GetOpenIdConnectProviderResult {
            url: provider.name,
            clients: provider.clients,
            thumbprints: provider.thumbprints,
            created: provider.created,
            tags: tagged(&provider.tags),
        })
    }
}

input! {
    /// Lists all OIDC providers (IAM API Reference, `ListOpenIDConnectProviders`).
    struct ListOpenIdConnectProviders {}
}

output! {
    /// One of the providers.
    struct Listed {
        arn: Arn = "Arn",
    }
}

output! {
    /// All providers, by URL.
    struct ListOpenIdConnectProvidersResult {
        providers: Vec<Listed> = "OpenIDConnectProviderList",
    }
}

impl Action for ListOpenIdConnectProviders {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListOpenIDConnectProviders";
    type Output = ListOpenIdConnectProvidersResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let account = draft.account();
        let all = OidcProvider::all(account).values();
        let providers = all.map(|provider| Listed { arn: provider.arn(account.id()) }).collect();
        Ok(ListOpenIdConnectProvidersResult { providers })
    }
}
