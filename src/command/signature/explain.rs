//! `countersign explain`: what a signature is made of, stage by stage, and where a client's
//! own stages first differ.

mod json;
mod text;

use std::io::Write;

use super::input;
use super::stages::{Difference, Stage};
use super::subject::Subject;
use super::verdict::{Verdict, is_made};
use super::visible::Veil;
use crate::command::{Ended, Failed};
use crate::config::signature::{Output, Theirs};
use crate::request::Request;
use crate::secret::Secret;
use crate::signing::Credentials;
use crate::sigv4::{Algorithm, PayloadLine, Presented, Reading, Refusal};

/// The id of a key that nobody has given.
const NOBODY: &str = "NOBODY";

/// All that is to be said of a request.
struct Explained<'e> {
    subject: &'e Subject<'e>,
    presented: &'e Presented<'e>,
    /// Of what would be signed, where nothing is.
    stages: [Stage; 2],
    /// Headers that are there and not signed.
    unsigned: Vec<String>,
    is_body_signed: bool,
    differences: Vec<Difference>,
    /// What else comes of what the client computed, and whether that is as it must be.
    findings: Vec<(bool, String)>,
    verdict: Option<Verdict>,
    veil: Veil,
}

pub(super) fn run(
    subject: &Subject<'_>,
    theirs: &Theirs,
    output: Output,
    out: &mut impl Write,
) -> Result<Ended, Failed> {
    let request = drafted(subject)?;
    let headers = request.raw_headers();
    // What is drafted is signed when it is looked at.
    let is_signed = subject.claimed.is_signed;
    let time = if is_signed { subject.own_time() } else { subject.time() };
    let read = Presented::read(request.head(&headers), &subject.rules, time);
    let presented = match read {
        Ok(presented) => presented,
        Err(refusal) => return refused(subject, &refusal, output, out),
    };
    let explained = Explained::new(subject, &presented, (theirs, &request))?;
    match output {
        Output::Text => text::print(&explained, out)?,
        Output::Json => writeln!(out, "{:#}", json::whole(&explained))?,
    }
    Ok(if explained.is_good() { Ended::Well } else { Ended::Badly })
}

/// The request; one that is not signed as it would be, but for the digits.
fn drafted(subject: &Subject<'_>) -> Result<Request, Failed> {
    if subject.claimed.is_signed {
        return Ok(subject.request().clone());
    }
    let credentials = Credentials {
        key_id: subject.key.id.clone().unwrap_or_else(|| NOBODY.to_owned()),
        secret: Secret::new(String::new()),
        token: subject.key.token.clone(),
    };
    let algorithm = Algorithm::HmacSha256;
    let signatory = subject.signatory(&credentials, (&subject.rules, algorithm));
    signatory.draft(subject.request()).map_err(Failed::unusable)
}

/// Of a request that nothing can be made of, it is told why.
fn refused(
    subject: &Subject<'_>,
    refusal: &Refusal,
    output: Output,
    out: &mut impl Write,
) -> Result<Ended, Failed> {
    match output {
        Output::Text => text::print_refused(subject, refusal, out)?,
        Output::Json => writeln!(out, "{:#}", json::refused(subject, refusal))?,
    }
    Ok(Ended::Badly)
}

impl<'e> Explained<'e> {
    fn new(
        subject: &'e Subject<'e>,
        presented: &'e Presented<'e>,
        (theirs, request): (&Theirs, &Request),
    ) -> Result<Self, Failed> {
        let theirs = Computed::read(theirs)?;
        let payload = presented.payload(&subject.rules, &request.body);
        let payload = payload.unwrap_or_else(|_| PayloadLine::of(&request.body));
        let canonical = canonical(subject, presented, (&payload, &theirs));
        let to_sign = presented.string_to_sign(&canonical);
        let stages = [Stage::canonical_request(&canonical), Stage::string_to_sign(&to_sign)];
        let secret = subject.key.secret.as_ref().filter(|_| subject.claimed.is_signed);
        Ok(Self {
            differences: theirs.differences(&stages),
            findings: theirs.findings(subject, presented, &to_sign),
            unsigned: unsigned(presented),
            is_body_signed: payload != PayloadLine::Unsigned,
            verdict: secret.map(|secret| Verdict::of(subject, secret)),
            veil: Veil::over(presented.token()),
            subject,
            presented,
            stages,
        })
    }

    fn is_good(&self) -> bool {
        self.differences.is_empty()
            && self.findings.iter().all(|(is_good, _)| *is_good)
            && self.verdict.as_ref().is_none_or(Verdict::is_good)
    }
}

/// The canonical request in the reading that the client has chosen, or was proven to have.
fn canonical(
    subject: &Subject<'_>,
    presented: &Presented<'_>,
    (payload, theirs): (&PayloadLine, &Computed),
) -> Vec<u8> {
    let rules = &subject.rules;
    let written = |reading: Reading| presented.canonical_request(rules, payload, reading).0;
    let is_theirs = |canonical: &Vec<u8>| {
        let signature = subject.claimed.signature.as_deref().zip(subject.key.secret.as_ref());
        let is_signed = signature.is_some_and(|(digits, secret)| {
            is_made(presented, secret, (&presented.string_to_sign(canonical), digits))
        });
        is_signed || theirs.canonical_request.as_ref() == Some(canonical)
    };
    let [first, ..] = Reading::ALL;
    let found = presented.readings(rules).map(written).find(is_theirs);
    found.unwrap_or_else(|| written(first))
}

/// The names of headers that are there and not signed, each once.
fn unsigned(presented: &Presented<'_>) -> Vec<String> {
    let signed = presented.signed_headers();
    let names = presented.head().headers().map(|(name, _)| name.to_ascii_lowercase());
    let is_unsigned = |name: &String| {
        let is_host = name == "host" && signed.has_host();
        !signed.has(name) && !is_host && name != "authorization"
    };
    let mut names: Vec<_> = names.filter(is_unsigned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the client has computed.
struct Computed {
    canonical_request: Option<Vec<u8>>,
    string_to_sign: Option<Vec<u8>>,
    signature: Option<String>,
}

impl Computed {
    fn read(theirs: &Theirs) -> Result<Self, Failed> {
        let read =
            |path: Option<&std::path::PathBuf>| path.map(|path| input::read_text(path)).transpose();
        Ok(Self {
            canonical_request: read(theirs.canonical_request.as_ref())?,
            string_to_sign: read(theirs.string_to_sign.as_ref())?,
            signature: theirs.signature.clone(),
        })
    }

    fn differences(&self, [canonical, to_sign]: &[Stage; 2]) -> Vec<Difference> {
        let pairs =
            [(canonical, &self.canonical_request), (to_sign, &self.string_to_sign)].into_iter();
        pairs.filter_map(|(ours, theirs)| Difference::first(ours, theirs.as_ref()?)).collect()
    }

    /// What their signature proves, as far as there is something to hold it against.
    fn findings(
        &self,
        subject: &Subject<'_>,
        presented: &Presented<'_>,
        to_sign: &[u8],
    ) -> Vec<(bool, String)> {
        let mut findings = Vec::new();
        let sent = subject.claimed.signature.as_deref();
        if let Some((theirs, sent)) = self.signature.as_deref().zip(sent) {
            findings.push(sent_finding(theirs, sent));
        }
        let Some(secret) = subject.key.secret.as_ref() else { return findings };
        if let Some(theirs) = &self.signature {
            let is_made = is_made(presented, secret, (to_sign, theirs));
            findings.push((is_made, computed_finding(is_made).to_owned()));
        }
        let digits = self.signature.as_deref().or(sent);
        if let Some((text, digits)) = self.string_to_sign.as_deref().zip(digits)
            && text != to_sign
        {
            let is_made = is_made(presented, secret, (text, digits));
            findings.push((is_made, own_finding(is_made).to_owned()));
        }
        findings
    }
}

fn sent_finding(theirs: &str, sent: &str) -> (bool, String) {
    let is_sent = theirs == sent;
    let told = if is_sent {
        "the signature that was computed is the one that was sent"
    } else {
        "the signature that was computed is another than the one that was sent: look at what is \
         done to it in between"
    };
    (is_sent, told.to_owned())
}

fn computed_finding(is_made: bool) -> &'static str {
    if is_made {
        "the signature that was computed is the one that this secret makes of the string to sign"
    } else {
        "the signature that was computed is none that this secret makes of the string to sign"
    }
}

fn own_finding(is_made: bool) -> &'static str {
    if is_made {
        "their signature is the one that this secret makes of their own string to sign: the key is \
         right, and only the strings differ"
    } else {
        "their signature is not even the one that this secret makes of their own string to sign: \
         the secret is another, or the key is made for another day, region or service"
    }
}
