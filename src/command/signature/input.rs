//! What a command reads: a file, or standard input, up to a bound.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use crate::command::Failed;

/// No request that is looked at by people is larger.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Reads the file, or standard input where none is named. Who is asked to type is told so.
pub(super) fn read(path: Option<&Path>, notes: &mut impl Write) -> Result<Vec<u8>, Failed> {
    let Some(path) = path else {
        let input = io::stdin();
        if input.is_terminal() {
            writeln!(notes, "reading a request from the terminal; end it with Ctrl-D")?;
        }
        return bounded(input.lock(), "standard input");
    };
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(&name, &error))?;
    bounded(file, &name)
}

/// The same of what a client computed, where `-` is standard input. The line end with which
/// a file ends is no part of it.
pub(super) fn read_text(path: &Path) -> Result<Vec<u8>, Failed> {
    let path = Some(path).filter(|path| *path != Path::new("-"));
    let mut text = read(path, &mut io::sink())?;
    text.pop_if(|last| *last == b'\n');
    Ok(text)
}

fn bounded(from: impl Read, name: &str) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let read = from.take(LARGEST.saturating_add(1)).read_to_end(&mut bytes);
    let read = read.map_err(|error| unreadable(name, &error))?;
    if u64::try_from(read).is_ok_and(|read| read <= LARGEST) {
        return Ok(bytes);
    }
    Err(Failed::unusable(format_args!(
        "{name} is larger than {LARGEST} bytes: try with a smaller one"
    )))
}

fn unreadable(name: &str, error: &io::Error) -> Failed {
    Failed::unusable(format_args!("cannot read {name}: {error}"))
}
