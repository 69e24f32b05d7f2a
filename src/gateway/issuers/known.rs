//! What is known of one issuer: its keys, for a while, or why there are none.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::fetch::Fetched;
use crate::federation::web::{KeySet, Unreachable};

/// How long an issuer is left alone that was asked for a key that it did not have,
/// and one that did not answer.
const PAUSE: Duration = Duration::from_secs(30);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Known {
    state: Mutex<State>,
    /// Held by the one that asks.
    flight: Arc<Turn<()>>,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<Kept>,
    asked: Option<Duration>,
    failure: Option<Unreachable>,
}

#[derive(Debug)]
struct Kept {
    keys: Arc<KeySet>,
    until: Duration,
}

impl Known {
    /// What can be said without asking, if anything can.
    pub(super) fn answer(
        &self,
        key_id: Option<&str>,
        now: Duration,
    ) -> Option<Result<Arc<KeySet>, Unreachable>> {
        let state = self.state();
        let asked_within =
            |pause| state.asked.is_some_and(|asked| now.saturating_sub(asked) < pause);
        match &state.keys {
            Some(kept) if now < kept.until => {
                let is_enough = kept.keys.has(key_id) || asked_within(PAUSE);
                is_enough.then(|| Ok(Arc::clone(&kept.keys)))
            }
            _ => {
                let failure = state.failure.clone().filter(|_| asked_within(PAUSE_AFTER_FAILURE));
                failure.map(Err)
            }
        }
    }

    /// Waits for the turn to ask.
    pub(super) async fn flight(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.flight).lock_owned().await
    }

    /// Notes what came of asking. Where nothing did, the keys stay for as long as
    /// they were to.
    pub(super) fn note(&self, fetched: Result<Fetched, Unreachable>, now: Duration) {
        let mut state = self.state();
        state.asked = Some(now);
        match fetched {
            Ok(Fetched { keys, fresh_for }) => {
                let until = now.saturating_add(fresh_for);
                state.keys = Some(Kept { keys: Arc::new(keys), until });
                state.failure = None;
            }
            Err(failure) => state.failure = Some(failure),
        }
    }

    /// When it was asked last.
    pub(super) fn asked(&self) -> Option<Duration> {
        self.state().asked
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
