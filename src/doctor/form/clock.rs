//! Times that are written wrongly, or come from a clock that is wrong.

use super::super::diagnosis::causes;
use super::Found;
use crate::clock::Time;

causes! { Form:
    CLOCK_WRONG, "clock-wrong",
        "The client's clock is {} this server's.",
        "The time of the request is further off than the minutes that are allowed.",
        "Set the clock of the client's machine (timedatectl set-ntp true); a container or a sleeping laptop may lag.";
    CLOCK_OF_ZONE, "clock-local-time",
        "The client's time is {} this server's, a whole number of hours or quarters: local time, written as UTC.",
        "The time of the request is off by what time zones are off.",
        "Take the time in UTC (gmtime, toISOString, Utc::now, Instant), not in the local zone.";
    CLOCK_OF_TWELVE, "clock-twelve-hours",
        "The client's time is exactly twelve hours off: hours are counted from 1 to 12.",
        "The time of the request is off by twelve hours.",
        "Format hours from 00 to 23: HH or %H, not hh or %I.";
    CLOCK_WEEK_YEAR, "clock-week-year",
        "The year of the request is one off, at the turn of the year: it is the year of the week.",
        "The time of the request is off by one year, near New Year.",
        "Format the year as yyyy or %Y, not as YYYY or %G.";
    DATE_EXTENDED, "date-in-extended-form",
        "The date is written with dashes and colons.",
        "It is of the form 2015-08-30T12:36:00Z.",
        "Write it as 20150830T123600Z, without dashes, colons and fractions of a second.";
    DATE_RFC_1123, "date-in-rfc-1123",
        "X-Amz-Date is written as the header Date is.",
        "It is of the form Sun, 30 Aug 2015 12:36:00 GMT.",
        "Write X-Amz-Date as 20150830T123600Z, or leave it out and sign Date.";
    DATE_WITHOUT_ZONE, "date-without-z",
        "The date lacks the Z at its end.",
        "It is of the form 20150830T123600.",
        "Write a Z behind the seconds, and take the time in UTC.";
    DATE_OF_ZONE, "date-with-offset",
        "The date has the offset of a time zone.",
        "It ends in an offset and not in Z.",
        "Turn the time into UTC and write a Z behind it.";
    DATE_EPOCH, "date-in-epoch-seconds",
        "The date is a number of seconds or milliseconds since 1970.",
        "It is a number.",
        "Write it as 20150830T123600Z.";
    DATE_OTHER, "date-in-unknown-form",
        "The date is written in a form that nobody knows.",
        "It is not of the form 20150830T123600Z.",
        "Write X-Amz-Date in UTC as 20150830T123600Z.";
    URL_EXPIRED, "url-expired",
        "The presigned URL has outlived itself.",
        "Its time and X-Amz-Expires lie in the past.",
        "Presign it anew, or for longer: up to 604800 seconds.";
    EXPIRES_WRONG, "expires-wrong",
        "X-Amz-Expires is not a number of seconds from 1 to 604800.",
        "It cannot be read, or is out of range.",
        "Set X-Amz-Expires to at most seven days, in seconds.";
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;

/// How far off zones are.
const NEAREST: i64 = 30 * MINUTE - SLACK;
const FURTHEST: i64 = 14 * HOUR + SLACK;

/// How far from a whole quarter of an hour a clock that shows another zone may be.
const SLACK: i64 = 2 * MINUTE;

/// What a clock shows that is too far off.
pub(super) fn skewed(at: Time, now: Time) -> Found {
    let skew = at.since(now);
    let size = skew.saturating_abs();
    let quarter = 15 * MINUTE;
    let rest = size % quarter;
    let off = rest.min(quarter.saturating_sub(rest));
    let told = format!("{} {}", length(size), if skew < 0 { "behind" } else { "ahead of" });
    let near = |length: i64| size.saturating_sub(length).saturating_abs() <= SLACK;
    let cause = match size {
        _ if near(12 * HOUR) => CLOCK_OF_TWELVE,
        _ if (near(YEAR) || near(YEAR.saturating_add(DAY))) && is_near_new_year(now) => {
            CLOCK_WEEK_YEAR
        }
        // No zone is nearer to UTC than half an hour, nor further off than fourteen hours.
        _ if off <= SLACK && (NEAREST..=FURTHEST).contains(&size) => CLOCK_OF_ZONE,
        _ => CLOCK_WRONG,
    };
    (cause, told)
}

fn is_near_new_year(now: Time) -> bool {
    let text = now.basic();
    matches!(text.get(4..8), Some("1229" | "1230" | "1231" | "0101" | "0102" | "0103"))
}

fn length(seconds: i64) -> String {
    let unit =
        |count: i64, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    match seconds {
        0..MINUTE => unit(seconds, "second"),
        MINUTE..HOUR => unit(seconds / MINUTE, "minute"),
        HOUR..DAY if seconds % HOUR / MINUTE == 0 => unit(seconds / HOUR, "hour"),
        HOUR..DAY => {
            format!(
                "{} and {}",
                unit(seconds / HOUR, "hour"),
                unit(seconds % HOUR / MINUTE, "minute")
            )
        }
        _ => unit(seconds / DAY, "day"),
    }
}

/// Whether the days `20150830` and `20150831T…` follow each other.
pub(super) fn is_a_day_off(scope: &str, stamp: &str) -> bool {
    let noon = |day: &str| Time::from_basic(format!("{day}T120000Z").as_bytes());
    let days = (noon(scope), stamp.get(..8).and_then(noon));
    matches!(days, (Some(one), Some(two)) if one.since(two).saturating_abs() == DAY)
}

/// What is wrong with a date that cannot be read.
pub(super) fn format(text: &str) -> Found {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_basic_without_zone = text.len() == 15 && text.get(8..9) == Some("T");
    let cause = match text {
        _ if digits(text) && text.len() >= 9 => DATE_EPOCH,
        _ if text.len() == 16 && text.ends_with('z') => DATE_WITHOUT_ZONE,
        _ if text.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b)) => DATE_EPOCH,
        _ if text.contains(", ") || text.ends_with("GMT") => DATE_RFC_1123,
        _ if is_basic_without_zone => DATE_WITHOUT_ZONE,
        _ if has_offset(text) => DATE_OF_ZONE,
        _ if text.get(4..5) == Some("-") && text.get(7..8) == Some("-") => DATE_EXTENDED,
        _ => DATE_OTHER,
    };
    (cause, String::new())
}

/// Whether a time ends in `+01`, `+0100` or `+01:00`.
fn has_offset(text: &str) -> bool {
    let zone = text
        .split_once('T')
        .and_then(|(_, time)| time.rfind(['+', '-']).and_then(|at| time.get(at..)));
    zone.is_some_and(|zone| (3..=6).contains(&zone.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(basic: &str) -> Time {
        Time::from_basic(basic.as_bytes()).unwrap()
    }

    #[test]
    fn a_clock_that_is_off_is_told_by_how_far() {
        let now = at("20150830T123600Z");
        for (seconds, cause, told) in [
            (-HOUR, CLOCK_OF_ZONE, "1 hour behind"),
            (2 * HOUR, CLOCK_OF_ZONE, "2 hours ahead of"),
            (5 * HOUR + 30 * MINUTE, CLOCK_OF_ZONE, "5 hours and 30 minutes ahead of"),
            (HOUR + 20, CLOCK_OF_ZONE, "1 hour ahead of"),
            (12 * HOUR, CLOCK_OF_TWELVE, "12 hours ahead of"),
            (-16 * MINUTE, CLOCK_WRONG, "16 minutes behind"),
            (20 * MINUTE, CLOCK_WRONG, "20 minutes ahead of"),
            (HOUR + 8 * MINUTE, CLOCK_WRONG, "1 hour and 8 minutes ahead of"),
            (-30 * DAY, CLOCK_WRONG, "30 days behind"),
            (YEAR, CLOCK_WRONG, "365 days ahead of"),
        ] {
            let (found, detail) = skewed(now.plus(seconds), now);
            assert_eq!((found.id, detail.as_str()), (cause.id, told), "{seconds}");
        }
        let new_year = at("20151231T120000Z");
        assert_eq!(skewed(new_year.plus(366 * DAY), new_year).0, CLOCK_WEEK_YEAR);
    }

    #[test]
    fn a_date_is_told_by_its_form() {
        for (text, cause) in [
            ("2015-08-30T12:36:00.000Z", DATE_EXTENDED),
            ("Sun, 30 Aug 2015 12:36:00 GMT", DATE_RFC_1123),
            ("20150830T123600", DATE_WITHOUT_ZONE),
            ("20150830T123600+01", DATE_OF_ZONE),
            ("2015-08-30T12:36:00+02:00", DATE_OF_ZONE),
            ("1440938160", DATE_EPOCH),
            ("1440938160.5", DATE_EPOCH),
            ("yesterday", DATE_OTHER),
            ("", DATE_OTHER),
        ] {
            assert_eq!(format(text).0.id, cause.id, "{text}");
        }
    }
}
