//! Our own cases: a folder a case, those that must be refused among them; see
//! `vectors/README.md`.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::fault::Fault;
use super::file::{self, Context};
use super::server::{Answer, Server, session};
use super::task::Task;
use super::{Case, Expected};
use crate::clock::Time;
use crate::secret::Secret;
use crate::sigv4::{Key, Paths, Rules};

const STAMP: &str = "a time such as 20150830T123600Z";

/// Reads the case in a folder.
pub(super) fn read(folder: &Path, name: &str, context: &Context) -> Result<Case, Fault> {
    let request = file::request(&folder.join("request.txt"), "the request as it is signed")?;
    let stage = |what: &str| file::read(&folder.join(what));
    let server = Server {
        rules: rules(context)?,
        now: context.required("/now", STAMP, time)?,
        key: key(context)?.map(Arc::new),
    };
    let answer = answer(context)?;
    let normalizes = context.text("/rules", RULES)? != "s3" && !is_as_sent(context)?;
    let said = context.optional("/not_over_http", "the reason, as a text", Value::as_str)?;
    let seen = Case::seen_not_over_http(&request);
    Ok(Case {
        name: name.to_owned(),
        place: folder.to_owned(),
        task: answer.is_let_in().then(|| Task::of(&request, &server, normalizes)).flatten(),
        server,
        expected: Expected {
            canonical_request: stage("canonical-request.txt")?,
            string_to_sign: stage("string-to-sign.txt")?,
            signature: None,
            answer,
        },
        not_over_http: said.map(ToOwned::to_owned).or(seen),
        request,
    })
}

const RULES: &str = "\"query\", \"rest\" or \"s3\"";

fn rules(context: &Context) -> Result<Rules, Fault> {
    let service = context.text("/service", "the name of a service")?;
    let mut rules = match context.text("/rules", RULES)? {
        "query" => Rules::query(service),
        "rest" => Rules::rest(service),
        "s3" => Rules::s3(service),
        _ => return Err(Fault::value(context.file(), "/rules", RULES)),
    };
    if let Some(regions) = context.texts("/regions")? {
        rules = rules.in_regions(regions);
    }
    let minutes = context.optional("/window", "minutes, at most 255", |value| {
        value.as_u64().and_then(|minutes| u8::try_from(minutes).ok())
    })?;
    if let Some(minutes) = minutes {
        rules = rules.window(minutes);
    }
    if is_as_sent(context)? {
        rules = rules.paths(Paths::AsSent);
    }
    if context.flag("/late_token", false)? {
        rules = rules.taking_late_tokens();
    }
    if context.flag("/sigv4a", false)? {
        rules = rules.taking_sigv4a();
    }
    let tolerated = context.texts("/tolerated")?.unwrap_or_default();
    Ok(tolerated.into_iter().fold(rules, Rules::tolerating_unsigned))
}

fn is_as_sent(context: &Context) -> Result<bool, Fault> {
    let is_so = |value: &Value| (value == "as_sent").then_some(true);
    Ok(context.optional("/paths", "\"as_sent\", or left out", is_so)?.unwrap_or(false))
}

fn key(context: &Context) -> Result<Option<Key>, Fault> {
    if !context.has("/key") {
        return Ok(None);
    }
    let id = context.text("/key/id", "an access key id")?;
    let secret = context.text("/key/secret", "a secret access key")?;
    let key = Key::new(id, 1, Secret::new(secret.to_owned()));
    let key = key.active(context.flag("/key/is_active", true)?);
    let Some(token) = context.optional("/key/token", "a session token", Value::as_str)? else {
        return Ok(Some(key));
    };
    let expires = context.required("/key/expires", STAMP, time)?;
    Ok(Some(key.in_session(session(token, expires))))
}

fn answer(context: &Context) -> Result<Answer, Fault> {
    let text = |key, what| {
        let text = context.optional(key, what, Value::as_str)?;
        Ok::<_, Fault>(text.map(ToOwned::to_owned))
    };
    Ok(Answer {
        status: context.required("/answer/status", "the status of the answer", |value| {
            value.as_u64().and_then(|status| u16::try_from(status).ok())
        })?,
        reason: text("/answer/reason", "the reason of a refusal")?,
        code: text("/answer/code", "the code of a refusal")?,
        message: text("/answer/message", "the message of a refusal")?,
    })
}

fn time(stamp: &Value) -> Option<Time> {
    Time::from_basic(stamp.as_str()?.as_bytes())
}
