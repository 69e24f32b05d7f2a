//! Cases of the tables that the engine decides otherwise, and why. One that it comes to decide alike is an error.

use serde_json::Value;

/// A case by its rule, and what stands against it.
pub(super) type Disputed = &'static [(&'static str, &'static str)];

/// Of the decisions.
pub(super) const DECISIONS: Disputed = &[
    (
        "A year stands for its first moment: before",
        "the engine takes four digits for seconds; W3C's forms begin with the year alone",
    ),
    (
        "A year stands for its first moment: at it",
        "the engine takes four digits for seconds; W3C's forms begin with the year alone",
    ),
    (
        "A star with a condition on who aws:PrincipalArn is not, names nobody: the boundary limits",
        "the engine takes any condition on aws:PrincipalArn for a name",
    ),
];

const ORDER: &str =
    "recorded: AWS's old parser comes right after the version, and resources come before vendors";
const LENIENT: &str = "recorded: AWS takes more than it documents";

/// Of the documents.
pub(super) const DOCUMENTS: Disputed = &[
    ("An unknown operator without keys is not looked at", LENIENT),
    ("Several unknown operators without keys are not looked at", LENIENT),
    ("The old parser takes a negative number: the first year of its calendar", LENIENT),
    ("The old parser takes a small T, an hour of one digit and a zone of hours", LENIENT),
    ("The old parser takes a date that ends with its T", LENIENT),
    ("An effect in the wrong case goes before Sids", ORDER),
    (
        "An effect in the wrong case goes before actions that are missing and a region too many",
        ORDER,
    ),
    ("A malformed ARN goes before actions that are missing", ORDER),
    ("A bad date goes before actions that are missing", ORDER),
    ("A bad date goes before an unknown partition", ORDER),
    ("A resource that is no ARN goes before an action with two colons", ORDER),
];

/// Splits what is wrong into what is disputed and what is not; the disputed must all be there.
pub(super) fn undisputed(wrong: Vec<(String, String)>, disputed: Disputed) -> Vec<String> {
    let settled = disputed
        .iter()
        .filter(|(rule, _)| !wrong.iter().any(|(found, _)| found == rule))
        .map(|(rule, _)| format!("no longer disputed: {rule}"));
    let settled: Vec<String> = settled.collect();
    let is_disputed = |rule: &str| disputed.iter().any(|(known, _)| *known == rule);
    let others = wrong.iter().filter(|(rule, _)| !is_disputed(rule));
    others.map(|(_, words)| words.clone()).chain(settled).collect()
}

/// Whether a made-up case is of the disputed kind: everyone, on a condition that only excludes an ARN.
pub(super) fn is_of_disputed_kind(case: &Value) -> bool {
    let statements = case["policies"]["resource"]["Statement"].clone();
    let statements = match statements {
        Value::Array(list) => list,
        one => vec![one],
    };
    let names_everyone =
        |statement: &Value| statement["Principal"] == "*" || statement["Principal"]["AWS"] == "*";
    statements.iter().filter(|statement| names_everyone(statement)).any(|statement| {
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let keys = operators.filter_map(|(_, keys)| keys.as_object()).flatten();
        keys.into_iter().any(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"))
    })
}
