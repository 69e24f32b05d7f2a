//! Signs requests, in a header or in the query.
//!
//! There is no second canonical form: a request is given all of a signature but its
//! digits, the verifier reads it, and what the verifier would hold a signature against is
//! signed.

mod claimed;
mod place;
mod service;

use data_encoding::HEXLOWER;
use thiserror::Error;

pub use claimed::Claimed;
pub use place::Place;
pub use service::{Manner, rules_of};

use crate::clock::Time;
use crate::request::Request;
use crate::secret::Secret;
#[cfg(feature = "sigv4a")]
use crate::sigv4::PrivateKey;
use crate::sigv4::{Algorithm, Form, PayloadLine, Presented, Reading, Refusal, Rules, SigningKey};
use crate::wire::percent;

/// What stands where a signature will: no signature, but of its length.
const NOT_YET: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Headers that are never signed, because something on the way may change them, or that
/// hold the signature itself.
const NEVER: &[&str] = &[
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Headers that a URL asks of whoever uses it, besides those of AWS.
const OF_URLS: &[&str] = &["host", "content-type", "content-md5"];

/// Parameters that belong to a signature.
const PARAMETERS: &[&[u8]] = &[
    b"X-Amz-Algorithm",
    b"X-Amz-Content-Sha256",
    b"X-Amz-Credential",
    b"X-Amz-Date",
    b"X-Amz-Expires",
    b"X-Amz-Region-Set",
    b"X-Amz-Security-Token",
    b"X-Amz-Signature",
    b"X-Amz-SignedHeaders",
];

const DATE: &str = "X-Amz-Date";
const HASH: &str = "X-Amz-Content-Sha256";
const REGION_SET: &str = "X-Amz-Region-Set";
const TOKEN: &str = "X-Amz-Security-Token";

/// An access key, with all that it takes to sign with it.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The id of the key.
    pub key_id: String,
    /// Its secret.
    pub secret: Secret,
    /// The token of its session, if it is a temporary key.
    pub token: Option<Secret>,
}

/// Who signs, for what, and when.
///
/// ```
/// use countersign::clock::Time;
/// use countersign::request::Request;
/// use countersign::secret::Secret;
/// use countersign::signing::{Credentials, Signatory};
/// use countersign::sigv4::{Algorithm, Rules};
///
/// let credentials = Credentials {
///     key_id: "AKIDEXAMPLE".to_owned(),
///     secret: Secret::new("a secret".to_owned()),
///     token: None,
/// };
/// let signatory = Signatory {
///     credentials: &credentials,
///     rules: &Rules::query("iam"),
///     region: "us-east-1",
///     time: Time::from_unix(1_440_938_160),
///     algorithm: Algorithm::HmacSha256,
/// };
/// let request = Request::read(b"GET /?Action=ListUsers\nHost: iam.amazonaws.com").unwrap();
/// let signed = signatory.sign(&request).unwrap();
/// assert!(signed.header("authorization").is_some());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Signatory<'s> {
    /// Whose key signs.
    pub credentials: &'s Credentials,
    /// How the service wants it, which names the service.
    pub rules: &'s Rules,
    /// The region; where the algorithm names none in its scope, a set of them.
    pub region: &'s str,
    /// When.
    pub time: Time,
    /// How.
    pub algorithm: Algorithm,
}

/// Why a request cannot be signed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Unable {
    /// Nobody is asked.
    #[error("the request names no host: add a Host header")]
    NoHost,
    /// The id is none.
    #[error(
        "the id of the key is empty, or holds spaces or signs: look for what was pasted with it"
    )]
    KeyId,
    /// The token is none.
    #[error("the session token is empty, or holds spaces: look for what was pasted with it")]
    Token,
    /// The region or the service is none.
    #[error("region and service are written as us-east-1 and iam are, without spaces or slashes")]
    Scope,
    /// No key pair can be made of the secret.
    #[error("no key pair can be made of this secret: take another key")]
    NoPair,
    /// What is declared of the body is not so, or not taken.
    #[error(
        "X-Amz-Content-Sha256 is not the hash of the body, and the service takes nothing else: take \
         it out"
    )]
    Payload,
    /// Whoever verifies the request would refuse it, however it is signed.
    #[error("no signature could make this request good ({})", .0.reason())]
    Refused(Refusal),
}

impl Signatory<'_> {
    /// The request with a signature in its `Authorization`. One that it had is replaced.
    ///
    /// All headers are signed but those that change on the way.
    pub fn sign(&self, request: &Request) -> Result<Request, Unable> {
        self.finish(self.draft(request)?, Form::Header)
    }

    /// The request with a signature in its query, good for so many seconds where the
    /// service looks at that. One that it had is replaced.
    ///
    /// Of the headers the host is signed, those of AWS, and the type and the hash of a
    /// body: whoever uses the URL has to send the same.
    pub fn presign(&self, request: &Request, seconds: u32) -> Result<Request, Unable> {
        self.finish(self.presigned_draft(request, seconds)?, Form::Presigned)
    }

    /// What [`Signatory::sign`] gives, but for the digits of the signature: it can be
    /// looked at without the secret.
    pub fn draft(&self, request: &Request) -> Result<Request, Unable> {
        let mut draft = self.unsigned(request)?;
        draft.set(DATE, &self.time.basic());
        if let Some(token) = &self.credentials.token {
            draft.set(TOKEN, token.expose());
        }
        if !self.algorithm.scopes_region() {
            draft.set(REGION_SET, self.region);
        }
        if self.rules.is_s3() && draft.header(HASH).is_none() {
            draft.set(HASH, &hash_of(&draft.body));
        }
        let signed = names(&draft, |name| !NEVER.contains(&name));
        let value = format!(
            "{} Credential={}, SignedHeaders={signed}, Signature={NOT_YET}",
            self.algorithm.as_str(),
            self.credential(),
        );
        draft.set("Authorization", &value);
        Ok(draft)
    }

    fn presigned_draft(&self, request: &Request, seconds: u32) -> Result<Request, Unable> {
        let mut draft = self.unsigned(request)?;
        let signed = names(&draft, |name| OF_URLS.contains(&name) || name.starts_with("x-amz-"));
        let token = self.credentials.token.as_ref().map(|token| token.expose().to_owned());
        let region_set = (!self.algorithm.scopes_region()).then(|| self.region.to_owned());
        for (name, value) in [
            ("X-Amz-Algorithm", Some(self.algorithm.as_str().to_owned())),
            ("X-Amz-Credential", Some(self.credential())),
            (DATE, Some(self.time.basic())),
            ("X-Amz-Expires", Some(seconds.to_string())),
            (REGION_SET, region_set),
            (TOKEN, token),
            ("X-Amz-SignedHeaders", Some(signed)),
            ("X-Amz-Signature", Some(NOT_YET.to_owned())),
        ] {
            if let Some(value) = value {
                add_parameter(&mut draft.target, name, &value);
            }
        }
        Ok(draft)
    }

    /// The request without any signature, and with a host.
    fn unsigned(&self, request: &Request) -> Result<Request, Unable> {
        self.check()?;
        let headers = request.raw_headers();
        let head = request.head(&headers);
        let host =
            head.host().filter(|host| !host.trim_ascii().is_empty()).ok_or(Unable::NoHost)?;
        let host = String::from_utf8_lossy(host.trim_ascii());
        let mut unsigned = request.clone();
        if request.header("host").is_none() {
            unsigned.headers.insert(0, ("Host".to_owned(), host.as_bytes().to_vec()));
        }
        unsigned.target = without_signature(head.path(), head.query());
        for name in ["Authorization", DATE, TOKEN, REGION_SET] {
            unsigned.remove(name);
        }
        // It is that of a body which may have been changed since.
        if unsigned.header(HASH).is_some_and(|hash| is_hash(hash.trim_ascii())) {
            unsigned.set(HASH, &hash_of(&unsigned.body));
        }
        Ok(unsigned)
    }

    /// Refuses what would break out of its place in a header.
    fn check(&self) -> Result<(), Unable> {
        let Credentials { key_id, token, .. } = self.credentials;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let is_word = |text: &str| !text.is_empty() && text.bytes().all(is_plain);
        let is_set = |text: &str| text.split(',').all(|name| is_word(&name.replace('*', "x")));
        let is_token = |token: &Secret| {
            let token = token.expose();
            !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let scopes_region = self.algorithm.scopes_region();
        let is_region = if scopes_region { is_word(self.region) } else { is_set(self.region) };
        match () {
            () if !is_word(key_id) => Err(Unable::KeyId),
            () if !token.as_ref().is_none_or(is_token) => Err(Unable::Token),
            () if !(is_region && is_word(self.rules.service())) => Err(Unable::Scope),
            () => Ok(()),
        }
    }

    fn credential(&self) -> String {
        let (day, service) = (self.day(), self.rules.service());
        let region = if self.algorithm.scopes_region() {
            format!("/{}", self.region)
        } else {
            String::new()
        };
        format!("{}/{day}{region}/{service}/aws4_request", self.credentials.key_id)
    }

    fn day(&self) -> String {
        self.time.basic().chars().take(8).collect()
    }

    /// The draft with its signature.
    fn finish(&self, mut draft: Request, form: Form) -> Result<Request, Unable> {
        let signature = self.signature(&draft)?;
        let place = match form {
            Form::Presigned => Some(&mut draft.target),
            Form::Header => {
                let is_it = |name: &str| name.eq_ignore_ascii_case("authorization");
                draft.headers.iter_mut().find(|(name, _)| is_it(name)).map(|(_, value)| value)
            }
        };
        if let Some(place) = place {
            place.truncate(place.len().saturating_sub(NOT_YET.len()));
            place.extend_from_slice(signature.as_bytes());
        }
        Ok(draft)
    }

    /// The signature of what the verifier makes of the draft.
    fn signature(&self, draft: &Request) -> Result<String, Unable> {
        let headers = draft.raw_headers();
        let presented = Presented::read(draft.head(&headers), self.rules, self.time);
        let presented = presented.map_err(Unable::Refused)?;
        presented.in_scope(self.rules).map_err(Unable::Refused)?;
        let payload = presented.payload(self.rules, &draft.body);
        let payload = payload.map_err(|_| Unable::Payload)?;
        let [reading, ..] = Reading::ALL;
        let (canonical, _) = presented.canonical_request(self.rules, &payload, reading);
        self.made_of(&presented.string_to_sign(&canonical))
    }

    #[cfg_attr(
        not(feature = "sigv4a"),
        expect(clippy::unnecessary_wraps, reason = "of some secrets no key pair can be made")
    )]
    fn made_of(&self, string_to_sign: &[u8]) -> Result<String, Unable> {
        let Credentials { secret, .. } = self.credentials;
        match self.algorithm {
            Algorithm::HmacSha256 => {
                let made_for = [&self.day(), self.region, self.rules.service()];
                let mac = SigningKey::derive(secret, made_for).sign(string_to_sign);
                Ok(HEXLOWER.encode(&mac))
            }
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => {
                let key = PrivateKey::derive(secret, &self.credentials.key_id);
                let signature = key.and_then(|key| key.sign(string_to_sign));
                signature.map(|der| HEXLOWER.encode(&der)).ok_or(Unable::NoPair)
            }
        }
    }
}

/// The names of the headers that are to be signed, as a list of them is written.
fn names(request: &Request, is_signed: impl Fn(&str) -> bool) -> String {
    let names = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let mut names: Vec<_> = names.filter(|name| is_signed(name)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(";")
}

/// The target in its short form, without the parameters of a signature.
fn without_signature(path: &[u8], query: &[u8]) -> Vec<u8> {
    let path = if path.is_empty() { b"/" } else { path };
    let is_kept = |piece: &&[u8]| {
        let name = piece.split(|byte| *byte == b'=').next().unwrap_or_default();
        !PARAMETERS.contains(&name)
    };
    let kept: Vec<_> = query.split(|byte| *byte == b'&').filter(is_kept).collect();
    let kept = kept.join(&b'&');
    if kept.is_empty() { path.to_vec() } else { [path, b"?", &kept].concat() }
}

fn add_parameter(target: &mut Vec<u8>, name: &str, value: &str) {
    target.push(if target.contains(&b'?') { b'&' } else { b'?' });
    target.extend_from_slice(name.as_bytes());
    target.push(b'=');
    percent::encode_into(target, value.as_bytes());
}

fn is_hash(text: &[u8]) -> bool {
    text.len() == NOT_YET.len() && text.iter().all(u8::is_ascii_hexdigit)
}

fn hash_of(body: &[u8]) -> String {
    String::from_utf8_lossy(PayloadLine::of(body).as_bytes()).into_owned()
}
