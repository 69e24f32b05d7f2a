//! Runs a case: every stage as the verifier itself makes it, held against what the case says.

use data_encoding::HEXLOWER;

use super::report::{Outcome, Report, Stage, Verdict};
use super::{Case, Signed};
use crate::sigv4::{EcdsaSignature, PublicKey};
use crate::sigv4::{Key, PayloadLine, Presented, Reading, Signature, SigningKey};

/// Who says what a stage must be, and who says what it is.
const CASE: &str = "the case";
const VERIFIER: &str = "the verifier";

/// Runs a case.
pub fn run(case: &Case) -> Report {
    let headers = case.request.raw_headers();
    let server = &case.server;
    let presented = Presented::read(case.request.head(&headers), &server.rules, server.now);
    let mut stages = match &presented {
        Ok(presented) => stages(case, presented).to_vec(),
        Err(_) => Vec::new(),
    };
    stages.push((Stage::Verification, verification(case)));
    let (name, place) = (case.name.clone(), case.place.clone());
    Report { name, place, verdict: Verdict::Ran(stages) }
}

fn stages(case: &Case, presented: &Presented<'_>) -> [(Stage, Outcome); 3] {
    let expected = &case.expected;
    let made = Made::of(case, presented, &case.request.body);
    let compared = |must: &Option<Vec<u8>>, is: &[u8]| {
        must.as_ref().map_or(Outcome::Absent, |must| Outcome::of((CASE, must), (VERIFIER, is)))
    };
    [
        (Stage::CanonicalRequest, compared(&expected.canonical_request, &made.canonical_request)),
        (Stage::StringToSign, compared(&expected.string_to_sign, &made.string_to_sign)),
        (Stage::Signature, signature(case, presented, &made.string_to_sign)),
    ]
}

/// What the verifier makes of a request.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) canonical_request: Vec<u8>,
    pub(super) string_to_sign: Vec<u8>,
}

impl Made {
    /// In the reading in which the canonical request is the case's, or else in the likeliest.
    pub(super) fn of(case: &Case, presented: &Presented<'_>, body: &[u8]) -> Self {
        let rules = &case.server.rules;
        // A body that is not what it is declared to be is hashed all the same: the stages
        // show that, and the verification refuses it.
        let payload = presented.payload(rules, body).unwrap_or_else(|_| PayloadLine::of(body));
        let made = |reading| presented.canonical_request(rules, &payload, reading).0;
        let expected = case.expected.canonical_request.as_ref();
        let same = presented.readings(rules).map(made).find(|made| Some(made) == expected);
        let [likeliest, ..] = Reading::ALL;
        let canonical_request = same.unwrap_or_else(|| made(likeliest));
        let string_to_sign = presented.string_to_sign(&canonical_request);
        Self { canonical_request, string_to_sign }
    }
}

fn signature(case: &Case, presented: &Presented<'_>, string_to_sign: &[u8]) -> Outcome {
    let Some(key) = case.server.key.as_deref() else { return Outcome::Absent };
    match &case.expected.signature {
        None => Outcome::Absent,
        Some(Signed::ByMac(digits)) => match mac(presented, key, string_to_sign) {
            Some(ours) => Outcome::of((CASE, digits), (VERIFIER, ours.as_bytes())),
            None => by_another("a key pair"),
        },
        Some(Signed::ByPair { point, signature }) => {
            by_pair((point, signature), (presented, key), string_to_sign)
        }
    }
}

/// The signature of a string to sign, where the scope that it is made in names a region.
pub(super) fn mac(presented: &Presented<'_>, key: &Key, string_to_sign: &[u8]) -> Option<String> {
    let credential = presented.credential();
    let made_for = [credential.date(), credential.region()?, credential.service()];
    let made = SigningKey::derive(key.secret(), made_for).sign(string_to_sign);
    Some(HEXLOWER.encode(&made))
}

fn by_pair(
    (point, digits): (&str, &[u8]),
    (presented, key): (&Presented<'_>, &Key),
    string_to_sign: &[u8],
) -> Outcome {
    if presented.credential().region().is_some() {
        return by_another("a shared secret");
    }
    let Some(public) = PublicKey::derive(key.secret(), presented.key_id()) else {
        return Outcome::Differs("No key pair can be made of the secret: use another.\n".into());
    };
    let ours = HEXLOWER.encode(public.as_bytes());
    if ours != point.to_ascii_lowercase() {
        let outcome = Outcome::of((CASE, point.as_bytes()), (VERIFIER, ours.as_bytes()));
        return outcome.preceded_by("The public key is another:");
    }
    let signature = HEXLOWER.decode(digits).ok().and_then(|der| EcdsaSignature::read(&der));
    if signature.is_some_and(|signature| public.made(&signature, string_to_sign)) {
        return Outcome::Same;
    }
    Outcome::Differs("The signature is none of the key pair's of this string to sign.\n".into())
}

/// Whether a signature by a key pair is one of the string to sign.
pub(super) fn is_pairs(presented: &Presented<'_>, key: &Key, string_to_sign: &[u8]) -> bool {
    let public = PublicKey::derive(key.secret(), presented.key_id());
    match (public, presented.signature()) {
        (Some(public), Some(Signature::EcdsaP256Sha256(signature))) => {
            public.made(&signature, string_to_sign)
        }
        _ => false,
    }
}

fn by_another(what: &str) -> Outcome {
    Outcome::Differs(format!("The request is signed by {what}, and the case says otherwise.\n"))
}

fn verification(case: &Case) -> Outcome {
    let [must, is] = [&case.expected.answer, &case.server.answer(&case.request)];
    Outcome::of((CASE, must.to_text().as_bytes()), (VERIFIER, is.to_text().as_bytes()))
}
