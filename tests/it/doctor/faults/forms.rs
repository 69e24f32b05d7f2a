//! Requests whose form is wrong: it is seen before any signature is looked at.

use super::{Fault, fault};
use crate::doctor::client::{Client, Door};
use crate::doctor::examined::{Cast, get, in_session, json, post, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = requests(cast);
    faults.extend(authorizations(cast));
    faults.extend(parts(cast));
    faults.extend(credentials(cast));
    faults.extend(tokens_and_keys(cast));
    faults
}

fn requests(cast: &Cast) -> Vec<Fault> {
    let unsigned = |client: Client| client.then(|request| request.remove("Authorization"));
    vec![
        fault("path-broken", "a bad escape", get(cast).asks("GET", "/a%zz?Action=ListUsers", "")),
        fault(
            "path-broken",
            "above the root",
            rest(cast, "/a").then(|request| request.target = b"/../../x".to_vec()),
        ),
        fault("no-call", "GET / alone", get(cast).asks("GET", "/", "")),
        fault("no-call", "PUT", get(cast).asks("PUT", "/?Action=ListUsers&Version=2010-05-08", "")),
        fault("no-call", "DELETE", get(cast).asks("DELETE", "/", "")),
        fault(
            "content-type-no-form",
            "JSON",
            post(cast).then_header("Content-Type", "application/json"),
        ),
        fault("content-type-no-form", "text", post(cast).then_header("Content-Type", "text/plain")),
        fault(
            "content-type-no-form",
            "multipart",
            post(cast).then_header("Content-Type", "multipart/form-data; boundary=a"),
        ),
        fault(
            "query-broken",
            "% at the end",
            rest(cast, "/v1").then(|request| request.target = b"/v1?a=100%".to_vec()),
        ),
        fault("form-unreadable", "%zz in a form", post(cast).with_body("Action=ListUsers&a=%zz")),
        fault(
            "form-unreadable",
            "% at the end of a form",
            post(cast).with_body("Action=ListUsers&a=%"),
        ),
        fault("query-broken", "%zz", get(cast).then(|request| request.target.extend(b"&Path=%zz"))),
        fault(
            "signed-in-header-and-query",
            "both",
            presigned(cast).then_header("Authorization", "AWS4-HMAC-SHA256 Credential=a"),
        ),
        fault(
            "signed-in-header-and-query",
            "both signed",
            get(cast).then(|request| request.target.extend(b"&X-Amz-Algorithm=AWS4-HMAC-SHA256")),
        ),
        fault("not-signed", "no Authorization", unsigned(get(cast))),
        fault("not-signed", "no Authorization, a form", unsigned(post(cast))),
        fault("not-signed", "no Authorization, S3", unsigned(s3(cast, "/b/k"))),
        fault(
            "payload-not-declared",
            "of S3",
            s3(cast, "/b/k").then(|request| request.remove("x-amz-content-sha256")),
        ),
        fault(
            "too-much",
            "257 headers",
            rest(cast, "/v1").then(|request| {
                let more = (0..260).map(|nth| (format!("x-{nth}"), b"1".to_vec()));
                request.headers.extend(more);
            }),
        ),
        fault(
            "too-much",
            "a long target",
            rest(cast, "/v1").then(|request| request.target.extend(vec![b'a'; 70_000])),
        ),
        fault("host-not-signed", "not in the list", get(cast).not_signing("host")),
        fault(
            "host-not-signed",
            "not in the list of a URL",
            s3(cast, "/b/k").header("X-Amz-Meta-A", "b").not_signing("host").presigned(),
        ),
        fault(
            "header-not-signed",
            "a header of AWS",
            get(cast).header("X-Amz-Target", "a.b").not_signing("x-amz-target"),
        ),
        fault(
            "header-not-signed",
            "another header of AWS",
            json(cast, "{}").header("X-Amz-Meta-A", "b").not_signing("x-amz-meta-a"),
        ),
        fault(
            "header-not-signed",
            "the session token",
            in_session(cast, get(cast)).not_signing("x-amz-security-token"),
        ),
    ]
}

fn authorizations(cast: &Cast) -> Vec<Fault> {
    let brings = |causes, value: &'static str| {
        fault(causes, value, get(cast).then_header("Authorization", value))
    };
    let changed = |causes, how: &str, change: fn(&str) -> String| {
        let client = get(cast).then(move |request| {
            let value =
                String::from_utf8(request.header("Authorization").unwrap().to_vec()).unwrap();
            request.set("Authorization", &change(&value));
        });
        fault(causes, how, client)
    };
    vec![
        brings("bearer-token", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc"),
        brings("bearer-token", "Basic YW5uOnNlY3JldA=="),
        brings("bearer-token", "bearer abc"),
        brings("signature-version-2", "AWS AKIAPATIENTPATIENT22:frJIUN8DYpKDtOLCwo//yllqDzg="),
        fault("signature-version-2", "a query of version 2", get(cast).asks("GET", "/?Action=ListUsers&Version=2010-05-08&AWSAccessKeyId=AKIAPATIENTPATIENT22&SignatureVersion=2&SignatureMethod=HmacSHA256&Signature=abc", "").then(|request| request.remove("Authorization"))),
        fault("signature-version-2", "a URL of S3's old scheme", s3(cast, "/b/k?AWSAccessKeyId=AKIAPATIENTPATIENT22&Expires=1800000000&Signature=abc%3D").then(|request| request.remove("Authorization"))),
        fault("signature-version-2", "a form of version 2", post(cast).with_body("Action=ListUsers&AWSAccessKeyId=AKIAPATIENTPATIENT22&SignatureVersion=2&SignatureMethod=HmacSHA256&Signature=abc").then(|request| request.remove("Authorization"))),
        brings("scheme-not-sigv4", "Digest username=\"ann\""),
        brings("scheme-not-sigv4", "AWS4-HMAC-SHA512 Credential=a/20270115/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00"),
        brings("scheme-not-sigv4", "Negotiate YII"),
        changed("scheme-not-sigv4 | authorization-malformed", "aws4-hmac-sha256 in lower case", |value| value.replace("AWS4-HMAC-SHA256", "aws4-hmac-sha256")),
        changed("authorization-name-repeated", "Authorization: twice", |value| format!("Authorization: {value}")),
        changed("authorization-name-repeated", "authorization: twice", |value| format!("authorization:{value}")),
        changed("authorization-in-quotes", "in quotes", |value| format!("\"{value}\"")),
        changed("authorization-in-quotes", "in single quotes", |value| format!("'{value}'")),
        changed("authorization-in-quotes", "in curly quotes", |value| format!("\u{201c}{value}\u{201d}")),
        changed("authorization-in-quotes", "each value in quotes", |value| value.replace("=host;x-amz-date", "=\"host;x-amz-date\"")),
        changed("authorization-bearer-before", "Bearer", |value| format!("Bearer {value}")),
        changed("authorization-bearer-before", "bearer", |value| format!("bearer {value}")),
        changed("authorization-malformed", "no equal sign", |value| value.replace("SignedHeaders=", "SignedHeaders ")),
        changed("authorization-malformed", "a word more", |value| format!("{value}, hello")),
        changed("authorization-malformed | signature-parts-missing", "colons", |value| value.replace('=', ":")),
        changed("signature-parts-missing", "no signature", |value| value.split(", Signature").next().unwrap().to_owned()),
        changed("signature-parts-missing", "no list of headers", |value| value.replace("SignedHeaders=host;x-amz-date, ", "")),
        changed("signature-parts-missing", "the algorithm alone", |_| "AWS4-HMAC-SHA256".to_owned()),
        changed("signature-parts-missing | authorization-malformed", "names in lower case", str::to_lowercase).of_scheme(),
        fault("signature-parts-missing", "no date", get(cast).then(|request| request.remove("X-Amz-Date"))),
        changed("given-twice", "Signature twice", |value| format!("{value}, Signature=00")),
        changed("given-twice", "Credential twice", |value| format!("{value}, Credential=a/b/c/d/e")),
        fault("given-twice", "two Authorization headers", get(cast).then(|request| {
            let value = request.header("Authorization").unwrap().to_vec();
            request.headers.push(("Authorization".to_owned(), value));
        })),
        fault("given-twice", "a parameter twice", presigned(cast).then(|request| request.target.extend(b"&X-Amz-Signature=00"))),
        fault("given-twice", "two dates", get(cast).then(|request| {
            let value = request.header("X-Amz-Date").unwrap().to_vec();
            request.headers.push(("X-Amz-Date".to_owned(), value));
        })),
    ]
}

impl Fault {
    /// Keeps the algorithm as it must be.
    fn of_scheme(self) -> Self {
        let client = self.client.then(|request| {
            let value =
                String::from_utf8(request.header("Authorization").unwrap().to_vec()).unwrap();
            request.set("Authorization", &value.replace("aws4-hmac-sha256", "AWS4-HMAC-SHA256"));
        });
        Self { client, ..self }
    }
}

fn parts(cast: &Cast) -> Vec<Fault> {
    let credential = |causes, how: &str, old: &'static str, new: &'static str| {
        fault(
            causes,
            how,
            get(cast).then(move |request| {
                let value =
                    String::from_utf8(request.header("Authorization").unwrap().to_vec()).unwrap();
                assert!(value.contains(old), "{value} has no {old}");
                request.set("Authorization", &value.replace(old, new));
            }),
        )
    };
    let day = |days: i64| cast.now.plus(days * 86_400).basic()[..8].to_owned();
    let mut faults = vec![
        credential(
            "credential-malformed",
            "the id alone",
            "/20270115/us-east-1/iam/aws4_request",
            "",
        ),
        credential("credential-malformed", "six parts", "/iam/", "/iam/x/"),
        credential("credential-malformed", "three parts", "/us-east-1/iam", ""),
        credential("credential-of-sigv4a", "no region", "/us-east-1/", "/"),
        credential("terminator-wrong", "aws4", "/aws4_request", "/aws4"),
        credential("terminator-wrong", "AWS4_REQUEST", "/aws4_request", "/AWS4_REQUEST"),
        credential("terminator-wrong", "aws4-request", "/aws4_request", "/aws4-request"),
        credential("terminator-wrong", "aws4_requests", "/aws4_request", "/aws4_requests"),
        fault("scope-date-local", "yesterday", get(cast).day(&day(-1))),
        fault("scope-date-local", "tomorrow", get(cast).day(&day(1))),
        fault("scope-date-differs", "last week", get(cast).day(&day(-7))),
        fault("scope-date-differs", "no date", get(cast).day("today")),
        fault("scope-date-differs", "with dashes", get(cast).day("2027-01-15")),
    ];
    for region in [
        "",
        "aws-global",
        "US",
        "us-east-1a",
        "None",
        "undefined",
        "null",
        "us_east_1",
        "US-EAST-1",
        "useast1",
        "global",
        "local",
        "us-east",
        "eu",
        "*",
        "N.Virginia",
    ] {
        faults.push(fault(
            "region-misconfigured",
            format!("region {region:?}"),
            get(cast).region(region),
        ));
    }
    let mut elsewhere = rest(cast, "/v1");
    elsewhere.door = Door::Regional;
    faults.push(fault("region-not-served", "another region", elsewhere.region("eu-west-1")));
    for service in ["s3", "sts2", "monitoring", "email", "ec2", "IAM", "", "execute-api", "es"] {
        faults.push(fault(
            "service-wrong",
            format!("service {service:?}"),
            get(cast).service(service),
        ));
    }
    faults
}

fn credentials(cast: &Cast) -> Vec<Fault> {
    let id = |causes, id: &str| fault(causes, format!("id {id:?}"), get(cast).key_id(id));
    vec![
        id("key-unknown", "AKIANOBODYNOBODY2345"),
        id("token-missing | key-unknown", "ASIANOBODYNOBODY2345"),
        id("key-id-is-placeholder", "AKIAIOSFODNN7EXAMPLE"),
        id("key-id-is-placeholder", "AKIDEXAMPLE"),
        id("key-id-is-placeholder", "YOUR_ACCESS_KEY_ID"),
        id("key-id-is-placeholder", "<your-access-key>"),
        id("key-id-is-placeholder", "test"),
        id("key-id-is-placeholder", "ACCESS_KEY"),
        id("key-id-is-placeholder", "$AWS_ACCESS_KEY_ID"),
        id("key-id-is-placeholder", "undefined"),
        id("key-id-is-placeholder", "dummy"),
        id("key-id-is-placeholder", "minioadmin"),
        id("key-id-is-placeholder", "AKIAI44QH8DHBEXAMPLE"),
        id("key-id-is-placeholder", "xxx"),
        id("key-id-is-secret", "tq7ZrA8PzBXc4dVbN1mLkJ2hGf9Sa0QwCEyUDiO3"),
        id("key-id-is-secret", "tq7Zr+8PzBXc4dVbN1mLkJ2hGf9Sa0QwCEyUDiO3"),
        fault(
            "key-id-is-secret",
            "the very secret, which has slashes",
            get(cast).key_id("tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
        ),
        fault(
            "key-id-with-space",
            "a space behind it, presigned",
            presigned(cast).key_id("AKIAPATIENTPATIENT22 "),
        ),
        fault(
            "key-id-with-space",
            "a line end behind it, presigned",
            presigned(cast).key_id("AKIAPATIENTPATIENT22\n"),
        ),
        fault(
            "key-id-with-space",
            "a space before it, presigned",
            presigned(cast).key_id(" AKIAPATIENTPATIENT22"),
        ),
        fault("key-id-with-space", "a space behind it", get(cast).key_id("AKIAPATIENTPATIENT22 ")),
        fault("key-id-with-space", "a space before it", get(cast).key_id(" AKIAPATIENTPATIENT22")),
        fault(
            "key-id-with-space",
            "a tab behind it",
            presigned(cast).key_id("AKIAPATIENTPATIENT22\t"),
        ),
    ]
}

fn tokens_and_keys(cast: &Cast) -> Vec<Fault> {
    let with = |client: Client, person: &crate::world::Person| {
        client.key_id(&person.id).secret(&person.secret)
    };
    let token = cast.session.token.clone().unwrap();
    let ended = cast.ended.token.clone().unwrap();
    vec![
        fault(
            "token-with-long-term-key",
            "a session's",
            get(cast).header("X-Amz-Security-Token", &token),
        ),
        fault("token-with-long-term-key", "any", get(cast).header("X-Amz-Security-Token", "abc")),
        fault(
            "token-with-long-term-key",
            "any, in a URL",
            presigned(cast).parameter("X-Amz-Security-Token", "abc"),
        ),
        fault("token-missing", "none", with(get(cast), &cast.session)),
        fault("token-missing", "none in a URL", with(presigned(cast), &cast.session)),
        fault(
            "token-wrong",
            "another",
            with(get(cast), &cast.session).header("X-Amz-Security-Token", "abc"),
        ),
        fault(
            "token-wrong",
            "another session's",
            with(get(cast), &cast.session).header("X-Amz-Security-Token", &ended),
        ),
        fault(
            "token-wrong",
            "cut",
            with(get(cast), &cast.session)
                .header("X-Amz-Security-Token", &token[..token.len() - 1]),
        ),
        fault(
            "session-expired",
            "over",
            with(get(cast), &cast.ended).header("X-Amz-Security-Token", &ended),
        ),
        fault("key-inactive", "switched off", with(get(cast), &cast.inactive)),
    ]
}
