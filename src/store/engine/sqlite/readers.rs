//! Connections that read: a few, each lent to one reader at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::file::Folder;
use crate::store::engine::Failure;

/// How many connections there are at most: whoever asks for more waits, and no
/// flood of questions takes all the files that the process may open.
const MOST: usize = 16;

/// How many of them are kept open while nobody reads.
const MOST_IDLE: usize = 4;

pub(super) struct Readers {
    // `None` once closed.
    pool: Mutex<Option<Pool>>,
    returned: Condvar,
}

struct Pool {
    folder: Folder,
    idle: Vec<Connection>,
    lent: usize,
}

impl Readers {
    pub(super) fn of(folder: Folder) -> Self {
        let pool = Pool { folder, idle: Vec::new(), lent: 0 };
        Self { pool: Mutex::new(Some(pool)), returned: Condvar::new() }
    }

    /// Lends `read` a connection. Where it fails, the connection is not used again.
    pub(super) fn lend<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut lent = self.borrow()?;
        let connection = lent.connection()?;
        let found = read(&connection)?;
        lent.connection = Some(connection);
        Ok(found)
    }

    /// Closes those that nobody reads from; the others close when they come back.
    /// Whoever holds the folder that is given back keeps others out of it.
    pub(super) fn close(&self) -> Option<Folder> {
        let pool = self.pool().take();
        self.returned.notify_all();
        pool.map(|pool| pool.folder)
    }

    fn borrow(&self) -> Result<Lent<'_>, Failure> {
        let is_waiting = |pool: &mut Option<Pool>| pool.as_ref().is_some_and(|p| p.lent >= MOST);
        let waited = self.returned.wait_while(self.pool(), is_waiting);
        let mut pool = waited.unwrap_or_else(PoisonError::into_inner);
        let pool = pool.as_mut().ok_or(Failure::Stopped)?;
        pool.lent = pool.lent.saturating_add(1);
        Ok(Lent { readers: self, connection: pool.idle.pop() })
    }

    fn pool(&self) -> MutexGuard<'_, Option<Pool>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to read, which comes back however the reading ends.
struct Lent<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&mut self) -> Result<Connection, Failure> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let pool = self.readers.pool();
        pool.as_ref().ok_or(Failure::Stopped)?.folder.reader()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take();
        if let Some(pool) = self.readers.pool().as_mut() {
            pool.lent = pool.lent.saturating_sub(1);
            pool.idle.extend(connection.filter(|_| pool.idle.len() < MOST_IDLE));
        }
        self.readers.returned.notify_one();
    }
}
