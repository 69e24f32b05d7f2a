//! What a refusal is explained by, to whoever may have it decoded (AWS STS API Reference,
//! `DecodeAuthorizationMessage`).

use serde_json::{Value, json};

use crate::action::{Case, Leave};
use crate::dispatch::leave::record;
use crate::policy::{Bearing, Effect, Explained, Fact, Facts, Match, Word};
use crate::store::Store;

/// How much is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Detail {
    /// The statements that applied, word by word, and the condition keys.
    All,
    /// Where the statements stand.
    Places,
    /// Neither.
    Bare,
}

/// A message about a refusal, as long as it may be; nothing where it would be too long
/// even with the least that it can say.
pub(super) fn write(
    store: &Store,
    (case, leave): (&Case<'_>, &Leave),
    bearing: &Bearing<'_>,
    (explained, facts): (&Explained<'_>, &dyn Facts),
) -> Option<String> {
    let message = |detail| {
        let text = text((case, leave), bearing, (explained, facts), detail).to_string();
        store.encode(&text, case.caller.account())
    };
    message(Detail::All).or_else(|| message(Detail::Places)).or_else(|| message(Detail::Bare))
}

fn text(
    (case, leave): (&Case<'_>, &Leave),
    bearing: &Bearing<'_>,
    (explained, facts): (&Explained<'_>, &dyn Facts),
    detail: Detail,
) -> Value {
    let matches = explained.matches.iter().filter(|_| detail != Detail::Bare);
    let statements: Vec<_> = matches.map(|one| statement(one, detail)).collect();
    let keys = record::keys(bearing).into_iter().filter(|_| detail != Detail::Bare);
    let conditions: Vec<_> = keys.filter_map(|key| condition(key, facts)).collect();
    json!({
        "allowed": false,
        "explicitDeny": explained.decision.word() == Word::Denied,
        "matchedStatements": { "items": statements },
        "failures": { "items": [] },
        "context": {
            "principal": { "id": &**case.caller.id(), "arn": case.caller.arn().as_str() },
            "action": leave.name(case.action),
            "resource": leave.resource.as_str(),
            "conditions": { "items": conditions },
        },
        "missingContextKeys": record::missing(bearing, facts),
        "requestId": case.request_id,
    })
}

fn statement(one: &Match<'_>, detail: Detail) -> Value {
    let written: Option<Value> = one.text.and_then(|text| serde_json::from_str(text).ok());
    let sid = written.as_ref().and_then(|statement| statement.get("Sid")).and_then(Value::as_str);
    let effect = if one.effect == Effect::Allow { "ALLOW" } else { "DENY" };
    let mut told = json!({
        "statementId": sid.unwrap_or_default(),
        "effect": effect,
        "policy": { "type": format!("{:?}", one.layer), "name": &*one.source.name, "arn": one.source.arn.as_deref() },
        "line": one.place.map(|(start, _)| start.line),
        "column": one.place.map(|(start, _)| start.column),
    });
    if let (Detail::All, Some(told)) = (detail, told.as_object_mut()) {
        told.insert("statement".to_owned(), written.unwrap_or_default());
    }
    told
}

/// What the request says under a key that policies look at.
fn condition(key: &str, facts: &dyn Facts) -> Option<Value> {
    let values: Vec<Value> = match facts.get(&key.to_lowercase())? {
        Fact::One(value) => vec![json!({ "value": value })],
        Fact::Many(values) => values.iter().map(|value| json!({ "value": value })).collect(),
    };
    Some(json!({ "key": key, "values": { "items": values } }))
}
