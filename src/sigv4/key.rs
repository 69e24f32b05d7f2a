//! Keys: what the store keeps, and what signs.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::credential::TERMINATOR;
use crate::clock::Time;
use crate::secret::Secret;

/// An access key, as the store knows it.
#[derive(Clone, Debug)]
pub struct Key {
    id: Box<str>,
    version: u64,
    secret: Secret,
    is_active: bool,
    session: Option<Session>,
}

/// What a temporary key has besides its secret.
#[derive(Clone, Debug)]
pub struct Session {
    /// The token that every request must bring along.
    pub token: Secret,
    /// When the key ends.
    pub expires: Time,
}

impl Key {
    /// An active key of this id. The `version` is another one whenever the secret
    /// under this id is: nothing made of the old one is used for the new.
    pub fn new(id: &str, version: u64, secret: Secret) -> Self {
        Self { id: id.into(), version, secret, is_active: true, session: None }
    }

    /// The same key, active or not.
    #[must_use]
    pub fn active(self, is_active: bool) -> Self {
        Self { is_active, ..self }
    }

    /// The same key as a temporary one.
    #[must_use]
    pub fn in_session(self, session: Session) -> Self {
        Self { session: Some(session), ..self }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The version of its secret.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Its secret.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Whether it signs.
    pub fn is_active(&self) -> bool {
        self.is_active
    }

    /// Its session, if it is a temporary key.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }
}

/// A key made for one day, region and service: ready to sign by
/// [`Algorithm::HmacSha256`](super::Algorithm::HmacSha256), wiped when it goes.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// Makes the key of `secret` for a day, a region and a service.
    pub fn derive(secret: &Secret, [day, region, service]: [&str; 3]) -> Self {
        let start = Zeroizing::new([b"AWS4", secret.expose().as_bytes()].concat());
        Self::chain(&start, &[day, region, service, TERMINATOR])
    }

    /// Makes a key out of `start` by these steps, each of which is signed by what the
    /// one before it gave.
    pub(crate) fn chain(start: &[u8], steps: &[&str]) -> Self {
        let mut mac = keyed(start);
        for step in steps {
            mac.update(step.as_bytes());
            let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
            mac = keyed(key.as_ref());
        }
        Self(mac)
    }

    /// The signature of what is to be signed.
    pub fn sign(&self, string_to_sign: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(string_to_sign);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// An HMAC with a key of any length (RFC 2104 section 2): one beyond the block is
/// hashed first, and what is short is filled up with zeros.
pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    let digest;
    let key = if key.len() > block.len() {
        digest = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
        digest.as_ref()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_derived_as_awss_documentation_does_it() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
        let key = SigningKey::derive(&secret, ["20150830", "us-east-1", "iam"]);
        let string_to_sign = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
            f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        assert_eq!(hex::encode(key.sign(string_to_sign.as_bytes())), signature);
    }

    #[test]
    fn a_key_of_any_length_is_that_of_the_library() {
        for length in [0, 1, 63, 64, 65, 200] {
            let key = vec![b'k'; length];
            let theirs: Hmac<Sha256> = Hmac::new_from_slice(&key).unwrap();
            let [ours, theirs] = [keyed(&key), theirs].map(|mac| mac.chain_update(b"x").finalize());
            assert_eq!(ours.into_bytes(), theirs.into_bytes(), "{length}");
        }
    }

    #[test]
    fn keys_do_not_print() {
        let key = Key::new("AKIA", 1, Secret::new("hush".to_owned()));
        assert!(!format!("{key:?}").contains("hush"));
        assert_eq!(format!("{:?}", SigningKey::derive(key.secret(), ["", "", ""])), "…");
    }
}
