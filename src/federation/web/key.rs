//! The keys of an issuer (RFC 7517, RFC 7518 section 6, RFC 8037), and what they
//! bear out.

use std::collections::BTreeSet;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use data_encoding::BASE64URL_NOPAD;
use thiserror::Error as Failure;

use super::json::Json;
use super::{Head, Refused};

/// How many keys of RSA, and how many on curves, a provider may have (IAM User
/// Guide, on OIDC federation).
const MOST_OF_A_KIND: usize = 100;

/// The bytes of an RSA modulus, which has from 2048 to 8192 bits, and the most of
/// an exponent.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
const LONGEST_EXPONENT: usize = 8;

/// The bytes of a coordinate on P-256, on P-384, and of a point on edwards25519.
const P256: usize = 32;
const P384: usize = 48;
const ED25519_POINT: usize = 32;

/// How a token is signed (RFC 7518 section 3.1, RFC 8037 section 3.1). There is
/// none for secrets that are shared, and none for nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }
}

/// The keys of an issuer that tokens can be verified by.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KeySet(Vec<Key>);

/// Why something is no set of keys.
#[derive(Clone, Copy, Debug, Eq, Failure, PartialEq)]
pub enum NotKeys {
    /// It is no JSON object with a list of `keys`.
    #[error("it is no JSON object with a list of keys")]
    NoList,
    /// It has more than a hundred keys of a kind.
    #[error("it has more than a hundred keys of a kind")]
    TooMany,
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys that are not for verifying tokens, or not of
    /// a kind that is understood, are left out (RFC 7517 section 5): a provider
    /// may have them for others.
    pub fn read(document: &[u8]) -> Result<Self, NotKeys> {
        let document = Json::read(document).ok_or(NotKeys::NoList)?;
        let keys = document.get("keys").and_then(Json::items).ok_or(NotKeys::NoList)?;
        let of_rsa = keys.iter().filter(|key| is(key, "kty", "RSA")).count();
        if of_rsa > MOST_OF_A_KIND || keys.len().saturating_sub(of_rsa) > MOST_OF_A_KIND {
            return Err(NotKeys::TooMany);
        }
        Ok(Self(keys.iter().filter_map(Key::read).collect()))
    }

    /// Whether it has the key that a token names. A token that names none is
    /// content with what there is.
    pub fn has(&self, key_id: Option<&str>) -> bool {
        key_id.is_none_or(|id| self.0.iter().any(|key| key.id.as_deref() == Some(id)))
    }

    /// The names of its keys.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.0.iter().filter_map(|key| key.id.as_deref()).collect()
    }

    /// Whether the one key that fits bears `signed` out. Where several fit, it is
    /// not known whose the signature is to be.
    pub(super) fn check(
        &self,
        head: &Head,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), Refused> {
        let mut fitting = self.0.iter().filter(|key| key.fits(head));
        let (Some(key), None) = (fitting.next(), fitting.next()) else {
            return Err(Refused::NoKey);
        };
        let is_borne_out = key.material.bears_out(head.algorithm, signed, signature);
        if is_borne_out { Ok(()) } else { Err(Refused::BadSignature) }
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Key {
    id: Option<String>,
    /// The only algorithm it is for, where it says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

/// A public key as the library takes it.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    fn read(written: &Json) -> Option<Self> {
        let is_to_sign = written.get("use").is_none() || is(written, "use", "sig");
        let is_to_verify = written.get("key_ops").is_none_or(|operations| {
            operations.items().unwrap_or_default().iter().any(|o| o.text() == Some("verify"))
        });
        if !is_to_sign || !is_to_verify {
            return None;
        }
        let algorithm = match written.get("alg") {
            None => None,
            Some(name) => Some(Algorithm::named(name.text()?)?),
        };
        let id = match written.get("kid") {
            None => None,
            Some(id) => Some(id.text()?.to_owned()),
        };
        Some(Self { id, algorithm, material: Material::read(written)? })
    }

    fn fits(&self, head: &Head) -> bool {
        self.material.suits(head.algorithm)
            && self.algorithm.is_none_or(|only| only == head.algorithm)
            && head.key_id.as_ref().is_none_or(|id| self.id.as_ref() == Some(id))
    }
}

impl Material {
    fn read(key: &Json) -> Option<Self> {
        match (key.get("kty")?.text()?, key.get("crv").and_then(Json::text)) {
            ("RSA", _) => {
                let (modulus, exponent) = (bytes(key, "n")?, bytes(key, "e")?);
                // The library refuses what is too short by a bit only.
                let is_sound = MODULUS.contains(&modulus.len())
                    && (1..=LONGEST_EXPONENT).contains(&exponent.len());
                is_sound.then_some(Self::Rsa { modulus, exponent })
            }
            ("EC", Some("P-256")) => Some(Self::P256(point(key, P256)?)),
            ("EC", Some("P-384")) => Some(Self::P384(point(key, P384)?)),
            ("OKP", Some("Ed25519")) => {
                let point = bytes(key, "x").filter(|x| x.len() == ED25519_POINT);
                point.map(Self::Ed25519)
            }
            _ => None,
        }
    }

    fn suits(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
                matches!(self, Self::Rsa { .. })
            }
            Algorithm::Es256 => matches!(self, Self::P256(_)),
            Algorithm::Es384 => matches!(self, Self::P384(_)),
            Algorithm::EdDsa => matches!(self, Self::Ed25519(_)),
        }
    }

    fn bears_out(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        let by: &dyn VerificationAlgorithm = match algorithm {
            Algorithm::Rs256 => return self.is_rsa(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
            Algorithm::Rs384 => return self.is_rsa(&RSA_PKCS1_2048_8192_SHA384, signed, signature),
            Algorithm::Rs512 => return self.is_rsa(&RSA_PKCS1_2048_8192_SHA512, signed, signature),
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
            Algorithm::EdDsa => &ED25519,
        };
        match self {
            Self::P256(point) | Self::P384(point) | Self::Ed25519(point) => {
                self.suits(algorithm)
                    && UnparsedPublicKey::new(by, point).verify(signed, signature).is_ok()
            }
            Self::Rsa { .. } => false,
        }
    }

    fn is_rsa(&self, by: &RsaParameters, signed: &[u8], signature: &[u8]) -> bool {
        let Self::Rsa { modulus, exponent } = self else { return false };
        let key = RsaPublicKeyComponents { n: modulus, e: exponent };
        key.verify(by, signed, signature).is_ok()
    }
}

fn is(key: &Json, name: &str, value: &str) -> bool {
    key.get(name).and_then(Json::text) == Some(value)
}

fn bytes(key: &Json, name: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(key.get(name)?.text()?.as_bytes()).ok()
}

/// A point that is written in full (SEC 1 section 2.3.3).
fn point(key: &Json, length: usize) -> Option<Vec<u8>> {
    let mut point = vec![4];
    for name in ["x", "y"] {
        point.extend(bytes(key, name).filter(|coordinate| coordinate.len() == length)?);
    }
    Some(point)
}
