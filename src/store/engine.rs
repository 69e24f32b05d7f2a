//! Where bytes are kept: ordered keys, and batches that happen whole or not at all.

pub mod memory;
pub mod sqlite;

mod batch;
mod failure;
mod pending;
mod watch;
mod writer;

use std::fmt::Debug;
use std::ops::ControlFlow;
use std::path::Path;

pub use batch::{Batch, Condition, Write};
pub use failure::Failure;
pub use pending::{Answer, Pending};
pub use watch::{Committed, Seen, Watch};

/// What keeps bytes. It knows no entities; what it must never see in the clear
/// is sealed before it comes here.
///
/// Reads block, for as long as a disk takes; they see what has been committed,
/// never a batch in part.
pub trait Engine: Debug + Send + Sync + 'static {
    /// The value at `key`, if there is one.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure>;

    /// Shows `each` every key that begins with `prefix`, and its value, in the
    /// order of the keys' bytes, as they were at one moment, until it breaks. It
    /// must not read from the engine itself: it might wait for its own end.
    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), Failure>;

    /// Queues `batch`; it happens whether or not anyone waits for the answer.
    ///
    /// Batches that one thread queues are applied in that order, and each sees
    /// what those before it did: a condition may be one that an earlier batch,
    /// still on its way, makes true. A broken condition fails its batch alone,
    /// with [`Failure::Conflict`]. A disk that fails fails every batch that was
    /// to be written with it; none of them has changed anything, and later ones
    /// are tried anew.
    fn commit(&self, batch: Batch) -> Pending;

    /// Tells of every batch that is committed from now on.
    fn watch(&self) -> Watch;

    /// Copies the whole, as it is at one moment, into a new file that only its
    /// owner reads, and that opens as an embedded store. Commits go on meanwhile.
    fn backup(&self, to: &Path) -> Result<(), Failure>;

    /// What was done since the engine was opened.
    fn stats(&self) -> Stats;

    /// Commits what is queued, and ends; whatever is asked later fails with
    /// [`Failure::Stopped`]. What is closed stays closed.
    fn close(&self);
}

/// What a scan shows its keys and values to.
pub type Each<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// Counts since an engine was opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stats {
    /// Batches that were committed.
    pub commits: u64,
    /// Batches whose condition did not hold.
    pub conflicts: u64,
    /// How often the disk was waited for; many commits share one group.
    pub groups: u64,
    /// Groups that failed as a whole.
    pub failures: u64,
}
