//! What goes wrong with the method and the path; the query has its own file.

mod encoders;
pub(super) mod query;

use super::Case;
use super::body::recoded::escapes;
use super::body::replaced;
use super::diagnosis::causes;
use super::trial::{Baseline, Edit, Hypothesis};
use crate::sigv4::Paths;
use crate::wire::percent::{self, Plus};

causes! { Target:
    METHOD_OTHER, "method-differs",
        "The request is signed for the method {}.",
        "for the method {}",
        "Send the request with the method that it is signed for: a presigned URL is good for one only, and redirects turn POST into GET.";
    METHOD_IN_LOWER_CASE, "method-in-lower-case",
        "The method is signed in lower case.",
        "with the method in lower case",
        "Write the method in upper case before it is signed.";
    PATH_ENCODED_ONCE, "path-encoded-once",
        "The path is signed as it is sent, and not encoded once more.",
        "with the path encoded once",
        "Encode the path of the URL again for every service but S3.";
    PATH_ENCODED_TWICE, "path-encoded-twice",
        "The path is encoded once more before it is signed, which S3 does not do.",
        "with the path encoded twice",
        "Set the signer to single encoding for S3: disable double encoding.";
    PATH_NOT_NORMALIZED, "path-not-normalized",
        "The path is signed with its dot segments and double slashes.",
        "with the path as it is, dots and double slashes included",
        "Normalize the path before it is signed, for every service but S3.";
    PATH_NORMALIZED, "path-normalized",
        "The path is normalized before it is signed, which S3 does not do.",
        "with the path normalized",
        "Set the signer not to normalize paths for S3.";
    PATH_SLASH_AT_END, "path-slash-at-end",
        "The path has a slash at its end that was not signed, or lacks one that was.",
        "with another end of the path",
        "Sign the very path that is sent; look for a proxy that adds or cuts slashes.";
    PATH_PREFIX, "path-prefix",
        "The path is signed with another prefix: something in between adds or cuts one.",
        "for the path {}",
        "Let the proxy pass the path on as it is, or sign for the path that arrives here.";
    PATH_MERGED, "path-slashes-merged",
        "Something in between merges double slashes in the path.",
        "with a double slash in the path",
        "Let the proxy pass the path on as it is (nginx: merge_slashes off).";
    PATH_UNESCAPED, "path-unescaped-in-transit",
        "Something in between decodes escapes in the path.",
        "with other escapes in the path: {}",
        "Let the proxy pass the path on undecoded (nginx: proxy_pass without a path behind the host).";
    PATH_SIGNS_KEPT, "path-signs-not-encoded",
        "Signs in the path are left as they are that must be encoded: {}.",
        "with {} in the path left as they are",
        "Encode every byte of the path but letters, digits, - . _ ~ and slashes.";
    PATH_OTHERWISE_ENCODED, "path-otherwise-encoded",
        "The path is encoded in another way: {}.",
        "with {} in the path",
        "Encode each byte of the path's UTF-8 as % and two upper-case digits; a space is %20, ~ stays.";
    PATH_WRITTEN_OTHERWISE, "path-otherwise-written",
        "The path is signed as another text than it is sent as: {}.",
        "with {} in the path",
        "Sign the path of the URL that is sent: from its first slash, and in the same letters.";
    PATH_MISSING, "path-missing",
        "The line of the path is empty or the root, whatever is asked for.",
        "with {} in the line of the path",
        "Put the path into the second line of the canonical request; an empty one is written as a slash.";
    PATH_WITH_QUERY, "path-with-query",
        "The line of the path holds more than the path: {}.",
        "with {} in the line of the path",
        "Put the path alone into its line: scheme, host and query have no place there.";
}

const METHODS: &[&str] = &["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS"];

/// Headers in which proxies tell the path that they were asked for, or what they cut off.
const ORIGINALS: &[&str] =
    &["x-original-uri", "x-original-url", "x-rewrite-url", "x-envoy-original-path"];
const PREFIXES: &[&str] = &["x-forwarded-prefix", "x-forwarded-path", "x-script-name"];

/// Stages and paths that gateways put in front.
const STAGES: &[&str] = &[
    "/$default",
    "/default",
    "/test",
    "/v2",
    "/beta",
    "/prod",
    "/dev",
    "/stage",
    "/v1",
    "/api",
    "/iam",
    "/sts",
    "/aws",
    "/localhost",
];

/// What may go wrong with method, path and query, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let mut found = methods(base);
    found.extend(paths(case, base));
    found.extend(query::hypotheses(case, base));
    found
}

fn methods(base: &Baseline) -> Vec<Hypothesis> {
    let own = &base.parts.method;
    let of = |cause, method: Vec<u8>| Hypothesis::of(cause).edit(Edit::Method(method));
    let others = METHODS.iter().filter(|method| method.as_bytes() != own.as_slice());
    let mut found: Vec<_> =
        others.map(|method| of(METHOD_OTHER, method.as_bytes().to_vec()).told(*method)).collect();
    found.push(of(METHOD_IN_LOWER_CASE, own.to_ascii_lowercase()));
    let title = own.iter().take(1).copied().chain(own.iter().skip(1).map(u8::to_ascii_lowercase));
    found.push(of(METHOD_IN_LOWER_CASE, title.collect()));
    found
}

/// How `path` is signed by those rules.
fn signed(path: &[u8], paths: Paths) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len().saturating_add(16));
    paths.write(&mut out, path);
    out
}

fn paths(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let (raw, rules) = (case.presented.head().path(), case.rules.how_paths_are_read());
    let own = &base.parts.path;
    let of = |cause, path: Vec<u8>| Hypothesis::of(cause).edit(Edit::Path(path));
    let mut found = Vec::new();
    if rules == Paths::S3 {
        found.push(of(PATH_ENCODED_TWICE, signed(raw, Paths::AsSent)));
        found.push(of(PATH_NORMALIZED, signed(raw, Paths::Normalized)));
    } else {
        let is_open = signed(raw, Paths::AsSent) == raw;
        found.push(of(PATH_NOT_NORMALIZED, signed(raw, Paths::AsSent)));
        found.push(of(if is_open { PATH_NOT_NORMALIZED } else { PATH_ENCODED_ONCE }, raw.to_vec()));
        found.push(of(PATH_ENCODED_ONCE, signed(raw, Paths::S3)));
    }
    found.extend(
        in_transit(raw)
            .into_iter()
            .map(|(cause, path, detail)| of(cause, signed(&path, rules)).told(detail)),
    );
    found.extend(
        prefixed(case, raw)
            .into_iter()
            .map(|path| of(PATH_PREFIX, signed(path.as_bytes(), rules)).told(path)),
    );
    found.extend(misplaced(case));
    found.extend(
        encoders::paths(raw, own)
            .into_iter()
            .map(|(cause, path, detail)| of(cause, path).told(detail)),
    );
    found.retain(
        |hypothesis| !matches!(hypothesis.edits.as_slice(), [Edit::Path(path)] if path == own),
    );
    found
}

type Variant = (&'static super::Cause, Vec<u8>, &'static str);

/// Paths that something on the way may have made of the one that arrived.
fn in_transit(raw: &[u8]) -> Vec<Variant> {
    let without = raw.strip_suffix(b"/").unwrap_or(raw).to_vec();
    let decoded = percent::decode(raw, Plus::Literal).unwrap_or_default().into_owned();
    let mut recoded = Vec::new();
    percent::encode_path_into(&mut recoded, &decoded);
    let doubled = replaced(raw, b"%", b"%25");
    let doubled_slashes = [b"/", raw].concat();
    let one_escaped = slashes_escaped(raw);
    vec![
        (PATH_SLASH_AT_END, without, ""),
        (PATH_SLASH_AT_END, [raw, b"/"].concat(), ""),
        (PATH_UNESCAPED, decoded, "none"),
        (PATH_UNESCAPED, recoded, "all that must be"),
        (PATH_UNESCAPED, replaced(raw, b"/", b"%2F"), "%2F for slashes"),
        (PATH_UNESCAPED, replaced(raw, b"%25", b"%"), "% for %25"),
        (PATH_UNESCAPED, doubled, "%25 for %"),
        (PATH_UNESCAPED, escapes(raw, u8::to_ascii_lowercase), "in lower case"),
        (PATH_UNESCAPED, escapes(raw, u8::to_ascii_uppercase), "in upper case"),
        (PATH_UNESCAPED, replaced(raw, b"+", b"%20"), "%20 for +"),
        (PATH_UNESCAPED, replaced(raw, b"%20", b"+"), "+ for %20"),
        (PATH_UNESCAPED, replaced(raw, b"+", b"%2B"), "%2B for +"),
        (PATH_UNESCAPED, replaced(raw, b"~", b"%7E"), "%7E for ~"),
        (PATH_WRITTEN_OTHERWISE, raw.to_ascii_lowercase(), "all letters in lower case"),
        (PATH_MERGED, doubled_slashes, ""),
    ]
    .into_iter()
    .chain(one_escaped)
    .collect()
}

/// The path with each of its slashes escaped, and each doubled, one at a time.
fn slashes_escaped(raw: &[u8]) -> Vec<Variant> {
    let slashes = raw.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'/');
    let with = |at: usize, text: &[u8]| {
        let (before, after) = raw.split_at_checked(at).unwrap_or((raw, b""));
        [before, text, after.get(1..).unwrap_or_default()].concat()
    };
    let each = slashes.take(8).flat_map(|(at, _)| {
        [
            (PATH_UNESCAPED, with(at, b"%2F"), "%2F for a slash"),
            (PATH_UNESCAPED, with(at, b"%2f"), "%2f for a slash"),
            (PATH_MERGED, with(at, b"//"), ""),
        ]
    });
    each.collect()
}

/// Paths with a prefix that proxies tell of, that is usual, or that stands there.
fn prefixed(case: &Case<'_>, raw: &[u8]) -> Vec<String> {
    let head = case.presented.head();
    let told = |name: &&str| {
        let value = head.value(name)?.trim_ascii();
        let path = value.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default();
        std::str::from_utf8(path).ok().filter(|path| path.starts_with('/')).map(str::to_owned)
    };
    let path = String::from_utf8_lossy(raw).into_owned();
    let behind = |prefix: &str| format!("{}{path}", prefix.trim_end_matches('/'));
    let mut found: Vec<_> = ORIGINALS.iter().filter_map(told).collect();
    found.extend(PREFIXES.iter().filter_map(told).map(|prefix| behind(&prefix)));
    let mut cut = path.match_indices('/').filter_map(|(at, _)| path.get(at..)).skip(1).take(12);
    found.extend(cut.next().map(str::to_owned));
    found.extend(STAGES.iter().map(|prefix| behind(prefix)));
    found.extend(cut.map(str::to_owned));
    found
}

/// What else may stand in the line of the path.
fn misplaced(case: &Case<'_>) -> Vec<Hypothesis> {
    let head = case.presented.head();
    let of = |cause, path: Vec<u8>| Hypothesis::of(cause).edit(Edit::Path(path));
    let host = head.host().unwrap_or_default();
    let with_query = [head.path(), b"?", head.query()].concat();
    let encoded = |path: &[u8]| {
        let mut out = Vec::new();
        percent::encode_path_into(&mut out, path);
        out
    };
    let mut found = vec![
        of(PATH_MISSING, Vec::new()).told("nothing"),
        of(PATH_MISSING, b"/".to_vec()).told("a slash alone"),
        of(PATH_WITH_QUERY, encoded(&with_query)).told("the query, encoded"),
        of(PATH_WITH_QUERY, with_query.clone()).told("the query"),
        of(PATH_WITH_QUERY, with_query).edit(Edit::Query(Vec::new())).told("the query"),
        of(PATH_WITH_QUERY, [b"/", host, head.path()].concat()).told("the host"),
        of(PATH_WITH_QUERY, [host, head.path()].concat()).told("the host"),
        of(PATH_WITH_QUERY, [b"//", host, head.path()].concat()).told("the host"),
    ];
    for scheme in [&b"http://"[..], b"https://"] {
        let path = [scheme, host, head.path()].concat();
        found.push(of(PATH_WITH_QUERY, encoded(&path)).told("scheme and host, encoded"));
        found.push(of(PATH_WITH_QUERY, path).told("scheme and host"));
    }
    found
}
