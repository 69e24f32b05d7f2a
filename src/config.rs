//! The command line, the environment and the file, made into plain values.
//!
//! Every setting is declared once, as a flag in `flags`; the environment and the
//! file are layers below it. A flag wins over the environment, that over the
//! file, and that over the default.

mod flags;
mod layers;
mod reading;
pub mod signature;
mod vectors;
mod words;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use self::signature::Signature;
use crate::secret::Secret;
use crate::store::draft::Limits;
use crate::store::session::Delegation;
use crate::text::{AccessKeyId, AccountId, IssuerBase, Network};

pub use vectors::{ReportFormat, ReportWriting, Signer, Vectors};

/// What is to be done, with all that it needs to know.
#[derive(Debug)]
pub enum Command {
    /// Run the gateway.
    Serve(Box<Serve>),
    /// Print what a shell needs to talk to it.
    Env {
        /// Where the gateway keeps what it knows.
        data_dir: PathBuf,
    },
    /// Do something to what the gateway keeps, whether it runs or not.
    Operate {
        /// What is to be done.
        operation: Operation,
        /// Where the gateway keeps what it knows.
        data_dir: PathBuf,
        /// What opens the secrets where the gateway does not run.
        seal: SealSource,
    },
    /// Run test vectors of signers.
    Vectors(Vectors),
    /// Do something with a single request.
    Signature(Box<Signature>),
}

/// What an operator does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Operation {
    /// Make an account and its root key.
    CreateAccount(Option<AccountId>),
    /// Tell which accounts there are.
    ListAccounts,
    /// Make a further key of an account's root.
    CreateRootKey(AccountId),
    /// Make a token by which another account gets a user's rights for a while.
    Delegate(Delegation),
    /// Copy everything into a file that does not exist yet.
    Backup(PathBuf),
}

/// How the gateway is to run.
#[derive(Debug)]
pub struct Serve {
    /// Where requests come in.
    pub listen: SocketAddr,
    /// Where the operator comes in.
    pub admin: AdminAccess,
    /// Where to keep what must last.
    pub keep: Keep,
    /// The account of the first start.
    pub account: AccountId,
    /// Whether `account` was asked for, or is the default.
    pub is_account_given: bool,
    /// Whether whoever is refused is told why.
    pub explains: bool,
    /// The account that manages all others, if one does.
    pub management: Option<AccountId>,
    /// The regions that signatures may name; any where there is none.
    pub regions: Vec<String>,
    /// Peers that are believed whom they speak for.
    pub proxies: Vec<Network>,
    /// The certificate and its key, where TLS is spoken.
    pub tls: Option<TlsFiles>,
    /// Who may sign the certificates of identity providers, besides whom the system
    /// trusts, as a PEM file.
    pub issuer_ca: Option<PathBuf>,
    /// The address below which accounts issue web identity tokens; the public one where
    /// none is given.
    pub issuer_url: Option<IssuerBase>,
    /// What is logged, and how.
    pub log: Log,
    /// How much an account may hold.
    pub limits: Limits,
    /// What a client may ask of the gateway.
    pub bounds: Bounds,
    /// The first root key, where it is not to be made up.
    pub root_key: Option<(AccessKeyId, Secret)>,
    /// What secrets are sealed with.
    pub seal: SealSource,
}

/// The door for the operator.
#[derive(Debug)]
pub struct AdminAccess {
    /// Where it is.
    pub listen: SocketAddr,
    /// Whether it may be where other machines are.
    pub is_remote_allowed: bool,
    /// What opens it, where it is not to be made up.
    pub token: Option<Secret>,
    /// Whether the last requests are to be looked at there.
    pub is_inspecting: bool,
}

/// Where to keep what must last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Keep {
    /// Nowhere: it goes with the process.
    Memory,
    /// In a directory.
    Dir(PathBuf),
}

/// Where the key comes from that secrets are sealed with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SealSource {
    /// The data directory; it is made there at the first start.
    DataDir,
    /// A file of its own.
    File(PathBuf),
    /// The environment, or the configuration file.
    Given(Secret),
}

/// A certificate chain and its private key, as PEM files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// The key of the first certificate.
    pub key: PathBuf,
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct Log {
    /// How a line is written.
    pub format: LogFormat,
    /// A level, or a list of `target=level`.
    pub filter: String,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people: `time LEVEL target: message key=value …`.
    Text,
    /// For machines: an object a line.
    Json,
}

/// When something is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum When {
    /// Where it does no harm.
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// What a client may ask of the gateway before it is cut short.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// Connections at a time; the next ones wait to be accepted.
    pub connections: usize,
    /// Requests at a time; the next ones are throttled.
    pub requests: usize,
    /// Streams at a time in one HTTP/2 connection.
    pub streams: u32,
    /// Bytes of a body.
    pub body: usize,
    /// Bytes of a request's head.
    pub header_bytes: usize,
    /// Lines of a request's head.
    pub headers: usize,
    /// For a TLS handshake.
    pub handshake_timeout: Duration,
    /// For a request's head.
    pub header_timeout: Duration,
    /// For a body.
    pub body_timeout: Duration,
    /// For a connection on which nothing happens.
    pub idle_timeout: Duration,
    /// For the requests that are under way when the gateway is told to stop.
    pub drain_timeout: Duration,
}

/// Why nothing was started.
#[derive(Debug, Error)]
pub enum Stop {
    /// The help or the version was asked for: print it and be content.
    #[error("{0}")]
    Told(String),
    /// A setting is wrong, in one sentence.
    #[error("{0}")]
    Wrong(String),
}

impl Stop {
    fn wrong(sentence: impl fmt::Display) -> Self {
        Self::Wrong(sentence.to_string())
    }
}

/// Reads this process's arguments and environment, and the file they name.
pub fn from_process() -> Result<Command, Stop> {
    read(&std::env::args_os().collect::<Vec<_>>(), std::env::vars_os().collect())
}

/// Reads `args`, the program's name first, the variables of `environment`, and
/// the file that they name.
pub fn read(args: &[OsString], environment: Vec<(OsString, OsString)>) -> Result<Command, Stop> {
    let environment = layers::Environment::of(environment)?;
    reading::read(args, &environment)
}
