//! Seals secrets on their way to the disk: AES-256-GCM with a random nonce.
//!
//! What is sealed is a byte for the version, 12 for the nonce, the ciphertext,
//! and 16 for the tag. A secret that signs requests must be known again, so it
//! cannot be stored as a hash; who holds the sealing key and the store holds the
//! secrets.

mod key;

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::Secret;
pub use key::{BadKey, Origin, SealKey};

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// What the check of a key says, sealed by that key.
const CHECK: &str = "countersign";

/// Seals secrets, and opens them again.
pub struct Seal(RandomizedNonceKey);

/// Why something sealed does not open.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Unsealable {
    /// It ends before it is whole.
    #[error("a sealed secret has only {length} bytes")]
    TooShort {
        /// How many bytes there are.
        length: usize,
    },
    /// It was sealed by a later version.
    #[error("a secret is sealed in format {0}, which this version does not know")]
    Unknown(u8),
    /// The key is another, it belongs elsewhere, or it was changed.
    #[error("a sealed secret was changed, moved, or sealed with another key")]
    Forged,
}

/// Something is too long to be sealed.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a secret cannot be sealed")]
pub struct Unsealed;

/// What is sealed for one purpose does not open for another.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Secret,
    Check,
    Token,
    Message,
    Delegation,
}

impl Seal {
    /// Seals with `key`.
    pub fn new(key: &SealKey) -> Result<Self, BadKey> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, key.bytes());
        key.map(Self).map_err(|_| BadKey::Refused)
    }

    /// Seals `secret` for the place that `context` names: sealed bytes that are
    /// moved elsewhere do not open there.
    pub fn seal(&self, secret: &Secret, context: &[u8]) -> Result<Vec<u8>, Unsealed> {
        self.close(secret.expose().as_bytes(), &bound(Purpose::Secret, context))
    }

    /// Opens what was sealed with this key, for this `context`.
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Secret, Unsealable> {
        let text = self.reveal(sealed, &bound(Purpose::Secret, context))?;
        let text = str::from_utf8(&text).map_err(|_| Unsealable::Forged)?;
        Ok(Secret::new(text.to_owned()))
    }

    /// What is kept beside the secrets, to know their key by.
    pub fn check_value(&self) -> Result<Vec<u8>, Unsealed> {
        self.close(CHECK.as_bytes(), &bound(Purpose::Check, &[]))
    }

    /// Refuses where `check` was made by another key.
    pub fn verify_check(&self, check: &[u8]) -> Result<(), BadKey> {
        let known = self.reveal(check, &bound(Purpose::Check, &[]));
        known.map(drop).map_err(|_| BadKey::Other)
    }

    /// Seals the claims of a session token, for the key that `context` names.
    pub fn seal_token(&self, claims: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealed> {
        self.close(claims, &bound(Purpose::Token, context))
    }

    /// Opens the claims of a session token.
    pub fn open_token(
        &self,
        sealed: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        self.reveal(sealed, &bound(Purpose::Token, context))
    }

    /// Seals what a refusal is explained by, for the account that `context` names.
    pub fn seal_message(&self, text: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealed> {
        self.close(text, &bound(Purpose::Message, context))
    }

    /// Opens what a refusal is explained by.
    pub fn open_message(
        &self,
        sealed: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        self.reveal(sealed, &bound(Purpose::Message, context))
    }

    /// Seals what an account hands on to another.
    pub fn seal_delegation(&self, text: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealed> {
        self.close(text, &bound(Purpose::Delegation, context))
    }

    /// Opens what an account hands on to another.
    pub fn open_delegation(
        &self,
        sealed: &[u8],
        context: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        self.reveal(sealed, &bound(Purpose::Delegation, context))
    }

    fn close(&self, bytes: &[u8], bound: &[u8]) -> Result<Vec<u8>, Unsealed> {
        // Room for the tag as well: a buffer that grew would leave the text behind.
        let mut buffer = Zeroizing::new(Vec::with_capacity(bytes.len().saturating_add(TAG)));
        buffer.extend_from_slice(bytes);
        let nonce = self.0.seal_in_place_append_tag(Aad::from(bound), &mut *buffer);
        let nonce = nonce.map_err(|_| Unsealed)?;
        Ok([&[VERSION][..], nonce.as_ref(), &buffer].concat())
    }

    fn reveal(&self, sealed: &[u8], bound: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let short = Unsealable::TooShort { length: sealed.len() };
        let (version, rest) = sealed.split_first().ok_or(short)?;
        if *version != VERSION {
            return Err(Unsealable::Unknown(*version));
        }
        let (nonce, closed) = rest.split_first_chunk::<NONCE>().ok_or(short)?;
        if closed.len() < TAG {
            return Err(short);
        }
        let mut buffer = Zeroizing::new(closed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place(nonce, Aad::from(bound), &mut buffer);
        let length = opened.map_err(|_| Unsealable::Forged)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

fn bound(purpose: Purpose, context: &[u8]) -> Vec<u8> {
    let purpose = match purpose {
        Purpose::Secret => 0,
        Purpose::Check => 1,
        Purpose::Token => 2,
        Purpose::Message => 3,
        Purpose::Delegation => 4,
    };
    [&[VERSION, purpose], context].concat()
}
