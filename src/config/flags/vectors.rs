//! The flags of `countersign vectors`. The environment and the file give none of them: they
//! are for one run, and not for a gateway.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

use crate::config::ReportFormat;
use crate::vectors::FORMATS;

const EXAMPLES: &str = "\
Examples:
  countersign vectors run vectors/sigv4                 every case, stage by stage
  countersign vectors run v4 v4a --failing              several suites; only what fails
  countersign vectors run v4 --junit report.xml --json report.json      for CI, beside the table

For who writes a signer:
  countersign vectors run v4 --signed out               out/get-vanilla/header.sreq, … are checked
  countersign vectors run v4 --filter /header --signed out
  countersign vectors run v4 --signed one.txt --case get-vanilla/header
  countersign vectors run v4 --listen 127.0.0.1:7450 --until-complete";

const MORE: &str = "\
The program ends with 0 where all cases pass, with 1 where some fail, with 2 where nothing could be run.

--signed takes the signed request of each case as raw HTTP. In a folder it is called as its case is
(slashes are folders, or hyphens), with .sreq, .txt, -signed-request.txt or nothing behind that.
What was signed may lie beside it (X.creq and X.sts beside X.sreq, X-canonical-request.txt and
X-string-to-sign.txt beside X-signed-request.txt): then the first stage that differs is the one that
was signed. Without them only the signature tells, and it does not tell much.

--listen answers GET / with the cases in JSON: the request, the key, the region, the service and the
time to sign for. The client sends each case back signed, Host and all, with its name in the header
x-countersign-case, which is not to be signed. The answer is 200 where the case passes, else 403, and
in either case a JSON object that shows the first stage that differs.";

#[derive(Debug, Subcommand)]
pub(in crate::config) enum VectorsVerb {
    /// Runs the test vectors in folders, and tells stage by stage what passes.
    #[command(after_help = EXAMPLES)]
    #[command(after_long_help = format!("{EXAMPLES}\n\nKnown formats: {FORMATS}.\n\n{MORE}"))]
    Run(Box<RunFlags>),
}

#[derive(Args, Debug)]
pub(in crate::config) struct RunFlags {
    /// Folders of test vectors, in any of the known formats; those inside are walked too
    #[arg(value_name = "DIR", required = true)]
    pub(in crate::config) folders: Vec<PathBuf>,
    /// Only cases whose name has this text in it
    #[arg(long, value_name = "TEXT")]
    pub(in crate::config) filter: Option<String>,
    /// What standard output is written as
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub(in crate::config) format: ReportFormat,
    /// Leaves the lines of cases that pass out of the table
    #[arg(long, action = ArgAction::SetTrue)]
    pub(in crate::config) failing: bool,
    /// Writes the report as JSON to a file as well
    #[arg(long, value_name = "FILE")]
    pub(in crate::config) json: Option<PathBuf>,
    #[arg(long, help = "Writes the report as JUnit XML to a file as well", value_name = "FILE")]
    pub(in crate::config) junit: Option<PathBuf>,
    /// Checks requests that your signer made of the cases, instead of the cases' own
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "listen")]
    pub(in crate::config) signed: Option<PathBuf>,
    /// The case that the one request in --signed FILE is of
    #[arg(long, value_name = "NAME", requires = "signed")]
    pub(in crate::config) case: Option<String>,
    /// Serves the cases over HTTP to a client that signs, and checks what it sends
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::config) listen: Option<SocketAddr>,
    /// Lets --listen be an address that other machines reach
    #[arg(long, action = ArgAction::SetTrue, requires = "listen")]
    pub(in crate::config) allow_remote: bool,
    /// Ends when every case was sent once, instead of at Ctrl-C
    #[arg(long, action = ArgAction::SetTrue, requires = "listen")]
    pub(in crate::config) until_complete: bool,
}
