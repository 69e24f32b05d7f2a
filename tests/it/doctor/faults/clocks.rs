//! Clocks that are wrong, and dates in other forms.

use countersign::clock::Time;

use super::scopes::rfc_1123;
use super::{Fault, fault};
use crate::doctor::examined::{Cast, get, presigned, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = clocks(cast);
    faults.extend(dates(cast));
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
