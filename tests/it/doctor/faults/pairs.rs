//! Two things that go wrong at once, in different places.

use super::{Fault, fault};
use crate::doctor::client::{Client, hash};
use crate::doctor::examined::{Cast, SECRET, get, json, post, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = with_secrets(cast);
    faults.extend(without_secrets(cast));
    faults.extend(in_other_readings(cast));
    faults
}

/// Either order means the same.
macro_rules! pair {
    ($first:literal, $second:literal, $client:expr) => {
        fault(concat!($first, ", ", $second, " | ", $second, ", ", $first), "both", $client)
    };
}

fn no_port(client: Client) -> Client {
    client.canonical(|c| c.set("host", "127.0.0.1"))
}

fn with_secrets(cast: &Cast) -> Vec<Fault> {
    let line_end = format!("{SECRET}\n");
    let quoted = format!("\"{SECRET}\"");
    let crlf = format!("{SECRET}\r\n");
    let space = format!("{SECRET} ");
    let encoded = "tq7Zr%2F8Pz%2BXc4dVbN1mLkJ2hGf9Sa0Qw%2BEyU%2FiO3";
    vec![
        pair!("secret-ends-in-newline", "host-port-dropped", no_port(get(cast).secret(&line_end))),
        pair!("secret-in-quotes", "host-port-dropped", no_port(post(cast).secret(&quoted))),
        pair!(
            "secret-ends-in-newline",
            "accept-encoding-changed",
            get(cast)
                .secret(&crlf)
                .header("Accept-Encoding", "identity")
                .then_header("Accept-Encoding", "gzip")
        ),
        pair!(
            "secret-url-encoded",
            "accept-encoding-changed",
            get(cast)
                .secret(encoded)
                .header("Accept-Encoding", "gzip, deflate")
                .then_header("Accept-Encoding", "gzip")
        ),
        pair!(
            "secret-ends-in-newline",
            "content-type-changed",
            json(cast, "{}")
                .secret(&line_end)
                .then_header("Content-Type", "application/json; charset=utf-8")
        ),
        pair!(
            "secret-has-white-space",
            "host-of-aws",
            get(cast).secret(&space).canonical(|c| c.set("host", "iam.amazonaws.com"))
        ),
        pair!(
            "secret-ends-in-newline",
            "connection-changed",
            get(cast)
                .secret(&line_end)
                .header("Connection", "close")
                .then_header("Connection", "keep-alive")
        ),
        pair!(
            "secret-ends-in-newline",
            "host-rewritten-by-proxy",
            get(cast).secret(&line_end).host("iam.example.com").then(|request| {
                request.set("Host", "upstream");
                request.set("X-Forwarded-Host", "iam.example.com");
            })
        ),
        pair!(
            "secret-ends-in-newline",
            "body-not-signed",
            post(cast).secret(&line_end).canonical(|c| c.hash = hash(b""))
        ),
        pair!(
            "secret-in-quotes",
            "body-declared-unsigned",
            json(cast, "{}")
                .secret(&quoted)
                .canonical(|c| "UNSIGNED-PAYLOAD".clone_into(&mut c.hash))
        ),
        pair!(
            "secret-ends-in-newline",
            "body-line-end-changed",
            json(cast, "{}").secret(&line_end).then_body("{}\n")
        ),
        pair!(
            "secret-ends-in-newline",
            "body-json-rewritten",
            json(cast, "{\"a\": 1}").secret(&line_end).then_body("{\"a\":1}")
        ),
        pair!(
            "secret-ends-in-newline",
            "path-encoded-once",
            rest(cast, "/a%20b").secret(&line_end).canonical(|c| "/a%20b".clone_into(&mut c.path))
        ),
        pair!(
            "secret-in-quotes",
            "query-unsorted",
            rest(cast, "/v1?b=1&a=2")
                .secret(&quoted)
                .canonical(|c| "b=1&a=2".clone_into(&mut c.query))
        ),
        pair!(
            "secret-ends-in-newline",
            "query-parameters-added",
            presigned(cast)
                .secret(&line_end)
                .then(|request| request.target.extend(b"&utm_source=x"))
        ),
        pair!(
            "secret-ends-in-newline",
            "method-differs",
            presigned(cast).secret(&line_end).canonical(|c| "PUT".clone_into(&mut c.method))
        ),
        pair!(
            "secret-ends-in-newline",
            "string-ends-in-newline",
            get(cast).secret(&line_end).string(|text| format!("{text}\n"))
        ),
        pair!(
            "key-without-aws4",
            "path-encoded-once",
            rest(cast, "/a%20b")
                .key(|secret, scope| {
                    let steps = scope.iter().map(String::as_str).chain(["aws4_request"]);
                    steps.fold(secret.to_vec(), |key, step| {
                        crate::doctor::client::hmac(&key, step.as_bytes()).to_vec()
                    })
                })
                .canonical(|c| "/a%20b".clone_into(&mut c.path))
        ),
    ]
}

/// Where AWS leaves more than one way to read a request, the mistake is found in each.
fn in_other_readings(cast: &Cast) -> Vec<Fault> {
    let line_end = format!("{SECRET}\n");
    let tabs = |client: Client| client.header("X-Note", "a\t\tb");
    let one = "secret-ends-in-newline";
    vec![
        fault(one, "with tabs that are folded", tabs(get(cast)).secret(&line_end)),
        fault("host-port-dropped", "with tabs that are folded", no_port(tabs(get(cast)))),
    ]
}

fn without_secrets(cast: &Cast) -> Vec<Fault> {
    let identity = |client: Client| {
        client.header("Accept-Encoding", "identity").then_header("Accept-Encoding", "gzip, br")
    };
    vec![
        pair!("host-port-dropped", "accept-encoding-changed", no_port(identity(get(cast)))),
        pair!(
            "host-port-dropped",
            "body-not-signed",
            post(cast).canonical(|c| {
                c.set("host", "127.0.0.1");
                c.hash = hash(b"");
            })
        ),
        pair!(
            "host-of-aws",
            "accept-encoding-changed",
            identity(get(cast)).canonical(|c| c.set("host", "iam.amazonaws.com"))
        ),
        pair!(
            "host-port-dropped",
            "path-encoded-once",
            rest(cast, "/a%20b").canonical(|c| {
                c.set("host", "127.0.0.1");
                "/a%20b".clone_into(&mut c.path);
            })
        ),
        pair!(
            "host-port-dropped",
            "query-unsorted",
            rest(cast, "/v1?b=1&a=2").canonical(|c| {
                c.set("host", "127.0.0.1");
                "b=1&a=2".clone_into(&mut c.query);
            })
        ),
        pair!(
            "accept-encoding-changed",
            "body-json-rewritten",
            identity(json(cast, "{\"a\": 1}")).then_body("{\"a\":1}")
        ),
        pair!(
            "accept-encoding-changed",
            "body-line-end-changed",
            identity(json(cast, "{}")).then_body("{}\n")
        ),
        pair!(
            "accept-encoding-changed",
            "path-unescaped-in-transit",
            identity(rest(cast, "/a%2Fb")).then_target("%2F", "/")
        ),
        pair!(
            "accept-encoding-changed",
            "path-slash-at-end",
            identity(rest(cast, "/v1/orders")).then_target("orders", "orders/")
        ),
        pair!(
            "accept-encoding-changed",
            "path-prefix",
            identity(rest(cast, "/v1/orders")).then_target("/v1/orders", "/prod/v1/orders")
        ),
        pair!(
            "accept-encoding-changed",
            "content-type-changed",
            identity(json(cast, "{}"))
                .then_header("Content-Type", "application/json; charset=utf-8")
        ),
        pair!(
            "accept-encoding-changed",
            "user-agent-changed",
            identity(get(cast)).header("User-Agent", "").then_header("User-Agent", "curl/8")
        ),
        pair!(
            "connection-changed",
            "accept-encoding-changed",
            identity(get(cast))
                .header("Connection", "close")
                .then_header("Connection", "keep-alive")
        ),
        pair!(
            "content-type-changed",
            "body-form-recoded",
            post(cast)
                .with_body("Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%20b%2F")
                .then_header("Content-Type", "application/x-www-form-urlencoded")
                .then_body("Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa+b%2F")
        ),
        pair!(
            "host-port-dropped",
            "path-encoded-twice",
            s3(cast, "/b/a%20b").canonical(|c| {
                c.set("host", "127.0.0.1");
                "/b/a%2520b".clone_into(&mut c.path);
            })
        ),
        pair!(
            "host-port-dropped",
            "key-of-another-region",
            no_port(get(cast)).key(|secret, [day, _, service]| {
                crate::doctor::client::derived(
                    secret,
                    &[day.clone(), "eu-west-1".to_owned(), service.clone()],
                )
            })
        ),
        pair!(
            "body-line-end-changed",
            "path-encoded-once",
            json(cast, "{}")
                .asks("POST", "/a%20b", "{}")
                .canonical(|c| "/a%20b".clone_into(&mut c.path))
                .then_body("{}\n")
        ),
    ]
}
