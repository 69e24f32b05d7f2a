//! A standard output that nobody reads any more, as in `countersign explain request.txt | head -1`.

use std::error::Error;
use std::io::{self, Write};

/// What a shell sees of a program that such a pipe has ended: 128, and the number of `SIGPIPE`.
pub(super) const ENDED: u8 = 141;

/// Writes to another, and marks the end of its reader: pipes to others than the reader of the
/// output break as well, and that is told.
#[derive(Debug)]
pub(super) struct Output<'o, W>(pub(super) &'o mut W);

impl<W: Write> Write for Output<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(marked)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(marked)
    }
}

/// Nobody reads what is written.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads what is written")]
struct Unread;

fn marked(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe { io::Error::other(Unread) } else { error }
}

/// Whether it is that which `error` is of.
pub(super) fn is_behind(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    inner.is_some_and(<dyn Error + Send + Sync>::is::<Unread>)
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
        let error = Output(&mut Broken).write_all(b"x").unwrap_err();
        assert!(is_behind(&error));
        assert!(!is_behind(&Broken.write_all(b"x").unwrap_err()));
    }
}
