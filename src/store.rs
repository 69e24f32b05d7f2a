//! What exists, and how it is kept: the published accounts; draft, commit, publish.

pub mod abroad;
pub mod account;
pub mod draft;
pub mod engine;
pub mod entity;
pub mod home;
pub mod index;
mod ledger;
pub mod limits;
mod load;
pub mod owner;
pub mod private_file;
pub mod proof;
pub mod record;
pub mod seal;
pub mod session;
mod signing;
pub mod spent;
mod write;

use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use foldhash::quality::RandomState;
use thiserror::Error as Failing;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::clock::{Clock, Time};
use crate::error::{Error, Result};
use crate::ids::RandomIds;
use crate::store::account::Account;
use crate::store::draft::{Draft, Limits};
use crate::store::engine::{Batch, Engine, Failure, Stats};
use crate::store::home::Home;
use crate::store::index::{Credential, Index};
use crate::store::ledger::Ledger;
use crate::store::seal::{BadKey, Seal};
use crate::store::session::{Opened, TokenKeys};
use crate::store::signing::Signing;
use crate::store::spent::Spent;
use crate::text::{AccessKeyId, AccountId, IssuerBase, Text};

pub use write::{NotMade, RootKey};

/// How many may wait for a disk at a time, beside the engine's own writer.
const MOST_WAITING: usize = 8;

/// Everything that exists. A clone is the same store.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Arc<dyn Engine>,
    settings: Settings,
    homes: DashMap<AccountId, Arc<Home>, RandomState>,
    /// Accounts that are on the disk alone, as far as that is known: where there
    /// is none, every key is in the index.
    asleep: DashMap<AccountId, (), RandomState>,
    index: Index,
    ledger: Ledger,
    token_keys: Arc<TokenKeys>,
    signing: Arc<Signing>,
    opened: Opened,
    /// One-time codes that were used.
    spent: Arc<Spent>,
    /// Held while an account is read, so that it is read once.
    loading: Mutex<()>,
    /// Held by whoever waits for a disk: a flood of ids that nobody knows takes up
    /// a few threads, and no more.
    waiting: Semaphore,
}

/// What a store is opened with.
#[derive(Debug)]
pub struct Settings {
    /// What secrets are sealed with.
    pub seal: Seal,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// How much an account may hold.
    pub limits: Limits,
    /// Who is told of a key whose secret went: what was derived from it goes too.
    pub forget: Forget,
    /// Where the issuers of web identity tokens are.
    pub issuer: IssuerBase,
}

/// Told the id of a key whose secret is gone.
#[derive(Clone)]
pub struct Forget(pub Arc<dyn Fn(&str) + Send + Sync>);

impl std::fmt::Debug for Forget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Forget")
    }
}

/// Why a store was not opened. Its sentence is for the operator.
#[derive(Debug, Failing)]
pub enum NotOpened {
    /// The sealing key is not the one that the store was made with.
    #[error(transparent)]
    Seal(#[from] BadKey),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] Failure),
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Accounts that are loaded.
    pub accounts: usize,
    /// Users in them.
    pub users: usize,
    /// Keys in them, root's among them.
    pub keys: usize,
    /// What the engine did.
    pub engine: Stats,
}

impl Store {
    /// Opens what `engine` keeps. The first sealing key that ever comes is the
    /// right one from then on.
    pub async fn open(engine: Arc<dyn Engine>, settings: Settings) -> Result<Self, NotOpened> {
        let place = load::SEAL_CHECK;
        if let Some(check) = engine.get(place)? {
            settings.seal.verify_check(&check)?;
        } else {
            let check = settings.seal.check_value().map_err(|e| Failure::Io(e.to_string()))?;
            engine.commit(Batch::of(0).absent(place).put(place, check)).await?;
        }
        let token_keys = TokenKeys::default();
        token_keys.read(&*engine, &settings.seal)?;
        let signing = Signing::at(settings.issuer.clone());
        signing.read(&*engine, &settings.seal)?;
        let spent = Arc::new(Spent::since(settings.clock.now()));
        let asleep = load::accounts(&*engine)?.into_iter().map(|account| (account, ())).collect();
        let store = Self(Arc::new(Inner {
            asleep,
            token_keys: Arc::new(token_keys),
            signing: Arc::new(signing),
            opened: Opened::default(),
            engine,
            settings,
            homes: DashMap::default(),
            index: Index::default(),
            ledger: Ledger::default(),
            spent,
            loading: Mutex::new(()),
            waiting: Semaphore::new(MOST_WAITING),
        }));
        store.turn_token_keys().await?;
        Ok(store)
    }

    /// The key of that id, if there is one. Where its account is loaded, that
    /// takes one look-up, and no disk; nor does it take one to find out that
    /// there is none, where all accounts are loaded.
    pub async fn key(&self, id: &str) -> Result<Option<Arc<Credential>>, Failure> {
        if let Some(key) = self.0.index.get(id) {
            return Ok(Some(key));
        }
        // Asked before the index is asked again: an account is in it when it wakes.
        let is_all_awake = self.0.asleep.is_empty();
        let key = self.0.index.get(id);
        if is_all_awake || key.is_some() {
            return Ok(key);
        }
        // What cannot be an id needs no look-up.
        let Ok(id) = AccessKeyId::parse(id) else { return Ok(None) };
        let store = self.clone();
        self.blocking(move || {
            let Some(account) = load::account_of_key(&*store.0.engine, id.as_str())? else {
                return Ok(None);
            };
            store.load(&account)?;
            Ok(store.0.index.get(id.as_str()))
        })
        .await
    }

    /// What signs with the temporary key of that id, if `token` was sealed for it, and the
    /// one is still there as whom it acts. It takes no disk, unless its account sleeps.
    pub async fn session(&self, id: &str, token: &str) -> Result<Option<Arc<Credential>>, Failure> {
        if let Some(known) = self.0.opened.get(id, token) {
            return Ok(Some(known));
        }
        if self.0.token_keys.may_lack(token) {
            self.read_token_keys().await?;
        }
        let Some(found) = self.0.token_keys.open(id, token) else { return Ok(None) };
        let Some(home) = self.home(&found.session.account).await? else { return Ok(None) };
        let account = home.published();
        let credential = Credential::temporary(id, token, found, &home).map(Arc::new);
        if let Some(credential) = &credential {
            self.0.opened.put(token, account.stamp(), credential);
        }
        Ok(credential)
    }

    /// The account of that number, if there is one.
    pub async fn home(&self, account: &AccountId) -> Result<Option<Arc<Home>>, Failure> {
        if let Some(home) = self.awake(account) {
            self.0.asleep.remove(account);
            return Ok(Some(home));
        }
        let (store, account) = (self.clone(), account.clone());
        self.blocking(move || store.load(&account)).await
    }

    /// The account of that number, if it is loaded.
    pub fn awake(&self, account: &AccountId) -> Option<Arc<Home>> {
        self.0.homes.get(account).map(|home| Arc::clone(&home))
    }

    /// The numbers of all accounts, in order.
    pub async fn accounts(&self) -> Result<Vec<AccountId>, Failure> {
        let store = self.clone();
        self.blocking(move || load::accounts(&*store.0.engine)).await
    }

    /// Copies everything into a new file while work goes on.
    pub async fn backup(&self, to: std::path::PathBuf) -> Result<(), Failure> {
        self.flush().await?;
        let store = self.clone();
        self.blocking(move || store.0.engine.backup(&to)).await
    }

    /// Notes that a key was used, in memory; [`Store::flush`] writes it.
    pub fn note_use(&self, key: &Arc<Credential>, service: &str, region: &str) {
        if key.used.note(self.now(), service, region) {
            self.0.ledger.note(key);
        }
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        let users = self.0.homes.iter().map(|home| home.published().users().len()).sum();
        Counts {
            accounts: self.0.homes.len(),
            users,
            keys: self.0.index.len(),
            engine: self.0.engine.stats(),
        }
    }

    /// Writes what is still to be written, and ends.
    pub async fn close(&self) -> Result<(), Failure> {
        let flushed = self.flush().await;
        let store = self.clone();
        self.blocking(move || {
            store.0.engine.close();
            Ok(())
        })
        .await?;
        flushed
    }

    /// A message that tells the callers of an account why one of them was refused, once
    /// somebody who may has it decoded; nothing where it would be too long.
    pub fn encode(&self, text: &str, account: &AccountId) -> Option<String> {
        self.0.token_keys.encode(text, account)
    }

    /// A draft of `account`, in which nothing is changed yet.
    pub fn draft(&self, account: Arc<Account>) -> Draft {
        let draft = Draft::of(account, self.now(), self.0.settings.limits, Box::new(RandomIds));
        let draft = draft.issuing(Arc::clone(&self.0.token_keys), Arc::clone(&self.0.signing));
        draft.remembering(Arc::clone(&self.0.spent))
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.0.settings.clock.now()
    }

    fn load(&self, id: &AccountId) -> Result<Option<Arc<Home>>, Failure> {
        if let Some(home) = self.awake(id) {
            self.0.asleep.remove(id);
            return Ok(Some(home));
        }
        let _alone = self.0.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(home) = self.awake(id) {
            return Ok(Some(home));
        }
        Ok(self.read(id)?.map(|account| self.settle(account)))
    }

    /// An account as it stands on the disk. Keys that are known already keep what
    /// is known of their last use.
    fn read(&self, id: &AccountId) -> Result<Option<Account>, Failure> {
        let used =
            |key: &AccessKeyId| self.0.index.get(key.as_str()).map(|key| Arc::clone(&key.used));
        load::account(&*self.0.engine, &self.0.settings.seal, id, &used)
    }

    /// Gives an account that was read its home.
    fn settle(&self, account: Account) -> Arc<Home> {
        let home = Arc::new(Home::of(account));
        let account = home.published();
        // Whoever signs with the first of its keys may change the others already.
        home.publish(Arc::clone(&account), || {
            for (key, _) in account.keys() {
                self.0.index.refresh(key, &home);
            }
        });
        self.0.homes.insert(account.id().clone(), Arc::clone(&home));
        self.0.asleep.remove(account.id());
        home
    }

    /// Does what waits for a disk where nobody else has to wait for it.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let _place = self.0.waiting.acquire().await.map_err(|_| Failure::Stopped)?;
        spawn_blocking(work).await.unwrap_or(Err(Failure::Stopped))
    }
}

/// What a caller is told where something could not be read or kept; the operator
/// is told why.
pub fn told(failure: &Failure) -> Error {
    tracing::error!(%failure, "the store failed");
    Error::service_failure()
}
