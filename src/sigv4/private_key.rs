//! Private keys of `SigV4A`, which sign as [`super::PublicKey`] verifies.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

use super::public_key::{self, PublicKey};
use crate::secret::Secret;

/// The private key of an access key. It is the same whatever day, region or service is
/// signed for.
pub struct PrivateKey(EcdsaKeyPair);

impl PrivateKey {
    /// Makes the key of the access key `id`. For all but the fewest secrets, of which none
    /// was ever seen, there is one.
    pub fn derive(secret: &Secret, id: &str) -> Option<Self> {
        let private = public_key::private(secret, id)?;
        let public = PublicKey::derive(secret, id)?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_ASN1_SIGNING,
            private.as_ref(),
            public.as_bytes(),
        );
        pair.ok().map(Self)
    }

    /// A signature of `text`, of which there are many, in DER.
    pub fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        let signature = self.0.sign(&SystemRandom::new(), text).ok()?;
        Some(signature.as_ref().to_vec())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
