//! Records as JSON, in short for the list and whole for one that is looked at.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::action::{Applied, Ruling};
use crate::doctor::Proof;
use crate::layer::Peer;
use crate::layer::inspect::{Diagnosed, Record, Stages};

/// What a page is told first.
pub(super) fn hello(run: &str, endpoint: &str) -> Value {
    json!({ "run": run, "endpoint": endpoint, "version": env!("CARGO_PKG_VERSION") })
}

/// All records in short.
pub(super) fn all(run: &str, not_kept: u64, records: &[Arc<Record>]) -> String {
    let records: Vec<_> = records.iter().map(|record| summary(record)).collect();
    format!("{}\n", json!({ "run": run, "notKept": not_kept, "requests": records }))
}

/// One record in short.
pub(super) fn summary(record: &Record) -> Value {
    json!({
        "number": record.number,
        "id": record.id,
        "at": record.at.to_string(),
        "key": record.signed.key_id,
        "caller": record.caller.as_deref(),
        "service": record.service,
        "action": record.action,
        "method": record.method,
        "form": record.signed.form,
        "status": record.outcome.status.as_u16(),
        "code": record.outcome.code,
        "refused": record.is_refused(),
        "cause": record.cause(),
        "microseconds": u64::try_from(record.outcome.duration.as_micros()).unwrap_or(u64::MAX),
    })
}

/// One record whole.
pub(super) fn record(record: &Record) -> String {
    let mut all = summary(record);
    let rest = json!({
        "peer": record.peer.as_ref().map(Peer::as_str),
        "isSecure": record.peer.as_ref().map(Peer::is_secure),
        "agent": record.agent,
        "algorithm": record.signed.algorithm,
        "region": record.signed.region,
        "signedFor": record.signed.service,
        "target": record.target,
        "message": record.outcome.message,
        "reason": record.outcome.refused,
        "received": record.outcome.received,
        "sent": record.outcome.sent,
        "ours": record.stages.as_ref().map(stages),
        "diagnosis": record.diagnosis.as_ref().map(diagnosis),
        "decision": record.rulings.iter().map(ruling).collect::<Vec<_>>(),
    });
    if let (Some(all), Value::Object(rest)) = (all.as_object_mut(), rest) {
        all.extend(rest);
    }
    format!("{all}\n")
}

fn stages(stages: &Stages) -> Value {
    json!({ "canonicalRequest": stages.canonical_request, "stringToSign": stages.string_to_sign })
}

fn diagnosis(diagnosis: &Diagnosed) -> Value {
    let signs = diagnosis.signs.iter();
    let signs = signs.map(|(cause, sentence)| json!({ "cause": cause, "sentence": sentence }));
    let [in_request, in_string] = &diagnosis.differ_hidden;
    json!({
        "cause": diagnosis.cause,
        "and": diagnosis.and,
        "sentence": diagnosis.sentence,
        "proof": match diagnosis.proof {
            Proof::Proven => "proven",
            Proof::Seen => "seen",
            Proof::NotProven => "not-proven",
        },
        "because": diagnosis.because,
        "fix": diagnosis.fix,
        "tried": diagnosis.tried,
        "signs": signs.collect::<Vec<_>>(),
        "theirs": diagnosis.theirs.as_ref().map(stages),
        "differHidden": { "canonicalRequest": in_request, "stringToSign": in_string },
    })
}

fn ruling(ruling: &Ruling) -> Value {
    json!({
        "action": ruling.action,
        "resource": ruling.resource,
        "allowed": ruling.is_allowed,
        "because": ruling.because,
        "statements": ruling.statements.iter().map(applied).collect::<Vec<_>>(),
        "missing": ruling.missing,
    })
}

fn applied(one: &Applied) -> Value {
    json!({
        "effect": if one.allows { "Allow" } else { "Deny" },
        "kind": one.kind,
        "policy": one.policy,
        "line": one.place.map(|(line, _)| line),
        "column": one.place.map(|(_, column)| column),
    })
}
