//! What each command of the command line does.

mod announce;
mod ask;
mod env;
mod first;
mod open;
mod operate;
mod place;
mod serve;
mod signature;
mod unread;
mod vectors;

use std::fmt;
use std::io::{self, Write};

use self::unread::Output;
use crate::config::{Command, Signer};

/// How a command ended that came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    /// What was asked for is done, or is so.
    Well,
    /// What was looked at is not as it must be, which has been told.
    Badly,
}

/// Why a command came to nothing, in one sentence; in none, where nobody reads what it writes.
#[derive(Debug, Eq, PartialEq)]
pub struct Failed {
    sentence: Option<String>,
    code: u8,
}

impl Failed {
    fn new(sentence: impl fmt::Display) -> Self {
        Self { sentence: Some(sentence.to_string()), code: 1 }
    }

    /// What was given is of no use, as a wrong command line is.
    fn unusable(sentence: impl fmt::Display) -> Self {
        Self { sentence: Some(sentence.to_string()), code: 2 }
    }

    /// Why, unless nobody reads that.
    pub fn sentence(&self) -> Option<&str> {
        self.sentence.as_deref()
    }

    /// What the process ends with.
    pub fn code(&self) -> u8 {
        self.code
    }
}

// `Failed` is no `std::error::Error` itself, so that it can be made of any.
impl<E: std::error::Error + 'static> From<E> for Failed {
    fn from(error: E) -> Self {
        if unread::is_behind(&error) {
            return Self { sentence: None, code: unread::ENDED };
        }
        Self::new(error)
    }
}

/// Carries `command` out; what is to be read goes to `out`, the log to `log`.
pub async fn run(
    command: Command,
    out: &mut (impl Write + Send),
    mut log: impl Write + Send + 'static,
) -> Result<Ended, Failed> {
    let out = &mut Output { is_marked: only_tells(&command), to: out };
    match command {
        Command::Serve(serve) => serve::run(*serve, out, log).await?,
        Command::Signature(signature) => return signature::run(&signature, out, &mut log),
        Command::Env { data_dir } => env::run(&data_dir, out)?,
        Command::Operate { operation, data_dir, seal } => {
            operate::run(operation, &data_dir, &seal, out).await?;
        }
        Command::Vectors(vectors) => vectors::run(vectors, out, &mut log).await?,
    }
    Ok(Ended::Well)
}

/// Whether a command changes nothing and serves nobody: where nobody reads its output, nothing else
/// is lost.
fn only_tells(command: &Command) -> bool {
    match command {
        Command::Signature(_) | Command::Env { .. } => true,
        Command::Vectors(vectors) => !matches!(vectors.signer, Signer::Client { .. }),
        Command::Serve(_) | Command::Operate { .. } => false,
    }
}

/// A line for a shell. What is not plain is quoted.
fn export(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/+:._-[]".contains(&b);
    if value.bytes().all(is_plain) && !value.is_empty() {
        return writeln!(out, "export {name}={value}");
    }
    writeln!(out, "export {name}='{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_breaks_out_of_its_line_in_a_shell() {
        let exported = |value: &str| {
            let mut out = Vec::new();
            export(&mut out, "NAME", value).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(exported("http://127.0.0.1:7448"), "export NAME=http://127.0.0.1:7448\n");
        assert_eq!(exported("a+/b"), "export NAME=a+/b\n");
        assert_eq!(exported("$(id); 'x'"), "export NAME='$(id); '\\''x'\\'''\n");
        assert_eq!(exported(""), "export NAME=''\n");
    }
}
