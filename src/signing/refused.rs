//! Refusals, told to whoever sent the request: what is wrong with it, and what to do.

use crate::sigv4::{Cause, Lacking, Misscoped, Refusal, Skew};

/// What is wrong, and what to do about it, in one sentence.
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn why(refusal: &Refusal) -> String {
    let fixed = match refusal {
        Refusal::TooMuch(_) => "there is more in the request than is ever let in: make it smaller",
        Refusal::BadPath => {
            "the path does not begin with a slash, leads above the root, or holds a % without two \
             hexadecimal digits behind it: correct the path"
        }
        Refusal::NoCall => {
            "the service takes POST, or GET with an Action in the query: send one of these, or \
             choose other rules if the service is another"
        }
        Refusal::ContentType => {
            "the service takes forms: send Content-Type: application/x-www-form-urlencoded"
        }
        Refusal::BadQuery(_) => {
            "the query holds a % without two hexadecimal digits behind it: write it as %25"
        }
        Refusal::BothForms => {
            "there is an Authorization header and a signature in the query: send one of them"
        }
        Refusal::Unsigned => "nothing signs the request: sign it",
        Refusal::QueryAlgorithm => {
            "X-Amz-Algorithm names an algorithm that the service does not take: sign with \
             AWS4-HMAC-SHA256"
        }
        Refusal::Algorithm(name) => {
            return format!(
                "the service does not take what {name} signs: sign with AWS4-HMAC-SHA256"
            );
        }
        Refusal::NoPair { .. } => {
            "a word of the Authorization header is no name=value: look for a space in the key id \
             or in a value, and for text that was pasted with it"
        }
        Refusal::Twice(name) => return format!("{name} stands there twice: send it once"),
        Refusal::HeaderLacks(_, lacking) => {
            return format!(
                "the Authorization header, or one beside it, lacks {}",
                parts(*lacking)
            );
        }
        Refusal::QueryLacks(lacking) => return format!("the query lacks {}", parts(*lacking)),
        Refusal::HostNotSigned => "the host is not signed: list host in SignedHeaders, and sign it",
        Refusal::NotSigned(name) => {
            return format!("{name} is sent and not signed: sign it, or send it not");
        }
        Refusal::PresentNotSigned => {
            "an x-amz- header is sent and not signed: sign it, or send it not"
        }
        Refusal::Undeclared => {
            "S3 wants the hash of the body declared: send X-Amz-Content-Sha256, and sign it"
        }
        Refusal::ParameterDiffers(name) => {
            return format!(
                "{name} stands in the query and in a header, and they differ: send it once"
            );
        }
        Refusal::BadDate(_) => {
            "the date cannot be read: write it in UTC as 20150830T123600Z, in X-Amz-Date"
        }
        Refusal::BadExpires => {
            "X-Amz-Expires must be a number of seconds from 1 to 604800: send it so"
        }
        Refusal::Expired(skew) => return expired(*skew),
        Refusal::NotYetCurrent(skew) => return early(*skew),
        Refusal::PresignedExpired => "the URL has outlived its X-Amz-Expires: make a new one",
        Refusal::PresignedTooEarly => {
            "the URL is from the future: set the clock of the machine that made it"
        }
        Refusal::BadCredential(algorithm, _) if algorithm.scopes_region() => {
            "Credential is not KEYID/yyyymmdd/region/service/aws4_request: write it so"
        }
        Refusal::BadCredential(..) => {
            "Credential is not KEYID/yyyymmdd/service/aws4_request: write it so"
        }
        Refusal::OutOfScope(wrong) => return out_of_scope(wrong),
        Refusal::WrongToken => {
            "the session token is not the key's own: take key, secret and token of one session, and \
             with a key that lasts no token at all"
        }
        Refusal::SessionExpired => "the session is over: get new credentials",
        Refusal::TokenMissing => {
            "the key is a temporary one and comes without its session token: send \
             X-Amz-Security-Token"
        }
        Refusal::UnknownKey => {
            "another key is named than the one whose secret is at hand: give the key's own secret"
        }
        Refusal::InactiveKey => "the key is switched off: switch it on, or take another",
        Refusal::Mismatch(cause) => mismatch(*cause),
    };
    fixed.to_owned()
}

fn mismatch(cause: Cause) -> &'static str {
    match cause {
        Cause::Signature => {
            "the signature is another than the one that this key makes of this request: compare \
             what was signed with what is seen here, line by line"
        }
        Cause::NoSignature => {
            "the signature is none: it must be hexadecimal digits in lower case, 64 of them for \
             AWS4-HMAC-SHA256"
        }
        Cause::Payload => {
            "the body has another hash than X-Amz-Content-Sha256 declares, or the service does not \
             take what is declared: declare the SHA-256 of the body as it is sent"
        }
        Cause::SignedHeaders => {
            "SignedHeaders must be names in lower case, sorted, each once, with ; between them: \
             write it so"
        }
        Cause::AbsentHeader => {
            "a header is listed in SignedHeaders and is not there: send it, or take it out of the \
             list before signing"
        }
    }
}

fn parts(lacking: Lacking) -> String {
    let named = [
        (lacking.credential, "Credential"),
        (lacking.signature, "Signature"),
        (lacking.signed_headers, "SignedHeaders"),
        (lacking.date, "the date (X-Amz-Date)"),
        (lacking.region_set, "X-Amz-Region-Set"),
    ];
    let missing: Vec<_> = named.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    format!("{}: send all parts of a signature", missing.join(", "))
}

fn expired(Skew { minutes, .. }: Skew) -> String {
    format!("it was signed more than {minutes} minutes ago: sign it anew, or set the clock")
}

fn early(Skew { minutes, .. }: Skew) -> String {
    format!(
        "it is signed for more than {minutes} minutes from now: set the clock of the machine that \
         signs, and sign with UTC"
    )
}

fn out_of_scope(wrong: &Misscoped) -> String {
    let mut sentences = Vec::new();
    if wrong.region {
        sentences.push("the region in the scope is none that is accepted: sign for one".to_owned());
    }
    if let Some(service) = &wrong.service {
        sentences.push(format!("the scope names another service: sign for {service}"));
    }
    if wrong.terminator.is_some() {
        sentences.push("the scope does not end in aws4_request: end it so".to_owned());
    }
    if let Some((_, stamp)) = &wrong.date {
        sentences.push(format!(
            "the scope is for another day than the date, {stamp}: take both from one time, in UTC"
        ));
    }
    sentences.join("; ")
}
