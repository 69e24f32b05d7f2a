//! From the words of all layers to plain values, and the rules between settings.

mod signature;

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::flags::vectors::VectorsVerb;
use super::flags::{
    AccountVerb, BoundFlags, CommandLine, DataFlags, DelegationTokenFlags, DelegationTokenVerb,
    RootKeyVerb, ServeFlags, Verb,
};
use super::layers::{self, Below, Environment, File, Rank, SECRETS};
use super::words::Limit;
use super::{
    AdminAccess, Bounds, Command, Keep, Log, Operation, SealSource, Serve, Stop, TlsFiles, Vectors,
    When,
};
use crate::secret::Secret;
use crate::store::limits::Limits;
use crate::store::session::{Delegation, PREFIX as TEMPORARY};
use crate::text::{AccessKeyId, Text};

/// The longest secret, and the shortest token, that may be given.
const LONGEST_SECRET: usize = 256;
const SHORTEST_TOKEN: usize = 16;

/// Commands that are no gateway's, so that no layer below the flags says anything of them: a
/// `--listen` or a `--region` is another thing there.
const FLAGS_ONLY: &[&str] = &["explain", "presign", "sign", "vectors", "verify"];

pub(super) fn read(args: &[OsString], environment: &Environment) -> Result<Command, Stop> {
    let bare = CommandLine::command();
    let flags = flags(&bare, args)?;
    let keys = keys(&bare);
    environment.check(&keys)?;
    let path = path(&flags);
    let is_layered = path.first().is_none_or(|verb| !FLAGS_ONLY.contains(&verb.as_str()));
    let file = if is_layered { file(&flags, environment, &keys)? } else { File::default() };
    let below = Below { environment, file };
    let laid = if is_layered { lay_at(bare, &path, &below)? } else { bare };
    let matches = laid.try_get_matches_from(args).map_err(|error| stop(&error))?;
    let line = CommandLine::from_arg_matches(&matches).map_err(|error| stop(&error))?;
    Reading { matches: leaf(&matches), below: &below }.command(line.verb)
}

/// The flags alone: which command it is, and which file it names. What a layer
/// below may still give is not missed yet.
fn flags(bare: &clap::Command, args: &[OsString]) -> Result<ArgMatches, Stop> {
    match bare.clone().try_get_matches_from(args) {
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            let lenient = bare.clone().ignore_errors(true).try_get_matches_from(args);
            lenient.map_err(|error| stop(&error))
        }
        flags => flags.map_err(|error| stop(&error)),
    }
}

/// The name of every setting of any command.
fn keys(command: &clap::Command) -> Vec<String> {
    let mut keys: Vec<_> = SECRETS.iter().map(|&key| key.to_owned()).collect();
    let mut commands = vec![command];
    while let Some(command) = commands.pop() {
        keys.extend(command.get_arguments().filter_map(|arg| arg.get_long()).map(str::to_owned));
        let inner = command.get_subcommands();
        commands.extend(inner.filter(|inner| !FLAGS_ONLY.contains(&inner.get_name())));
    }
    keys.retain(|key| !matches!(key.as_str(), "help" | "version"));
    keys.sort();
    keys.dedup();
    keys
}

fn file(flags: &ArgMatches, environment: &Environment, keys: &[String]) -> Result<File, Stop> {
    let nothing = Below { environment, file: File::default() };
    let flag = leaf(flags).try_get_one::<PathBuf>("config").ok().flatten().cloned();
    let path = flag.or_else(|| nothing.text("config").map(PathBuf::from));
    path.map_or_else(|| Ok(File::default()), |path| File::read(&path, keys))
}

fn path(matches: &ArgMatches) -> Vec<String> {
    let mut path = Vec::new();
    let mut matches = matches;
    while let Some((name, inner)) = matches.subcommand() {
        path.push(name.to_owned());
        matches = inner;
    }
    path
}

fn leaf(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| leaf(inner))
}

fn lay_at(
    command: clap::Command,
    path: &[String],
    below: &Below<'_>,
) -> Result<clap::Command, Stop> {
    let Some((name, rest)) = path.split_first() else { return layers::lay(&command, below) };
    let mut wrong = None;
    let laid = command.mut_subcommand(name, |inner| {
        lay_at(inner.clone(), rest, below).unwrap_or_else(|stop| {
            wrong = Some(stop);
            inner
        })
    });
    wrong.map_or(Ok(laid), Err)
}

/// The command that was given, with all layers.
#[derive(Debug)]
struct Reading<'a> {
    matches: &'a ArgMatches,
    below: &'a Below<'a>,
}

impl Reading<'_> {
    fn command(&self, verb: Verb) -> Result<Command, Stop> {
        match verb {
            Verb::Serve(flags) => Ok(Command::Serve(Box::new(self.serve(*flags)?))),
            Verb::Env(data) => Ok(Command::Env { data_dir: data.data_dir }),
            Verb::Account(AccountVerb::List(data)) => self.operate(data, Operation::ListAccounts),
            Verb::Account(AccountVerb::Create(flags)) => {
                self.operate(flags.data, Operation::CreateAccount(flags.account))
            }
            Verb::RootKey(RootKeyVerb::Create(flags)) => {
                self.operate(flags.data, Operation::CreateRootKey(flags.account))
            }
            Verb::DelegationToken(DelegationTokenVerb::Create(flags)) => self.delegate(flags),
            Verb::Backup(flags) => self.operate(flags.data, Operation::Backup(flags.file)),
            Verb::Vectors(VectorsVerb::Run(flags)) => Ok(Command::Vectors(Vectors::of(*flags)?)),
            Verb::Sign(flags) => signature::sign(*flags, self.below.environment),
            Verb::Presign(flags) => signature::presign(*flags, self.below.environment),
            Verb::Verify(flags) => signature::verify(*flags, self.below.environment),
            Verb::Explain(flags) => signature::explain(*flags, self.below.environment),
        }
    }

    fn operate(&self, data: DataFlags, operation: Operation) -> Result<Command, Stop> {
        let seal = self.seal(data.seal_key_file)?;
        Ok(Command::Operate { operation, data_dir: data.data_dir, seal })
    }

    fn delegate(&self, flags: DelegationTokenFlags) -> Result<Command, Stop> {
        let DelegationTokenFlags { data, account, user, policy, duration } = flags;
        let read = |path: PathBuf| {
            fs::read_to_string(&path)
                .map_err(|error| Stop::wrong(format_args!("--policy {}: {error}", path.display())))
        };
        let policy = policy.map(read).transpose()?;
        let delegation = Delegation { account, user, policy, seconds: duration };
        self.operate(data, Operation::Delegate(delegation))
    }

    fn serve(&self, flags: ServeFlags) -> Result<Serve, Stop> {
        let keep = self.keep(&flags)?;
        let admin = self.admin(&flags, &keep)?;
        let explains = explains(&flags);
        let tls = pair(("--tls-cert", flags.tls_cert), ("--tls-key", flags.tls_key))?;
        Ok(Serve {
            admin,
            listen: flags.listen,
            keep,
            is_account_given: self.rank("account") > Rank::Default,
            explains,
            account: flags.account,
            management: flags.management_account,
            regions: flags.region,
            proxies: flags.trusted_proxy,
            tls: tls.map(|(cert, key)| TlsFiles { cert, key }),
            issuer_ca: flags.issuer_ca,
            issuer_url: flags.issuer_url,
            log: Log { format: flags.log_format, filter: flags.log },
            limits: limits(&flags.limit),
            bounds: bounds(&flags.bounds),
            root_key: self.root_key()?,
            seal: self.seal(flags.data.seal_key_file)?,
        })
    }

    /// Where `--memory` and `--data-dir` are both given, the higher layer counts.
    fn keep(&self, flags: &ServeFlags) -> Result<Keep, Stop> {
        let (memory, data_dir) = (self.rank("memory"), self.rank("data-dir"));
        match flags.memory {
            true if memory == data_dir => {
                Err(Stop::wrong("--memory and --data-dir exclude each other"))
            }
            true if memory > data_dir => Ok(Keep::Memory),
            _ => Ok(Keep::Dir(flags.data.data_dir.clone())),
        }
    }

    fn admin(&self, flags: &ServeFlags, keep: &Keep) -> Result<AdminAccess, Stop> {
        let (listen, is_remote_allowed) = (flags.admin_listen, flags.admin_allow_remote);
        if !listen.ip().is_loopback() && !is_remote_allowed {
            return Err(Stop::wrong(format_args!(
                "--admin-listen {listen} can be reached by other machines: choose 127.0.0.1, or \
                 give --admin-allow-remote"
            )));
        }
        if listen == flags.listen && listen.port() != 0 {
            return Err(Stop::wrong(format_args!(
                "--listen and --admin-listen are both {listen}: nothing of the admin listener may \
                 be public"
            )));
        }
        let token = self.token()?;
        let is_inspecting = match flags.inspect {
            When::Auto => !is_remote_allowed,
            When::On => true,
            When::Off => false,
        };
        // Without a directory no token is made up.
        if is_inspecting && is_remote_allowed && token.is_none() && *keep == Keep::Memory {
            return Err(Stop::wrong(
                "--inspect on with --admin-allow-remote needs a token to look with: give \
                 COUNTERSIGN_ADMIN_TOKEN",
            ));
        }
        Ok(AdminAccess { listen, is_remote_allowed, token, is_inspecting })
    }

    fn token(&self) -> Result<Option<Secret>, Stop> {
        let token = self.below.text("admin-token");
        let is_token = |token: &String| {
            token.len() >= SHORTEST_TOKEN && token.bytes().all(|b| b.is_ascii_graphic())
        };
        if token.as_ref().is_some_and(|token| !is_token(token)) {
            return Err(Stop::wrong(
                "COUNTERSIGN_ADMIN_TOKEN must be 16 or more letters, digits and signs, no spaces",
            ));
        }
        Ok(token.map(Secret::new))
    }

    fn root_key(&self) -> Result<Option<(AccessKeyId, Secret)>, Stop> {
        const ID: &str = "COUNTERSIGN_ROOT_ACCESS_KEY_ID";
        const SECRET: &str = "COUNTERSIGN_ROOT_SECRET_ACCESS_KEY";
        let id = self.below.text("root-access-key-id");
        let secret = self.below.text("root-secret-access-key");
        let Some((id, secret)) = pair((ID, id), (SECRET, secret))? else { return Ok(None) };
        let id = AccessKeyId::parse(&id).map_err(|_| {
            Stop::wrong(format_args!("{ID} must be 16 to 128 letters, digits and underscores"))
        })?;
        if id.as_str().starts_with(TEMPORARY) {
            return Err(Stop::wrong(format_args!(
                "{ID} must not begin with {TEMPORARY}: these are temporary credentials"
            )));
        }
        if !(1..=LONGEST_SECRET).contains(&secret.len()) {
            return Err(Stop::wrong(format_args!("{SECRET} must be 1 to {LONGEST_SECRET} bytes")));
        }
        Ok(Some((id, Secret::new(secret))))
    }

    fn seal(&self, file: Option<PathBuf>) -> Result<SealSource, Stop> {
        match (self.below.text("seal-key"), file) {
            (Some(_), Some(_)) => {
                Err(Stop::wrong("COUNTERSIGN_SEAL_KEY and --seal-key-file exclude each other"))
            }
            (Some(key), None) => Ok(SealSource::Given(Secret::new(key))),
            (None, Some(file)) => Ok(SealSource::File(file)),
            (None, None) => Ok(SealSource::DataDir),
        }
    }

    fn rank(&self, key: &str) -> Rank {
        match self.matches.value_source(&key.replace('-', "_")) {
            Some(ValueSource::CommandLine) => Rank::Flag,
            _ => self.below.get(key).map_or(Rank::Default, |given| given.rank),
        }
    }
}

/// Refusals are explained on their own where nobody else can ask.
fn explains(flags: &ServeFlags) -> bool {
    match flags.explain {
        When::Auto => flags.listen.ip().is_loopback() && flags.trusted_proxy.is_empty(),
        When::On => true,
        When::Off => false,
    }
}

fn limits(given: &[Limit]) -> Limits {
    given.iter().fold(Limits::default(), |limits, limit| limits.with(limit.name, limit.most))
}

fn bounds(flags: &BoundFlags) -> Bounds {
    Bounds {
        connections: flags.max_connections,
        requests: flags.max_concurrent_requests,
        streams: flags.max_streams,
        body: flags.max_body,
        header_bytes: flags.max_header_bytes,
        headers: flags.max_headers,
        handshake_timeout: flags.handshake_timeout,
        header_timeout: flags.header_timeout,
        body_timeout: flags.body_timeout,
        idle_timeout: flags.idle_timeout,
        drain_timeout: flags.drain_timeout,
    }
}

/// Both, or none.
fn pair<T>(a: (&str, Option<T>), b: (&str, Option<T>)) -> Result<Option<(T, T)>, Stop> {
    match (a, b) {
        ((_, Some(a)), (_, Some(b))) => Ok(Some((a, b))),
        ((_, None), (_, None)) => Ok(None),
        ((given, Some(_)), (missing, None)) | ((missing, None), (given, Some(_))) => {
            Err(Stop::wrong(format_args!("{given} is given without {missing}")))
        }
    }
}

/// What clap has to say, in one sentence.
fn stop(error: &clap::Error) -> Stop {
    let text = error.to_string();
    if !error.use_stderr() {
        return Stop::Told(text);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Stop::Wrong(format!("what is to be done?\n\n{text}"));
    }
    let lines = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
    let sentence = lines.collect::<Vec<_>>().join(" ");
    let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
    Stop::wrong(format_args!("{sentence}{}", hint(error)))
}

fn hint(error: &clap::Error) -> String {
    let kinds =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let meant = kinds.into_iter().find_map(|kind| {
        let value = error.get(kind)?;
        if let ContextValue::Strings(meant) = value {
            return meant.last().cloned();
        }
        Some(value.to_string())
    });
    meant.map_or_else(String::new, |meant| format!("; is {meant} meant?"))
}
