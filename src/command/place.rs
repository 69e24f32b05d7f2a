//! The data directory, as far as it is not the store's: what commands leave there
//! for each other.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::command::Failed;
use crate::store::private_file;

/// The root key of the first start, until its owner deletes it.
pub(super) const ROOT_CREDENTIALS: &str = "root-credentials";

/// What opens the admin listener of the gateway that runs, or ran last.
pub(super) const ADMIN_TOKEN: &str = "admin-token";

/// Where the admin listener of the gateway is that runs.
pub(super) const ADMIN_ADDRESS: &str = "admin-address";

/// Where the gateway was last reached: its URL, and its first region.
pub(super) const ENDPOINT: &str = "endpoint";

/// What the store holds locked while it is open.
const LOCK: &str = "lock";

/// A data directory.
#[derive(Clone, Debug)]
pub(super) struct Place(PathBuf);

impl Place {
    /// The directory, whether it is there or not.
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The directory, made where it is not there, for its owner only.
    pub(super) fn make(path: &Path) -> Result<Self, Failed> {
        private_file::create_folder(path).map_err(|error| failed("make", path, &error))?;
        Ok(Self(path.to_owned()))
    }

    /// Whether a gateway runs on it: what one left there that was killed may lead
    /// to somebody else by now.
    pub(super) fn is_in_use(&self) -> Result<bool, Failed> {
        let path = self.0.join(LOCK);
        let failed = |error| failed("read", &path, &error);
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed(error)),
            Ok(lock) => match lock.try_lock_shared() {
                Ok(()) => Ok(false),
                Err(TryLockError::WouldBlock) => Ok(true),
                Err(TryLockError::Error(error)) => Err(failed(error)),
            },
        }
    }

    /// What stands in a file; nothing where there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, Failed> {
        let path = self.0.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path, &error)),
        }
    }

    /// Puts a file there in one step, for its owner only, and comes back when it
    /// is on the disk.
    pub(super) fn keep(&self, name: &str, text: &str) -> Result<(), Failed> {
        self.write(name, |file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
    }

    /// The same without waiting for the disk: the next start writes it anew.
    pub(super) fn note(&self, name: &str, text: &str) -> Result<(), Failed> {
        self.write(name, |file| file.write_all(text.as_bytes()))
    }

    fn write(
        &self,
        name: &str,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), Failed> {
        let path = self.0.join(name);
        let draft = self.0.join(format!("{name}.new"));
        let written = remove(&draft).and_then(|()| {
            fill(&mut private_file::create(&draft)?)?;
            fs::rename(&draft, &path)
        });
        written.map_err(|error| failed("write", &path, &error))
    }

    /// Takes a file away, if it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), Failed> {
        let path = self.0.join(name);
        remove(&path).map_err(|error| failed("remove", &path, &error))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failed {
    Failed::new(format_args!("cannot {what} {}: {error}", path.display()))
}
