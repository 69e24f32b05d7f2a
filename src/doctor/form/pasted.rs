//! Headers, URLs and ids that were pasted with too much, or with something else.

use super::super::diagnosis::causes;
use super::{Found, KEY_ID_IS_SECRET, KEY_ID_PLACEHOLDER, KEY_ID_SPACED};
use crate::sigv4::Head;

causes! { Form:
    HEADER_NAME_REPEATED, "authorization-name-repeated",
        "The value of the Authorization header begins with its own name.",
        "It begins with Authorization:.",
        "Send the value alone: AWS4-HMAC-SHA256 Credential=….";
    HEADER_QUOTED, "authorization-in-quotes",
        "The Authorization header holds quotes that a text program or a shell put there.",
        "It holds quotes.",
        "Write it without quotes.";
    HEADER_BEARER, "authorization-bearer-before",
        "The word Bearer stands before the signature.",
        "It begins with Bearer AWS4.",
        "Send the signature as it is: AWS4-HMAC-SHA256 Credential=…, without another scheme before it.";
    SIGV2, "signature-version-2",
        "The request is signed by Signature Version 2, or by the old scheme of S3.",
        "It brings AWS and a key, AWSAccessKeyId, or SignatureVersion=2.",
        "Use Signature Version 4: a newer SDK, or its setting s3v4.";
    BEARER, "bearer-token",
        "The request brings a bearer or basic authorization, and no signature.",
        "The Authorization header is of another scheme.",
        "Sign the request with an access key; IAM and STS take no bearer tokens.";
    URL_ESCAPED, "url-escaped",
        "The presigned URL was escaped for HTML or JSON when it was pasted.",
        "Its query holds &amp; or \\u0026.",
        "Copy the URL from where it is not escaped: & stands between its parameters.";
    URL_CUT, "url-cut-short",
        "The presigned URL was cut off.",
        "Only the first of its parameters arrived.",
        "Put the URL in quotes: a shell ends it at the first &, a mail at its line's end.";
}

/// Words that manuals put where an id belongs.
const PLACEHOLDERS: &[&str] = &[
    "<",
    ">",
    "your",
    "example",
    "example_key",
    "access_key",
    "accesskey",
    "xxx",
    "{{",
    "${",
    "changeme",
    "placeholder",
    "undefined",
    "null",
    "none",
];

/// What is wrong with the text of the Authorization header.
pub(super) fn header(head: &Head<'_>) -> Option<Found> {
    let value = head.value("authorization")?.trim_ascii();
    let text = String::from_utf8_lossy(value);
    let lower = text.to_lowercase();
    let cause = match lower.as_str() {
        text if text.starts_with("authorization") => HEADER_NAME_REPEATED,
        text if text.starts_with("bearer aws4") => HEADER_BEARER,
        text if !text.starts_with("aws") && !text.starts_with(['"', '\'', '\u{201c}']) => {
            let is_other = text.starts_with("bearer ") || text.starts_with("basic ");
            return is_other.then(|| (BEARER, String::new()));
        }
        text if text.contains(['"', '\'', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) => {
            HEADER_QUOTED
        }
        text if text.starts_with("aws ") => SIGV2,
        text if !text.starts_with("aws4") => return None,
        _ => return spaced(&text),
    };
    Some((cause, String::new()))
}

/// An id that is pasted with white space falls apart where the header is split.
fn spaced(text: &str) -> Option<Found> {
    let (_, rest) = text.split_once("Credential=")?;
    let id = rest.split('/').next()?;
    if id.contains("YOUR") || id.contains('<') {
        return Some((KEY_ID_PLACEHOLDER, String::new()));
    }
    let is_apart = id.contains([' ', '\t', ',']) && id.len() < 160 && rest.contains('/');
    is_apart.then(|| (KEY_ID_SPACED, String::new()))
}

/// What is wrong with a URL that lacks parts of its signature.
pub(super) fn url(head: &Head<'_>) -> Option<Found> {
    let query = String::from_utf8_lossy(head.query());
    let is_presigned = query.contains("X-Amz-");
    let is_escaped = query.contains("&amp;")
        || query.contains("%26X-Amz-")
        || query.contains("\\u0026")
        || query.contains("%5Cu0026");
    match () {
        () if is_presigned && is_escaped => Some((URL_ESCAPED, String::new())),
        () if is_presigned && !query.contains("X-Amz-Signature=") => Some((URL_CUT, String::new())),
        () => None,
    }
}

/// Whether the signature of a presigned URL is cut off in its middle.
pub(in crate::doctor) fn cut_signature(sent: &str) -> bool {
    !sent.is_empty() && sent.len() < 64 && sent.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is wrong with a request that has no signature of ours.
pub(super) fn unsigned(head: &Head<'_>) -> Option<Found> {
    let query = String::from_utf8_lossy(head.query());
    let is_old = query.contains("SignatureVersion=2") || query.contains("AWSAccessKeyId=");
    if is_old {
        return Some((SIGV2, String::new()));
    }
    url(head)
}

/// What is wrong with the id of a key that nobody knows.
pub(super) fn key_id(id: &str) -> Option<Found> {
    let lower = id.to_lowercase();
    let is_secret = id.len() == 40 && id.bytes().any(|byte| byte.is_ascii_lowercase());
    if is_secret {
        return Some((KEY_ID_IS_SECRET, String::new()));
    }
    let is_known = ["test", "dummy", "minioadmin", "foo", "fake", "root", "admin"].contains(&id);
    if is_known {
        return Some((KEY_ID_PLACEHOLDER, String::new()));
    }
    if id.trim() != id
        || id.contains("%20")
        || ["%0A", "%0a", "%0D", "%0d", "%09"].iter().any(|end| id.contains(end))
        || id.contains('+')
    {
        return Some((KEY_ID_SPACED, String::new()));
    }
    match () {
        () if PLACEHOLDERS.iter().any(|word| lower.contains(word)) => {
            Some((KEY_ID_PLACEHOLDER, String::new()))
        }
        () => None,
    }
}
