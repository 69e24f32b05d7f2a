//! The values that headers had, or may have had, before something changed them.

use super::{
    ACCEPT_ENCODING_CHANGED, CONNECTION_CHANGED, CONTENT_LENGTH_CHANGED, CONTENT_TYPE_CHANGED,
    DATE_REPLACED, EXPECT_CHANGED, HEADERS_JOINED, RETRY_COUNTED, USER_AGENT_CHANGED,
};
use crate::doctor::{Case, Cause};
use crate::sigv4::Head;

/// Values that clients and what stands between send, by header, and the cause where one of them was signed.
const VALUES: &[(&str, &Cause, &[&str])] = &[
    (
        "accept-encoding",
        ACCEPT_ENCODING_CHANGED,
        &[
            "identity",
            "gzip",
            "gzip, deflate",
            "gzip,deflate",
            "gzip, deflate, br",
            "gzip, deflate, br, zstd",
            "gzip, br, deflate",
            "gzip, compress, deflate, br",
            "deflate, gzip",
            "br, gzip, deflate",
            "*",
            "",
            "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
            "deflate",
            "br",
            "gzip, br",
            "gzip, deflate, zstd",
            "zstd",
            "identity;q=1, *;q=0",
            "compress, gzip",
            "gzip, x-gzip, deflate",
            "gzip,deflate,br",
        ],
    ),
    (
        "content-type",
        CONTENT_TYPE_CHANGED,
        &[
            "application/x-www-form-urlencoded; charset=utf-8",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded;charset=utf-8",
            "application/x-www-form-urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded;charset=UTF-8",
            "application/json",
            "application/json; charset=utf-8",
            "application/json;charset=utf-8",
            "application/json; charset=UTF-8",
            "application/json;charset=UTF-8",
            "application/json, */*",
            "application/JSON",
            "application/x-amz-json-1.0",
            "application/x-amz-json-1.1",
            "application/octet-stream",
            "binary/octet-stream",
            "text/plain",
            "text/plain; charset=utf-8",
            "text/plain;charset=UTF-8",
            "application/xml",
            "text/xml",
            "multipart/form-data",
            "",
        ],
    ),
    (
        "connection",
        CONNECTION_CHANGED,
        &[
            "close",
            "keep-alive",
            "Keep-Alive",
            "Close",
            "upgrade",
            "Upgrade, HTTP2-Settings",
            "Upgrade",
            "TE",
            "",
        ],
    ),
    // The first attempt of AWS's SDK for Java 1.
    ("amz-sdk-retry", RETRY_COUNTED, &["0/0/500", "0/0/"]),
    ("expect", EXPECT_CHANGED, &["100-continue", "100-Continue", ""]),
    ("content-length", CONTENT_LENGTH_CHANGED, &["0", "-1", ""]),
];

/// How far off a length may be.
const NEAR: usize = 4;

/// How many members of a list are looked at.
const MEMBERS: usize = 8;

/// How often a request may have been tried.
const ATTEMPTS: std::ops::RangeInclusive<u32> = 1..=10;

/// The values that the header of that name may have had: those near to the one that arrived first.
pub(super) fn all(case: &Case<'_>, name: &str) -> Vec<(&'static Cause, String)> {
    let mut found = specific(case, name);
    for (_, cause, values) in VALUES.iter().filter(|(other, ..)| *other == name) {
        for value in *values {
            if !found.iter().any(|(_, other)| other == value) {
                found.push((*cause, (*value).to_owned()));
            }
        }
    }
    found
}

/// Before the name of a header, where proxies keep what they change.
const KEEPERS: &[&str] = &["x-original-", "x-forwarded-", "x-real-", "x-amzn-remapped-"];

/// What proxies have kept of the header of that name, under another: `X-Forwarded-For` in
/// `X-Original-X-Forwarded-For` or `X-Original-Forwarded-For`.
pub(super) fn kept<'h>(head: &Head<'h>, name: &str) -> impl Iterator<Item = &'h [u8]> {
    KEEPERS.iter().filter_map(move |keeper| {
        let short = name.strip_prefix("x-").map(|name| format!("{keeper}{name}"));
        let kept = head.value(&format!("{keeper}{name}")).or_else(|| head.value(&short?));
        kept.map(<[u8]>::trim_ascii)
    })
}

/// A value with white space around it.
pub(super) fn padded(value: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let around = [["", " "], [" ", ""], [" ", " "]];
    around.into_iter().map(move |around| {
        let [before, behind] = around.map(str::as_bytes);
        [before, value, behind].concat()
    })
}

/// Values that depend on the request.
fn specific(case: &Case<'_>, name: &str) -> Vec<(&'static Cause, String)> {
    let head = case.presented.head();
    match name {
        "content-length" => lengths(case),
        "cookie" => vec![(HEADERS_JOINED, crumbs(head.values(name)))],
        "content-type" => content_types(head.value(name)),
        "amz-sdk-request" => attempts(head.value(name)),
        "user-agent" => user_agents(head.value(name)),
        "x-amz-date" | "date" => dates(case),
        _ => Vec::new(),
    }
}

/// The type without its parameters, with a charset, and in lower case.
fn content_types(sent: Option<&[u8]>) -> Vec<(&'static Cause, String)> {
    let Some(sent) = sent.and_then(|sent| std::str::from_utf8(sent).ok()) else {
        return Vec::new();
    };
    let media = sent.split(';').next().unwrap_or_default().trim();
    [
        media.to_owned(),
        format!("{media}; charset=utf-8"),
        format!("{media};charset=utf-8"),
        format!("{media}; charset=UTF-8"),
        format!("{media};charset=UTF-8"),
        sent.to_lowercase(),
    ]
    .into_iter()
    .map(|other| (CONTENT_TYPE_CHANGED, other))
    .collect()
}

/// The length of the body, and those near it.
fn lengths(case: &Case<'_>) -> Vec<(&'static Cause, String)> {
    let length = case.body.len();
    let near = length.saturating_sub(NEAR)..=length.saturating_add(NEAR);
    near.map(|length| (CONTENT_LENGTH_CHANGED, length.to_string())).collect()
}

/// Cookies that HTTP/2 brings in several lines, in one (RFC 9113 section 8.2.3).
fn crumbs<'v>(values: impl Iterator<Item = &'v [u8]>) -> String {
    values.map(String::from_utf8_lossy).collect::<Vec<_>>().join("; ")
}

/// What stood there before others put their own names behind it.
fn user_agents(sent: Option<&[u8]>) -> Vec<(&'static Cause, String)> {
    let sent = sent.and_then(|sent| std::str::from_utf8(sent).ok()).unwrap_or_default();
    let spaces = sent.match_indices(' ').map(|(at, _)| at);
    let starts = spaces.rev().take(16).filter_map(|at| sent.get(..at));
    let others =
        ["", "Go-http-client/1.1", "Go-http-client/2.0", "python-urllib3", "Python-urllib/3.11"];
    starts.chain(others).map(|other| (USER_AGENT_CHANGED, other.to_owned())).collect()
}

/// `ttl=20270115T100030Z; attempt=2; max=3`, of other attempts: what stands before the number comes
/// with the second attempt only, and what stands behind it not from every client.
fn attempts(sent: Option<&[u8]>) -> Vec<(&'static Cause, String)> {
    let sent = sent.and_then(|sent| std::str::from_utf8(sent).ok());
    let Some((before, behind)) = sent.and_then(|sent| sent.split_once("attempt=")) else {
        return Vec::new();
    };
    let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    let of = |before, behind| {
        ATTEMPTS.map(move |nth| (RETRY_COUNTED, format!("{before}attempt={nth}{behind}")))
    };
    let mut found: Vec<_> = of("", behind).chain(of("", "")).collect();
    if !before.is_empty() {
        found.extend(of(before, behind));
    }
    found
}

fn dates(case: &Case<'_>) -> Vec<(&'static Cause, String)> {
    let (stamp, head) = (case.presented.stamp(), case.presented.head());
    let mut found =
        vec![(DATE_REPLACED, stamp.time().http()), (DATE_REPLACED, stamp.as_str().to_owned())];
    for name in ["date", "x-amz-date"] {
        let sent = head.value(name).and_then(|sent| std::str::from_utf8(sent).ok());
        found.extend(sent.map(|sent| (DATE_REPLACED, sent.trim().to_owned())));
    }
    for seconds in [-1, -2, -3, 1, 2, 3] {
        let time = stamp.time().plus(seconds);
        found.extend([time.http(), time.basic()].map(|time| (DATE_REPLACED, time)));
    }
    found
}

/// The values of a header that is given more than once, joined otherwise.
pub(super) fn joined(case: &Case<'_>, name: &str) -> Vec<Vec<u8>> {
    let values: Vec<_> = case.presented.head().values(name).map(<[u8]>::trim_ascii).collect();
    let comma = values.len() > 1 || values.iter().any(|value| value.contains(&b','));
    if !comma {
        return Vec::new();
    }
    let split = |separator: &[u8]| {
        let parts = values.iter().flat_map(|value| value.split(|byte| *byte == b','));
        parts.map(<[u8]>::trim_ascii).collect::<Vec<_>>().join(separator)
    };
    let mut sorted = values.clone();
    sorted.sort_unstable();
    let reversed: Vec<_> = values.iter().rev().copied().collect();
    let mut found = vec![
        values.join(&b";"[..]),
        values.join(&b"; "[..]),
        values.join(&b" "[..]),
        values.join(&b"\n"[..]),
        // Each in a line of its own.
        values.join([b"\n", name.as_bytes(), b":"].concat().as_slice()),
        values.iter().rev().copied().collect::<Vec<_>>().join(&b", "[..]),
        values.join(&b", "[..]),
        split(b","),
        split(b", "),
        sorted.join(&b","[..]),
        reversed.join(&b","[..]),
    ];
    found.extend([values.first(), values.last()].into_iter().flatten().map(|value| value.to_vec()));
    found
}

/// What a list was before members were put behind it, or before it.
pub(super) fn listed(case: &Case<'_>, name: &str) -> Vec<Vec<u8>> {
    let values = case.presented.head().values(name);
    let members =
        values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    let members: Vec<_> = members.take(MEMBERS).collect();
    let joined = |members: &[&[u8]]| members.join(&b", "[..]);
    let starts = (1..members.len()).filter_map(|end| members.get(..end)).map(joined);
    let ends = (1..members.len()).filter_map(|start| members.get(start..)).map(joined);
    starts.chain(ends).collect()
}
