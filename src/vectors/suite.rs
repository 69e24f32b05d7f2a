//! AWS's suites: a folder a case, with a file for every stage of either form, signed by
//! shared secrets (v4) or by key pairs (v4a).

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::fault::Fault;
use super::file::{self, Context};
use super::server::{Answer, Server, key};
use super::task::Task;
use super::{Case, Expected, Signed};
use crate::clock::Time;
use crate::request::Request;
use crate::sigv4::{Algorithm, Form, Paths, Rules};

const SIGNED: &str = "the request as it is signed";
const DIGITS: &str = "a signature in hexadecimal digits";

/// The names of the forms in those of files, and of cases.
pub(super) const FORMS: [(&str, Form); 2] = [("header", Form::Header), ("query", Form::Presigned)];

/// The forms that are there in `folder`, whose files are called `names`.
pub(super) fn forms(names: &[String]) -> impl Iterator<Item = (&'static str, Form)> {
    let has = |form: &str| {
        let stages = ["signed-request", "canonical-request", "string-to-sign", "signature"];
        stages.iter().any(|stage| names.contains(&format!("{form}-{stage}.txt")))
    };
    FORMS.into_iter().filter(move |(form, _)| has(form))
}

/// Reads a case in one form.
pub(super) fn read(
    folder: &Path,
    name: &str,
    (prefix, form): (&'static str, Form),
) -> Result<Case, Fault> {
    let of_form = |what: &str| folder.join(format!("{prefix}-{what}.txt"));
    let context = Context::read(folder.join("context.json"))?;
    let request = file::request(&of_form("signed-request"), SIGNED)?;
    let asked = file::request(&folder.join("request.txt"), "the request before it is signed")?;
    let signature = file::read(&of_form("signature"))?;
    let signature = signature.map(|digits| signed(folder, digits, &of_form("signature")));
    let signature = signature.transpose()?;
    let algorithm = match signature {
        Some(Signed::ByPair { .. }) => Algorithm::EcdsaP256Sha256,
        Some(Signed::ByMac(_)) | None => Algorithm::HmacSha256,
    };
    let case = Case {
        name: format!("{name}/{prefix}"),
        place: folder.to_owned(),
        server: server(&context)?,
        expected: Expected {
            canonical_request: file::read(&of_form("canonical-request"))?,
            string_to_sign: file::read(&of_form("string-to-sign"))?,
            signature,
            answer: Answer::let_in(),
        },
        task: Some(task(&context, asked, (form, algorithm))?),
        not_over_http: Case::seen_not_over_http(&request),
        request,
    };
    Ok(case)
}

/// How a case is signed: by a key pair where its public key lies beside it.
fn signed(folder: &Path, signature: Vec<u8>, file: &Path) -> Result<Signed, Fault> {
    if !signature.iter().all(u8::is_ascii_hexdigit) || signature.len() < 64 {
        return Err(Fault::text(file, DIGITS));
    }
    let public = folder.join("public-key.json");
    if file::read(&public)?.is_none() {
        return Ok(Signed::ByMac(signature));
    }
    let public = Context::read(public)?;
    let part = |key| public.text(key, "64 hexadecimal digits of the public key");
    let point = format!("04{}{}", part("/X")?, part("/Y")?);
    Ok(Signed::ByPair { point, signature })
}

fn server(context: &Context) -> Result<Server, Fault> {
    let rules = Rules::rest(context.text("/service", "the name of a service")?)
        .in_regions([region(context)?])
        .taking_sigv4a();
    let normalizes = context.flag("/normalize", true)?;
    let rules = if normalizes { rules } else { rules.paths(Paths::AsSent) };
    let is_late = context.flag("/omit_session_token", false)?;
    let rules = if is_late { rules.taking_late_tokens() } else { rules };
    let token = context.optional("/credentials/token", "a session token", Value::as_str)?;
    let key = key(
        context.text("/credentials/access_key_id", "an access key id")?,
        context.text("/credentials/secret_access_key", "a secret access key")?,
        token,
    );
    let now = context.required("/timestamp", "a time such as 2015-08-30T12:36:00Z", |value| {
        Time::from_extended(value.as_str()?.as_bytes())
    })?;
    Ok(Server { rules, now, key: Some(Arc::new(key)) })
}

fn region(context: &Context) -> Result<&str, Fault> {
    context.text("/region", "the name of a region")
}

fn task(
    context: &Context,
    request: Request,
    (form, algorithm): (Form, Algorithm),
) -> Result<Task, Fault> {
    Ok(Task {
        request,
        form,
        algorithm,
        region: region(context)?.to_owned(),
        expires: context.optional("/expiration_in_seconds", "a number", Value::as_u64)?,
        signs_body_hash: context.flag("/sign_body", false)?,
        normalizes_path: context.flag("/normalize", true)?,
        adds_token_late: context.flag("/omit_session_token", false)?,
    })
}
