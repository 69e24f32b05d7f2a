//! News of what is committed, for whoever keeps a copy of it.

use std::sync::Arc;

use tokio::sync::broadcast::{
    self, Receiver, Sender,
    error::{RecvError, TryRecvError},
};

use super::{Batch, Write};

/// How many batches a watcher may be behind before it is told to read anew.
const BEHIND: usize = 1024;

/// Shows every batch in the order of commits, from the moment it was made on. A
/// batch is shown before its commit is answered.
#[derive(Debug)]
pub struct Watch(Receiver<Arc<Committed>>);

/// A batch that happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Committed {
    /// Whose batch it was: [`Batch::of`].
    pub origin: u64,
    /// What was written, in this order.
    pub writes: Vec<Write>,
}

/// What a watcher sees.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    /// The next batch.
    Batch(Arc<Committed>),
    /// So many batches were missed: what was built from them must be read anew.
    Missed(u64),
}

impl Watch {
    /// The next news; `None` once the engine is closed. Nothing is lost where
    /// the future is dropped.
    pub async fn next(&mut self) -> Option<Seen> {
        match self.0.recv().await {
            Ok(committed) => Some(Seen::Batch(committed)),
            Err(RecvError::Lagged(missed)) => Some(Seen::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }

    /// The next news, if there are any.
    pub fn next_now(&mut self) -> Option<Seen> {
        match self.0.try_recv() {
            Ok(committed) => Some(Seen::Batch(committed)),
            Err(TryRecvError::Lagged(missed)) => Some(Seen::Missed(missed)),
            Err(TryRecvError::Empty | TryRecvError::Closed) => None,
        }
    }
}

/// Where an engine tells what it committed.
#[derive(Clone, Debug)]
pub(super) struct Watched(Sender<Arc<Committed>>);

impl Watched {
    pub(super) fn new() -> Self {
        Self(broadcast::channel(BEHIND).0)
    }

    pub(super) fn watch(&self) -> Watch {
        Watch(self.0.subscribe())
    }

    pub(super) fn tell(&self, batch: Batch) {
        if self.0.receiver_count() > 0 && !batch.writes().is_empty() {
            let origin = batch.origin();
            // The last watcher may have gone in between.
            let _ = self.0.send(Arc::new(Committed { origin, writes: batch.into_writes() }));
        }
    }
}
