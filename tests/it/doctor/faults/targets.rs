//! Methods and paths that are signed otherwise, or changed on their way.

use super::{Fault, fault};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, get, json, post, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = methods(cast);
    faults.extend(encodings(cast));
    faults.extend(normal(cast));
    faults
}

pub(super) fn signed_as(client: Client, path: &str) -> Client {
    let path = path.to_owned();
    client.canonical(move |c| c.path.clone_from(&path))
}

fn methods(cast: &Cast) -> Vec<Fault> {
    let method = |client: Client, method: &'static str| {
        client.canonical(move |c| method.clone_into(&mut c.method))
    };
    let mut faults: Vec<_> = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]
        .map(|name| {
            fault(
                "method-differs",
                format!("{name} signed, POST sent"),
                method(json(cast, "{}"), name),
            )
        })
        .into();
    faults.extend(["POST", "HEAD", "PUT"].map(|name| {
        fault("method-differs", format!("{name} signed, GET sent"), method(presigned(cast), name))
    }));
    faults.push(fault("method-differs", "GET signed for a form", method(post(cast), "GET")));
    faults.push(fault(
        "method-differs",
        "GET signed, HEAD sent",
        rest(cast, "/v1").then(|request| "HEAD".clone_into(&mut request.method)),
    ));
    faults.push(fault(
        "method-differs",
        "PUT signed, GET sent to S3",
        method(s3(cast, "/o").presigned(), "PUT"),
    ));
    faults.push(fault("method-in-lower-case", "get", method(get(cast), "get")));
    faults.push(fault("method-in-lower-case", "post", method(post(cast), "post")));
    faults.push(fault("method-in-lower-case", "Post", method(post(cast), "Post")));
    faults.push(fault(
        "method-in-lower-case",
        "delete",
        method(rest(cast, "/v1").asks("DELETE", "/v1", ""), "delete"),
    ));
    faults
}

fn encodings(cast: &Cast) -> Vec<Fault> {
    vec![
        fault("path-encoded-once", "a space", signed_as(rest(cast, "/a%20b/c"), "/a%20b/c")),
        fault(
            "path-encoded-once",
            "an ARN",
            signed_as(
                rest(cast, "/v1/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx"),
                "/v1/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx",
            ),
        ),
        fault(
            "path-encoded-once",
            "UTF-8",
            signed_as(json(cast, "{}").asks("PUT", "/caf%C3%A9", "{}"), "/caf%C3%A9"),
        ),
        fault(
            "path-encoded-twice",
            "a space",
            signed_as(s3(cast, "/bucket/a%20b"), "/bucket/a%2520b"),
        ),
        fault("path-encoded-twice", "a +", signed_as(s3(cast, "/bucket/a%2Bb"), "/bucket/a%252Bb")),
        fault(
            "path-otherwise-encoded | path-unescaped-in-transit",
            "encoded three times",
            signed_as(rest(cast, "/a%20b"), "/a%252520b"),
        ),
        fault(
            "path-otherwise-encoded | path-signs-not-encoded",
            "decoded",
            signed_as(rest(cast, "/a%20b"), "/a b"),
        ),
        fault(
            "path-otherwise-encoded",
            "escapes in lower case",
            signed_as(s3(cast, "/a%3Ab"), "/a%3ab"),
        ),
        fault(
            "path-otherwise-encoded",
            "escapes in lower case, REST",
            signed_as(rest(cast, "/a%3Ab:c"), "/a%253ab%3ac"),
        ),
        fault(
            "path-otherwise-encoded",
            "the second escapes in lower case",
            signed_as(rest(cast, "/a:b"), "/a%3ab"),
        ),
        fault("path-otherwise-encoded", "~ as %7E", signed_as(rest(cast, "/~ann/x"), "/%7Eann/x")),
        fault(
            "path-otherwise-encoded",
            "~ as %7E, S3",
            signed_as(s3(cast, "/~ann/x"), "/%7Eann/x"),
        ),
        fault("path-otherwise-encoded", "a space as +", signed_as(s3(cast, "/a%20b"), "/a+b")),
        fault("path-otherwise-encoded", "Latin-1", signed_as(s3(cast, "/caf%C3%A9"), "/caf%E9")),
        fault(
            "path-otherwise-encoded",
            "Latin-1, REST",
            signed_as(rest(cast, "/caf%C3%A9"), "/caf%25E9"),
        ),
        fault(
            "path-otherwise-encoded",
            "letters and marks signed apart (NFD)",
            signed_as(s3(cast, "/caf%C3%A9"), "/cafe%CC%81"),
        ),
        fault(
            "path-otherwise-encoded",
            "letters and marks signed as one (NFC)",
            signed_as(s3(cast, "/cafe%CC%81"), "/caf%C3%A9"),
        ),
        fault(
            "path-otherwise-encoded | path-encoded-once",
            "slashes escaped",
            signed_as(rest(cast, "/a/b"), "%2Fa%2Fb"),
        ),
        fault(
            "path-otherwise-encoded",
            "slashes within escaped",
            signed_as(rest(cast, "/a/b"), "/a%2Fb"),
        ),
        fault(
            "path-otherwise-written",
            "all in lower case",
            signed_as(rest(cast, "/V1/Orders"), "/v1/orders"),
        ),
    ]
}

fn normal(cast: &Cast) -> Vec<Fault> {
    vec![
        fault("path-not-normalized", "dots", signed_as(rest(cast, "/a/../b"), "/a/../b")),
        fault("path-not-normalized", "one dot", signed_as(rest(cast, "/a/./b"), "/a/./b")),
        fault("path-not-normalized", "two slashes", signed_as(rest(cast, "/a//b"), "/a//b")),
        fault(
            "path-not-normalized",
            "two slashes at the start",
            signed_as(rest(cast, "//a/b"), "//a/b"),
        ),
        fault(
            "path-not-normalized",
            "two slashes alone",
            signed_as(get(cast).asks("GET", "//?Action=ListUsers&Version=2010-05-08", ""), "//"),
        ),
        fault("path-normalized", "two slashes", signed_as(s3(cast, "/b//k"), "/b/k")),
        fault("path-normalized", "dots", signed_as(s3(cast, "/b/x/../k"), "/b/k")),
        fault("path-normalized", "a dot", signed_as(s3(cast, "/b/./k"), "/b/k")),
        fault(
            "path-slashes-merged",
            "two slashes merged on the way",
            s3(cast, "/b//k").then_target("//", "/"),
        ),
        fault(
            "path-slashes-merged",
            "two slashes at the start merged on the way",
            s3(cast, "//b/k").then_target("//", "/"),
        ),
        fault(
            "path-normalized | path-unescaped-in-transit | path-prefix",
            "dots taken out on the way",
            s3(cast, "/b/x/../k").then_target("/x/..", ""),
        ),
        fault(
            "path-slash-at-end",
            "not sent",
            rest(cast, "/v1/orders/").then_target("orders/", "orders"),
        ),
        fault(
            "path-slash-at-end",
            "not signed",
            rest(cast, "/v1/orders").then_target("orders", "orders/"),
        ),
        fault(
            "path-slash-at-end",
            "not sent, S3",
            s3(cast, "/bucket/").then_target("bucket/", "bucket"),
        ),
        fault(
            "path-slash-at-end",
            "not signed, with a query",
            rest(cast, "/v1/orders?a=b").then_target("orders", "orders/"),
        ),
        fault(
            "path-slash-at-end",
            "not signed, S3",
            s3(cast, "/bucket?list-type=2").then_target("bucket", "bucket/"),
        ),
    ]
}
