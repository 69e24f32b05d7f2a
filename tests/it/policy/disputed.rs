//! Cases of the tables that the engine decides otherwise, and why. One that it comes to decide alike is an error.

use serde_json::Value;

/// A case by its rule, and what stands against it.
pub(super) type Disputed = &'static [(&'static str, &'static str)];

/// Of the decisions.
pub(super) const DECISIONS: Disputed = &[];

/// Of the documents.
pub(super) const DOCUMENTS: Disputed = &[];

/// Splits what is wrong into what is disputed and what is not; the disputed must all be there.
pub(super) fn undisputed(wrong: &[(String, String)], disputed: Disputed) -> Vec<String> {
    let settled = disputed
        .iter()
        .filter(|(rule, _)| !wrong.iter().any(|(found, _)| found == rule))
        .map(|(rule, _)| format!("no longer disputed: {rule}"));
    let settled: Vec<String> = settled.collect();
    let is_disputed = |rule: &str| disputed.iter().any(|(known, _)| *known == rule);
    let others = wrong.iter().filter(|(rule, _)| !is_disputed(rule));
    others.map(|(_, words)| words.clone()).chain(settled).collect()
}

/// Whether a made-up case is of a disputed kind: everyone, on a condition on an ARN; or `NotPrincipal` and a boundary.
pub(super) fn is_of_disputed_kind(case: &Value) -> bool {
    let statements = case["policies"]["resource"]["Statement"].clone();
    let statements = match statements {
        Value::Array(list) => list,
        one => vec![one],
    };
    let has_boundary = !case["policies"]["boundary"].is_null();
    if has_boundary && statements.iter().any(|statement| statement.get("NotPrincipal").is_some()) {
        return true;
    }
    let names_everyone =
        |statement: &Value| statement["Principal"] == "*" || statement["Principal"]["AWS"] == "*";
    statements.iter().filter(|statement| names_everyone(statement)).any(|statement| {
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let keys = operators.filter_map(|(_, keys)| keys.as_object()).flatten();
        keys.into_iter().any(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"))
    })
}
