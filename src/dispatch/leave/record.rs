//! What an operator is told of a refusal, beyond what the caller is: which statements
//! applied, and which keys the request did not have.

use std::collections::BTreeSet;

use crate::action::{Case, Leave};
use crate::policy::{Bearing, Denial, Explained, Facts, Match, Source};

/// The part of the log that tells of refusals.
pub(super) const TARGET: &str = "countersign::decision";

/// Whether anyone wants to know.
pub(super) fn is_wanted() -> bool {
    tracing::enabled!(target: TARGET, tracing::Level::DEBUG)
}

/// Writes a line about a refusal.
pub(super) fn write(
    (case, leave): (&Case<'_>, &Leave),
    denial: &Denial,
    explained: &Explained<'_>,
    missing: &[&str],
) {
    let statements: Vec<_> = explained.matches.iter().map(statement).collect();
    tracing::debug!(
        target: TARGET,
        request_id = case.request_id,
        caller = case.caller.arn().as_str(),
        action = &*leave.name(case.action),
        resource = leave.resource.as_str(),
        explicit = denial.is_explicit,
        by = ?denial.layer,
        policy = denial.policy.as_deref(),
        statements = statements.join(", "),
        missing_keys = missing.join(", "),
        "refused"
    );
}

/// A statement by its effect, its policy and its place: `Deny in guard at 3:17`.
fn statement(one: &Match<'_>) -> String {
    let place = one.place.map_or_else(
        || "which cannot be read".to_owned(),
        |(start, _)| format!("at {}:{}", start.line, start.column),
    );
    format!("{:?} in {} {place}", one.effect, one.source.name)
}

/// The keys that the policies look at and the request does not have.
pub(super) fn missing<'p>(bearing: &Bearing<'p>, facts: &dyn Facts) -> Vec<&'p str> {
    let is_missing = |key: &&str| facts.get(&key.to_lowercase()).is_none();
    keys(bearing).into_iter().filter(is_missing).collect()
}

/// The keys that the policies look at.
pub(super) fn keys<'p>(bearing: &Bearing<'p>) -> BTreeSet<&'p str> {
    let limits = [bearing.boundary, bearing.session, bearing.resource];
    let sources = bearing.identity.iter().chain(limits.into_iter().flatten().flatten());
    sources.flat_map(|source: &Source| source.policy.keys()).collect()
}
