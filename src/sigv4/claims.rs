//! What a request claims about its signature, in whichever form it came.

use std::borrow::Cow;

use super::head::Head;
use super::query::Query;
use super::refusal::{Echo, Lacking, Refusal};
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
}

impl Algorithm {
    /// The algorithm of that name, which is compared exactly.
    pub fn named(name: &[u8]) -> Option<Self> {
        (name == Self::HmacSha256.as_str().as_bytes()).then_some(Self::HmacSha256)
    }

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "AWS4-HMAC-SHA256",
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
}

/// A date as it was sent, and the moment that it is, if it is one.
#[derive(Debug, Default)]
pub(super) struct Date<'r> {
    pub(super) text: Cow<'r, [u8]>,
    pub(super) stamp: Option<Stamp>,
}

impl<'r> Claims<'r> {
    /// Finds the one signature of a request.
    pub(super) fn find(head: &Head<'r>, query: &Query<'r>) -> Result<Self, Refusal> {
        let header = head.noted.authorization.first();
        match (header, query.has("X-Amz-Algorithm")) {
            (Some(_), true) => Err(Refusal::BothForms),
            (Some(header), false) => super::authorization::read(head, header),
            (None, true) => super::presigned::read(query),
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
