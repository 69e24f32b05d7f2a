//! The keys of identity providers: fetched from who is trusted, kept for a while.
//!
//! A provider is asked over HTTPS, for its discovery document and for its keys,
//! with no proxy, no redirect, and bounds on time and bytes. Addresses inside one's
//! own network are asked too: many providers live there, and only providers are
//! asked that somebody registered who may.

mod fetch;
mod known;
mod own;
mod trust;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::clock::Clock;
use crate::federation::web::{Answer, KeySet, Keys, Unreachable, Wanted};
use crate::gateway::tls::Fault;
use fetch::Fetcher;
use known::Known;
pub use own::Own;
use trust::{Roots, Thumbprints};

/// How many issuers are remembered at a time.
const MOST: usize = 1024;

/// How long a request waits in all, be it for its own question or for another's.
const PATIENCE: Duration = Duration::from_secs(10);

/// The keys of all providers, as far as somebody asked for them.
#[derive(Debug)]
pub struct Issuers {
    fetcher: Arc<Fetcher>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<Whose, Arc<Known>>>,
    own: Option<(String, Arc<dyn Keys>)>,
}

/// Whose keys. What one account's thumbprints made trusted is so for nobody else.
type Whose = (String, Thumbprints);

impl Issuers {
    /// Trusts whom the system trusts, and those in a PEM file.
    pub fn new(ca: Option<&Path>, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let roots = Roots::read(ca, Arc::clone(&clock))?;
        let fetcher = Arc::new(Fetcher::new(roots));
        Ok(Self { fetcher, clock, known: Mutex::default(), own: None })
    }

    /// Has `keys` answer for the issuer `own`, and for issuers whose path lies below
    /// its own: the gateway need not ask itself by the network.
    #[must_use]
    pub fn with_own(mut self, own: String, keys: Arc<dyn Keys>) -> Self {
        self.own = Some((own, keys));
        self
    }

    fn own(&self, issuer: &str) -> Option<&dyn Keys> {
        let (own, keys) = self.own.as_ref()?;
        let rest = issuer.strip_prefix(own.as_str())?;
        (rest.is_empty() || rest.starts_with('/') || own.ends_with('/')).then_some(&**keys)
    }

    /// What is known of an issuer; where too many are, the one goes that was asked
    /// longest ago.
    fn known(&self, whose: Whose) -> Arc<Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(&whose) {
            return Arc::clone(one);
        }
        if known.len() >= MOST {
            let oldest = known.iter().min_by_key(|(_, one)| one.asked()).map(|(w, _)| w.clone());
            oldest.and_then(|whose| known.remove(&whose));
        }
        Arc::clone(known.entry(whose).or_default())
    }

    async fn ask(&self, wanted: Wanted) -> Result<Arc<KeySet>, Unreachable> {
        let thumbprints = Thumbprints::of(&wanted.thumbprints);
        let known = self.known((wanted.issuer.clone(), thumbprints.clone()));
        let key_id = wanted.key_id.as_deref();
        if let Some(answer) = known.answer(key_id, self.clock.elapsed()) {
            return answer;
        }
        let flight = known.flight().await;
        // Somebody else may have asked meanwhile.
        if let Some(answer) = known.answer(key_id, self.clock.elapsed()) {
            return answer;
        }
        let (fetcher, clock) = (Arc::clone(&self.fetcher), Arc::clone(&self.clock));
        let (asked, issuer) = (Arc::clone(&known), wanted.issuer);
        // Goes on if whoever asks goes away, so that nobody can make it start anew.
        let question = tokio::spawn(async move {
            let answer = fetcher.fetch(&issuer, thumbprints).await;
            if let Err(reason) = &answer {
                tracing::warn!(issuer, %reason, "a provider's keys cannot be had");
            }
            asked.note(answer, clock.elapsed());
            drop(flight);
        });
        question.await.map_err(|error| Unreachable::Silent(error.to_string()))?;
        known.answer(key_id, self.clock.elapsed()).unwrap_or(Err(Unreachable::Slow))
    }
}

impl Keys for Issuers {
    fn keys(&self, wanted: Wanted) -> Answer<'_> {
        if let Some(own) = self.own(&wanted.issuer) {
            return own.keys(wanted);
        }
        Box::pin(async move {
            timeout(PATIENCE, self.ask(wanted)).await.unwrap_or(Err(Unreachable::Slow))
        })
    }
}
