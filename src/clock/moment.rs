//! Moments as policies write them, finer than a second.

use chrono::{DateTime, NaiveDate};

use super::Time;

/// A moment, in seconds and in billionths of the next one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment {
    second: Time,
    nanos: u32,
}

impl Moment {
    /// Reads what conditions may hold: seconds since 1970, or a form of ISO 8601
    /// (W3C NOTE-datetime): `2015-08`, `2015-08-30`, `2015-08-30T12:36Z`,
    /// `2015-08-30T12:36:00.5+02:00`. Four digits alone are seconds, not a year.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(|seconds| Self::at(Time::from_unix(seconds)));
        }
        match text.split_once(['T', 't']) {
            None => midnight(text),
            Some((day, clock)) => Self::with_zone(day, clock),
        }
    }

    fn at(second: Time) -> Self {
        Self { second, nanos: 0 }
    }

    fn with_zone(day: &str, clock: &str) -> Option<Self> {
        let zone = clock.find(['Z', 'z', '+', '-'])?;
        let (clock, zone) = clock.split_at_checked(zone)?;
        let seconds = if clock.len() == 5 { ":00" } else { "" };
        let time = DateTime::parse_from_rfc3339(&format!("{day}T{clock}{seconds}{zone}")).ok()?;
        let nanos = time.timestamp_subsec_nanos();
        Some(Self { second: Time::from_unix(time.timestamp()), nanos })
    }
}

/// The beginning of a day, or of a month.
fn midnight(text: &str) -> Option<Moment> {
    let has_digits =
        |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next().unwrap_or("01"));
    let is_date = has_digits(year, 4) && has_digits(month, 2) && has_digits(day, 2);
    if !is_date || parts.next().is_some() {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    let midnight = date.and_hms_opt(0, 0, 0)?.and_utc();
    Some(Moment::at(Time::from_unix(midnight.timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_all_the_forms_of_policies() {
        for text in ["1440938160", "2015-08-30T12:36Z", "2015-08-30t14:36:00.000+02:00"] {
            let moment = Moment::parse(text);
            assert_eq!(moment, Some(Moment::at(Time::from_unix(1_440_938_160))), "{text}");
        }
        assert_eq!(Moment::parse("2015-08"), Moment::parse("2015-08-01T00:00:00Z"));
        assert_eq!(Moment::parse("2015-08-30"), Moment::parse("2015-08-30T00:00Z"));
        assert!(Moment::parse("2015-08-30T00:00:00.5Z") > Moment::parse("2015-08-30"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "-1",
            "1.5",
            "2015-8",
            "2015-13",
            "2015-02-30",
            "2015-08-30T12:36",
            "2015-08-30 12:36Z",
            "2015-08-30T12Z",
            "x",
            "T",
            "-",
            "99999999999999999999",
            "2015-08-30T12:36:00é",
            "2015-08-01-01",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
