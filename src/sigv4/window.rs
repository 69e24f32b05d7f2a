//! The time in which a request is good: not too old, and not from the future.

use super::claims::{Claims, Form};
use super::refusal::{Refusal, Skew};
use super::rules::Rules;
use super::stamp::Stamp;
use crate::clock::Time;

/// The longest lifetime of a presigned request: a week.
const LONGEST: i64 = 604_800;

/// Refuses a request that was made too long before `now`, or too long after it.
///
/// Outside of S3 a presigned request lives as long as any other, whatever it
/// says: STS tokens that say 60 seconds are used for 14 minutes.
pub(super) fn check(
    stamp: Stamp,
    claims: &Claims<'_>,
    rules: &Rules,
    now: Time,
) -> Result<(), Refusal> {
    let age = now.since(stamp.time());
    let window = rules.window_seconds();
    if rules.is_s3() && claims.form == Form::Presigned {
        let lifetime = lifetime(claims.expires.as_deref())?;
        return match age {
            _ if age > lifetime => Err(Refusal::PresignedExpired),
            _ if age < window.saturating_neg() => Err(Refusal::PresignedTooEarly),
            _ => Ok(()),
        };
    }
    let skew = Skew { at: stamp.time(), now, minutes: rules.window };
    match age {
        _ if age > window => Err(Refusal::Expired(skew)),
        _ if age < window.saturating_neg() => Err(Refusal::NotYetCurrent(skew)),
        _ => Ok(()),
    }
}

fn lifetime(expires: Option<&str>) -> Result<i64, Refusal> {
    let is_number = |text: &&str| text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = expires.filter(is_number).and_then(|text| text.parse().ok());
    seconds.filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or(Refusal::BadExpires)
}
