//! The gateway as an issuer of web identity tokens: the keys that it signs them with.
//!
//! They are kept in the store, sealed, so that every node signs with the same ones, and
//! none is there before somebody asks for tokens. New keys are published a day before
//! they sign, and old ones for a day after their last token: whoever keeps the published
//! keys for so long has the right one.

mod pair;

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::clock::Time;
use crate::federation::web::KeySet;
use crate::store::engine::{Batch, Engine, Failure};
use crate::store::seal::Seal;
use crate::store::{Store, load};
use crate::text::{IssuerBase, IssuerId, TokenAlgorithm};
use pair::Pairs;

const DAY: i64 = 24 * 3600;

/// For how many seconds keys sign, before the next ones do.
const TURN: i64 = 90 * DAY;

/// For how many seconds keys are published before they sign.
const LEAD: i64 = DAY;

/// For how many seconds they are published when they sign no more: as long as the longest
/// token lasts, and a day.
const AFTER: i64 = 3600 + DAY;

/// What signs.
#[derive(Debug, Default)]
pub(in crate::store) struct Signing {
    base: IssuerBase,
    keys: ArcSwap<Published>,
}

/// The keys, oldest first, and as everybody may know them.
#[derive(Debug, Default)]
struct Published {
    pairs: Vec<Pairs>,
    document: Arc<str>,
    set: Arc<KeySet>,
}

impl Signing {
    /// Signs for the issuers below `base`, with no key yet.
    pub(in crate::store) fn at(base: IssuerBase) -> Self {
        Self { base, keys: ArcSwap::default() }
    }

    /// The address below which the issuers are.
    pub(in crate::store) fn base(&self) -> &IssuerBase {
        &self.base
    }

    /// A token that says `claims`, an object of JSON; none where there is no key.
    pub(in crate::store) fn sign(
        &self,
        algorithm: TokenAlgorithm,
        claims: &[u8],
        now: Time,
    ) -> Option<String> {
        let keys = self.keys.load();
        let is_known_to_all = |pairs: &&Pairs| now.since(pairs.made()) >= LEAD;
        let signing = keys.pairs.iter().rev().find(is_known_to_all).or(keys.pairs.first());
        signing?.token(algorithm, claims)
    }

    /// Takes all that the engine keeps.
    pub(in crate::store) fn read(&self, engine: &dyn Engine, seal: &Seal) -> Result<(), Failure> {
        let pairs = load::signing_keys(engine, |number, bytes| Pairs::read(number, bytes, seal))?;
        let document = pair::document(&pairs);
        let set = KeySet::read(document.as_bytes());
        let set = Arc::new(set.map_err(|error| Failure::Damaged(error.to_string()))?);
        self.keys.store(Arc::new(Published { pairs, document: document.into(), set }));
        Ok(())
    }

    /// What has to be written, at that time: new keys where the newest have had their
    /// turn, or where there are none, and none of those that nobody needs any more.
    fn turn(&self, now: Time, seal: &Seal) -> Result<Option<Batch>, Failure> {
        let keys = self.keys.load();
        let newest = keys.pairs.last();
        let mut batch = Batch::of(0);
        let is_current = newest.is_some_and(|pairs| now.since(pairs.made()) < TURN);
        if !is_current {
            let number = newest.map_or(0, Pairs::number).saturating_add(1);
            let place = load::signing_key_key(number);
            batch = batch.absent(place.clone()).put(place, Pairs::make(number, now, seal)?);
        }
        let past: Vec<_> = keys.past(now).map(load::signing_key_key).collect();
        let is_nothing = is_current && past.is_empty();
        let batch = past.into_iter().fold(batch, Batch::delete);
        Ok((!is_nothing).then_some(batch))
    }
}

impl Published {
    /// The numbers of those keys whose tokens are all over.
    fn past(&self, now: Time) -> impl Iterator<Item = u32> {
        let is_past = move |next: &Pairs| now.since(next.made()) > LEAD.saturating_add(AFTER);
        let followed = self.pairs.array_windows();
        followed.filter(move |[_, next]| is_past(next)).map(|[pairs, _]| pairs.number())
    }
}

impl Store {
    /// Sees to it that there are keys to sign web identity tokens with, and that they are
    /// not too old. To make one takes a while.
    pub async fn ready_to_sign(&self) -> Result<(), Failure> {
        let store = self.clone();
        let now = self.now();
        let turned = move || store.0.signing.turn(now, &store.0.settings.seal);
        let Some(batch) = self.blocking(turned).await? else { return Ok(()) };
        // Who is second to make keys takes what the first has made.
        match self.0.engine.commit(batch).await {
            Ok(()) | Err(Failure::Conflict) => {}
            Err(failure) => return Err(failure),
        }
        let store = self.clone();
        self.blocking(move || store.0.signing.read(&*store.0.engine, &store.0.settings.seal)).await
    }

    /// Does the same where there are keys already: where nobody ever asked for tokens,
    /// there is nothing to do.
    pub async fn turn_signing_keys(&self) -> Result<(), Failure> {
        if self.0.signing.keys.load().pairs.is_empty() {
            return Ok(());
        }
        self.ready_to_sign().await
    }

    /// The address below which this gateway's own issuers are.
    pub fn issuer_base(&self) -> &IssuerBase {
        self.0.signing.base()
    }

    /// Whether an account issues, or once issued, tokens by that name: what was issued
    /// counts although no more is.
    pub async fn is_issuer(&self, id: &IssuerId) -> Result<bool, Failure> {
        let (store, id) = (self.clone(), id.clone());
        let account = move || load::account_of_issuer(&*store.0.engine, &id);
        Ok(self.blocking(account).await?.is_some())
    }

    /// The keys that this gateway's tokens are verified by, as a JSON Web Key Set
    /// (RFC 7517 section 5).
    pub fn published_keys(&self) -> Arc<str> {
        Arc::clone(&self.0.signing.keys.load().document)
    }

    /// The same keys, as they verify.
    pub fn own_keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.signing.keys.load().set)
    }
}
