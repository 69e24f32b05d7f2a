//! Decides as the rules say it, word for word, on the JSON of the documents: slow, with nothing kept from one question
//! to the next and nothing shared with the engine, so that both can be held against each other.

mod condition;
mod pattern;
mod principal;
mod value;

use serde_json::Value;

use condition::Context;
use principal::{Caller, Grant};

/// What is decided, and for a refusal which type of policy it is told by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) decision: String,
    pub(crate) by: Option<String>,
}

impl Verdict {
    pub(crate) fn allowed() -> Self {
        Self { decision: "allowed".to_owned(), by: None }
    }

    pub(crate) fn explicit(by: &str) -> Self {
        Self { decision: "explicitDeny".to_owned(), by: Some(by.to_owned()) }
    }

    pub(crate) fn implicit(by: &str) -> Self {
        Self { decision: "implicitDeny".to_owned(), by: Some(by.to_owned()) }
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.decision == "allowed"
    }
}

/// The types of policies, as a refusal names them where several deny outright.
const DENYING: [&str; 6] = ["scp", "rcp", "boundary", "session", "resource", "identity"];

/// Decides a case in the format of `vectors/policy`.
pub(crate) fn decide(case: &Value) -> Verdict {
    let question = Question::of(case);
    let denying = DENYING
        .into_iter()
        .find(|kind| question.documents(kind).iter().any(|d| question.denies(d)));
    if let Some(kind) = denying {
        return Verdict::explicit(kind);
    }
    if let Some(kind) = ["rcp", "scp"].into_iter().find(|kind| !question.every_level_allows(kind)) {
        return Verdict::implicit(kind);
    }
    let missing = question.first_missing();
    missing.map_or_else(Verdict::allowed, Verdict::implicit)
}

struct Question<'a> {
    policies: &'a Value,
    caller: Caller<'a>,
    action: &'a str,
    resource: &'a str,
    resource_account: &'a str,
    context: Context<'a>,
}

impl<'a> Question<'a> {
    fn of(case: &'a Value) -> Self {
        let request = &case["request"];
        Self {
            policies: &case["policies"],
            caller: Caller {
                described: &case["caller"],
                has_boundary: !case["policies"]["boundary"].is_null(),
            },
            action: request["action"].as_str().unwrap(),
            resource: request["resource"].as_str().unwrap(),
            resource_account: request["resource_account"].as_str().unwrap(),
            context: Context(&request["context"]),
        }
    }

    /// All documents of a type, whatever its shape in the case.
    fn documents(&self, kind: &str) -> Vec<&'a Value> {
        let given = &self.policies[kind];
        match kind {
            "scp" | "rcp" => listed(given).iter().flat_map(listed).collect(),
            "identity" | "session" => listed(given).iter().collect(),
            _ => Some(given).filter(|document| !document.is_null()).into_iter().collect(),
        }
    }

    fn every_level_allows(&self, kind: &str) -> bool {
        let levels = listed(&self.policies[kind]);
        levels.iter().all(|level| listed(level).iter().any(|document| self.allows(document)))
    }

    /// The type of policy whose leave is missing, after the organization's.
    fn first_missing(&self) -> Option<&'static str> {
        let grant = self.grant();
        let kind = self.caller.kind();
        if matches!(kind, "Service" | "Anonymous") {
            return (grant < Grant::Delegated).then_some("resource");
        }
        let is_foreign = self.caller.account() != self.resource_account;
        let must_be_granted = is_foreign || self.policies["must_resource_allow"] == true;
        if must_be_granted && grant < Grant::Delegated {
            return Some("resource");
        }
        if kind == "Account" || (!is_foreign && grant == Grant::Full) {
            return None;
        }
        let needs_identity = is_foreign || grant < Grant::Limited;
        if needs_identity && !self.any_allows("identity") {
            return Some("identity");
        }
        self.first_limit()
    }

    /// What limits the caller beside its identity's policies.
    fn first_limit(&self) -> Option<&'static str> {
        let is_limited = |kind| !self.policies[kind].is_null();
        if is_limited("boundary") && !self.any_allows("boundary") {
            return Some("boundary");
        }
        let needs_session = is_limited("session") || self.caller.kind() == "FederatedUser";
        (needs_session && !self.any_allows("session")).then_some("session")
    }

    fn any_allows(&self, kind: &str) -> bool {
        self.documents(kind).into_iter().any(|document| self.allows(document))
    }

    /// How strongly the resource's policy allows.
    fn grant(&self) -> Grant {
        let granting = self.documents("resource").into_iter().flat_map(|document| {
            statements(document)
                .filter(|statement| statement["Effect"] == "Allow")
                .filter(|statement| self.concerns(statement, has_variables(document)))
                .map(|statement| self.caller.grant(statement))
        });
        granting.max().unwrap_or(Grant::None)
    }

    fn allows(&self, document: &Value) -> bool {
        !is_broken(document) && self.has(document, "Allow")
    }

    fn denies(&self, document: &Value) -> bool {
        is_broken(document) || self.has(document, "Deny")
    }

    fn has(&self, document: &Value, effect: &str) -> bool {
        statements(document).any(|statement| {
            statement["Effect"] == effect
                && self.caller.is_meant(statement)
                && self.concerns(statement, has_variables(document))
        })
    }

    /// Action, resource and conditions match.
    fn concerns(&self, statement: &Value, variables: bool) -> bool {
        self.names_action(statement)
            && self.names_resource(statement, variables)
            && self.context.meets(&statement["Condition"], variables)
    }

    fn names_action(&self, statement: &Value) -> bool {
        let named = |list| strings(list).any(|pattern| pattern::action(pattern, self.action));
        match statement.get("NotAction") {
            Some(list) => !named(list),
            None => named(&statement["Action"]),
        }
    }

    fn names_resource(&self, statement: &Value, variables: bool) -> bool {
        let context = variables.then_some(&self.context);
        let named =
            |list| strings(list).any(|text| pattern::resource(text, self.resource, context));
        match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(list), _) => named(list),
            (None, Some(list)) => !named(list),
            (None, None) => true,
        }
    }
}

fn listed(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A list's strings, or the one that stands without a list.
fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str();
    one.into_iter().chain(listed(value).iter().filter_map(Value::as_str))
}

fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let one = Some(&document["Statement"]).filter(|statement| statement.is_object());
    one.into_iter().chain(listed(&document["Statement"]))
}

/// A document that is no policy denies everything.
fn is_broken(document: &Value) -> bool {
    statements(document).next().is_none()
}

fn has_variables(document: &Value) -> bool {
    document["Version"] == "2012-10-17"
}
