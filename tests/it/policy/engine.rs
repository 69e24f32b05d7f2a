//! Puts a case to the engine.

use std::collections::HashMap;

use countersign::policy::{
    Bearing, Decision, Fact, Facts, Kind, Layer, Policy, Principal, Question, Source, decide,
};
use serde_json::Value;

use super::naive::Verdict;

/// Decides a case in the format of `vectors/policy`.
pub(crate) fn decided(case: &Value) -> Verdict {
    let (policies, request) = (&case["policies"], &case["request"]);
    let known = Known::of(&request["context"]);
    let text = |name: &str| request[name].as_str().unwrap();
    let question = Question {
        action: text("action"),
        resource: text("resource"),
        owner: text("resource_account"),
        principal: principal(&case["caller"]),
        facts: &known,
    };
    let sources =
        ["identity", "boundary", "session", "resource"].map(|kind| sources(&policies[kind]));
    let [identity, boundary, session, resource] = &sources;
    let bearing = Bearing {
        identity: identity.as_deref().unwrap_or_default(),
        boundary: boundary.as_deref(),
        session: session.as_deref(),
        resource: resource.as_deref(),
        must_resource_allow: policies["must_resource_allow"] == true,
        service_control: &levels(&policies["scp"]),
        resource_control: &levels(&policies["rcp"]),
    };
    match decide(&question, &bearing) {
        Decision::Allowed => Verdict::allowed(),
        Decision::Denied(denial) if denial.is_explicit => Verdict::explicit(name(denial.layer)),
        Decision::Denied(denial) => Verdict::implicit(name(denial.layer)),
    }
}

fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::ServiceControl => "scp",
        Layer::ResourceControl => "rcp",
        Layer::Boundary => "boundary",
        Layer::Session => "session",
        Layer::Resource => "resource",
        Layer::Identity => "identity",
    }
}

fn principal(caller: &Value) -> Principal<'_> {
    let text = |name: &str| caller[name].as_str().unwrap_or_default();
    let kind = match text("type") {
        "Account" => Kind::Root,
        "User" => Kind::User,
        "AssumedRole" => Kind::Role(text("role")),
        "FederatedUser" => Kind::Federated(text("user")),
        "Service" => Kind::Service(text("service")),
        "Anonymous" => return Principal::ANONYMOUS,
        other => panic!("no caller is a {other}"),
    };
    Principal { kind, account: text("account"), arn: text("arn"), id: text("id") }
}

/// A list of documents, or the one that stands without a list.
fn sources(given: &Value) -> Option<Vec<Source>> {
    match given {
        Value::Null => None,
        Value::Array(documents) => Some(documents.iter().map(source).collect()),
        document => Some(vec![source(document)]),
    }
}

fn source(document: &Value) -> Source {
    Source { name: "P".into(), arn: None, policy: Policy::kept(&document.to_string()) }
}

fn levels(given: &Value) -> Vec<Vec<Source>> {
    given.as_array().into_iter().flatten().map(|level| sources(level).unwrap()).collect()
}

/// A case's context, by keys in lower case.
pub(crate) struct Known(HashMap<String, Value>);

impl Known {
    pub(crate) fn of(context: &Value) -> Self {
        let keys = context.as_object().into_iter().flatten();
        Self(keys.map(|(key, value)| (key.to_lowercase(), value.clone())).collect())
    }
}

impl Facts for Known {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        match self.0.get(key)? {
            Value::Array(list) => {
                Some(Fact::Many(list.iter().map(|value| value.as_str().unwrap().into()).collect()))
            }
            value => Some(Fact::one(value.as_str().unwrap())),
        }
    }
}
