//! What an operator may do: in the gateway that runs, or in a process of its own.

use thiserror::Error;

use crate::config::Operation;
use crate::secret::Secret;
use crate::store::engine::Failure;
use crate::store::{NotMade, RootKey, Store};
use crate::text::AccountId;

/// What became of an operator's wish.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A root key was made.
    Key(RootKey),
    /// These are the accounts.
    Accounts(Vec<AccountId>),
    /// A token was made, by which rights are handed on.
    Token(Secret),
    /// Nothing is to be told.
    Done,
}

/// Why an operator's wish is not fulfilled.
#[derive(Debug, Error)]
pub enum Unable {
    /// The account, or the key, was not made.
    #[error("{}", told(.0))]
    NotMade(#[from] NotMade),
    /// What is kept could not be read, or copied.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Where the services say no, their code is of no use to an operator.
fn told(not_made: &NotMade) -> String {
    if let NotMade::Refused(refusal) = not_made {
        return refusal.message().to_owned();
    }
    not_made.to_string()
}

/// Does what the operator wants.
pub async fn carry_out(operation: &Operation, store: &Store) -> Result<Outcome, Unable> {
    Ok(match operation {
        Operation::CreateAccount(account) => {
            Outcome::Key(store.create_account(account.clone(), None).await?)
        }
        Operation::CreateRootKey(account) => Outcome::Key(store.create_root_key(account).await?),
        Operation::Delegate(delegation) => Outcome::Token(store.delegate(delegation).await?),
        Operation::ListAccounts => Outcome::Accounts(store.accounts().await?),
        Operation::Backup(file) => {
            store.backup(file.clone()).await?;
            Outcome::Done
        }
    })
}
