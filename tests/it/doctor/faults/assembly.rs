//! Clients that put the strings together otherwise.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::{Fault, fault};
use crate::doctor::client::{Client, hash};
use crate::doctor::examined::{Cast, get, json, post, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = text(cast);
    faults.extend(names(cast));
    faults.extend(values(cast));
    faults.extend(hashes(cast));
    faults
}

/// One of several headers, unordered as they are sent.
fn many(cast: &Cast) -> Client {
    post(cast).header("X-Zulu", "last").header("Accept", "text/xml").header("X-Amz-Meta", "A b")
}

fn text(cast: &Cast) -> Vec<Fault> {
    let without_signed = |text: &str| {
        let mut lines: Vec<_> = text.split('\n').collect();
        lines.remove(lines.len() - 2);
        lines.join("\n")
    };
    vec![
        fault(
            "canonical-request-ends-in-newline",
            "LF",
            get(cast).text(|text| format!("{text}\n")),
        ),
        fault(
            "canonical-request-ends-in-newline",
            "CRLF",
            get(cast).text(|text| format!("{text}\r\n")),
        ),
        fault(
            "canonical-request-ends-in-newline",
            "LF, a form",
            post(cast).text(|text| format!("{text}\n")),
        ),
        fault(
            "canonical-request-ends-in-newline",
            "LF, JSON",
            json(cast, "{}").text(|text| format!("{text}\n")),
        ),
        fault(
            "canonical-request-in-crlf",
            "CRLF",
            get(cast).text(|text| text.replace('\n', "\r\n")),
        ),
        fault(
            "canonical-request-in-crlf",
            "CRLF, a form",
            many(cast).text(|text| text.replace('\n', "\r\n")),
        ),
        fault(
            "no-empty-line-after-headers",
            "none",
            get(cast).text(|text| text.replace("\n\n", "\n")),
        ),
        fault(
            "no-empty-line-after-headers",
            "none, S3",
            s3(cast, "/a?b").text(|text| text.replace("\n\n", "\n")),
        ),
        fault(
            "two-empty-lines-after-headers",
            "two",
            get(cast).text(|text| text.replace("\n\n", "\n\n\n")),
        ),
        fault(
            "two-empty-lines-after-headers",
            "two, presigned",
            presigned(cast).text(|text| text.replace("\n\n", "\n\n\n")),
        ),
        fault("signed-headers-line-missing", "none", get(cast).text(without_signed)),
        fault(
            "signed-headers-line-missing",
            "an empty one",
            post(cast).canonical(|c| c.signed.clear()),
        ),
    ]
}

fn names(cast: &Cast) -> Vec<Fault> {
    let signed = |how: &str, causes, change: fn(&str) -> String| {
        fault(causes, how, many(cast).canonical(move |c| c.signed = change(&c.signed)))
    };
    let title = |name: &str| {
        let words = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]);
        words.collect::<Vec<_>>().join("-")
    };
    vec![
        signed("reversed", "signed-headers-in-other-order", |s| {
            s.rsplit(';').collect::<Vec<_>>().join(";")
        }),
        signed("host first", "signed-headers-in-other-order", |s| {
            format!("host;{}", s.replace("host;", ""))
        }),
        fault(
            "signed-headers-in-other-order",
            "as they are sent",
            post(cast).header("A-First", "a").canonical(|c| {
                "host;content-type;a-first;x-amz-date".clone_into(&mut c.signed);
            }),
        ),
        signed("no order at all", "signed-headers-in-other-order", |_| {
            "content-type;host;accept;x-zulu;x-amz-meta;x-amz-date".to_owned()
        }),
        signed("upper case", "signed-headers-in-other-case", str::to_uppercase),
        fault(
            "signed-headers-in-other-case",
            "Title-Case",
            many(cast).canonical(move |c| {
                c.signed = c.signed.split(';').map(title).collect::<Vec<_>>().join(";");
            }),
        ),
        signed("commas", "signed-headers-with-other-separator", |s| s.replace(';', ",")),
        signed("spaces too", "signed-headers-with-other-separator", |s| s.replace(';', "; ")),
        signed("a semicolon behind them", "signed-headers-with-other-separator", |s| {
            format!("{s};")
        }),
        signed("spaces alone", "signed-headers-with-other-separator", |s| s.replace(';', " ")),
        signed("colons", "signed-headers-with-other-separator", |s| s.replace(';', ":")),
        signed("commas and spaces", "signed-headers-with-other-separator", |s| {
            s.replace(';', ", ")
        }),
        fault("headers-unsorted", "reversed", many(cast).canonical(|c| c.headers.reverse())),
        fault(
            "headers-unsorted",
            "as they are sent",
            post(cast).canonical(|c| {
                // Host stands before Content-Type.
                c.headers.swap(0, 1);
            }),
        ),
        fault(
            "headers-unsorted | signed-headers-in-other-order",
            "names and lines as they are sent",
            post(cast).canonical(|c| {
                c.headers.swap(0, 1);
                "host;content-type;x-amz-date".clone_into(&mut c.signed);
            }),
        ),
        fault(
            "header-names-not-lower-cased",
            "Title-Case",
            post(cast).canonical(move |c| {
                c.headers.iter_mut().for_each(|(name, _)| *name = title(name));
            }),
        ),
        fault(
            "header-names-not-lower-cased",
            "upper case",
            get(cast).canonical(|c| {
                c.headers.iter_mut().for_each(|(name, _)| *name = name.to_uppercase());
            }),
        ),
        fault(
            "header-names-not-lower-cased | signed-headers-in-other-case",
            "lines and list in Title-Case",
            get(cast).canonical(move |c| {
                c.headers.iter_mut().for_each(|(name, _)| *name = title(name));
                "Host;X-Amz-Date".clone_into(&mut c.signed);
            }),
        ),
        fault("space-after-colon", "one", get(cast).canonical(spaced)),
        fault("space-after-colon", "one, many headers", many(cast).canonical(spaced)),
    ]
}

fn spaced(canonical: &mut crate::doctor::canonical::Canonical) {
    canonical.headers.iter_mut().for_each(|(_, value)| value.insert(0, b' '));
}

fn values(cast: &Cast) -> Vec<Fault> {
    let with = |value: &str| rest(cast, "/v1/orders").header("X-Note", value);
    let signs = |causes, sent: &'static str, signed: &'static str| {
        let how = format!("{sent:?} signed as {signed:?}");
        fault(causes, how, with(sent).canonical(move |c| c.set("x-note", signed)))
    };
    vec![
        signs("header-values-untrimmed", "a ", "a "),
        signs("header-values-untrimmed | header-spaces-trimmed", "  a", "  a"),
        signs("header-values-untrimmed | header-spaces-trimmed", " a  ", " a  "),
        signs("header-spaces-trimmed", "a", "a "),
        signs("header-spaces-trimmed", "a", " a"),
        signs("header-spaces-trimmed", "a", " a "),
        signs("header-values-not-folded", "a  b", "a  b"),
        signs("header-values-not-folded", "a   b    c", "a   b    c"),
        signs("header-values-not-folded", " a   b ", "a   b"),
        signs(
            "header-values-not-folded | header-values-folded-otherwise",
            "\"a   b\"  c",
            "\"a   b\" c",
        ),
        signs("header-values-folded-otherwise", "a \t b", "a\tb"),
        signs("header-values-folded-otherwise", "a  b", "ab"),
        signs("header-values-folded-otherwise", "a  b   c", "a b  c"),
        fault(
            "header-value-lower-cased | header-values-lower-cased",
            "lower case",
            with("MiXed").canonical(|c| c.set("x-note", "mixed")),
        ),
        fault(
            "header-values-lower-cased",
            "all of them",
            post(cast).header("X-Note", "A").canonical(|c| {
                c.headers.iter_mut().for_each(|(_, value)| value.make_ascii_lowercase());
            }),
        ),
        fault(
            "header-values-in-latin-1",
            "signed in Latin-1, sent in UTF-8",
            with("Café").canonical(|c| {
                *c.at("x-note") = b"Caf\xe9".to_vec();
            }),
        ),
        fault(
            "header-values-in-latin-1",
            "signed in UTF-8, sent in Latin-1",
            with("Café").then(|request| {
                request.remove("x-note");
                request.headers.push(("X-Note".to_owned(), b"Caf\xe9".to_vec()));
            }),
        ),
        fault(
            "header-values-in-latin-1",
            "UTF-8 taken for Latin-1 and sent in UTF-8",
            with("Café").then_header("X-Note", "CafÃ©"),
        ),
    ]
}

fn hashes(cast: &Cast) -> Vec<Fault> {
    let last = |client: Client, change: fn(&[u8]) -> String| {
        client.lines(move |lines| lines[3] = format!("={}", change(&lines[3])).into_bytes())
    };
    let plain = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap();
    let twice = |text: &[u8]| hash(hash(text).as_bytes());
    let twice_raw = |text: &[u8]| hash(&Sha256::digest(text));
    let upper = |text: &[u8]| hash(text).to_uppercase();
    let base64 = |text: &[u8]| BASE64.encode(&Sha256::digest(text));
    vec![
        fault("canonical-request-not-hashed", "as it is", last(get(cast), plain)),
        fault("canonical-request-not-hashed", "as it is, a form", last(post(cast), plain)),
        fault("canonical-request-hashed-twice", "the digits hashed", last(get(cast), twice)),
        fault("canonical-request-hashed-twice", "the bytes hashed", last(post(cast), twice_raw)),
        fault("canonical-hash-in-upper-case", "upper case", last(get(cast), upper)),
        fault(
            "canonical-hash-in-upper-case",
            "upper case, presigned",
            last(presigned(cast), upper),
        ),
        fault("canonical-hash-in-base64", "Base64", last(get(cast), base64)),
        fault("canonical-hash-in-base64", "Base64, S3", last(s3(cast, "/a"), base64)),
    ]
}
