//! Web identity tokens: what a JWT claims (RFC 7519), and whether the keys of its
//! issuer bear it out (RFC 7515, OIDC Core section 3.1.3.7).
//!
//! A token is first read, which tells who is said to have issued it and which key
//! it names; then the issuer's keys are asked for, of a [`Keys`]; then it is
//! verified, and only that yields what may be believed.

mod claims;
pub mod discovery;
mod json;
mod key;
mod refused;
mod source;
mod tags;

use std::fmt;

use data_encoding::BASE64URL_NOPAD;

use crate::clock::Time;
use crate::error::Error;
use crate::federation::Vouched;
use crate::secret::Secret;
use claims::Claims;
use json::Json;
use key::Algorithm;
pub use key::{KeySet, NotKeys};
use refused::Refused;
pub use source::{Answer, Keys, Unreachable, Wanted};

/// The longest token (STS API Reference, `AssumeRoleWithWebIdentity`), its longest
/// head as it is written, and the longest name of a key.
const LONGEST: usize = 20_000;
const LONGEST_HEAD: usize = 4096;
const LONGEST_KEY_ID: usize = 255;

/// What every issuer begins with (OIDC Core section 2, `iss`), but for those of this
/// gateway where it speaks no TLS.
const SCHEME: &str = "https://";
const PLAIN: &str = "http://";

/// What a head may not have: extensions that would have to be understood (RFC 7515
/// section 4.1.11, RFC 7797), and what only encrypted tokens have.
const NOT_UNDERSTOOD: [&str; 4] = ["crit", "b64", "enc", "zip"];

/// A provider as an account knows it.
#[derive(Clone, Copy, Debug)]
pub struct Provider<'a> {
    /// Its URL, with `https://` or without.
    pub url: &'a str,
    /// Whom its tokens may be for.
    pub client_ids: &'a [String],
}

impl<'a> Provider<'a> {
    /// What conditions call it: its URL without the scheme.
    fn name(self) -> &'a str {
        self.url.strip_prefix(SCHEME).unwrap_or(self.url)
    }
}

/// A token that is read, but not verified: nothing it says may be believed.
pub struct Claimed {
    head: Head,
    claims: Claims,
    issuer: String,
    /// What its issuer must begin with.
    scheme: &'static str,
    /// What is signed: the head and the claims as they are written.
    signed: Secret,
    signature: Vec<u8>,
}

/// What a token says of its signature.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Head {
    algorithm: Algorithm,
    key_id: Option<String>,
}

impl Claimed {
    /// Reads a token. Refuses what is no JWT signed in one of the ways that are
    /// understood: RS256, RS384, RS512, ES256, ES384 and `EdDSA`.
    pub fn read(token: &str) -> Result<Self, Error> {
        let claimed = Self::parse(token)?;
        Ok(claimed)
    }

    fn parse(token: &str) -> Result<Self, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::NoJwt);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused::NoJwt)?;
        let (head, claims) = signed.split_once('.').ok_or(Refused::NoJwt)?;
        let claims = Claims(decoded(claims).and_then(Json::members).ok_or(Refused::NoJwt)?);
        Ok(Self {
            head: Head::read(head).ok_or(Refused::NoJwt)?,
            issuer: claims.word("iss")?.to_owned(),
            scheme: SCHEME,
            claims,
            signed: Secret::new(signed.to_owned()),
            signature: BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| Refused::NoJwt)?,
        })
    }

    /// The same for a gateway whose own issuers stand below `own`: they are providers
    /// though they speak no TLS, and then nobody is who would be called the same.
    #[must_use]
    pub fn with_own(mut self, own: &str) -> Self {
        let bare = self.issuer.split_once("://").map_or("", |(_, bare)| bare);
        let below = own.strip_prefix(PLAIN).and_then(|own| bare.strip_prefix(own));
        if below.is_some_and(|below| below.starts_with('/')) {
            self.scheme = PLAIN;
        }
        self
    }

    /// Who is said to have issued it: its `iss`, as it is written.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer as a provider's name has it, without its scheme; an issuer of any
    /// other scheme is no provider's.
    pub fn provider(&self) -> Option<&str> {
        self.issuer.strip_prefix(self.scheme).filter(|name| !name.is_empty())
    }

    /// What to say where the account has no such provider.
    pub fn without_provider(&self) -> Error {
        Refused::UnknownIssuer(self.issuer.clone()).into()
    }

    /// The keys that it is to be verified by, to be asked for where the provider's
    /// certificate has one of `thumbprints`, if nothing else makes it trusted.
    pub fn wanted(&self, thumbprints: &[String]) -> Wanted {
        Wanted {
            issuer: self.issuer.clone(),
            key_id: self.head.key_id.clone(),
            thumbprints: thumbprints.to_vec(),
        }
    }

    /// Verifies that `provider` issued it, by its `keys`, for one of its clients,
    /// and that it counts `now`.
    pub fn verify(
        &self,
        provider: &Provider<'_>,
        keys: &KeySet,
        now: Time,
    ) -> Result<Vouched, Error> {
        if self.provider() != Some(provider.name()) {
            return Err(self.without_provider());
        }
        // Before anything is told of what it says.
        keys.check(&self.head, self.signed.expose().as_bytes(), &self.signature)?;
        let vouched = self.claims.vouched(provider, now)?;
        Ok(vouched)
    }
}

/// Whoever has the token may use it: it is not printed.
impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("head", &self.head)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Head {
    fn read(written: &str) -> Option<Self> {
        let head = decoded(written).filter(|_| written.len() <= LONGEST_HEAD)?.members()?;
        if NOT_UNDERSTOOD.iter().any(|name| head.contains_key(*name)) {
            return None;
        }
        let algorithm = Algorithm::named(head.get("alg")?.text()?)?;
        let key_id = match head.get("kid") {
            None => None,
            Some(id) => Some(id.text().filter(|id| id.len() <= LONGEST_KEY_ID)?.to_owned()),
        };
        Some(Self { algorithm, key_id })
    }
}

fn decoded(written: &str) -> Option<Json> {
    Json::read(&BASE64URL_NOPAD.decode(written.as_bytes()).ok()?)
}
