//! The headers that have to be signed, so that nobody can add or change them.

use super::claims::{Claims, Form};
use super::head::Head;
use super::header::{self, SignedHeaders};
use super::noted::is_amz;
use super::query::{self, Query};
use super::refusal::{Echo, Refusal};
use super::region_set;
use super::rules::{Payload, Rules};

/// Refuses a request that leaves unsigned what decides about it.
pub(super) fn check(
    head: &Head<'_>,
    signed: &SignedHeaders<'_>,
    rules: &Rules,
) -> Result<(), Refusal> {
    if !head.has_one_host() {
        return Err(Refusal::Twice("Host"));
    }
    if !signed.has_host() {
        return Err(Refusal::HostNotSigned);
    }
    if !has_amz(head) {
        return Ok(());
    }
    let mut names = head.headers().map(|(name, _)| name);
    match names.find(|name| is_amz(name) && !is_exempt(name, rules) && !signed.has(name)) {
        Some(_) if rules.is_s3() => Err(Refusal::PresentNotSigned),
        Some(name) => Err(Refusal::NotSigned(Echo::of(header::titled(name)))),
        None => Ok(()),
    }
}

/// Refuses a set of regions that is not signed, which no exemption changes, or that
/// stands beside another. In a query everything is signed.
pub(super) fn check_region_set(
    head: &Head<'_>,
    signed: &SignedHeaders<'_>,
    claims: &Claims<'_>,
) -> Result<(), Refusal> {
    match claims.form {
        _ if claims.region_set.is_none() => Ok(()),
        Form::Header if !signed.has(region_set::TITLED) => {
            Err(Refusal::NotSigned(Echo::of(region_set::TITLED)))
        }
        Form::Presigned if region_set::header(head)?.is_some() => {
            Err(Refusal::Twice(region_set::TITLED))
        }
        Form::Header | Form::Presigned => Ok(()),
    }
}

/// Refuses what only S3 asks for: a declared payload, and parameters that agree
/// with the headers whose place they take.
pub(super) fn check_s3(
    head: &Head<'_>,
    query: &Query<'_>,
    claims: &Claims<'_>,
    rules: &Rules,
) -> Result<(), Refusal> {
    let declares = matches!(rules.payload, Payload::Declared | Payload::DeclaredHash);
    if !rules.is_s3() {
        return Ok(());
    }
    if claims.form == Form::Header {
        let is_declared = !declares || head.noted.content_sha256.first().is_some();
        return if is_declared { Ok(()) } else { Err(Refusal::Undeclared) };
    }
    for (name, value) in query.pairs() {
        let name = String::from_utf8_lossy(name);
        let is_other = |header: &[u8]| header.trim_ascii() != query::plain(value).as_ref();
        if is_amz(&name) && head.values(&name).any(is_other) {
            return Err(Refusal::ParameterDiffers(Echo::of(name.as_bytes())));
        }
    }
    Ok(())
}

/// Whether it is worth looking: most requests have a date of AWS's, and no more.
fn has_amz(head: &Head<'_>) -> bool {
    let noted = &head.noted;
    noted.has_other_amz || noted.token.first().is_some() || noted.content_sha256.first().is_some()
}

/// The time is in the string to sign, a late token is compared with the key's own,
/// and S3 reads its payload's hash from the canonical request.
fn is_exempt(name: &str, rules: &Rules) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    is("x-amz-date")
        || is("x-amz-security-token") && rules.takes_late_token
        || is("x-amz-content-sha256") && rules.is_s3()
        || rules.unsigned.iter().any(|other| is(other))
}
