//! Private keys of SAML providers: what opens encrypted assertions. They come in and
//! never go out.

use super::new_id;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::store::draft::Draft;
use crate::store::entity::{PrivateKey, SamlProvider};
use crate::text::{PrivateKeyText, SamlId};
use crate::wire::answer::output;
use crate::wire::hidden::Hidden;

/// How many keys a provider may have: two, so that one can replace the other.
const MOST_KEYS: usize = 2;

/// What the ids of keys begin with.
const KEY: &str = "SAMLPK";

/// What may stand between `BEGIN` and `PRIVATE KEY` (RFC 7468, RFC 5915, RFC 8017): no
/// key that needs a passphrase.
const LABELS: [&str; 3] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

output! {
    /// A key, as answers tell of one.
    pub(super) struct KeyDetail {
        id: SamlId = "KeyId",
        created: Time = "Timestamp",
    }
}

impl KeyDetail {
    pub(super) fn of(key: &PrivateKey) -> Self {
        Self { id: key.id.clone(), created: key.created }
    }
}

/// Gives a provider one more key.
pub(super) fn add(
    key: Hidden<PrivateKeyText>,
    provider: &mut SamlProvider,
    draft: &mut Draft,
) -> Result<()> {
    let pem = key.into_secret();
    if !is_private_key(pem.expose()) {
        let message = "The private key is not an unencrypted private key in PEM format.";
        return Err(Error::new(Code::InvalidInput, message));
    }
    if provider.keys.len() >= MOST_KEYS {
        return Err(Error::over_quota("PrivateKeysPerSAMLProvider", MOST_KEYS));
    }
    let (id, created) = (new_id(KEY, draft)?, draft.now());
    provider.keys.push(PrivateKey { id, pem, created });
    Ok(())
}

/// Takes a key away from a provider.
pub(super) fn remove(key: &SamlId, provider: &mut SamlProvider) -> Result<()> {
    let before = provider.keys.len();
    provider.keys.retain(|held| held.id != *key);
    if provider.keys.len() == before {
        let message = format!("The Private Key with id {key} cannot be found.");
        return Err(Error::new(Code::NoSuchEntity, message));
    }
    Ok(())
}

/// Whether this is one private key in PEM (RFC 7468 section 3), and nothing else.
fn is_private_key(pem: &str) -> bool {
    let is_labelled = |label: &&str| {
        let inside = pem.trim().strip_prefix(&format!("-----BEGIN {label}-----"));
        inside
            .and_then(|rest| rest.strip_suffix(&format!("-----END {label}-----")))
            .is_some_and(is_base64)
    };
    LABELS.iter().any(is_labelled)
}

fn is_base64(text: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let mut letters = text.bytes().filter(|b| !b.is_ascii_whitespace()).peekable();
    letters.peek().is_some() && letters.all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_pem_and_needs_no_passphrase() {
        let pem = |label: &str, inside: &str| {
            format!("\n-----BEGIN {label}-----\r\n{inside}\r\n-----END {label}-----\n")
        };
        for label in LABELS {
            assert!(is_private_key(&pem(label, "MII/+a==\nMII=")), "{label}");
        }
        assert!(!is_private_key(&pem("ENCRYPTED PRIVATE KEY", "MII=")));
        assert!(!is_private_key(&pem("CERTIFICATE", "MII=")));
        assert!(!is_private_key(&pem("PRIVATE KEY", "")));
        assert!(!is_private_key(&pem("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\nMII=")));
        assert!(!is_private_key(&pem("PRIVATE KEY", "MII=").repeat(2)));
        assert!(!is_private_key("-----BEGIN PRIVATE KEY-----MII=-----END RSA PRIVATE KEY-----"));
        assert!(!is_private_key(""));
    }
}
