//! What is wrong with requests that are refused before their signature is held against anything,
//! and what can be seen of those whose signature is another: nothing here is computed anew.

mod clock;
pub(super) mod pasted;

use super::diagnosis::causes;
use super::{Case, Cause, Sign};
use crate::sigv4::{Algorithm, Head, Misscoped, Refusal};

causes! { Form:
    TOO_MUCH, "too-much",
        "The request is larger than any signed request need be.",
        "It has more bytes, headers or parameters than are taken.",
        "Send parameters as a form in the body, and fewer headers.";
    PATH_BROKEN, "path-broken",
        "The path of the request is none.",
        "It does not begin at the root, leaves it, or holds a broken escape.",
        "Encode the path as RFC 3986 has it, and send it from its first slash.";
    NO_CALL, "no-call",
        "The request is no call of IAM or STS.",
        "It is neither a POST nor a GET that names an Action.",
        "Send a POST with a form, or a GET with Action and Version in the query.";
    NO_FORM, "content-type-no-form",
        "The Content-Type of the request is not that of a form.",
        "A POST to IAM and STS is application/x-www-form-urlencoded.",
        "Set Content-Type: application/x-www-form-urlencoded, and send the parameters as a form.";
    QUERY_BROKEN, "query-broken",
        "The query holds a % that two hexadecimal digits do not follow.",
        "The query cannot be decoded.",
        "Encode each name and value of the query; a percent sign is %25.";
    SIGNED_TWICE, "signed-in-header-and-query",
        "The request is signed in a header and in the query at once.",
        "There is an Authorization header, and X-Amz-Algorithm in the query.",
        "Send a presigned URL without an Authorization header: most HTTP clients add one where they know credentials.";
    NOT_SIGNED, "not-signed",
        "The request is not signed at all.",
        "There is neither an Authorization header nor X-Amz-Algorithm in the query.",
        "Give the client credentials, and look for a proxy or a redirect that drops the Authorization header.";
    SCHEME_OTHER, "scheme-not-sigv4",
        "The request is signed by another scheme than Signature Version 4.",
        "The algorithm is none that is taken here.",
        "Use an SDK or a signer of Signature Version 4; Version 2 and bearer tokens are not taken.";
    AUTHORIZATION_MALFORMED, "authorization-malformed",
        "The Authorization header is no list of name=value pairs.",
        "A word of it has no equals sign.",
        "Write AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=… in one line.";
    GIVEN_TWICE, "given-twice",
        "Something is given twice that may be given once: {}.",
        "It is not known which of the two is meant.",
        "Let the client, or the proxy that adds a second one, send it once.";
    PARTS_MISSING, "signature-parts-missing",
        "Parts of the signature are missing.",
        "The answer names them.",
        "Send Credential, SignedHeaders, Signature and a date; where a URL was cut off, quote it: a shell ends it at the first &.";
    HOST_NOT_SIGNED, "host-not-signed",
        "The Host header is not signed.",
        "SignedHeaders does not list host.",
        "Sign host always.";
    HEADER_NOT_SIGNED, "header-not-signed",
        "A header that matters is not signed: {}.",
        "SignedHeaders does not list it.",
        "Sign every header that begins with x-amz-, and add none after signing.";
    PAYLOAD_NOT_DECLARED, "payload-not-declared",
        "The header x-amz-content-sha256 is missing.",
        "S3 asks for it.",
        "Send and sign x-amz-content-sha256.";
    DATE_UNREADABLE, "date-unreadable",
        "The date of the request is not written as it must be.",
        "It is not of the form 20150830T123600Z.",
        "Write X-Amz-Date in UTC as 20150830T123600Z.";
    CREDENTIAL_MALFORMED, "credential-malformed",
        "The credential is not made of five parts.",
        "It is key id, date, region, service and aws4_request, with slashes between them.",
        "Write Credential=KEY_ID/20150830/us-east-1/iam/aws4_request.";
    CREDENTIAL_OF_SIGV4A, "credential-of-sigv4a",
        "The credential has the four parts of SigV4A, but the algorithm is that of SigV4.",
        "Its scope names no region.",
        "Name the region in the scope, or sign by AWS4-ECDSA-P256-SHA256.";
    REGION_NOT_SERVED, "region-not-served",
        "The region of the signature is not served here: '{}'.",
        "The credential's scope names it.",
        "Sign for a region that this endpoint serves.";
    REGION_MISCONFIGURED, "region-misconfigured",
        "The region of the signature is no region: '{}'.",
        "The credential's scope names it.",
        "Set the client's region to one like us-east-1: not a zone, not a display name, not the global endpoint.";
    SERVICE_WRONG, "service-wrong",
        "The signature is for the service '{}', which is not the one that is asked.",
        "The credential's scope names it.",
        "Sign with the service's signing name, which is not always its endpoint's prefix.";
    TERMINATOR_WRONG, "terminator-wrong",
        "The credential does not end in aws4_request.",
        "Its last part is another.",
        "End the credential's scope in /aws4_request.";
    SCOPE_DATE_WRONG, "scope-date-differs",
        "The date in the credential's scope is not that of the request.",
        "They are different days.",
        "Take both from one clock reading in UTC.";
    SCOPE_DATE_LOCAL, "scope-date-local",
        "The date in the credential's scope is a day off the request's: local time in the scope, or a key kept over midnight.",
        "The scope's date is the day before or after that of X-Amz-Date.",
        "Take both from one clock reading in UTC, and derive the key anew each day.";
    TOKEN_WRONG, "token-wrong",
        "The session token is not the one that belongs to the key.",
        "It does not open, or belongs to another key.",
        "Set key id, secret and session token together, from one answer of STS.";
    TOKEN_STALE, "token-with-long-term-key",
        "A session token is sent with a key that has none.",
        "The key's id begins with AKIA: it is no temporary one.",
        "Unset AWS_SESSION_TOKEN: it is left over from temporary credentials.";
    TOKEN_MISSING, "token-missing",
        "The key is a temporary one, but its session token is missing.",
        "The key's id begins with ASIA, and X-Amz-Security-Token is not there.",
        "Set the session token beside id and secret (AWS_SESSION_TOKEN), all three from one answer of STS.";
    SESSION_OVER, "session-expired",
        "The session of these credentials is over.",
        "The token's time has passed.",
        "Ask STS for new ones, or let the SDK renew them.";
    KEY_UNKNOWN, "key-unknown",
        "Nobody here has an access key of that id.",
        "It is not in the store: another account's, deleted when keys were rotated, or AWS's own.",
        "Use a key that this endpoint issued: `countersign env` prints root's, CreateAccessKey makes others.";
    KEY_ID_PLACEHOLDER, "key-id-is-placeholder",
        "The key's id is a placeholder from an example.",
        "No key has such an id.",
        "Put a real access key id there.";
    KEY_ID_IS_SECRET, "key-id-is-secret",
        "What stands in the place of the key's id looks like a secret: id and secret are swapped.",
        "It has forty characters.",
        "Swap the two settings, and then replace the key: its secret has been sent in the clear.";
    KEY_ID_SPACED, "key-id-with-space",
        "The key's id is pasted with white space or a line end.",
        "The Authorization header falls apart there.",
        "Copy the id again, without the white space around it.";
    KEY_INACTIVE, "key-inactive",
        "The access key is switched off.",
        "Its status is Inactive.",
        "Use the key that took its place, or switch it on with UpdateAccessKey.";
    NO_SIGNATURE, "signature-malformed",
        "The signature is none: not 64 hexadecimal digits in lower case.",
        "It cannot be decoded.",
        "Write the last HMAC in lower-case hexadecimal digits, all 64 of them.";
    SIGNATURE_OF_SHA_1, "signature-of-sha-1",
        "The signature has the length of SHA-1: 40 digits.",
        "It is 40 hexadecimal digits long.",
        "Use HMAC-SHA256 for every step.";
    NAMES_NOT_CANONICAL, "signed-headers-malformed",
        "SignedHeaders is not a list of names in lower case, sorted, each once.",
        "with the list of headers as it was sent",
        "Write the names of the signed headers in lower case, sorted, with semicolons between them, and none at the end.";
    UPPER_SIGNATURE, "signature-in-upper-case",
        "The signature is right, but written in upper case.",
        "with the digits of the signature in upper case",
        "Write the signature in lower-case hexadecimal digits.";
    BASE64_SIGNATURE, "signature-in-base64",
        "The signature is right, but written in Base64.",
        "with the signature in Base64",
        "Write the signature in lower-case hexadecimal digits.";
    PROXY_SEEN, "proxy-in-path",
        "A proxy stands between client and server, and says so.",
        "The request has headers that proxies add: {}.",
        "Look at what the proxy changes, the Host header first.";
    PORT_SEEN, "host-names-no-port",
        "The Host header names no port, but the server is reached at one of its own.",
        "The Host header names no port, but the server listens on {}: a proxy or a mapping of ports stands in between.",
        "See that it passes the Host header on as it came (nginx: proxy_set_header Host $http_host).";
    COMPRESSED_SEEN, "content-encoded",
        "The body is compressed.",
        "The request has the header Content-Encoding: {}.",
        "Compress before signing, or not at all.";
    HASHES_DIFFER, "body-and-signature-differ",
        "The body has another hash than the one that is declared, and the signature is good for neither.",
        "x-amz-content-sha256 is not the hash of the body.",
        "Look for what changes the body first.";
    FORM_UNREADABLE, "form-unreadable",
        "The parameters cannot be read: a % in the form or the query is not followed by two hexadecimal digits.",
        "They cannot be decoded, so nobody knows what is asked.",
        "Encode each name and value of the form; look for what compresses, cuts or rewrites the body on its way.";
    SECRET_UNKNOWN, "not-proven",
        "No mistake that is known makes this signature: most likely it was made with another secret.",
        "All ways to sign this request that are known were tried.",
        "Compare the secret first, then the canonical request that the server saw with the client's own, line by line.";
    NOT_EXAMINED, "not-examined",
        "The signature does not match.",
        "It was not looked into: too many requests fail at the moment.",
        "Wait a moment and try again.";
}

/// All causes that are recognized without computing anything.
pub(super) fn causes() -> impl Iterator<Item = &'static Cause> {
    [CAUSES, clock::CAUSES, pasted::CAUSES].into_iter().flatten().copied()
}

/// What is found, and what stands for `{}` in its sentences.
pub(super) type Found = (&'static Cause, String);

/// The cause of a refusal that comes before a signature is held against anything.
pub(super) fn recognize(refusal: &Refusal, head: &Head<'_>) -> Found {
    let plain = |cause| (cause, String::new());
    match refusal {
        Refusal::TooMuch(_) => plain(TOO_MUCH),
        Refusal::BadPath => plain(PATH_BROKEN),
        Refusal::NoCall => plain(NO_CALL),
        Refusal::ContentType => plain(NO_FORM),
        Refusal::BadQuery(_) => plain(QUERY_BROKEN),
        Refusal::BothForms => plain(SIGNED_TWICE),
        Refusal::Unsigned | Refusal::QueryAlgorithm => {
            pasted::unsigned(head).unwrap_or(plain(NOT_SIGNED))
        }
        Refusal::Algorithm(_) => {
            pasted::header(head).or_else(|| pasted::unsigned(head)).unwrap_or(plain(SCHEME_OTHER))
        }
        Refusal::NoPair { .. } => pasted::header(head).unwrap_or(plain(AUTHORIZATION_MALFORMED)),
        Refusal::Twice(name) => (GIVEN_TWICE, (*name).to_owned()),
        Refusal::HeaderLacks(..) | Refusal::QueryLacks(_) => {
            pasted::header(head).or_else(|| pasted::url(head)).unwrap_or(plain(PARTS_MISSING))
        }
        Refusal::HostNotSigned => pasted::header(head).unwrap_or(plain(HOST_NOT_SIGNED)),
        Refusal::NotSigned(name) => (HEADER_NOT_SIGNED, name.as_str().to_owned()),
        Refusal::PresentNotSigned => (HEADER_NOT_SIGNED, "one of those that are there".to_owned()),
        Refusal::Undeclared => plain(PAYLOAD_NOT_DECLARED),
        Refusal::ParameterDiffers(name) => (GIVEN_TWICE, name.as_str().to_owned()),
        Refusal::BadDate(text) => clock::format(text.as_str()),
        Refusal::BadExpires => plain(clock::EXPIRES_WRONG),
        Refusal::Expired(skew) | Refusal::NotYetCurrent(skew) => clock::skewed(skew.at, skew.now),
        Refusal::PresignedExpired => plain(clock::URL_EXPIRED),
        Refusal::PresignedTooEarly => plain(clock::CLOCK_WRONG),
        Refusal::BadCredential(algorithm, text) => credential(*algorithm, text.as_str()),
        Refusal::OutOfScope(wrong) => misscoped(wrong, head),
        Refusal::WrongToken => token(head),
        Refusal::SessionExpired => plain(SESSION_OVER),
        Refusal::TokenMissing => plain(TOKEN_MISSING),
        Refusal::UnknownKey => unknown(head),
        Refusal::InactiveKey => plain(KEY_INACTIVE),
        Refusal::Mismatch(_) => plain(SECRET_UNKNOWN),
    }
}

/// A credential that has not as many parts as it should.
fn credential(algorithm: Algorithm, text: &str) -> Found {
    let parts = text.split('/').count();
    let is_sigv4a = algorithm.scopes_region() && parts == 4 && text.ends_with("/aws4_request");
    if is_sigv4a {
        return (CREDENTIAL_OF_SIGV4A, String::new());
    }
    // A secret has slashes of its own.
    let id = text.rsplitn(5, '/').nth(4).unwrap_or_default();
    if id.len() == 40 {
        return (KEY_ID_IS_SECRET, String::new());
    }
    pasted::key_id(text.split('/').next().unwrap_or_default())
        .unwrap_or((CREDENTIAL_MALFORMED, String::new()))
}

fn misscoped(wrong: &Misscoped, head: &Head<'_>) -> Found {
    let sent = credential_of(head);
    let mut parts = sent.split('/').skip(1);
    let (_, region, service) = (parts.next(), parts.next(), parts.next());
    if wrong.region {
        let region = region.unwrap_or_default();
        let is_none = !crate::sigv4::is_known_region(region);
        return (if is_none { REGION_MISCONFIGURED } else { REGION_NOT_SERVED }, region.to_owned());
    }
    if wrong.service.is_some() {
        return (SERVICE_WRONG, service.unwrap_or_default().to_owned());
    }
    if wrong.terminator.is_some() {
        return (TERMINATOR_WRONG, String::new());
    }
    let is_a_day_off = wrong
        .date
        .as_ref()
        .is_some_and(|(scope, stamp)| clock::is_a_day_off(scope.as_str(), stamp));
    (if is_a_day_off { SCOPE_DATE_LOCAL } else { SCOPE_DATE_WRONG }, String::new())
}

fn token(head: &Head<'_>) -> Found {
    let is_long_term = credential_of(head).starts_with("AKIA");
    (if is_long_term { TOKEN_STALE } else { TOKEN_WRONG }, String::new())
}

/// A key that nobody has: where its id says that it is temporary, it lives in its token alone.
fn unknown(head: &Head<'_>) -> Found {
    let id = credential_of(head).split('/').next().unwrap_or_default().to_owned();
    let query = String::from_utf8_lossy(head.query());
    let has_token =
        head.value("x-amz-security-token").is_some() || query.contains("X-Amz-Security-Token=");
    if id.starts_with("ASIA") && !has_token {
        return (TOKEN_MISSING, String::new());
    }
    pasted::key_id(&id).unwrap_or((KEY_UNKNOWN, String::new()))
}

/// The credential as it was sent, in either form; it holds no secret.
fn credential_of(head: &Head<'_>) -> String {
    let header = head.value("authorization").map(String::from_utf8_lossy).unwrap_or_default();
    let in_header = header.split_once("Credential=").map(|(_, rest)| rest);
    let from_header =
        in_header.map(|rest| rest.split([',', ' ']).next().unwrap_or_default().to_owned());
    from_header.unwrap_or_else(|| {
        let query = String::from_utf8_lossy(head.query());
        let in_query = query.split('&').find_map(|piece| piece.strip_prefix("X-Amz-Credential="));
        in_query.unwrap_or_default().replace("%2F", "/").replace("%2f", "/")
    })
}

/// What is odd about a request whose signature is another, the most telling first.
pub(super) fn signs(case: &Case<'_>, absent: impl Iterator<Item = String>) -> Vec<Sign> {
    let head = case.presented.head();
    let sign = |(cause, detail): Found| Sign { cause, sentence: super::told(cause.made, &detail) };
    let mut found: Vec<_> = absent
        .map(|name| Sign {
            cause: super::headers::HEADER_ABSENT,
            sentence: super::told(super::headers::HEADER_ABSENT.sentence, &name),
        })
        .collect();
    let proxies: Vec<_> =
        PROXIES.iter().filter(|name| head.value(name).is_some()).copied().collect();
    if !proxies.is_empty() {
        found.push(sign((PROXY_SEEN, proxies.join(", "))));
    }
    if let Some(port) = case.port.filter(|port| {
        !USUAL_PORTS.contains(port) && names_no_port(head.host().unwrap_or_default())
    }) {
        found.push(sign((PORT_SEEN, port.to_string())));
    }
    if let Some(coding) = head.value("content-encoding") {
        found.push(sign((COMPRESSED_SEEN, String::from_utf8_lossy(coding).into_owned())));
    }
    found
}

/// The ports that clients leave out of the Host header.
const USUAL_PORTS: [u16; 2] = [80, 443];

fn names_no_port(host: &[u8]) -> bool {
    let last = host.rsplit(|byte| *byte == b':').next().unwrap_or_default();
    !host.is_empty() && (last.len() == host.len() || last.ends_with(b"]"))
}

/// Headers that proxies add, and clients do not.
const PROXIES: &[&str] = &[
    "via",
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-real-ip",
    "cf-ray",
    "cf-connecting-ip",
    "x-amz-cf-id",
    "x-envoy-external-address",
    "x-original-host",
    "x-azure-ref",
    "fastly-ff",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colons_of_an_address_are_no_port() {
        for host in ["localhost", "[::1]", "iam.example.com"] {
            assert!(names_no_port(host.as_bytes()), "{host}");
        }
        for host in ["localhost:80", "[::1]:7448", "127.0.0.1:1", ""] {
            assert!(!names_no_port(host.as_bytes()), "{host}");
        }
    }
}
