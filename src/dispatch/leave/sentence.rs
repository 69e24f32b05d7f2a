//! The sentence of a refusal, as AWS says it (IAM User Guide, "Troubleshoot access
//! denied error messages").

use crate::action::{Case, Leave};
use crate::error::{Code, Error};
use crate::policy::{Denial, Layer};
use crate::store::owner::Actor;

/// What is answered to who may not. IAM tells why, STS does not.
pub(super) fn denied(case: &Case<'_>, leave: &Leave, denial: &Denial) -> Error {
    let action = leave.name(case.action);
    let resource = leave.told.as_deref().unwrap_or_else(|| leave.resource.as_str());
    let reason = if case.action.service.tells_why { why(&action, denial) } else { String::new() };
    if *case.caller.actor() == Actor::Stranger {
        return Error::new(Code::AccessDenied, format!("Not authorized to perform {action}"));
    }
    unauthorized(case, &action, &format!("{resource}{reason}"))
}

/// What is answered where the caller's kind of credentials is not for the action at all.
pub(super) fn never(case: &Case<'_>) -> Error {
    let leave = case.needs.leaves().ok().and_then(|leaves| leaves.first());
    let resource = leave.map_or("*", |leave| leave.resource.as_str());
    unauthorized(case, &case.action.to_string(), resource)
}

fn unauthorized(case: &Case<'_>, action: &str, on: &str) -> Error {
    let arn = case.caller.arn();
    let message = format!("User: {arn} is not authorized to perform: {action} on resource: {on}");
    Error::new(Code::AccessDenied, message)
}

fn why(action: &str, denial: &Denial) -> String {
    let (article, kind) = name(denial.layer);
    match (denial.is_explicit, &denial.policy) {
        (false, _) => format!(" because no {kind} allows the {action} action"),
        (true, None) => format!(" with an explicit deny in {article} {kind}"),
        (true, Some(policy)) => format!(" with an explicit deny in {article} {kind}: {policy}"),
    }
}

/// A kind of policy, with its article.
pub(super) fn name(layer: Layer) -> (&'static str, &'static str) {
    match layer {
        Layer::ServiceControl => ("a", "service control policy"),
        Layer::ResourceControl => ("a", "resource control policy"),
        Layer::Boundary => ("a", "permissions boundary"),
        Layer::Session => ("a", "session policy"),
        Layer::Resource => ("a", "resource-based policy"),
        Layer::Identity => ("an", "identity-based policy"),
    }
}
