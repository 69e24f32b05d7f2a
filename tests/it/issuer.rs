//! Somebody who issues web identity tokens: keys, and tokens that an ordinary
//! library signs with them.

use std::sync::{Arc, LazyLock};

use countersign::federation::web::KeySet;
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, RsaKeySize, SignatureAlgorithm};
use serde_json::{Value, json};

/// What an RSA key of 2048 bits has before the key itself (RFC 5208).
const WRAPPING: usize = 26;

/// A key of RSA takes long to make.
static RSA: LazyLock<[Arc<KeyPair>; 2]> = LazyLock::new(|| {
    [(); 2].map(|()| {
        let made = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048);
        Arc::new(made.unwrap())
    })
});

/// Base64 as tokens have it.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

/// A key of an issuer.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pub(crate) algorithm: Algorithm,
    pair: Arc<KeyPair>,
}

impl SigningKey {
    /// A new key; of RSA there are two, and this is the first.
    pub(crate) fn new(id: &str, algorithm: Algorithm) -> Self {
        let generate =
            |kind: &'static SignatureAlgorithm| Arc::new(KeyPair::generate_for(kind).unwrap());
        let pair = match algorithm {
            Algorithm::ES256 => generate(&rcgen::PKCS_ECDSA_P256_SHA256),
            Algorithm::ES384 => generate(&rcgen::PKCS_ECDSA_P384_SHA384),
            Algorithm::EdDSA => generate(&rcgen::PKCS_ED25519),
            _ => Arc::clone(&RSA[0]),
        };
        Self { id: id.to_owned(), algorithm, pair }
    }

    /// The other key of RSA, under the same name.
    pub(crate) fn foreign(id: &str) -> Self {
        Self { id: id.to_owned(), algorithm: Algorithm::RS256, pair: Arc::clone(&RSA[1]) }
    }

    /// A token that says `claims`.
    pub(crate) fn token(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding()).unwrap()
    }

    /// A token with any head and any claims, as they are written.
    pub(crate) fn signs(&self, head: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(head), encode(claims));
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &self.encoding(), self.algorithm);
        format!("{signed}.{}", signature.unwrap())
    }

    /// The key as its issuer publishes it.
    pub(crate) fn published(&self) -> Value {
        let raw = self.pair.public_key_raw();
        let halves = |length: usize| (encode(&raw[1..=length]), encode(&raw[length + 1..]));
        let mut key = match self.algorithm {
            Algorithm::ES256 => {
                let (x, y) = halves(32);
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})
            }
            Algorithm::ES384 => {
                let (x, y) = halves(48);
                json!({"kty": "EC", "crv": "P-384", "x": x, "y": y})
            }
            Algorithm::EdDSA => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(raw)}),
            _ => {
                let [n, e] = integers(raw);
                json!({"kty": "RSA", "n": encode(n), "e": encode(e)})
            }
        };
        key["kid"] = json!(self.id);
        key["use"] = json!("sig");
        key
    }

    fn encoding(&self) -> EncodingKey {
        let der = self.pair.serialize_der();
        match self.algorithm {
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_der(&der),
            Algorithm::EdDSA => EncodingKey::from_ed_der(&der),
            _ => EncodingKey::from_rsa_der(&der[WRAPPING..]),
        }
    }
}

/// A set of keys as their issuer publishes it.
pub(crate) fn published(keys: &[&SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.published()).collect();
    json!({ "keys": keys }).to_string()
}

pub(crate) fn key_set(keys: &[&SigningKey]) -> KeySet {
    KeySet::read(published(keys).as_bytes()).unwrap()
}

/// Modulus and exponent of a public key (RFC 8017 appendix A.1.1), without what is
/// only there for their sign.
fn integers(der: &[u8]) -> [Vec<u8>; 2] {
    let mut rest = content(der).0;
    [(); 2].map(|()| {
        let (integer, after) = content(rest);
        rest = after;
        integer.iter().copied().skip_while(|byte| *byte == 0).collect()
    })
}

/// What stands in the first element, and what follows it.
fn content(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match usize::from(der[1]) {
        long if long > 0x80 => {
            let start = 2 + long - 0x80;
            let bytes = der[2..start].iter();
            (bytes.fold(0, |length, byte| length * 256 + usize::from(*byte)), start)
        }
        short => (short, 2),
    };
    (&der[start..start + length], &der[start + length..])
}
