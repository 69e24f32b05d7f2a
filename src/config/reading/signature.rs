//! From the flags of a command on a single request to plain values, with what the
//! environment says of AWS's own.

use std::path::{Path, PathBuf};

use super::super::flags::signature::{
    ExplainFlags, LookingFlags, MakingFlags, PresignFlags, RequestFlags, SignFlags,
};
use super::super::layers::Environment;
use super::super::signature::{KeyGiven, ScopeGiven, Signature, Task, Theirs, When};
use super::super::{Command, Stop};
use crate::secret::Secret;

const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const TOKEN: &str = "AWS_SESSION_TOKEN";
/// Some SDKs read the one, some the other.
const REGIONS: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

pub(super) fn sign(flags: SignFlags, environment: &Environment) -> Result<Command, Stop> {
    let MakingFlags { request, time, algorithm } = flags.making;
    let task = Task::Sign { output: flags.output, algorithm };
    command(task, request, Some(time), environment)
}

pub(super) fn presign(flags: PresignFlags, environment: &Environment) -> Result<Command, Stop> {
    let MakingFlags { request, time, algorithm } = flags.making;
    let task = Task::Presign { seconds: flags.expires, algorithm };
    command(task, request, Some(time), environment)
}

pub(super) fn verify(flags: LookingFlags, environment: &Environment) -> Result<Command, Stop> {
    command(Task::Verify(flags.output), flags.request, flags.time, environment)
}

pub(super) fn explain(flags: ExplainFlags, environment: &Environment) -> Result<Command, Stop> {
    let LookingFlags { request, time, output } = flags.looking;
    let theirs = Theirs {
        canonical_request: flags.canonical_request,
        string_to_sign: flags.string_to_sign,
        signature: flags.signature,
    };
    let is_input = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
    let readers = [
        is_input(&theirs.canonical_request),
        is_input(&theirs.string_to_sign),
        request.file.is_none() || is_input(&request.file),
    ];
    if readers.into_iter().filter(|is| *is).count() > 1 {
        return Err(Stop::wrong(
            "standard input can be read once: name the request, or what the client computed, as a \
             file",
        ));
    }
    command(Task::Explain(output, theirs), request, time, environment)
}

fn command(
    task: Task,
    flags: RequestFlags,
    time: Option<When>,
    environment: &Environment,
) -> Result<Command, Stop> {
    let home = REGIONS.into_iter().find_map(|name| environment.named(name).transpose());
    Ok(Command::Signature(Box::new(Signature {
        task,
        key: key(&flags, environment)?,
        scope: ScopeGiven {
            region: flags.region,
            home: home.transpose()?.map(str::to_owned),
            service: flags.service,
            manner: flags.rules.map(Into::into),
        },
        request: flags.file.filter(|file| file != Path::new("-")),
        time,
    })))
}

/// AWS's three variables belong together: where the secret is from another, the id and the
/// token in them are another key's.
fn key(flags: &RequestFlags, environment: &Environment) -> Result<KeyGiven, Stop> {
    let secret_from = flags.secret_env.as_deref().unwrap_or(SECRET);
    let usual = |name| if secret_from == SECRET { environment.named(name) } else { Ok(None) };
    let asked = |flag: &str, name: &Option<String>| match name {
        Some(name) => {
            let missing =
                || Stop::wrong(format_args!("{flag} names {name}, which is not set: export it"));
            environment.named(name)?.map(Some).ok_or_else(missing)
        }
        None => Ok(None),
    };
    let secret = match asked("--secret-env", &flags.secret_env)? {
        None => usual(SECRET)?,
        given => given,
    };
    let token = match asked("--token-env", &flags.token_env)? {
        None => usual(TOKEN)?,
        given => given,
    };
    let id = flags.key_id.as_deref().map_or_else(|| usual(KEY_ID), |id| Ok(Some(id)))?;
    let secret_of = |text: &str| Secret::new(text.to_owned());
    Ok(KeyGiven {
        id: id.map(str::to_owned),
        secret: secret.map(secret_of),
        token: token.map(secret_of),
        secret_from: secret_from.to_owned(),
    })
}
