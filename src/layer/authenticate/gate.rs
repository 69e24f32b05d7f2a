//! What the layer has to be told: the rules, the time, and whose a key is.

use std::fmt;
use std::future::{self, Future};
use std::sync::Arc;

use bytes::Bytes;
use http::Extensions;

use crate::clock::{Clock, Time};
use crate::error::Result;
use crate::sigv4::{Key, Presented, Query, Rules, Signer};

/// Who keeps the keys.
pub trait Gate: Send + Sync + 'static {
    /// Who signs.
    type Caller: Clone + Send + Sync + 'static;

    /// The rules that a head is read by. Where several services answer at one
    /// address, they share all of them but name, regions and algorithms; these are
    /// those of a service that takes every algorithm that any of them takes.
    fn rules(&self) -> &Rules;

    /// The time.
    fn now(&self) -> Time;

    /// How many bytes a body may have.
    fn body_limit(&self) -> usize {
        1024 * 1024
    }

    /// Looks into the body, which nobody has vouched for yet, and says whose rules
    /// the scope must keep. What it parses it may leave in the extensions, so that
    /// what is dispatched is what was verified.
    fn read(&self, _arrived: &mut Arrived<'_>) -> Result<&Rules> {
        Ok(self.rules())
    }

    /// Whether anything at all may be asked without a signature. If not, no body is read
    /// of a request that has none.
    const HAS_UNSIGNED: bool = false;

    /// Whether a request without any signature may go on, because what it asks for is asked
    /// without one. Nothing more is said of it then to whatever comes after than what this
    /// leaves in the extensions.
    fn takes_unsigned(&self, _unsigned: &mut Unsigned<'_>) -> Result<bool> {
        Ok(false)
    }

    /// The key of that id, active or not, and whose it is.
    fn key(
        &self,
        id: &str,
        token: Option<&str>,
    ) -> impl Future<Output = Result<Option<Known<Self::Caller>>>> + Send;

    /// Other keys of the same user as `caller`'s, and of nobody else: a signature that does not
    /// match is held against them, too, to tell whether keys were mixed up.
    fn siblings(&self, _caller: &Self::Caller) -> Vec<Arc<Key>> {
        Vec::new()
    }

    /// Hears of every request that was verified, and says who signed it to whatever
    /// comes after: unless told otherwise, in two extensions of the request.
    fn signed(&self, caller: Self::Caller, signer: Signer, extensions: &mut Extensions) {
        extensions.insert(signer);
        extensions.insert(caller);
    }
}

/// A request whose body is there, but whose signature is not verified yet.
#[derive(Debug)]
pub struct Arrived<'r> {
    /// Its head, and the signature that it brings.
    pub presented: &'r Presented<'r>,
    /// Its body.
    pub body: &'r Bytes,
    /// What goes along with it.
    pub extensions: &'r mut Extensions,
}

/// A request whose body is there, and that is not signed at all.
#[derive(Debug)]
pub struct Unsigned<'r> {
    /// Its query.
    pub query: &'r Query<'r>,
    /// Its body.
    pub body: &'r Bytes,
    /// What goes along with it.
    pub extensions: &'r mut Extensions,
}

/// A key, and whose it is.
#[derive(Clone, Debug)]
pub struct Known<C> {
    /// The key.
    pub key: Arc<Key>,
    /// Its owner.
    pub caller: C,
}

impl<C> Known<C> {
    /// `caller`'s key.
    pub fn new(key: impl Into<Arc<Key>>, caller: C) -> Self {
        Self { key: key.into(), caller }
    }
}

/// A gate for one service, whose keys a function looks up.
pub struct Keyring<T, F> {
    rules: Rules,
    clock: T,
    look_up: F,
}

impl<T, F> Keyring<T, F> {
    /// A gate that keeps `rules` at the time of `clock`, and finds keys by `look_up`.
    pub fn new(rules: Rules, clock: T, look_up: F) -> Self {
        Self { rules, clock, look_up }
    }
}

impl<T: fmt::Debug, F> fmt::Debug for Keyring<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("rules", &self.rules)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl<T, F, C> Gate for Keyring<T, F>
where
    T: Clock,
    F: Fn(&str) -> Option<Known<C>> + Send + Sync + 'static,
    C: Clone + Send + Sync + 'static,
{
    type Caller = C;

    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn now(&self) -> Time {
        self.clock.now()
    }

    fn key(
        &self,
        id: &str,
        _token: Option<&str>,
    ) -> impl Future<Output = Result<Option<Known<C>>>> + Send {
        future::ready(Ok((self.look_up)(id)))
    }
}
