//! Where one account lives: what all may see of it, and what is on its way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

use crate::store::account::Account;

/// One account: as it is published, and as the commits on their way will leave it.
///
/// Readers take what is published and never wait. Writers build on the head, so
/// that many commits of one account can be on their way to the disk at a time.
#[derive(Debug)]
pub struct Home {
    published: ArcSwap<Account>,
    head: Mutex<Head>,
}

/// What the next change is built on.
#[derive(Clone, Debug)]
pub struct Head {
    /// The account with all changes that are on their way.
    pub account: Arc<Account>,
    /// Another one whenever changes on their way have come to nothing: whoever
    /// built on them learns from it that the head is already set back.
    pub generation: u64,
}

impl Home {
    /// The home of an account, as it was read.
    pub fn of(account: Account) -> Self {
        let account = Arc::new(account);
        let head = Head { account: Arc::clone(&account), generation: 0 };
        Self { published: ArcSwap::new(account), head: Mutex::new(head) }
    }

    /// The account as it was last committed.
    pub fn published(&self) -> Arc<Account> {
        self.published.load_full()
    }

    /// Which content the published account has.
    pub fn stamp(&self) -> u64 {
        self.published.load().stamp()
    }

    /// What to build on; others wait until it is let go, so hold it briefly.
    pub fn head(&self) -> MutexGuard<'_, Head> {
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets all see `account`, unless a later one is there already, and calls
    /// `then`. One at a time, so that what `then` makes of what is published is
    /// never older than what was made of it before.
    pub fn publish(&self, account: Arc<Account>, then: impl FnOnce()) {
        let _alone = self.head();
        if account.revision() > self.published.load().revision() {
            self.published.store(account);
        }
        then();
    }

    /// Sets the head back to `account`, which was read anew, unless someone has
    /// since `generation`. Where it holds more than all see, because a commit that
    /// was told to have failed was kept all the same, all see it from now on, and
    /// `then` is called with what they saw before.
    pub fn set_back(&self, account: Account, generation: u64, then: impl FnOnce(&Account)) {
        let mut head = self.head();
        if head.generation == generation {
            head.generation = generation.wrapping_add(1);
            head.account = Arc::new(account);
            if head.account.revision() > self.published.load().revision() {
                then(&self.published.swap(Arc::clone(&head.account)));
            }
        }
    }
}
