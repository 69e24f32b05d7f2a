//! The verification itself: what was presented, a body and a key in, a signer or a
//! refusal out.

#[cfg(feature = "sigv4a")]
use std::sync::OnceLock;

use ctutils::CtEq;
use data_encoding::HEXLOWER;
use rand::Rng;

use super::cache::KeyCache;
use super::canonical::PayloadLine;
use super::claims::Algorithm;
use super::credential::Credential;
use super::key::{Key, Session, SigningKey};
use super::presented::{Presented, Scoped};
#[cfg(feature = "sigv4a")]
use super::public_key::PublicKey;
use super::refusal::{Cause, Refusal};
use super::verifying::VerifyingKey;
use crate::clock::Time;
use crate::secret::Secret;

/// How many keys are kept: some two megabytes of them.
const KEPT: usize = 8192;

/// Verifies signatures, and keeps the keys that it made.
#[derive(Debug)]
pub struct Verifier {
    keys: KeyCache,
    /// Signs in the place of keys that nobody has. No answer depends on it.
    nobody: Secret,
    /// The same for signatures by key pairs.
    #[cfg(feature = "sigv4a")]
    nobodys_public: OnceLock<VerifyingKey>,
}

/// Who signed a request, for what, and when. Only a verification makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signer {
    credential: Credential<'static>,
    /// Where the credential names none.
    region: Option<Box<str>>,
    time: Time,
    is_body_signed: bool,
}

impl Signer {
    /// The id of the key.
    pub fn key_id(&self) -> &str {
        self.credential.key_id()
    }

    /// The region that was signed for. Where that was a set of them, it is one of
    /// those that the rules accept.
    pub fn region(&self) -> &str {
        self.credential.region().or(self.region.as_deref()).unwrap_or_default()
    }

    /// The service that was signed for.
    pub fn service(&self) -> &str {
        self.credential.service()
    }

    /// The time of the signature.
    pub fn time(&self) -> Time {
        self.time
    }

    /// Whether the signature covers the body. If not, nothing in it is believed.
    pub fn is_body_signed(&self) -> bool {
        self.is_body_signed
    }
}

impl Default for Verifier {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl Verifier {
    /// A verifier that keeps at most so many keys.
    pub fn keeping(keys: usize) -> Self {
        let mut chance = [0; 20];
        rand::rng().fill_bytes(&mut chance);
        Self {
            keys: KeyCache::new(keys),
            nobody: Secret::new(HEXLOWER.encode(&chance)),
            #[cfg(feature = "sigv4a")]
            nobodys_public: OnceLock::new(),
        }
    }

    /// Drops all that was made of the access key `id`: call it when the key changes.
    pub fn forget(&self, id: &str) {
        self.keys.forget(id);
    }

    /// Tells who signed the request, given the key that it names, if there is one.
    ///
    /// An unknown or disabled key costs the same work as any other.
    pub fn verify(
        &self,
        scoped: &Scoped<'_, '_>,
        body: &[u8],
        key: Option<&Key>,
    ) -> Result<Signer, Refusal> {
        let presented = scoped.presented;
        let key = key.filter(|key| key.id() == presented.key_id());
        let judged = self.judge(scoped, body, key.filter(|key| key.is_active()));
        check_token(presented, key)?;
        match key {
            None => return Err(Refusal::UnknownKey),
            Some(key) if !key.is_active() => return Err(Refusal::InactiveKey),
            Some(key) if key.session().is_some() && presented.token().is_none() => {
                return Err(Refusal::TokenMissing);
            }
            Some(_) => {}
        }
        let payload = judged.map_err(Refusal::Mismatch)?;
        let credential = presented.credential().clone().into_owned();
        Ok(Signer {
            region: credential.region().is_none().then(|| scoped.region().into()),
            credential,
            time: presented.stamp().time(),
            is_body_signed: payload != PayloadLine::Unsigned,
        })
    }

    /// Whether `key` made the signature. Without a key all is done as with one.
    fn judge(
        &self,
        scoped: &Scoped<'_, '_>,
        body: &[u8],
        key: Option<&Key>,
    ) -> Result<PayloadLine, Cause> {
        let Scoped { presented, rules, .. } = *scoped;
        let (made, is_new) = self.verifying_key(presented, key);
        let payload = presented.payload(rules, body);
        let line = payload.unwrap_or(PayloadLine::Unsigned);
        match (matches(scoped, &line, &made), payload) {
            (Ok(()) | Err(Cause::Signature), Err(cause)) | (Err(cause), _) => Err(cause),
            (Ok(()), Ok(line)) => {
                // Behind the match: nobody fills the cache with what they cannot sign.
                if let (Some(key), true) = (key, is_new) {
                    self.keys.put(presented.credential(), key.version(), made);
                }
                Ok(line)
            }
        }
    }

    /// What the signature is held against, and whether it is to be kept once that
    /// is known to be good.
    fn verifying_key(&self, presented: &Presented<'_>, key: Option<&Key>) -> (VerifyingKey, bool) {
        let credential = presented.credential();
        if let Some(kept) = key.and_then(|key| self.keys.get(credential, key.version())) {
            return (kept, false);
        }
        match presented.algorithm() {
            Algorithm::HmacSha256 => {
                let region = credential.region().unwrap_or_default();
                let made_for = [credential.date(), region, credential.service()];
                let secret = key.map_or(&self.nobody, Key::secret);
                (VerifyingKey::HmacSha256(SigningKey::derive(secret, made_for)), true)
            }
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => (self.public_key(credential, key), false),
        }
    }

    /// The public key of `key`. It is dear and there is but one, whatever is signed:
    /// it is kept though the signature may be no good, as nobody's is.
    #[cfg(feature = "sigv4a")]
    fn public_key(&self, credential: &Credential<'_>, key: Option<&Key>) -> VerifyingKey {
        let made = |secret, id| VerifyingKey::EcdsaP256Sha256(PublicKey::derive(secret, id));
        let Some(key) = key else {
            return self.nobodys_public.get_or_init(|| made(&self.nobody, "")).clone();
        };
        let made = made(key.secret(), key.id());
        self.keys.put(credential, key.version(), made.clone());
        made
    }
}

/// Whether `key` made the signature, in one of the readings of the request.
fn matches(
    scoped: &Scoped<'_, '_>,
    payload: &PayloadLine,
    key: &VerifyingKey,
) -> Result<(), Cause> {
    let Scoped { presented, rules, .. } = *scoped;
    let signature = presented.signature();
    // First the canonical request, then the string to sign.
    let mut text = Vec::with_capacity(presented.size());
    let mut is_complete = true;
    let is_same = presented.readings(rules).any(|reading| {
        text.clear();
        is_complete = presented.write_canonical_request(&mut text, (rules, payload), reading);
        presented.replace_by_string_to_sign(&mut text);
        key.made(signature.as_ref(), &text)
    });
    match signature {
        None => Err(Cause::NoSignature),
        _ if !presented.signed_headers().is_canonical() => Err(Cause::SignedHeaders),
        _ if !is_complete => Err(Cause::AbsentHeader),
        _ if !is_same => Err(Cause::Signature),
        Some(_) => Ok(()),
    }
}

/// The token of a session is its key's own, and a key of no session has none. The
/// end of a session is told before its signature is.
fn check_token(presented: &Presented<'_>, key: Option<&Key>) -> Result<(), Refusal> {
    let Some(token) = presented.token() else { return Ok(()) };
    // Of a key whose id says that it is for ever, or for a while, it is known without the
    // key that the token is not its own.
    let says_how_long = ["AKIA", "ASIA"].iter().any(|kind| presented.key_id().starts_with(kind));
    match (key, key.and_then(Key::session)) {
        (None, _) if !says_how_long => Ok(()),
        (_, Some(session)) => check_session(session, token, presented.now()),
        _ => Err(Refusal::WrongToken),
    }
}

fn check_session(session: &Session, token: &str, now: Time) -> Result<(), Refusal> {
    if !session.token.expose().as_bytes().ct_eq(token.as_bytes()).to_bool() {
        return Err(Refusal::WrongToken);
    }
    if now >= session.expires { Err(Refusal::SessionExpired) } else { Ok(()) }
}
