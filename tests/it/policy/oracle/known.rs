//! Where the foreign simulator is known to decide otherwise, and what speaks for the engine.

use serde_json::Value;

/// A kind of cases.
struct Known {
    /// What AWS documents, or that it documents nothing.
    #[expect(dead_code, reason = "it is for who reads")]
    why: &'static str,
    is_it: fn(&Value) -> bool,
}

const KNOWN: &[Known] = &[
    Known {
        why: "without a session policy a federated session may do nothing (STS API Reference, GetFederationToken)",
        is_it: |case| is_a(case, "FederatedUser") && case["policies"]["session"].is_null(),
    },
    Known {
        why: "a resource policy that names a user reaches its federated sessions, whose user the simulator is not told \
              (IAM User Guide, Policy evaluation logic)",
        is_it: |case| is_a(case, "FederatedUser") && names(case, "user/ann"),
    },
    Known {
        why: "a session that a resource policy names is limited by no session policy (IAM User Guide, Policy evaluation \
              logic)",
        is_it: |case| {
            case["caller"]["arn"].as_str().is_some_and(|arn| names(case, arn)) && is_limited(case)
        },
    },
    Known {
        why: "a star is not as direct as an ARN: AWS says nothing of the boundary and the session policy, and we let \
              them limit",
        is_it: |case| names(case, "\"*\"") && is_limited(case),
    },
    Known {
        why: "NotPrincipal leaves out whom it names together with account and role, and nobody else of the account (IAM \
              User Guide, NotPrincipal)",
        is_it: |case| any(case, |statement| statement.get("NotPrincipal").is_some()),
    },
    Known {
        why: "a pattern with a variable that has no value matches nothing, so NotResource is about everything (IAM User \
              Guide, Variables and tags, which does not speak of NotResource)",
        is_it: |case| any(case, |statement| statement["NotResource"].to_string().contains("${")),
    },
    Known {
        why: "AWS asks for a set operator with several values, and says nothing of none",
        is_it: |case| {
            condition(case, |operator, key, _| {
                !operator.starts_with("For") && operator != "Null" && is_tag_keys(key)
            })
        },
    },
    Known {
        why: "ForAnyValue fails for an absent key and IfExists holds; AWS does not say which wins",
        is_it: |case| {
            condition(case, |operator, _, _| {
                operator.starts_with("ForAnyValue") && operator.ends_with("IfExists")
            })
        },
    },
    Known {
        why: "a negated operator holds where a variable has no value (IAM User Guide, Variables and tags)",
        is_it: |case| {
            condition(case, |operator, _, wanted| {
                let is_met_there = !operator.starts_with("For") && !operator.contains("Arn");
                operator.contains("Not") && !is_met_there && wanted.to_string().contains("${")
            })
        },
    },
    Known {
        why: "an address is no address of the other family, so NotIpAddress holds (IAM User Guide, Condition operators)",
        is_it: |case| condition(case, |operator, _, _| operator.starts_with("NotIpAddress")),
    },
    Known {
        why: "Null asks for a value that is not null: a key without values has none (IAM User Guide, Condition operators, \
              which does not speak of empty lists)",
        is_it: |case| {
            case["request"]["context"]["aws:TagKeys"] == Value::Array(Vec::new())
                && condition(case, |operator, key, _| operator == "Null" && is_tag_keys(key))
        },
    },
];

pub(super) fn is_known(case: &Value) -> bool {
    KNOWN.iter().any(|known| (known.is_it)(case))
}

fn is_a(case: &Value, kind: &str) -> bool {
    case["caller"]["type"] == kind
}

fn is_limited(case: &Value) -> bool {
    ["boundary", "session"].iter().any(|kind| !case["policies"][kind].is_null())
}

/// Whether the resource's policy names someone.
fn names(case: &Value, who: &str) -> bool {
    statements(&case["policies"]["resource"])
        .iter()
        .any(|statement| statement["Principal"].to_string().contains(who))
}

fn any(case: &Value, is_it: impl Fn(&Value) -> bool) -> bool {
    statements(&case["policies"]).into_iter().any(is_it)
}

/// Whether some statement has such an operator, key and value.
fn condition(case: &Value, is_it: impl Fn(&str, &str, &Value) -> bool) -> bool {
    any(case, |statement| {
        let operators = statement["Condition"].as_object().into_iter().flatten();
        operators.into_iter().any(|(operator, keys)| {
            let mut keys = keys.as_object().into_iter().flatten();
            keys.any(|(key, wanted)| is_it(operator, key, wanted))
        })
    })
}

fn is_tag_keys(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:TagKeys")
}

/// Every statement within.
fn statements(policies: &Value) -> Vec<&Value> {
    match policies {
        Value::Array(list) => list.iter().flat_map(statements).collect(),
        Value::Object(members) if members.contains_key("Effect") => vec![policies],
        Value::Object(members) => members.values().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}
