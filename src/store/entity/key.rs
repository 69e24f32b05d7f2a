//! Keys, and when they signed last.

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Time;
use crate::secret::Secret;
use crate::text::{AccessKeyId, Status};

/// What a user or root signs with.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The half that is sent along.
    pub id: AccessKeyId,
    /// The half that is kept.
    pub secret: Secret,
    /// Whether it signs.
    pub status: Status,
    /// When it was made.
    pub created: Time,
    /// When it signed last: shared by all that know the key, since it changes
    /// with every request and is no change of the account.
    pub used: Arc<LastUse>,
}

/// When, where and for what a key was used last.
#[derive(Debug, Default)]
pub struct LastUse(Mutex<Option<Use>>);

/// One use of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Use {
    /// When.
    pub at: Time,
    /// For which service, as the scope of the signature names it.
    pub service: Arc<str>,
    /// In which region, as the scope of the signature names it.
    pub region: Arc<str>,
}

impl LastUse {
    /// A key that was used before, or never.
    pub fn known(last: Option<Use>) -> Self {
        Self(Mutex::new(last))
    }

    /// The last use, if there was one.
    pub fn get(&self) -> Option<Use> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes a use, unless a later one is noted already, and tells whether this
    /// is news: many requests in one second are one use.
    pub fn note(&self, at: Time, service: &str, region: &str) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = last.as_ref().is_none_or(|last| {
            at > last.at || at == last.at && (*last.service != *service || *last.region != *region)
        });
        if is_news {
            let same = |word: &str, held: Option<&Arc<str>>| match held {
                Some(held) if **held == *word => Arc::clone(held),
                _ => Arc::from(word),
            };
            let service = same(service, last.as_ref().map(|last| &last.service));
            let region = same(region, last.as_ref().map(|last| &last.region));
            *last = Some(Use { at, service, region });
        }
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_that_is_older_than_the_last_is_no_news() {
        let used = LastUse::default();
        assert!(used.note(Time::from_unix(2), "iam", "us-east-1"));
        assert!(!used.note(Time::from_unix(1), "sts", "eu-west-1"));
        assert!(!used.note(Time::from_unix(2), "iam", "us-east-1"));
        assert!(used.note(Time::from_unix(2), "sts", "us-east-1"));
        assert_eq!(used.get().map(|last| last.service), Some(Arc::from("sts")));
    }
}
