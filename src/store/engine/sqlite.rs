//! Keeps bytes in one `SQLite` file. One thread writes, with group commit; readers
//! have connections of their own and never wait for it.
//!
//! One failure leaves a doubt: a disk that took the bytes of a commit and then
//! could not say that it kept them. The commit fails, and the next one takes its
//! place; but after a crash before that one, it may be there after all, whole.

mod file;
mod readers;

use std::fmt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::writer::{Sink, Writer};
use super::{Batch, Condition, Each, Engine, Failure, Pending, Stats, Watch, Write};
use file::Folder;
use readers::Readers;

pub(super) use file::write_backup;

/// The embedded engine: a folder, and in it one file that `SQLite` reads.
pub struct Sqlite {
    path: PathBuf,
    readers: Readers,
    writer: Writer,
}

impl Sqlite {
    /// Opens the store in `folder`, and makes both if they are not there. What
    /// is not a store, is damaged at its head, is of a later version, or is in
    /// use is refused.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let folder = Folder::lock(folder)?;
        let writer = Writer::start(File { connection: folder.writer()? })?;
        Ok(Self { path: folder.path(), readers: Readers::of(folder), writer })
    }
}

impl Engine for Sqlite {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.readers.lend(|connection| value(connection, key))
    }

    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), Failure> {
        self.readers.lend(|connection| scan(connection, prefix, each))
    }

    fn commit(&self, batch: Batch) -> Pending {
        self.writer.commit(batch)
    }

    fn watch(&self) -> Watch {
        self.writer.watch()
    }

    fn backup(&self, to: &Path) -> Result<(), Failure> {
        self.readers.lend(|connection| file::backup(connection, to))
    }

    fn stats(&self) -> Stats {
        self.writer.stats()
    }

    fn close(&self) {
        // The last connection that goes folds the log into the file, and only a
        // writer can: the readers go first, and the lock last.
        let folder = self.readers.close();
        self.writer.close();
        drop(folder);
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sqlite").field(&self.path).field(&self.writer).finish()
    }
}

/// The file, where the writer writes.
struct File {
    connection: Connection,
}

impl Sink for File {
    fn write(&mut self, group: &[Batch]) -> Result<Vec<bool>, Failure> {
        // Whatever fails drops the transaction, which rolls back.
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let held = group.iter().map(|batch| apply(&transaction, batch));
        let held = held.collect::<Result<Vec<_>, _>>()?;
        transaction.commit()?;
        Ok(held)
    }
}

// A batch's conditions are looked at before it writes: one that does not hold
// leaves nothing to undo, so a batch needs no savepoint.
fn apply(transaction: &Transaction<'_>, batch: &Batch) -> Result<bool, Failure> {
    for condition in batch.conditions() {
        if !holds(transaction, condition)? {
            return Ok(false);
        }
    }
    for write in batch.writes() {
        match write {
            Write::Put { key, value } => transaction
                .prepare_cached(
                    "INSERT INTO kv VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
                )?
                .execute((key, value))?,
            Write::Delete { key } => {
                transaction.prepare_cached("DELETE FROM kv WHERE key = ?1")?.execute((key,))?
            }
        };
    }
    Ok(true)
}

fn holds(connection: &Connection, condition: &Condition) -> Result<bool, Failure> {
    let found = value(connection, condition.key())?;
    Ok(condition.holds(found.as_deref()))
}

fn value(connection: &Connection, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let mut one = connection.prepare_cached("SELECT value FROM kv WHERE key = ?1")?;
    Ok(one.query_row((key,), |row| row.get(0)).optional()?)
}

fn scan(connection: &Connection, prefix: &[u8], each: &mut Each<'_>) -> Result<(), Failure> {
    let mut all =
        connection.prepare_cached("SELECT key, value FROM kv WHERE key >= ?1 ORDER BY key")?;
    let mut rows = all.query((prefix,))?;
    while let Some(row) = rows.next()? {
        let key = row.get_ref(0)?.as_blob().map_err(|_| not_bytes())?;
        let value = row.get_ref(1)?.as_blob().map_err(|_| not_bytes())?;
        if !key.starts_with(prefix) || each(key, value).is_break() {
            break;
        }
    }
    Ok(())
}

fn not_bytes() -> Failure {
    Failure::Damaged("a record is not made of bytes".to_owned())
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => Self::Full,
            Some(Code::ReadOnly) => Self::ReadOnly,
            Some(Code::DatabaseCorrupt | Code::NotADatabase | Code::TypeMismatch) => {
                Self::Damaged(error.to_string())
            }
            Some(_) | None => Self::Io(error.to_string()),
        }
    }
}
