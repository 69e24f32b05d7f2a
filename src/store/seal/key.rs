//! The key that secrets are sealed with: read, made, and known to be the right one.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::store::private_file;

const LENGTH: usize = 32;
const HEX_DIGITS: usize = 64;
const BASE64_CHARACTERS: usize = 44;

/// No file with a key in it is longer.
const LONGEST_FILE: u64 = 1024;

/// The key of a [`Seal`](super::Seal): 32 bytes, which do not print.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; LENGTH]>);

/// Where a key came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// It was there.
    Found,
    /// It was made just now: it belongs into a backup of its own.
    Made,
}

/// Why there is no key to seal with. Its sentence is for the operator.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BadKey {
    /// It is written in no way that is known.
    #[error(
        "the sealing key has {length} characters; \
         it must be 64 hexadecimal digits, or 44 characters of base64"
    )]
    Malformed {
        /// How many characters it has, without white space around it.
        length: usize,
    },
    /// Others than its owner may read it.
    #[error("others can read the sealing key in {}: close it with chmod 600", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or made.
    #[error("the sealing key in {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: String,
    },
    /// The store was sealed with another key.
    #[error(
        "this sealing key is not the one that the secrets in the store were sealed with; \
         start with that one"
    )]
    Other,
    /// The cipher does not take it.
    #[error("the cipher refuses the sealing key")]
    Refused,
}

impl SealKey {
    /// A key made of these bytes.
    pub fn from_bytes(bytes: Zeroizing<[u8; LENGTH]>) -> Self {
        Self(bytes)
    }

    /// A key that nobody can guess.
    pub fn generate() -> Result<Self, BadKey> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| BadKey::Refused)?;
        Ok(Self(bytes))
    }

    /// Reads a key as people write it: 64 hexadecimal digits, or 44 characters
    /// of base64, with white space around it or not.
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let text = text.trim();
        let bytes = match text.len() {
            HEX_DIGITS => decoded::<LENGTH>(&HEXLOWER_PERMISSIVE, text),
            // Its last group might hold one byte more.
            BASE64_CHARACTERS => decoded::<33>(&BASE64, text),
            _ => None,
        };
        bytes.map(Self).ok_or_else(|| BadKey::Malformed { length: text.chars().count() })
    }

    /// Reads the key in the file at `path`, which others must not be able to read.
    pub fn load(path: &Path) -> Result<Self, BadKey> {
        let mut file = File::open(path).map_err(at(path))?;
        if private_file::is_exposed(&file).map_err(at(path))? {
            return Err(BadKey::Exposed { path: path.to_owned() });
        }
        let mut text = Zeroizing::new(String::with_capacity(2048));
        file.by_ref().take(LONGEST_FILE).read_to_string(&mut text).map_err(at(path))?;
        Self::parse(&text)
    }

    /// Reads the key in the file at `path`, or makes both where there is no file.
    pub fn load_or_create(path: &Path) -> Result<(Self, Origin), BadKey> {
        if path.try_exists().map_err(at(path))? {
            return Ok((Self::load(path)?, Origin::Found));
        }
        let key = Self::generate()?;
        let line = Zeroizing::new(format!("{}\n", *key.to_hex()));
        private_file::write_new(path, line.as_bytes()).map_err(at(path))?;
        Ok((key, Origin::Made))
    }

    /// The key as 64 hexadecimal digits, as [`SealKey::parse`] reads it.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.bytes()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

// `ROOM` is what the encoding asks for, which may be more than the key takes.
fn decoded<const ROOM: usize>(
    encoding: &data_encoding::Encoding,
    text: &str,
) -> Option<Zeroizing<[u8; LENGTH]>> {
    if encoding.decode_len(text.len()) != Ok(ROOM) {
        return None;
    }
    let mut room = Zeroizing::new([0; ROOM]);
    let length = encoding.decode_mut(text.as_bytes(), room.as_mut()).ok()?;
    let bytes = room.first_chunk::<LENGTH>().filter(|_| length == LENGTH)?;
    Some(Zeroizing::new(*bytes))
}

fn at(path: &Path) -> impl Fn(io::Error) -> BadKey {
    move |error| BadKey::Unreadable { path: path.to_owned(), error: error.to_string() }
}
