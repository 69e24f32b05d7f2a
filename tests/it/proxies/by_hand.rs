//! What no SDK sends: other paths, presigned URLs, headers that need not be signed; by the signer of the tests.

use std::io::Write;

use bytes::Bytes;
use countersign::clock::{Clock, SystemClock};
use http::Request;

use super::nginx;
use crate::plain::{put_down, to_wire};
use crate::raw::{Answer, answer, connect};
use crate::real_life::NONE;
use crate::running::{ROOT_ID, ROOT_SECRET};
use crate::signer::Signer;

/// A fault of nginx's, and what is asked through it: target and headers.
pub(super) type Asked = (nginx::Fault, &'static str, &'static [(&'static str, &'static str)]);

/// What is asked where the target does not matter.
pub(super) const LIST: &str = "/?Action=ListUsers&Version=2010-05-08";

/// What is signed in the header.
pub(super) const SIGNED: &[Asked] = &[
    (
        (
            "escapes in the path are decoded (proxy_pass with a path)",
            "location / { proxy_set_header Host $http_host; proxy_pass http://GATEWAY/; }",
        ),
        "/my%20file%2B1",
        &[],
    ),
    (
        (
            "double slashes and dots are taken out of the path",
            "location / { proxy_set_header Host $http_host; proxy_pass http://GATEWAY/; }",
        ),
        "/a//b/../c",
        &[],
    ),
    (
        (
            "a prefix is cut off, a usual one",
            "location /prod/ { proxy_set_header Host $http_host; proxy_pass http://GATEWAY/; }",
        ),
        "/prod/?Action=ListUsers&Version=2010-05-08",
        &[],
    ),
    (
        (
            "a prefix is cut off",
            "location /cloud/ { proxy_set_header Host $http_host; proxy_pass http://GATEWAY/; }",
        ),
        "/cloud/?Action=ListUsers&Version=2010-05-08",
        &[],
    ),
    (
        (
            "a prefix is cut off, X-Forwarded-Prefix has it",
            "location /cloud/ { proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Prefix /cloud; \
             proxy_pass http://GATEWAY/; }",
        ),
        "/cloud/?Action=ListUsers&Version=2010-05-08",
        &[],
    ),
    (("a slash is added to the path", keeping!("rewrite ^(.*[^/])$ $1/ break;")), "/users", &[]),
    (
        (
            "Accept-Encoding is dropped, which is signed",
            keeping!(r#"proxy_set_header Accept-Encoding "";"#),
        ),
        LIST,
        &[("accept-encoding", "gzip, deflate")],
    ),
    (
        (
            "Accept-Encoding is set to gzip, identity is signed",
            keeping!("proxy_set_header Accept-Encoding gzip;"),
        ),
        LIST,
        &[("accept-encoding", "identity")],
    ),
    (
        ("User-Agent is replaced, which is signed", keeping!("proxy_set_header User-Agent nginx;")),
        LIST,
        &[("user-agent", "ours/1.0")],
    ),
    (("a signed header with an underscore is dropped", keeping!("")), LIST, &[("x_note", "1")]),
    (("GET becomes POST", keeping!("proxy_method POST;")), LIST, &[]),
];

/// What is signed in the query.
pub(super) const PRESIGNED: &[Asked] = &[
    (("a presigned URL is passed on", keeping!("")), LIST, &[]),
    (
        ("a parameter is added to a presigned URL", keeping!("set $args $args&utm_source=mail;")),
        LIST,
        &[],
    ),
];

/// What is signed by a session.
pub(super) const TOKEN: Asked = (
    ("the session token is dropped", keeping!(r#"proxy_set_header X-Amz-Security-Token "";"#)),
    "/?Action=GetCallerIdentity&Version=2011-06-15",
    &[],
);

/// Root's signer, at this moment.
pub(super) fn root() -> Signer {
    Signer::new(ROOT_ID, ROOT_SECRET).at(SystemClock::start().now())
}

/// The request for a target at an address.
pub(super) fn get(address: &str, target: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let request = Request::get(format!("http://{address}{target}"));
    let with = |request: http::request::Builder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    headers.iter().fold(request, with).body(Bytes::new()).unwrap()
}

/// Asks, and reads the answer.
pub(super) fn ask(address: &str, request: &Request<Bytes>) -> Answer {
    let mut stream = connect(address);
    stream.write_all(&to_wire(&put_down(request))).unwrap();
    answer(&mut stream)
}

/// The cause that the answer names, or `none`.
pub(super) fn cause(address: &str, request: &Request<Bytes>) -> String {
    ask(address, request).header("x-countersign-cause").unwrap_or(NONE).to_owned()
}

/// Root's signer for a session of its own.
pub(super) fn session(gateway: &str) -> Signer {
    let request = get(gateway, "/?Action=GetSessionToken&Version=2011-06-15", &[]);
    let answer = ask(gateway, &root().service("sts").sign(request));
    let element = |name: &str| {
        let (_, rest) = answer.body.split_once(&format!("<{name}>")).unwrap();
        rest.split('<').next().unwrap()
    };
    let signer = Signer::new(element("AccessKeyId"), element("SecretAccessKey"));
    signer.token(element("SessionToken")).service("sts").at(SystemClock::start().now())
}
