//! The folder of a store: who holds it, what its file must be, how one is made.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::Failure;
use crate::store::private_file;

/// What `SQLite` writes into the head of a file of ours: `CSGN`.
const APPLICATION: i64 = 0x4353_474E;

/// The format that this version writes, and the latest that it reads.
const FORMAT: i64 = 1;

/// How long a connection waits for one that an operator's tool holds.
const PATIENCE: Duration = Duration::from_secs(5);

/// A folder that this process alone has open.
pub(super) struct Folder {
    store: PathBuf,
    // Unlocked where the process is killed, too.
    lock: File,
}

impl Folder {
    /// Takes hold of `folder`, which is made if it is not there.
    pub(super) fn lock(folder: &Path) -> Result<Self, Failure> {
        private_file::create_folder(folder).map_err(at(folder))?;
        let path = folder.join("lock");
        let lock = private_file::open_or_create(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { store: folder.join("countersign.db"), lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::Locked { path }),
            Err(TryLockError::Error(error)) => Err(at(&path)(error)),
        }
    }

    /// Where the store is.
    pub(super) fn path(&self) -> PathBuf {
        self.store.clone()
    }

    /// The one connection that writes.
    pub(super) fn writer(&self) -> Result<Connection, Failure> {
        if !self.store.try_exists().map_err(at(&self.store))? {
            self.make()?;
        }
        private_file::close_to_others(&self.store).map_err(at(&self.store))?;
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        check(&connection, &self.store)?;
        log_ahead(&connection)?;
        Ok(connection)
    }

    /// One more connection that reads.
    pub(super) fn reader(&self) -> Result<Connection, Failure> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn open(&self, mode: OpenFlags) -> Result<Connection, Failure> {
        let connection =
            Connection::open_with_flags(&self.store, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        // Nothing in a file may make `SQLite` do more than read and write it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        Ok(connection)
    }

    // The file gets its name when it is whole, so that one without content is
    // one that lost it, and not one that is new.
    fn make(&self) -> Result<(), Failure> {
        let log = self.store.with_extension("db-wal");
        if log.try_exists().map_err(at(&log))? {
            let lost = format!("{} is there, but not what it belongs to", log.display());
            return Err(Failure::Damaged(lost));
        }
        let unfinished = self.store.with_extension("db-new");
        match std::fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(at(&unfinished)(error));
            }
            _ => create(&unfinished, |_| Ok(()))?,
        }
        std::fs::rename(&unfinished, &self.store).map_err(at(&self.store))?;
        private_file::sync_folder_of(&self.store).map_err(at(&self.store))
    }
}

// A process that is being started may hold a copy of the file for a moment:
// closing it is not enough.
impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be unlocked is unlocked by the system, later.
        let _ = self.lock.unlock();
    }
}

/// Copies what `connection` reads into a new file.
pub(super) fn backup(connection: &Connection, to: &Path) -> Result<(), Failure> {
    let name = to.to_str().ok_or_else(|| unspeakable(to))?;
    claimed(to, || Ok(connection.execute("VACUUM INTO ?1", (name,)).map(drop)?))
}

/// Writes what is kept elsewhere into a new file, which opens as a store.
pub(in super::super) fn write_backup<'a>(
    to: &Path,
    kept: impl Iterator<Item = (&'a [u8], &'a [u8])>,
) -> Result<(), Failure> {
    create(to, |connection| {
        let mut insert = connection.prepare("INSERT INTO kv VALUES (?1, ?2)")?;
        for pair in kept {
            insert.execute(pair)?;
        }
        Ok(())
    })
}

/// Makes a file with nothing in it but what `fill` puts there.
fn create(
    path: &Path,
    fill: impl FnOnce(&Connection) -> Result<(), Failure>,
) -> Result<(), Failure> {
    claimed(path, || {
        let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let transaction = connection.transaction()?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.execute(
            "CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID",
            (),
        )?;
        fill(&transaction)?;
        Ok(transaction.commit()?)
    })
}

/// Makes an empty file for `write` to write to. It stays where that succeeds.
fn claimed(path: &Path, write: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let file = private_file::create(path).map_err(|error| {
        let exists = error.kind() == io::ErrorKind::AlreadyExists;
        if exists { Failure::Exists { path: path.to_owned() } } else { at(path)(error) }
    })?;
    let written = write().and_then(|()| {
        file.sync_all().and_then(|()| private_file::sync_folder_of(path)).map_err(at(path))
    });
    if written.is_err() {
        // The first failure is the one to tell of.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Refuses a file that is not ours, of a later version, or has no table.
fn check(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let head = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = head("application_id").map_err(|error| foreign_or(error, path))?;
    let format = head("user_version")?;
    if application != APPLICATION {
        return Err(Failure::Foreign { path: path.to_owned() });
    }
    if format > FORMAT {
        return Err(Failure::TooNew { found: format, known: FORMAT });
    }
    let table = connection.prepare("SELECT key, value FROM kv LIMIT 1");
    let mut table = table.map_err(|error| Failure::Damaged(error.to_string()))?;
    table.query(())?.next()?;
    Ok(())
}

fn foreign_or(error: rusqlite::Error, path: &Path) -> Failure {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) {
        return Failure::Foreign { path: path.to_owned() };
    }
    error.into()
}

/// Has commits go to a log first, and wait until it is on the disk.
fn log_ahead(connection: &Connection) -> Result<(), Failure> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Failure::Io(format!("the disk allows no log beside the store ({mode})")));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    Ok(())
}

fn unspeakable(path: &Path) -> Failure {
    Failure::Io(format!("{}: the path is not UTF-8", path.display()))
}

fn at(path: &Path) -> impl Fn(io::Error) -> Failure {
    move |error| {
        let failure = Failure::from(error);
        if let Failure::Io(what) = failure {
            return Failure::Io(format!("{}: {what}", path.display()));
        }
        failure
    }
}
