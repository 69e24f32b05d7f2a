//! Bodies that something has parsed and written anew, or packed, after they were signed.

use super::{BODY_FORM, BODY_JSON, Other, other, replaced};
use crate::doctor::Case;
use crate::wire::percent::{self, Plus};

/// The greatest body that is unpacked.
#[cfg(feature = "server")]
const LARGEST: usize = 1024 * 1024;

/// The form in the body, encoded otherwise.
pub(super) fn forms<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    let is_form = body.contains(&b'=') && !body.starts_with(b"{") && !body.contains(&b'\n');
    if !is_form {
        return Vec::new();
    }
    let swapped = |from: &[u8], to: &[u8]| replaced(body, from, to);
    let mut found = vec![
        other(BODY_FORM, swapped(b"+", b"%20")).told("with %20 for spaces"),
        other(BODY_FORM, swapped(b"%20", b"+")).told("with + for spaces"),
        other(BODY_FORM, swapped(b"%7E", b"~")).told("with ~ as it is"),
        other(BODY_FORM, swapped(b"~", b"%7E")).told("with ~ escaped"),
        other(BODY_FORM, swapped(b"%2A", b"*")).told("with * as it is"),
        other(BODY_FORM, swapped(b"*", b"%2A")).told("with * escaped"),
        other(BODY_FORM, escapes(body, u8::to_ascii_lowercase)).told("with escapes in lower case"),
        other(BODY_FORM, escapes(body, u8::to_ascii_uppercase)).told("with escapes in upper case"),
    ];
    found.extend(pieces(body));
    found
}

/// The pieces of a form in another order, or written by another encoder.
fn pieces(body: &[u8]) -> Vec<Other<'_>> {
    let pieces: Vec<_> = body.split(|byte| *byte == b'&').collect();
    let mut sorted = pieces.clone();
    sorted.sort_unstable();
    let joined = |pieces: &[Vec<u8>]| pieces.join(&b'&');
    let recoded = |is_kept: fn(u8) -> bool, space: &[u8]| -> Vec<u8> {
        let parts = pieces.iter().map(|piece| {
            let parts =
                piece.splitn(2, |byte| *byte == b'=').map(|part| recode(part, is_kept, space));
            parts.collect::<Vec<_>>().join(&b'=')
        });
        joined(&parts.collect::<Vec<_>>())
    };
    let filled: Vec<_> = pieces.iter().filter(|piece| !piece.ends_with(b"=")).copied().collect();
    vec![
        other(BODY_FORM, sorted.join(&b'&')).told("with its parameters sorted"),
        other(BODY_FORM, recoded(percent::is_unreserved, b"%20"))
            .told("encoded as RFC 3986 has it"),
        other(BODY_FORM, recoded(is_kept_by_forms, b"+")).told("encoded as browsers do it"),
        other(BODY_FORM, recoded(is_kept_by_javascript, b"%20"))
            .told("encoded as encodeURIComponent does it"),
        other(BODY_FORM, recoded(|_| true, b" ")).told("not encoded at all"),
        other(BODY_FORM, filled.join(&b'&')).told("without its empty parameters"),
    ]
}

fn recode(part: &[u8], is_kept: fn(u8) -> bool, space: &[u8]) -> Vec<u8> {
    let plain = percent::decode(part, Plus::Space).unwrap_or_default();
    let mut out = Vec::with_capacity(part.len());
    for byte in plain.iter() {
        match byte {
            b' ' => out.extend_from_slice(space),
            byte if is_kept(*byte) => out.push(*byte),
            byte => percent::encode_into(&mut out, &[*byte]),
        }
    }
    out
}

/// The WHATWG's application/x-www-form-urlencoded percent-encode set leaves these.
fn is_kept_by_forms(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_')
}

/// ECMAScript, `encodeURIComponent`, leaves these.
pub(in crate::doctor) fn is_kept_by_javascript(byte: u8) -> bool {
    percent::is_unreserved(byte) || matches!(byte, b'!' | b'\'' | b'(' | b')' | b'*')
}

/// The two digits behind each `%` in another case.
pub(in crate::doctor) fn escapes(text: &[u8], case: fn(&u8) -> u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut digits = 0_u8;
    for byte in text {
        out.push(if digits > 0 { case(byte) } else { *byte });
        digits = if *byte == b'%' { 2 } else { digits.saturating_sub(1) };
    }
    out
}

/// The JSON in the body, written otherwise.
pub(super) fn json<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    if !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Vec::new();
    }
    let spaced = |comma: &[u8], colon: &[u8]| written(body, comma, colon);
    let mut found = vec![
        other(BODY_JSON, spaced(b",", b":")).told("without spaces"),
        other(BODY_JSON, spaced(b", ", b": ")).told("with a space behind commas and colons"),
        other(BODY_JSON, spaced(b",", b": ")).told("with a space behind colons"),
        other(BODY_JSON, replaced(body, b"/", b"\\/")).told("with slashes escaped"),
        other(BODY_JSON, replaced(body, b"\\/", b"/")).told("with slashes as they are"),
    ];
    found.extend(parsed(body));
    found
}

/// The same values with white space only where it is said; texts stay as they are.
fn written(json: &[u8], comma: &[u8], colon: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json {
        match byte {
            _ if is_text => out.push(*byte),
            b',' => out.extend_from_slice(comma),
            b':' => out.extend_from_slice(colon),
            byte if byte.is_ascii_whitespace() => {}
            _ => out.push(*byte),
        }
        is_text ^= *byte == b'"' && !is_escaped;
        is_escaped = is_text && *byte == b'\\' && !is_escaped;
    }
    out
}

/// The same values, with sorted keys, and indented.
#[cfg(feature = "server")]
fn parsed(json: &[u8]) -> Vec<Other<'static>> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(json) else { return Vec::new() };
    let value = sorted(value);
    let compact = value.to_string().into_bytes();
    vec![
        other(BODY_JSON, written(&compact, b", ", b": ")).told("with sorted keys and spaces"),
        other(BODY_JSON, compact).told("with sorted keys"),
        other(BODY_JSON, format!("{value:#}").into_bytes()).told("indented"),
    ]
}

#[cfg(not(feature = "server"))]
fn parsed(_: &[u8]) -> Vec<Other<'static>> {
    Vec::new()
}

/// serde keeps the order of keys or sorts them, as its features have it.
#[cfg(feature = "server")]
fn sorted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(one, _), (two, _)| one.cmp(two));
            Value::Object(members.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// What was packed in `body`, as gzip (RFC 1952), zlib (RFC 1950) or bare (RFC 1951).
#[cfg(feature = "server")]
pub(super) fn unpacked(body: &[u8]) -> Option<Vec<u8>> {
    use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};
    match body {
        [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] => {
            decompress_to_vec_with_limit(behind_names(rest, *flags)?, LARGEST).ok()
        }
        [0x78, ..] => decompress_to_vec_zlib_with_limit(body, LARGEST).ok(),
        _ => None,
    }
}

#[cfg(not(feature = "server"))]
pub(super) fn unpacked(_: &[u8]) -> Option<Vec<u8>> {
    None
}

/// What follows the optional fields of a gzip header: extra data, a name, a comment, a checksum.
#[cfg(feature = "server")]
fn behind_names(mut rest: &[u8], flags: u8) -> Option<&[u8]> {
    if flags & 4 != 0 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for name in [8, 16] {
        if flags & name != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end.saturating_add(1)..)?;
        }
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_outside_of_texts_is_all_that_is_written_anew() {
        let json = b"{ \"a b\" : [1, \"x, \\\" : y\"],\n\"c\":\"\\\\\" }";
        assert_eq!(written(json, b",", b":"), b"{\"a b\":[1,\"x, \\\" : y\"],\"c\":\"\\\\\"}");
        let loose = written(json, b", ", b": ");
        assert_eq!(loose, b"{\"a b\": [1, \"x, \\\" : y\"], \"c\": \"\\\\\"}");
    }

    #[test]
    fn only_the_digits_of_escapes_change_their_case() {
        assert_eq!(escapes(b"aA%2fB%C3%a9", u8::to_ascii_uppercase), b"aA%2FB%C3%A9");
        assert_eq!(escapes(b"AB%2F%", u8::to_ascii_lowercase), b"AB%2f%");
    }

    #[cfg(feature = "server")]
    #[test]
    fn what_is_packed_in_any_way_is_unpacked() {
        use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
        let raw = compress_to_vec(b"Action=ListUsers", 6);
        let plain = Some(b"Action=ListUsers".to_vec());
        let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
        assert_eq!(unpacked(&[&head[..], &raw].concat()), plain);
        let named = [0x1f, 0x8b, 8, 8 | 4, 0, 0, 0, 0, 0, 3, 1, 0, b'x', b'f', 0];
        assert_eq!(unpacked(&[&named[..], &raw].concat()), plain);
        assert_eq!(unpacked(&compress_to_vec_zlib(b"Action=ListUsers", 6)), plain);
        assert_eq!(unpacked(b"Action=ListUsers"), None);
        assert_eq!(unpacked(&head), None);
    }
}
