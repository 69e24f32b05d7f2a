//! Holds a request that somebody else signed against its case: whether it is the case's
//! request, and at which stage its signature parts from the case's.

use std::fmt::Write;

use super::Case;
use super::diff::visible;
use super::report::{Outcome, Report, Stage, Verdict};
use super::run::{Made, is_pairs, mac};
use super::server::Answer;
use super::task::{HEADERS, Task, unsigned};
use super::theirs::{Claimed, Sent};
use crate::request::Request;
use crate::sigv4::{Algorithm, Form, Presented, Query, Refusal, Signature};
use crate::wire::percent;

const CASE: &str = "the case";
const YOURS: &str = "yours";

/// What a verifier makes of the request, since what was signed is known by its signature only.
const SEEN: &str = "your request, as the verifier reads it";

/// Checks a request that somebody signed for a case.
pub fn check(case: &Case, sent: &Sent) -> Report {
    let (name, place) = (case.name.clone(), sent.place.clone());
    let verdict = match &case.task {
        None => Verdict::Skipped("it must be refused: there is nothing to sign".to_owned()),
        Some(task) => Verdict::Ran(stages(case, task, sent)),
    };
    Report { name, place, verdict }
}

fn stages(case: &Case, task: &Task, sent: &Sent) -> Vec<(Stage, Outcome)> {
    let server = &case.server;
    let headers = sent.request.raw_headers();
    let presented = Presented::read(sent.request.head(&headers), &server.rules, server.now);
    let answer = server.answer(&sent.request);
    let mut stages = vec![(Stage::Request, is_the_cases(task, &sent.request, &presented))];
    if let Ok(presented) = &presented {
        stages.extend(Comparison { case, task, sent, presented, answer: &answer }.stages());
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
    fn stages(&self) -> [(Stage, Outcome); 3] {
        let made = Made::of(self.case, self.presented, &self.sent.request.body);
        let must = self.expected();
        let claimed = &self.sent.claimed;
        let canonical = self.stage(
            &must.canonical_request,
            (claimed.canonical_request.as_deref(), &made.canonical_request),
            "your canonical request",
        );
        let string = self.stage(
            &must.string_to_sign,
            (claimed.string_to_sign.as_deref(), &made.string_to_sign),
            "your string to sign",
        );
        let is_all_the_same = [&canonical, &string].iter().all(|o| **o == Outcome::Same);
        let signature = self.signature(&must, is_all_the_same);
        [
            (Stage::CanonicalRequest, canonical),
            (Stage::StringToSign, string),
            (Stage::Signature, signature),
        ]
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

    /// What is claimed to have been signed goes before what the verifier reads.
    fn stage(&self, must: &[u8], (claimed, made): (Option<&[u8]>, &[u8]), whose: &str) -> Outcome {
        let Some(claimed) = claimed else { return Outcome::of((CASE, must), (SEEN, made)) };
        // Where the signature is right, a line end is the file's, and was not signed.
        let without = claimed.strip_suffix(b"\n").filter(|_| self.answer.is_let_in());
        Outcome::of((CASE, must), (whose, without.unwrap_or(claimed)))
    }

    fn signature(&self, must: &Made, is_all_the_same: bool) -> Outcome {
        let Some(key) = self.case.server.key.as_deref() else { return Outcome::Absent };
        if self.task.algorithm != Algorithm::HmacSha256 {
            let is_right = is_pairs(self.presented, key, &must.string_to_sign);
            return if is_right { Outcome::Same } else { self.another("", is_all_the_same) };
        }
        let Some(Signature::HmacSha256(theirs)) = self.presented.signature() else {
            let sentence = "Your signature is not 64 hexadecimal digits in lower case.\n";
            return Outcome::Differs(sentence.to_owned());
        };
        let theirs = data_encoding::HEXLOWER.encode(&theirs);
        let must = mac(self.presented, key, &must.string_to_sign).unwrap_or_default();
        match Outcome::of((CASE, must.as_bytes()), (YOURS, theirs.as_bytes())) {
            Outcome::Differs(difference) => self.another(&difference, is_all_the_same),
            same @ (Outcome::Same | Outcome::Absent) => same,
        }
    }

    /// What can be said of a signature that is another: what it was made of, it does not tell.
    fn another(&self, difference: &str, is_all_the_same: bool) -> Outcome {
        let claimed = &self.sent.claimed;
        let sentence = match (is_all_the_same, claimed.string_to_sign.is_some()) {
            (false, _) => "The signature is another, as a stage before it is.",
            (true, true) => {
                "What you signed is the case's, so it was signed by another key: derive it from \
                 AWS4 and the secret, by date, region, service and aws4_request, each time with \
                 the bytes of the last."
            }
            (true, false) => {
                "The request is the case's, so what was signed is not what a verifier makes of \
                 it, or the key is another. Write down what you signed beside the request, in \
                 …-canonical-request.txt and …-string-to-sign.txt (or .creq and .sts), and the \
                 first difference is shown."
            }
        };
        Outcome::Differs(format!("{sentence}\n{difference}"))
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
