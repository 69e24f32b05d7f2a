//! The path as other encoders write it: of the text that it stands for, once or twice.

use super::{PATH_OTHERWISE_ENCODED, PATH_SIGNS_KEPT, PATH_WRITTEN_OTHERWISE, Variant};
use crate::doctor::body::recoded::{escapes, is_kept_by_javascript};
use crate::doctor::body::replaced;
use crate::wire::percent::{self, Plus};

/// Signs that encoders leave as they are, together.
const KEPT: &[(&str, &str)] = &[
    ("!'()*", "! ' ( ) *"),
    ("*", "*"),
    ("+", "+"),
    (":", ":"),
    ("@", "@"),
    ("=", "="),
    ("$&+,:;=@", "$ & + , : ; = @"),
    ("!$&'()*+,;=:@", "! $ & ' ( ) * + , ; = : @"),
];

/// The path that arrived, and as it is signed, in other encodings.
pub(super) fn paths(raw: &[u8], own: &[u8]) -> Vec<Variant> {
    let plain = percent::decode(raw, Plus::Literal).unwrap_or_default();
    let text = String::from_utf8_lossy(&plain).into_owned();
    let mut found: Vec<_> = KEPT.iter().map(|(signs, told)| keeping(own, signs, told)).collect();
    found.push((PATH_SIGNS_KEPT, of_javascript(raw), "! ' ( ) *"));
    found.extend(written(own));
    found.extend(of_other_bytes(&text));
    found.push((PATH_SIGNS_KEPT, text.into_bytes(), "all signs"));
    found
}

fn keeping(own: &[u8], signs: &str, told: &'static str) -> Variant {
    let plain = signs.bytes().fold(own.to_vec(), |path, sign| {
        let escape = format!("%{sign:02X}");
        replaced(&path, escape.as_bytes(), &[sign])
    });
    (PATH_SIGNS_KEPT, plain, told)
}

fn of_javascript(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for byte in raw {
        if *byte == b'/' || is_kept_by_javascript(*byte) {
            out.push(*byte);
        } else {
            percent::encode_into(&mut out, &[*byte]);
        }
    }
    out
}

fn written(own: &[u8]) -> Vec<Variant> {
    let behind = own.strip_prefix(b"/").unwrap_or_default();
    let within = [b"/", replaced(behind, b"/", b"%2F").as_slice()].concat();
    let encoded = [
        (replaced(own, b"~", b"%7E"), "%7E for ~"),
        (replaced(own, b"%20", b"+"), "+ for spaces"),
        (replaced(own, b"%2520", b"+"), "+ for spaces"),
        (escapes(own, u8::to_ascii_lowercase), "escapes in lower case"),
        (replaced(own, b"/", b"%2F"), "%2F for slashes"),
        (within, "%2F for all slashes but the first"),
        (replaced(own, b"%25", b"%2525"), "% encoded once more"),
    ];
    let encoded = encoded.map(|(path, told)| (PATH_OTHERWISE_ENCODED, path, told));
    let bare = (PATH_WRITTEN_OTHERWISE, behind.to_vec(), "no slash at its start");
    encoded.into_iter().chain([bare]).collect()
}

/// The text in other bytes than it was sent in.
fn of_other_bytes(text: &str) -> Vec<Variant> {
    if text.is_ascii() {
        return Vec::new();
    }
    let latin = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let encoded = |bytes: &[u8]| {
        let mut out = Vec::new();
        percent::encode_path_into(&mut out, bytes);
        out
    };
    let all = [(latin, "Latin-1")].into_iter().chain(in_other_forms(text));
    let each = all.flat_map(|(bytes, told): (Vec<u8>, _)| {
        let once = encoded(&bytes);
        [encoded(&once), once].map(|path| (PATH_OTHERWISE_ENCODED, path, told))
    });
    each.collect()
}

/// Letters and their marks as one, as most systems have them, and apart, as macOS has them in the
/// names of files (Unicode Standard Annex 15).
#[cfg(feature = "server")]
fn in_other_forms(text: &str) -> impl Iterator<Item = (Vec<u8>, &'static str)> {
    use unicode_normalization::UnicodeNormalization;
    let (one, apart): (String, String) = (text.nfc().collect(), text.nfd().collect());
    [(one, "letters and marks as one (NFC)"), (apart, "letters and marks apart (NFD)")]
        .into_iter()
        .map(|(text, told)| (text.into_bytes(), told))
}

#[cfg(not(feature = "server"))]
fn in_other_forms(_: &str) -> impl Iterator<Item = (Vec<u8>, &'static str)> {
    std::iter::empty()
}
