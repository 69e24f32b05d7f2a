//! The flags of the commands on a single request.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::signature::{Output, SignedOutput, When};
use super::super::words::{algorithm, scope, variable, when};
use crate::signing::Manner;
use crate::sigv4::Algorithm;

pub(super) const SIGN_EXAMPLES: &str = "\
Examples:
  countersign sign request.txt
  echo 'curl https://iam.amazonaws.com/ -d Action=ListUsers -d Version=2010-05-08' |
    countersign sign --output curl                      a command line that can be run
  countersign sign --service orders --region eu-west-1 --output headers < request.txt
  countersign sign --secret-env ANNS_SECRET --key-id AKIAANN --time 20150830T123600Z request.txt";

pub(super) const PRESIGN_EXAMPLES: &str = "\
Examples:
  echo https://bucket.s3.eu-west-1.amazonaws.com/a.txt | countersign presign --expires 60
  echo 'https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15' | countersign presign
  curl \"$(countersign presign request.txt)\"";

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  countersign verify signed.txt                         at the time of the request itself
  countersign verify --time now signed.txt              as a server would, now
  countersign sign request.txt | countersign verify
  countersign verify --secret-env ANNS_SECRET --output json < signed.txt

It ends with 0 where the signature is good, 1 where it is not, 2 where nothing can be said.";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  countersign explain signed.txt                        every stage; no secret is needed
  pbpaste | countersign explain                         what a browser or a terminal has copied
  countersign explain --canonical-request theirs.txt signed.txt
  countersign explain --string-to-sign - signed.txt < theirs.txt
  countersign explain --output json signed.txt

It ends with 0 where nothing is wrong, 1 where the signature, or what the client computed, is not as
it must be, 2 where nothing can be said. The secret, and a signature that the client did not make, are
never shown; nor is the value of a session token.";

/// What all of them take.
#[derive(Args, Debug)]
pub(crate) struct RequestFlags {
    /// A request as text, a curl command line or a URL [default: standard input]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The id of the access key [default: `AWS_ACCESS_KEY_ID`, else what the request says]
    #[arg(long, value_name = "ID")]
    pub(crate) key_id: Option<String>,
    /// The environment variable that holds the secret, which is never a flag [default:
    /// `AWS_SECRET_ACCESS_KEY`]
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub(crate) secret_env: Option<String>,
    /// The environment variable that holds the session token [default: `AWS_SESSION_TOKEN`, if
    /// the secret is from where it is by default]
    #[arg(long, value_name = "NAME", value_parser = variable)]
    pub(crate) token_env: Option<String>,
    /// The region [default: what the request or its host says, else `AWS_REGION`, else us-east-1]
    #[arg(long, value_name = "REGION", value_parser = scope)]
    pub(crate) region: Option<String>,
    /// The service, as scopes name it [default: what the request or its host says]
    #[arg(long, value_name = "SERVICE", value_parser = scope)]
    pub(crate) service: Option<String>,
    /// How the service wants requests signed [default: as the service does it]
    #[arg(long, value_enum, value_name = "RULES")]
    pub(crate) rules: Option<RulesFlag>,
}

/// What the commands that make a signature take.
#[derive(Args, Debug)]
pub(crate) struct MakingFlags {
    #[command(flatten)]
    pub(crate) request: RequestFlags,
    /// When it is signed: now, or as 20150830T123600Z
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = when)]
    pub(crate) time: When,
    /// How it is signed: `AWS4-HMAC-SHA256`, or `AWS4-ECDSA-P256-SHA256`, whose --region may be a
    /// list with stars
    #[arg(long, value_name = "NAME", default_value = "AWS4-HMAC-SHA256", value_parser = algorithm)]
    pub(crate) algorithm: Algorithm,
}

/// What the commands that look at a signature take.
#[derive(Args, Debug)]
pub(crate) struct LookingFlags {
    #[command(flatten)]
    pub(crate) request: RequestFlags,
    /// When it is looked at: now, or as 20150830T123600Z [default: the time of the request]
    #[arg(long, value_name = "TIME", value_parser = when)]
    pub(crate) time: Option<When>,
    /// How it is written
    #[arg(long, value_enum, value_name = "OUTPUT", default_value = "text")]
    pub(crate) output: Output,
}

#[derive(Args, Debug)]
pub(crate) struct SignFlags {
    #[command(flatten)]
    pub(crate) making: MakingFlags,
    /// What is printed: the request as text, a curl command line, or the headers that sign it
    #[arg(long, value_enum, value_name = "OUTPUT", default_value = "http")]
    pub(crate) output: SignedOutput,
}

#[derive(Args, Debug)]
pub(crate) struct PresignFlags {
    #[command(flatten)]
    pub(crate) making: MakingFlags,
    /// How long the URL is good, where the service looks at that: S3 does, STS gives it 15 minutes
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = clap::value_parser!(u32).range(1..=604_800))]
    pub(crate) expires: u32,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainFlags {
    #[command(flatten)]
    pub(crate) looking: LookingFlags,
    /// The canonical request that the client computed; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) canonical_request: Option<PathBuf>,
    /// The string to sign that the client computed; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) string_to_sign: Option<PathBuf>,
    /// The signature that the client computed
    #[arg(long, value_name = "HEX")]
    pub(crate) signature: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RulesFlag {
    /// Forms by POST, or GET with an Action: IAM, STS
    Query,
    /// Any method and body: most services
    Rest,
    /// S3 and its family
    S3,
}

impl From<RulesFlag> for Manner {
    fn from(flag: RulesFlag) -> Self {
        match flag {
            RulesFlag::Query => Self::Query,
            RulesFlag::Rest => Self::Rest,
            RulesFlag::S3 => Self::S3,
        }
    }
}
