//! The signature doctor: tells why a request was refused, and proves it where it can.
//!
//! A signature that does not match says nothing of why. But whoever knows the secret can sign the
//! request once more, in each way in which clients, and what stands between, are known to get it
//! wrong. If one of these signatures is the one that was sent, that mistake is proven: by chance it
//! happens once in 2^256 times. Everything is made of the verifier's own stages; a hypothesis
//! changes one of them. Nothing that is found lets a request in.
//!
//! ```
//! use countersign::clock::Time;
//! use countersign::doctor::{Budget, Case, examine};
//! use countersign::request::Request;
//! use countersign::secret::Secret;
//! use countersign::sigv4::{Key, Presented, Rules};
//!
//! // Signed with a line end behind the secret.
//! let text = b"GET /?Action=ListUsers HTTP/1.1\nHost: iam.amazonaws.com\nX-Amz-Date: 20150830T123600Z\n\
//!     Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
//!     SignedHeaders=host;x-amz-date, \
//!     Signature=ab18a0d95ac446a5ad0fac9888ba0bc5f50c7393970430bc98bfc07b9d483061\n";
//! let request = Request::read(text).unwrap();
//! let headers = request.raw_headers();
//! let now = Time::from_basic(b"20150830T123600Z").unwrap();
//! let rules = Rules::query("iam");
//! let presented = Presented::read(request.head(&headers), &rules, now).unwrap();
//! let key = Key::new("AKIDEXAMPLE", 1, Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()));
//! let case = Case { presented: &presented, rules: &rules, body: b"", key: &key, siblings: &[], port: None };
//! assert_eq!(examine(&case, Budget::COMMAND).cause.id, "secret-ends-in-newline");
//! ```

mod assembly;
mod body;
mod client;
mod diagnosis;
mod form;
mod headers;
mod key;
mod scope;
mod search;
mod target;
mod trial;

use std::sync::Arc;

pub use diagnosis::{Cause, Diagnosis, Group, Proof, Sign, Stages};
pub use trial::Budget;

use crate::doctor::client::{Client, fix};
use crate::doctor::search::{Hit, Search};
use crate::doctor::trial::Baseline;
use crate::sigv4::{Echo, Form, Head, Key, Presented, Refusal, Rules};

/// A request whose signature is another than the one that its key makes.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What was sent.
    pub presented: &'a Presented<'a>,
    /// The rules of the service that is asked.
    pub rules: &'a Rules,
    /// The body that arrived.
    pub body: &'a [u8],
    /// The key that the request names.
    pub key: &'a Key,
    /// Other keys of the same user, and of nobody else.
    pub siblings: &'a [Arc<Key>],
    /// The port that the server listens on, where it does.
    pub port: Option<u16>,
}

/// Every cause that the doctor knows, by group.
pub fn causes() -> impl Iterator<Item = &'static Cause> {
    let computed = [
        key::CAUSES,
        scope::CAUSES,
        assembly::CAUSES,
        body::CAUSES,
        target::CAUSES,
        target::query::CAUSES,
        headers::CAUSES,
        headers::host::CAUSES,
    ];
    computed.into_iter().flatten().copied().chain(form::causes())
}

/// Tells what a refusal is about, without computing anything.
pub fn recognize(refusal: &Refusal, head: &Head<'_>) -> Diagnosis {
    let (cause, detail) = form::recognize(refusal, head);
    seen(cause, &detail, head)
}

/// Tells what is known of a request that was not looked into.
pub fn not_examined(head: &Head<'_>) -> Diagnosis {
    Diagnosis { proof: Proof::NotProven, ..seen(form::NOT_EXAMINED, "", head) }
}

/// Tells what is known of a request whose parameters cannot be read: what something in between has
/// made of them, where the signature says so.
pub fn unreadable(case: &Case<'_>, budget: Budget) -> Diagnosis {
    let found = examine(case, budget);
    if found.proof == Proof::Proven {
        return found;
    }
    let signs = found.signs;
    Diagnosis { signs, ..seen(form::FORM_UNREADABLE, "", case.presented.head()) }
}

/// Looks for the mistake that makes the signature of `case`, for as long as `budget` lasts.
pub fn examine(case: &Case<'_>, budget: Budget) -> Diagnosis {
    let head = case.presented.head();
    let Some((signature, written_as)) = search::signature(case) else {
        return without_signature(case);
    };
    let base = search::baseline(case, signature);
    let mut search = Search::new(&base, budget);
    let hit = search.whole(case, written_as);
    let signs = form::signs(case, absent(case.presented));
    let diagnosis = match hit {
        Some(hit) => proven(&hit, &base, head),
        None => Diagnosis { ours: Some(base.stages()), ..unproven(case, search.tried()) },
    };
    Diagnosis { tried: search.tried(), signs, ..diagnosis }
}

/// What was sent is no signature at all: nothing can be tried.
fn without_signature(case: &Case<'_>) -> Diagnosis {
    let sent = case.presented.signature_as_sent();
    let is_presigned = case.presented.form() == Form::Presigned;
    if is_presigned && sent.len() != 40 && form::pasted::cut_signature(sent) {
        return seen(form::pasted::URL_CUT, "", case.presented.head());
    }
    let is_sha_1 = sent.len() == 40 && sent.bytes().all(|byte| byte.is_ascii_hexdigit());
    let wrong = if is_sha_1 { form::SIGNATURE_OF_SHA_1 } else { form::NO_SIGNATURE };
    seen(wrong, "", case.presented.head())
}

/// The headers that are said to be signed, but are not there.
fn absent<'p>(presented: &'p Presented<'_>) -> impl Iterator<Item = String> + use<'p> {
    let head = presented.head();
    let names = presented.signed_headers().names();
    let is_absent = move |name: &&str| {
        !matches!(*name, "host" | ":authority") && head.values(name).next().is_none()
    };
    names.filter(is_absent).map(str::to_owned)
}

fn proven(hit: &Hit, base: &Baseline, head: &Head<'_>) -> Diagnosis {
    let both = || [Some(&hit.first), hit.second.as_ref()].into_iter().flatten();
    let told_by = |part: fn(&Cause) -> &'static str| {
        both().map(move |found| told(part(found.cause), &found.detail)).collect::<Vec<_>>()
    };
    let client = Client::of(head.value("user-agent"));
    let fixes: Vec<_> = both().map(|found| fix(found.cause, client)).collect();
    Diagnosis {
        cause: hit.first.cause,
        and: hit.second.as_ref().map(|second| second.cause),
        sentence: told_by(|cause| cause.sentence).join(" Besides: "),
        proof: Proof::Proven,
        because: format!(
            "The signature is the one that is made {}.",
            told_by(|cause| cause.made).join(", and ")
        ),
        fix: fixes.join(" "),
        tried: 0,
        signs: Vec::new(),
        ours: Some(hit.ours(base)),
        theirs: hit.theirs(base),
    }
}

/// Nothing that was tried fits: what can be seen is told, and no more is said than is known.
fn unproven(case: &Case<'_>, tried: usize) -> Diagnosis {
    let (presented, head) = (case.presented, case.presented.head());
    let declared = presented.declared_payload().is_some();
    let differs = declared && presented.payload(case.rules, case.body).is_err();
    let absent = absent(presented).next();
    let (wrong, detail) = match absent {
        Some(name) => (headers::HEADER_ABSENT, name),
        None if !presented.signed_headers().is_canonical() => {
            (form::NAMES_NOT_CANONICAL, String::new())
        }
        None if differs => (form::HASHES_DIFFER, String::new()),
        None => (form::SECRET_UNKNOWN, String::new()),
    };
    let diagnosis = Diagnosis {
        because: "The request itself shows it.".to_owned(),
        ..seen(wrong, &detail, head)
    };
    if wrong == form::SECRET_UNKNOWN {
        let because =
            format!("{tried} ways to sign this request were tried, and none makes its signature.");
        return Diagnosis { proof: Proof::NotProven, because, ..diagnosis };
    }
    diagnosis
}

fn seen(cause: &'static Cause, detail: &str, head: &Head<'_>) -> Diagnosis {
    Diagnosis {
        cause,
        and: None,
        sentence: told(cause.sentence, detail),
        proof: Proof::Seen,
        because: told(cause.made, detail),
        fix: fix(cause, Client::of(head.value("user-agent"))),
        tried: 0,
        signs: Vec::new(),
        ours: None,
        theirs: None,
    }
}

/// As many letters of what a client wrote stand in a sentence.
const MOST_TOLD: usize = 120;

/// A sentence with `detail` in its place, which is cut to what may be shown.
fn told(sentence: &str, detail: &str) -> String {
    let shown: String = Echo::of(detail).as_str().chars().take(MOST_TOLD).collect();
    sentence.replace("{}", &shown)
}
