//! The target of a request, as it is signed: its path and its query.

use std::fmt::Write;

use http::Uri;

use super::{Break, Signer};

impl Signer {
    pub(super) fn path(&self, uri: &Uri) -> String {
        if self.service == "s3" {
            let recoded = |segment: &str| encoded(&decoded(&segment.replace('+', " ")), false);
            return uri.path().split('/').map(recoded).collect::<Vec<_>>().join("/");
        }
        let mut path = uri.path().to_owned();
        if self.is_broken(Break::EncodedDotsRemoved) {
            path = path.replace("%2E", ".");
        }
        let keeps_empty = self.is_broken(Break::SlashesKept);
        let mut kept = Vec::new();
        for segment in path[1..].split('/') {
            match segment {
                "" if !keeps_empty => {}
                "." | ".." if self.is_broken(Break::DotSegmentsKept) => kept.push(segment),
                "." => {}
                ".." => drop(kept.pop()),
                _ => kept.push(segment),
            }
        }
        let ends_open = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
        let end = if ends_open && !kept.is_empty() { "/" } else { "" };
        let path = format!("/{}{end}", kept.join("/"));
        self.unless(Break::PathEncodedOnce, &encoded(path.as_bytes(), true), |_| path.clone())
    }

    pub(super) fn query(&self, uri: &Uri) -> String {
        let raw = uri.query().unwrap_or("");
        if self.is_broken(Break::QueryNotEncoded) {
            let mut pieces: Vec<_> = raw.split('&').map(|p| self.written(&split(p))).collect();
            pieces.sort();
            return pieces.join("&");
        }
        let pieces = raw
            .split('&')
            .filter(|piece| !piece.is_empty() || self.is_broken(Break::EmptyPieceKept));
        let mut pairs: Vec<_> = pieces.map(split).collect();
        match self.breaks {
            Some(Break::QueryUnsorted) => {}
            Some(Break::QuerySortedBeforeEncoding) => {
                pairs.sort_by_key(|(k, v, _)| (decoded(k), decoded(v)));
            }
            Some(Break::QuerySortedByKeyOnly) => pairs.sort_by_key(|(k, _, _)| self.coded(k)),
            Some(Break::QuerySortedAsText) => {
                pairs.sort_by_key(|(k, v, _)| format!("{}={}", self.coded(k), self.coded(v)));
            }
            _ => pairs.sort_by_key(|(k, v, _)| (self.coded(k), self.coded(v))),
        }
        if self.is_broken(Break::DuplicateKeysDropped) {
            pairs.dedup_by_key(|(key, _, _)| key.clone());
        }
        let coded = |(k, v, has): &(String, String, bool)| (self.coded(k), self.coded(v), *has);
        pairs.iter().map(coded).map(|pair| self.written(&pair)).collect::<Vec<_>>().join("&")
    }

    fn written(&self, (key, value, has_equals): &(String, String, bool)) -> String {
        let key = self.unless(Break::KeysInLowerCase, key, str::to_lowercase);
        let is_bare = self.is_broken(Break::KeyOnlyWithoutEqualsSign) && !has_equals
            || self.is_broken(Break::EmptyValueDropped) && *has_equals && value.is_empty();
        if is_bare {
            return key;
        }
        let value = if self.is_broken(Break::ValuesSplitAtEveryEqualsSign) {
            value.split("%3D").next().unwrap()
        } else {
            value
        };
        format!("{key}={value}")
    }

    fn coded(&self, text: &str) -> String {
        let text =
            if self.is_broken(Break::PlusKept) { text.to_owned() } else { text.replace('+', " ") };
        let coded = encoded(&decoded(&text), false);
        match self.breaks {
            Some(Break::SpaceAsPlus) => coded.replace("%20", "+"),
            Some(Break::EscapesInLowerCase) => coded.replace("%2F", "%2f"),
            Some(Break::TildeEscaped) => coded.replace('~', "%7E"),
            Some(Break::StarKept) => coded.replace("%2A", "*"),
            _ => coded,
        }
    }
}

fn split(piece: &str) -> (String, String, bool) {
    match piece.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned(), true),
        None => (piece.to_owned(), String::new(), false),
    }
}

pub(crate) fn encoded(bytes: &[u8], keeps_slash: bool) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(byte.into());
            }
            b'/' if keeps_slash => text.push('/'),
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
    }
    text
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            decoded.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    decoded
}
