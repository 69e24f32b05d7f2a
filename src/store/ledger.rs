//! Last uses that are not on the disk yet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::index::Credential;
use crate::text::AccessKeyId;

/// Keys that were used since their last uses were written.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<HashMap<AccessKeyId, Arc<Credential>>>);

impl Ledger {
    /// Notes that a key was used.
    pub(super) fn note(&self, key: &Arc<Credential>) {
        let mut keys = self.keys();
        if !keys.contains_key(&key.id) {
            keys.insert(key.id.clone(), Arc::clone(key));
        }
    }

    /// All that was noted; the ledger is empty after that.
    pub(super) fn take(&self) -> Vec<Arc<Credential>> {
        std::mem::take(&mut *self.keys()).into_values().collect()
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<AccessKeyId, Arc<Credential>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
