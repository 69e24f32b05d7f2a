//! Sessions whose tokens were opened already: a client shows the same token again and again.

use std::sync::Arc;

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::secret::Secret;
use crate::store::index::Credential;

/// How many are remembered: some tens of megabytes of them at most.
const MOST: usize = 8192;

/// A bounded map from the ids of temporary keys to what their tokens opened to.
#[derive(Debug, Default)]
pub(in crate::store) struct Opened(DashMap<Box<str>, Entry, RandomState>);

#[derive(Debug)]
struct Entry {
    token: Secret,
    /// Which content the account had when it was looked up who acts.
    stamp: u64,
    credential: Arc<Credential>,
}

impl Opened {
    /// What this very token opened to, if its account is still as it was.
    pub(in crate::store) fn get(&self, id: &str, token: &str) -> Option<Arc<Credential>> {
        let entry = self.0.get(id)?;
        let is_same = entry.token.is(token) && entry.credential.home.stamp() == entry.stamp;
        is_same.then(|| Arc::clone(&entry.credential))
    }

    /// Remembers what a token opened to, in an account of that content.
    pub(in crate::store) fn put(&self, token: &str, stamp: u64, credential: &Arc<Credential>) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let (token, id) = (Secret::new(token.to_owned()), credential.id.as_str().into());
        self.0.insert(id, Entry { token, stamp, credential: Arc::clone(credential) });
    }
}
