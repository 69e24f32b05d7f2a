//! The keys that tokens are sealed with: kept in the store, so that every node opens what
//! another has sealed; a new one every day, and each for as long as one of its tokens lasts.

use std::sync::Arc;

use arc_swap::ArcSwap;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::Time;
use crate::secret::Secret;
use crate::store::engine::{Batch, Engine, Failure};
use crate::store::record;
use crate::store::seal::{Seal, SealKey};
use crate::store::{Store, load};
use crate::text::{AccessKeyId, AccountId};

/// For how many seconds a key seals, before the next one does.
const TURN: i64 = 24 * 3600;

/// For how many seconds a key opens after the next one was made: no token lasts longer.
const LAST_TOKEN: i64 = 36 * 3600;

/// How many numbers beyond the newest that is known another node may have come.
const AHEAD: u32 = 8;

/// The keys, oldest first.
#[derive(Debug, Default)]
pub(in crate::store) struct TokenKeys(ArcSwap<Vec<Arc<TokenKey>>>);

/// A key, and the number that its tokens begin with.
#[derive(Debug)]
pub(super) struct TokenKey {
    number: u32,
    made: Time,
    seal: Seal,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TokenKeyRecord {
    v: u8,
    made: i64,
    sealed: String,
}

impl TokenKey {
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn seal(&self, claims: &[u8], id: &AccessKeyId) -> Option<Vec<u8>> {
        self.seal.seal_token(claims, &self.context(id)).ok()
    }

    pub(super) fn open(&self, sealed: &[u8], id: &AccessKeyId) -> Option<Zeroizing<Vec<u8>>> {
        self.seal.open_token(sealed, &self.context(id)).ok()
    }

    /// What was explained to the callers of an account, sealed for them.
    pub(super) fn seal_message(&self, text: &[u8], account: &AccountId) -> Option<Vec<u8>> {
        self.seal.seal_message(text, &self.of_account(account)).ok()
    }

    pub(super) fn open_message(
        &self,
        sealed: &[u8],
        account: &AccountId,
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.seal.open_message(sealed, &self.of_account(account)).ok()
    }

    /// What an account hands on to another, sealed for whoever brings it back.
    pub(super) fn seal_delegation(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.seal.seal_delegation(text, &self.number.to_be_bytes()).ok()
    }

    pub(super) fn open_delegation(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.seal.open_delegation(sealed, &self.number.to_be_bytes()).ok()
    }

    fn of_account(&self, account: &AccountId) -> Vec<u8> {
        [&self.number.to_be_bytes()[..], account.as_str().as_bytes()].concat()
    }

    /// What a token belongs to: with another key, or for another id, it does not open.
    fn context(&self, id: &AccessKeyId) -> Vec<u8> {
        [&self.number.to_be_bytes()[..], id.as_str().as_bytes()].concat()
    }
}

impl TokenKeys {
    pub(super) fn newest(&self) -> Option<Arc<TokenKey>> {
        self.0.load().last().map(Arc::clone)
    }

    pub(super) fn numbered(&self, number: u32) -> Option<Arc<TokenKey>> {
        self.0.load().iter().find(|key| key.number == number).map(Arc::clone)
    }

    /// Whether another node may have made a key of that number, of which nothing is known
    /// here yet.
    pub(in crate::store) fn may_lack(&self, token: &str) -> bool {
        let newest = self.newest().map_or(0, |key| key.number);
        let number = super::token::parts(token).map_or(0, |(number, _)| number);
        number > newest && number <= newest.saturating_add(AHEAD)
    }

    /// Takes all that the engine keeps.
    pub(in crate::store) fn read(&self, engine: &dyn Engine, seal: &Seal) -> Result<(), Failure> {
        let keys = load::token_keys(engine, |number, bytes| read(number, bytes, seal))?;
        self.0.store(Arc::new(keys.into_iter().map(Arc::new).collect()));
        Ok(())
    }

    /// What has to be written, at that time: a new key where the newest has had its turn,
    /// and none of those whose tokens are all over.
    fn turn(&self, now: Time, seal: &Seal) -> Result<Option<Batch>, Failure> {
        let keys = self.0.load();
        let is_current = |key: &Arc<TokenKey>| now.since(key.made) < TURN;
        if keys.last().is_some_and(is_current) {
            return Ok(None);
        }
        let number = keys.last().map_or(0, |key| key.number).saturating_add(1);
        let place = load::token_key_key(number);
        let batch = Batch::of(0).absent(place.clone()).put(place, made(number, now, seal)?);
        let followed = keys.array_windows().filter(|[_, next]| now.since(next.made) > LAST_TOKEN);
        let batch =
            followed.fold(batch, |batch, [past, _]| batch.delete(load::token_key_key(past.number)));
        Ok(Some(batch))
    }
}

impl Store {
    /// Makes a new token key where it is time for one, and drops those that open nothing
    /// any more. Who is second to do so takes what the first has made.
    pub async fn turn_token_keys(&self) -> Result<(), Failure> {
        let inner = &self.0;
        let (engine, seal) = (&*inner.engine, &inner.settings.seal);
        let Some(batch) = inner.token_keys.turn(self.now(), seal)? else { return Ok(()) };
        match engine.commit(batch).await {
            Ok(()) | Err(Failure::Conflict) => self.read_token_keys().await,
            Err(failure) => Err(failure),
        }
    }

    /// Takes the token keys that there are by now.
    pub(in crate::store) async fn read_token_keys(&self) -> Result<(), Failure> {
        let store = self.clone();
        let read = move || store.0.token_keys.read(&*store.0.engine, &store.0.settings.seal);
        self.blocking(read).await
    }
}

/// The record of a new key.
fn made(number: u32, now: Time, seal: &Seal) -> Result<Vec<u8>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Io(error.to_string());
    let key = SealKey::generate().map_err(|error| failed(&error))?;
    let secret = Secret::new(key.to_hex().to_string());
    let sealed = seal.seal(&secret, &context(number)).map_err(|error| failed(&error))?;
    let sealed = BASE64.encode(&sealed);
    record::write(&TokenKeyRecord { v: record::VERSION, made: now.unix(), sealed })
}

fn read(number: u32, bytes: &[u8], seal: &Seal) -> Result<TokenKey, Failure> {
    let damaged = |error: &dyn std::fmt::Display| Failure::Damaged(error.to_string());
    let record: TokenKeyRecord = record::read(bytes)?;
    let sealed = BASE64.decode(record.sealed.as_bytes()).map_err(|e| damaged(&e))?;
    let secret = seal.open(&sealed, &context(number)).map_err(|e| damaged(&e))?;
    let key = SealKey::parse(secret.expose()).map_err(|error| damaged(&error))?;
    let seal = Seal::new(&key).map_err(|error| damaged(&error))?;
    Ok(TokenKey { number, made: Time::from_unix(record.made), seal })
}

fn context(number: u32) -> Vec<u8> {
    format!("token-key/{number}").into_bytes()
}
