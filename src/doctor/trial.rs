//! What a client is thought to have done otherwise, and whether its signature says so.

use std::borrow::Cow;
use std::mem::discriminant;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use super::{Cause, Stages};
use crate::sigv4::{Parts, Signature, VerifyingKey, hex_digest};

/// One way in which a client may sign otherwise than it should: of the key, the string to
/// sign, and the canonical request, what is not named stays as the verifier has it.
#[derive(Debug)]
pub(super) struct Hypothesis {
    pub(super) cause: &'static Cause,
    /// What stands for `{}` in the sentences of the cause.
    pub(super) detail: Cow<'static, str>,
    /// Few have one, and it is as large as all the rest.
    pub(super) key: Option<Box<VerifyingKey>>,
    pub(super) to_sign: Option<ToSign>,
    pub(super) edits: Vec<Edit>,
}

impl Hypothesis {
    /// Something goes wrong, but it is not said yet what is made of it.
    pub(super) fn of(cause: &'static Cause) -> Self {
        let detail = Cow::Borrowed("");
        Self { cause, detail, key: None, to_sign: None, edits: Vec::new() }
    }

    /// Whether both make the same part otherwise, so that only one of them can be.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let is_same = |one: &Edit| other.edits.iter().any(|two| one.overlaps(two));
        self.key.is_some() && other.key.is_some()
            || self.to_sign.is_some() && other.to_sign.is_some()
            || self.edits.iter().any(is_same)
    }

    /// Whether it makes all of the canonical request otherwise.
    pub(super) fn is_of_all(&self) -> bool {
        self.edits.iter().any(|edit| edit.whole().is_some())
    }

    /// With `detail` in its sentences.
    pub(super) fn told(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Signed by another key.
    pub(super) fn key(self, key: VerifyingKey) -> Self {
        Self { key: Some(Box::new(key)), ..self }
    }

    /// With another string to sign.
    pub(super) fn signing(self, to_sign: ToSign) -> Self {
        Self { to_sign: Some(to_sign), ..self }
    }

    /// With a part of the canonical request made otherwise.
    pub(super) fn edit(mut self, edit: Edit) -> Self {
        self.edits.push(edit);
        self
    }
}

/// A part of the canonical request that is made otherwise.
#[derive(Debug)]
pub(super) enum Edit {
    Method(Vec<u8>),
    Path(Vec<u8>),
    /// The whole line of the query.
    Query(Vec<u8>),
    /// The line of the signed header at that place.
    Header(usize, Line),
    /// The line of names.
    Names(Vec<u8>),
    Payload(Vec<u8>),
    /// All of it.
    Whole(Vec<u8>),
}

/// The line of a signed header.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Line {
    /// With that value.
    Value(Vec<u8>),
    /// There is none.
    LeftOut,
}

/// The string to sign: all but the hash that ends it, and how that is written.
#[derive(Clone, Debug)]
pub(super) struct ToSign {
    /// Three lines and their ends.
    pub(super) head: Vec<u8>,
    pub(super) hash: Hash,
    pub(super) end: &'static [u8],
}

/// How a canonical request stands in the string to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hash {
    Lower,
    Upper,
    Base64,
    /// The hash of the hash.
    Twice,
    /// The hash of the hash's bytes.
    TwiceRaw,
    /// Not hashed at all.
    Bare,
}

impl Hash {
    fn write(self, out: &mut Vec<u8>, canonical: &[u8]) {
        let digits = hex_digest(canonical);
        let bytes = || HEXLOWER.decode(&digits).unwrap_or_default();
        match self {
            Self::Lower => out.extend_from_slice(&digits),
            Self::Upper => out.extend_from_slice(HEXUPPER.encode(&bytes()).as_bytes()),
            Self::Base64 => out.extend_from_slice(BASE64.encode(&bytes()).as_bytes()),
            Self::Twice => out.extend_from_slice(&hex_digest(&digits)),
            Self::TwiceRaw => out.extend_from_slice(&hex_digest(&bytes())),
            Self::Bare => out.extend_from_slice(canonical),
        }
    }
}

/// What the verifier has made of a request, from which hypotheses go off.
#[derive(Debug)]
pub(super) struct Baseline {
    pub(super) parts: Parts,
    pub(super) canonical: Vec<u8>,
    /// The string to sign.
    pub(super) text: Vec<u8>,
    pub(super) to_sign: ToSign,
    pub(super) key: VerifyingKey,
    /// The signature that was sent.
    pub(super) signature: Signature,
}

impl Baseline {
    /// The stages as the verifier has them.
    pub(super) fn stages(&self) -> Stages {
        Stages { canonical_request: self.canonical.clone(), string_to_sign: self.text.clone() }
    }
}

/// Up to two hypotheses in a reading, held against the signature.
#[derive(Clone, Copy)]
pub(super) struct Trial<'t> {
    pub(super) base: &'t Baseline,
    pub(super) mistakes: [Option<&'t Hypothesis>; 2],
    pub(super) reading: &'t [Edit],
}

impl<'t> Trial<'t> {
    fn mistakes(&self) -> impl Iterator<Item = &'t Hypothesis> {
        self.mistakes.into_iter().flatten()
    }

    /// The mistakes go before the reading: what they change is as they have it.
    fn edits(&self) -> [&'t [Edit]; 3] {
        let [first, second] = self.mistakes;
        let of = |mistake: Option<&'t Hypothesis>| mistake.map_or(&[][..], |one| &one.edits);
        [of(first), of(second), self.reading]
    }

    /// Whether the canonical request is the verifier's.
    fn is_unedited(&self) -> bool {
        self.edits().iter().all(|edits| edits.is_empty())
    }

    pub(super) fn canonical(&self) -> Cow<'t, [u8]> {
        if self.is_unedited() {
            return Cow::Borrowed(&self.base.canonical);
        }
        Cow::Owned(canonical(self.base, &self.edits()))
    }

    pub(super) fn text(&self, canonical: &[u8]) -> Cow<'t, [u8]> {
        match self.mistakes().find_map(|mistake| mistake.to_sign.as_ref()) {
            Some(otherwise) => string_to_sign(otherwise, canonical).into(),
            None if self.is_unedited() => Cow::Borrowed(&self.base.text),
            None => string_to_sign(&self.base.to_sign, canonical).into(),
        }
    }

    pub(super) fn key(&self) -> &'t VerifyingKey {
        self.mistakes().find_map(|mistake| mistake.key.as_deref()).unwrap_or(&self.base.key)
    }

    pub(super) fn stages(&self) -> Stages {
        let canonical = self.canonical().into_owned();
        let string_to_sign = self.text(&canonical).into_owned();
        Stages { canonical_request: canonical, string_to_sign }
    }
}

/// What is left to spend: a signature costs one, a canonical request that is written and hashed
/// for it two more.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Signatures.
    pub trials: usize,
    /// Bytes that are hashed.
    pub bytes: usize,
}

impl Budget {
    /// For a server: below two milliseconds on a machine of today.
    pub const SERVER: Self = Self { trials: 5_000, bytes: 1_850_000 };

    /// For a command line, where somebody waits for nothing else.
    pub const COMMAND: Self = Self { trials: 3_000_000, bytes: 2 * 1024 * 1024 * 1024 };

    /// Takes what so many signatures over so many bytes cost, if that much is left.
    pub(super) fn take(&mut self, trials: usize, bytes: usize) -> bool {
        match (self.trials.checked_sub(trials), self.bytes.checked_sub(bytes)) {
            (Some(trials), Some(left)) => {
                *self = Self { trials, bytes: left };
                true
            }
            _ => false,
        }
    }
}

/// The canonical request of several hypotheses together.
fn canonical(base: &Baseline, edits: &[&[Edit]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(base.canonical.len().saturating_add(128));
    write(&mut out, &base.parts, edits);
    out
}

fn write(out: &mut Vec<u8>, parts: &Parts, edits: &[&[Edit]]) {
    let all = || edits.iter().copied().flatten();
    if let Some(whole) = all().find_map(Edit::whole) {
        return out.extend_from_slice(whole);
    }
    out.extend_from_slice(all().find_map(Edit::method).unwrap_or(&parts.method));
    out.push(b'\n');
    out.extend_from_slice(all().find_map(Edit::path).unwrap_or(&parts.path));
    out.push(b'\n');
    match all().find_map(Edit::query) {
        Some(query) => out.extend_from_slice(query),
        None => write_query(out, &parts.query),
    }
    out.push(b'\n');
    for (nth, (name, value)) in parts.headers.iter().enumerate() {
        match all().find_map(|edit| edit.header(nth)) {
            None => write_header(out, name, value),
            Some(Line::Value(value)) => write_header(out, name, value),
            Some(Line::LeftOut) => {}
        }
    }
    out.push(b'\n');
    out.extend_from_slice(all().find_map(Edit::names).unwrap_or(&parts.names));
    out.push(b'\n');
    out.extend_from_slice(all().find_map(Edit::payload).unwrap_or(&parts.payload));
}

/// Writes parameters in their order.
pub(super) fn write_query<T: AsRef<[u8]>>(out: &mut Vec<u8>, pairs: &[(T, T)]) {
    for (nth, (name, value)) in pairs.iter().enumerate() {
        if nth > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name.as_ref());
        out.push(b'=');
        out.extend_from_slice(value.as_ref());
    }
}

fn write_header(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    out.extend_from_slice(value);
    out.push(b'\n');
}

impl Edit {
    /// Whether both are of one part.
    fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(_), _) | (_, Self::Whole(_)) => true,
            (Self::Header(one, _), Self::Header(two, _)) => one == two,
            _ => discriminant(self) == discriminant(other),
        }
    }

    fn whole(&self) -> Option<&[u8]> {
        if let Self::Whole(text) = self { Some(text) } else { None }
    }

    fn method(&self) -> Option<&[u8]> {
        if let Self::Method(text) = self { Some(text) } else { None }
    }

    fn path(&self) -> Option<&[u8]> {
        if let Self::Path(text) = self { Some(text) } else { None }
    }

    fn query(&self) -> Option<&[u8]> {
        if let Self::Query(text) = self { Some(text) } else { None }
    }

    fn header(&self, nth: usize) -> Option<&Line> {
        if let Self::Header(place, line) = self
            && *place == nth
        {
            return Some(line);
        }
        None
    }

    fn names(&self) -> Option<&[u8]> {
        if let Self::Names(text) = self { Some(text) } else { None }
    }

    fn payload(&self) -> Option<&[u8]> {
        if let Self::Payload(text) = self { Some(text) } else { None }
    }
}

/// What is signed by the key of a trial.
fn string_to_sign(to_sign: &ToSign, canonical: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(to_sign.head.len().saturating_add(72));
    out.extend_from_slice(&to_sign.head);
    to_sign.hash.write(&mut out, canonical);
    out.extend_from_slice(to_sign.end);
    out
}
