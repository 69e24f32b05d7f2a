//! An explanation for people.

use std::io::Write;

use super::super::compare;
use super::super::stages::Stage;
use super::super::subject::Subject;
use super::super::verify;
use super::super::visible::{Shown, Veil};
use super::Explained;
use crate::command::Failed;
use crate::doctor::recognize;
use crate::sigv4::{Form, Refusal};

/// How wide what stands before a value is.
const WIDTH: usize = 14;

pub(super) fn print(explained: &Explained<'_>, out: &mut impl Write) -> Result<(), Failed> {
    for (name, value) in facts(explained) {
        writeln!(out, "{name:<WIDTH$}  {value}")?;
    }
    for (nth, stage) in explained.stages.iter().enumerate() {
        print_stage(explained, (nth.saturating_add(1), stage), out)?;
    }
    writeln!(out, "\n3. signature")?;
    print_signature(explained, out)?;
    for difference in &explained.differences {
        compare::print(difference, &explained.veil, out)?;
    }
    for (is_good, finding) in &explained.findings {
        writeln!(out, "\n{}: {finding}", if *is_good { "good" } else { "not good" })?;
    }
    Ok(())
}

/// What is known of the request before anything is computed.
fn facts(explained: &Explained<'_>) -> Vec<(&'static str, String)> {
    let Explained { presented, subject, .. } = explained;
    let is_signed = subject.claimed.is_signed;
    let form = match presented.form() {
        _ if !is_signed => "not signed: this is what would be",
        Form::Header => "signed in its Authorization header",
        Form::Presigned => "signed in its query",
    };
    let key_id = if is_signed { presented.key_id() } else { "(none)" };
    let time = presented.stamp();
    let not_signed = [
        explained.unsigned.clone(),
        (!explained.is_body_signed).then(|| "the body".to_owned()).into_iter().collect(),
    ];
    let not_signed = not_signed.concat().join(", ");
    let plain = |text: &str| Shown::of(text.as_bytes(), &Veil::default()).text;
    vec![
        ("request", form.to_owned()),
        ("algorithm", presented.algorithm().as_str().to_owned()),
        ("key id", plain(key_id)),
        ("scope", plain(presented.credential().scope())),
        ("time", format!("{}, {}", time.as_str(), verify::distance(time.time(), subject.now))),
        ("signed headers", plain(presented.signed_headers().as_str())),
        (
            "not signed",
            if not_signed.is_empty() { "nothing".to_owned() } else { plain(&not_signed) },
        ),
    ]
}

fn print_stage(
    explained: &Explained<'_>,
    (number, stage): (usize, &Stage),
    out: &mut impl Write,
) -> Result<(), Failed> {
    writeln!(out, "\n{number}. {}", stage.title)?;
    for (nth, line) in stage.lines.iter().enumerate() {
        let is_marked =
            explained.differences.iter().any(|d| d.stage == stage.title && d.line == nth);
        let mark = if is_marked { '>' } else { ' ' };
        let text = Shown::of(&line.text, &explained.veil).text;
        writeln!(out, "{}", format!("{mark} {:<WIDTH$}  {text}", line.label).trim_end())?;
    }
    Ok(())
}

fn print_signature(explained: &Explained<'_>, out: &mut impl Write) -> Result<(), Failed> {
    let subject = explained.subject;
    match &explained.verdict {
        Some(verdict) => {
            verify::print(subject, verdict, out)?;
            Ok(writeln!(out, "{}", verify::looked_at(subject))?)
        }
        None if subject.claimed.is_signed => {
            let from = &subject.key.secret_from;
            Ok(writeln!(out, "not checked: that takes the secret, in {from}")?)
        }
        None => Ok(writeln!(out, "there is none: countersign sign makes one")?),
    }
}

/// Why there are no stages.
pub(super) fn print_refused(
    subject: &Subject<'_>,
    refusal: &Refusal,
    out: &mut impl Write,
) -> Result<(), Failed> {
    writeln!(out, "a server refuses this request before it looks at what is signed\n")?;
    let headers = subject.request().raw_headers();
    let found = recognize(refusal, &subject.request().head(&headers));
    let veil = Veil::over(subject.token().as_deref());
    verify::print_refusal(subject, (refusal, Some(&found)), &veil, out)
}
