//! Why a request is not let in: facts, from which `sentence` makes AWS's words.

use std::fmt;

use super::claims::Algorithm;
use crate::clock::Time;
use crate::wire::percent::BadEscape;

/// Why a request is not let in, in the order of the checks.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// More than this many of something.
    TooMuch(Bound),
    /// The path does not begin at the root, leaves it, or holds a broken escape.
    BadPath,
    /// No call of the service: another method, or a GET that names no action.
    NoCall,
    /// The content type is not a form's.
    ContentType,
    /// The query holds a broken escape.
    BadQuery(BadEscape),
    /// Signed in a header and in the query at once.
    BothForms,
    /// Not signed at all.
    Unsigned,
    /// The query names an algorithm that is none of ours.
    QueryAlgorithm,
    /// The header names an algorithm, or a scheme, that is none of ours.
    Algorithm(Echo),
    /// A word of the Authorization header has no equals sign.
    NoPair {
        /// The word.
        word: Echo,
        /// The header.
        header: Echo,
    },
    /// What may be given once is given twice.
    Twice(&'static str),
    /// Parts of the Authorization header, or headers beside it, are not there.
    HeaderLacks(Algorithm, Lacking),
    /// Parts of the presigned query are not there.
    QueryLacks(Lacking),
    /// The host is not signed.
    HostNotSigned,
    /// Another header has to be signed and is not.
    NotSigned(Echo),
    /// S3: a header that is present is not signed.
    PresentNotSigned,
    /// S3: the payload is not declared.
    Undeclared,
    /// S3: a parameter and a signed header of its name differ.
    ParameterDiffers(Echo),
    /// The date cannot be read.
    BadDate(Echo),
    /// S3: the lifetime is none.
    BadExpires,
    /// Signed too long ago.
    Expired(Skew),
    /// Signed too far in the future.
    NotYetCurrent(Skew),
    /// S3: the presigned request has outlived itself.
    PresignedExpired,
    /// S3: the presigned request is not valid yet.
    PresignedTooEarly,
    /// The credential has not as many parts as the algorithm's: five, or four
    /// where its scopes name no region.
    BadCredential(Algorithm, Echo),
    /// The credential is scoped to something else.
    OutOfScope(Box<Misscoped>),
    /// The session token is not the key's own.
    WrongToken,
    /// The session is over.
    SessionExpired,
    /// A temporary key came without its token.
    TokenMissing,
    /// Nobody knows the key.
    UnknownKey,
    /// The key is disabled.
    InactiveKey,
    /// The signature is not that of this request.
    Mismatch(Cause),
}

/// What is bounded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bound {
    /// Bytes of the request target.
    Target,
    /// Bytes of all headers.
    HeaderBytes,
    /// Headers.
    Headers,
    /// Parameters of the query.
    Parameters,
    /// Names of signed headers.
    SignedHeaders,
    /// Bytes of a set of regions.
    RegionSet,
}

impl Bound {
    /// How many there may be.
    pub const fn limit(self) -> usize {
        match self {
            Self::Target => 64 * 1024,
            Self::HeaderBytes => 128 * 1024,
            Self::Headers => 256,
            Self::Parameters => 1000,
            Self::SignedHeaders => 100,
            Self::RegionSet => 1024,
        }
    }

    /// Refuses a `count` beyond the limit.
    pub(super) fn check(self, count: usize) -> Result<(), Refusal> {
        if count > self.limit() { Err(Refusal::TooMuch(self)) } else { Ok(()) }
    }
}

/// Which parts of a signature are not there.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one of the parts, and any may be missing"
)]
pub struct Lacking {
    /// `Credential`.
    pub credential: bool,
    /// `Signature`.
    pub signature: bool,
    /// `SignedHeaders`.
    pub signed_headers: bool,
    /// The date.
    pub date: bool,
    /// The set of regions, where the scope names none.
    pub region_set: bool,
}

impl Lacking {
    pub(super) fn nothing(self) -> bool {
        self == Self::default()
    }
}

/// Two clocks that are too far apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Skew {
    /// The request's time.
    pub at: Time,
    /// The server's time.
    pub now: Time,
    /// How many minutes apart they may be.
    pub minutes: u8,
}

/// What is wrong with a scope; `None` where nothing is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Misscoped {
    /// The region is not accepted, or none of a set of regions is.
    pub region: bool,
    /// The service it should be.
    pub service: Option<Box<str>>,
    /// What stands where `aws4_request` should.
    pub terminator: Option<Echo>,
    /// The date of the scope, and the time of the request in basic format.
    pub date: Option<(Echo, Box<str>)>,
}

/// Why a signature does not match. The caller is told nothing of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// It is another one.
    Signature,
    /// It is none: not 64 hexadecimal digits in lower case, or whatever the
    /// algorithm's look like.
    NoSignature,
    /// The body has another hash than the one declared, or may not be declared so.
    Payload,
    /// `SignedHeaders` is not a sorted list of names in lower case.
    SignedHeaders,
    /// A header that is said to be signed is not there.
    AbsentHeader,
}

/// What a client wrote, fit to be shown to it again: no longer than a limit, and
/// without control characters. It holds what only the client may read, so it
/// prints to nobody else.
#[derive(Clone, Eq, PartialEq)]
pub struct Echo(Box<str>);

impl Echo {
    const LONGEST: usize = 1024;

    /// Makes `text` fit.
    pub fn of(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        let start = text.get(..Self::LONGEST).unwrap_or(text);
        let is_shown = |c: &char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
        Self(String::from_utf8_lossy(start).chars().filter(is_shown).collect::<String>().into())
    }

    /// What may be shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Display for Echo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_short_and_has_no_control_characters() {
        assert_eq!(Echo::of("a\r\n\0b\u{7f}\u{85}\u{ffff}").as_str(), "ab");
        assert_eq!(Echo::of("x".repeat(5000)).as_str().len(), Echo::LONGEST);
        assert_eq!(Echo::of(b"a\xff").as_str(), "a\u{fffd}");
    }

    #[test]
    fn a_refusal_is_small() {
        assert!(size_of::<Refusal>() <= 40);
    }
}
