//! What a signer is given who is to sign a case: the request before it was signed, and how.

use std::fmt;

use super::server::Server;
use crate::request::Request;
use crate::sigv4::{Algorithm, Form, Presented};

/// The headers by which a request is signed.
pub(super) const HEADERS: &[&str] = &[
    "authorization",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-region-set",
    "x-amz-security-token",
];

/// The parameters by which a request is presigned.
pub(super) const PARAMETERS: &[&str] = &[
    "X-Amz-Algorithm",
    "X-Amz-Content-Sha256",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Region-Set",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// A request that is to be signed, and how. By which key, for which service and at what
/// time, its server knows.
#[derive(Clone, Eq, PartialEq)]
pub struct Task {
    /// The request before it is signed.
    pub request: Request,
    /// Where the signature is to stand.
    pub form: Form,
    /// By what it is to be signed.
    pub algorithm: Algorithm,
    /// The region that it is to be signed for, or the set of them.
    pub region: String,
    /// `X-Amz-Expires` of a presigned request.
    pub expires: Option<u64>,
    /// Whether `x-amz-content-sha256` is to be there, and signed.
    pub signs_body_hash: bool,
    /// Whether dot segments and double slashes are removed from the path.
    pub normalizes_path: bool,
    /// Whether the session token is added when everything else is signed.
    pub adds_token_late: bool,
}

impl Task {
    /// The task that a signed request was made of; nothing where its signature cannot be read.
    pub(super) fn of(request: &Request, server: &Server, normalizes_path: bool) -> Option<Self> {
        let headers = request.raw_headers();
        let presented = Presented::read(request.head(&headers), &server.rules, server.now).ok()?;
        let parameter = |name: &str| {
            let mut found = presented.parameters().filter(|(n, _)| **n == *name.as_bytes());
            found.next().and_then(|(_, value)| String::from_utf8(value.into_owned()).ok())
        };
        let header = |name: &str| presented.head().value(name).map(<[u8]>::trim_ascii);
        let region_set = || {
            let header = header("x-amz-region-set");
            let header = header.map(|set| String::from_utf8_lossy(set).into_owned());
            parameter("X-Amz-Region-Set").or(header)
        };
        let signs = |name: &str| presented.signed_headers().has(name);
        let token = header("x-amz-security-token").is_some();
        Some(Self {
            request: unsigned(request, presented.form()),
            form: presented.form(),
            algorithm: presented.algorithm(),
            region: presented.credential().region().map(ToOwned::to_owned).or_else(region_set)?,
            expires: parameter("X-Amz-Expires").and_then(|digits| digits.parse().ok()),
            signs_body_hash: signs("x-amz-content-sha256"),
            normalizes_path,
            adds_token_late: token && !signs("x-amz-security-token"),
        })
    }
}

/// The request without what signing adds to it.
pub(super) fn unsigned(request: &Request, form: Form) -> Request {
    let mut request = request.clone();
    for name in HEADERS {
        request.remove(name);
    }
    if form == Form::Presigned {
        request.target = without_parameters(&request.target);
    }
    request
}

fn without_parameters(target: &[u8]) -> Vec<u8> {
    let mut parts = target.splitn(2, |byte| *byte == b'?');
    let path = parts.next().unwrap_or_default();
    let pieces = parts.next().unwrap_or_default().split(|byte| *byte == b'&');
    let kept: Vec<_> = pieces.filter(|piece| !piece.is_empty() && !is_added(piece)).collect();
    if kept.is_empty() { path.to_vec() } else { [path, b"?", &kept.join(&b'&')].concat() }
}

fn is_added(piece: &[u8]) -> bool {
    let name = piece.split(|byte| *byte == b'=').next().unwrap_or_default();
    PARAMETERS.iter().any(|added| added.as_bytes() == name)
}

/// The request may hold what only its sender may read.
impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("form", &self.form)
            .field("algorithm", &self.algorithm)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_target_only_what_presigning_adds_goes() {
        for (signed, left) in [
            ("/", "/"),
            ("/?X-Amz-Date=1&X-Amz-Signature=2", "/"),
            ("/a?b&X-Amz-Date=1&c=X-Amz-Date&x-amz-date=1", "/a?b&c=X-Amz-Date&x-amz-date=1"),
        ] {
            assert_eq!(without_parameters(signed.as_bytes()), left.as_bytes());
        }
    }
}
