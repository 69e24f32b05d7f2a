//! What proxies do to requests: for nginx in its own language, each as people write it.

use super::{faulty, nginx};

/// A server that passes everything on but for these lines.
macro_rules! keeping {
    ($lines:literal) => {
        concat!(
            "location / { proxy_set_header Host $http_host; ",
            $lines,
            " proxy_pass http://GATEWAY; }"
        )
    };
}

/// The proxy shows itself, but not what was asked of it.
pub(super) const SHOWN: nginx::Fault = (
    "Host is the upstream's, X-Forwarded-For is added",
    "location / { proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_pass http://GATEWAY; }",
);

/// One that takes the port off, as many a manual has it, and tells nobody.
pub(super) const WITHOUT_PORT: nginx::Fault = (
    "Host is without its port ($host)",
    "location / { proxy_set_header Host $host; proxy_pass http://GATEWAY; }",
);

/// What becomes of the Host header, which every client signs.
pub(super) const HOSTS: &[nginx::Fault] = &[
    ("everything is passed on", keeping!("")),
    (
        "Host is the upstream's, as nginx has it by default",
        "location / { proxy_pass http://GATEWAY; }",
    ),
    SHOWN,
    (
        "Host is the upstream's, X-Forwarded-Host has the one that was asked for",
        "location / { proxy_set_header X-Forwarded-Host $http_host; proxy_pass http://GATEWAY; }",
    ),
    (
        "Host is the upstream's, Forwarded has the one that was asked for",
        r#"location / { proxy_set_header Forwarded "for=127.0.0.1;host=\"$http_host\""; proxy_pass http://GATEWAY; }"#,
    ),
    (
        "Host is the upstream's, X-Forwarded-Host and X-Forwarded-Port have name and port",
        "location / { proxy_set_header X-Forwarded-Host $host; proxy_set_header X-Forwarded-Port $server_port; \
         proxy_pass http://GATEWAY; }",
    ),
    WITHOUT_PORT,
    (
        "Host is without its port, X-Forwarded-Port has it",
        "location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Port $server_port; \
         proxy_pass http://GATEWAY; }",
    ),
    (
        "Host is without its port, X-Forwarded-Host is with it",
        "location / { proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $http_host; \
         proxy_pass http://GATEWAY; }",
    ),
];

/// What the proxy is called that is asked for a URL of AWS's, and asks the gateway.
pub(super) const OF_AWS: nginx::Fault =
    ("what is signed for AWS is sent here", "location / { proxy_pass http://GATEWAY; }");

/// What becomes of the other headers, of the body, and of the target.
pub(super) const CHANGES: &[nginx::Fault] = &[
    ("X-Amz-Date is dropped", keeping!(r#"proxy_set_header X-Amz-Date "";"#)),
    ("Authorization is dropped", keeping!(r#"proxy_set_header Authorization "";"#)),
    ("X-Amz-Content-Sha256 is dropped", keeping!(r#"proxy_set_header X-Amz-Content-Sha256 "";"#)),
    ("Amz-Sdk-Invocation-Id is dropped", keeping!(r#"proxy_set_header Amz-Sdk-Invocation-Id "";"#)),
    ("Amz-Sdk-Request is dropped", keeping!(r#"proxy_set_header Amz-Sdk-Request "";"#)),
    ("Accept-Encoding is dropped", keeping!(r#"proxy_set_header Accept-Encoding "";"#)),
    ("a session token is added", keeping!("proxy_set_header X-Amz-Security-Token token;")),
    (
        "Content-Type is without its charset",
        keeping!("proxy_set_header Content-Type application/x-www-form-urlencoded;"),
    ),
    (
        "Content-Type has another charset",
        keeping!(
            r#"proxy_set_header Content-Type "application/x-www-form-urlencoded;charset=UTF-8";"#
        ),
    ),
    ("a parameter is added to the body", keeping!(r#"proxy_set_body "$request_body&debug=1";"#)),
    ("a line end is added to the body", keeping!(r#"proxy_set_body "$request_body\n";"#)),
    (
        "the body is dropped",
        keeping!(r#"proxy_pass_request_body off; proxy_set_header Content-Length "";"#),
    ),
    ("POST becomes PUT", keeping!("proxy_method PUT;")),
    ("POST becomes GET", keeping!("proxy_method GET;")),
    ("a parameter is added to the URL", keeping!("set $args debug=1;")),
];

/// Where the client is sent elsewhere.
pub(super) const REDIRECTS: &[nginx::Fault] = &[
    (
        "a redirect turns POST into GET (301)",
        "return 301 http://GATEWAY/?Action=ListUsers&Version=2010-05-08;",
    ),
    ("a redirect leads to another port (307)", "return 307 http://GATEWAY/;"),
];

/// What nginx does not do.
pub(super) const FAULTY: &[faulty::Fault] = &[
    ("everything is passed on", faulty::nothing),
    ("the names of the headers are in capitals", faulty::capitals),
    ("the form is written anew, + for %20 or %20 for +", faulty::form_written_anew),
    ("the body is compressed", faulty::gzipped),
    ("the body is cut short", faulty::cut_short),
    ("the body is sent in chunks, without its length", faulty::chunked),
    ("the body is framed into aws-chunked", faulty::framed),
    ("amz-sdk-request counts another attempt", faulty::tried_again),
    ("X-Amz-Date is set two seconds later", faulty::date_set_anew),
];

/// What only who signs by hand meets.
pub(super) const JOINED: faulty::Fault =
    ("a header that is given twice is joined with a space", faulty::duplicates_joined);
