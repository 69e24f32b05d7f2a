//! Paths that are changed on their way, and signs in them.

use super::targets::signed_as;
use super::{Fault, fault};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, get, rest, s3};
use crate::signer::encoded;

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = transit(cast);
    faults.extend(signs(cast));
    faults.extend(lines(cast));
    faults
}

fn transit(cast: &Cast) -> Vec<Fault> {
    let forwarded = |client: Client, prefix: &str| {
        client.header("X-Forwarded-Prefix", prefix).not_signing("x-forwarded-prefix")
    };
    vec![
        fault(
            "path-prefix",
            "X-Forwarded-Prefix, cut",
            forwarded(rest(cast, "/api/v1/orders"), "/api").then_target("/api", ""),
        ),
        fault(
            "path-prefix",
            "X-Forwarded-Prefix, cut, with odd signs",
            forwarded(rest(cast, "/api/a%20b"), "/api").then_target("/api", ""),
        ),
        fault(
            "path-prefix",
            "X-Forwarded-Prefix with a slash at its end",
            forwarded(rest(cast, "/api/v1/orders"), "/api/").then_target("/api", ""),
        ),
        fault(
            "path-prefix",
            "X-Forwarded-Prefix, of IAM",
            forwarded(
                get(cast).asks("GET", "/iam/?Action=ListUsers&Version=2010-05-08", ""),
                "/iam",
            )
            .then_target("/iam", ""),
        ),
        fault(
            "path-prefix",
            "X-Original-URI",
            rest(cast, "/api/v1/orders")
                .header("X-Original-URI", "/api/v1/orders")
                .not_signing("x-original-uri")
                .then_target("/api", ""),
        ),
        fault(
            "path-prefix",
            "X-Forwarded-Path",
            rest(cast, "/api/v1/orders")
                .header("X-Forwarded-Path", "/api/v1/orders")
                .not_signing("x-forwarded-path")
                .then_target("/api", ""),
        ),
        fault(
            "path-prefix",
            "X-Envoy-Original-Path",
            rest(cast, "/api/v1/orders")
                .header("X-Envoy-Original-Path", "/api/v1/orders")
                .not_signing("x-envoy-original-path")
                .then_target("/api", ""),
        ),
        fault("path-prefix", "a stage, cut", rest(cast, "/prod/orders").then_target("/prod", "")),
        fault(
            "path-prefix",
            "a stage, added",
            rest(cast, "/orders").then_target("/orders", "/prod/orders"),
        ),
        fault(
            "path-prefix",
            "a stage, added: dev",
            rest(cast, "/orders").then_target("/orders", "/dev/orders"),
        ),
        fault(
            "path-prefix",
            "a first part, added",
            rest(cast, "/orders").then_target("/orders", "/gateway/orders"),
        ),
        fault(
            "path-prefix",
            "$default, cut",
            rest(cast, "/$default/orders").then_target("/$default", ""),
        ),
        fault("path-prefix", "a version, cut", rest(cast, "/v1/orders").then_target("/v1", "")),
        fault("path-prefix", "an API, cut", rest(cast, "/api/orders").then_target("/api", "")),
        fault(
            "path-unescaped-in-transit",
            "%2F decoded",
            rest(cast, "/v1/a%2Fb").then_target("%2F", "/"),
        ),
        fault(
            "path-unescaped-in-transit",
            "%2F decoded, S3",
            s3(cast, "/b/a%2Fb/c%20d").then_target("%2F", "/"),
        ),
        fault(
            "path-unescaped-in-transit",
            "%3A decoded",
            rest(cast, "/v1/a%3Ab").then_target("%3A", ":"),
        ),
        fault(
            "path-unescaped-in-transit",
            "%40 decoded",
            rest(cast, "/v1/a%40b").then_target("%40", "@"),
        ),
        fault(
            "path-unescaped-in-transit | path-encoded-twice",
            "%2B decoded, S3",
            s3(cast, "/b/a%252Bb").then_target("%25", "%"),
        ),
        fault(
            "path-unescaped-in-transit | path-otherwise-encoded | path-encoded-once",
            "%20 encoded again",
            rest(cast, "/v1/a%20b").then_target("%20", "%2520"),
        ),
        fault(
            "path-unescaped-in-transit",
            "%7E decoded",
            rest(cast, "/v1/%7Eann").then_target("%7E", "~"),
        ),
        fault(
            "path-unescaped-in-transit | path-otherwise-encoded",
            "escapes made upper case",
            rest(cast, "/v1/a%3ab").then_target("%3a", "%3A"),
        ),
        fault(
            "path-unescaped-in-transit | path-signs-not-encoded | path-encoded-once",
            "signs escaped on the way",
            rest(cast, "/v1/a:b").then_target(":", "%3A"),
        ),
    ]
}

fn signs(cast: &Cast) -> Vec<Fault> {
    let mut faults = Vec::new();
    for sign in ["!", "'", "(", ")", "*", "@", "=", ":", "+", "$", ",", ";", "&"] {
        let path = format!("/v1/a{sign}b");
        faults.push(fault(
            "path-signs-not-encoded | path-encoded-once",
            format!("{sign} as it is"),
            signed_as(rest(cast, &path), &path),
        ));
    }
    // As encodeURIComponent has it, whatever else is in the path.
    faults.push(fault(
        "path-signs-not-encoded",
        "JavaScript's !'()*",
        signed_as(rest(cast, "/a!'()*b:c@d"), "/a!'()*b%3Ac%40d"),
    ));
    faults.push(fault(
        "path-signs-not-encoded",
        "JavaScript's !'()*, S3",
        signed_as(s3(cast, "/b/a%21%27%28%29%2Ab%3Ac"), "/b/a!'()*b%3Ac"),
    ));
    faults.push(fault(
        "path-signs-not-encoded",
        "* alone",
        signed_as(s3(cast, "/b/a%2A%40"), "/b/a*%40"),
    ));
    faults.push(fault(
        "path-signs-not-encoded",
        "parentheses alone",
        signed_as(s3(cast, "/b/a%28%29%20"), "/b/a()%20"),
    ));
    faults.push(fault(
        "path-signs-not-encoded",
        "as encodeURI has it",
        signed_as(s3(cast, "/b/a%3Ab%40c%2Cd%20e"), "/b/a:b@c,d%20e"),
    ));
    faults.push(fault(
        "path-signs-not-encoded",
        "a + alone",
        signed_as(s3(cast, "/b/a%2Bb%20c"), "/b/a+b%20c"),
    ));
    faults.push(fault(
        "path-signs-not-encoded",
        "= alone",
        signed_as(s3(cast, "/b/a%3Db%20c"), "/b/a=b%20c"),
    ));
    faults
}

fn lines(cast: &Cast) -> Vec<Fault> {
    let url = encoded(b"http://127.0.0.1:7448/v1/orders", true);
    vec![
        fault("path-missing", "empty, of /", signed_as(get(cast), "")),
        fault("path-missing", "empty, of a path", signed_as(rest(cast, "/v1/orders"), "")),
        fault("path-missing", "/, of a path", signed_as(rest(cast, "/v1/orders"), "/")),
        fault("path-missing", "/, S3", signed_as(s3(cast, "/b/k"), "/")),
        fault(
            "path-with-query",
            "the whole target",
            signed_as(rest(cast, "/v1/orders?a=b"), "/v1/orders?a=b"),
        ),
        fault(
            "path-with-query",
            "the whole target, no query besides",
            signed_as(rest(cast, "/v1/orders?a=b"), "/v1/orders?a=b").canonical(|c| {
                "/v1/orders?a=b".clone_into(&mut c.path);
                c.query.clear();
            }),
        ),
        fault(
            "path-with-query",
            "the whole target, encoded",
            signed_as(rest(cast, "/v1/orders?a=b"), "/v1/orders%3Fa%3Db"),
        ),
        fault(
            "path-with-query",
            "the whole URL",
            signed_as(rest(cast, "/v1/orders"), "http://127.0.0.1:7448/v1/orders"),
        ),
        fault(
            "path-with-query",
            "the whole URL, encoded",
            signed_as(rest(cast, "/v1/orders"), &url),
        ),
        fault(
            "path-with-query",
            "a fragment",
            signed_as(rest(cast, "/v1/orders"), "/v1/orders#top"),
        ),
        fault(
            "path-with-query",
            "host and path",
            signed_as(rest(cast, "/v1/orders"), "127.0.0.1:7448/v1/orders"),
        ),
        fault(
            "path-otherwise-written",
            "no slash before it",
            signed_as(rest(cast, "/v1/orders"), "v1/orders"),
        ),
        fault(
            "path-with-query",
            "the query in the path of IAM",
            get(cast).canonical(|c| {
                "/?Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F".clone_into(&mut c.path);
                c.query.clear();
            }),
        ),
    ]
}
