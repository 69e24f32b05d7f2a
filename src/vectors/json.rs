//! Reports and cases as JSON, for programs.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::report::{Counts, Outcome, Report, Verdict};
use super::{Case, Task};
use crate::sigv4::Form;

/// All reports, and how many came to what.
pub fn whole(reports: &[Report]) -> Value {
    let counts = Counts::of(reports);
    json!({
        "passed": counts.passed,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "cases": reports.iter().map(one).collect::<Vec<_>>(),
    })
}

/// One report.
pub fn one(report: &Report) -> Value {
    let mut told = json!({
        "case": report.name,
        "place": report.place.to_string_lossy(),
        "result": report.result(),
    });
    match &report.verdict {
        Verdict::Ran(stages) => {
            put(&mut told, "stages", stages.iter().map(|(s, o)| (s.key(), word(o))).collect());
        }
        Verdict::Broken(why) | Verdict::Skipped(why) => put(&mut told, "reason", json!(why)),
    }
    if let Some((stage, difference)) = report.first_difference() {
        put(&mut told, "stage", json!(stage.key()));
        put(&mut told, "difference", json!(difference));
    }
    told
}

fn word(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Absent => Value::Null,
        Outcome::Same | Outcome::Differs(_) => json!(outcome.as_str()),
    }
}

fn put(told: &mut Value, key: &str, value: Value) {
    if let Some(object) = told.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// What a client that signs is told of a case: the request and how to sign it, secret and
/// all, since the secrets of test vectors are none. Nothing where there is nothing to sign.
pub fn listed(case: &Case) -> Option<Value> {
    let (task, key) = (case.task.as_ref()?, case.server.key.as_deref()?);
    let mut told = json!({
        "case": case.name,
        "request": request(task),
        "sign": {
            "algorithm": task.algorithm.as_str(),
            "in": match task.form { Form::Header => "header", Form::Presigned => "query" },
            "region": task.region,
            "service": case.server.rules.service(),
            "time": case.server.now.basic(),
            "access_key_id": key.id(),
            "secret_access_key": key.secret().expose(),
            "session_token": key.session().map(|session| session.token.expose()),
            "expires": task.expires,
            "signs_body_hash": task.signs_body_hash,
            "normalizes_path": task.normalizes_path,
            "adds_token_late": task.adds_token_late,
        },
    });
    if let Some(why) = &case.not_over_http {
        put(&mut told, "not_over_http", json!(why));
    }
    Some(told)
}

/// A request before it is signed: its body in base64, all else as text.
fn request(task: &Task) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let request = &task.request;
    let headers = request.headers.iter();
    let headers: Vec<_> =
        headers.map(|(name, value)| json!([name, text(value.trim_ascii_start())])).collect();
    json!({
        "method": request.method,
        "target": text(&request.target),
        "headers": headers,
        "body": BASE64.encode(&request.body),
    })
}
