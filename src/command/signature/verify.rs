//! `countersign verify`: whether a signature is good, without a server.

use std::io::Write;

use serde_json::{Value, json};

use super::diagnosis;
use super::subject::Subject;
use super::verdict::Verdict;
use super::visible::Veil;
use crate::clock::Time;
use crate::command::{Ended, Failed};
use crate::config::signature::Output;
use crate::doctor::Diagnosis;
use crate::sigv4::{Refusal, Signer};

const ANOTHER_KEY: &str = "the request names another key than the one whose secret is at hand: give \
    --key-id, or that key's secret";

pub(super) fn run(
    subject: &Subject<'_>,
    output: Output,
    out: &mut impl Write,
) -> Result<Ended, Failed> {
    let verdict = Verdict::of(subject, subject.secret()?);
    match output {
        Output::Text => {
            print(subject, &verdict, out)?;
            writeln!(out, "{}", looked_at(subject))?;
            if matches!(verdict.signer, Err(Refusal::Mismatch(_))) {
                writeln!(out, "countersign explain shows what is signed, line by line")?;
            }
        }
        Output::Json => {
            let mut told = as_json(&verdict, &Veil::over(subject.token().as_deref()));
            if let Some(told) = told.as_object_mut() {
                told.insert("looked_at".to_owned(), looked_at_json(subject));
            }
            writeln!(out, "{told:#}")?;
        }
    }
    Ok(if verdict.is_good() { Ended::Well } else { Ended::Badly })
}

/// Prints what came of it, for people.
pub(super) fn print(
    subject: &Subject<'_>,
    verdict: &Verdict,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let veil = Veil::over(subject.token().as_deref());
    match &verdict.signer {
        Ok(signer) => print_signer(signer, verdict, out),
        Err(refusal) => {
            let diagnosis = verdict.diagnosis.as_ref();
            print_refusal(subject, (refusal, diagnosis), &veil, out)
        }
    }
}

fn print_signer(signer: &Signer, verdict: &Verdict, out: &mut impl Write) -> Result<(), Failed> {
    let (key_id, service, region) = (signer.key_id(), signer.service(), signer.region());
    writeln!(out, "valid: signed by {key_id} for {service} in {region} at {}", signer.time())?;
    if !signer.is_body_signed() {
        writeln!(out, "the body is not signed: nothing in it is proven")?;
    }
    if verdict.is_token_taken {
        writeln!(
            out,
            "the session token is taken as it is: only who gave it knows whether it is the key's own"
        )?;
    }
    Ok(())
}

/// Prints a refusal in AWS's words, and what the doctor has to say to it.
pub(super) fn print_refusal(
    subject: &Subject<'_>,
    (refusal, diagnosis): (&Refusal, Option<&Diagnosis>),
    veil: &Veil,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let status = refusal.status().as_u16();
    match refusal.error() {
        Some(error) => {
            writeln!(out, "not valid: {} ({status})", error.code().as_str())?;
            writeln!(out, "AWS says: {}", error.message().trim_end())?;
        }
        None => writeln!(out, "not valid: status {status}, without an error document")?,
    }
    match (refusal, diagnosis) {
        // To the doctor it is a key that a whole server does not know.
        (Refusal::UnknownKey, _) => writeln!(out, "because: {ANOTHER_KEY}")?,
        (_, Some(diagnosis)) => diagnosis::print(diagnosis, veil, out)?,
        (_, None) => {}
    }
    if *refusal == Refusal::Unsigned && subject.pasted.signing.is_some() {
        writeln!(out, "curl signs it itself when it runs: paste what curl --trace-ascii shows")?;
    }
    Ok(())
}

/// What came of it, for machines.
pub(super) fn as_json(verdict: &Verdict, veil: &Veil) -> Value {
    match &verdict.signer {
        Ok(signer) => json!({
            "valid": true,
            "key_id": signer.key_id(),
            "service": signer.service(),
            "region": signer.region(),
            "time": signer.time().to_string(),
            "body_signed": signer.is_body_signed(),
            "token_checked": !verdict.is_token_taken,
        }),
        Err(refusal) => json!({
            "valid": false,
            "refusal": refusal_json(refusal),
            "diagnosis": verdict.diagnosis.as_ref().map(|found| diagnosis::as_json(found, veil)),
        }),
    }
}

pub(super) fn refusal_json(refusal: &Refusal) -> Value {
    let error = refusal.error();
    json!({
        "status": refusal.status().as_u16(),
        "code": error.as_ref().map(|error| error.code().as_str()),
        "message": error.as_ref().map(crate::error::Error::message),
        "reason": refusal.reason(),
    })
}

/// When it was looked at, and how far that is from now.
pub(super) fn looked_at(subject: &Subject<'_>) -> String {
    if !subject.is_own_time() {
        return format!("looked at as of {}", subject.time());
    }
    if subject.claimed.stamp.is_none() {
        return "the request tells no time: it is looked at as of now".to_owned();
    }
    format!(
        "looked at as of its own time, {}; --time now looks at it as a server does now",
        distance(subject.own_time(), subject.now)
    )
}

fn looked_at_json(subject: &Subject<'_>) -> Value {
    json!({
        "time": subject.time().to_string(),
        "is_own_time": subject.is_own_time() && subject.claimed.stamp.is_some(),
        "seconds_before_now": subject.now.since(subject.time()),
    })
}

/// How far apart two moments are, in the largest unit that fits.
pub(super) fn distance(time: Time, now: Time) -> String {
    const UNITS: &[(u64, &str)] =
        &[(31_556_952, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let away = now.since(time);
    let seconds = away.unsigned_abs();
    let fits = UNITS.iter().find(|(unit, _)| seconds >= *unit);
    let Some((unit, name)) = fits else { return "which is now".to_owned() };
    let count = seconds.checked_div(*unit).unwrap_or_default();
    let plural = if count == 1 { "" } else { "s" };
    let side = if away > 0 { "before" } else { "after" };
    format!("{count} {name}{plural} {side} now")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_told_in_the_largest_unit_that_fits() {
        let told = |seconds| distance(Time::from_unix(0), Time::from_unix(seconds));
        assert_eq!(told(0), "which is now");
        assert_eq!(told(1), "1 second before now");
        assert_eq!(told(-7200), "2 hours after now");
        assert_eq!(told(86_400 * 800), "2 years before now");
        assert!(
            distance(Time::from_unix(i64::MIN), Time::from_unix(i64::MAX)).ends_with("before now")
        );
    }
}
