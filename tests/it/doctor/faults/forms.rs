//! Requests whose form is wrong: it is seen before any signature is looked at.

use countersign::clock::Time;
use data_encoding::{BASE64, BASE64URL_NOPAD};

use super::scopes::rfc_1123;
use super::{Fault, fault};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, get, in_session, json, post, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = clocks(cast);
    faults.extend(dates(cast));
    faults.extend(requests(cast));
    faults.extend(authorizations(cast));
    faults.extend(parts(cast));
    faults.extend(credentials(cast));
    faults.extend(tokens_and_keys(cast));
    faults.extend(signatures(cast));
    faults.extend(unknown(cast));
    faults
}

fn clocks(cast: &Cast) -> Vec<Fault> {
    let off = |causes, seconds: i64| {
        fault(causes, format!("{seconds} s off"), get(cast).at(cast.now.plus(seconds)))
    };
    let mut faults: Vec<_> =
        [-901, 901, 1000, -1003, -4000, 86_400 * 40 + 7, -86_400 * 365, 50_000]
            .map(|seconds| off("clock-wrong", seconds))
            .into();
    // Zones: New York, Berlin, India, Nepal, Chatham, Auckland, Hawaii, Newfoundland; a few seconds late.
    for zone in [
        -18_000, -14_400, 3600, 7200, 19_800, 20_700, 45_900, 46_800, -36_000, -12_600, -28_800,
        28_800, 32_400,
    ] {
        faults.push(off("clock-local-time", zone));
        faults.push(off("clock-local-time", zone - 4));
        faults.push(off("clock-local-time", zone + 47));
    }
    faults.push(off("clock-twelve-hours", 43_200));
    faults.push(off("clock-twelve-hours", -43_200));
    faults.push(off("clock-twelve-hours", -43_198));
    let stamped = |server: &str, stamp: &str| {
        let now = Time::from_basic(server.as_bytes()).unwrap();
        fault(
            "clock-week-year",
            format!("{stamp} at {server}"),
            get(cast).stamp(stamp).day(&stamp[..8]).served_at(now),
        )
    };
    faults.push(stamped("20241230T101500Z", "20251230T101459Z"));
    faults.push(stamped("20241231T235930Z", "20251231T235930Z"));
    faults.push(stamped("20270101T101500Z", "20260101T101500Z"));
    faults.push(stamped("20280102T101500Z", "20270102T101500Z"));
    faults.push(stamped("20251229T101500Z", "20261229T101500Z"));
    let presigned_at = |seconds: i64| presigned(cast).at(cast.now.plus(seconds));
    faults.push(fault("url-expired | clock-wrong", "presigned a day ago", presigned_at(-86_399)));
    faults.push(fault(
        "url-expired | clock-wrong",
        "presigned 17 minutes ago",
        presigned_at(-1020),
    ));
    faults.push(fault(
        "url-expired",
        "of S3, ten minutes ago, for five",
        s3(cast, "/b/k").presigned_for("300").at(cast.now.plus(-600)),
    ));
    faults.push(fault(
        "url-expired",
        "of S3, eight days ago, for seven",
        s3(cast, "/b/k").presigned_for("604800").at(cast.now.plus(-691_201)),
    ));
    for seconds in ["0", "604801", "-5", "1h", "", "3600.0", "99999999999999999999", " 60"] {
        faults.push(fault(
            "expires-wrong",
            format!("{seconds:?}"),
            s3(cast, "/b/k").presigned_for(seconds),
        ));
    }
    faults
}

fn dates(cast: &Cast) -> Vec<Fault> {
    let stamp = cast.now.basic();
    let seconds = cast.now.unix().to_string();
    let rows = [
        ("date-in-extended-form", "2027-01-15T10:00:00+00:00.".to_owned()),
        ("date-in-extended-form", "2027-01-15 10:00:00".to_owned()),
        ("date-in-extended-form", "2027-01-15 10:00:00Z".to_owned()),
        ("date-in-extended-form", "2027-01-15T10:00".to_owned()),
        ("date-in-extended-form", "2027-01-15".to_owned()),
        ("date-in-rfc-1123", rfc_1123(cast.now)),
        ("date-in-rfc-1123", rfc_1123(cast.now).replace("GMT", "+0000")),
        ("date-in-rfc-1123 | date-in-unknown-form", "Friday, 15-Jan-27 10:00:00 GMT".to_owned()),
        ("date-without-z", stamp.replace('Z', "")),
        ("date-without-z | date-in-extended-form", "2027-01-15T10:00:00".to_owned()),
        ("date-without-z", stamp.replace('Z', "z")),
        ("date-with-offset", stamp.replace('Z', "+0000")),
        ("date-with-offset", stamp.replace('Z', "+0100")),
        ("date-with-offset", stamp.replace('Z', "-05:00")),
        ("date-with-offset", "2027-01-15T11:00:00+01:00".to_owned()),
        ("date-in-epoch-seconds", seconds.clone()),
        ("date-in-epoch-seconds", format!("{seconds}123")),
        ("date-in-epoch-seconds", format!("{seconds}.25")),
        ("date-in-unknown-form", "yesterday".to_owned()),
        ("date-in-unknown-form", "01/15/2027 10:00".to_owned()),
        ("date-in-unknown-form", stamp[..8].to_owned()),
        ("date-in-unknown-form", "Fri Jan 15 10:00:00 2027".to_owned()),
        ("date-in-unknown-form | date-in-extended-form", stamp.replace('Z', ".123Z")),
        ("date-unreadable | date-in-unknown-form", String::new()),
        ("date-unreadable | date-in-unknown-form", "20271315T100000Z".to_owned()),
        ("date-unreadable | date-in-unknown-form", "20270115T250000Z".to_owned()),
    ];
    let mut faults: Vec<_> = rows
        .iter()
        .map(|(causes, date)| {
            fault(causes, date.clone(), get(cast).then_header("X-Amz-Date", date))
        })
        .collect();
    faults.push(fault(
        "date-in-extended-form",
        "presigned",
        presigned(cast).stamp("2027-01-15T10:00:00Z"),
    ));
    faults.push(fault("date-in-rfc-1123", "presigned", presigned(cast).stamp(&rfc_1123(cast.now))));
    faults.push(fault("date-in-epoch-seconds", "presigned", presigned(cast).stamp(&seconds)));
    faults.push(fault(
        "date-without-z",
        "presigned",
        presigned(cast).stamp(&stamp.replace('Z', "")),
    ));
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
                (0..260).for_each(|nth| request.headers.push((format!("x-{nth}"), b"1".to_vec())))
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
        "N. Virginia",
    ] {
        faults.push(fault(
            "region-misconfigured",
            format!("region {region:?}"),
            get(cast).region(region),
        ));
    }
    faults.push(fault(
        "region-not-served | region-misconfigured",
        "a region that is none yet",
        get(cast).region("us-east-9"),
    ));
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
        id("key-unknown", "ASIANOBODYNOBODY2345"),
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

fn signatures(cast: &Cast) -> Vec<Fault> {
    let written = |causes, how: &str, write: fn([u8; 32]) -> String| {
        fault(causes, how, get(cast).written(write))
    };
    vec![
        written("signature-in-upper-case", "upper case", hex::encode_upper),
        written("signature-in-base64", "Base64", |bytes| BASE64.encode(&bytes)),
        written("signature-in-base64", "Base64 for URLs", |bytes| BASE64URL_NOPAD.encode(&bytes)),
        written("signature-in-base64", "Base64 of the digits", |bytes| {
            BASE64.encode(hex::encode(bytes).as_bytes())
        }),
        fault(
            "signature-in-base64",
            "Base64, presigned",
            presigned(cast).written(|bytes| BASE64.encode(&bytes)),
        ),
        fault(
            "signature-in-upper-case",
            "upper case, presigned",
            presigned(cast).written(hex::encode_upper),
        ),
        fault(
            "signature-in-upper-case",
            "upper case, JSON",
            json(cast, "{}").written(hex::encode_upper),
        ),
        written("signature-malformed", "cut", |bytes| hex::encode(bytes)[..62].to_owned()),
        written("signature-malformed", "no digits", |_| "z".repeat(64)),
        written("signature-malformed", "with 0x", |bytes| format!("0x{}", hex::encode(bytes))),
        written("signature-malformed", "empty", |_| String::new()),
        written("signature-of-sha-1", "40 digits", |bytes| hex::encode(&bytes[..20])),
        written("signature-of-sha-1 | signature-malformed", "SHA-1 in Base64", |bytes| {
            BASE64.encode(&bytes[..20])
        }),
        fault(
            "signed-headers-malformed",
            "unsorted",
            names(get(cast), "host;x-amz-date", "x-amz-date;host"),
        ),
        fault(
            "signed-headers-malformed",
            "upper case",
            names(get(cast), "host;x-amz-date", "Host;X-Amz-Date"),
        ),
        fault(
            "signed-headers-malformed",
            "a semicolon behind",
            names(get(cast), "host;x-amz-date", "host;x-amz-date;"),
        ),
        fault(
            "signed-headers-malformed",
            "twice",
            names(get(cast), "host;x-amz-date", "host;host;x-amz-date"),
        ),
    ]
}

fn names(client: Client, old: &'static str, new: &'static str) -> Client {
    client.canonical(move |c| c.signed = c.signed.replace(old, new)).then(move |request| {
        let value = String::from_utf8(request.header("Authorization").unwrap().to_vec()).unwrap();
        request.set("Authorization", &value.replace(old, new));
    })
}

fn unknown(cast: &Cast) -> Vec<Fault> {
    vec![
        fault(
            "not-proven",
            "a secret of nobody",
            get(cast).secret("of nobody at all, and long enough for one"),
        ),
        fault(
            "not-proven",
            "a secret of another account",
            get(cast).secret(crate::doctor::examined::STRANGERS_SECRET),
        ),
        fault("not-proven", "a secret of another user", get(cast).secret(&cast.ann.secret)),
        fault("not-proven", "a form", post(cast).secret("of nobody at all")),
    ]
}
