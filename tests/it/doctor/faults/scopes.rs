//! Clients that mistake the day, the region or the service.

use countersign::clock::Time;

use super::{Fault, fault};
use crate::doctor::client::{Client, derived};
use crate::doctor::examined::{Cast, get, json, post, presigned};

const REGIONS: &[&str] = &[
    "eu-west-1",
    "us-west-2",
    "us-east-2",
    "ap-southeast-2",
    "eu-central-1",
    "cn-north-1",
    "us-gov-west-1",
    "aws-global",
    "",
    "us-east-1a",
    "US-EAST-1",
    "None",
    "undefined",
    "local",
    "auto",
    "default",
    "mx-central-1",
    "ap-southeast-7",
    "us",
    "eu",
    "global",
];
const SERVICES: &[&str] = &[
    "sts",
    "s3",
    "execute-api",
    "ec2",
    "dynamodb",
    "lambda",
    "sqs",
    "sns",
    "es",
    "monitoring",
    "",
    "IAM",
    "host",
    "email",
    "ses",
    "bedrock",
    "kms",
    "cognito-idp",
    "service",
    "aoss",
    "logs",
    "cloudwatch",
    "secretsmanager",
    "iot",
    "geo",
    "states",
    "events",
    "glue",
];

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = Vec::new();
    for region in REGIONS {
        faults.push(fault(
            "key-of-another-region",
            format!("a key for {region:?}"),
            key_of(get(cast), [None, Some(region), None]),
        ));
        faults.push(fault(
            "string-of-another-region",
            format!("all for {region:?} but the credential"),
            string_of(post(cast), [None, Some(region), None]),
        ));
    }
    for service in SERVICES {
        faults.push(fault(
            "key-of-another-service",
            format!("a key for {service:?}"),
            key_of(post(cast), [None, None, Some(service)]),
        ));
        faults.push(fault(
            "string-of-another-service",
            format!("all for {service:?} but the credential"),
            string_of(get(cast), [None, None, Some(service)]),
        ));
    }
    faults.extend(days(cast));
    faults.extend(dates(cast));
    faults.extend(strings(cast));
    faults
}

/// Replaces parts of a scope.
fn other(scope: &[String; 3], parts: [Option<&str>; 3]) -> [String; 3] {
    let mut scope = scope.clone();
    for (part, other) in scope.iter_mut().zip(parts) {
        part.replace_range(.., other.unwrap_or(&part.clone()));
    }
    scope
}

/// Signs with a key for another scope than is said.
fn key_of(client: Client, parts: [Option<&str>; 3]) -> Client {
    let parts = parts.map(|part| part.map(str::to_owned));
    client.key(move |secret, scope| {
        derived(secret, &other(scope, parts.each_ref().map(|part| part.as_deref())))
    })
}

/// Signs for another scope, key and string, than the credential says.
fn string_of(client: Client, parts: [Option<&str>; 3]) -> Client {
    let scope = other(&client.scope, parts).join("/");
    key_of(client, parts)
        .lines(move |lines| lines[2] = format!("{scope}/aws4_request").into_bytes())
}

fn days(cast: &Cast) -> Vec<Fault> {
    let day = |days: i64| cast.now.plus(days * 86_400).basic()[..8].to_owned();
    let mut faults = Vec::new();
    for days in [-1, 1, -2, -7, 2] {
        let of = [Some(day(days))];
        let part = [of[0].as_deref(), None, None];
        faults.push(fault(
            "key-of-another-day",
            format!("a key of {days} days"),
            key_of(get(cast), part),
        ));
        if days.abs() == 1 {
            faults.push(fault(
                "string-of-another-day",
                format!("string and key of {days} days"),
                string_of(post(cast), part),
            ));
            let line = format!("{}/us-east-1/iam/aws4_request", day(days)).into_bytes();
            faults.push(fault(
                "string-of-another-day",
                format!("the string alone of {days} days"),
                get(cast).lines(move |lines| lines[2].clone_from(&line)),
            ));
        }
    }
    faults.push(fault(
        "key-of-another-day",
        "a key of yesterday, presigned",
        key_of(presigned(cast), [Some(&day(-1)), None, None]),
    ));
    faults.push(fault("key-of-another-day", "the day with dashes", {
        let now = day(0);
        let dashed = format!("{}-{}-{}", &now[..4], &now[4..6], &now[6..]);
        key_of(get(cast), [Some(&dashed), None, None])
    }));
    faults.push(fault(
        "key-of-another-day",
        "the whole date as the day",
        key_of(get(cast), [Some(&cast.now.basic()), None, None]),
    ));
    faults
}

fn dates(cast: &Cast) -> Vec<Fault> {
    let at = |seconds: i64| cast.now.plus(seconds).basic().into_bytes();
    let mut faults = Vec::new();
    for seconds in [1, -1, 2, -2, 3, 5, -5, 60, -60, 3600, -3600, 7200, -18000, 19800] {
        let line = at(seconds);
        faults.push(fault(
            "string-with-other-date",
            format!("{seconds} s in the string"),
            get(cast).lines(move |lines| lines[1].clone_from(&line)),
        ));
    }
    let line = at(-47);
    faults.push(fault("string-with-other-date", "the time of the header Date", {
        get(cast)
            .header("Date", rfc_1123(cast.now.plus(-47)))
            .lines(move |lines| lines[1].clone_from(&line))
    }));
    let rfc = rfc_1123(cast.now);
    faults.push(fault("string-with-other-date", "the header Date as it stands", {
        get(cast).header("Date", &rfc).lines(move |lines| lines[1] = rfc.clone().into_bytes())
    }));
    faults.push(fault("string-with-other-date", "the time of Date, which is not signed", {
        let line = at(-33);
        get(cast)
            .header("Date", rfc_1123(cast.now.plus(-33)))
            .not_signing("date")
            .lines(move |lines| lines[1].clone_from(&line))
    }));
    faults
}

/// A date as the header Date has it.
pub(super) fn rfc_1123(time: Time) -> String {
    // 2027-01-15, a Friday, is the day of all tests.
    let stamp = time.basic();
    assert_eq!(&stamp[..8], "20270115");
    format!("Fri, 15 Jan 2027 {}:{}:{} GMT", &stamp[9..11], &stamp[11..13], &stamp[13..15])
}

fn strings(cast: &Cast) -> Vec<Fault> {
    let stamp = cast.now.basic();
    let extended = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &stamp[..4],
        &stamp[4..6],
        &stamp[6..8],
        &stamp[9..11],
        &stamp[11..13],
        &stamp[13..15]
    );
    let with_thousandths = extended.replace('Z', ".000Z");
    let day = stamp[..8].to_owned();
    let line = |text: String| move |lines: &mut [Vec<u8>; 4]| lines[1] = text.clone().into_bytes();
    let with_id = |client: Client| {
        client.lines(|lines| {
            lines[2] = [b"AKIAPATIENTPATIENT22/", lines[2].as_slice()].concat();
        })
    };
    let cut = |text: &'static str| {
        move |lines: &mut [Vec<u8>; 4]| {
            lines[2] = String::from_utf8(lines[2].clone())
                .unwrap()
                .replace("/aws4_request", text)
                .into_bytes();
        }
    };
    vec![
        fault(
            "string-with-extended-date",
            "2027-01-15T…Z",
            get(cast).lines(line(extended.clone())),
        ),
        fault("string-with-extended-date", "the same in a form", post(cast).lines(line(extended))),
        fault(
            "string-with-extended-date",
            "with thousandths",
            get(cast).lines(line(with_thousandths)),
        ),
        fault("string-with-day-only", "the day alone", get(cast).lines(line(day.clone()))),
        fault("string-with-day-only", "the day alone, in JSON", json(cast, "{}").lines(line(day))),
        fault("scope-with-key-id", "AKIA…/ before the scope", with_id(get(cast))),
        fault("scope-with-key-id", "AKIA…/ before the scope of a form", with_id(post(cast))),
        fault("scope-without-terminator", "no /aws4_request", get(cast).lines(cut(""))),
        fault("scope-without-terminator", "no aws4_request", get(cast).lines(cut("/"))),
        fault(
            "algorithm-line-missing",
            "no first line",
            get(cast).string(|text| text.split_once('\n').unwrap().1.to_owned()),
        ),
        fault(
            "algorithm-line-missing",
            "no first line in a form",
            post(cast).string(|text| text.split_once('\n').unwrap().1.to_owned()),
        ),
        fault(
            "algorithm-line-missing",
            "an empty first line",
            get(cast).lines(|lines| lines[0].clear()),
        ),
        fault(
            "algorithm-line-spaced",
            "a space behind the algorithm",
            get(cast).lines(|lines| lines[0].push(b' ')),
        ),
        fault(
            "algorithm-line-spaced",
            "a space behind the date",
            get(cast).lines(|lines| lines[1].push(b' ')),
        ),
        fault(
            "algorithm-line-spaced",
            "a space behind the scope",
            get(cast).lines(|lines| lines[2].push(b' ')),
        ),
        fault(
            "string-ends-in-newline",
            "LF behind it",
            get(cast).string(|text| format!("{text}\n")),
        ),
        fault(
            "string-ends-in-newline",
            "CRLF behind it",
            get(cast).string(|text| format!("{text}\r\n")),
        ),
        fault(
            "string-ends-in-newline",
            "LF behind it, presigned",
            presigned(cast).string(|text| format!("{text}\n")),
        ),
        fault("string-in-crlf", "CRLF", get(cast).string(|text| text.replace('\n', "\r\n"))),
        fault(
            "string-in-crlf",
            "CRLF in a form",
            post(cast).string(|text| text.replace('\n', "\r\n")),
        ),
    ]
}
