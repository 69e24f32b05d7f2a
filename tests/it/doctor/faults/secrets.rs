//! Clients whose secret is mangled, or that make the wrong key of it.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL};

use super::{Fault, fault};
use crate::doctor::client::{Client, derived, hmac};
use crate::doctor::examined::{Cast, ID, SECRET, SIBLING, get, in_session, json, post, presigned};

/// What becomes of `tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3` in files, shells and pages.
const MANGLED: &[(&str, &str)] = &[
    ("secret-ends-in-newline", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\n"),
    ("secret-ends-in-newline", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\r\n"),
    ("secret-ends-in-newline", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\r"),
    ("secret-ends-in-newline", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\n\n"),
    (
        "secret-ends-in-newline | secret-has-backslashes",
        "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\\n",
    ),
    ("secret-has-white-space", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3 "),
    ("secret-has-white-space", " tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
    ("secret-has-white-space", "\ttq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
    ("secret-has-white-space", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\t"),
    ("secret-has-white-space", " tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3 "),
    ("secret-has-white-space", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3  "),
    (
        "secret-has-white-space | secret-ends-in-newline",
        "\ntq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3",
    ),
    (
        "secret-has-white-space | secret-ends-in-newline",
        "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3 \n",
    ),
    (
        "secret-has-white-space | secret-ends-in-newline",
        " tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\n",
    ),
    ("secret-has-white-space", "\u{a0}tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
    ("secret-has-white-space", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\u{a0}"),
    ("secret-has-white-space", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\u{200b}"),
    ("secret-has-byte-order-mark", "\u{feff}tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
    (
        "secret-has-byte-order-mark | secret-ends-in-newline",
        "\u{feff}tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\r\n",
    ),
    ("secret-has-shell-mark", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3%"),
    ("secret-in-quotes", "\"tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\""),
    ("secret-in-quotes", "'tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3'"),
    ("secret-in-quotes", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3,"),
    ("secret-in-quotes", "\"tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\","),
    ("secret-in-quotes", "\"tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
    ("secret-in-quotes", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\""),
    ("secret-in-quotes", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3;"),
    ("secret-in-quotes", "`tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3`"),
    ("secret-in-quotes", "\u{201c}tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\u{201d}"),
    ("secret-in-quotes", "<tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3>"),
    ("secret-in-quotes", "\"tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3\"\n"),
    ("secret-url-encoded", "tq7Zr%2F8Pz%2BXc4dVbN1mLkJ2hGf9Sa0Qw%2BEyU%2FiO3"),
    ("secret-url-encoded", "tq7Zr%2f8Pz%2bXc4dVbN1mLkJ2hGf9Sa0Qw%2bEyU%2fiO3"),
    ("secret-url-encoded", "tq7Zr%2F8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU%2FiO3"),
    ("secret-url-encoded", "tq7Zr/8Pz%2BXc4dVbN1mLkJ2hGf9Sa0Qw%2BEyU/iO3"),
    ("secret-url-encoded", "tq7Zr%252F8Pz%252BXc4dVbN1mLkJ2hGf9Sa0Qw%252BEyU%252FiO3"),
    ("secret-plus-became-space", "tq7Zr/8Pz Xc4dVbN1mLkJ2hGf9Sa0Qw EyU/iO3"),
    ("secret-slashes-escaped", "tq7Zr\\/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU\\/iO3"),
    (
        "secret-has-backslashes | secret-slashes-escaped",
        "tq7Zr\\\\/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU\\\\/iO3",
    ),
    ("secret-has-backslashes", "tq7Zr/8Pz\\+Xc4dVbN1mLkJ2hGf9Sa0Qw\\+EyU/iO3"),
    ("secret-has-backslashes", "tq7Zr\\/8Pz\\+Xc4dVbN1mLkJ2hGf9Sa0Qw\\+EyU\\/iO3"),
    ("secret-html-escaped", "tq7Zr&#x2F;8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU&#x2F;iO3"),
    ("secret-html-escaped", "tq7Zr&#47;8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU&#47;iO3"),
    ("secret-html-escaped", "tq7Zr&#x2F;8Pz&#x2B;Xc4dVbN1mLkJ2hGf9Sa0Qw&#x2B;EyU&#x2F;iO3"),
    ("secret-html-escaped", "tq7Zr/8Pz&#43;Xc4dVbN1mLkJ2hGf9Sa0Qw&#43;EyU/iO3"),
    ("secret-cut-short", "q7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO3"),
    ("secret-cut-short", "tq7Zr/8Pz+Xc4dVbN1mLkJ2hGf9Sa0Qw+EyU/iO"),
    ("secret-in-other-case", "tq7zr/8pz+xc4dvbn1mlkj2hgf9sa0qw+eyu/io3"),
    ("secret-in-other-case", "TQ7ZR/8PZ+XC4DVBN1MLKJ2HGF9SA0QW+EYU/IO3"),
    ("secret-is-key-id", ID),
    ("secret-missing", ""),
    ("secret-missing", "undefined"),
    ("secret-missing", "null"),
    ("secret-missing", "None"),
    ("secret-missing", "nil"),
    ("secret-missing | secret-is-a-default", "none"),
    ("secret-missing", "NULL"),
    ("secret-missing", "<nil>"),
    ("secret-missing", "(null)"),
    ("secret-missing", "[object Object]"),
    ("secret-missing", "NaN"),
    ("secret-missing", "false"),
    ("secret-missing", "\"\""),
    ("secret-missing", "***"),
    ("secret-missing", "$AWS_SECRET_ACCESS_KEY"),
    ("secret-missing | secret-is-a-default", "${AWS_SECRET_ACCESS_KEY}"),
    ("secret-is-a-default", "test"),
    ("secret-is-a-default", "minioadmin"),
    ("secret-is-a-default", "dummy"),
    ("secret-is-a-default", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
    ("secret-is-a-default", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("secret-is-a-default", "secret"),
    ("secret-is-a-default", "password"),
    ("secret-is-a-default", "testing"),
    ("secret-is-a-default", "local"),
    ("secret-is-a-default", "fake"),
    ("secret-is-a-default", "foobar"),
    ("secret-is-a-default", "minio123"),
    ("secret-is-a-default", "localstack"),
    ("secret-is-a-default", "YOUR_SECRET_ACCESS_KEY"),
    ("secret-is-a-default", "changeme"),
    ("secret-is-a-default", "x"),
    ("secret-of-another-key", SIBLING),
];

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mangled = MANGLED.iter().enumerate().map(|(at, (causes, secret))| {
        // Whatever is signed: the secret is the same.
        let client = match at % 4 {
            0 => get(cast),
            1 => post(cast),
            2 => presigned(cast),
            _ => json(cast, "{\"a\": 1}"),
        };
        fault(causes, format!("a secret as {secret:?}"), client.secret(secret))
    });
    mangled.chain(encoded(cast)).chain(derivations(cast)).collect()
}

fn encoded(cast: &Cast) -> Vec<Fault> {
    let base64 = BASE64.encode(SECRET.as_bytes());
    let with_line_end = BASE64.encode(format!("{SECRET}\n").as_bytes());
    let utf_16 = |big: bool| -> Vec<u8> {
        let units = SECRET.encode_utf16();
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let in_utf_16 = |cast, big| get(cast).key(move |_, scope| derived(&utf_16(big), scope));
    vec![
        fault("secret-in-hex", "hexadecimal digits", get(cast).secret(hex::encode(SECRET))),
        fault("secret-in-hex", "upper case", post(cast).secret(hex::encode_upper(SECRET))),
        fault("secret-in-base64", "Base64", get(cast).secret(&base64)),
        fault(
            "secret-in-base64",
            "Base64 with a line end",
            get(cast).secret(format!("{base64}\n")),
        ),
        fault(
            "secret-in-base64",
            "Base64 of the secret with a line end",
            get(cast).secret(with_line_end),
        ),
        fault(
            "secret-in-base64",
            "Base64 without padding",
            get(cast).secret(BASE64_NOPAD.encode(SECRET.as_bytes())),
        ),
        fault(
            "secret-in-base64",
            "Base64 for URLs",
            get(cast).secret(BASE64URL.encode(SECRET.as_bytes())),
        ),
        fault("secret-in-utf-16", "UTF-16, little end first", in_utf_16(cast, false)),
        fault("secret-in-utf-16", "UTF-16, big end first", in_utf_16(cast, true)),
        fault(
            "secret-in-utf-16",
            "UTF-16, AWS4 as well",
            get(cast).key(move |_, scope| {
                let all = format!("AWS4{SECRET}");
                chained(all.encode_utf16().flat_map(u16::to_le_bytes).collect(), &terminated(scope))
            }),
        ),
        fault("secret-is-smtp-password", "the SMTP password of us-east-1", smtp(cast, "us-east-1")),
        fault(
            "secret-is-smtp-password",
            "the SMTP password of eu-west-1",
            smtp(cast, "eu-west-1").region("eu-west-1"),
        ),
        fault(
            "secret-is-smtp-password",
            "the SMTP password of eu-west-1, asked in us-east-1",
            smtp(cast, "eu-west-1"),
        ),
        fault(
            "secret-is-smtp-password",
            "the old SMTP password",
            get(cast).secret({
                let mac = hmac(SECRET.as_bytes(), b"SendRawEmail");
                BASE64.encode(&[&[2], mac.as_slice()].concat())
            }),
        ),
        fault(
            "secret-of-another-key",
            "a session's secret as a long-term key's",
            in_session(cast, get(cast)).secret(SECRET),
        ),
        fault("secret-ends-in-newline", "a session's secret with a line end", {
            let secret = format!("{}\n", cast.session.secret);
            in_session(cast, get(cast)).secret(secret)
        }),
        fault("secret-ends-in-newline", "a user's secret with a line end", {
            get(cast).key_id(&cast.ann.id).secret(format!("{}\n", cast.ann.secret))
        }),
        fault("secret-of-another-key", "a user's other secret", {
            get(cast).key_id(&cast.ann.id).secret(&cast.inactive.secret)
        }),
    ]
}

/// The password of the SMTP endpoint, as its documentation derives it.
fn smtp(cast: &Cast, region: &str) -> Client {
    let scope = ["11111111".to_owned(), region.to_owned(), "ses".to_owned()];
    let mac = hmac(&derived(SECRET.as_bytes(), &scope), b"SendRawEmail");
    get(cast).secret(BASE64.encode(&[&[4], mac.as_slice()].concat()))
}

fn derivations(cast: &Cast) -> Vec<Fault> {
    let aws4 = |secret: &[u8], before: &str| [before.as_bytes(), secret].concat();
    let key = |causes, how: &str, client: Client| fault(causes, how, client);
    vec![
        key(
            "key-without-aws4",
            "no AWS4",
            get(cast).key(|secret, scope| chained(secret.to_vec(), &terminated(scope))),
        ),
        key(
            "key-without-aws4",
            "no AWS4, a form",
            post(cast).key(|secret, scope| chained(secret.to_vec(), &terminated(scope))),
        ),
        key("key-with-aws4-twice", "AWS4 twice", get(cast).secret(format!("AWS4{SECRET}"))),
        key(
            "key-without-aws4",
            "aws4 in lower case",
            get(cast).key(move |secret, scope| chained(aws4(secret, "aws4"), &terminated(scope))),
        ),
        key("key-chained-in-hex", "hexadecimal digits", get(cast).key(hex_chained)),
        key(
            "key-chained-in-hex",
            "hexadecimal digits at the end alone",
            get(cast).key(|secret, scope| hex::encode(derived(secret, scope)).into_bytes()),
        ),
        key(
            "key-and-data-swapped",
            "swapped in the derivation",
            get(cast).key(|secret, scope| {
                let first = [b"AWS4", secret].concat();
                terminated(scope)
                    .iter()
                    .fold(first, |key, step| hmac(step.as_bytes(), &key).to_vec())
            }),
        ),
        key(
            "key-without-terminator",
            "no aws4_request",
            get(cast).key(|secret, scope| chained([b"AWS4", secret].concat(), scope)),
        ),
        key("key-not-derived", "the secret itself", get(cast).key(|secret, _| secret.to_vec())),
        key(
            "key-not-derived",
            "the secret with AWS4 before it",
            get(cast).key(|secret, _| [b"AWS4", secret].concat()),
        ),
        key(
            "key-of-another-region",
            "no region",
            get(cast).key(|secret, [day, _, service]| {
                derived(secret, &[day.clone(), String::new(), service.clone()])
            }),
        ),
    ]
}

fn terminated(scope: &[String; 3]) -> Vec<String> {
    scope.iter().cloned().chain(["aws4_request".to_owned()]).collect()
}

fn chained(first: Vec<u8>, steps: &[String]) -> Vec<u8> {
    steps.iter().fold(first, |key, step| hmac(&key, step.as_bytes()).to_vec())
}

fn hex_chained(secret: &[u8], scope: &[String; 3]) -> Vec<u8> {
    let first = [b"AWS4", secret].concat();
    terminated(scope)
        .iter()
        .fold(first, |key, step| hex::encode(hmac(&key, step.as_bytes())).into_bytes())
}
