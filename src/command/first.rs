//! Which account the gateway is for, and its root key where that is new.

use crate::command::Failed;
use crate::config::Serve;
use crate::store::{RootKey, Store};
use crate::text::AccountId;

/// The account that a start is about.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) account: AccountId,
    pub(super) key: Key,
}

/// What is to be told of its root key.
#[derive(Debug)]
pub(super) enum Key {
    /// It was made just now: this is the one time to show it.
    Made(RootKey),
    /// It was given, and is the root's from now on.
    Given,
    /// It was told at an earlier start.
    Told,
}

/// Makes the account where nothing is there yet, and the root key that was given.
pub(super) async fn owner(serve: &Serve, store: &Store) -> Result<Owner, Failed> {
    let there = store.accounts().await?;
    let account = chosen(serve, &there)?.clone();
    if let Some((id, secret)) = &serve.root_key {
        store.import_root_key(&account, id.clone(), secret.clone()).await?;
        return Ok(Owner { account, key: Key::Given });
    }
    if there.is_empty() {
        let key = store.create_account(Some(account.clone()), None).await?;
        return Ok(Owner { account, key: Key::Made(key) });
    }
    Ok(Owner { account, key: Key::Told })
}

/// The account that was asked for. An account is made at the first start, or by a
/// command: a mistyped number must not make one.
fn chosen<'a>(serve: &'a Serve, there: &'a [AccountId]) -> Result<&'a AccountId, Failed> {
    match there.first() {
        None => Ok(&serve.account),
        Some(_) if there.contains(&serve.account) => Ok(&serve.account),
        Some(first) if !serve.is_account_given => Ok(first),
        Some(_) => Err(Failed::new(format_args!(
            "there is no account {0} here: make it with countersign account create --account {0}",
            serve.account
        ))),
    }
}
