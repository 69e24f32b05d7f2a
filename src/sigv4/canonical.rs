//! The canonical request and the string to sign: what the signature is made of,
//! each to be had alone, by whoever wants to show what went wrong.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::claims::Form;
use super::header::{self, Folding};
use super::path;
use super::presented::Presented;
use super::presigned;
use super::refusal::Cause;
use super::rules::{Payload, Rules};

/// The parts of a canonical request, each as it stands there: for whoever asks what
/// would be signed if one of them were another. They hold tokens, so they do not print.
#[derive(Clone, Eq, PartialEq)]
pub struct Parts {
    /// The method.
    pub method: Vec<u8>,
    /// The path.
    pub path: Vec<u8>,
    /// The parameters of the query, in their order.
    pub query: Vec<(Vec<u8>, Vec<u8>)>,
    /// The headers that are signed, in the order of their lines: names and values.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The names of the signed headers, as they are listed.
    pub names: Vec<u8>,
    /// The line of the payload.
    pub payload: Vec<u8>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// How a request is read where AWS leaves more than one way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reading {
    /// Which white space is folded in the values of headers.
    pub folding: Folding,
    /// Whether a session token in the query is part of what is signed.
    pub signs_token: bool,
}

impl Reading {
    /// All readings, the most likely first.
    pub const ALL: [Self; 4] = [
        Self { folding: Folding::Spaces, signs_token: true },
        Self { folding: Folding::WhiteSpace, signs_token: true },
        Self { folding: Folding::Spaces, signs_token: false },
        Self { folding: Folding::WhiteSpace, signs_token: false },
    ];
}

/// The last line of a canonical request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PayloadLine {
    /// The SHA-256 of the body, in hexadecimal digits.
    Hash([u8; 64]),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
}

impl PayloadLine {
    /// The line of a body that is signed.
    pub fn of(body: &[u8]) -> Self {
        Self::Hash(hex_digest(body))
    }

    /// The line itself.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Hash(hash) => hash,
            Self::Unsigned => b"UNSIGNED-PAYLOAD",
        }
    }
}

impl Presented<'_> {
    /// The last line of the canonical request, if the body is what it is declared
    /// to be.
    pub fn payload(&self, rules: &Rules, body: &[u8]) -> Result<PayloadLine, Cause> {
        let parameter = self.declared.parameter.as_ref().map(|value| value.as_bytes());
        let declared = [parameter, self.declared.header];
        let first = declared.into_iter().flatten().next();
        let is_unsigned = match rules.payload {
            Payload::Unsigned => true,
            Payload::Declared => match first {
                Some(declared) => declared == b"UNSIGNED-PAYLOAD",
                None => self.form() == Form::Presigned,
            },
            Payload::Hashed | Payload::DeclaredHash => false,
        };
        if is_unsigned {
            return Ok(PayloadLine::Unsigned);
        }
        let line = PayloadLine::of(body);
        let is_true = declared.into_iter().flatten().all(|declared| declared == line.as_bytes());
        if is_true { Ok(line) } else { Err(Cause::Payload) }
    }

    /// The readings of this request that may differ.
    pub fn readings<'p>(&'p self, rules: &'p Rules) -> impl Iterator<Item = Reading> {
        // Lazy: nobody looks for odd white space where the first reading matches.
        Reading::ALL.into_iter().filter(move |reading| {
            (reading.signs_token || rules.takes_late_token && self.has_token_parameter())
                && (reading.folding == Folding::Spaces || self.has_odd_space())
        })
    }

    /// The canonical request of this request, and whether every header is there
    /// that is said to be signed.
    pub fn canonical_request(
        &self,
        rules: &Rules,
        payload: &PayloadLine,
        reading: Reading,
    ) -> (Vec<u8>, bool) {
        let mut out = Vec::with_capacity(self.size());
        let is_complete = self.write_canonical_request(&mut out, (rules, payload), reading);
        (out, is_complete)
    }

    /// The parts of what [`Presented::canonical_request`] writes.
    pub fn parts(&self, rules: &Rules, payload: &PayloadLine, reading: Reading) -> Parts {
        let mut path = Vec::new();
        path::write(&mut path, self.head.path(), rules.paths);
        let header = |name: &str| {
            let mut value = Vec::new();
            header::write_value(&mut value, &self.head, name, reading.folding);
            (name.to_owned(), value)
        };
        Parts {
            method: self.head.method().into(),
            path,
            query: self.signed_pairs(reading).map(|(k, v)| (k.to_vec(), v.to_vec())).collect(),
            headers: self.signed.names().map(header).collect(),
            names: self.signed.as_str().into(),
            payload: payload.as_bytes().into(),
        }
    }

    pub(super) fn write_canonical_request(
        &self,
        out: &mut Vec<u8>,
        (rules, payload): (&Rules, &PayloadLine),
        reading: Reading,
    ) -> bool {
        out.extend_from_slice(self.head.method().as_bytes());
        out.push(b'\n');
        path::write(out, self.head.path(), rules.paths);
        out.push(b'\n');
        self.write_query(out, reading);
        out.push(b'\n');
        let is_complete = self.write_headers(out, reading.folding);
        out.push(b'\n');
        out.extend_from_slice(self.signed.as_str().as_bytes());
        out.push(b'\n');
        out.extend_from_slice(payload.as_bytes());
        is_complete
    }

    /// What the signing key signs.
    pub fn string_to_sign(&self, canonical_request: &[u8]) -> Vec<u8> {
        let mut out = canonical_request.to_vec();
        self.replace_by_string_to_sign(&mut out);
        out
    }

    /// Puts the string to sign in the place of the canonical request.
    pub(super) fn replace_by_string_to_sign(&self, out: &mut Vec<u8>) {
        let hash = hex_digest(out);
        out.clear();
        for line in [self.algorithm().as_str(), self.stamp().as_str(), self.credential().scope()] {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
        out.extend_from_slice(&hash);
    }

    fn signed_pairs(&self, reading: Reading) -> impl Iterator<Item = (&[u8], &[u8])> {
        let is_presigned = self.form() == Form::Presigned;
        let is_left_out = move |name: &[u8]| {
            is_presigned
                && (name == presigned::SIGNATURE.as_bytes()
                    || !reading.signs_token && name == presigned::TOKEN.as_bytes())
        };
        self.query.pairs().filter(move |(name, _)| !is_left_out(name))
    }

    fn write_query(&self, out: &mut Vec<u8>, reading: Reading) {
        for (nth, (name, value)) in self.signed_pairs(reading).enumerate() {
            if nth > 0 {
                out.push(b'&');
            }
            out.extend_from_slice(name);
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }

    fn write_headers(&self, out: &mut Vec<u8>, folding: Folding) -> bool {
        let lines =
            self.signed.names().map(|name| header::write_line(out, &self.head, name, folding));
        // Every line is written, also behind one that is not there.
        lines.fold(true, |is_complete, is_there| is_complete & is_there)
    }

    fn has_token_parameter(&self) -> bool {
        self.form() == Form::Presigned && self.query.has(presigned::TOKEN)
    }

    fn has_odd_space(&self) -> bool {
        let values = |name| self.head.values(name).map(<[u8]>::trim_ascii);
        self.signed.names().flat_map(values).any(header::has_odd_space)
    }

    /// About how long the canonical request is.
    pub(super) fn size(&self) -> usize {
        let target = self.head.path().len().saturating_add(self.head.query().len());
        target.saturating_mul(2).saturating_add(512)
    }
}

/// The SHA-256 of `bytes`, in hexadecimal digits.
pub(crate) fn hex_digest(bytes: &[u8]) -> [u8; 64] {
    let mut digits = [b'0'; 64];
    // INVARIANT: thirty-two bytes are sixty-four digits, or this would panic.
    HEXLOWER.encode_mut(&Sha256::digest(bytes), &mut digits);
    digits
}
