//! The flags: each setting's name, what it may be, and what it is for.

pub(super) mod signature;
pub(super) mod vectors;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};

use self::signature::{
    EXPLAIN_EXAMPLES, ExplainFlags, LookingFlags, PRESIGN_EXAMPLES, PresignFlags, SIGN_EXAMPLES,
    SignFlags, VERIFY_EXAMPLES,
};
use super::words::{
    Limit, account, body, count, filter, head, issuer, limit, region, seconds, user,
};
use super::{LogFormat, When};
use crate::store::limits::Limits;
use crate::text::{AccountId, IssuerBase, Network, UserName};

const LAYERS: &str = "\
Every option can also be given by the environment (--max-body as COUNTERSIGN_MAX_BODY; lists with
commas) and by a TOML file (max-body = 65536), which is named by --config. A flag wins over the
environment, that over the file. Secrets are never flags:
  COUNTERSIGN_ROOT_ACCESS_KEY_ID, COUNTERSIGN_ROOT_SECRET_ACCESS_KEY
                           the root key of the first start; made up where they are not given
  COUNTERSIGN_SEAL_KEY     what stored secrets are sealed with: 64 hex digits
  COUNTERSIGN_ADMIN_TOKEN  what opens the admin listener; made up where it is not given";

const EXAMPLES: &str = "\
Examples:
  countersign serve                         run it; the first start prints the root key
  eval \"$(countersign env)\"                 point the AWS tools of this shell at it
  aws iam create-user --user-name ann       and use them
  countersign account create                a further account, while it runs or not
  countersign backup before-upgrade.db      a copy of everything, while it runs or not
  countersign vectors run vectors/sigv4     test vectors of signers, stage by stage
  countersign explain request.txt           what its signature is made of, and what is wrong with it";

const SERVE_EXAMPLES: &str = "\
Examples:
  countersign serve
  countersign serve --memory --listen 127.0.0.1:0      for tests: forgets all, on a free port
  countersign serve --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem
  countersign serve --region eu-central-1 --region eu-west-1
  countersign serve --limit UsersQuota=20000 --limit AccessKeysPerUserQuota=4
  countersign serve --listen 10.0.0.5:7448 --trusted-proxy 10.0.0.9    behind a load balancer";

const QUOTAS: &str = "\
Quotas: what an account may hold, as AWS has it. --limit QUOTA=N sets one anew, from 1 to 1000000; what
an account holds already stays. Sizes are in characters of policies, white space not counted:";

/// Verifies AWS Signature Version 4 on every request, and serves IAM and STS behind it.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = EXAMPLES, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true, infer_long_args = false)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Runs the gateway.
    #[command(after_help = SERVE_EXAMPLES, after_long_help = format!("{SERVE_EXAMPLES}\n\n{}\n\n{LAYERS}", limits()))]
    Serve(Box<ServeFlags>),
    #[command(
        about = "Prints export lines for a shell: AWS_ENDPOINT_URL, the root key, the region"
    )]
    #[command(after_help = "Example:\n  eval \"$(countersign env)\"")]
    Env(DataFlags),
    /// Makes or lists accounts.
    #[command(subcommand, arg_required_else_help = true, disable_help_subcommand = true)]
    Account(AccountVerb),
    /// Makes root keys.
    #[command(subcommand, arg_required_else_help = true, disable_help_subcommand = true)]
    RootKey(RootKeyVerb),
    /// Makes tokens by which another account gets a user's rights for a while.
    #[command(subcommand, arg_required_else_help = true, disable_help_subcommand = true)]
    DelegationToken(DelegationTokenVerb),
    /// Copies everything into a file that does not exist yet, while the gateway runs or not.
    Backup(BackupFlags),
    /// Runs test vectors of signers: the verifier's, or your own.
    #[command(subcommand, arg_required_else_help = true, disable_help_subcommand = true)]
    Vectors(vectors::VectorsVerb),
    /// Signs a request, and prints it.
    #[command(after_help = SIGN_EXAMPLES)]
    Sign(Box<SignFlags>),
    /// Signs a request in its query, and prints the URL.
    #[command(after_help = PRESIGN_EXAMPLES)]
    Presign(Box<PresignFlags>),
    /// Tells whether the signature of a request is good, without a server.
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Box<LookingFlags>),
    /// Shows what the signature of a request is made of, stage by stage, and where a client's
    /// own stages first differ.
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Box<ExplainFlags>),
}

#[derive(Debug, Subcommand)]
pub(super) enum AccountVerb {
    /// Makes an account, and prints its root key, once.
    Create(CreateFlags),
    /// Lists the accounts, a number a line.
    List(DataFlags),
}

#[derive(Debug, Subcommand)]
pub(super) enum RootKeyVerb {
    /// Makes a further key of an account's root, and prints it, once.
    Create(RootKeyFlags),
}

#[derive(Debug, Subcommand)]
pub(super) enum DelegationTokenVerb {
    /// Makes a token, and prints it, once: any caller who may sts:GetDelegatedAccessToken trades it
    /// in, within an hour, for credentials that act as the user.
    #[command(
        after_help = "Example:\n  countersign delegation-token create --account 123456789012 --user ann --policy read-only.json"
    )]
    Create(DelegationTokenFlags),
}

#[derive(Args, Debug)]
pub(super) struct DelegationTokenFlags {
    #[command(flatten)]
    pub(super) data: DataFlags,
    /// The account of the user
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(super) account: AccountId,
    /// The user whose rights are handed on
    #[arg(long, value_name = "NAME", value_parser = user)]
    pub(super) user: UserName,
    /// A policy that limits them, JSON in a file [default: all that the user may]
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// For how long the credentials will last
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = clap::value_parser!(u32).range(900..=43_200))]
    pub(super) duration: u32,
}

#[derive(Args, Debug)]
pub(super) struct DataFlags {
    /// A TOML file with settings
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Where accounts, users and sealed keys are kept
    #[arg(long, value_name = "DIR", default_value = "countersign-data")]
    pub(super) data_dir: PathBuf,
    /// The sealing key, 64 hex digits in a file [default: seal-key in the data directory]
    #[arg(long, value_name = "FILE")]
    pub(super) seal_key_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct CreateFlags {
    #[command(flatten)]
    pub(super) data: DataFlags,
    /// The account's number; one is drawn where none is given
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(super) account: Option<AccountId>,
}

#[derive(Args, Debug)]
pub(super) struct RootKeyFlags {
    #[command(flatten)]
    pub(super) data: DataFlags,
    /// The account
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(super) account: AccountId,
}

#[derive(Args, Debug)]
pub(super) struct BackupFlags {
    #[command(flatten)]
    pub(super) data: DataFlags,
    /// The file to write
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct ServeFlags {
    #[command(flatten)]
    pub(super) data: DataFlags,
    /// Where requests come in; port 0 takes a free one and prints it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7448")]
    pub(super) listen: SocketAddr,
    /// Where the operator comes in: the inspector, /health, /ready, /metrics, and the account
    /// commands
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7449")]
    pub(super) admin_listen: SocketAddr,
    /// Lets --admin-listen be an address that other machines reach
    #[arg(long, action = ArgAction::SetTrue)]
    pub(super) admin_allow_remote: bool,
    /// Shows the last requests, and why they were refused, on a page of the admin listener, the
    /// inspector [default: auto]
    ///
    /// auto is on unless --admin-allow-remote is given; with both, the page asks for the admin
    /// token. No body is kept, and no value of a header or a parameter that is not known to be
    /// harmless.
    #[arg(long, value_enum, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "on", default_value = "auto", hide_default_value = true)]
    pub(super) inspect: When,
    /// Keeps everything in memory and forgets it at the end, instead of --data-dir
    #[arg(long, action = ArgAction::SetTrue)]
    pub(super) memory: bool,
    /// The account that the first start makes
    #[arg(long, value_name = "ID", default_value = "123456789012", value_parser = account)]
    pub(super) account: AccountId,
    /// The account that manages all others: who may there can take on the others' root for a
    /// task, by sts:AssumeRoot [default: none]
    #[arg(long, value_name = "ID", value_parser = account)]
    pub(super) management_account: Option<AccountId>,
    /// A region that signatures may name; repeat it for more [default: any]
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(super) region: Vec<String>,
    /// A proxy that is believed whom it speaks for, as 10.0.0.9, or a network of them, as
    /// 10.0.0.0/8; repeat it for more [default: none]
    ///
    /// Its X-Forwarded-For then says what policies see as aws:SourceIp, and its X-Forwarded-Proto
    /// what they see as aws:SecureTransport. These headers of anyone else are not looked at.
    #[arg(long, value_name = "CIDR", value_parser = str::parse::<Network>)]
    pub(super) trusted_proxy: Vec<Network>,
    /// Tells whoever is refused why: in the error's message, and in headers. It is on where only
    /// this machine can ask [default: auto]
    ///
    /// The log tells of every refusal what is wrong with the request, as far as that can be seen or
    /// proven. With this, the caller is told as well: x-countersign-cause names it,
    /// x-countersign-request leads to the inspector, and where a signature does not match, the
    /// message says what should have been signed. auto is on where --listen is a loopback address
    /// and there is no --trusted-proxy. It repeats to callers what they sent, and no secret; still
    /// it is for development.
    #[arg(long, value_enum, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "on", default_value = "auto", hide_default_value = true)]
    pub(super) explain: When,
    /// The certificate chain, PEM: speaks TLS
    #[arg(long, value_name = "FILE")]
    pub(super) tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,
    /// Certificate authorities, PEM, that are trusted to sign for identity providers, besides those
    /// that the system trusts
    ///
    /// Keys that web identity tokens are verified by are fetched over HTTPS from the provider that
    /// issued them. Where nobody who is trusted signed its certificate, one of the provider's
    /// thumbprints must be of a certificate that did.
    #[arg(long, value_name = "FILE")]
    pub(super) issuer_ca: Option<PathBuf>,
    /// The address at which others reach this gateway as an issuer of web identity tokens: scheme,
    /// host, perhaps a port and a path [default: the public address]
    ///
    /// An account that enables outbound web identity federation gets an issuer of its own below it:
    /// this address, a slash and a name. It stands in every token, and whoever trusts a token asks
    /// there for /.well-known/openid-configuration, without a signature. Most of them want it to be
    /// https. Choose it before anybody trusts a token: one that changes is another issuer.
    #[arg(long, value_name = "URL", value_parser = issuer)]
    pub(super) issuer_url: Option<IssuerBase>,
    /// How a line of the log is written, on standard error
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: LogFormat,
    #[arg(long, help = "What is logged: error, warn, info, debug, or a filter as countersign::access=warn", value_name = "LEVEL", default_value = "info", value_parser = filter)]
    pub(super) log: String,
    /// How much an account may hold, where AWS's quota will not do: UsersQuota=20000; repeat it
    /// for more. `serve --help` lists the quotas
    #[arg(long, value_name = "QUOTA=N", value_parser = limit)]
    pub(super) limit: Vec<Limit>,
    #[command(flatten)]
    pub(super) bounds: BoundFlags,
}

/// What all clients together may take: the memory of bodies is at most
/// `max-concurrent-requests` times `max-body`.
#[derive(Args, Debug)]
#[command(next_help_heading = "Bounds")]
pub(super) struct BoundFlags {
    /// Connections at a time; more wait in the backlog. Keep it below `ulimit -n`
    #[arg(long, value_name = "N", default_value = "900", value_parser = count)]
    pub(super) max_connections: usize,
    /// Requests at a time; more are answered Throttling
    #[arg(long, value_name = "N", default_value = "1024", value_parser = count)]
    pub(super) max_concurrent_requests: usize,
    /// Streams at a time in one HTTP/2 connection
    #[arg(long, value_name = "N", default_value = "128", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) max_streams: u32,
    /// Bytes of a body
    #[arg(long, value_name = "BYTES", default_value = "1048576", value_parser = body)]
    pub(super) max_body: usize,
    /// Bytes of a request's head
    #[arg(long, value_name = "BYTES", default_value = "131072", value_parser = head)]
    pub(super) max_header_bytes: usize,
    /// Header lines of a request
    #[arg(long, value_name = "N", default_value = "100", value_parser = count)]
    pub(super) max_headers: usize,
    /// Seconds for a TLS handshake
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(super) handshake_timeout: Duration,
    /// Seconds for a request's head
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(super) header_timeout: Duration,
    /// Seconds for a body
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(super) body_timeout: Duration,
    /// Seconds for a connection on which nothing happens
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(super) idle_timeout: Duration,
    /// Seconds for what is under way when the gateway is told to stop
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(super) drain_timeout: Duration,
}

/// The quotas that `--limit` knows, and what each is where none is given.
fn limits() -> String {
    let defaults = Limits::default();
    let quota = |name: &&str| {
        let most = defaults.get(name).unwrap_or_default();
        format!("  {name:<29} {most}")
    };
    let quotas: Vec<_> = Limits::NAMES.iter().map(quota).collect();
    format!("{QUOTAS}\n{}", quotas.join("\n"))
}
