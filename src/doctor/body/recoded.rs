//! Bodies that something has parsed and written anew, or packed, after they were signed.

use super::{BODY_FORM, Other, other, replaced};
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
    let sorted = sorted.join(&b'&');
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
        other(BODY_FORM, replaced(&sorted, b"+", b"%20")).told("sorted, with %20 for spaces"),
        other(BODY_FORM, replaced(&sorted, b"%20", b"+")).told("sorted, with + for spaces"),
        other(BODY_FORM, sorted).told("with its parameters sorted"),
        other(BODY_FORM, recoded(percent::is_unreserved, b"%20"))
            .told("encoded as RFC 3986 has it"),
        other(BODY_FORM, recoded(is_kept_by_forms, b"+")).told("encoded as browsers do it"),
        other(BODY_FORM, recoded(is_kept_by_javascript, b"%20"))
            .told("encoded as encodeURIComponent does it"),
        other(BODY_FORM, recoded(is_kept_by_hand, b"+")).told("with @ : , / as they are"),
        other(BODY_FORM, recoded(is_kept_by_hand, b"%20")).told("with @ : , / as they are"),
        other(BODY_FORM, recoded(is_sign_kept_by_hand, b"+")).told("with @ : , as they are"),
        other(BODY_FORM, recoded(is_sign_kept_by_hand, b"%20")).told("with @ : , as they are"),
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

/// What hand-made encoders leave as it is: the signs of a path and of a time.
fn is_kept_by_hand(byte: u8) -> bool {
    byte == b'/' || is_sign_kept_by_hand(byte)
}

fn is_sign_kept_by_hand(byte: u8) -> bool {
    percent::is_unreserved(byte) || matches!(byte, b'@' | b':' | b',')
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
