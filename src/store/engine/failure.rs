//! Why an engine could not do what it was asked to.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why something was not read or not kept. Its sentence is for the operator.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Failure {
    /// Another batch was first: what this one was built on is no longer true.
    #[error("a condition of the batch does not hold: another batch was first")]
    Conflict,
    /// More batches are waiting than may.
    #[error("too many batches wait to be written")]
    Busy,
    /// The disk has no room left.
    #[error("the disk is full: nothing was written")]
    Full,
    /// The disk, or the file, cannot be written to.
    #[error("the store is read-only: nothing was written")]
    ReadOnly,
    /// The system failed.
    #[error("the store could not be read or written: {0}")]
    Io(String),
    /// What is stored is not what was written.
    #[error("the store is damaged ({0}); restore it from a backup")]
    Damaged(String),
    /// The file is somebody else's.
    #[error("{} is not a store of Countersign, or no longer one", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The store was made by a later version.
    #[error(
        "the store has format {found}, and this version knows {known} at most: use a newer one"
    )]
    TooNew {
        /// The format of the store.
        found: i64,
        /// The latest format that can be read.
        known: i64,
    },
    /// Another process has the store open.
    #[error("another process uses the store ({} is locked)", path.display())]
    Locked {
        /// The file that the other process holds.
        path: PathBuf,
    },
    /// A file was to be made, and is there already.
    #[error("{} exists, and is not overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The engine was closed.
    #[error("the store is closed")]
    Stopped,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        if matches!(error.kind(), Kind::StorageFull | Kind::QuotaExceeded) {
            Self::Full
        } else if error.kind() == Kind::ReadOnlyFilesystem {
            Self::ReadOnly
        } else {
            Self::Io(error.to_string())
        }
    }
}
