//! What goes wrong with headers: changed, added or dropped between client and server. The host
//! has its own file.

pub(super) mod host;
mod values;

use super::assembly::VALUES_IN_LOWER_CASE;
use super::diagnosis::causes;
use super::trial::{Baseline, Edit, Hypothesis, Line, ToSign};
use super::{Case, Cause};

causes! { Headers:
    ACCEPT_ENCODING_CHANGED, "accept-encoding-changed",
        "Accept-Encoding was signed as '{}' and arrived as another.",
        "with Accept-Encoding: {}",
        "Leave Accept-Encoding out of the signed headers, or keep the HTTP client or proxy from setting its own.";
    CONTENT_TYPE_CHANGED, "content-type-changed",
        "Content-Type was signed as '{}' and arrived as another.",
        "with Content-Type: {}",
        "Set Content-Type yourself before signing, charset included, and keep the HTTP client from rewriting it.";
    CONTENT_LENGTH_CHANGED, "content-length-changed",
        "Content-Length was signed as '{}' and arrived as another.",
        "with Content-Length: {}",
        "Leave Content-Length out of the signed headers, or compute it from the bytes that are sent.";
    CONNECTION_CHANGED, "connection-changed",
        "Connection was signed as '{}', but it belongs to each hop and arrived as another.",
        "with Connection: {}",
        "Leave Connection out of the signed headers.";
    EXPECT_CHANGED, "expect-changed",
        "Expect was signed as '{}' and arrived as another.",
        "with Expect: {}",
        "Leave Expect out of the signed headers: proxies answer and drop it.";
    USER_AGENT_CHANGED, "user-agent-changed",
        "User-Agent is signed, and was changed on its way.",
        "with User-Agent: {}",
        "Leave User-Agent out of the signed headers.";
    HEADER_RESTORED, "header-rewritten-by-proxy",
        "The header {} was signed with the value that a proxy keeps in another header.",
        "with the value of {} that a proxy keeps in another header",
        "Let the proxy pass signed headers on as they are.";
    HEADER_EMPTY, "header-signed-empty",
        "The header {} was signed with an empty value.",
        "with an empty value of {}",
        "Sign the value that is sent, or leave the header out: something in between may have filled it in.";
    HEADER_LEFT_OUT, "header-line-left-out",
        "The header {} is listed as signed, but its line was left out of what was signed.",
        "without the line of {}",
        "List in SignedHeaders exactly the headers whose lines are signed.";
    HEADER_EXTENDED, "header-extended-by-proxy",
        "Something in between has put a value of its own behind the header {}, which is signed.",
        "with {} before something was put behind it",
        "Leave headers that proxies extend (Via, X-Forwarded-For) out of the signed headers.";
    HEADERS_JOINED, "header-duplicates-joined-otherwise",
        "The values of the header {}, which is given more than once, are signed in another way.",
        "with the values of {} joined otherwise",
        "Join the values by commas without spaces, in the order in which they are sent.";
    HEADER_SPACES, "header-spaces-trimmed",
        "The header {} was signed with white space that was cut off on the way.",
        "with white space around the value of {}",
        "Trim values before they are signed.";
    RETRY_COUNTED, "retry-not-signed-again",
        "The request is signed for another attempt than it says: a retry changed the header that counts them.",
        "with {}",
        "Sign each attempt anew, or leave amz-sdk-request and amz-sdk-retry out of the signed headers.";
    DATE_REPLACED, "date-header-replaced",
        "X-Amz-Date or Date was replaced after signing.",
        "with the time {} in the header",
        "Let nothing between signer and server set the date; sign again where a request waits.";
    TOKEN_ADDED_LATER, "token-added-after-signing",
        "The session token was put into the request after it was signed.",
        "without the line of the session token, or without its name",
        "Give the signer the session token, so that it signs it with the rest.";
    HEADER_ABSENT, "signed-header-absent",
        "The header {} is said to be signed, but did not arrive.",
        "with {}, which did not arrive",
        "Look for what drops the header, the HTTP client or a proxy; or leave it out of the signed headers.";
}

/// How many seconds a request may wait before somebody sets its date anew.
const LATE: i64 = 60;
const LATER: &[i64] = &[90, 120, 180, 240, 300, 600];

/// What may go wrong with headers, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let mut found = host::hypotheses(case, base);
    for (nth, (name, value)) in base.parts.headers.iter().enumerate() {
        found.extend(replaced(case, (nth, name), value));
    }
    found.extend(token(base));
    found.extend(late(case, base));
    found
}

/// A signed header.
#[derive(Clone, Copy)]
struct Signed<'s> {
    nth: usize,
    name: &'s str,
    value: &'s [u8],
    /// Whether it is listed, but did not arrive: then that is the cause, whatever its value was.
    is_absent: bool,
}

/// The signed header at that place with other values.
fn replaced(case: &Case<'_>, (nth, name): (usize, &str), value: &[u8]) -> Vec<Hypothesis> {
    let head = case.presented.head();
    let is_absent = head.values(name).next().is_none() && !matches!(name, "host" | ":authority");
    let signed = Signed { nth, name, value, is_absent };
    let mut found: Vec<_> = values::all(case, name)
        .into_iter()
        .map(|(cause, other)| signed.as_told(cause, other))
        .collect();
    found.extend(values::kept(head, name).map(|kept| signed.with(HEADER_RESTORED, kept)));
    if name != "host" {
        found.push(signed.with(VALUES_IN_LOWER_CASE, value.to_ascii_lowercase()));
    }
    let joined = values::joined(case, name).into_iter();
    found.extend(joined.map(|other| signed.with(HEADERS_JOINED, other)));
    if !value.is_empty() {
        found.extend(values::padded(value).map(|padded| signed.with(HEADER_SPACES, padded)));
        found.push(signed.with(HEADER_EMPTY, Vec::new()));
    } else if is_absent {
        found.push(signed.with(HEADER_ABSENT, Vec::new()));
    }
    let listed = values::listed(case, name).into_iter();
    found.extend(listed.map(|other| signed.with(HEADER_EXTENDED, other)));
    found.push(signed.left_out());
    found.retain(|hypothesis| is_absent || !signed.is_as_it_is(hypothesis));
    found
}

impl Signed<'_> {
    fn cause(&self, usual: &'static Cause) -> &'static Cause {
        if self.is_absent { HEADER_ABSENT } else { usual }
    }

    /// With another value, which is not told.
    fn with(&self, usual: &'static Cause, value: impl Into<Vec<u8>>) -> Hypothesis {
        let edit = Edit::Header(self.nth, Line::Value(value.into()));
        Hypothesis::of(self.cause(usual)).edit(edit).told(self.name.to_owned())
    }

    /// With another value, which is told.
    fn as_told(&self, usual: &'static Cause, value: String) -> Hypothesis {
        let is_named = self.is_absent || usual == RETRY_COUNTED;
        let told = if is_named { format!("{}: {value}", self.name) } else { value.clone() };
        self.with(usual, value).told(told)
    }

    fn left_out(&self) -> Hypothesis {
        let is_token = self.name == "x-amz-security-token";
        let usual = if is_token { TOKEN_ADDED_LATER } else { HEADER_LEFT_OUT };
        let edit = Edit::Header(self.nth, Line::LeftOut);
        Hypothesis::of(self.cause(usual)).edit(edit).told(self.name.to_owned())
    }

    fn is_as_it_is(&self, hypothesis: &Hypothesis) -> bool {
        let edits = hypothesis.edits.as_slice();
        matches!(edits, [Edit::Header(_, Line::Value(other))] if other == self.value)
    }
}

/// X-Amz-Date as it was before somebody set it anew: it is signed in two places.
fn late(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let is_date = |(name, _): &(String, Vec<u8>)| name == "x-amz-date";
    let Some(nth) = base.parts.headers.iter().position(is_date) else { return Vec::new() };
    let stamp = case.presented.stamp();
    let lines =
        |time: &str| String::from_utf8_lossy(&base.to_sign.head).replacen(stamp.as_str(), time, 1);
    let seconds = (1..=LATE)
        .chain(LATER.iter().copied())
        .flat_map(|seconds: i64| [seconds.saturating_neg(), seconds]);
    let times = seconds.map(|seconds| stamp.time().plus(seconds).basic());
    let of = |time: String| {
        let head = lines(&time).into_bytes();
        let edit = Edit::Header(nth, Line::Value(time.clone().into_bytes()));
        let signed = ToSign { head, ..base.to_sign.clone() };
        Hypothesis::of(DATE_REPLACED).edit(edit).signing(signed).told(time)
    };
    times.map(of).collect()
}

/// The session token left out of what is signed: with its name, and without.
fn token(base: &Baseline) -> Option<Hypothesis> {
    let nth = base.parts.headers.iter().position(|(name, _)| name == "x-amz-security-token")?;
    let names = base.parts.headers.iter().map(|(name, _)| name.as_str());
    let names = names.filter(|name| *name != "x-amz-security-token").collect::<Vec<_>>().join(";");
    let edit = Hypothesis::of(TOKEN_ADDED_LATER).edit(Edit::Header(nth, Line::LeftOut));
    Some(edit.edit(Edit::Names(names.into_bytes())))
}

/// Every signed header empty or left out: what was changed in transit, whatever it was.
pub(super) fn search(base: &Baseline) -> Vec<Hypothesis> {
    let headers = base.parts.headers.iter().enumerate();
    let each = headers.flat_map(|(nth, (name, _))| {
        [(HEADER_EMPTY, Line::Value(Vec::new())), (HEADER_LEFT_OUT, Line::LeftOut)].map(
            |(cause, value)| {
                Hypothesis::of(cause).edit(Edit::Header(nth, value)).told(name.clone())
            },
        )
    });
    each.collect()
}
