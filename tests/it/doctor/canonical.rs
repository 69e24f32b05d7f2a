//! The canonical request, as AWS describes it, in parts that a faulty client changes.

use countersign::request::Request;

use super::client::{Door, hash};
use crate::signer::encoded;

/// A canonical request in its parts.
#[derive(Clone)]
pub(crate) struct Canonical {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) signed: String,
    pub(crate) hash: String,
}

impl Canonical {
    /// What a client without fault makes of a request.
    pub(crate) fn of(request: &Request, names: &[String], door: Door) -> Self {
        let target = String::from_utf8(request.target.clone()).unwrap();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let declared = request.header("x-amz-content-sha256").map(shown);
        let presigned_s3 = door == Door::S3 && query.contains("X-Amz-Signature");
        let is_unsigned = door == Door::S3 && query.contains("X-Amz-Credential") || presigned_s3;
        Self {
            method: request.method.clone(),
            path: if door == Door::S3 { recoded(path) } else { normalized(path) },
            query: sorted(query),
            headers: names.iter().map(|name| (name.clone(), values(request, name))).collect(),
            signed: names.join(";"),
            hash: match declared {
                Some(declared) if door != Door::Gateway => declared,
                _ if is_unsigned => "UNSIGNED-PAYLOAD".to_owned(),
                _ => hash(&request.body),
            },
        }
    }

    pub(crate) fn text(&self) -> Vec<u8> {
        let mut text = format!("{}\n{}\n{}\n", self.method, self.path, self.query).into_bytes();
        for (name, value) in &self.headers {
            text.extend([name.as_bytes(), b":", value, b"\n"].concat());
        }
        text.extend(format!("\n{}\n{}", self.signed, self.hash).into_bytes());
        text
    }

    /// The value of a header.
    pub(crate) fn at(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.headers.iter_mut().find(|(other, _)| other == name).unwrap().1
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        *self.at(name) = value.as_bytes().to_vec();
    }

    pub(crate) fn without(&mut self, name: &str) {
        self.headers.retain(|(other, _)| other != name);
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// All values of a header, trimmed, with one space where there are many.
fn values(request: &Request, name: &str) -> Vec<u8> {
    let is_it = |(other, _): &&(String, Vec<u8>)| other.eq_ignore_ascii_case(name);
    let values = request.headers.iter().filter(is_it).map(|(_, value)| {
        let words = value.split(|byte| b" \t\n\r".contains(byte)).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(&b' ')
    });
    values.collect::<Vec<_>>().join(&b',')
}

/// Without dot segments and empty ones, encoded once more than it is sent.
fn normalized(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let is_open = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end)) && !kept.is_empty();
    encoded(format!("/{}{}", kept.join("/"), if is_open { "/" } else { "" }).as_bytes(), true)
}

/// Decoded and encoded again, segment by segment, as S3 has it.
fn recoded(path: &str) -> String {
    let segments = path.split('/').map(|segment| encoded(&decoded(segment), false));
    segments.collect::<Vec<_>>().join("/")
}

/// The parameters, encoded and then sorted.
pub(crate) fn sorted(query: &str) -> String {
    let mut pairs = pairs(query);
    pairs.sort();
    written(&pairs)
}

pub(crate) fn written(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

/// The parameters in their order, encoded as AWS has it.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let coded = |text: &str| encoded(&decoded(&text.replace('+', " ")), false);
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    let split = pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")));
    split.map(|(name, value)| (coded(name), coded(value))).collect()
}

pub(crate) fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits: String = bytes.by_ref().take(2).map(char::from).collect();
            // A broken escape decodes to something, as long as it stops nobody.
            decoded.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
        } else {
            decoded.push(byte);
        }
    }
    decoded
}
