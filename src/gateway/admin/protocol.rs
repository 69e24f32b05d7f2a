//! An operator's wish as an HTTP request, and what became of it as JSON: both
//! directions side by side, so that they stay alike.

use std::fmt;
use std::path::PathBuf;

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, Method};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use crate::config::Operation;
use crate::operate::Outcome;
use crate::secret::Secret;
use crate::store::RootKey;
use crate::store::session::Delegation;
use crate::text::{AccessKeyId, AccountId, Text, UserName};

/// Why a request is no wish.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Misunderstood {
    /// Nothing is there.
    #[error(
        "there is nothing here but the inspector at /, unless it is off, /health, /ready, \
         /metrics, /accounts, /accounts/ID/root-keys, /accounts/ID/delegation-tokens and /backup"
    )]
    Path,
    /// Something is there, but not for this method.
    #[error("this is for {0} only")]
    Method(&'static str),
    /// What changes something must say that it is JSON, which no form can.
    #[error("the Content-Type must be application/json")]
    NotJson,
    /// The body is no JSON, too long, or holds what does not belong there.
    #[error("the body must be a JSON object with the members that belong here, and no others")]
    Body,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    #[serde(default)]
    account: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDelegation {
    user: String,
    #[serde(default)]
    policy: Option<String>,
    seconds: u32,
}

#[derive(Deserialize, Serialize)]
struct TokenAnswer {
    trade_in_token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBackup {
    file: PathBuf,
}

#[derive(Deserialize, Serialize)]
struct KeyAnswer {
    account: String,
    access_key_id: String,
    secret_access_key: String,
}

#[derive(Deserialize, Serialize)]
struct AccountsAnswer {
    accounts: Vec<String>,
}

#[derive(Deserialize)]
struct FaultAnswer {
    error: String,
}

/// Reads a wish.
pub fn read(head: &Parts, body: &[u8]) -> Result<Operation, Misunderstood> {
    let path: Vec<&str> = head.uri.path().split('/').skip(1).collect();
    match (&head.method, path.as_slice()) {
        (&Method::GET, ["accounts"]) => Ok(Operation::ListAccounts),
        (&Method::POST, ["accounts"]) => {
            let new: NewAccount = parsed(&head.headers, body)?;
            new.account.as_deref().map(account).transpose().map(Operation::CreateAccount)
        }
        (&Method::POST, ["accounts", number, "root-keys"]) => {
            let Nothing {} = parsed(&head.headers, body)?;
            let account = AccountId::parse(number).map_err(|_| Misunderstood::Path)?;
            Ok(Operation::CreateRootKey(account))
        }
        (&Method::POST, ["accounts", number, "delegation-tokens"]) => {
            let account = AccountId::parse(number).map_err(|_| Misunderstood::Path)?;
            let NewDelegation { user, policy, seconds } = parsed(&head.headers, body)?;
            let user = UserName::parse(&user).map_err(|_| Misunderstood::Body)?;
            Ok(Operation::Delegate(Delegation { account, user, policy, seconds }))
        }
        (&Method::POST, ["backup"]) => {
            let new: NewBackup = parsed(&head.headers, body)?;
            Ok(Operation::Backup(new.file))
        }
        (_, ["accounts"]) => Err(Misunderstood::Method("GET, POST")),
        (_, ["accounts", _, "root-keys" | "delegation-tokens"] | ["backup"]) => {
            Err(Misunderstood::Method("POST"))
        }
        _ => Err(Misunderstood::Path),
    }
}

/// Writes a wish: method, path and body.
pub fn write(operation: &Operation) -> (Method, String, String) {
    match operation {
        Operation::ListAccounts => (Method::GET, "/accounts".to_owned(), String::new()),
        Operation::CreateAccount(account) => {
            let body = json!({ "account": account.as_ref().map(AccountId::as_str) });
            (Method::POST, "/accounts".to_owned(), body.to_string())
        }
        Operation::CreateRootKey(account) => {
            (Method::POST, format!("/accounts/{account}/root-keys"), "{}".to_owned())
        }
        Operation::Delegate(Delegation { account, user, policy, seconds }) => {
            let body = json!({ "user": user.as_str(), "policy": policy, "seconds": seconds });
            let path = format!("/accounts/{account}/delegation-tokens");
            (Method::POST, path, body.to_string())
        }
        Operation::Backup(file) => {
            (Method::POST, "/backup".to_owned(), json!({ "file": file }).to_string())
        }
    }
}

/// Writes what became of a wish.
pub fn outcome(outcome: &Outcome) -> String {
    let value = match outcome {
        Outcome::Key(key) => json!(KeyAnswer {
            account: key.account.to_string(),
            access_key_id: key.id.to_string(),
            secret_access_key: key.secret.expose().to_owned(),
        }),
        Outcome::Accounts(accounts) => {
            json!(AccountsAnswer { accounts: accounts.iter().map(ToString::to_string).collect() })
        }
        Outcome::Token(token) => {
            json!(TokenAnswer { trade_in_token: token.expose().to_owned() })
        }
        Outcome::Done => json!({}),
    };
    format!("{value}\n")
}

/// Reads what became of `operation`; nothing where the other side is not ours.
pub fn read_outcome(operation: &Operation, body: &[u8]) -> Option<Outcome> {
    match operation {
        Operation::CreateAccount(_) | Operation::CreateRootKey(_) => {
            let key: KeyAnswer = serde_json::from_slice(body).ok()?;
            Some(Outcome::Key(RootKey {
                account: AccountId::parse(&key.account).ok()?,
                id: AccessKeyId::parse(&key.access_key_id).ok()?,
                secret: Secret::new(key.secret_access_key),
            }))
        }
        Operation::ListAccounts => {
            let AccountsAnswer { accounts } = serde_json::from_slice(body).ok()?;
            let accounts: Result<_, _> =
                accounts.iter().map(|account| AccountId::parse(account)).collect();
            accounts.ok().map(Outcome::Accounts)
        }
        Operation::Delegate(_) => {
            let TokenAnswer { trade_in_token } = serde_json::from_slice(body).ok()?;
            Some(Outcome::Token(Secret::new(trade_in_token)))
        }
        Operation::Backup(_) => Some(Outcome::Done),
    }
}

/// Writes why not.
pub fn fault(why: &impl fmt::Display) -> String {
    format!("{}\n", json!({ "error": why.to_string() }))
}

/// Reads why not.
pub fn read_fault(body: &[u8]) -> Option<String> {
    let FaultAnswer { error } = serde_json::from_slice(body).ok()?;
    Some(error)
}

fn account(number: &str) -> Result<AccountId, Misunderstood> {
    AccountId::parse(number).map_err(|_| Misunderstood::Body)
}

fn parsed<'a, T: Deserialize<'a>>(headers: &HeaderMap, body: &'a [u8]) -> Result<T, Misunderstood> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media = kind.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(Misunderstood::NotJson);
    }
    // serde would read a struct from a list too.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Misunderstood::Body);
    }
    serde_json::from_slice(body).map_err(|_| Misunderstood::Body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn delegate(account: AccountId) -> Operation {
        let user = UserName::parse("ann").unwrap();
        Operation::Delegate(Delegation { account, user, policy: None, seconds: 900 })
    }

    #[test]
    fn what_one_side_writes_the_other_reads() {
        let number = AccountId::parse("123456789012").unwrap();
        for operation in [
            Operation::ListAccounts,
            Operation::CreateAccount(None),
            Operation::CreateAccount(Some(number.clone())),
            Operation::CreateRootKey(number.clone()),
            Operation::Delegate(Delegation {
                account: number,
                user: UserName::parse("ann").unwrap(),
                policy: Some("{\"a\"}".to_owned()),
                seconds: 900,
            }),
            Operation::Backup(PathBuf::from("/a \"b\"/c")),
        ] {
            let (method, path, body) = write(&operation);
            let request = Request::builder().method(method).uri(path);
            let request = request.header(CONTENT_TYPE, "application/json").body(()).unwrap();
            assert_eq!(read(&request.into_parts().0, body.as_bytes()), Ok(operation));
        }
    }

    #[test]
    fn what_became_of_it_is_read_as_it_was_written() {
        let account = AccountId::parse("123456789012").unwrap();
        let key = Outcome::Key(RootKey {
            account: account.clone(),
            id: AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE").unwrap(),
            secret: Secret::new("hush".to_owned()),
        });
        let wishes = [
            (Operation::CreateAccount(None), key),
            (Operation::ListAccounts, Outcome::Accounts(vec![account.clone()])),
            (delegate(account), Outcome::Token(Secret::new("hush".to_owned()))),
        ];
        for (operation, became) in wishes {
            let written = outcome(&became);
            let read = read_outcome(&operation, written.as_bytes()).unwrap();
            assert_eq!(outcome(&read), written);
            assert!(read_outcome(&operation, b"<html>").is_none());
        }
        assert_eq!(read_fault(fault(&"no").as_bytes()).as_deref(), Some("no"));
    }
}
