//! What a signature is held against: the algorithm decides the kind of both.

use std::fmt;

use ctutils::CtEq;
use data_encoding::HEXLOWER;

use super::claims::Algorithm;
use super::key::SigningKey;
#[cfg(feature = "sigv4a")]
use super::public_key::{EcdsaSignature, PublicKey};

/// A key that signatures are held against.
#[derive(Clone)]
pub(crate) enum VerifyingKey {
    /// Of [`Algorithm::HmacSha256`].
    HmacSha256(SigningKey),
    /// Of [`Algorithm::EcdsaP256Sha256`]: of a secret that no key can be made of
    /// there is none, and nothing is signed with it.
    #[cfg(feature = "sigv4a")]
    EcdsaP256Sha256(Option<PublicKey>),
}

/// A signature, as its algorithm makes them.
#[derive(Clone)]
#[non_exhaustive]
pub enum Signature {
    /// Of [`Algorithm::HmacSha256`].
    HmacSha256([u8; 32]),
    /// Of [`Algorithm::EcdsaP256Sha256`].
    #[cfg(feature = "sigv4a")]
    EcdsaP256Sha256(EcdsaSignature),
}

impl VerifyingKey {
    /// Whether `signature` is this key's of `text`. What is no signature, or one of
    /// another kind, is nobody's.
    pub(crate) fn made(&self, signature: Option<&Signature>, text: &[u8]) -> bool {
        match (self, signature) {
            (Self::HmacSha256(key), Some(Signature::HmacSha256(mac))) => {
                key.sign(text).ct_eq(mac).to_bool()
            }
            #[cfg(feature = "sigv4a")]
            (Self::EcdsaP256Sha256(key), Some(Signature::EcdsaP256Sha256(signature))) => {
                key.as_ref().is_some_and(|key| key.made(signature, text))
            }
            _ => false,
        }
    }
}

impl Signature {
    /// Reads hexadecimal digits in lower case.
    pub(super) fn read(algorithm: Algorithm, digits: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha256 => {
                let digits: &[u8; 64] = digits.try_into().ok()?;
                let mut mac = [0; 32];
                HEXLOWER.decode_mut(digits, &mut mac).ok()?;
                Some(Self::HmacSha256(mac))
            }
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => {
                let is_short = digits.len() <= EcdsaSignature::LONGEST.saturating_mul(2);
                let der = is_short.then(|| HEXLOWER.decode(digits).ok()).flatten()?;
                EcdsaSignature::read(&der).map(Self::EcdsaP256Sha256)
            }
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
