//! Bodies of JSON that something has parsed and written anew after they were signed.

use super::{BODY_JSON, Other, other, replaced};
use crate::doctor::Case;

/// The JSON in the body, written otherwise.
pub(super) fn rewritten<'c>(case: &Case<'c>) -> Vec<Other<'c>> {
    let body = case.body;
    if !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Vec::new();
    }
    let mut found = written(body, "");
    found.extend(written(&in_ascii(body), ", beyond ASCII as escapes"));
    let as_php = replaced(&in_ascii(body), b"/", b"\\/");
    found.extend(written(&as_php, ", slashes and beyond ASCII as escapes"));
    found.extend(written(&in_utf8(body), ", beyond ASCII as it is"));
    found.extend(sorted(body).into_iter().flat_map(|text| written(&text, ", with sorted keys")));
    for (text, told) in [
        (replaced(body, b"/", b"\\/"), "with slashes escaped"),
        (replaced(body, b"\\/", b"/"), "with slashes as they are"),
        (escaped(body, OF_GO), "with < > & escaped"),
        (escaped(body, OF_GSON), "with < > & = ' escaped"),
        (unescaped(body, OF_GSON), "with < > & = ' as they are"),
        (replaced(body, b".0", b""), "with whole numbers without .0"),
    ] {
        if text != body {
            found.extend([&b""[..], b" "].map(|space| {
                let (comma, colon) = ([b",", space].concat(), [b":", space].concat());
                other(BODY_JSON, spaced(&text, &comma, &colon)).told(told)
            }));
            found.push(other(BODY_JSON, text).told(told));
        }
    }
    found
}

/// A sign, and its escape.
type Escape = (&'static [u8], &'static [u8]);

/// What Go's `encoding/json` escapes, so that JSON may stand in HTML.
const OF_GO: &[Escape] = OF_GSON.split_at(3).0;

/// What Gson escapes.
const OF_GSON: &[Escape] = &[
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    (b"=", b"\\u003d"),
    (b"'", b"\\u0027"),
];

fn escaped(json: &[u8], signs: &[Escape]) -> Vec<u8> {
    signs.iter().fold(json.to_vec(), |text, (sign, escape)| replaced(&text, sign, escape))
}

fn unescaped(json: &[u8], signs: &[Escape]) -> Vec<u8> {
    signs.iter().fold(json.to_vec(), |text, (sign, escape)| replaced(&text, escape, sign))
}

/// The same text with other white space.
fn written(json: &[u8], besides: &'static str) -> Vec<Other<'static>> {
    let of = |text: Vec<u8>, told: &str| other(BODY_JSON, text).told(format!("{told}{besides}"));
    vec![
        of(spaced(json, b",", b":"), "without spaces"),
        of(spaced(json, b", ", b": "), "with a space behind commas and colons"),
        of(spaced(json, b",", b": "), "with a space behind colons"),
        of(indented(json, "  "), "indented by two spaces"),
        of(indented(json, "    "), "indented by four spaces"),
        of(indented(json, "\t"), "indented by tabs"),
    ]
}

/// A byte of JSON, and whether it stands in a text.
fn bytes(json: &[u8]) -> impl Iterator<Item = (u8, bool)> {
    let (mut is_text, mut is_escaped) = (false, false);
    json.iter().map(move |byte| {
        let was_text = is_text;
        is_text ^= *byte == b'"' && !is_escaped;
        is_escaped = is_text && *byte == b'\\' && !is_escaped;
        (*byte, was_text)
    })
}

/// The same values with white space only where it is said; texts stay as they are.
fn spaced(json: &[u8], comma: &[u8], colon: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    for (byte, is_text) in bytes(json) {
        match byte {
            _ if is_text => out.push(byte),
            b',' => out.extend_from_slice(comma),
            b':' => out.extend_from_slice(colon),
            byte if byte.is_ascii_whitespace() => {}
            _ => out.push(byte),
        }
    }
    out
}

/// How deep JSON is indented, and sorted.
const DEEPEST: usize = 64;

/// The same values, a line each.
fn indented(json: &[u8], unit: &str) -> Vec<u8> {
    let compact = spaced(json, b",", b":");
    let mut out = Vec::with_capacity(compact.len().saturating_mul(2));
    let (mut depth, mut last) = (0_usize, 0);
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(unit.as_bytes().repeat(depth.min(DEEPEST)));
    };
    for (byte, is_text) in bytes(&compact) {
        match byte {
            _ if is_text => out.push(byte),
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if !matches!(last, b'{' | b'[') {
                    line(&mut out, depth);
                }
                out.push(byte);
            }
            _ => {
                if matches!(last, b'{' | b'[' | b',') {
                    line(&mut out, depth);
                }
                out.push(byte);
                out.extend((byte == b':').then_some(b' '));
                depth = depth.saturating_add(usize::from(matches!(byte, b'{' | b'[')));
            }
        }
        last = if is_text { b'"' } else { byte };
    }
    out
}

/// Letters beyond ASCII as escapes (RFC 8259 section 7).
fn in_ascii(json: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(json);
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            let mut units = [0; 2];
            out.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out.into_bytes()
}

/// Escapes of letters beyond ASCII as these letters.
fn in_utf8(json: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(json);
    let mut parts = text.split("\\u");
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut units: Vec<u16> = Vec::new();
    for part in parts {
        let unit = part.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match unit.filter(|unit| *unit > 0x7f) {
            Some(unit) => units.push(unit),
            None => out.push_str("\\u"),
        }
        let rest = if unit.is_some_and(|unit| unit > 0x7f) { part.get(4..) } else { Some(part) };
        let rest = rest.unwrap_or_default();
        // A pair of surrogates follows each other at once.
        if !rest.is_empty() || units.len() > 1 {
            out.push_str(&String::from_utf16_lossy(&std::mem::take(&mut units)));
        }
        out.push_str(rest);
    }
    out.push_str(&String::from_utf16_lossy(&units));
    out.into_bytes()
}

/// The same values, with sorted keys; numbers and texts stay as they are written.
#[cfg(feature = "server")]
fn sorted(json: &[u8]) -> Option<Vec<u8>> {
    sort(std::str::from_utf8(json).ok()?, DEEPEST).map(String::into_bytes)
}

#[cfg(feature = "server")]
fn sort(json: &str, depth: usize) -> Option<String> {
    use std::collections::BTreeMap;

    use serde_json::value::RawValue;
    let depth = depth.checked_sub(1)?;
    match json.trim_start().as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
            let member = |(key, value): (&String, &&RawValue)| {
                Some(format!("{}:{}", serde_json::to_string(key).ok()?, sort(value.get(), depth)?))
            };
            let members: Option<Vec<_>> = members.iter().map(member).collect();
            Some(format!("{{{}}}", members?.join(",")))
        }
        b'[' => {
            let values: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            let values: Option<Vec<_>> =
                values.iter().map(|value| sort(value.get(), depth)).collect();
            Some(format!("[{}]", values?.join(",")))
        }
        _ => Some(json.trim().to_owned()),
    }
}

#[cfg(not(feature = "server"))]
fn sorted(_: &[u8]) -> Option<Vec<u8>> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn white_space_outside_of_texts_is_all_that_is_written_anew() {
        let json = b"{ \"a b\" : [1, \"x, \\\" : y\"],\n\"c\":\"\\\\\" }";
        assert_eq!(text(spaced(json, b",", b":")), r#"{"a b":[1,"x, \" : y"],"c":"\\"}"#);
        assert_eq!(text(spaced(json, b", ", b": ")), r#"{"a b": [1, "x, \" : y"], "c": "\\"}"#);
    }

    #[test]
    fn each_value_has_a_line_of_its_own_and_nothing_has_none() {
        let json = br#"{"a":[1,{}],"b":{"c":[]}}"#;
        let lines = "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": []\n  }\n}";
        assert_eq!(text(indented(json, "  ")), lines);
    }

    #[test]
    fn letters_beyond_ascii_are_escaped_and_come_back() {
        let json = "{\"é\":\"😀z\",\"a\":\"\\n\"}";
        let escaped = text(in_ascii(json.as_bytes()));
        assert_eq!(escaped, r#"{"\u00e9":"\ud83d\ude00z","a":"\n"}"#);
        assert_eq!(text(in_utf8(escaped.as_bytes())), json);
        assert_eq!(text(in_utf8(br#"{"\u0041\u003c":1}"#)), r#"{"\u0041\u003c":1}"#);
    }

    #[cfg(feature = "server")]
    #[test]
    fn keys_are_sorted_and_numbers_stay_as_they_are_written() {
        let json = br#"{"b": 2.50, "a": [{"d":1, "c": "x"}]}"#;
        assert_eq!(text(sorted(json).unwrap()), r#"{"a":[{"c":"x","d":1}],"b":2.50}"#);
        assert_eq!(sorted(b"{"), None);
        assert_eq!(sorted("[".repeat(200).as_bytes()), None);
    }
}
