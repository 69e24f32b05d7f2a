//! A note that goes along with a request, for whoever is inside to fill in.

use std::fmt;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::action::{Ruling, Witness};
use crate::sigv4::{PayloadLine, Presented, Reading, Rules};

/// What is noted of a request while it is served. It holds what must not be shown, and
/// does not print.
pub struct Note {
    /// Whether all is to be noted; else no more than what a refusal needs.
    is_full: bool,
    found: Mutex<Found>,
}

/// What was found out.
#[derive(Default)]
pub(super) struct Found {
    /// The body, for as long as the request lasts: what it holds is to be hidden.
    pub(super) body: Bytes,
    pub(super) stages: Option<(Vec<u8>, Vec<u8>)>,
    pub(super) rulings: Vec<Ruling>,
}

impl Note {
    pub(super) fn new(is_full: bool) -> Self {
        Self { is_full, found: Mutex::default() }
    }

    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// The request is there as a whole, and signed.
    pub fn arrived(&self, presented: &Presented<'_>, rules: &Rules, body: &Bytes) {
        let stages = self.is_full.then(|| {
            let payload = PayloadLine::of(body);
            let payload = presented.payload(rules, body).unwrap_or(payload);
            let [first, ..] = Reading::ALL;
            let (request, _) = presented.canonical_request(rules, &payload, first);
            let to_sign = presented.string_to_sign(&request);
            (request, to_sign)
        });
        let mut found = self.found();
        found.body = body.clone();
        found.stages = stages;
    }

    /// The same, where it is not signed at all.
    pub fn arrived_unsigned(&self, body: &Bytes) {
        self.found().body = body.clone();
    }

    /// All that was found out; the note is empty then.
    pub(super) fn take(&self) -> Found {
        mem::take(&mut *self.found())
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Witness for Note {
    fn sees_all(&self) -> bool {
        self.is_full
    }

    fn ruled(&self, rulings: Vec<Ruling>) {
        self.found().rulings = rulings;
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note").field("is_full", &self.is_full).finish_non_exhaustive()
    }
}
