//! Stands in for the store and the services until they are here.

use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::service_fn;

use crate::clock::Clock;
use crate::command::Failed;
use crate::config::{Bounds, SealSource};
use crate::gateway;
use crate::gateway::connection::Stack;
use crate::ids::{Ids, RandomIds};
use crate::layer::shed::Serving;
use crate::layer::{Answered, request_id::RequestId};
use crate::metrics::Metrics;
use crate::operate::{Counts, Operate, RootKey, Unable};
use crate::secret::Secret;
use crate::text::{AccessKeyId, AccountId, Text};

#[derive(Clone, Debug, Default)]
pub(super) struct Accounts(Arc<Mutex<Vec<AccountId>>>);

pub(super) fn in_memory() -> Accounts {
    Accounts::default()
}

#[expect(clippy::unnecessary_wraps, reason = "the store's is fallible")]
pub(super) fn open(_: &Path, _: &SealSource) -> Result<Accounts, Failed> {
    Ok(Accounts::default())
}

impl Accounts {
    #[expect(clippy::unused_async, reason = "the store's is")]
    pub(super) async fn first_account(
        &self,
        account: AccountId,
        key: Option<(AccessKeyId, Secret)>,
    ) -> Result<RootKey, Unable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(account.clone());
        let made = match key {
            Some(key) => Some(key),
            None => RandomIds.access_key_id(&account).map(|id| (id, RandomIds.secret())),
        };
        let (id, secret) = made.ok_or_else(|| Unable::Broken("no id".to_owned()))?;
        Ok(RootKey { account, id, secret })
    }

    #[expect(clippy::unused_async, reason = "the store's is")]
    pub(super) async fn flush(&self) {}
}

impl Operate for Accounts {
    async fn create_account(&self, account: Option<AccountId>) -> Result<RootKey, Unable> {
        let account = account.or_else(|| AccountId::parse("000000000001").ok());
        let account = account.ok_or_else(|| Unable::Broken("no number".to_owned()))?;
        if self.accounts().await?.contains(&account) {
            return Err(Unable::AccountExists(account));
        }
        self.first_account(account, None).await
    }

    async fn create_root_key(&self, account: &AccountId) -> Result<RootKey, Unable> {
        Err(Unable::NoSuchAccount(account.clone()))
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, Unable> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn backup(&self, file: &Path) -> Result<(), Unable> {
        std::fs::write(file, "").map_err(|error| Unable::Broken(error.to_string()))
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }
}

pub(super) fn stack(
    bounds: &Bounds,
    (clock, metrics): (Arc<dyn Clock>, &Arc<Metrics>),
    serving: Serving,
) -> impl Stack {
    gateway::stack(bounds, (clock, metrics), serving, service_fn(answer))
}

async fn answer(request: Request<Bytes>) -> Result<Response<Full<Bytes>>, Infallible> {
    let id = request.extensions().get().map_or("", RequestId::as_str);
    let body = format!(
        r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"#
    );
    let mut response = Response::new(Full::from(body));
    response.extensions_mut().insert(Answered {
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
        service: "sts",
        action: "GetCallerIdentity",
        caller: Some("arn:aws:iam::123456789012:root".into()),
    });
    Ok(response)
}
