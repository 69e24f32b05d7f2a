//! What is wrong with the files of a case: facts, and one sentence of each.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::file::LARGEST;
use crate::request::Unreadable;

/// Why a case cannot be read. Every sentence names the file and what is expected in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A file is not there.
    #[error("{} is missing: it holds {holds}", .file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// What it should hold.
        holds: &'static str,
    },
    /// A file cannot be read.
    #[error("{} cannot be read ({reason}): make it a readable file", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A file is too large.
    #[error("{} is larger than {LARGEST} bytes: no part of a case is", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// A request cannot be read.
    #[error("{} holds no HTTP request: {why}", .file.display())]
    NoRequest {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: Unreadable,
    },
    /// A context is no JSON.
    #[error("{} must be a JSON object: {why}", .file.display())]
    NoJson {
        /// The file.
        file: PathBuf,
        /// Where and why it is not.
        why: String,
    },
    /// A value in a context is missing, or is another than is expected.
    #[error("{}: {key} must be {what}", .file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// Where it stands.
        key: &'static str,
        /// What it must be.
        what: &'static str,
    },
    /// A text is another than is expected.
    #[error("{} must hold {what}", .file.display())]
    Text {
        /// The file.
        file: PathBuf,
        /// What it must hold.
        what: &'static str,
    },
    /// A context is of no known format.
    #[error(
        "{} is of no known format: it must have \"credentials\", as AWS's suites do, or \
         \"rules\" and \"answer\", as ours do", .file.display()
    )]
    NoFormat {
        /// The file.
        file: PathBuf,
    },
    /// A folder cannot be listed.
    #[error("{} cannot be listed ({reason}): make it a readable folder", .folder.display())]
    Unlisted {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Folders lie within each other beyond any use.
    #[error("{} lies too deep: give a folder further down", .folder.display())]
    TooDeep {
        /// The folder.
        folder: PathBuf,
    },
}

impl Fault {
    pub(super) fn value(file: &Path, key: &'static str, what: &'static str) -> Self {
        Self::Value { file: file.to_owned(), key, what }
    }

    pub(super) fn text(file: &Path, what: &'static str) -> Self {
        Self::Text { file: file.to_owned(), what }
    }
}
