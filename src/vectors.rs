//! Test vectors of signers: cases in every known format, run stage by stage, and what a
//! signer of somebody else's makes of them.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use countersign::vectors::{Found, find, run};
//!
//! for found in find(&[Path::new("vectors/sigv4")]).unwrap() {
//!     let Found::Case(case) = found else { continue };
//!     let report = run(&case);
//!     if let Some((stage, difference)) = report.first_difference() {
//!         println!("{}: {}\n{difference}", report.name, stage.title());
//!     }
//! }
//! ```

mod classic;
mod diff;
mod fault;
mod file;
mod find;
mod json;
mod junit;
mod own;
mod report;
mod run;
mod server;
mod signed;
mod suite;
mod table;
mod task;
mod theirs;

pub use diff::{unified, visible};
pub use fault::Fault;
pub use find::{FORMATS, NotFound, find};
pub use json::{listed, one, whole};
pub use junit::junit;
pub use report::{Counts, Outcome, Report, Stage, Verdict};
pub use run::run;
pub use server::{Answer, Server};
pub use signed::check;
pub use table::{Table, failure};
pub use task::Task;
pub use theirs::{Claimed, Sent, sent_for, strangers};

use std::fmt;
use std::path::PathBuf;

use crate::request::Request;

/// A request that was signed, the server that it is for, and what must come of it.
pub struct Case {
    /// What it is called: where it lies below the folder that was given; behind that, where
    /// one folder holds it in several forms, the form.
    pub name: String,
    /// The folder that it was read from, or its file.
    pub place: PathBuf,
    /// The server that it is for.
    pub server: Server,
    /// The request as it was signed.
    pub request: Request,
    /// What must come of it.
    pub expected: Expected,
    /// What a signer is given who is to sign it again; nothing where it must be refused.
    pub task: Option<Task>,
    /// Why no HTTP server lets the request through, if none does.
    pub not_over_http: Option<String>,
}

/// What must come of a case, as far as it says so.
pub struct Expected {
    /// The canonical request.
    pub canonical_request: Option<Vec<u8>>,
    /// The string to sign.
    pub string_to_sign: Option<Vec<u8>>,
    /// The signature.
    pub signature: Option<Signed>,
    /// What the server says in the end.
    pub answer: Answer,
}

/// How a string to sign is signed.
#[derive(Clone, Eq, PartialEq)]
pub enum Signed {
    /// By a shared secret: in hexadecimal digits, as it must be.
    ByMac(Vec<u8>),
    /// By a key pair, which can sign in many ways.
    ByPair {
        /// The public key, in the hexadecimal digits of its uncompressed form.
        point: String,
        /// One of the signatures, in hexadecimal digits. The request has another.
        signature: Vec<u8>,
    },
}

/// What was found in a folder.
#[derive(Debug)]
pub enum Found {
    /// A case.
    Case(Box<Case>),
    /// A case that cannot be read.
    Broken {
        /// What it is called.
        name: String,
        /// Where it lies.
        place: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// What looks like a case, but tells too little to be one.
    Skipped {
        /// What it is called.
        name: String,
        /// Where it lies.
        place: PathBuf,
        /// What it does not tell.
        why: &'static str,
    },
}

impl Found {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Case(case) => &case.name,
            Self::Broken { name, .. } | Self::Skipped { name, .. } => name,
        }
    }
}

impl Case {
    /// Why no HTTP server lets the request through, if none does: what the case says, else
    /// what can be seen.
    pub(crate) fn seen_not_over_http(request: &Request) -> Option<String> {
        let is_folded = request.headers.iter().any(|(_, value)| value.contains(&b'\n'));
        let has_space = request.target.contains(&b' ');
        match (is_folded, has_space) {
            (true, _) => Some("HTTP servers refuse folded headers (RFC 9112 section 5.2)".into()),
            (_, true) => Some("a space ends the request target (RFC 9112 section 3)".into()),
            _ => None,
        }
    }
}

/// Requests hold signatures and tokens, so what is in a case does not print.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expected").field("answer", &self.answer).finish_non_exhaustive()
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
