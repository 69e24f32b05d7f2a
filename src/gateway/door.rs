//! The public door: whose rules a signature must keep, and whose key it is.

use std::fmt;
use std::sync::Arc;

use http::Extensions;

use crate::clock::{Clock, Time};
use crate::dispatch::asked::{Asked, By, SignedWith};
use crate::dispatch::table::Table;
use crate::error::Result;
use crate::iam::IAM;
use crate::layer::authenticate::{Arrived, Gate, Known, Unsigned};
use crate::layer::inspect::Note;
use crate::sigv4::{Key, Rules, Signer};
use crate::store::index::Credential;
use crate::store::session;
use crate::store::{Store, told};
use crate::sts::STS;
use crate::wire::form::Form;

/// Lets in who signs for IAM or STS with a key of the store.
pub struct Door {
    store: Store,
    table: Arc<Table>,
    clock: Arc<dyn Clock>,
    iam: Rules,
    sts: Rules,
    body_limit: usize,
}

impl Door {
    /// A door that accepts signatures for `regions`, for any of AWS's where there
    /// is none, and bodies of at most `body_limit` bytes.
    pub fn new(
        store: Store,
        table: Arc<Table>,
        clock: Arc<dyn Clock>,
        (regions, body_limit): (&[String], usize),
    ) -> Self {
        let rules = |service| {
            let rules = Rules::query(service);
            if regions.is_empty() { rules } else { rules.in_regions(regions.iter().cloned()) }
        };
        let (iam, sts) = (rules(IAM.prefix), rules(STS.prefix).taking_sigv4a());
        Self { store, table, clock, iam, sts, body_limit }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("iam", &self.iam)
            .field("sts", &self.sts)
            .finish_non_exhaustive()
    }
}

impl Gate for Door {
    type Caller = Arc<Credential>;

    const HAS_UNSIGNED: bool = true;

    /// Those that take the most: IAM takes less, which its own say once it is asked.
    fn rules(&self) -> &Rules {
        &self.sts
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    fn body_limit(&self) -> usize {
        self.body_limit
    }

    fn read(&self, arrived: &mut Arrived<'_>) -> Result<&Rules> {
        let form = Form::read(arrived.presented.parameters(), arrived.body)?;
        let signed_for = arrived.presented.credential().service();
        let asked = Asked::read(form, &self.table, signed_for);
        let rules = if asked.service.prefix == STS.prefix { &self.sts } else { &self.iam };
        if let Some(note) = arrived.extensions.get::<Arc<Note>>() {
            note.arrived(arrived.presented, rules, arrived.body);
        }
        arrived.extensions.insert(asked);
        Ok(rules)
    }

    async fn key(&self, id: &str, token: Option<&str>) -> Result<Option<Known<Arc<Credential>>>> {
        let found = match token {
            Some(token) if id.starts_with(session::PREFIX) => self.store.session(id, token).await,
            _ => self.store.key(id).await,
        };
        let found = found.map_err(|failure| told(&failure))?;
        Ok(found.map(|found| Known::new(Arc::clone(&found.key), found)))
    }

    fn takes_unsigned(&self, unsigned: &mut Unsigned<'_>) -> Result<bool> {
        if let Some(note) = unsigned.extensions.get::<Arc<Note>>() {
            note.arrived_unsigned(unsigned.body);
        }
        let form = Form::read(unsigned.query.parameters(), unsigned.body)?;
        let mut asked = Asked::read(form, &self.table, STS.prefix);
        let route = asked.action().and_then(|action| self.table.find(asked.service, action));
        let is_taken = route.is_some_and(|route| route.proves.replaces_signature());
        if is_taken {
            asked.by = By::Nobody;
            unsigned.extensions.insert(asked);
        }
        Ok(is_taken)
    }

    fn siblings(&self, credential: &Arc<Credential>) -> Vec<Arc<Key>> {
        let account = credential.home.published();
        let Some(owner) = credential.caller.owner() else { return Vec::new() };
        let others = account.keys_of(owner).iter().filter(|key| key.id != credential.id);
        let keys = others.map(|key| Key::new(key.id.as_str(), 0, key.secret.clone()));
        keys.map(Arc::new).collect()
    }

    fn signed(&self, key: Arc<Credential>, signer: Signer, extensions: &mut Extensions) {
        self.store.note_use(&key, signer.service(), signer.region());
        if let Some(asked) = extensions.get_mut::<Asked>() {
            asked.by = By::Signed(SignedWith { key, signer });
        }
    }
}
