//! What an operator may do, whatever keeps the accounts.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::secret::Secret;
use crate::text::{AccessKeyId, AccountId};

/// A new key of an account's root; the secret is told once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RootKey {
    /// The account that it is root of.
    pub account: AccountId,
    /// The key's id.
    pub id: AccessKeyId,
    /// What it signs with.
    pub secret: Secret,
}

/// How much there is, and was.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Accounts that exist.
    pub accounts: u64,
    /// Users of the accounts that are loaded.
    pub users: u64,
    /// Their access keys.
    pub access_keys: u64,
    /// Changes that were committed.
    pub commits: u64,
    /// Groups of changes that shared one write to the disk.
    pub commit_groups: u64,
}

/// Why an operator's wish is not fulfilled.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Unable {
    /// There is one already.
    #[error("account {0} exists already")]
    AccountExists(AccountId),
    /// There is none.
    #[error("there is no account {0}")]
    NoSuchAccount(AccountId),
    /// Root has as many keys as it may.
    #[error("the root of account {0} has two keys already: delete one first")]
    TooManyKeys(AccountId),
    /// A backup never overwrites.
    #[error("{} exists already", .0.display())]
    FileExists(PathBuf),
    /// Something broke; in the words of what broke.
    #[error("{0}")]
    Broken(String),
}

/// The accounts, as an operator sees them.
pub trait Operate: Clone + fmt::Debug + Send + Sync + 'static {
    /// Makes an account, of this number or of one that is drawn, and its root key.
    fn create_account(
        &self,
        account: Option<AccountId>,
    ) -> impl Future<Output = Result<RootKey, Unable>> + Send;

    /// Makes a further key of an account's root.
    fn create_root_key(
        &self,
        account: &AccountId,
    ) -> impl Future<Output = Result<RootKey, Unable>> + Send;

    /// The accounts there are, in order.
    fn accounts(&self) -> impl Future<Output = Result<Vec<AccountId>, Unable>> + Send;

    /// Copies everything into a file that does not exist yet.
    fn backup(&self, file: &Path) -> impl Future<Output = Result<(), Unable>> + Send;

    /// How much there is, as far as it is known without looking for it.
    fn counts(&self) -> Counts;
}
