//! What is known of a request, by the names that conditions ask for.

use std::borrow::Cow;

/// What is known of a request. Nothing is computed before a condition asks.
pub trait Facts {
    /// What stands under a key; nothing, where the request has no such key.
    ///
    /// Keys do not mind case: `key` is in lower case, the name of a tag included
    /// (`aws:principaltag/team`).
    fn get(&self, key: &str) -> Option<Fact<'_>>;
}

/// What stands under a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact<'f> {
    /// One value.
    One(Cow<'f, str>),
    /// A key that may have several values.
    Many(Vec<Cow<'f, str>>),
}

impl<'f> Fact<'f> {
    /// One value.
    pub fn one(value: impl Into<Cow<'f, str>>) -> Self {
        Self::One(value.into())
    }

    /// All values.
    pub(super) fn values(&self) -> &[Cow<'f, str>] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Nothing at all is known.
impl Facts for () {
    fn get(&self, _: &str) -> Option<Fact<'_>> {
        None
    }
}
