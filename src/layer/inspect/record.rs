//! A request and what became of it, as it is kept to be looked at. Nothing in it is
//! secret: what must not be shown is hidden before a record is made.

use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use http_body_util::BodyExt;

use crate::action::Ruling;
use crate::clock::Time;
use crate::doctor::{self, Diagnosis, Proof};
use crate::error::Error;
use crate::layer::inspect::head::{Head, Signed, value_in};
use crate::layer::inspect::note::Found;
use crate::layer::inspect::veil::Veil;
use crate::layer::{Answered, Peer, Refused};
use crate::sigv4::Refusal;

/// How many bytes of a stage are kept, and of a sentence, and of a name.
const MOST_OF_STAGE: usize = 16 * 1024;
const MOST_OF_SENTENCE: usize = 4 * 1024;
const MOST_OF_NAME: usize = 256;

/// How many odd things are kept that a diagnosis lists.
const MOST_SIGNS: usize = 20;

/// A request that was answered, or given up by its caller.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its place among all records; none has the same.
    pub number: u64,
    /// What it is called in the log and in its answer.
    pub id: String,
    /// When it was answered.
    pub at: Time,
    /// Where it is from.
    pub peer: Option<Peer>,
    /// What sent it, as it says itself.
    pub agent: Option<String>,
    /// What its signature says of itself.
    pub signed: Signed,
    /// The method.
    pub method: String,
    /// Path and query, as far as they may be shown.
    pub target: String,
    /// The service that answered, or that was meant.
    pub service: Option<String>,
    /// The action that was asked for.
    pub action: Option<String>,
    /// The caller's ARN, once it was proven.
    pub caller: Option<Arc<str>>,
    /// What became of it.
    pub outcome: Outcome,
    /// The stages of its signature as the server sees them.
    pub stages: Option<Stages>,
    /// Why its signature was refused.
    pub diagnosis: Option<Diagnosed>,
    /// How it was decided about.
    pub rulings: Vec<Ruling>,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The status of the answer; 499 where nobody waited for one.
    pub status: StatusCode,
    /// The error's code; `OK`; `Aborted`; `None` where an answer without an error says no.
    pub code: &'static str,
    /// What the caller was told.
    pub message: Option<String>,
    /// Why it was turned down before its action, in one word of a known set.
    pub refused: Option<&'static str>,
    /// From its head to its answer.
    pub duration: Duration,
    /// Bytes of its body, as far as they are known.
    pub received: Option<u64>,
    /// Bytes of the answer's body.
    pub sent: Option<u64>,
}

/// The stages of a signature, as far as they may be shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stages {
    /// The canonical request.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
}

/// A diagnosis, as far as it may be shown.
#[derive(Clone, Debug)]
pub struct Diagnosed {
    /// The name of the cause: `secret-ends-in-newline`.
    pub cause: &'static str,
    /// What is wrong besides, where it takes both.
    pub and: Option<&'static str>,
    /// What is wrong with this request.
    pub sentence: String,
    /// How sure that is.
    pub proof: Proof,
    /// What proves it.
    pub because: String,
    /// What to do about it.
    pub fix: String,
    /// How many ways to sign this request were tried.
    pub tried: usize,
    /// What else is odd: the name of what it hints at, and what is seen.
    pub signs: Vec<(&'static str, String)>,
    /// What the client has signed, where that is proven.
    pub theirs: Option<Stages>,
    /// The lines of the canonical request and of the string to sign that differ in what is
    /// hidden alone.
    pub differ_hidden: [Vec<usize>; 2],
}

impl Record {
    /// Whether the request was turned down, by whomever.
    pub fn is_refused(&self) -> bool {
        !self.outcome.is_success()
    }

    /// The word to look for it by: why it was refused, as far as that is known.
    pub fn cause(&self) -> Option<&str> {
        let diagnosed = self.diagnosis.as_ref().map(|diagnosis| diagnosis.cause);
        diagnosed
            .or(self.outcome.refused)
            .or_else(|| self.is_refused().then_some(self.outcome.code))
    }

    /// About how much memory it takes.
    pub(super) fn size(&self) -> usize {
        let stages = |stages: &Option<Stages>| stages.as_ref().map_or(0, Stages::size);
        let diagnosed = self.diagnosis.as_ref().map_or(0, |diagnosis| {
            let Diagnosed { sentence, because, fix, signs, theirs, .. } = diagnosis;
            let signs = signs.iter().map(|(_, sentence)| sentence);
            let sentences = [sentence, because, fix].into_iter().chain(signs).map(String::len);
            sentences.fold(stages(theirs), usize::saturating_add)
        });
        let rulings = self.rulings.iter().map(ruling_size);
        let told = self.outcome.message.as_ref().map_or(0, String::len);
        let parts = [2048, self.target.len(), told, stages(&self.stages), diagnosed];
        parts.into_iter().chain(rulings).fold(0, usize::saturating_add)
    }
}

impl Outcome {
    fn is_success(&self) -> bool {
        self.status.is_success()
    }
}

impl Stages {
    fn size(&self) -> usize {
        self.canonical_request.len().saturating_add(self.string_to_sign.len())
    }

    fn shown(veil: &Veil, (request, to_sign): (&[u8], &[u8])) -> Self {
        let stage =
            |text: &[u8]| cut(veil.stage(text.get(..MOST_OF_STAGE).unwrap_or(text)), text.len());
        Self { canonical_request: stage(request), string_to_sign: stage(to_sign) }
    }
}

/// What a record is made of.
pub(super) struct Making<'m> {
    pub(super) head: &'m Head,
    pub(super) found: Found,
    pub(super) at: Time,
    pub(super) duration: Duration,
}

impl Making<'_> {
    /// The record of a request that was answered.
    pub(super) fn answered<C: BodyExt>(self, response: &Response<C>) -> Record {
        let extensions = response.extensions();
        let (error, answered) = (extensions.get::<Error>(), extensions.get::<Answered>());
        let refused = extensions.get::<Refused>().map(|refused| refused.0);
        let refused = refused.or_else(|| extensions.get().map(Refusal::reason));
        let status = response.status();
        let code = match error {
            Some(error) => error.code().as_str(),
            None if status.is_success() => "OK",
            None => "None",
        };
        let outcome = Outcome {
            status,
            code,
            message: error.and_then(message),
            refused,
            duration: self.duration,
            received: None,
            sent: response.body().size_hint().exact(),
        };
        self.record(outcome, answered, extensions.get::<Arc<Diagnosis>>())
    }

    /// The record of a request whose caller hung up.
    pub(super) fn aborted(self) -> Record {
        let outcome = Outcome {
            status: StatusCode::from_u16(499).unwrap_or_default(),
            code: "Aborted",
            message: None,
            refused: None,
            duration: self.duration,
            received: None,
            sent: None,
        };
        self.record(outcome, None, None)
    }

    fn record(
        self,
        outcome: Outcome,
        answered: Option<&Answered>,
        diagnosis: Option<&Arc<Diagnosis>>,
    ) -> Record {
        let Self { head, found, at, .. } = self;
        let own = found.stages.as_ref().map(|(request, to_sign)| (&**request, &**to_sign));
        let ours = diagnosis.and_then(|diagnosis| diagnosis.ours.as_ref()).map(both).or(own);
        let mut veil = Veil::of(head, &found.body);
        veil.learn(ours.map_or(&[], |(request, _)| request));
        let signed = head.signed();
        let service = answered.map(|answered| answered.service.to_owned());
        let asked = || {
            let named = value_in(&found.body, "Action").or_else(|| head.parameter("Action"))?;
            Some(veil.text(&shortened(&named, MOST_OF_NAME)))
        };
        // What callers make up is called unknown in the log; here it is told as it came.
        let action = answered.map(|answered| answered.action).filter(|action| *action != "unknown");
        let body = u64::try_from(found.body.len()).ok().filter(|length| *length > 0);
        Record {
            number: 0,
            id: head.id.map_or_else(|| "-".to_owned(), |id| id.as_str().to_owned()),
            at,
            peer: head.peer.clone(),
            agent: head.agent().map(|agent| veil.text(&shortened(&agent, 2 * MOST_OF_NAME))),
            service: service.or_else(|| signed.service.clone()),
            signed,
            method: shortened(head.method.as_str(), 32),
            target: shortened(&veil.target(head.path(), head.query()), MOST_OF_SENTENCE),
            action: action.map(str::to_owned).or_else(asked),
            caller: answered.and_then(|answered| answered.caller.clone()),
            outcome: Outcome {
                message: outcome.message.map(|text| sentence(&veil, &text)),
                received: body.or_else(|| head.length()),
                ..outcome
            },
            stages: ours.map(|stages| Stages::shown(&veil, stages)),
            diagnosis: diagnosis.map(|diagnosis| Diagnosed::shown(&veil, diagnosis)),
            rulings: found.rulings.into_iter().map(|ruling| hidden(&veil, ruling)).collect(),
        }
    }
}

impl Diagnosed {
    fn shown(veil: &Veil, diagnosis: &Diagnosis) -> Self {
        let told = |text: &str| sentence(veil, text);
        let signs = diagnosis.signs.iter().take(MOST_SIGNS);
        let theirs = diagnosis.theirs.as_ref();
        let stages = diagnosis.ours.as_ref().zip(theirs).map(|(ours, theirs)| {
            [
                unlike(veil, &ours.canonical_request, &theirs.canonical_request),
                unlike(veil, &ours.string_to_sign, &theirs.string_to_sign),
            ]
        });
        Self {
            cause: diagnosis.cause.id,
            and: diagnosis.and.map(|cause| cause.id),
            sentence: told(&diagnosis.sentence),
            proof: diagnosis.proof,
            because: told(&diagnosis.because),
            fix: told(&diagnosis.fix),
            tried: diagnosis.tried,
            signs: signs.map(|sign| (sign.cause.id, told(&sign.sentence))).collect(),
            theirs: theirs.map(|stages| Stages::shown(veil, both(stages))),
            differ_hidden: stages.unwrap_or_default(),
        }
    }
}

/// What a caller is told, without what is told besides of a signature: that is shown as
/// what it is.
fn message(error: &Error) -> Option<String> {
    let told = error.message().split("\n\n").next().unwrap_or_default();
    (!told.is_empty()).then(|| told.to_owned())
}

fn both(stages: &doctor::Stages) -> (&[u8], &[u8]) {
    (&stages.canonical_request, &stages.string_to_sign)
}

/// The lines, counted from nought, that are not the same and look the same once what must
/// be hidden is.
fn unlike(veil: &Veil, ours: &[u8], theirs: &[u8]) -> Vec<usize> {
    let pairs = ours.split(|b| *b == b'\n').zip(theirs.split(|b| *b == b'\n')).enumerate();
    let is_unlike = |one: &[u8], other: &[u8]| one != other && veil.stage(one) == veil.stage(other);
    pairs.filter(|(_, (one, other))| is_unlike(one, other)).map(|(nth, _)| nth).collect()
}

fn hidden(veil: &Veil, ruling: Ruling) -> Ruling {
    Ruling { resource: sentence(veil, &ruling.resource), ..ruling }
}

fn sentence(veil: &Veil, text: &str) -> String {
    shortened(&veil.text(text), MOST_OF_SENTENCE)
}

/// No more than so many bytes of `text`.
fn shortened(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    format!("{}…", text.get(..end).unwrap_or_default())
}

fn cut(shown: String, whole: usize) -> String {
    if whole <= MOST_OF_STAGE {
        shown
    } else {
        format!("{shown}…cut off: {whole} bytes in all…")
    }
}

fn ruling_size(ruling: &Ruling) -> usize {
    let statements = ruling.statements.iter().map(|one| one.policy.len().saturating_add(64));
    let missing = ruling.missing.iter().map(|key| key.len().saturating_add(24));
    let parts = [128, ruling.action.len(), ruling.resource.len()];
    parts.into_iter().chain(statements).chain(missing).fold(0, usize::saturating_add)
}
