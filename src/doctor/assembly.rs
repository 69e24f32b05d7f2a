//! What goes wrong where the parts of the canonical request are put together.

use super::Case;
use super::body::replaced;
use super::diagnosis::causes;
use super::form::NAMES_NOT_CANONICAL;
use super::trial::{Baseline, Edit, Hypothesis, Line};
use crate::sigv4::Head;

causes! { Assembly:
    CANONICAL_ENDS_IN_NEWLINE, "canonical-request-ends-in-newline",
        "The canonical request has a line end behind it.",
        "with a line end behind the canonical request",
        "Put no line feed behind the payload's hash, which is the last line of the canonical request.";
    CANONICAL_IN_CRLF, "canonical-request-in-crlf",
        "The lines of the canonical request end in CRLF.",
        "with CRLF in the canonical request",
        "End lines in a line feed alone, on every system.";
    NO_LINE_AFTER_HEADERS, "no-empty-line-after-headers",
        "The empty line between the headers and their names is missing.",
        "without the empty line behind the headers",
        "End each header in a line feed, and put one more between the headers and their names.";
    TWO_LINES_AFTER_HEADERS, "two-empty-lines-after-headers",
        "There are two empty lines between the headers and their names.",
        "with two empty lines behind the headers",
        "Put one line feed between the headers, each of which ends in its own, and their names.";
    NAMES_IN_OTHER_ORDER, "signed-headers-in-other-order",
        "The names of the signed headers stand in another order in the canonical request than they must.",
        "with the names of the signed headers in another order",
        "Sort the names of the headers, in lower case, and use one list for the canonical request and for SignedHeaders.";
    NAMES_IN_OTHER_CASE, "signed-headers-in-other-case",
        "The names of the signed headers are not in lower case in the canonical request.",
        "with the names of the signed headers as {}",
        "Write the names of the headers in lower case.";
    NAMES_SPACED, "signed-headers-with-other-separator",
        "The names of the signed headers are not parted by semicolons alone.",
        "with the names of the signed headers parted otherwise",
        "Part the names with a semicolon and nothing else, also in the canonical request.";
    NAMES_MISSING, "signed-headers-line-missing",
        "The line with the names of the signed headers is missing from the canonical request.",
        "without the line of the signed headers' names",
        "Put the line of SignedHeaders between the headers and the payload's hash.";
    LAST_LINE_MISSING, "payload-line-missing",
        "The canonical request ends behind the names of the signed headers.",
        "without the last line of the canonical request",
        "End the canonical request in the SHA-256 of the body; without a body that of the empty string.";
    HEADERS_UNSORTED, "headers-unsorted",
        "The headers are not sorted by their names in the canonical request.",
        "with the headers in another order",
        "Sort the headers by their names in lower case.";
    HEADER_NAMES_AS_SENT, "header-names-not-lower-cased",
        "The headers' names are not in lower case in the canonical request.",
        "with the headers' names in the case in which they are sent",
        "Write the headers' names in lower case.";
    HEADER_WITH_SPACE, "space-after-colon",
        "There is a space between the colon and the value of each header in the canonical request.",
        "with a space behind the colons of the headers",
        "Write name, colon and value of a header without a space between them.";
    VALUES_UNTRIMMED, "header-values-untrimmed",
        "The values of headers are not trimmed in the canonical request.",
        "with the spaces around the headers' values",
        "Cut the spaces around each value off before it is signed.";
    VALUES_NOT_FOLDED, "header-values-not-folded",
        "Runs of spaces in the values of headers are kept in the canonical request.",
        "with runs of spaces as they are",
        "Make one space out of many in each value before it is signed.";
    VALUES_FOLDED_OTHERWISE, "header-values-folded-otherwise",
        "White space in the values of headers is folded in another way in the canonical request.",
        "with all white space taken out of the headers' values",
        "Make one space out of a run of spaces, and leave the rest of a value as it is.";
    VALUES_IN_LOWER_CASE, "header-values-lower-cased",
        "The values of headers are in lower case in the canonical request.",
        "with the headers' values in lower case",
        "Only the names of headers are signed in lower case; leave the values as they are.";
    VALUES_IN_LATIN_1, "header-values-in-latin-1",
        "Letters beyond ASCII in headers are signed in another encoding than they are sent in.",
        "with the headers' values in another encoding",
        "Send and sign the same bytes: UTF-8, or better nothing but ASCII.";
}

/// What may go wrong in putting it together, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let whole = |cause, text: Vec<u8>| Hypothesis::of(cause).edit(Edit::Whole(text));
    let canonical = &base.canonical;
    let mut found = vec![
        whole(CANONICAL_ENDS_IN_NEWLINE, [canonical.as_slice(), b"\n"].concat()),
        whole(CANONICAL_ENDS_IN_NEWLINE, [canonical.as_slice(), b"\r\n"].concat()),
        whole(CANONICAL_IN_CRLF, crlf(canonical)),
    ];
    found.extend(texts(case, base));
    found.extend(names(base));
    found.extend(values(case, base));
    found
}

/// The canonical request with the headers as they should be listed, whatever the list that was
/// sent: with the list that should be, and with the one that was.
pub(super) fn rightly_named(base: &Baseline) -> Vec<Hypothesis> {
    let mut headers: Vec<_> = base
        .parts
        .headers
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    headers.sort();
    headers.dedup_by(|one, two| one.0 == two.0);
    let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let lines = || headers.iter().map(|(name, value)| [name.as_bytes(), b":", value].concat());
    [names.into_bytes(), base.parts.names.clone()]
        .map(|names| {
            let text = Text { base, between: b"\n", names: Some(&names) }.of(lines());
            Hypothesis::of(NAMES_NOT_CANONICAL).edit(Edit::Whole(text))
        })
        .into()
}

fn crlf(text: &[u8]) -> Vec<u8> {
    text.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..])
}

/// A canonical request whose headers' lines are written in some way.
struct Text<'b> {
    base: &'b Baseline,
    between: &'static [u8],
    /// The line of names, where there is one.
    names: Option<&'b [u8]>,
}

impl Text<'_> {
    fn of(&self, headers: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
        let parts = &self.base.parts;
        let mut query = Vec::new();
        super::trial::write_query(&mut query, &parts.query);
        let mut out = [&parts.method, &parts.path, &query].map(Vec::as_slice).join(&b'\n');
        out.push(b'\n');
        for line in headers {
            out.extend(line);
            out.push(b'\n');
        }
        out.extend_from_slice(self.between);
        if let Some(names) = self.names {
            out.extend_from_slice(names);
            out.push(b'\n');
        }
        out.extend_from_slice(&parts.payload);
        out
    }
}

fn texts(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let whole = |cause, text: Vec<u8>| Hypothesis::of(cause).edit(Edit::Whole(text));
    let own = base.parts.names.as_slice();
    let text = |between, has_names: bool| Text { base, between, names: has_names.then_some(own) };
    let usual = text(b"\n", true);
    let headers = || base.parts.headers.iter();
    let line = |name: &str, colon: &[u8], value: &[u8]| [name.as_bytes(), colon, value].concat();
    let lines = || headers().map(|(name, value)| line(name, b":", value));
    let spaced = headers().map(|(name, value)| line(name, b": ", value));
    let upper = headers().map(|(name, value)| line(&name.to_uppercase(), b":", value));
    let as_sent = sent_order(case.presented.head(), base);
    let in_order = as_sent.iter().map(|(sent, value)| line(&sent.to_lowercase(), b":", value));
    let in_case = headers().map(|(name, value)| line(sent_name(&as_sent, name), b":", value));
    let titled = || headers().map(|(name, value)| line(&title(name), b":", value));
    let list = |names: Vec<String>| names.join(";").into_bytes();
    let sent_names = list(as_sent.iter().map(|(sent, _)| sent.to_lowercase()).collect());
    let titled_names = list(headers().map(|(name, _)| title(name)).collect());
    let upper_names = list(headers().map(|(name, _)| name.to_uppercase()).collect());
    let with = |names| Text { base, between: b"\n", names: Some(names) };
    let mut without_hash = base.canonical.clone();
    without_hash.truncate(without_hash.len().saturating_sub(base.parts.payload.len()));
    let bare_end = without_hash.strip_suffix(b"\n").unwrap_or(&without_hash).to_vec();
    vec![
        whole(HEADERS_UNSORTED, with(&sent_names).of(in_order.clone())),
        whole(NAMES_IN_OTHER_ORDER, with(&sent_names).of(lines())),
        whole(HEADER_NAMES_AS_SENT, with(&titled_names).of(titled())),
        whole(HEADER_NAMES_AS_SENT, with(&upper_names).of(upper.clone())),
        whole(NAMES_MISSING, with(b"").of(lines())),
        whole(LAST_LINE_MISSING, bare_end),
        whole(NO_LINE_AFTER_HEADERS, text(b"", true).of(lines())),
        whole(TWO_LINES_AFTER_HEADERS, text(b"\n\n", true).of(lines())),
        whole(NAMES_MISSING, text(b"\n", false).of(lines())),
        whole(NAMES_MISSING, text(b"", false).of(lines())),
        whole(HEADER_WITH_SPACE, usual.of(spaced)),
        whole(HEADERS_UNSORTED, usual.of(in_order)),
        whole(HEADERS_UNSORTED, usual.of(lines().rev())),
        whole(HEADER_NAMES_AS_SENT, usual.of(in_case)),
        whole(HEADER_NAMES_AS_SENT, usual.of(titled())),
        whole(HEADER_NAMES_AS_SENT, usual.of(upper)),
    ]
}

/// The signed headers, named and ordered as they were sent.
fn sent_order<'b>(head: &Head<'b>, base: &'b Baseline) -> Vec<(&'b str, &'b [u8])> {
    let mut found: Vec<(&str, &[u8])> = Vec::new();
    for (sent, _) in head.headers() {
        let signed = base.parts.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(sent));
        let is_new = !found.iter().any(|(name, _)| name.eq_ignore_ascii_case(sent));
        if let (Some((_, value)), true) = (signed, is_new) {
            found.push((sent, value));
        }
    }
    found
}

fn sent_name<'n>(sent: &[(&'n str, &[u8])], name: &'n str) -> &'n str {
    let found = sent.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
    found.map_or(name, |(sent, _)| *sent)
}

/// A name as people write it.
fn title(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}

/// The line of names, written otherwise.
fn names(base: &Baseline) -> Vec<Hypothesis> {
    let of = |cause, names: String| Hypothesis::of(cause).edit(Edit::Names(names.into_bytes()));
    let text = String::from_utf8_lossy(&base.parts.names).into_owned();
    let listed: Vec<_> = text.split(';').collect();
    let joined = |names: Vec<&str>| names.join(";");
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    let reversed: Vec<_> = sorted.iter().rev().copied().collect();
    let titled: Vec<_> = listed.iter().map(|name| title(name)).collect();
    let mut found = vec![
        of(NAMES_IN_OTHER_ORDER, joined(sorted)),
        of(NAMES_IN_OTHER_ORDER, joined(reversed)),
        of(NAMES_IN_OTHER_CASE, titled.join(";")).told("people write them"),
        of(NAMES_IN_OTHER_CASE, text.to_uppercase()).told("upper case"),
        of(NAMES_IN_OTHER_CASE, text.to_lowercase()).told("lower case, unlike in SignedHeaders"),
        of(NAMES_IN_OTHER_ORDER, host_first(&listed)),
        of(NAMES_SPACED, listed.join(" ")),
        of(NAMES_SPACED, listed.join("; ")),
        of(NAMES_SPACED, listed.join(",")),
        of(NAMES_SPACED, listed.join(":")),
        of(NAMES_SPACED, listed.join(", ")),
        of(NAMES_SPACED, format!("{text};")),
    ];
    found.retain(|one| {
        let own = &base.parts.names;
        !matches!(one.edits.as_slice(), [Edit::Names(names)] if names == own)
    });
    found
}

fn host_first(listed: &[&str]) -> String {
    let (host, rest): (Vec<&str>, Vec<&str>) = listed.iter().partition(|name| **name == "host");
    [host, rest].concat().join(";")
}

/// The values of the headers, written otherwise, all at once.
fn values(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let head = case.presented.head();
    let raw = |name: &str| -> Vec<u8> {
        if matches!(name, "host" | ":authority") {
            return head.host().unwrap_or_default().to_vec();
        }
        head.values(name).collect::<Vec<_>>().join(&b","[..])
    };
    let latin = |name: &str| {
        let text = String::from_utf8(raw(name)).unwrap_or_default();
        text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
    };
    let utf8 = |name: &str| raw(name).iter().map(|byte| char::from(*byte)).collect::<String>();
    // Servers cut the space around a value off before anyone sees it; most clients send one.
    let padded = |name: &str| [b" ".as_slice(), &raw(name)].concat();
    let is_black = |byte: &u8| !byte.is_ascii_whitespace();
    let halved = |name: &str| {
        let text = String::from_utf8_lossy(raw(name).trim_ascii()).replace("  ", " ");
        text.into_bytes()
    };
    [
        of_values(VALUES_NOT_FOLDED, base, &|name| raw(name).trim_ascii().to_vec()),
        of_values(VALUES_NOT_FOLDED, base, &|name| folded_between_quotes(raw(name).trim_ascii())),
        of_values(VALUES_UNTRIMMED, base, &raw),
        of_values(VALUES_UNTRIMMED, base, &padded),
        of_values(VALUES_FOLDED_OTHERWISE, base, &halved),
        of_values(VALUES_FOLDED_OTHERWISE, base, &|name| {
            let black: Vec<u8> = raw(name).into_iter().filter(is_black).collect();
            // Spaces behind commas come of values that were joined.
            let joined = replaced(&raw(name), b", ", b",");
            if black == joined { raw(name).trim_ascii().to_vec() } else { black }
        }),
        of_values(VALUES_IN_LOWER_CASE, base, &|name| raw(name).trim_ascii().to_ascii_lowercase()),
        of_values(VALUES_IN_LATIN_1, base, &latin),
        of_values(VALUES_IN_LATIN_1, base, &|name| utf8(name).into_bytes()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A value whose spaces are folded but for those in quotes, as AWS once described it.
fn folded_between_quotes(value: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(value.len());
    let mut is_quoted = false;
    for byte in value {
        is_quoted ^= *byte == b'"';
        if is_quoted || *byte != b' ' || out.last() != Some(&b' ') {
            out.push(*byte);
        }
    }
    out
}

/// Nothing, where every value is what it was.
fn of_values(
    cause: &'static super::Cause,
    base: &Baseline,
    value: &dyn Fn(&str) -> Vec<u8>,
) -> Option<Hypothesis> {
    let mut hypothesis = Hypothesis::of(cause);
    for (nth, (name, before)) in base.parts.headers.iter().enumerate() {
        let other = value(name);
        if other != *before {
            hypothesis = hypothesis.edit(Edit::Header(nth, Line::Value(other)));
        }
    }
    (!hypothesis.edits.is_empty()).then_some(hypothesis)
}
