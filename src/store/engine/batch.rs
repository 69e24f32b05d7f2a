//! What happens whole or not at all: conditions, and what is written where they hold.

use std::fmt;

/// Changes that belong together.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Batch {
    origin: u64,
    conditions: Vec<Condition>,
    writes: Vec<Write>,
}

/// What must be true for a batch to happen; it is looked at before the batch
/// writes anything.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Condition {
    /// Nothing is there.
    Absent {
        /// Where.
        key: Vec<u8>,
    },
    /// Exactly this is there.
    Exactly {
        /// Where.
        key: Vec<u8>,
        /// What.
        value: Vec<u8>,
    },
}

/// One change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Write {
    /// Puts a value where one may have been.
    Put {
        /// Where.
        key: Vec<u8>,
        /// What is there from now on.
        value: Vec<u8>,
    },
    /// Leaves nothing there; it need not have been there.
    Delete {
        /// Where.
        key: Vec<u8>,
    },
}

impl Batch {
    /// An empty batch of `origin`: whatever its maker knows its own batches by
    /// when a [`Watch`](super::Watch) shows them.
    pub fn of(origin: u64) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Asks that nothing is at `key`.
    #[must_use]
    pub fn absent(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.conditions.push(Condition::Absent { key: key.into() });
        self
    }

    /// Asks that exactly `value` is at `key`.
    #[must_use]
    pub fn exactly(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.conditions.push(Condition::Exactly { key: key.into(), value: value.into() });
        self
    }

    /// Puts `value` at `key`. Of two writes to a key the later one stays.
    #[must_use]
    pub fn put(mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.writes.push(Write::Put { key: key.into(), value: value.into() });
        self
    }

    /// Removes what is at `key`, if anything is.
    #[must_use]
    pub fn delete(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.writes.push(Write::Delete { key: key.into() });
        self
    }

    /// Whose batch it is.
    pub fn origin(&self) -> u64 {
        self.origin
    }

    /// What must be true.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// What is written, in this order.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// What is written, in this order.
    pub fn into_writes(self) -> Vec<Write> {
        self.writes
    }
}

impl Condition {
    /// The key that it is about.
    pub fn key(&self) -> &[u8] {
        match self {
            Self::Absent { key } | Self::Exactly { key, .. } => key,
        }
    }

    /// Whether it is true where `found` is at its key.
    pub fn holds(&self, found: Option<&[u8]>) -> bool {
        match self {
            Self::Absent { .. } => found.is_none(),
            Self::Exactly { value, .. } => found == Some(value.as_slice()),
        }
    }
}

impl Write {
    /// The key that it is about.
    pub fn key(&self) -> &[u8] {
        match self {
            Self::Put { key, .. } | Self::Delete { key } => key,
        }
    }

    /// What is at the key afterwards.
    pub fn value(&self) -> Option<&[u8]> {
        match self {
            Self::Put { value, .. } => Some(value),
            Self::Delete { .. } => None,
        }
    }
}

// What it holds may be long, and is nobody's business in a log.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("origin", &self.origin)
            .field("conditions", &self.conditions.len())
            .field("writes", &self.writes.len())
            .finish()
    }
}
