//! Signing keys that are made already: making one costs as much as all the rest
//! of a verification.

use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;
use foldhash::quality::RandomState;

use super::credential::Credential;
use super::key::SigningKey;

/// A bounded map from credentials to signing keys.
///
/// The text of a credential names key, day, region and service, so it is looked
/// up as it was sent. The version of the secret stands in the entry: one of
/// another version counts for nothing.
#[derive(Debug)]
pub(super) struct KeyCache {
    entries: DashMap<Box<str>, Entry, RandomState>,
    capacity: usize,
}

#[derive(Debug)]
struct Entry {
    version: u64,
    key: SigningKey,
    is_used: AtomicBool,
}

impl KeyCache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: DashMap::default(), capacity }
    }

    /// The key made for `credential` out of this version of its secret.
    pub(super) fn get(&self, credential: &Credential<'_>, version: u64) -> Option<SigningKey> {
        let entry =
            self.entries.get(credential.as_str()).filter(|entry| entry.version == version)?;
        // Read first: a line of memory that nobody writes is shared by all cores.
        if !entry.is_used.load(Ordering::Relaxed) {
            entry.is_used.store(true, Ordering::Relaxed);
        }
        Some(entry.key.clone())
    }

    /// Keeps `key`; others go where there are too many.
    pub(super) fn put(&self, credential: &Credential<'_>, version: u64, key: SigningKey) {
        if self.entries.len() >= self.capacity {
            self.sweep();
        }
        let entry = Entry { version, key, is_used: AtomicBool::new(true) };
        self.entries.insert(credential.as_str().into(), entry);
    }

    /// Drops all keys made for the access key `id`.
    pub(super) fn forget(&self, id: &str) {
        let is_other = |text: &str| text.strip_prefix(id).is_none_or(|rest| !rest.starts_with('/'));
        self.entries.retain(|text, _| is_other(text));
    }

    /// Drops what was not used since the last sweep; all of it, where that leaves
    /// too much. A sweep frees a quarter at least, so it is paid for by as many puts.
    fn sweep(&self) {
        self.entries.retain(|_, entry| entry.is_used.swap(false, Ordering::Relaxed));
        let few = self.capacity.saturating_sub(self.capacity / 4);
        if self.entries.len() > few {
            self.entries.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn credential(id: &str, region: &str) -> Credential<'static> {
        Credential::parse(format!("{id}/20150830/{region}/iam/aws4_request").into()).unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::derive(&Secret::new(String::new()), ["", "", ""])
    }

    #[test]
    fn a_key_is_found_only_in_its_version() {
        let cache = KeyCache::new(8);
        cache.put(&credential("AKIA", "r"), 1, key());
        assert!(cache.get(&credential("AKIA", "r"), 1).is_some());
        assert!(cache.get(&credential("AKIA", "r"), 2).is_none());
        assert!(cache.get(&credential("AKIA", "s"), 1).is_none());
    }

    #[test]
    fn what_is_forgotten_is_that_key_and_no_other() {
        let cache = KeyCache::new(8);
        for id in ["AKIA", "AKIAX"] {
            cache.put(&credential(id, "r"), 1, key());
        }
        cache.forget("AKIA");
        assert!(cache.get(&credential("AKIA", "r"), 1).is_none());
        assert!(cache.get(&credential("AKIAX", "r"), 1).is_some());
    }

    #[test]
    fn there_are_never_more_keys_than_the_limit_and_used_ones_stay() {
        let cache = KeyCache::new(8);
        cache.put(&credential("used", "r"), 1, key());
        for nth in 0..100 {
            cache.put(&credential(&format!("key{nth}"), "r"), 1, key());
            assert!(cache.entries.len() <= 8, "{nth}");
        }
        assert!(cache.get(&credential("key99", "r"), 1).is_some());
    }
}
