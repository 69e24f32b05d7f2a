//! Secrets as they become when they are copied, read and escaped once too often.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::{
    Bytes, SECRET_BACKSLASHES, SECRET_CUT, SECRET_ENDS_IN_NEWLINE, SECRET_HAS_BOM,
    SECRET_HAS_PROMPT_MARK, SECRET_HAS_WHITE_SPACE, SECRET_HTML_ESCAPED, SECRET_IN_BASE64,
    SECRET_IN_HEX, SECRET_IN_OTHER_CASE, SECRET_IN_QUOTES, SECRET_IN_UTF16, SECRET_PLUS_AS_SPACE,
    SECRET_SLASHES_ESCAPED, SECRET_URL_ENCODED, bytes,
};
use crate::doctor::Cause;
use crate::wire::percent;

/// How many characters of a secret a transform must keep.
pub(super) const SAFE: usize = 32;

/// The secret, mangled, the most likely first.
pub(super) fn secrets(secret: &str) -> Vec<(&'static Cause, Bytes)> {
    let around = |(before, after): &(&str, &str)| bytes([*before, secret, *after].concat());
    let mut found: Vec<_> =
        AROUND.iter().map(|(cause, before, after)| (*cause, around(&(before, after)))).collect();
    found.extend(escaped(secret));
    found.extend(packed(secret));
    if secret.chars().count() > SAFE {
        found.extend(cut(secret).into_iter().map(|rest| (SECRET_CUT, bytes(rest.to_owned()))));
        found.push((SECRET_IN_OTHER_CASE, bytes(secret.to_lowercase())));
        found.push((SECRET_IN_OTHER_CASE, bytes(secret.to_uppercase())));
    }
    found
}

/// What stands around secrets that were copied or read with too much.
const AROUND: &[(&Cause, &str, &str)] = &[
    (SECRET_ENDS_IN_NEWLINE, "", "\n"),
    (SECRET_ENDS_IN_NEWLINE, "", "\r\n"),
    (SECRET_HAS_WHITE_SPACE, "", " "),
    (SECRET_HAS_WHITE_SPACE, " ", ""),
    (SECRET_IN_QUOTES, "\"", "\""),
    (SECRET_IN_QUOTES, "'", "'"),
    (SECRET_ENDS_IN_NEWLINE, "", "\r"),
    (SECRET_ENDS_IN_NEWLINE, "", "\n\n"),
    (SECRET_ENDS_IN_NEWLINE, "", "\r\n\r\n"),
    (SECRET_ENDS_IN_NEWLINE, "", "\\n"),
    (SECRET_HAS_WHITE_SPACE, " ", " "),
    (SECRET_HAS_WHITE_SPACE, "", "  "),
    (SECRET_HAS_WHITE_SPACE, "", "\t"),
    (SECRET_HAS_WHITE_SPACE, "\t", ""),
    (SECRET_HAS_WHITE_SPACE, "\n", ""),
    (SECRET_HAS_WHITE_SPACE, "", " \n"),
    (SECRET_HAS_WHITE_SPACE, " ", "\n"),
    (SECRET_HAS_WHITE_SPACE, "\n", "\n"),
    (SECRET_HAS_WHITE_SPACE, "", "\u{a0}"),
    (SECRET_HAS_WHITE_SPACE, "\u{a0}", ""),
    (SECRET_HAS_WHITE_SPACE, "", "\u{200b}"),
    (SECRET_HAS_WHITE_SPACE, "\u{200b}", ""),
    (SECRET_HAS_BOM, "\u{feff}", ""),
    (SECRET_HAS_BOM, "\u{feff}", "\n"),
    (SECRET_HAS_BOM, "\u{feff}", "\r\n"),
    (SECRET_HAS_PROMPT_MARK, "", "%"),
    (SECRET_IN_QUOTES, "\"", "\"\n"),
    (SECRET_IN_QUOTES, "'", "'\n"),
    (SECRET_IN_QUOTES, "\"", "\"\r\n"),
    (SECRET_IN_QUOTES, "\"", "\","),
    (SECRET_IN_QUOTES, "", ","),
    (SECRET_IN_QUOTES, "", ";"),
    (SECRET_IN_QUOTES, "", "."),
    (SECRET_IN_QUOTES, "\"", ""),
    (SECRET_IN_QUOTES, "'", ""),
    (SECRET_IN_QUOTES, "", "\""),
    (SECRET_IN_QUOTES, "", "'"),
    (SECRET_IN_QUOTES, "`", "`"),
    (SECRET_IN_QUOTES, "\\\"", "\\\""),
    (SECRET_IN_QUOTES, "\u{201c}", "\u{201d}"),
    (SECRET_IN_QUOTES, "\u{2018}", "\u{2019}"),
    (SECRET_IN_QUOTES, "<", ">"),
    (SECRET_IN_QUOTES, "=", ""),
    (SECRET_IN_QUOTES, ":", ""),
];

/// The secret, escaped or unescaped once too often.
fn escaped(secret: &str) -> Vec<(&'static Cause, Bytes)> {
    let replaced = |pairs: &[(&str, &str)]| {
        let text = pairs.iter().fold(secret.to_owned(), |text, (from, to)| text.replace(from, to));
        bytes(text)
    };
    let twice = encoded(&String::from_utf8_lossy(&encoded(secret)));
    let lower =
        String::from_utf8_lossy(&encoded(secret)).replace("%2F", "%2f").replace("%2B", "%2b");
    vec![
        (SECRET_URL_ENCODED, encoded(secret)),
        (SECRET_URL_ENCODED, bytes(lower)),
        (SECRET_URL_ENCODED, twice),
        (SECRET_URL_ENCODED, replaced(&[("/", "%2F")])),
        (SECRET_URL_ENCODED, replaced(&[("/", "%2f")])),
        (SECRET_URL_ENCODED, replaced(&[("+", "%2B")])),
        (SECRET_URL_ENCODED, replaced(&[("+", "%2b")])),
        (SECRET_URL_ENCODED, replaced(&[("+", "%20")])),
        (SECRET_PLUS_AS_SPACE, replaced(&[("+", " ")])),
        (SECRET_SLASHES_ESCAPED, replaced(&[("/", "\\/")])),
        (SECRET_SLASHES_ESCAPED, replaced(&[("/", "\\\\/")])),
        (SECRET_BACKSLASHES, replaced(&[("\\", "\\\\")])),
        (SECRET_BACKSLASHES, replaced(&[("\\", "")])),
        (SECRET_BACKSLASHES, replaced(&[("+", "\\+")])),
        (SECRET_BACKSLASHES, replaced(&[("+", "\\+"), ("/", "\\/")])),
        (
            SECRET_HTML_ESCAPED,
            replaced(&[("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")]),
        ),
        (SECRET_HTML_ESCAPED, replaced(&[("/", "&#x2F;")])),
        (SECRET_HTML_ESCAPED, replaced(&[("/", "&#47;")])),
        (SECRET_HTML_ESCAPED, replaced(&[("+", "&#43;")])),
        (SECRET_HTML_ESCAPED, replaced(&[("+", "&#x2B;")])),
        (SECRET_HTML_ESCAPED, replaced(&[("/", "&#x2F;"), ("+", "&#x2B;")])),
        (SECRET_HTML_ESCAPED, replaced(&[("/", "&#47;"), ("+", "&#43;")])),
    ]
}

/// The secret in other bytes.
fn packed(secret: &str) -> Vec<(&'static Cause, Bytes)> {
    let in_base64 = BASE64.encode(secret.as_bytes());
    let with_end = BASE64.encode([secret, "\n"].concat().as_bytes());
    let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| {
        Zeroizing::new(text.encode_utf16().flat_map(order).collect::<Vec<_>>())
    };
    vec![
        (SECRET_IN_BASE64, bytes([&in_base64, "\n"].concat())),
        (SECRET_IN_BASE64, bytes(in_base64.trim_end_matches('=').to_owned())),
        (SECRET_IN_BASE64, bytes(in_base64)),
        (SECRET_IN_BASE64, bytes([&with_end, "\n"].concat())),
        (SECRET_IN_BASE64, bytes(with_end)),
        (SECRET_IN_HEX, bytes(data_encoding::HEXLOWER.encode(secret.as_bytes()))),
        (SECRET_IN_HEX, bytes(data_encoding::HEXUPPER.encode(secret.as_bytes()))),
        (SECRET_IN_UTF16, utf16(secret, u16::to_le_bytes)),
        (SECRET_IN_UTF16, utf16(secret, u16::to_be_bytes)),
    ]
}

fn encoded(secret: &str) -> Bytes {
    let mut out = Zeroizing::new(Vec::with_capacity(secret.len().saturating_mul(3)));
    percent::encode_into(&mut out, secret.as_bytes());
    out
}

/// Without the first character, and without the last.
fn cut(secret: &str) -> [&str; 2] {
    let (mut first, mut last) = (secret.chars(), secret.chars());
    first.next();
    last.next_back();
    [first.as_str(), last.as_str()]
}
