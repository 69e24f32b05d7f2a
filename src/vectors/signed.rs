//! Holds a request that somebody else signed against its case: whether it is the case's
//! request, and at which stage its signature parts from the case's.

use std::fmt::Write;

use data_encoding::HEXLOWER;

use super::Case;
use super::diff::visible;
use super::report::{Outcome, Report, Stage, Verdict};
use super::run::{Made, is_pairs, mac};
use super::server::Answer;
use super::task::{HEADERS, Task, unsigned};
use super::theirs::{Claimed, Sent};
use crate::doctor::{self, Budget, Diagnosis, Proof};
use crate::request::Request;
use crate::sigv4::{Algorithm, Form, Presented, Query, Refusal, Signature};
use crate::wire::percent;

const CASE: &str = "the case";
const YOURS: &str = "yours";

/// What a verifier makes of the request, since what was signed is known by its signature only.
const SEEN: &str = "your request, as the verifier reads it";

/// What can be said of a signature that is another: that a stage before it is, that all stages
/// are known to be the same, or nothing, since what it was made of it does not tell.
const BEFORE: &str = "The signature is another, as a stage before it is.";
const KEY: &str = "\
What you signed is the case's, so it was signed by another key: derive it from AWS4 and the secret,
by date, region, service and aws4_request, each time with the bytes of the last.";
const UNKNOWN: &str = "\
What was signed is not what a verifier makes of the request, or the key is another. Write down what
you signed beside the request, in …-canonical-request.txt and …-string-to-sign.txt (or .creq and
.sts): the first difference is shown.";

/// Checks a request that somebody signed for a case. What the doctor may take to find out what
/// was signed, where that does not show, is `budget`.
pub fn check(case: &Case, sent: &Sent, budget: Budget) -> Report {
    let (name, place) = (case.name.clone(), sent.place.clone());
    let verdict = match &case.task {
        None => Verdict::Skipped("it must be refused: there is nothing to sign".to_owned()),
        Some(task) => Verdict::Ran(stages((case, task), sent, budget)),
    };
    Report { name, place, verdict }
}

fn stages((case, task): (&Case, &Task), sent: &Sent, budget: Budget) -> Vec<(Stage, Outcome)> {
    let server = &case.server;
    let headers = sent.request.raw_headers();
    let presented = Presented::read(sent.request.head(&headers), &server.rules, server.now);
    let answer = server.answer(&sent.request);
    let mut stages = vec![(Stage::Request, is_the_cases(task, &sent.request, &presented))];
    if let Ok(presented) = &presented {
        let compared = Comparison { case, task, sent, presented, answer: &answer };
        stages.extend(compared.stages(budget));
    }
    stages.push((Stage::Verification, verification(&answer)));
    stages
}

/// Whether the request that was signed is the case's, but for what signing adds.
fn is_the_cases(
    task: &Task,
    sent: &Request,
    presented: &Result<Presented<'_>, Refusal>,
) -> Outcome {
    if let Ok(presented) = presented
        && (presented.form(), presented.algorithm()) != (task.form, task.algorithm)
    {
        let [must, is] =
            [(task.form, task.algorithm), (presented.form(), presented.algorithm())].map(how);
        return Outcome::Differs(format!("The case is signed {must}, and yours is signed {is}.\n"));
    }
    let must = described(&task.request, &task.request);
    let is = described(&unsigned(sent, task.form), &task.request);
    Outcome::of((CASE, must.as_bytes()), (YOURS, is.as_bytes()))
}

fn how((form, algorithm): (Form, Algorithm)) -> String {
    let place = match form {
        Form::Header => "in the Authorization header",
        Form::Presigned => "in the query",
    };
    format!("{place} by {}", algorithm.as_str())
}

/// Method, target, the headers that the case's request has, and the body, a line each.
/// Clients add headers of their own; where they sign them, the canonical request shows it.
fn described(request: &Request, case: &Request) -> String {
    let headers = request.raw_headers();
    let head = request.head(&headers);
    let mut text = format!("{} {}\n", request.method, visible(&escaped(head.path())));
    text.push_str(&parameters(head.query()));
    let mut names: Vec<_> = case.headers.iter().map(|(name, _)| name.to_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !HEADERS.contains(&name.as_str()));
    for name in &names {
        for value in head.values(name) {
            let words: Vec<_> = value.split(u8::is_ascii_whitespace).collect();
            let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
            let _ = writeln!(text, "{name}: {}", visible(&words.join(&b' ')));
        }
    }
    let _ = write!(text, "\n{}", String::from_utf8_lossy(&request.body));
    text
}

/// A path with escapes in the place of what no request line may hold: clients escape it, and
/// AWS's cases do not.
fn escaped(path: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(path.len());
    for byte in path {
        if byte.is_ascii_graphic() {
            text.push(*byte);
        } else {
            percent::encode_into(&mut text, &[*byte]);
        }
    }
    text
}

/// The parameters in the order in which they are signed: on the way it does not matter.
fn parameters(query: &[u8]) -> String {
    let Ok(parsed) = Query::parse(query) else { return format!("?{}\n", visible(query)) };
    let mut text = String::new();
    for (name, value) in parsed.parameters() {
        let _ = writeln!(text, "? {} = {}", visible(&name), visible(&value));
    }
    text
}

/// A signature of somebody else's beside its case.
struct Comparison<'c> {
    case: &'c Case,
    task: &'c Task,
    sent: &'c Sent,
    presented: &'c Presented<'c>,
    answer: &'c Answer,
}

impl Comparison<'_> {
    fn stages(&self, budget: Budget) -> [(Stage, Outcome); 3] {
        let made = Made::of(self.case, self.presented, &self.sent.request.body);
        let must = self.expected();
        let diagnosis = self.diagnosis(budget);
        let claimed = &self.sent.claimed;
        let proven = diagnosis.as_ref().and_then(|diagnosis| diagnosis.theirs.as_ref());
        let [canonical, string] = [
            (
                &must.canonical_request,
                Known {
                    claimed: claimed.canonical_request.as_deref(),
                    proven: proven.map(|stages| stages.canonical_request.as_slice()),
                    made: &made.canonical_request,
                },
            ),
            (
                &must.string_to_sign,
                Known {
                    claimed: claimed.string_to_sign.as_deref(),
                    proven: proven.map(|stages| stages.string_to_sign.as_slice()),
                    made: &made.string_to_sign,
                },
            ),
        ]
        .map(|(must, known)| known.outcome(must, self.answer.is_let_in()));
        let is_all_the_same = [&canonical, &string].iter().all(|o| **o == Outcome::Same);
        let sentence = match (is_all_the_same, claimed.string_to_sign.is_some()) {
            (false, _) => BEFORE,
            (true, true) => KEY,
            (true, false) => UNKNOWN,
        };
        let mut outcomes = [canonical, string, self.signature(&must)];
        match &diagnosis {
            Some(diagnosis) => explain(&mut outcomes, diagnosis),
            None => precede(outcomes.last_mut(), sentence),
        }
        let [canonical, string, signature] = outcomes;
        [
            (Stage::CanonicalRequest, canonical),
            (Stage::StringToSign, string),
            (Stage::Signature, signature),
        ]
    }

    /// What the doctor proves of a signature that is another.
    fn diagnosis(&self, budget: Budget) -> Option<Diagnosis> {
        let is_another = self.answer.reason.as_deref() == Some("signature");
        if !is_another || self.task.algorithm != Algorithm::HmacSha256 {
            return None;
        }
        let case = doctor::Case {
            presented: self.presented,
            rules: &self.case.server.rules,
            body: &self.sent.request.body,
            key: self.case.server.key.as_deref()?,
            siblings: &[],
            port: None,
        };
        let diagnosis = doctor::examine(&case, budget);
        (diagnosis.proof == Proof::Proven).then_some(diagnosis)
    }

    /// The stages as the case says them, or as the verifier makes them of the case's request.
    fn expected(&self) -> Made {
        let Case { request, server, expected, .. } = self.case;
        let headers = request.raw_headers();
        let own = Presented::read(request.head(&headers), &server.rules, server.now);
        let made = own.map(|own| Made::of(self.case, &own, &request.body)).ok();
        let [canonical_request, string_to_sign] = made
            .map_or_else(Default::default, |made| [made.canonical_request, made.string_to_sign]);
        Made {
            canonical_request: expected.canonical_request.clone().unwrap_or(canonical_request),
            string_to_sign: expected.string_to_sign.clone().unwrap_or(string_to_sign),
        }
    }

    fn signature(&self, must: &Made) -> Outcome {
        let Some(key) = self.case.server.key.as_deref() else { return Outcome::Absent };
        if self.task.algorithm != Algorithm::HmacSha256 {
            let is_right = is_pairs(self.presented, key, &must.string_to_sign);
            return if is_right { Outcome::Same } else { Outcome::Differs(String::new()) };
        }
        let Some(Signature::HmacSha256(theirs)) = self.presented.signature() else {
            let sentence = "Your signature is not 64 hexadecimal digits in lower case.\n";
            return Outcome::Differs(sentence.to_owned());
        };
        let theirs = HEXLOWER.encode(&theirs);
        let must = mac(self.presented, key, &must.string_to_sign).unwrap_or_default();
        Outcome::of((CASE, must.as_bytes()), (YOURS, theirs.as_bytes()))
    }
}

/// What is known of a stage of somebody else's signature: what he says, what the doctor
/// proves, and what a verifier makes of the request, the surest first.
struct Known<'s> {
    claimed: Option<&'s [u8]>,
    proven: Option<&'s [u8]>,
    made: &'s [u8],
}

impl Known<'_> {
    fn outcome(&self, must: &[u8], is_let_in: bool) -> Outcome {
        let is = match (self.claimed, self.proven) {
            // Where the signature is right, a line end is the file's, and was not signed.
            (Some(claimed), _) => {
                let without = claimed.strip_suffix(b"\n").filter(|_| is_let_in);
                ("what you say that you signed", without.unwrap_or(claimed))
            }
            (None, Some(proven)) => ("what you signed, as your signature proves", proven),
            (None, None) => (SEEN, self.made),
        };
        Outcome::of((CASE, must), is)
    }
}

/// Puts what the doctor says in front of the first difference.
fn explain(outcomes: &mut [Outcome], diagnosis: &Diagnosis) {
    let Diagnosis { cause, sentence, because, fix, .. } = diagnosis;
    let told = format!("{}: {sentence}\n{because}\n{fix}", cause.id);
    precede(outcomes.iter_mut().find(|outcome| matches!(outcome, Outcome::Differs(_))), &told);
}

fn precede(outcome: Option<&mut Outcome>, sentence: &str) {
    if let Some(outcome) = outcome {
        *outcome = std::mem::replace(outcome, Outcome::Absent).preceded_by(sentence);
    }
}

fn verification(answer: &Answer) -> Outcome {
    let must = Answer::let_in().to_text();
    Outcome::of((CASE, must.as_bytes()), (SEEN, answer.to_text().as_bytes()))
}

impl Sent {
    /// A request that came without a word of how it was signed.
    pub fn alone(request: Request, place: std::path::PathBuf) -> Self {
        Self { request, place, claimed: Claimed::default() }
    }
}
