//! Which mistakes are made together, and how many ways of each are tried so.

use std::collections::HashMap;

use crate::doctor::trial::Hypothesis;
use crate::doctor::{Cause, assembly, body, headers, key, scope, target};
use headers::host;
use target::query;

/// What is made together with others in real life, and how many ways of it. A secret that is
/// mangled, and what proxies change, comes with anything; who puts strings together wrongly has
/// seldom a second trouble.
const USUAL: &[(&Cause, usize)] = &[
    (key::SECRET_OF_ANOTHER_KEY, 4),
    (key::SECRET_ENDS_IN_NEWLINE, 2),
    (key::SECRET_HAS_WHITE_SPACE, 2),
    (key::SECRET_IN_QUOTES, 2),
    (key::SECRET_URL_ENCODED, 1),
    (key::SECRET_IN_BASE64, 2),
    (key::SECRET_CUT, 2),
    (key::SECRET_MISSING, 1),
    (key::KEY_WITHOUT_PREFIX, 1),
    (host::HOST_WITHOUT_PORT, 1),
    (host::HOST_WITH_PORT, 2),
    (host::HOST_FORWARDED, 3),
    (host::HOST_OF_AWS, 2),
    (host::HOST_LOCAL, 3),
    (headers::ACCEPT_ENCODING_CHANGED, 6),
    (headers::CONTENT_TYPE_CHANGED, 5),
    (headers::CONTENT_LENGTH_CHANGED, 2),
    (headers::CONNECTION_CHANGED, 2),
    (headers::USER_AGENT_CHANGED, 2),
    (headers::HEADER_EMPTY, 2),
    (body::BODY_NOT_HASHED, 1),
    (body::BODY_UNSIGNED, 1),
    (body::BODY_LINE_END, 3),
    (body::BODY_LINE_ENDS, 2),
    (body::BODY_JSON, 3),
    (body::BODY_FORM, 3),
    (body::BODY_COMPRESSED, 1),
    (target::METHOD_OTHER, 2),
    (target::PATH_ENCODED_ONCE, 1),
    (target::PATH_ENCODED_TWICE, 1),
    (target::PATH_NOT_NORMALIZED, 1),
    (target::PATH_SLASH_AT_END, 2),
    (target::PATH_PREFIX, 3),
    (target::PATH_UNESCAPED, 4),
    (query::QUERY_UNSORTED, 1),
    (query::QUERY_WITHOUT_TOKEN, 1),
    (query::QUERY_ADDED_LATER, 2),
    (query::QUERY_PLUS, 1),
    (query::QUERY_AS_SENT, 1),
    (scope::KEY_OF_ANOTHER_REGION, 3),
    (scope::STRING_ENDS_IN_NEWLINE, 1),
    (assembly::CANONICAL_ENDS_IN_NEWLINE, 1),
];

/// How many ways of a cause are tried by who has the time.
const DEEP: usize = 12;

/// How many ways of `cause` are tried together with others.
pub(super) fn usual(cause: &Cause) -> usize {
    USUAL.iter().find(|(other, _)| other.id == cause.id).map_or(0, |(_, many)| *many)
}

/// The same where there is time.
pub(super) fn deep(_: &Cause) -> usize {
    DEEP
}

/// So many of each cause, the first of each before the second of any.
pub(super) fn chosen<const N: usize>(
    kinds: [Vec<Hypothesis>; N],
    many: fn(&Cause) -> usize,
) -> Vec<Hypothesis> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<_> = kinds
        .into_iter()
        .flatten()
        .map(|hypothesis| {
            let count = counts.entry(hypothesis.cause.id).or_default();
            *count = count.saturating_add(1);
            (*count, hypothesis)
        })
        .filter(|(rank, hypothesis)| *rank <= many(hypothesis.cause))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, hypothesis)| hypothesis).collect()
}
