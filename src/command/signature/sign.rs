//! `countersign sign` and `countersign presign`.

use std::io::Write;

use super::curl;
use super::subject::Subject;
use crate::command::{Ended, Failed};
use crate::config::signature::SignedOutput;
use crate::doctor::recognize;
use crate::request::Request;
use crate::signing::{Claimed, Unable};
use crate::sigv4::Algorithm;

/// The headers that a signature brings along.
const OF_SIGNATURE: &[&str] = &[
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-region-set",
    "x-amz-security-token",
    "authorization",
];

pub(super) fn sign(
    subject: &Subject<'_>,
    algorithm: Algorithm,
    output: SignedOutput,
    out: &mut impl Write,
) -> Result<Ended, Failed> {
    let credentials = subject.credentials()?;
    let rules = subject.rules_for(algorithm);
    let signatory = subject.signatory(&credentials, (&rules, algorithm));
    let signed = signatory.sign(subject.request()).map_err(|why| unable(subject, &why))?;
    match output {
        SignedOutput::Http => out.write_all(&signed.to_text())?,
        SignedOutput::Curl => {
            out.write_all(&curl::written(&signed, subject.pasted.is_secure())?)?;
        }
        SignedOutput::Headers => out.write_all(&headers(&signed))?,
    }
    Ok(Ended::Well)
}

pub(super) fn presign(
    subject: &Subject<'_>,
    (algorithm, seconds): (Algorithm, u32),
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<Ended, Failed> {
    let credentials = subject.credentials()?;
    let rules = subject.rules_for(algorithm);
    let signatory = subject.signatory(&credentials, (&rules, algorithm));
    let signed =
        signatory.presign(subject.request(), seconds).map_err(|why| unable(subject, &why))?;
    out.write_all(&[&url(subject, &signed), &b"\n"[..]].concat())?;
    tell_the_rest(&signed, notes)?;
    Ok(Ended::Well)
}

/// Why not, with what the doctor has to say to what no signature makes good.
fn unable(subject: &Subject<'_>, why: &Unable) -> Failed {
    let Unable::Refused(refusal) = why else { return Failed::unusable(why) };
    let headers = subject.request().raw_headers();
    let found = recognize(refusal, &subject.request().head(&headers));
    Failed::new(format_args!("{why}: {} {}", found.sentence, found.fix))
}

fn headers(signed: &Request) -> Vec<u8> {
    let of_signature = signed
        .headers
        .iter()
        .filter(|(name, _)| OF_SIGNATURE.iter().any(|other| name.eq_ignore_ascii_case(other)));
    of_signature
        .flat_map(|(name, value)| [name.as_bytes(), b": ", value.trim_ascii(), b"\n"].concat())
        .collect()
}

fn url(subject: &Subject<'_>, signed: &Request) -> Vec<u8> {
    let scheme: &[u8] = if subject.pasted.is_secure() { b"https://" } else { b"http://" };
    let host = signed.header("host").unwrap_or_default().trim_ascii();
    [scheme, host, &signed.target].concat()
}

/// What a URL does not say, and whoever uses it has to do as it was signed.
fn tell_the_rest(signed: &Request, notes: &mut impl Write) -> Result<(), Failed> {
    if signed.method != "GET" {
        writeln!(notes, "use it with {}", signed.method)?;
    }
    let query = String::from_utf8_lossy(&signed.target);
    let (_, list) = query.split_once("X-Amz-SignedHeaders=").unwrap_or_default();
    let list = list.split('&').next().unwrap_or_default();
    for name in list.split("%3B").filter(|name| *name != "host") {
        let value = signed.header(name).unwrap_or_default().trim_ascii();
        writeln!(notes, "send with it: {name}: {}", String::from_utf8_lossy(value))?;
    }
    let service = Claimed::of(signed).service.unwrap_or_default();
    if !signed.body.is_empty() && !service.starts_with("s3") {
        writeln!(notes, "send with it the body that was signed")?;
    }
    Ok(())
}
