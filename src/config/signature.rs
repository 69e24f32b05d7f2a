//! What the commands on a single request are told: sign, presign, verify and explain.

use std::path::PathBuf;

use crate::clock::Time;
use crate::secret::Secret;
use crate::signing::Manner;
use crate::sigv4::Algorithm;

/// One request, and what is to be done with it.
#[derive(Debug)]
pub struct Signature {
    /// What is to be done.
    pub task: Task,
    /// The file that the request is in; standard input where none is named.
    pub request: Option<PathBuf>,
    /// Whose signature it is, or will be.
    pub key: KeyGiven,
    /// What it is for.
    pub scope: ScopeGiven,
    /// When it is made, or looked at.
    pub time: Option<When>,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Task {
    /// Sign it in a header.
    Sign {
        /// How it is written.
        output: SignedOutput,
        /// How it is signed.
        algorithm: Algorithm,
    },
    /// Sign it in its query.
    Presign {
        /// How long it is good.
        seconds: u32,
        /// How it is signed.
        algorithm: Algorithm,
    },
    /// Tell whether its signature is good.
    Verify(Output),
    /// Show what its signature is made of.
    Explain(Output, Theirs),
}

/// What a client has computed, to be held against ours.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Theirs {
    /// The file of its canonical request; `-` is standard input.
    pub canonical_request: Option<PathBuf>,
    /// The file of its string to sign; `-` is standard input.
    pub string_to_sign: Option<PathBuf>,
    /// Its signature.
    pub signature: Option<String>,
}

/// The key, as far as it is given.
#[derive(Debug)]
pub struct KeyGiven {
    /// Its id.
    pub id: Option<String>,
    /// Its secret.
    pub secret: Option<Secret>,
    /// The token of its session.
    pub token: Option<Secret>,
    /// The variable that the secret is, or should be, in.
    pub secret_from: String,
}

/// What a signature is for, as far as it is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ScopeGiven {
    /// The region.
    pub region: Option<String>,
    /// The region where nothing else names one.
    pub home: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// How the service wants it.
    pub manner: Option<Manner>,
}

/// A moment that is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// What the clock says.
    Now,
    /// This one.
    At(Time),
}

/// How a signed request is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum SignedOutput {
    /// The whole request as text.
    Http,
    /// A curl command line that sends it.
    Curl,
    /// Only the headers that sign it.
    Headers,
}

/// How a finding is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For machines: one object.
    Json,
}
