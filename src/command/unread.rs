//! A standard output that nobody reads any more, as in `countersign explain request.txt | head -1`.

use std::error::Error;
use std::io::{self, Write};

/// What a shell sees of a program that such a pipe has ended: 128, and the number of `SIGPIPE`.
pub(super) const ENDED: u8 = 141;

/// Writes to another, and marks the end of its reader: pipes to others than the reader of the
/// output break as well, and that is told.
#[derive(Debug)]
pub(super) struct Output<'o, W> {
    pub(super) to: &'o mut W,
    /// Whether the end is marked.
    pub(super) is_marked: bool,
}

impl<W: Write> Write for Output<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes).map_err(|error| self.marked(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush().map_err(|error| self.marked(error))
    }
}

impl<W> Output<'_, W> {
    fn marked(&self, error: io::Error) -> io::Error {
        let is_marked = self.is_marked && error.kind() == io::ErrorKind::BrokenPipe;
        if is_marked { io::Error::other(Unread) } else { error }
    }
}

/// Nobody reads what is written.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads what is written")]
struct Unread;

/// Whether it is that which `error` is of.
pub(super) fn is_behind(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<Unread>()
        || inner.is_some_and(<dyn Error + Send + Sync>::is::<Unread>)
        || error.source().is_some_and(is_behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_reader_of_the_output_is_told_from_every_other() {
        let ended = |is_marked| {
            let error = Output { to: &mut Broken, is_marked }.write_all(b"x").unwrap_err();
            is_behind(&error)
        };
        assert!(ended(true) && !ended(false));
    }
}
