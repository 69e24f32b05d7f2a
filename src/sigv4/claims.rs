//! What a request claims about its signature, in whichever form it came.

use std::borrow::Cow;

use super::head::Head;
use super::query::Query;
use super::refusal::{Echo, Lacking, Refusal};
use super::rules::Rules;
use super::stamp::Stamp;

/// Where the signature of a request stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query: the request was signed beforehand, by whoever made the URL.
    Presigned,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// `AWS4-HMAC-SHA256`: both sides know the secret.
    HmacSha256,
    /// `AWS4-ECDSA-P256-SHA256`, known as `SigV4A`: by a key pair that is made of the
    /// secret, for the regions of a set that is signed beside the scope.
    #[cfg(feature = "sigv4a")]
    EcdsaP256Sha256,
}

impl Algorithm {
    /// All that are known.
    pub const ALL: &[Self] = &[
        Self::HmacSha256,
        #[cfg(feature = "sigv4a")]
        Self::EcdsaP256Sha256,
    ];

    /// The algorithm of that name, which is compared exactly.
    pub fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.as_str().as_bytes() == name)
    }

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "AWS4-HMAC-SHA256",
            #[cfg(feature = "sigv4a")]
            Self::EcdsaP256Sha256 => "AWS4-ECDSA-P256-SHA256",
        }
    }

    /// Whether its scopes name a region. Where they do not, a set of regions is
    /// signed beside them.
    pub const fn scopes_region(self) -> bool {
        match self {
            Self::HmacSha256 => true,
            #[cfg(feature = "sigv4a")]
            Self::EcdsaP256Sha256 => false,
        }
    }
}

/// The parts of a signature, all of them there but none of them looked into.
#[derive(Debug)]
pub(super) struct Claims<'r> {
    pub(super) form: Form,
    pub(super) algorithm: Algorithm,
    pub(super) credential: Cow<'r, str>,
    pub(super) signed_headers: Cow<'r, str>,
    pub(super) signature: Cow<'r, str>,
    pub(super) date: Date<'r>,
    pub(super) token: Option<Cow<'r, str>>,
    /// `X-Amz-Expires`, which only S3 looks at.
    pub(super) expires: Option<Cow<'r, str>>,
    /// `X-Amz-Region-Set`, where the scope names no region.
    pub(super) region_set: Option<Cow<'r, str>>,
}

/// A date as it was sent, and the moment that it is, if it is one.
#[derive(Debug, Default)]
pub(super) struct Date<'r> {
    pub(super) text: Cow<'r, [u8]>,
    pub(super) stamp: Option<Stamp>,
}

impl<'r> Claims<'r> {
    /// Finds the one signature of a request, which is of an algorithm that `rules`
    /// take.
    pub(super) fn find(head: &Head<'r>, query: &Query<'r>, rules: &Rules) -> Result<Self, Refusal> {
        let header = head.noted.authorization.first();
        match (header, query.has("X-Amz-Algorithm")) {
            (Some(_), true) => Err(Refusal::BothForms),
            (Some(header), false) => super::authorization::read(head, header, rules),
            (None, true) => super::presigned::read(query, rules),
            (None, false) => {
                Err(other_scheme(head, query).map_or(Refusal::Unsigned, Refusal::Algorithm))
            }
        }
    }
}

/// The name of another scheme that the request is signed by.
fn other_scheme(head: &Head<'_>, query: &Query<'_>) -> Option<Echo> {
    let aws3 = head
        .value("x-amzn-authorization")
        .and_then(|value| value.split(|byte| *byte == b' ').next());
    if let Some(scheme) = aws3 {
        return Some(Echo::of(scheme));
    }
    if query.has("SignatureVersion") && query.has("Signature") {
        return Some(Echo::of("SignatureVersion=2"));
    }
    (query.has("AWSAccessKeyId") && query.has("Signature")).then(|| Echo::of("AWS"))
}

impl Lacking {
    /// The sentences' facts, as an error where there are any.
    pub(super) fn check(self, refusal: impl FnOnce(Self) -> Refusal) -> Result<(), Refusal> {
        if self.nothing() { Ok(()) } else { Err(refusal(self)) }
    }
}
