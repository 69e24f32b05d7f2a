//! Headers whose lines are left out, doubled or dropped.

use super::headers::changed;
use super::{Fault, fault};
use crate::doctor::examined::{Cast, get, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = empty_and_absent(cast);
    faults.extend(duplicates(cast));
    faults.extend(retries(cast));
    faults
}

fn empty_and_absent(cast: &Cast) -> Vec<Fault> {
    let mut faults = Vec::new();
    let names = [
        "X-Amzn-Trace-Id",
        "Traceparent",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "Via",
        "Cache-Control",
        "Pragma",
        "Origin",
        "Referer",
        "Cookie",
        "Accept",
        "Accept-Language",
        "Te",
        "Upgrade",
        "Range",
        "If-None-Match",
        "X-Amz-Meta-Odd",
        "X-Request-Id",
        "Amz-Sdk-Invocation-Id",
    ];
    for name in names {
        let sent = rest(cast, "/v1").header(name, "what arrives");
        let lower = name.to_lowercase();
        let other = lower.clone();
        faults.push(fault(
            "header-signed-empty",
            format!("{name} signed empty"),
            sent.canonical(move |c| c.set(&lower, "")),
        ));
        let sent = rest(cast, "/v1").header(name, "what arrives");
        faults.push(fault(
            "header-line-left-out",
            format!("the line of {name} left out"),
            sent.canonical(move |c| c.without(&other)),
        ));
        let sent = rest(cast, "/v1").header(name, "what leaves");
        faults.push(fault(
            "signed-header-absent",
            format!("{name} dropped"),
            sent.then(move |request| request.remove(name)),
        ));
    }
    faults.push(fault(
        "header-line-left-out | header-line-left-out, header-line-left-out",
        "two lines left out",
        {
            rest(cast, "/v1").header("X-One", "1").header("X-Two", "2").canonical(|c| {
                c.without("x-one");
                c.without("x-two");
            })
        },
    ));
    faults.push(fault(
        "header-signed-empty | header-signed-empty, header-signed-empty",
        "two signed empty",
        {
            rest(cast, "/v1").header("X-One", "1").header("X-Two", "2").canonical(|c| {
                c.set("x-one", "");
                c.set("x-two", "");
            })
        },
    ));
    faults.push(fault(
        "signed-header-absent",
        "of S3",
        s3(cast, "/b/k").header("X-Amz-Meta-A", "b").then(|request| request.remove("x-amz-meta-a")),
    ));
    faults.push(fault("signed-header-absent", "two dropped", {
        get(cast).header("X-One", "1").header("X-Two", "2").then(|request| {
            request.remove("x-one");
            request.remove("x-two");
        })
    }));
    faults
}

fn duplicates(cast: &Cast) -> Vec<Fault> {
    let twice = || rest(cast, "/v1").header("X-Note", "b").header("X-Note", "a");
    let signed = |value: &'static str| {
        fault(
            "header-duplicates-joined-otherwise",
            format!("signed as {value:?}"),
            twice().canonical(move |c| c.set("x-note", value)),
        )
    };
    let mut faults: Vec<_> =
        ["b, a", "b", "a", "a,b", "a, b", "b;a", "b; a", "b a"].map(signed).into();
    faults.push(fault(
        "header-duplicates-joined-otherwise",
        "a line each",
        twice().text(|text| text.replace("x-note:b,a", "x-note:b\nx-note:a")),
    ));
    faults.push(fault(
        "header-duplicates-joined-otherwise",
        "joined on the way",
        twice().then_header("X-Note", "b, a"),
    ));
    faults.push(fault(
        "header-duplicates-joined-otherwise",
        "order changed on the way",
        twice().then(|request| {
            request.remove("x-note");
            request.headers.push(("X-Note".to_owned(), b"a".to_vec()));
            request.headers.push(("X-Note".to_owned(), b"b".to_vec()));
        }),
    ));
    faults.push(fault("header-duplicates-joined-otherwise", "cookie crumbs", {
        rest(cast, "/v1").header("Cookie", "a=1; b=2").then(|request| {
            request.remove("cookie");
            request.headers.push(("Cookie".to_owned(), b"a=1".to_vec()));
            request.headers.push(("Cookie".to_owned(), b"b=2".to_vec()));
        })
    }));
    faults
}

fn retries(cast: &Cast) -> Vec<Fault> {
    let attempts = [
        ["attempt=1; max=3", "attempt=2; max=3"],
        ["attempt=1; max=3", "attempt=3; max=3"],
        ["attempt=2; max=3", "attempt=3; max=3"],
        ["attempt=1", "attempt=2"],
        ["attempt=1; max=5", "attempt=5; max=5"],
        ["attempt=2; max=3", "attempt=1; max=3"],
        ["attempt=1; max=3", "ttl=20270115T100030Z; attempt=2; max=3"],
        ["ttl=20270115T100030Z; attempt=1; max=3", "ttl=20270115T100030Z; attempt=2; max=3"],
        ["attempt=1; max=3", "attempt=2; max=10"],
    ];
    let mut faults: Vec<_> = attempts
        .into_iter()
        .map(|values| changed("retry-not-signed-again", get(cast), "amz-sdk-request", values))
        .collect();
    faults.push(changed(
        "retry-not-signed-again",
        get(cast),
        "amz-sdk-retry",
        ["0/0/500", "1/0/495"],
    ));
    faults
}
