//! Keeps bytes as long as the process lives.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use imbl::OrdMap;

use super::watch::Watched;
use super::{Batch, Condition, Each, Engine, Failure, Pending, Stats, Watch, Write, sqlite};

/// An engine that forgets everything when it goes.
#[derive(Debug)]
pub struct Memory {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    // A persistent map: a reader takes it along, and holds up nobody.
    kept: OrdMap<Vec<u8>, Vec<u8>>,
    stats: Stats,
    // `None` once closed.
    watched: Option<Watched>,
}

impl Memory {
    /// An engine that holds nothing yet.
    pub fn new() -> Self {
        let watched = Some(Watched::new());
        Self { state: Mutex::new(State { kept: OrdMap::new(), stats: Stats::default(), watched }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self) -> Result<OrdMap<Vec<u8>, Vec<u8>>, Failure> {
        let state = self.state();
        state.watched.as_ref().ok_or(Failure::Stopped)?;
        Ok(state.kept.clone())
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.snapshot()?.get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), Failure> {
        let kept = self.snapshot()?;
        let below = kept.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        for (key, value) in below {
            if each(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn commit(&self, batch: Batch) -> Pending {
        Pending::ready(self.state().commit(batch))
    }

    fn watch(&self) -> Watch {
        self.state().watched.clone().unwrap_or_else(Watched::new).watch()
    }

    fn backup(&self, to: &Path) -> Result<(), Failure> {
        let kept = self.snapshot()?;
        sqlite::write_backup(to, kept.iter().map(|(key, value)| (&**key, &**value)))
    }

    fn stats(&self) -> Stats {
        self.state().stats
    }

    fn close(&self) {
        self.state().watched = None;
    }
}

impl State {
    fn commit(&mut self, batch: Batch) -> Result<(), Failure> {
        let watched = self.watched.as_ref().ok_or(Failure::Stopped)?;
        let holds = |c: &Condition| c.holds(self.kept.get(c.key()).map(Vec::as_slice));
        if !batch.conditions().iter().all(holds) {
            self.stats.conflicts = self.stats.conflicts.saturating_add(1);
            return Err(Failure::Conflict);
        }
        for write in batch.writes() {
            match write {
                Write::Put { key, value } => self.kept.insert(key.clone(), value.clone()),
                Write::Delete { key } => self.kept.remove(key),
            };
        }
        self.stats.commits = self.stats.commits.saturating_add(1);
        self.stats.groups = self.stats.commits;
        watched.tell(batch);
        Ok(())
    }
}
