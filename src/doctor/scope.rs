//! What goes wrong in the scope and the time, and in the lines of the string to sign that hold them.

use super::Case;
use super::diagnosis::causes;
use super::key::MadeFor;
use super::trial::{Hash, Hypothesis, ToSign};
use crate::clock::Time;
use crate::sigv4::REGIONS;

causes! { Scope:
    KEY_OF_ANOTHER_REGION, "key-of-another-region",
        "The signing key is derived for the region '{}', but the scope of the credential names another.",
        "with a key for the region '{}' and the scope that was sent",
        "Use one region for the key, the scope and the endpoint.";
    KEY_OF_ANOTHER_SERVICE, "key-of-another-service",
        "The signing key is derived for the service '{}', but the scope of the credential names another.",
        "with a key for the service '{}' and the scope that was sent",
        "Use one service name, the signing name, for the key and the scope.";
    KEY_OF_ANOTHER_DAY, "key-of-another-day",
        "The signing key is derived for the day {}, but the request is of another.",
        "with a key for the day {}",
        "Derive the key from the UTC date of the request, and drop a kept key at midnight UTC.";
    STRING_OF_ANOTHER_REGION, "string-of-another-region",
        "The request is signed for the region '{}', but the scope that was sent names another.",
        "for the region '{}' in the key and in the string to sign",
        "Sign again after a redirect or a change of the region; do not only rewrite the header.";
    STRING_OF_ANOTHER_SERVICE, "string-of-another-service",
        "The request is signed for the service '{}', but the scope that was sent names another.",
        "for the service '{}' in the key and in the string to sign",
        "Sign with the service name that stands in the credential's scope.";
    STRING_OF_ANOTHER_DAY, "string-of-another-day",
        "The request is signed for the day {}, but the scope that was sent names another.",
        "for the day {} in the key and in the string to sign",
        "Take the date of the scope, the key and X-Amz-Date from one clock reading, in UTC.";
    STRING_WITH_OTHER_DATE, "string-with-other-date",
        "The string to sign holds another time than X-Amz-Date: {}.",
        "with the time {} in the string to sign",
        "Put the value of X-Amz-Date, in its basic form, into the second line of the string to sign.";
    STRING_WITH_EXTENDED_DATE, "string-with-extended-date",
        "The time in the string to sign is written with dashes and colons.",
        "with the time written as {} in the string to sign",
        "Write the time as 20150830T123600Z in the string to sign.";
    STRING_WITH_DAY_ONLY, "string-with-day-only",
        "The string to sign holds the date without the time.",
        "with the date {} in the place of the time in the string to sign",
        "Write date and time as 20150830T123600Z in the string to sign; only the scope has the date alone.";
    SCOPE_WITH_KEY_ID, "scope-with-key-id",
        "The scope in the string to sign has the key's id before it.",
        "with the whole credential in the place of the scope in the string to sign",
        "Leave the key's id out of the string to sign: its third line begins with the date.";
    SCOPE_WITHOUT_TERMINATOR, "scope-without-terminator",
        "The scope in the string to sign lacks aws4_request at its end.",
        "without aws4_request in the string to sign",
        "End the third line of the string to sign in /aws4_request.";
    ALGORITHM_LINE_MISSING, "algorithm-line-missing",
        "The string to sign lacks its first line, the algorithm.",
        "without the line of the algorithm in the string to sign",
        "Begin the string to sign with the line AWS4-HMAC-SHA256.";
    ALGORITHM_LINE_SPACED, "algorithm-line-spaced",
        "A line of the string to sign has a space behind it.",
        "with a space at the end of a line of the string to sign",
        "Put nothing but a line feed behind the algorithm, the time and the scope.";
    STRING_ENDS_IN_NEWLINE, "string-ends-in-newline",
        "The string to sign has a line end behind it.",
        "with a line end behind the string to sign",
        "Put no line feed behind the hash, which is the last line of the string to sign.";
    STRING_IN_CRLF, "string-in-crlf",
        "The lines of the string to sign end in CRLF.",
        "with CRLF in the string to sign",
        "End lines in a line feed alone, on every system.";
    CANONICAL_NOT_HASHED, "canonical-request-not-hashed",
        "The canonical request stands in the string to sign unhashed.",
        "with the canonical request itself in the string to sign",
        "Put the SHA-256 of the canonical request, in lower-case hexadecimal digits, into the last line of the string to sign.";
    CANONICAL_HASHED_TWICE, "canonical-request-hashed-twice",
        "The canonical request is hashed twice.",
        "with the hash of the canonical request's hash",
        "Hash the canonical request once.";
    CANONICAL_HASH_IN_UPPER_CASE, "canonical-hash-in-upper-case",
        "The hash of the canonical request is written in upper case.",
        "with the hash of the canonical request in upper case",
        "Write hashes in lower-case hexadecimal digits.";
    CANONICAL_HASH_IN_BASE64, "canonical-hash-in-base64",
        "The hash of the canonical request is written in Base64.",
        "with the hash of the canonical request in Base64",
        "Write hashes in lower-case hexadecimal digits.";
}

/// Regions that are everybody's default.
const USUAL: &[&str] = &["us-east-1", "us-west-2", "eu-west-1"];

/// What clients have in the place of a region.
const NO_REGIONS: &[&str] = &[
    "",
    "aws-global",
    "global",
    "US",
    "us",
    "eu",
    "EU",
    "None",
    "null",
    "undefined",
    "local",
    "localhost",
    "auto",
    "default",
    "any",
    "us-east",
    "us-east-1a",
    "us-east-1b",
    "eu-west-1a",
    "US-EAST-1",
    "us_east_1",
    "region",
];

/// So many seconds may lie between two readings of a clock, and so many quarters of an hour between
/// two zones.
const LATE: i64 = 60;
const ZONES: i64 = 56;

/// Signing names of services that clients mix up.
const SERVICES: &[&str] = &[
    "sts",
    "iam",
    "s3",
    "execute-api",
    "",
    "ec2",
    "lambda",
    "dynamodb",
    "sqs",
    "sns",
    "kms",
    "es",
    "ses",
    "email",
    "monitoring",
    "logs",
    "secretsmanager",
    "ssm",
    "sso",
    "s3express",
    "aps",
    "host",
    "service",
    "IAM",
    "STS",
    "S3",
    "bedrock",
    "bedrock-runtime",
    "cognito-idp",
    "cognito-identity",
    "aoss",
    "cloudwatch",
    "iot",
    "iotdevicegateway",
    "geo",
    "states",
    "events",
    "glue",
    "athena",
    "kinesis",
    "firehose",
    "ecr",
    "ecs",
    "eks",
    "rds",
    "rds-db",
    "elasticache",
    "cloudformation",
    "apigateway",
    "appsync",
    "organizations",
    "sso",
    "vpc-lattice-svcs",
    "aws4_request",
];

/// What may go wrong with scope and time, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>, base: &ToSign) -> Vec<Hypothesis> {
    let lines = Lines::of(case);
    let secret = case.key.secret().expose().as_bytes();
    let mut found = Vec::new();
    let is_scoped = case.presented.algorithm().scopes_region();
    for (place, others) in others(case).into_iter().enumerate().filter(|_| is_scoped) {
        let [key_alone, both] = [
            [KEY_OF_ANOTHER_DAY, KEY_OF_ANOTHER_REGION, KEY_OF_ANOTHER_SERVICE],
            [STRING_OF_ANOTHER_DAY, STRING_OF_ANOTHER_REGION, STRING_OF_ANOTHER_SERVICE],
        ]
        .map(|causes| causes.get(place).copied());
        for other in others {
            let made_for = lines.with(place, &other);
            let (Some(key_alone), Some(both)) = (key_alone, both) else { continue };
            let key = made_for.key(secret);
            let scoped = lines.to_sign(&made_for.scope.join("/"));
            let of = |cause| Hypothesis::of(cause).told(other.clone()).key(key.clone());
            found.push(of(key_alone));
            found.push(of(both).signing(scoped.clone()));
            found.push(Hypothesis::of(both).told(other.clone()).signing(scoped));
        }
    }
    found.extend(strings(case, base, &lines));
    found
}

/// Other days, regions and services than those of the scope.
fn others(case: &Case<'_>) -> [Vec<String>; 3] {
    let scope = MadeFor::of(case).scope;
    let time = case.presented.stamp().time();
    let near = [-1, 1, -2, 2, -3, -7];
    let mut days: Vec<_> = near.map(|days: i64| day(time.plus(days.saturating_mul(86_400)))).into();
    days.push(extended(case.presented.stamp().as_str()).chars().take(10).collect());
    days.push(case.presented.stamp().as_str().to_owned());
    let all = [
        days,
        USUAL.iter().chain(NO_REGIONS).chain(REGIONS).map(ToString::to_string).collect(),
        SERVICES.iter().map(ToString::to_string).collect(),
    ];
    let mut places = scope.iter();
    all.map(|others| {
        let own = places.next().copied().unwrap_or_default();
        others.into_iter().filter(|other| other != own).collect()
    })
}

fn day(time: Time) -> String {
    time.basic().chars().take(8).collect()
}

/// The lines of the string to sign before its hash.
struct Lines<'c> {
    algorithm: &'static str,
    stamp: &'c str,
    made_for: MadeFor<'c>,
}

impl<'c> Lines<'c> {
    fn of(case: &Case<'c>) -> Self {
        Self {
            algorithm: case.presented.algorithm().as_str(),
            stamp: case.presented.stamp().as_str(),
            made_for: MadeFor::of(case),
        }
    }

    /// The scope with something else at that place.
    fn with<'o>(&self, place: usize, other: &'o str) -> MadeFor<'o>
    where
        'c: 'o,
    {
        let mut scope: [&'o str; 3] = self.made_for.scope;
        if let Some(part) = scope.get_mut(place) {
            *part = other;
        }
        MadeFor { scope, ..self.made_for }
    }

    fn to_sign(&self, scope: &str) -> ToSign {
        of_lines([self.algorithm, self.stamp, &format!("{scope}/aws4_request")])
    }
}

fn of_lines(lines: [&str; 3]) -> ToSign {
    ToSign { head: (lines.join("\n") + "\n").into_bytes(), hash: Hash::Lower, end: b"" }
}

/// The strings to sign that are put together otherwise.
fn strings(case: &Case<'_>, base: &ToSign, lines: &Lines<'_>) -> Vec<Hypothesis> {
    let credential = case.presented.credential();
    let scope = credential.scope();
    let of = |cause, line: [&str; 3]| Hypothesis::of(cause).signing(of_lines(line));
    let (algorithm, stamp) = (lines.algorithm, lines.stamp);
    let short = scope.trim_end_matches("/aws4_request").to_owned();
    let mut found = vec![
        of(SCOPE_WITHOUT_TERMINATOR, [algorithm, stamp, &format!("{short}/")]),
        of(ALGORITHM_LINE_MISSING, ["", stamp, scope]),
        of(SCOPE_WITH_KEY_ID, [algorithm, stamp, credential.as_str()]),
        of(SCOPE_WITHOUT_TERMINATOR, [algorithm, stamp, &short]),
        of(ALGORITHM_LINE_SPACED, [&format!("{algorithm} "), stamp, scope]),
        of(ALGORITHM_LINE_SPACED, [algorithm, &format!("{stamp} "), scope]),
        of(ALGORITHM_LINE_SPACED, [algorithm, stamp, &format!("{scope} ")]),
    ];
    let short_head = ToSign { head: format!("{stamp}\n{scope}\n").into_bytes(), ..base.clone() };
    found.push(Hypothesis::of(ALGORITHM_LINE_MISSING).signing(short_head));
    for (cause, time) in times(case) {
        found.push(of(cause, [algorithm, &time, scope]).told(time.clone()));
    }
    found.extend(written(base));
    found
}

/// The times that may stand in the string to sign by mistake.
fn times(case: &Case<'_>) -> Vec<(&'static super::Cause, String)> {
    let stamp = case.presented.stamp();
    let (time, text) = (stamp.time(), stamp.as_str());
    let mut found = vec![(STRING_WITH_DAY_ONLY, stamp.day().to_owned())];
    let extended = extended(text);
    found.push((STRING_WITH_EXTENDED_DATE, extended.trim_end_matches('Z').to_owned()));
    found.push((STRING_WITH_EXTENDED_DATE, extended.replace('Z', ".000Z")));
    found.push((STRING_WITH_EXTENDED_DATE, extended));
    for name in ["date", "x-amz-date"] {
        let sent = case.presented.head().value(name).map(<[u8]>::trim_ascii);
        let sent = sent.and_then(|sent| std::str::from_utf8(sent).ok());
        found.extend(sent.map(|sent| (STRING_WITH_OTHER_DATE, sent.to_owned())));
        let stamp = sent.and_then(|sent| crate::sigv4::Stamp::date(sent.as_bytes()));
        found.extend(stamp.map(|stamp| (STRING_WITH_OTHER_DATE, stamp.as_str().to_owned())));
    }
    let seconds = (1..=LATE).flat_map(|seconds: i64| [seconds.saturating_neg(), seconds]);
    let zones = (1..=ZONES).flat_map(|quarters: i64| [quarters.saturating_neg(), quarters]);
    let zones = zones.map(|quarters| quarters.saturating_mul(900));
    for seconds in seconds.chain(zones) {
        found.push((STRING_WITH_OTHER_DATE, time.plus(seconds).basic()));
    }
    found.retain(|(_, other)| other != text);
    found
}

/// A time in basic form, written with dashes and colons.
fn extended(basic: &str) -> String {
    let mut text = String::with_capacity(20);
    for (nth, letter) in basic.chars().enumerate() {
        match nth {
            4 | 6 => text.push('-'),
            11 | 13 => text.push(':'),
            _ => {}
        }
        text.push(letter);
    }
    text
}

/// The right lines, wrongly written.
fn written(base: &ToSign) -> Vec<Hypothesis> {
    let hashed = |cause, hash| Hypothesis::of(cause).signing(ToSign { hash, ..base.clone() });
    let ending =
        |end| Hypothesis::of(STRING_ENDS_IN_NEWLINE).signing(ToSign { end, ..base.clone() });
    let text = String::from_utf8_lossy(&base.head).replace('\n', "\r\n");
    let crlf = ToSign { head: text.into_bytes(), ..base.clone() };
    vec![
        ending(b"\n"),
        ending(b"\r\n"),
        Hypothesis::of(STRING_IN_CRLF).signing(crlf),
        hashed(CANONICAL_NOT_HASHED, Hash::Bare),
        hashed(CANONICAL_HASHED_TWICE, Hash::Twice),
        hashed(CANONICAL_HASHED_TWICE, Hash::TwiceRaw),
        hashed(CANONICAL_HASH_IN_UPPER_CASE, Hash::Upper),
        hashed(CANONICAL_HASH_IN_BASE64, Hash::Base64),
    ]
}
