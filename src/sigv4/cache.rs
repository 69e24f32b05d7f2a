//! Keys that are made already: making one costs as much as all the rest of a
//! verification, or more.

use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;
use foldhash::quality::RandomState;

use super::credential::Credential;
use super::verifying::VerifyingKey;

/// A bounded map from credentials to the keys that are made for them.
///
/// The text of a credential names key, day, region and service, so it is looked
/// up as it was sent; but for its key alone where it names no region, for then
/// nothing else goes into what is made. The version of the secret stands in the entry: one of
/// another version counts for nothing.
#[derive(Debug)]
pub(super) struct KeyCache {
    entries: DashMap<Box<str>, Entry, RandomState>,
    capacity: usize,
}

#[derive(Debug)]
struct Entry {
    version: u64,
    key: VerifyingKey,
    is_used: AtomicBool,
}

impl KeyCache {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: DashMap::default(), capacity }
    }

    /// The key made for `credential` out of this version of its secret.
    pub(super) fn get(&self, credential: &Credential<'_>, version: u64) -> Option<VerifyingKey> {
        let made_for = credential.key_made_for();
        let entry = self.entries.get(made_for).filter(|entry| entry.version == version)?;
        // Read first: a line of memory that nobody writes is shared by all cores.
        if !entry.is_used.load(Ordering::Relaxed) {
            entry.is_used.store(true, Ordering::Relaxed);
        }
        Some(entry.key.clone())
    }

    /// Keeps `key`; others go where there are too many.
    pub(super) fn put(&self, credential: &Credential<'_>, version: u64, key: VerifyingKey) {
        if self.entries.len() >= self.capacity {
            self.sweep();
        }
        let entry = Entry { version, key, is_used: AtomicBool::new(true) };
        self.entries.insert(credential.key_made_for().into(), entry);
    }

    /// Drops all keys made for the access key `id`.
    pub(super) fn forget(&self, id: &str) {
        let is_end = |rest: &str| rest.is_empty() || rest.starts_with('/');
        let is_other = |text: &str| !text.strip_prefix(id).is_some_and(is_end);
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
    use super::super::key::SigningKey;
    use super::*;
    use crate::secret::Secret;

    fn credential(id: &str, region: &str) -> Credential<'static> {
        Credential::parse(format!("{id}/20150830/{region}/iam/aws4_request").into(), true).unwrap()
    }

    fn without_region(id: &str, date: &str) -> Credential<'static> {
        Credential::parse(format!("{id}/{date}/iam/aws4_request").into(), false).unwrap()
    }

    fn key() -> VerifyingKey {
        let key = SigningKey::derive(&Secret::new(String::new()), ["", "", ""]);
        VerifyingKey::HmacSha256(key)
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
            cache.put(&without_region(id, "20150830"), 1, key());
        }
        cache.forget("AKIA");
        assert!(cache.get(&credential("AKIA", "r"), 1).is_none());
        assert!(cache.get(&without_region("AKIA", "20150830"), 1).is_none());
        assert!(cache.get(&credential("AKIAX", "r"), 1).is_some());
        assert!(cache.get(&without_region("AKIAX", "20150830"), 1).is_some());
    }

    #[test]
    fn without_a_region_one_key_is_kept_for_every_day() {
        let cache = KeyCache::new(8);
        cache.put(&without_region("AKIA", "20150830"), 1, key());
        assert!(cache.get(&without_region("AKIA", "20150831"), 1).is_some());
        assert!(cache.get(&credential("AKIA", "r"), 1).is_none());
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
