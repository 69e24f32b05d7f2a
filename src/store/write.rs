//! Changes: a draft is run, committed, published, and only then answered.

use std::sync::Arc;

use thiserror::Error;
use tokio::task::spawn;

use crate::error::{Error as Refusal, Result};
use crate::secret::Secret;
use crate::store::account::{Account, Change};
use crate::store::draft::{Draft, Drafted};
use crate::store::engine::{Batch, Failure, Pending};
use crate::store::entity::{KeyPair, Root};
use crate::store::home::{Head, Home};
use crate::store::index::Credential;
use crate::store::owner::Owner;
use crate::store::record::{Kept, Records, write_settings, write_use};
use crate::store::{Store, load, told};
use crate::text::{AccessKeyId, AccountId, Folded, Status};

/// How often a change is run again because another was first.
const MOST_TRIES: usize = 8;

/// Our own batches: there is one node.
const ORIGIN: u64 = 0;

/// A key of root, with its secret, as it is told once.
#[derive(Clone, Debug)]
pub struct RootKey {
    /// The account that it signs for.
    pub account: AccountId,
    /// The half that is sent along.
    pub id: AccessKeyId,
    /// The half that is kept.
    pub secret: Secret,
}

/// Why an account, or a key of root, was not made.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum NotMade {
    /// The account is there already.
    #[error("account {0} exists already")]
    Exists(AccountId),
    /// There is no such account.
    #[error("there is no account {0}")]
    NoSuchAccount(AccountId),
    /// The id belongs to another key.
    #[error("the access key id {0} is taken")]
    IdTaken(AccessKeyId),
    /// The service says no.
    #[error("{0}")]
    Refused(Refusal),
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// What `work` made of a draft: its answer, and the draft to commit. It may be
/// run again, on a later account, where another change was first.
pub trait Work<T>: Fn(Draft) -> Result<(T, Draft)> + Send + Sync + 'static {}

impl<T, F: Fn(Draft) -> Result<(T, Draft)> + Send + Sync + 'static> Work<T> for F {}

impl Store {
    /// Commits what came out of `work` on the published account, and answers when
    /// that is kept and all can see it. What is begun is finished, even if the
    /// one that asked has gone.
    pub async fn commit<T: Send + 'static>(
        &self,
        home: Arc<Home>,
        work: impl Work<T>,
    ) -> Result<T> {
        let store = self.clone();
        let done = spawn(async move { store.commit_here(&home, &work).await });
        done.await.unwrap_or_else(|_| Err(Refusal::internal_failure()))
    }

    async fn commit_here<T>(&self, home: &Arc<Home>, work: &impl Work<T>) -> Result<T> {
        for _ in 0..MOST_TRIES {
            let (built, pending) = self.build(home, work)?;
            match pending.await {
                Ok(()) => {
                    self.publish(home, built.drafted);
                    return built.outcome;
                }
                Err(failure) => {
                    self.set_back(home, built.generation).await.map_err(|f| told(&f))?;
                    if failure != Failure::Conflict {
                        return Err(told(&failure));
                    }
                }
            }
        }
        Err(Refusal::throttled())
    }

    /// Runs `work` on the head, and sends what it changed on its way. An answer
    /// that changes nothing takes the same way, for it is true only if all that
    /// it was built on has come to be.
    fn build<T>(&self, home: &Home, work: &impl Work<T>) -> Result<(Built<T>, Pending)> {
        let mut head = home.head();
        let base = Arc::clone(&head.account);
        let (outcome, drafted) = match work(self.draft(Arc::clone(&base))) {
            Ok((answer, draft)) => (Ok(answer), Some(draft.into_parts())),
            Err(refusal) => (Err(refusal), None),
        };
        let drafted = drafted.filter(|drafted| !drafted.changes.is_empty());
        let (drafted, batch) = self.batch(&base, drafted).map_err(|failure| told(&failure))?;
        // INVARIANT: batches of an account are queued in the order of their
        // revisions, for this happens under the head's lock.
        let pending = self.0.engine.commit(batch);
        let generation = head.generation;
        if let Some(drafted) = &drafted {
            *head = Head { account: Arc::clone(&drafted.account), generation };
        }
        Ok((Built { outcome, drafted, generation }, pending))
    }

    /// What is to be written, on condition that the account is still `base`.
    fn batch(
        &self,
        base: &Account,
        drafted: Option<Drafted>,
    ) -> Result<(Option<Drafted>, Batch), Failure> {
        let (revision, place) = (base.revision(), load::revision_key(base.id()));
        let batch = Batch::of(ORIGIN).exactly(place.clone(), revision.to_be_bytes());
        let Some(mut drafted) = drafted else { return Ok((None, batch)) };
        let next = revision.saturating_add(1);
        Arc::make_mut(&mut drafted.account).set_revision(next);
        let batch = batch.put(place, next.to_be_bytes());
        let batch = drafted
            .changes
            .iter()
            .try_fold(batch, |batch, change| self.write(batch, base.id(), change))?;
        let batch = write_owners(drop_uses(batch, base, &drafted), base, &drafted);
        Ok((Some(drafted), batch))
    }

    fn write(&self, batch: Batch, account: &AccountId, change: &Change) -> Result<Batch, Failure> {
        let records = Records { account, seal: &self.0.settings.seal };
        Ok(match change {
            Change::Root(root) => batch.put(load::root_key(account), records.write_root(root)?),
            Change::Settings(settings) => {
                let batch = batch.put(load::settings_key(account), write_settings(settings)?);
                match &settings.outbound {
                    Some(issuer) => batch.put(load::issuer_key(&issuer.id), account.as_str()),
                    None => batch,
                }
            }
            Change::User(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Group(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Role(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Policy(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Profile(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Oidc(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Saml(name, to) => put(batch, records, name, to.as_deref())?,
            Change::Mfa(name, to) => put(batch, records, name, to.as_deref())?,
        })
    }

    fn publish(&self, home: &Arc<Home>, drafted: Option<Drafted>) {
        let Some(Drafted { account, touched, .. }) = drafted else { return };
        home.publish(account, || touched.iter().for_each(|key| self.refresh(key, home)));
    }

    /// Makes of a key what is published of it at `home`.
    fn refresh(&self, key: &AccessKeyId, home: &Arc<Home>) {
        if self.0.index.refresh(key, home) {
            (self.0.settings.forget.0)(key.as_str());
        }
    }

    /// Reads the account anew: what the head was built on has come to nothing.
    async fn set_back(&self, home: &Arc<Home>, generation: u64) -> Result<(), Failure> {
        let (store, id) = (self.clone(), home.published().id().clone());
        if let Some(account) = self.blocking(move || store.read(&id)).await? {
            home.set_back(account, generation, |before| {
                let after = home.published();
                for (key, _) in before.keys().chain(after.keys()) {
                    self.refresh(key, home);
                }
            });
        }
        Ok(())
    }

    /// Writes the last uses that are only in memory. Those that could not be
    /// written are kept for the next time.
    pub async fn flush(&self) -> Result<(), Failure> {
        let keys = self.0.ledger.take();
        if keys.is_empty() {
            return Ok(());
        }
        let written = match keys.iter().try_fold(Batch::of(ORIGIN), add_use) {
            Ok(batch) => self.0.engine.commit(batch).await,
            Err(failure) => Err(failure),
        };
        if written.is_err() {
            for key in &keys {
                self.0.ledger.note(key);
            }
        }
        written
    }

    /// Makes an account, of that number or of one that is free, whose root has
    /// that key or a new one.
    pub async fn create_account(
        &self,
        number: Option<AccountId>,
        key: Option<(AccessKeyId, Secret)>,
    ) -> Result<RootKey, NotMade> {
        let number = match number {
            Some(number) => number,
            None => crate::ids::account_id().ok_or(Failure::Stopped)?,
        };
        let mut draft = self.draft(Arc::new(Account::new(number.clone())));
        let key = match key {
            Some((id, secret)) => imported(id, secret, &draft),
            None => draft.new_key().map_err(NotMade::Refused)?,
        };
        draft.put_root(Root { created: draft.now(), keys: vec![key.clone()] });
        let batch = self.first_batch(&number, &draft.into_parts())?;
        // Before it can be there, and to stay where it is not known whether it is.
        self.0.asleep.insert(number.clone(), ());
        match self.0.engine.commit(batch).await {
            Ok(()) => Ok(RootKey { account: number, id: key.id, secret: key.secret }),
            Err(Failure::Conflict) if self.home(&number).await?.is_some() => {
                Err(NotMade::Exists(number))
            }
            Err(Failure::Conflict) => {
                self.0.asleep.remove(&number);
                Err(NotMade::IdTaken(key.id))
            }
            Err(failure) => Err(NotMade::Failed(failure)),
        }
    }

    fn first_batch(&self, number: &AccountId, drafted: &Drafted) -> Result<Batch, Failure> {
        let (place, revision) = (load::account_key(number), load::revision_key(number));
        let batch = Batch::of(ORIGIN).absent(place.clone()).put(place, *b"{}");
        let batch = batch.absent(revision.clone()).put(revision, 0_u64.to_be_bytes());
        let batch = drafted
            .changes
            .iter()
            .try_fold(batch, |batch, change| self.write(batch, number, change))?;
        Ok(write_owners(batch, &Account::new(number.clone()), drafted))
    }

    /// Makes a further key for the root of an account.
    pub async fn create_root_key(&self, account: &AccountId) -> Result<RootKey, NotMade> {
        let home = self.home(account).await?;
        let home = home.ok_or_else(|| NotMade::NoSuchAccount(account.clone()))?;
        let made = self.commit(home, |mut draft: Draft| {
            let most = draft.limits().keys_per_user;
            let mut keys = draft.keys_of(&Owner::Root)?.to_vec();
            if keys.len() >= most {
                return Err(Refusal::over_quota("AccessKeysPerUser", most));
            }
            let key = draft.new_key()?;
            keys.push(key.clone());
            draft.put_keys(&Owner::Root, keys)?;
            Ok((key, draft))
        });
        let key = made.await.map_err(NotMade::Refused)?;
        Ok(RootKey { account: account.clone(), id: key.id, secret: key.secret })
    }

    /// Sees to it that root of an account signs with that very key; an account
    /// that is not there is made. Of two keys that root holds, the older goes.
    pub async fn import_root_key(
        &self,
        account: &AccountId,
        id: AccessKeyId,
        secret: Secret,
    ) -> Result<(), NotMade> {
        let Some(home) = self.home(account).await? else {
            return self.create_account(Some(account.clone()), Some((id, secret))).await.map(drop);
        };
        let is_other = |key: &Credential| {
            key.caller.account() != account || key.caller.owner() != Some(&Owner::Root)
        };
        if self.key(id.as_str()).await?.is_some_and(|key| is_other(&key)) {
            return Err(NotMade::IdTaken(id));
        }
        let work = move |draft: Draft| with_root_key(draft, &id, &secret);
        self.commit(home, work).await.map_err(NotMade::Refused)
    }
}

/// What came out of one run, on its way to the disk.
struct Built<T> {
    outcome: Result<T>,
    drafted: Option<Drafted>,
    generation: u64,
}

/// What is to stand under `name` from now on.
fn put<E: Kept>(
    batch: Batch,
    records: Records<'_>,
    name: &Folded,
    to: Option<&E>,
) -> Result<Batch, Failure> {
    let place = load::entity_key::<E>(records.account, name);
    Ok(match to {
        Some(entity) => batch.put(place, records.write(entity)?),
        None => batch.delete(place),
    })
}

/// Whose the touched keys are, where that is new: no id is ever given twice.
fn write_owners(batch: Batch, base: &Account, drafted: &Drafted) -> Batch {
    let after = &drafted.account;
    drafted.touched.iter().fold(batch, |batch, id| {
        let place = load::key_key(id.as_str());
        match (base.owner_of(id), after.owner_of(id)) {
            (None, Some(_)) => batch.absent(place.clone()).put(place, after.id().as_str()),
            (Some(_), None) => batch.delete(place).delete(load::used_key(after.id(), id.as_str())),
            (None, None) | (Some(_), Some(_)) => batch,
        }
    })
}

/// Without the last uses of roles that are gone.
fn drop_uses(batch: Batch, base: &Account, drafted: &Drafted) -> Batch {
    drafted.changes.iter().fold(batch, |batch, change| {
        let Change::Role(name, None) = change else { return batch };
        match base.roles.get(name) {
            Some(role) => batch.delete(load::used_key(base.id(), role.id.as_str())),
            None => batch,
        }
    })
}

/// A key that was made elsewhere.
fn imported(id: AccessKeyId, secret: Secret, draft: &Draft) -> KeyPair {
    KeyPair { id, secret, status: Status::Active, created: draft.now(), used: Arc::default() }
}

fn with_root_key(mut draft: Draft, id: &AccessKeyId, secret: &Secret) -> Result<((), Draft)> {
    let mut keys = draft.keys_of(&Owner::Root)?.to_vec();
    let signs = |held: &KeyPair| held.secret == *secret && held.status == Status::Active;
    if keys.iter().any(|held| held.id == *id && signs(held)) {
        return Ok(((), draft));
    }
    keys.retain(|held| held.id != *id);
    if keys.len() >= draft.limits().keys_per_user {
        keys.drain(..keys.len().min(1));
    }
    keys.push(imported(id.clone(), secret.clone(), &draft));
    draft.put_keys(&Owner::Root, keys)?;
    Ok(((), draft))
}

fn add_use(batch: Batch, key: &Arc<Credential>) -> Result<Batch, Failure> {
    let account = key.home.published();
    // What has gone since leaves no last use behind.
    let (last, used) = (key.used.get(), key.used_in(&account));
    match last.zip(used) {
        Some((last, used)) => Ok(batch.put(load::used_key(account.id(), used), write_use(&last)?)),
        None => Ok(batch),
    }
}
