//! What becomes of a case.

use std::path::PathBuf;

use super::diff;

/// A step on the way from a request to a verification.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The request itself, where somebody else signed it.
    Request,
    /// The canonical request.
    CanonicalRequest,
    /// The string to sign.
    StringToSign,
    /// The signature.
    Signature,
    /// What the server says in the end.
    Verification,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Request,
        Self::CanonicalRequest,
        Self::StringToSign,
        Self::Signature,
        Self::Verification,
    ];

    /// Its name, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::CanonicalRequest => "canonical request",
            Self::StringToSign => "string to sign",
            Self::Signature => "signature",
            Self::Verification => "verification",
        }
    }

    /// Its name, for programs.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::CanonicalRequest => "canonical_request",
            Self::StringToSign => "string_to_sign",
            Self::Signature => "signature",
            Self::Verification => "verification",
        }
    }
}

/// What became of a stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is as it must be.
    Same,
    /// It is not, and this shows where.
    Differs(String),
    /// The case does not tell what it must be, or it was not reached.
    Absent,
}

impl Outcome {
    /// Whether what must be is what is; both are named for the diff.
    pub(super) fn of(must: (&str, &[u8]), is: (&str, &[u8])) -> Self {
        if must.1 == is.1 { Self::Same } else { Self::Differs(diff::unified(must, is)) }
    }

    /// Where it is another, with a sentence in front.
    pub(super) fn preceded_by(self, sentence: &str) -> Self {
        match self {
            Self::Differs(difference) => Self::Differs(format!("{sentence}\n{difference}")),
            Self::Same | Self::Absent => self,
        }
    }

    /// In one word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Same => "ok",
            Self::Differs(_) => "differs",
            Self::Absent => "-",
        }
    }
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the case is called.
    pub name: String,
    /// Where it lies.
    pub place: PathBuf,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a case.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It was run, stage by stage.
    Ran(Vec<(Stage, Outcome)>),
    /// It could not be run, for this reason: a failure.
    Broken(String),
    /// It was not run, for this reason.
    Skipped(String),
}

impl Report {
    /// Whether every stage is as it must be.
    pub fn is_passed(&self) -> bool {
        matches!(&self.verdict, Verdict::Ran(_)) && self.first_difference().is_none()
    }

    /// Whether it was not run.
    pub fn is_skipped(&self) -> bool {
        matches!(self.verdict, Verdict::Skipped(_))
    }

    /// Whether it could not be run, or a stage differs.
    pub fn is_failed(&self) -> bool {
        !self.is_passed() && !self.is_skipped()
    }

    /// In one word.
    pub fn result(&self) -> &'static str {
        match &self.verdict {
            Verdict::Skipped(_) => "skipped",
            _ if self.is_passed() => "passed",
            Verdict::Ran(_) | Verdict::Broken(_) => "failed",
        }
    }

    /// The first stage that is not as it must be, and where it is not.
    pub fn first_difference(&self) -> Option<(Stage, &str)> {
        let Verdict::Ran(stages) = &self.verdict else { return None };
        stages.iter().find_map(|(stage, outcome)| match outcome {
            Outcome::Differs(difference) => Some((*stage, difference.as_str())),
            Outcome::Same | Outcome::Absent => None,
        })
    }

    /// What became of a stage.
    pub fn outcome(&self, stage: Stage) -> &Outcome {
        let Verdict::Ran(stages) = &self.verdict else { return &Outcome::Absent };
        let found = stages.iter().find(|(other, _)| *other == stage);
        found.map_or(&Outcome::Absent, |(_, outcome)| outcome)
    }
}

/// How many cases came to what.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// As they must be.
    pub passed: usize,
    /// Not so, or not to be run.
    pub failed: usize,
    /// Not run.
    pub skipped: usize,
}

impl Counts {
    /// Counts `reports`.
    pub fn of(reports: &[Report]) -> Self {
        let count = |is_so: fn(&Report) -> bool| reports.iter().filter(|r| is_so(r)).count();
        Self {
            passed: count(Report::is_passed),
            failed: count(Report::is_failed),
            skipped: count(Report::is_skipped),
        }
    }

    /// All of them.
    pub const fn all(self) -> usize {
        self.passed.saturating_add(self.failed).saturating_add(self.skipped)
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}
