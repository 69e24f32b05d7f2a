//! The search for the mistake: one hypothesis at a time, then two.

use std::borrow::Cow;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use super::trial::{Baseline, Budget, Hash, Hypothesis, ToSign, canonical, string_to_sign};
use super::{Case, Cause, Stages, assembly, body, form, headers, key, scope, target};
use crate::sigv4::{Algorithm, PayloadLine, Reading, Signature, VerifyingKey};

/// What a signature by a key pair costs, in signatures by shared secrets.
const PAIR: usize = 150;

/// How many hypotheses of a kind are tried together with those of others, the most likely ones.
const KEYS: usize = 12;
const TRANSIT: usize = 28;
const BODIES: usize = 12;
const TARGETS: usize = 12;

/// About how many bytes the string to sign and what signs it take, and how often a canonical
/// request is written.
const TEXT: usize = 256;
const COPIES: usize = 200;

/// So many headers may be signed for any two of them to be searched.
const SEARCHED: usize = 12;

/// A request, ready to be searched.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) base: Baseline,
    /// What is wrong with how the signature is written, if anything is.
    pub(super) written_as: Option<&'static Cause>,
}

/// Reads the signature, however it is written, and what the verifier makes of the rest; nothing,
/// where what was sent is no signature.
pub(super) fn read(case: &Case<'_>) -> Option<Read> {
    let presented = case.presented;
    let (signature, written_as) = signature(case)?;
    let payload = presented.payload(case.rules, case.body);
    let payload = payload.unwrap_or_else(|_| PayloadLine::of(case.body));
    let [reading, ..] = Reading::ALL;
    let parts = presented.parts(case.rules, &payload, reading);
    let (canonical, _) = presented.canonical_request(case.rules, &payload, reading);
    let mut head = presented.string_to_sign(&canonical);
    head.truncate(head.len().saturating_sub(64));
    let to_sign = ToSign { head, hash: Hash::Lower, end: b"" };
    let key = key::MadeFor::of(case).key(case.key.secret().expose().as_bytes());
    Some(Read { base: Baseline { parts, canonical, to_sign, key, signature }, written_as })
}

/// The signature, and what is wrong with how it is written.
fn signature(case: &Case<'_>) -> Option<(Signature, Option<&'static Cause>)> {
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
    let plain = sent.replace("%3D", "=").replace("%2B", "+").replace("%2F", "/");
    let signature = BASE64.decode(plain.as_bytes()).ok().and_then(mac)?;
    Some((signature, Some(form::BASE64_SIGNATURE)))
}

/// What makes the signature: one mistake, or two.
#[derive(Debug)]
pub(super) struct Hit {
    pub(super) first: Hypothesis,
    pub(super) second: Option<Hypothesis>,
}

impl Hit {
    fn one(first: Hypothesis) -> Self {
        Self { first, second: None }
    }

    /// What the client has signed; nothing, where it is only the key that differs.
    pub(super) fn stages(&self, base: &Baseline) -> Option<Stages> {
        let trial = Trial { base, first: &self.first, second: self.second.as_ref() };
        let stages = trial.stages();
        (stages != base.stages()).then_some(stages)
    }
}

impl Baseline {
    /// The stages as the verifier has them.
    pub(super) fn stages(&self) -> Stages {
        let string_to_sign = string_to_sign(&self.to_sign, &self.canonical);
        Stages { canonical_request: self.canonical.clone(), string_to_sign }
    }
}

/// One or two hypotheses, held against the signature.
#[derive(Clone, Copy)]
struct Trial<'t> {
    base: &'t Baseline,
    first: &'t Hypothesis,
    second: Option<&'t Hypothesis>,
}

impl Trial<'_> {
    fn canonical(&self) -> Cow<'_, [u8]> {
        let edits = [&*self.first.edits, self.second.map_or(&[], |second| &*second.edits)];
        if edits.iter().all(|edits| edits.is_empty()) {
            return Cow::Borrowed(&self.base.canonical);
        }
        Cow::Owned(canonical(self.base, &edits))
    }

    fn text(&self, canonical: &[u8]) -> Vec<u8> {
        let of = |hypothesis: &'_ Hypothesis| {
            hypothesis.to_sign.as_ref().map(|it| string_to_sign(it, canonical))
        };
        let made = of(self.first).or_else(|| self.second.and_then(of));
        made.unwrap_or_else(|| string_to_sign(&self.base.to_sign, canonical))
    }

    fn key(&self) -> &VerifyingKey {
        let second = || self.second.and_then(|second| second.key.as_ref());
        self.first.key.as_ref().or_else(second).unwrap_or(&self.base.key)
    }

    fn stages(&self) -> Stages {
        let canonical = self.canonical().into_owned();
        let string_to_sign = self.text(&canonical);
        Stages { canonical_request: canonical, string_to_sign }
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
        if let Some(found) = self.as_it_is(case, written_as) {
            return Some(Hit::one(found));
        }
        let is_long = self.base.canonical.len().saturating_mul(COPIES) > self.budget.bytes;
        let mut kinds = Kinds::of(case, self.base, (&mut self.budget, is_long));
        self.single(&mut kinds)
            .or_else(|| self.pair(&mut kinds))
            .or_else(|| self.in_transit())
            .or_else(|| self.at_every_port(case))
    }

    /// The signature is right, and what is wrong is how it, or something beside it, is written.
    fn as_it_is(
        &mut self,
        case: &Case<'_>,
        written_as: Option<&'static Cause>,
    ) -> Option<Hypothesis> {
        let is_canonical = case.presented.signed_headers().is_canonical();
        let is_true = case.presented.payload(case.rules, case.body).is_ok();
        let wrong = match written_as {
            Some(wrong) => wrong,
            None if !is_canonical => form::NAMES_NOT_CANONICAL,
            None if !is_true => body::BODY_DECLARED_OTHERWISE,
            None => return None,
        };
        let hypothesis = Hypothesis::of(wrong);
        self.fits(&hypothesis, None).then_some(hypothesis)
    }

    fn fits(&mut self, first: &Hypothesis, second: Option<&Hypothesis>) -> bool {
        let trial = Trial { base: self.base, first, second };
        let canonical = trial.canonical();
        self.pay(canonical.len()) && self.made(trial.key(), &trial.text(&canonical))
    }

    /// Pays for a signature, and for so many bytes to be hashed before it.
    fn pay(&mut self, bytes: usize) -> bool {
        let is_mac = matches!(self.base.signature, Signature::HmacSha256(_));
        self.budget.take(if is_mac { 1 } else { PAIR }, bytes.saturating_add(TEXT))
    }

    fn made(&mut self, key: &VerifyingKey, text: &[u8]) -> bool {
        self.tried = self.tried.saturating_add(1);
        key.made(Some(&self.base.signature), text)
    }

    fn single(&mut self, kinds: &mut Kinds) -> Option<Hit> {
        kinds.all().into_iter().find_map(|kind| {
            let place = kind.iter().position(|hypothesis| self.fits(hypothesis, None))?;
            Some(Hit::one(kind.swap_remove(place)))
        })
    }

    /// Two mistakes of different kinds: a mangled secret hides every other, and what changes a
    /// request on its way seldom changes one thing.
    fn pair(&mut self, kinds: &mut Kinds) -> Option<Hit> {
        let Kinds { keys, transit, bodies, targets, .. } = kinds;
        keys.truncate(KEYS);
        transit.truncate(TRANSIT);
        bodies.truncate(BODIES);
        targets.truncate(TARGETS);
        for edits in [&mut *transit, &mut *bodies, &mut *targets] {
            if let Some((key, edit)) = self.keyed(keys, edits) {
                return Some(Hit {
                    first: keys.swap_remove(key),
                    second: Some(edits.swap_remove(edit)),
                });
            }
        }
        self.crossed(transit, bodies)
            .or_else(|| self.crossed(transit, targets))
            .or_else(|| self.crossed(bodies, targets))
    }

    /// Another key, together with another canonical request: each of these is hashed once.
    fn keyed(&mut self, keys: &[Hypothesis], edits: &[Hypothesis]) -> Option<(usize, usize)> {
        for (edit, second) in edits.iter().enumerate() {
            let trial = Trial { base: self.base, first: second, second: None };
            let canonical = trial.canonical();
            let text = trial.text(&canonical);
            let mut others =
                keys.iter().map(|hypothesis| hypothesis.key.as_ref().unwrap_or(&self.base.key));
            let paid = self.pay(canonical.len());
            let fits = |key: &VerifyingKey| key.made(Some(&self.base.signature), &text);
            let found = others.by_ref().take(if paid { keys.len() } else { 0 }).position(fits);
            self.tried = self.tried.saturating_add(keys.len());
            self.budget.take(keys.len(), keys.len().saturating_mul(TEXT));
            if let Some(key) = found {
                return Some((key, edit));
            }
        }
        None
    }

    fn crossed(
        &mut self,
        firsts: &mut Vec<Hypothesis>,
        seconds: &mut Vec<Hypothesis>,
    ) -> Option<Hit> {
        for first in 0..firsts.len() {
            let fits = |second: &Hypothesis| {
                firsts.get(first).is_some_and(|first| self.fits(first, Some(second)))
            };
            if let Some(second) = seconds.iter().position(fits) {
                let (first, second) = (firsts.swap_remove(first), seconds.swap_remove(second));
                return Some(Hit { first, second: Some(second) });
            }
        }
        None
    }

    /// Whatever was changed on its way: every header, and every two, signed empty or left out.
    fn in_transit(&mut self) -> Option<Hit> {
        if self.base.parts.headers.len() > SEARCHED {
            return None;
        }
        let mut firsts = headers::search(self.base);
        let mut seconds = headers::search(self.base);
        self.crossed(&mut firsts, &mut seconds)
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

    fn all(&mut self) -> [&mut Vec<Hypothesis>; 6] {
        let Self { keys, transit, bodies, targets, scopes, assemblies } = self;
        [keys, transit, bodies, targets, scopes, assemblies]
    }
}
