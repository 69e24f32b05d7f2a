//! What `countersign vectors run` needs to know.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Stop;
use super::flags::vectors::RunFlags;

/// Which test vectors are to be run, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Vectors {
    /// The folders that hold them.
    pub folders: Vec<PathBuf>,
    /// What the names of cases must have in them.
    pub filter: Option<String>,
    /// Who signs the cases.
    pub signer: Signer,
    /// How the report is written.
    pub report: ReportWriting,
}

/// Who signs cases.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Signer {
    /// Whoever made them.
    Their,
    /// Somebody who left signed requests in a folder, or one in a file.
    Left {
        /// The folder or the file.
        path: PathBuf,
        /// The case of the one request.
        case: Option<String>,
    },
    /// A client that asks for them.
    Client {
        /// Where it asks.
        listen: SocketAddr,
        /// Whether it ends when every case was sent.
        until_complete: bool,
    },
}

/// How a report is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReportWriting {
    /// To standard output.
    pub format: ReportFormat,
    /// Whether cases that pass have no line in the table.
    pub is_failing_only: bool,
    /// As JSON to a file as well.
    pub json: Option<PathBuf>,
    /// As XML to a file as well.
    pub junit: Option<PathBuf>,
}

/// How standard output is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum ReportFormat {
    /// For people: a line a case, and a diff for each that fails.
    Table,
    /// For programs.
    Json,
    /// For CI, as the XML of `JUnit`.
    Junit,
}

impl Vectors {
    pub(super) fn of(flags: RunFlags) -> Result<Self, Stop> {
        let signer = match (flags.signed, flags.listen) {
            (Some(path), _) => Signer::Left { path, case: flags.case },
            (None, None) => Signer::Their,
            (None, Some(listen)) => {
                if !listen.ip().is_loopback() && !flags.allow_remote {
                    return Err(Stop::wrong(format_args!(
                        "--listen {listen} can be reached by other machines: choose 127.0.0.1, or \
                         give --allow-remote"
                    )));
                }
                Signer::Client { listen, until_complete: flags.until_complete }
            }
        };
        let report = ReportWriting {
            format: flags.format,
            is_failing_only: flags.failing,
            json: flags.json,
            junit: flags.junit,
        };
        Ok(Self { folders: flags.folders, filter: flags.filter, signer, report })
    }
}
