//! Headers that are signed with one value and arrive with another, or not at all.

use super::scopes::rfc_1123;
use super::{Fault, fault};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, get, json, post, rest};

const JSON: &str = "{\"a\": 1}";

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = encodings(cast);
    faults.extend(types(cast));
    faults.extend(hop_by_hop(cast));
    faults.extend(by_proxies(cast));
    faults.extend(dates(cast));
    faults
}

/// A header that was signed with one value, and arrives with another.
pub(super) fn changed(
    causes: &'static str,
    client: Client,
    name: &'static str,
    [signed, sent]: [&str; 2],
) -> Fault {
    let how = format!("{name}: {signed:?} signed, {sent:?} sent");
    fault(causes, how, client.header(name, signed).then_header(name, sent))
}

fn encodings(cast: &Cast) -> Vec<Fault> {
    let values = [
        "identity",
        "gzip",
        "gzip, deflate",
        "gzip, deflate, br",
        "gzip, deflate, br, zstd",
        "*",
        "",
        "gzip,deflate",
        "deflate",
        "br",
        "gzip, br",
        "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
        "identity;q=1, *;q=0",
        "deflate, gzip",
        "gzip, deflate, zstd",
        "amz-sdk-none",
    ];
    let mut faults = Vec::new();
    for (at, signed) in values.iter().enumerate() {
        for sent in [values[(at + 1) % values.len()], "gzip", "br, gzip, deflate"] {
            if sent != *signed && *signed != "amz-sdk-none" {
                faults.push(changed(
                    "accept-encoding-changed",
                    get(cast),
                    "Accept-Encoding",
                    [signed, sent],
                ));
            }
        }
    }
    faults.push(fault(
        "signed-header-absent | accept-encoding-changed",
        "Accept-Encoding dropped",
        {
            get(cast)
                .header("Accept-Encoding", "identity")
                .then(|request| request.remove("Accept-Encoding"))
        },
    ));
    faults
}

fn types(cast: &Cast) -> Vec<Fault> {
    let pairs = [
        ["application/json", "application/json; charset=utf-8"],
        ["application/json; charset=utf-8", "application/json"],
        ["application/json", "application/json;charset=UTF-8"],
        ["application/json;charset=UTF-8", "application/json; charset=utf-8"],
        ["application/json", "text/plain;charset=UTF-8"],
        ["", "application/json"],
        ["application/octet-stream", "application/json"],
        ["application/json", "application/octet-stream"],
        ["application/x-amz-json-1.1", "application/json"],
        ["application/x-amz-json-1.0", "application/x-amz-json-1.1"],
        ["application/x-www-form-urlencoded", "application/json"],
        ["text/plain", "text/plain; charset=utf-8"],
        ["text/xml", "application/xml"],
        ["application/JSON", "application/json"],
        ["binary/octet-stream", "application/octet-stream"],
        ["application/x-amz-json-1.1", "application/x-amz-json-1.1; charset=UTF-8"],
        ["multipart/form-data", "multipart/form-data; boundary=----x7MA4YWxkTrZu0gW"],
        ["text/plain;charset=UTF-8", "application/json"],
        ["application/json; charset=UTF-8", "application/json; charset=utf-8"],
        ["application/json, */*", "application/json"],
    ];
    let mut faults: Vec<_> = pairs
        .into_iter()
        .map(|values| {
            let client = rest(cast, "/v1").asks("POST", "/v1", JSON);
            changed("content-type-changed", client, "Content-Type", values)
        })
        .collect();
    let form = "application/x-www-form-urlencoded";
    for other in [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8",
        "application/x-www-form-urlencoded",
    ] {
        faults.push(fault(
            "content-type-changed",
            format!("a form arrives as {other}"),
            post(cast).then_header("Content-Type", other),
        ));
    }
    faults.push(fault(
        "content-type-changed",
        "a form signed without its type's value",
        post(cast).canonical(|c| c.set("content-type", "")),
    ));
    faults.push(fault(
        "content-type-changed",
        "a form signed as JSON",
        post(cast)
            .canonical(move |c| c.set("content-type", "application/json"))
            .then_header("Content-Type", form),
    ));
    faults
}

fn hop_by_hop(cast: &Cast) -> Vec<Fault> {
    let length = |signed: &'static str, sent: &'static str| {
        changed("content-length-changed", json(cast, JSON), "Content-Length", [signed, sent])
    };
    vec![
        length("0", "8"),
        length("-1", "8"),
        length("", "8"),
        length("10", "8"),
        fault(
            "content-length-changed",
            "signed with what the body has, sent as another",
            json(cast, JSON).header("Content-Length", "8").then_header("Content-Length", "80"),
        ),
        fault("content-length-changed | signed-header-absent", "chunked in the place of it", {
            json(cast, JSON).header("Content-Length", "8").then(|request| {
                request.remove("Content-Length");
                request.set("Transfer-Encoding", "chunked");
            })
        }),
        fault(
            "content-length-changed | signed-header-absent",
            "0 signed, none sent",
            get(cast)
                .header("Content-Length", "0")
                .then(|request| request.remove("Content-Length")),
        ),
        changed("connection-changed", get(cast), "Connection", ["close", "keep-alive"]),
        changed("connection-changed", get(cast), "Connection", ["keep-alive", "close"]),
        changed("connection-changed", get(cast), "Connection", ["Keep-Alive", "upgrade"]),
        changed("connection-changed", get(cast), "Connection", ["", "close"]),
        changed(
            "connection-changed",
            get(cast),
            "Connection",
            ["Upgrade, HTTP2-Settings", "close"],
        ),
        fault(
            "connection-changed | signed-header-absent",
            "dropped",
            get(cast)
                .header("Connection", "keep-alive")
                .then(|request| request.remove("Connection")),
        ),
        fault(
            "connection-changed | signed-header-absent",
            "dropped: close",
            get(cast).header("Connection", "close").then(|request| request.remove("Connection")),
        ),
        changed("expect-changed", json(cast, JSON), "Expect", ["100-continue", ""]),
        changed("expect-changed", json(cast, JSON), "Expect", ["", "100-continue"]),
        changed("expect-changed", json(cast, JSON), "Expect", ["100-Continue", "100-continue"]),
        fault(
            "expect-changed | signed-header-absent",
            "dropped",
            json(cast, JSON)
                .header("Expect", "100-continue")
                .then(|request| request.remove("Expect")),
        ),
        changed(
            "user-agent-changed | header-signed-empty",
            get(cast),
            "User-Agent",
            ["", "curl/8.5.0"],
        ),
        changed(
            "user-agent-changed",
            get(cast),
            "User-Agent",
            ["aws-cli/2.15.0", "aws-cli/2.15.0 proxied/1.0"],
        ),
        changed(
            "user-agent-changed",
            get(cast),
            "User-Agent",
            ["Boto3/1.34 Botocore/1.34", "Boto3/1.34 Botocore/1.34 S3Transfer/0.10"],
        ),
        changed(
            "user-agent-changed",
            get(cast),
            "User-Agent",
            ["Go-http-client/1.1", "Go-http-client/2.0"],
        ),
        fault(
            "user-agent-changed | signed-header-absent",
            "dropped",
            get(cast).header("User-Agent", "").then(|request| request.remove("User-Agent")),
        ),
        fault(
            "user-agent-changed | header-rewritten-by-proxy",
            "kept by a proxy in X-Original-User-Agent",
            {
                get(cast).header("User-Agent", "mine/1.0").then(|request| {
                    request.set("User-Agent", "Amazon CloudFront");
                    request.set("X-Original-User-Agent", "mine/1.0");
                })
            },
        ),
    ]
}

fn by_proxies(cast: &Cast) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, kept, signed) in [
        ("Accept", "X-Original-Accept", "text/xml"),
        ("Authorization-Note", "X-Original-Authorization-Note", "x"),
        ("Content-Type", "X-Original-Content-Type", "application/x-thing"),
        ("Referer", "X-Original-Referer", "https://example.com/a"),
        ("X-Forwarded-For", "X-Original-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Proto", "X-Original-X-Forwarded-Proto", "https"),
        ("User-Agent", "X-Forwarded-User-Agent", "mine/2"),
        ("Cookie", "X-Original-Cookie", "a=b"),
    ] {
        let client = rest(cast, "/v1").header(name, signed).then(move |request| {
            request.set(name, "what the proxy likes");
            request.set(kept, signed);
        });
        let causes = "header-rewritten-by-proxy | user-agent-changed | content-type-changed";
        faults.push(fault(causes, format!("{name} kept in {kept}"), client));
    }
    // A proxy adds itself behind what it finds.
    faults.push(changed(
        "header-extended-by-proxy | header-rewritten-by-proxy",
        get(cast),
        "X-Forwarded-For",
        ["203.0.113.9", "203.0.113.9, 10.0.0.1"],
    ));
    faults.push(changed(
        "header-extended-by-proxy | header-rewritten-by-proxy",
        get(cast),
        "Via",
        ["1.1 a", "1.1 a, 1.1 b"],
    ));
    faults.push(changed("header-spaces-trimmed", rest(cast, "/v1"), "X-Note", ["a\u{b}", "a"]));
    faults
}

fn dates(cast: &Cast) -> Vec<Fault> {
    let later = |seconds: i64| cast.now.plus(seconds).basic();
    let mut faults: Vec<_> = [1, 2, 5, 30, -3, 120]
        .into_iter()
        .map(|seconds| {
            fault(
                "date-header-replaced | string-with-other-date",
                format!("X-Amz-Date moved by {seconds} s"),
                get(cast).then_header("X-Amz-Date", &later(seconds)),
            )
        })
        .collect();
    faults.push(fault("date-header-replaced", "Date replaced by a proxy", {
        get(cast)
            .header("Date", rfc_1123(cast.now.plus(-2)))
            .then_header("Date", &rfc_1123(cast.now))
    }));
    faults.push(fault(
        "date-header-replaced | header-line-left-out",
        "signed with Date, X-Amz-Date put in on the way",
        {
            let date = rfc_1123(cast.now);
            get(cast).header("Date", &date).canonical(|c| c.without("x-amz-date"))
        },
    ));
    faults
}
