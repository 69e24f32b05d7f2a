//! Percent encoding, read strictly and written as AWS writes it.
//!
//! AWS keeps only the unreserved characters of RFC 3986 section 2.3 and writes
//! every other byte as `%XX` in upper case; a space is `%20`, never `+`.

use std::borrow::Cow;

use data_encoding::HEXLOWER_PERMISSIVE;
use thiserror::Error;

/// A `%` that two hexadecimal digits do not follow.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BadEscape {
    /// The text ends too early.
    #[error("Incomplete trailing escape % sequence")]
    Incomplete,
    /// What follows is not hexadecimal.
    #[error("Illegal hex character in escape % pattern: %{0}")]
    Illegal(String),
}

/// What a `+` stands for: a space in queries and forms, itself in paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Plus {
    /// As in `application/x-www-form-urlencoded`.
    Space,
    /// As in RFC 3986.
    Literal,
}

/// The bytes that `text` stands for; borrowed where it holds no escape.
pub fn decode(text: &[u8], plus: Plus) -> Result<Cow<'_, [u8]>, BadEscape> {
    let is_coded = |byte: &u8| *byte == b'%' || (*byte == b'+' && plus == Plus::Space);
    let Some(first) = text.iter().position(is_coded) else {
        return Ok(Cow::Borrowed(text));
    };
    let (plain, mut rest) = text.split_at_checked(first).unwrap_or((text, &[]));
    let mut decoded = Vec::with_capacity(text.len());
    decoded.extend_from_slice(plain);
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'%' => {
                let (value, after) = escape(after)?;
                decoded.push(value);
                after
            }
            b'+' if plus == Plus::Space => {
                decoded.push(b' ');
                after
            }
            _ => {
                decoded.push(byte);
                after
            }
        };
    }
    Ok(Cow::Owned(decoded))
}

/// The byte that the two digits at the beginning of `text` stand for, and what
/// follows them.
fn escape(text: &[u8]) -> Result<(u8, &[u8]), BadEscape> {
    let (digits, after) = text.split_first_chunk::<2>().ok_or(BadEscape::Incomplete)?;
    let mut value = [0];
    HEXLOWER_PERMISSIVE.decode_mut(digits, &mut value).map_err(|_| illegal(digits))?;
    let [value] = value;
    Ok((value, after))
}

fn illegal(digits: &[u8]) -> BadEscape {
    BadEscape::Illegal(digits.escape_ascii().to_string())
}

/// Writes `bytes` to `out`, every byte escaped that is not unreserved.
pub fn encode_into(out: &mut Vec<u8>, bytes: &[u8]) {
    encode_keeping(out, bytes, is_unreserved);
}

/// Writes `path` to `out` like [`encode_into`], but keeps its slashes.
pub fn encode_path_into(out: &mut Vec<u8>, path: &[u8]) {
    encode_keeping(out, path, |byte| byte == b'/' || is_unreserved(byte));
}

fn encode_keeping(out: &mut Vec<u8>, bytes: &[u8], keeps: impl Fn(u8) -> bool) {
    for &byte in bytes {
        if keeps(byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 0x0F)]);
        }
    }
}

/// Whether `byte` stands for itself everywhere (RFC 3986 section 2.3).
pub const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The upper-case digit of a number below 16.
const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.saturating_add(nibble),
        _ => b'A'.saturating_add(nibble.saturating_sub(10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let every: Vec<u8> = (0..=255).collect();
        let mut encoded = Vec::new();
        encode_into(&mut encoded, &every);
        assert!(encoded.iter().all(|byte| *byte == b'%' || is_unreserved(*byte)));
        for plus in [Plus::Space, Plus::Literal] {
            assert_eq!(decode(&encoded, plus).unwrap(), every);
        }
    }

    #[test]
    fn escapes_are_written_in_upper_case_and_slashes_kept_in_paths_only() {
        let mut encoded = Vec::new();
        encode_into(&mut encoded, b"a/b c\xff");
        encode_path_into(&mut encoded, b"/a+b");
        assert_eq!(encoded, b"a%2Fb%20c%FF/a%2Bb");
    }

    #[test]
    fn a_plus_is_a_space_only_in_forms() {
        assert_eq!(decode(b"a+b", Plus::Space).unwrap().as_ref(), b"a b");
        assert_eq!(decode(b"a+b", Plus::Literal).unwrap().as_ref(), b"a+b");
    }

    #[test]
    fn a_broken_escape_is_told() {
        for text in [&b"%"[..], b"a%4"] {
            assert_eq!(decode(text, Plus::Space), Err(BadEscape::Incomplete));
        }
        let told = decode(b"%zz", Plus::Space).unwrap_err().to_string();
        assert_eq!(told, "Illegal hex character in escape % pattern: %zz");
    }
}
