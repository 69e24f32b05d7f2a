//! The search for the mistake: one hypothesis at a time, then two.

mod paired;

use std::iter;

use data_encoding::{BASE64_NOPAD, HEXLOWER_PERMISSIVE};

use super::trial::{Baseline, Budget, Edit, Hash, Hypothesis, Line, ToSign, Trial, write_query};
use super::{Case, Cause, Stages, assembly, body, form, headers, key, scope, target};
use crate::sigv4::{Algorithm, Parts, PayloadLine, Reading, Signature, VerifyingKey};

/// What a signature by a key pair costs, and a canonical request that is written and hashed, in
/// signatures by shared secrets.
const PAIR: usize = 300;
const CANONICAL: usize = 2;

/// Who has so much to spend looks for more pairs.
const DEEP: usize = 100_000;

/// About how many bytes the string to sign and what signs it take, and how often a canonical
/// request is written.
const TEXT: usize = 256;
const COPIES: usize = 200;

/// So many headers may be signed for any two of them to be searched.
const SEARCHED: usize = 12;

/// What the verifier makes of the rest of a request in its likeliest reading.
pub(super) fn baseline(case: &Case<'_>, signature: Signature) -> Baseline {
    let (presented, payload) = (case.presented, payload(case));
    let [reading, ..] = Reading::ALL;
    let parts = presented.parts(case.rules, &payload, reading);
    let (canonical, _) = presented.canonical_request(case.rules, &payload, reading);
    let text = presented.string_to_sign(&canonical);
    let mut head = text.clone();
    head.truncate(head.len().saturating_sub(64));
    let to_sign = ToSign { head, hash: Hash::Lower, end: b"" };
    let key = key::MadeFor::of(case).key(case.key.secret().expose().as_bytes());
    Baseline { parts, canonical, text, to_sign, key, signature }
}

fn payload(case: &Case<'_>) -> PayloadLine {
    let payload = case.presented.payload(case.rules, case.body);
    payload.unwrap_or_else(|_| PayloadLine::of(case.body))
}

/// What is otherwise in the other readings that a request has, in each of them.
fn other_readings(case: &Case<'_>, base: &Baseline) -> Vec<Vec<Edit>> {
    let readings = case.presented.readings(case.rules).skip(1);
    // No reading is about the payload.
    let payload = PayloadLine::Unsigned;
    let parts = readings.map(|reading| case.presented.parts(case.rules, &payload, reading));
    parts.map(|parts| differing(&base.parts, parts)).collect()
}

fn differing(parts: &Parts, others: Parts) -> Vec<Edit> {
    let mut edits = Vec::new();
    if others.query != parts.query {
        let mut line = Vec::new();
        write_query(&mut line, &others.query);
        edits.push(Edit::Query(line));
    }
    for (nth, (one, (_, other))) in parts.headers.iter().zip(others.headers).enumerate() {
        if one.1 != other {
            edits.push(Edit::Header(nth, Line::Value(other)));
        }
    }
    edits
}

/// The signature, however it is written, and what is wrong with that; nothing, where what was sent
/// is no signature.
pub(super) fn signature(case: &Case<'_>) -> Option<(Signature, Option<&'static Cause>)> {
    if let Some(signature) = case.presented.signature() {
        return Some((signature, None));
    }
    if case.presented.algorithm() != Algorithm::HmacSha256 {
        return None;
    }
    let sent = case.presented.signature_as_sent().trim();
    let mac = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).ok().map(Signature::HmacSha256);
    if let Some(signature) = HEXLOWER_PERMISSIVE.decode(sent.as_bytes()).ok().and_then(mac) {
        return Some((signature, Some(form::UPPER_SIGNATURE)));
    }
    let pairs = [("%3D", "="), ("%2B", "+"), ("%2F", "/"), ("-", "+"), ("_", "/")];
    let plain = pairs.iter().fold(sent.to_owned(), |text, (from, to)| text.replace(from, to));
    let bytes = BASE64_NOPAD.decode(plain.trim_end_matches('=').as_bytes()).ok()?;
    // Some write the Base64 of the hexadecimal digits.
    let digits = HEXLOWER_PERMISSIVE.decode(&bytes).ok();
    let signature = mac(bytes).or_else(|| digits.and_then(mac))?;
    Some((signature, Some(form::BASE64_SIGNATURE)))
}

/// What makes the signature: one mistake, or two.
#[derive(Debug)]
pub(super) struct Hit {
    pub(super) first: Hypothesis,
    pub(super) second: Option<Hypothesis>,
    /// The reading in which they do.
    reading: Vec<Edit>,
}

impl Hit {
    fn one(first: Hypothesis) -> Self {
        Self { first, second: None, reading: Vec::new() }
    }

    /// The stages as the verifier has them.
    pub(super) fn ours(&self, base: &Baseline) -> Stages {
        Trial { base, mistakes: [None, None], reading: &self.reading }.stages()
    }

    /// What the client has signed; nothing, where it is only the key that differs.
    pub(super) fn theirs(&self, base: &Baseline) -> Option<Stages> {
        let mistakes = [Some(&self.first), self.second.as_ref()];
        let stages = Trial { base, mistakes, reading: &self.reading }.stages();
        (stages != self.ours(base)).then_some(stages)
    }
}

/// A search under way.
#[derive(Debug)]
pub(super) struct Search<'b> {
    base: &'b Baseline,
    budget: Budget,
    tried: usize,
}

impl<'b> Search<'b> {
    pub(super) fn new(base: &'b Baseline, budget: Budget) -> Self {
        Self { base, budget, tried: 0 }
    }

    /// How many signatures were made.
    pub(super) fn tried(&self) -> usize {
        self.tried
    }

    /// Looks everywhere: for what needs no hypothesis, for one, for two.
    pub(super) fn whole(
        &mut self,
        case: &Case<'_>,
        written_as: Option<&'static Cause>,
    ) -> Option<Hit> {
        let readings = other_readings(case, self.base);
        let mut all = iter::once([].as_slice()).chain(readings.iter().map(Vec::as_slice));
        if all.any(|reading| self.fits_in(reading, [None, None])) {
            return beside(case, written_as).map(Hit::one);
        }
        let renamed = self.renamed(case);
        if renamed.is_some() {
            return renamed;
        }
        let is_long = self.base.canonical.len().saturating_mul(COPIES) > self.budget.bytes;
        let mut kinds = Kinds::of(case, self.base, (&mut self.budget, is_long));
        self.single(&mut kinds)
            .or_else(|| self.read_otherwise(readings, &mut kinds))
            .or_else(|| self.altered(case))
            .or_else(|| self.in_transit())
            .or_else(|| self.pair(kinds))
            .or_else(|| self.at_every_port(case))
    }

    /// The headers are signed as they should be listed, but are not listed so.
    fn renamed(&mut self, case: &Case<'_>) -> Option<Hit> {
        if case.presented.signed_headers().is_canonical() {
            return None;
        }
        let mut found = assembly::rightly_named(self.base).into_iter();
        found.find(|hypothesis| self.fits(hypothesis, None)).map(Hit::one)
    }

    fn fits(&mut self, first: &Hypothesis, second: Option<&Hypothesis>) -> bool {
        self.fits_in(&[], [Some(first), second])
    }

    fn fits_in(&mut self, reading: &[Edit], mistakes: [Option<&Hypothesis>; 2]) -> bool {
        // What nobody can pay for is not written, either.
        if self.budget.trials < self.price() || self.budget.bytes < self.base.canonical.len() {
            return false;
        }
        let trial = Trial { base: self.base, mistakes, reading };
        let canonical = trial.canonical();
        self.pay(canonical.len()) && self.made(trial.key(), &trial.text(&canonical))
    }

    /// Pays for a signature, and for so many bytes to be hashed before it.
    fn pay(&mut self, bytes: usize) -> bool {
        self.budget.take(self.price(), bytes.saturating_add(TEXT))
    }

    /// What a signature costs whose canonical request is written for it.
    fn price(&self) -> usize {
        self.cost().saturating_add(CANONICAL)
    }

    /// What a signature costs alone.
    fn cost(&self) -> usize {
        if matches!(self.base.signature, Signature::HmacSha256(_)) { 1 } else { PAIR }
    }

    fn made(&mut self, key: &VerifyingKey, text: &[u8]) -> bool {
        self.tried = self.tried.saturating_add(1);
        key.made(Some(&self.base.signature), text)
    }

    fn single(&mut self, kinds: &mut Kinds) -> Option<Hit> {
        self.first_of(kinds, |search, one| search.fits(one, None)).map(Hit::one)
    }

    /// What is made together with others in real life, in every other reading that the request
    /// has. What makes all of the canonical request otherwise is made of the first.
    fn read_otherwise(&mut self, readings: Vec<Vec<Edit>>, kinds: &mut Kinds) -> Option<Hit> {
        let many = self.many();
        readings.into_iter().find_map(|reading| {
            let first = self.first_of(kinds, |search, one| {
                many(one.cause) > 0
                    && !one.is_of_all()
                    && search.fits_in(&reading, [Some(one), None])
            })?;
            Some(Hit { reading, ..Hit::one(first) })
        })
    }

    fn first_of(
        &mut self,
        kinds: &mut Kinds,
        mut fits: impl FnMut(&mut Self, &Hypothesis) -> bool,
    ) -> Option<Hypothesis> {
        kinds.in_order(self.cost() == PAIR).into_iter().find_map(|kind| {
            let place = kind.iter().position(|one| fits(self, one))?;
            Some(kind.swap_remove(place))
        })
    }

    /// How many ways of each cause are tried together with others.
    fn many(&self) -> fn(&Cause) -> usize {
        if self.budget.trials > DEEP { paired::deep } else { paired::usual }
    }

    /// A body that was changed beyond recognition, where its length is signed beside its hash.
    fn altered(&mut self, case: &Case<'_>) -> Option<Hit> {
        if case.presented.payload(case.rules, case.body).is_ok() {
            return None;
        }
        body::altered(case, self.base).find(|hypothesis| self.fits(hypothesis, None)).map(Hit::one)
    }

    /// Two mistakes at once: a mangled secret hides every other, and what changes a request on its
    /// way seldom changes one thing.
    fn pair(&mut self, kinds: Kinds) -> Option<Hit> {
        let many = self.many();
        let Kinds { keys, transit, bodies, targets, scopes, assemblies } = kinds;
        let mut keys = paired::chosen([keys], many);
        let mut others = paired::chosen([transit, bodies, targets, scopes, assemblies], many);
        if let Some((key, other)) = self.keyed(&keys, &others) {
            let (first, second) = (keys.swap_remove(key), others.swap_remove(other));
            return Some(Hit { second: Some(second), ..Hit::one(first) });
        }
        self.crossed(others)
    }

    /// Another key, together with another canonical request: each of these is hashed once.
    fn keyed(&mut self, keys: &[Hypothesis], others: &[Hypothesis]) -> Option<(usize, usize)> {
        let unkeyed = others.iter().enumerate().filter(|(_, other)| other.key.is_none());
        for (place, other) in unkeyed {
            let trial = Trial { base: self.base, mistakes: [Some(other), None], reading: &[] };
            let canonical = trial.canonical();
            if !self.pay(canonical.len()) {
                return None;
            }
            let text = trial.text(&canonical);
            let keys = keys.iter().filter_map(|hypothesis| hypothesis.key.as_deref());
            let found = keys
                .enumerate()
                .find(|(_, key)| self.budget.take(self.cost(), TEXT) && self.made(key, &text));
            if let Some((key, _)) = found {
                return Some((key, place));
            }
        }
        None
    }

    /// Any two that do not make the same part otherwise.
    fn crossed(&mut self, mut all: Vec<Hypothesis>) -> Option<Hit> {
        let (first, second) = (0..all.len()).find_map(|second| {
            let later = all.get(second)?;
            let firsts = all.iter().take(second);
            let mut fitting = firsts.enumerate().filter(|(_, first)| !first.overlaps(later));
            let (first, _) = fitting.find(|(_, first)| self.fits(first, Some(later)))?;
            Some((first, second))
        })?;
        // The later one goes first, so that the other stays where it is.
        let second = all.swap_remove(second);
        Some(Hit { second: Some(second), ..Hit::one(all.swap_remove(first)) })
    }

    /// Whatever was changed on its way: every header, and every two, signed empty or left out.
    fn in_transit(&mut self) -> Option<Hit> {
        if self.base.parts.headers.len() > SEARCHED {
            return None;
        }
        self.crossed(headers::search(self.base))
    }

    /// A proxy that drops the port and tells nobody leaves no trace of it.
    fn at_every_port(&mut self, case: &Case<'_>) -> Option<Hit> {
        if self.budget.trials < usize::from(u16::MAX) {
            return None;
        }
        let mut hosts = headers::host::at_every_port(case, self.base);
        hosts.find(|hypothesis| self.fits(hypothesis, None)).map(Hit::one)
    }
}

/// What is wrong where the signature is right: how it is written, or what stands beside it. Nothing,
/// where it was not refused for its signature.
fn beside(case: &Case<'_>, written_as: Option<&'static Cause>) -> Option<Hypothesis> {
    let presented = case.presented;
    if let Some(wrong) = written_as {
        return Some(Hypothesis::of(wrong));
    }
    if !presented.signed_headers().is_canonical() {
        return Some(Hypothesis::of(form::NAMES_NOT_CANONICAL));
    }
    if let Some(name) = super::absent(presented).next() {
        return Some(Hypothesis::of(headers::HEADER_ABSENT).told(name));
    }
    let is_true = presented.payload(case.rules, case.body).is_ok();
    (!is_true).then(|| Hypothesis::of(body::BODY_DECLARED_OTHERWISE))
}

/// The hypotheses by kind, the most likely of each first.
#[derive(Debug)]
struct Kinds {
    keys: Vec<Hypothesis>,
    transit: Vec<Hypothesis>,
    bodies: Vec<Hypothesis>,
    targets: Vec<Hypothesis>,
    scopes: Vec<Hypothesis>,
    assemblies: Vec<Hypothesis>,
}

impl Kinds {
    /// Of a request that is too long to be written so often, only the keys are tried.
    fn of(case: &Case<'_>, base: &Baseline, (budget, is_long): (&mut Budget, bool)) -> Self {
        let unless_long =
            |make: &dyn Fn() -> Vec<Hypothesis>| if is_long { Vec::new() } else { make() };
        Self {
            keys: key::hypotheses(case),
            transit: unless_long(&|| headers::hypotheses(case, base)),
            bodies: body::hypotheses(case, base, budget),
            targets: unless_long(&|| target::hypotheses(case, base)),
            scopes: scope::hypotheses(case, &base.to_sign),
            assemblies: unless_long(&|| assembly::hypotheses(case, base)),
        }
    }

    /// What is narrower goes first, or it would be told as something that happens to make the same
    /// signature. Of signatures by key pairs few can be tried: there the most likely goes first.
    fn in_order(&mut self, is_pair: bool) -> [&mut Vec<Hypothesis>; 6] {
        let Self { keys, transit, bodies, targets, scopes, assemblies } = self;
        if is_pair {
            return [keys, bodies, transit, targets, scopes, assemblies];
        }
        [keys, assemblies, transit, bodies, targets, scopes]
    }
}
