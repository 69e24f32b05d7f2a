//! The keys of one turn: one of RSA and one on a curve, kept and published together.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::clock::Time;
use crate::secret::Secret;
use crate::store::engine::Failure;
use crate::store::record;
use crate::store::seal::Seal;
use crate::text::TokenAlgorithm;

/// How a public key of RSA with 2048 bits begins and ends (RFC 8017 appendix A.1.1): what
/// lies between is the modulus, and the exponent is the one that all such keys have.
const BEFORE_MODULUS: [u8; 9] = [0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01, 0x00];
const AFTER_MODULUS: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];
const EXPONENT: &str = "AQAB";

/// The bytes of a coordinate on P-384.
const COORDINATE: usize = 48;

/// A key of RSA, one on P-384, and the number that both are called by.
#[derive(Debug)]
pub(super) struct Pairs {
    number: u32,
    made: Time,
    rsa: Named<RsaKeyPair>,
    curve: Named<EcdsaKeyPair>,
}

/// A key, and what its tokens call it: the same name never stands for two keys.
#[derive(Debug)]
struct Named<K> {
    id: String,
    key: K,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SigningKeyRecord {
    v: u8,
    made: i64,
    /// PKCS #8, base 64, sealed, base 64.
    rsa: String,
    curve: String,
}

impl Pairs {
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn made(&self) -> Time {
        self.made
    }

    /// The record of new keys.
    pub(super) fn make(number: u32, now: Time, seal: &Seal) -> Result<Vec<u8>, Failure> {
        let failed = |_| Failure::Io("a key to sign with could not be made".to_owned());
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let curve = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map_err(failed)?;
        let rsa = sealed(rsa.as_der().map_err(failed)?.as_ref(), "rsa", number, seal)?;
        let curve = sealed(curve.to_pkcs8v1().map_err(failed)?.as_ref(), "curve", number, seal)?;
        record::write(&SigningKeyRecord { v: record::VERSION, made: now.unix(), rsa, curve })
    }

    /// The keys that `bytes` tell of.
    pub(super) fn read(number: u32, bytes: &[u8], seal: &Seal) -> Result<Self, Failure> {
        let record: SigningKeyRecord = record::read(bytes)?;
        let no_key = |_| Failure::Damaged("a signing key is none".to_owned());
        let rsa = opened(&record.rsa, "rsa", number, seal)?;
        let rsa = RsaKeyPair::from_pkcs8(&rsa).map_err(no_key)?;
        let curve = opened(&record.curve, "curve", number, seal)?;
        let curve = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &curve);
        let curve = Named::new("EC384", number, curve.map_err(no_key)?);
        let rsa = Named::new("RSA", number, rsa);
        Ok(Self { number, made: Time::from_unix(record.made), rsa, curve })
    }

    /// A token that says `claims` (RFC 7515 section 3.1).
    pub(super) fn token(&self, algorithm: TokenAlgorithm, claims: &[u8]) -> Option<String> {
        let id = match algorithm {
            TokenAlgorithm::Rs256 => &self.rsa.id,
            TokenAlgorithm::Es384 => &self.curve.id,
        };
        let head = json!({ "alg": algorithm.to_string(), "kid": id, "typ": "JWT" }).to_string();
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let signed = [encode(head.as_bytes()), encode(claims)].join(".");
        let signature = self.signature(algorithm, signed.as_bytes())?;
        Some([signed, encode(&signature)].join("."))
    }

    fn signature(&self, algorithm: TokenAlgorithm, signed: &[u8]) -> Option<Vec<u8>> {
        let chance = SystemRandom::new();
        match algorithm {
            TokenAlgorithm::Rs256 => {
                let mut signature = vec![0; self.rsa.key.public_modulus_len()];
                self.rsa.key.sign(&RSA_PKCS1_SHA256, &chance, signed, &mut signature).ok()?;
                Some(signature)
            }
            TokenAlgorithm::Es384 => {
                let signature = self.curve.key.sign(&chance, signed).ok()?;
                Some(signature.as_ref().to_vec())
            }
        }
    }

    /// Both as everybody may know them (RFC 7518 section 6).
    fn published(&self) -> Option<[Value; 2]> {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let modulus = self.rsa.key.public_key().as_ref().strip_prefix(&BEFORE_MODULUS)?;
        let modulus = encode(modulus.strip_suffix(&AFTER_MODULUS)?);
        let point = self.curve.key.public_key().as_ref().strip_prefix(&[4])?;
        let (x, y) = point.split_at_checked(COORDINATE)?;
        Some([
            json!({
                "alg": "RS256", "e": EXPONENT, "kid": self.rsa.id, "kty": "RSA", "n": modulus,
                "use": "sig",
            }),
            json!({
                "alg": "ES384", "crv": "P-384", "kid": self.curve.id, "kty": "EC", "use": "sig",
                "x": encode(x), "y": encode(y),
            }),
        ])
    }
}

impl<K: KeyPair> Named<K> {
    fn new(kind: &str, number: u32, key: K) -> Self {
        let digest = digest(&SHA256, key.public_key().as_ref());
        let digest = HEXLOWER.encode(digest.as_ref());
        let id = format!("{kind}_{number}_{}", digest.get(..8).unwrap_or_default());
        Self { id, key }
    }
}

/// The keys as a JSON Web Key Set (RFC 7517 section 5), the newest first.
pub(super) fn document(pairs: &[Pairs]) -> String {
    let keys: Vec<_> = pairs.iter().rev().filter_map(Pairs::published).flatten().collect();
    json!({ "keys": keys }).to_string()
}

fn sealed(der: &[u8], kind: &str, number: u32, seal: &Seal) -> Result<String, Failure> {
    let text = Secret::new(BASE64.encode(der));
    let sealed = seal.seal(&text, &context(kind, number));
    let sealed = sealed.map_err(|error| Failure::Io(error.to_string()))?;
    Ok(BASE64.encode(&sealed))
}

fn opened(
    sealed: &str,
    kind: &str,
    number: u32,
    seal: &Seal,
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let damaged = |error: &dyn std::fmt::Display| Failure::Damaged(error.to_string());
    let sealed = BASE64.decode(sealed.as_bytes()).map_err(|error| damaged(&error))?;
    let text = seal.open(&sealed, &context(kind, number)).map_err(|error| damaged(&error))?;
    let der = BASE64.decode(text.expose().as_bytes()).map_err(|error| damaged(&error))?;
    Ok(Zeroizing::new(der))
}

fn context(kind: &str, number: u32) -> Vec<u8> {
    format!("signing-key/{kind}/{number}").into_bytes()
}
