//! Access key id to the key, and to whoever signs with it: the hot look-up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::secret::Secret;
use crate::sigv4::Key;
use crate::store::account::{Account, Who};
use crate::store::entity::LastUse;
use crate::store::home::Home;
use crate::store::owner::{Actor, Caller};
use crate::store::session::Found;
use crate::text::{AccessKeyId, Status, Text};

/// A key, and all that verifying a signature asks about it.
#[derive(Debug)]
pub struct Credential {
    /// What it is called.
    pub id: AccessKeyId,
    /// What signatures are made with; of another version for every secret that
    /// ever stood under this id.
    pub key: Arc<Key>,
    /// Who signs with it. Of a temporary key, the caller knows the session.
    pub caller: Caller,
    /// When it signed last.
    pub used: Arc<LastUse>,
    /// The account that it signs for.
    pub home: Arc<Home>,
}

impl Credential {
    /// What signs in a session whose token was opened; nothing, where the one is gone as
    /// whom it acts.
    pub(super) fn temporary(id: &str, token: &str, found: Found, home: &Arc<Home>) -> Option<Self> {
        let Found { session, secret, version } = found;
        let (account, expires) = (home.published(), session.expires);
        let signs = Key::new(id, version, secret);
        let token = Secret::new(token.to_owned());
        let caller = Caller::in_session(&account, Arc::new(session))?;
        Some(Self {
            id: AccessKeyId::parse(id).ok()?,
            key: Arc::new(signs.in_session(crate::sigv4::Session { token, expires })),
            used: last_use(&caller, &account),
            caller,
            home: Arc::clone(home),
        })
    }

    /// The id of what is used when this signs, a key or a role, if that is still there.
    pub(super) fn used_in(&self, account: &Account) -> Option<&str> {
        match self.caller.actor() {
            Actor::Role { id, .. } => account.by_id(id).map(|_| id.as_str()),
            Actor::Owner(_) | Actor::Guest { .. } | Actor::Stranger => {
                account.owner_of(&self.id).map(|_| self.id.as_str())
            }
        }
    }

    /// Who signs with the key in `account`, which may be later than what the key
    /// was looked up in; nobody, where it does not sign for the same one any more.
    pub fn caller_in(&self, account: &Account) -> Option<Caller> {
        if let Some(session) = self.caller.session() {
            return Caller::in_session(account, Arc::clone(session));
        }
        let owner = account.owner_of(&self.id)?;
        let key = account.keys_of(owner).iter().find(|key| key.id == self.id)?;
        let caller = Caller::of(account, owner)?;
        (key.status == Status::Active && caller.id() == self.caller.id()).then_some(caller)
    }
}

/// Where it is noted that a session is used: its role remembers it, a user does not.
fn last_use(caller: &Caller, account: &Account) -> Arc<LastUse> {
    let role = match caller.actor() {
        Actor::Role { id, .. } => account.by_id(id).and_then(Who::role),
        Actor::Owner(_) | Actor::Guest { .. } | Actor::Stranger => None,
    };
    role.map_or_else(Arc::default, |role| Arc::clone(&role.used))
}

/// The keys of all accounts that are loaded.
#[derive(Debug, Default)]
pub struct Index {
    keys: DashMap<Box<str>, Arc<Credential>, RandomState>,
    versions: AtomicU64,
}

impl Index {
    /// The key, if its account is loaded.
    pub fn get(&self, id: &str) -> Option<Arc<Credential>> {
        self.keys.get(id).map(|key| Arc::clone(&key))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Makes what stands under `id` what is published at `home`, and tells whether
    /// a secret went with that.
    pub fn refresh(&self, id: &AccessKeyId, home: &Arc<Home>) -> bool {
        let before = self.get(id.as_str());
        match self.read(id, home, before.as_deref()) {
            Some(key) => {
                let version = key.key.version();
                self.keys.insert(id.as_str().into(), Arc::new(key));
                before.is_some_and(|before| before.key.version() != version)
            }
            None => self.keys.remove(id.as_str()).is_some(),
        }
    }

    fn read(
        &self,
        id: &AccessKeyId,
        home: &Arc<Home>,
        before: Option<&Credential>,
    ) -> Option<Credential> {
        let account = home.published();
        let owner = account.owner_of(id)?;
        let key = account.keys_of(owner).iter().find(|key| key.id == *id)?;
        let same = before.filter(|before| *before.key.secret() == key.secret);
        let version = same.map_or_else(|| self.next_version(), |same| same.key.version());
        let signs = Key::new(id.as_str(), version, key.secret.clone());
        Some(Credential {
            id: id.clone(),
            key: Arc::new(signs.active(key.status == Status::Active)),
            caller: Caller::of(&account, owner)?,
            used: Arc::clone(&key.used),
            home: Arc::clone(home),
        })
    }

    fn next_version(&self) -> u64 {
        self.versions.fetch_add(1, Ordering::Relaxed)
    }
}
