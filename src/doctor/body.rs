//! What goes wrong with the body: hashed otherwise, or changed after it was hashed.

mod json;
pub(super) mod recoded;

use std::borrow::Cow;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use super::Case;
use super::diagnosis::causes;
use super::trial::{Baseline, Budget, Edit, Hypothesis, Line, write_query};
use crate::sigv4::{Query, hex_digest};

causes! { Body:
    BODY_ALTERED, "body-altered",
        "The body is not the one that was signed: the signature is good for the hash that the client declares.",
        "with the hash in x-amz-content-sha256, which is not that of the body that arrived",
        "Look for what changes the body between client and server: a proxy, a compressor, a middleware that parses and writes it anew.";
    BODY_DECLARED_OTHERWISE, "body-declared-otherwise",
        "The signature covers the body, but x-amz-content-sha256 declares another hash.",
        "with the hash of the body that arrived, which is not the one that is declared",
        "Put the same hash into x-amz-content-sha256 and into the last line of the canonical request.";
    BODY_NOT_HASHED, "body-not-signed",
        "The client signs the hash of an empty body, but sends one.",
        "with the hash of an empty body",
        "Hash the body that is sent, also for GET; hand it to the signer before it signs.";
    BODY_UNSIGNED, "body-declared-unsigned",
        "The client signs '{}' in the place of the body's hash, which only S3 takes.",
        "with '{}' in the place of the body's hash",
        "Sign the SHA-256 of the body: in the SDK, turn off unsigned payloads and streaming for this service.";
    BODY_LINE_EMPTY, "body-hash-missing",
        "The last line of the canonical request is empty.",
        "with an empty line in the place of the body's hash",
        "Put the SHA-256 of the body there; without a body that of the empty string, which begins with e3b0c442.";
    BODY_HASH_IN_UPPER_CASE, "body-hash-in-upper-case",
        "The hash of the body is written in upper case.",
        "with the body's hash in upper case",
        "Write hashes in lower-case hexadecimal digits.";
    BODY_HASH_IN_BASE64, "body-hash-in-base64",
        "The hash of the body is written in Base64.",
        "with the body's hash in Base64",
        "Write hashes in lower-case hexadecimal digits.";
    BODY_HASHED_TWICE, "body-hashed-twice",
        "The body is hashed twice.",
        "with the hash of the body's hash",
        "Hash the body once.";
    BODY_AS_IT_IS, "body-in-place-of-hash",
        "The body itself stands in the canonical request.",
        "with the body itself in the place of its hash",
        "Put the SHA-256 of the body there, in hexadecimal digits.";
    BODY_LINE_END, "body-line-end-changed",
        "The body has a line end at its end that was not signed, or lacks one that was.",
        "with a line end at the end of the body that differs",
        "Sign the bytes that are sent: curl's --data takes line ends out of files, --data-binary keeps them; an editor or shell may add one.";
    BODY_LINE_ENDS, "body-line-ends-changed",
        "The line ends in the body were changed after it was signed.",
        "with other line ends in the body",
        "Send the body as bytes: something in between turns LF into CRLF, or back.";
    BODY_BOM, "body-byte-order-mark",
        "The body was signed with a byte order mark that was not sent, or the other way round.",
        "with another byte order mark before the body",
        "Write the body as UTF-8 without a byte order mark.";
    BODY_CHARSET, "body-in-other-charset",
        "The body is sent in another encoding of characters than it is signed in.",
        "with the body in {}",
        "Turn the text into bytes once, as UTF-8, and sign and send these.";
    BODY_JSON, "body-json-rewritten",
        "The JSON in the body was written anew after it was signed: {}.",
        "with the JSON of the body {}",
        "Sign the text that is sent: let nothing parse the JSON and write it again in between.";
    BODY_FORM, "body-form-recoded",
        "The form in the body was encoded anew after it was signed: {}.",
        "with the form in the body {}",
        "Sign the text that is sent: let nothing parse the form and write it again in between.";
    FORM_AS_QUERY, "form-signed-as-query",
        "The form in the body is signed as if it were the query.",
        "with the form in the line of the query, and the hash of an empty body",
        "Leave the query's line empty for a POST, and hash the form as the body.";
    QUERY_AS_FORM, "query-signed-as-form",
        "The query is signed as if it were the body.",
        "with an empty query, and the query's hash as that of the body",
        "Sign the parameters where they are sent: in the query's line for a GET, as the body for a POST.";
    BODY_COMPRESSED, "body-compressed",
        "The body was compressed after it was signed.",
        "with the body before it was compressed",
        "Compress before signing, or not at all: set request compression off in the client or the proxy.";
    BODY_IN_CHUNKS, "body-in-aws-chunks",
        "The body was framed into chunks after it was signed.",
        "with the body without the framing of aws-chunked",
        "Turn streaming signatures and trailing checksums off for a service that does not take them.";
    BODY_EMPTY_VALUE, "body-null-signed",
        "The client signs '{}' as the body, but sends none.",
        "with the hash of '{}' as the body",
        "Leave the body out of what is signed where there is none: do not serialize an empty object.";
    BODY_CUT, "body-cut-short",
        "The body was cut to another length after it was signed.",
        "with the body cut to {} bytes",
        "Compute Content-Length from the bytes of the body, not from its letters.";
    BODY_BOUNDARY, "body-boundary-changed",
        "The boundary of the multipart body is another than the one that was signed.",
        "with the boundary that Content-Type names",
        "Make the multipart body once, and sign and send the same bytes.";
}

/// What clients declare where they do not sign a body.
const DECLARATIONS: &[&str] = &[
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
];

/// What serializers make of nothing.
const EMPTY_VALUES: &[&str] =
    &["{}", "null", "\"\"", "[]", "undefined", "\"null\"", "\"{}\"", "\n", " "];

/// How many lengths a body may have had: so many more than twice its own, and no more than that.
const LENGTHS: usize = 64;
const LENGTHS_AT_MOST: usize = 1024;

/// How much dearer it is to write a byte anew than to hash it.
const WRITTEN: usize = 6;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What may go wrong with the body, the most likely first, as far as `budget` lasts for hashing it.
pub(super) fn hypotheses(case: &Case<'_>, base: &Baseline, budget: &mut Budget) -> Vec<Hypothesis> {
    let line = |cause, text: &[u8]| Hypothesis::of(cause).edit(Edit::Payload(text.to_vec()));
    let mut found = Vec::new();
    let is_hash = |declared: &&[u8]| declared.len() == 64;
    if let Some(declared) = case.presented.declared_payload().filter(is_hash) {
        found.push(line(BODY_ALTERED, declared));
    }
    found.push(line(BODY_NOT_HASHED, &hex_digest(b"")));
    found.extend(DECLARATIONS.iter().map(|text| line(BODY_UNSIGNED, text.as_bytes()).told(*text)));
    found.extend(hashes(case.body));
    if case.body.is_empty() {
        found.extend(EMPTY_VALUES.iter().map(|text| {
            line(BODY_EMPTY_VALUE, &hex_digest(text.as_bytes()))
                .told(text.escape_debug().to_string())
        }));
    }
    found.extend(moved(case));
    let length = base.parts.headers.iter().position(|(name, _)| name == "content-length");
    let with_length = |hypothesis: Hypothesis, bytes: usize| match length {
        // What changes a body changes its length, and that may be signed as well.
        Some(nth) => {
            hypothesis.edit(Edit::Header(nth, Line::Value(bytes.to_string().into_bytes())))
        }
        None => hypothesis,
    };
    for other in others(case, budget) {
        if other.bytes != case.body {
            let hypothesis = line(other.cause, &hex_digest(&other.bytes));
            found.push(with_length(hypothesis, other.bytes.len()).told(other.detail));
        }
    }
    found.retain(|hypothesis| !is_as_it_is(hypothesis, base));
    found
}

/// The declared hash, with every length that the body may have had where that is signed, too.
pub(super) fn altered<'b>(
    case: &Case<'_>,
    base: &'b Baseline,
) -> impl Iterator<Item = Hypothesis> + use<'b> {
    let nth = base.parts.headers.iter().position(|(name, _)| name == "content-length");
    let declared = case.presented.declared_payload().map(<[u8]>::to_vec);
    let most = case.body.len().saturating_mul(2).saturating_add(LENGTHS).min(LENGTHS_AT_MOST);
    nth.zip(declared).into_iter().flat_map(move |(nth, declared)| {
        (0..most).map(move |length| {
            let length = Line::Value(length.to_string().into_bytes());
            Hypothesis::of(BODY_ALTERED)
                .edit(Edit::Payload(declared.clone()))
                .edit(Edit::Header(nth, length))
        })
    })
}

fn is_as_it_is(hypothesis: &Hypothesis, base: &Baseline) -> bool {
    matches!(hypothesis.edits.as_slice(), [Edit::Payload(line)] if *line == base.parts.payload)
}

/// The hash, wrongly written.
fn hashes(body: &[u8]) -> Vec<Hypothesis> {
    let digits = hex_digest(body);
    let bytes = HEXLOWER.decode(&digits).unwrap_or_default();
    let line = |cause, text: Vec<u8>| Hypothesis::of(cause).edit(Edit::Payload(text));
    vec![
        line(BODY_LINE_EMPTY, Vec::new()),
        line(BODY_HASH_IN_UPPER_CASE, HEXUPPER.encode(&bytes).into_bytes()),
        line(BODY_HASH_IN_BASE64, BASE64.encode(&bytes).into_bytes()),
        line(BODY_HASHED_TWICE, hex_digest(&digits).to_vec()),
        line(BODY_HASHED_TWICE, hex_digest(&bytes).to_vec()),
        line(BODY_AS_IT_IS, body.to_vec()),
    ]
}

/// Parameters that are signed in the other place.
fn moved(case: &Case<'_>) -> Vec<Hypothesis> {
    let empty = || Edit::Payload(hex_digest(b"").to_vec());
    let raw = case.presented.head().query();
    let mut found = Vec::new();
    if let (false, Ok(form)) = (case.body.is_empty(), Query::parse(case.body)) {
        let pairs: Vec<_> = form.pairs().collect();
        let mut query = Vec::new();
        write_query(&mut query, &pairs);
        found.push(Hypothesis::of(FORM_AS_QUERY).edit(Edit::Query(query.clone())).edit(empty()));
        found.push(Hypothesis::of(FORM_AS_QUERY).edit(Edit::Query(query)));
        found.push(
            Hypothesis::of(FORM_AS_QUERY).edit(Edit::Query(case.body.to_vec())).edit(empty()),
        );
    }
    if !raw.is_empty() {
        let hashed = Edit::Payload(hex_digest(raw).to_vec());
        found.push(Hypothesis::of(QUERY_AS_FORM).edit(Edit::Query(Vec::new())).edit(hashed));
    }
    found
}

/// A body that the client may have signed.
pub(super) struct Other<'b> {
    cause: &'static super::Cause,
    detail: Cow<'static, str>,
    bytes: Cow<'b, [u8]>,
}

fn other<'b>(cause: &'static super::Cause, bytes: impl Into<Cow<'b, [u8]>>) -> Other<'b> {
    Other { cause, detail: "".into(), bytes: bytes.into() }
}

impl Other<'_> {
    fn told(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

type Maker = for<'c> fn(&Case<'c>) -> Vec<Other<'c>>;

/// What makes other bodies of a body, and about how many.
const MAKERS: [(Maker, usize); 6] = [
    (ends, 6),
    (line_ends, 3),
    (charsets, 5),
    (recoded::forms, 20),
    (framed, 3),
    (json::rewritten, 60),
];

/// The bodies that may have been signed. They may take a quarter of the bytes in `budget`; what
/// makes too many of a large one is left out.
fn others<'c>(case: &Case<'c>, budget: &mut Budget) -> Vec<Other<'c>> {
    let body = case.body;
    let mut share = Budget { trials: 0, bytes: budget.bytes / 4 };
    let mut found = Vec::new();
    for (make, copies) in MAKERS {
        let bytes = body.len().saturating_mul(copies).saturating_mul(WRITTEN);
        if !body.is_empty() && share.take(0, bytes) {
            budget.take(0, bytes);
            found.extend(make(case));
        }
    }
    found
}

fn ends<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    let mut found = Vec::new();
    if let Some(rest) = body.strip_suffix(b"\n") {
        found.push(other(BODY_LINE_END, rest));
        found.push(other(BODY_LINE_END, rest.strip_suffix(b"\r").unwrap_or(rest)));
    }
    found.extend([
        other(BODY_LINE_END, [body, b"\n"].concat()),
        other(BODY_LINE_END, [body, b"\r\n"].concat()),
        other(BODY_BOM, body.strip_prefix(BOM).unwrap_or(body)),
        other(BODY_BOM, [BOM, body].concat()),
    ]);
    found.extend(cut(case));
    found
}

/// The body up to the length that is declared, where that is less.
fn cut<'c>(case: &Case<'c>) -> Option<Other<'c>> {
    let declared = case.presented.head().value("content-length")?;
    let length: usize = std::str::from_utf8(declared.trim_ascii()).ok()?.parse().ok()?;
    Some(other(BODY_CUT, case.body.get(..length)?).told(length.to_string()))
}

fn line_ends<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    if !body.contains(&b'\n') && !body.contains(&b'\r') {
        return Vec::new();
    }
    let lf: Vec<u8> = replaced(body, b"\r\n", b"\n");
    let crlf = replaced(&lf, b"\n", b"\r\n");
    let none: Vec<u8> =
        body.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    vec![other(BODY_LINE_ENDS, lf), other(BODY_LINE_ENDS, crlf), other(BODY_LINE_ENDS, none)]
}

fn charsets<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    let latin: String = body.iter().map(|byte| char::from(*byte)).collect();
    let mut found = Vec::new();
    if !body.is_ascii() {
        found.push(other(BODY_CHARSET, latin.into_bytes()).told("UTF-8, made of bytes of Latin-1"));
    }
    let Ok(text) = std::str::from_utf8(body) else { return found };
    if !body.is_ascii() {
        let narrow = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'));
        found.push(other(BODY_CHARSET, narrow.collect::<Vec<_>>()).told("Latin-1"));
        let ascii = text.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?'));
        found.push(other(BODY_CHARSET, ascii.collect::<Vec<_>>()).told("ASCII"));
    }
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<_>>();
    found.push(other(BODY_CHARSET, utf16(u16::to_le_bytes)).told("UTF-16"));
    found.push(other(BODY_CHARSET, utf16(u16::to_be_bytes)).told("UTF-16"));
    found
}

fn framed<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    let mut found = Vec::new();
    found.extend(unchunked(body).map(|plain| other(BODY_IN_CHUNKS, plain)));
    found.extend(recoded::unpacked(body).map(|plain| other(BODY_COMPRESSED, plain)));
    found.extend(with_boundary(case).map(|body| other(BODY_BOUNDARY, body)));
    found
}

/// The data in the chunks of `body`, if it is made of them.
fn unchunked(body: &[u8]) -> Option<Vec<u8>> {
    let (mut plain, mut rest) = (Vec::new(), body);
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (line, after) = rest.split_at_checked(end)?;
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
        let length = usize::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        let after = after.get(2..)?;
        if length == 0 {
            return Some(plain);
        }
        let (data, after) = after.split_at_checked(length)?;
        plain.extend_from_slice(data);
        rest = after.strip_prefix(b"\r\n")?;
    }
}

/// A multipart body with the boundary that its content type names.
fn with_boundary(case: &Case<'_>) -> Option<Vec<u8>> {
    let kind = case.presented.head().value("content-type")?;
    let kind = std::str::from_utf8(kind).ok()?;
    let (_, named) = kind.split_once("boundary=")?;
    let named = named.split(';').next()?.trim().trim_matches('"');
    let first = case.body.strip_prefix(b"--")?.split(|byte| *byte == b'\r').next()?;
    let is_one = !first.is_empty() && first.len() <= 70 && first != named.as_bytes();
    is_one.then(|| replaced(case.body, first, named.as_bytes()))
}

/// `text` with `to` in the place of each `from`.
pub(super) fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(from) {
            Some(after) if !from.is_empty() => {
                out.extend_from_slice(to);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}
