//! What lies below the flags: the environment, and the file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Arg, Command};
use toml::Value;

use super::Stop;

/// What every variable of ours begins with.
const PREFIX: &str = "COUNTERSIGN_";

/// Settings that are never flags, since a flag can be read by everyone on the
/// machine.
pub(super) const SECRETS: &[&str] =
    &["root-access-key-id", "root-secret-access-key", "seal-key", "admin-token"];

/// The variables that begin with our prefix, and those of others, which only a flag
/// names.
pub(super) struct Environment {
    ours: BTreeMap<String, String>,
    others: BTreeMap<String, OsString>,
}

/// Some of them are secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ours.keys()).finish()
    }
}

impl Environment {
    pub(super) fn of(variables: Vec<(OsString, OsString)>) -> Result<Self, Stop> {
        let (mut ours, mut others) = (BTreeMap::new(), BTreeMap::new());
        for (name, value) in variables {
            let Ok(name) = name.into_string() else { continue };
            if !name.starts_with(PREFIX) {
                others.insert(name, value);
                continue;
            }
            let value = value.into_string();
            let value = value.map_err(|_| Stop::wrong(format_args!("{name} is not UTF-8")))?;
            ours.insert(name, value);
        }
        Ok(Self { ours, others })
    }

    /// A variable that is none of ours; an empty one is as good as none.
    pub(super) fn named(&self, name: &str) -> Result<Option<&str>, Stop> {
        let Some(value) = self.others.get(name).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let is_text = || Stop::wrong(format_args!("{name} is not UTF-8: set it anew"));
        value.to_str().map(Some).ok_or_else(is_text)
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.ours.get(&variable(key)).map(String::as_str)
    }

    /// Stops at the first variable of ours that is no setting.
    pub(super) fn check(&self, keys: &[String]) -> Result<(), Stop> {
        let known: Vec<_> = keys.iter().map(|key| variable(key)).collect();
        match self.ours.keys().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(unknown("environment variable", name, &known)),
        }
    }
}

/// The file, its keys spelt as the flags are.
#[derive(Debug, Default)]
pub(super) struct File {
    name: String,
    settings: BTreeMap<String, Vec<String>>,
}

impl File {
    pub(super) fn read(path: &Path, keys: &[String]) -> Result<Self, Stop> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| Stop::wrong(format_args!("cannot read {name}: {error}")))?;
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| Stop::wrong(place(&name, &text, &error)))?;
        let mut settings = BTreeMap::new();
        for (key, value) in table {
            if !keys.contains(&key) {
                return Err(unknown(&format!("setting in {name}"), &key, keys));
            }
            let words = words(&value).ok_or_else(|| {
                Stop::wrong(format_args!("{name}: {key} must be a word, a number or a list"))
            })?;
            settings.insert(key, words);
        }
        Ok(Self { name, settings })
    }
}

/// A value and where it is from, as a sentence begins.
#[derive(Debug)]
pub(super) struct Given {
    /// `COUNTERSIGN_LISTEN`, or `listen in countersign.toml`.
    pub(super) source: String,
    pub(super) words: Vec<String>,
    pub(super) rank: Rank,
}

/// How much a layer has to say; the more the later.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Rank {
    Default,
    File,
    Environment,
    Flag,
}

/// Both layers, the higher first.
#[derive(Debug)]
pub(super) struct Below<'a> {
    pub(super) environment: &'a Environment,
    pub(super) file: File,
}

impl Below<'_> {
    /// What the layers say of a setting.
    pub(super) fn get(&self, key: &str) -> Option<Given> {
        let from_environment = self.environment.get(key).map(|value| Given {
            source: variable(key),
            words: value.split(',').map(str::to_owned).collect(),
            rank: Rank::Environment,
        });
        from_environment.or_else(|| {
            let words = self.file.settings.get(key)?.clone();
            let source = format!("{key} in {}", self.file.name);
            Some(Given { source, words, rank: Rank::File })
        })
    }

    /// A setting as it stands, commas and all.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let from_file = || self.file.settings.get(key).map(|words| words.join(","));
        self.environment.get(key).map(str::to_owned).or_else(from_file)
    }
}

/// Makes what the layers say the defaults of a command's flags, so that only one
/// place knows what a setting may be.
pub(super) fn lay(command: &Command, below: &Below<'_>) -> Result<Command, Stop> {
    let mut laid = command.clone();
    for arg in command.get_arguments() {
        let Some(given) = arg.get_long().and_then(|flag| below.get(flag)) else { continue };
        if let Some(why) = given.words.iter().find_map(|word| fault(command, arg, word)) {
            return Err(Stop::wrong(format_args!("{}: {why}", given.source)));
        }
        laid = laid.mut_arg(arg.get_id(), |arg| arg.default_values(given.words));
    }
    Ok(laid)
}

/// What is wrong with a word as a flag's value.
fn fault(command: &Command, arg: &Arg, word: &str) -> Option<String> {
    if !arg.get_action().takes_values() {
        let is_claim = matches!(word, "true" | "false");
        return (!is_claim).then(|| format!("{word:?} is neither true nor false"));
    }
    let flag = format!("--{}={word}", arg.get_long().unwrap_or_default());
    let error = command.clone().try_get_matches_from(["", &flag]).err()?;
    wrong(&error).map(|why| format!("{word:?} will not do: {why}"))
}

/// Why a value is not what its flag takes; nothing where something else is amiss,
/// which is told when everything is there.
fn wrong(error: &clap::Error) -> Option<String> {
    use std::error::Error;
    if error.kind() == ErrorKind::ValueValidation {
        return Some(error.source().map_or_else(String::new, ToString::to_string));
    }
    (error.kind() == ErrorKind::InvalidValue)
        .then(|| "it is none of the values that are possible".to_owned())
}

/// The variable of a setting: `max-body` is `COUNTERSIGN_MAX_BODY`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('-', "_").to_uppercase())
}

fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(word) => Some(vec![word.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(claim) => Some(vec![claim.to_string()]),
        Value::Array(values) => {
            let words: Option<Vec<_>> =
                values.iter().map(|v| Some(v.as_str()?.to_owned())).collect();
            words.filter(|words| !words.is_empty())
        }
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

/// Where a file is no TOML. The line itself is not shown: it may hold a secret.
fn place(name: &str, text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    format!("{name}, line {line}: {}", error.message().lines().next().unwrap_or_default())
}

/// Names the setting that is none, and the one that begins most like it.
fn unknown(kind: &str, name: &str, known: &[String]) -> Stop {
    let likeness = |known: &&String| shared(known, name);
    let length = name.strip_prefix(PREFIX).unwrap_or(name).len();
    let near = known.iter().filter(|known| likeness(known).saturating_mul(2) > length);
    let meant = near.max_by_key(likeness);
    let hint = meant.map_or_else(String::new, |meant| format!("; is {meant} meant?"));
    Stop::wrong(format_args!("unknown {kind}: {name}{hint}"))
}

/// How many letters of ours, behind the prefix, both begin with.
fn shared(a: &str, b: &str) -> usize {
    let [a, b] = [a, b].map(|name| name.strip_prefix(PREFIX).unwrap_or(name));
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}
