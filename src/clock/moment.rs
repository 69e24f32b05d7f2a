//! Moments as policies write them, finer than a second.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::Time;

/// The years that AWS's policies may name: those of its calendar.
const YEARS: std::ops::RangeInclusive<i64> = -292_275_054..=292_278_993;

/// A moment, in seconds and in billionths of the next one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment {
    second: Time,
    nanos: u32,
}

impl Moment {
    /// Reads what conditions may hold: seconds since 1970, or a form of ISO 8601
    /// (W3C NOTE-datetime), of which AWS lets each part be left off that is not
    /// before another: `2015`, `2015-08-30`, `2015-08-30T12`,
    /// `2015-08-30T12:36:00.5+02:00`. Where there is no zone, it is UTC. Four digits
    /// are a year, more or fewer are seconds.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && text.len() != 4 {
            return text.parse().ok().map(|seconds| Self::at(Time::from_unix(seconds)));
        }
        let (day, clock) = text.split_once(['T', 't']).unwrap_or((text, ""));
        let (year, date) = date(day)?;
        let (since_midnight, nanos) = time_of_day(clock)?;
        Some(match date {
            Some(date) => {
                let midnight = date.and_hms_opt(0, 0, 0)?;
                let second = midnight.checked_add_signed(since_midnight)?.and_utc().timestamp();
                Self { second: Time::from_unix(second), nanos }
            }
            // So far away that the day does not matter.
            None if year < 0 => Self::at(Time::from_unix(i64::MIN)),
            None => Self::at(Time::from_unix(i64::MAX)),
        })
    }

    /// The moment without its fraction of a second.
    pub fn second(self) -> Time {
        self.second
    }

    fn at(second: Time) -> Self {
        Self { second, nanos: 0 }
    }
}

/// A year, and the day in it; no day where the calendar does not reach that far.
fn date(text: &str) -> Option<(i64, Option<NaiveDate>)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut parts = rest.split('-');
    let year = i64::from(number(parts.next()?, 9)?).checked_mul(sign)?;
    let month = parts.next().map_or(Some(1), |month| number(month, 2))?;
    let day = parts.next().map_or(Some(1), |day| number(day, 2))?;
    if parts.next().is_some() || !YEARS.contains(&year) {
        return None;
    }
    // Another year of the same kind tells whether there is such a day.
    NaiveDate::from_ymd_opt(2000, month, day)?;
    let near = i32::try_from(year).ok().filter(|year| (-200_000..=200_000).contains(year));
    match near {
        Some(year) => Some((year.into(), Some(NaiveDate::from_ymd_opt(year, month, day)?))),
        None => Some((year, None)),
    }
}

/// How long after midnight, UTC, and how much of the next second has gone.
fn time_of_day(text: &str) -> Option<(TimeDelta, u32)> {
    let zone = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at_checked(zone)?;
    let mut parts = if clock.is_empty() { "0" } else { clock }.splitn(3, ':');
    let hour = number(parts.next()?, 2)?;
    let minute = parts.next().map_or(Some(0), |minute| number(minute, 2))?;
    let second = parts.next().unwrap_or("0");
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let passed = since_midnight([hour, minute, number(second, 2)?])?;
    Some((in_utc(passed, zone)?, nanos(fraction)?))
}

/// The same in UTC: `+02`, `-09:30`, `Z`.
fn in_utc(passed: TimeDelta, zone: &str) -> Option<TimeDelta> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(passed);
    }
    let (sign, zone) = zone.split_at_checked(1)?;
    let (hour, minute) = zone.split_once(':').unwrap_or((zone, "00"));
    let away = since_midnight([number(hour, 2)?, number(minute, 2)?, 0])?;
    let is_written_out = hour.len() == 2 && minute.len() == 2;
    let in_utc = if sign == "-" { passed.checked_add(&away) } else { passed.checked_sub(&away) };
    in_utc.filter(|_| is_written_out)
}

fn since_midnight([hour, minute, second]: [u32; 3]) -> Option<TimeDelta> {
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    Some(time.signed_duration_since(NaiveTime::MIN))
}

/// Billionths: as many digits as there are of them at most.
fn nanos(fraction: &str) -> Option<u32> {
    let missing = 9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    number(fraction, 9)?.checked_mul(10_u32.checked_pow(missing)?)
}

fn number(digits: &str, most: usize) -> Option<u32> {
    let is_number =
        (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_all_the_forms_of_policies() {
        for text in [
            "1440938160",
            "2015-08-30T12:36Z",
            "2015-08-30t14:36:00.000+02:00",
            "2015-8-30T8:36-04",
        ] {
            let moment = Moment::parse(text);
            assert_eq!(moment, Some(Moment::at(Time::from_unix(1_440_938_160))), "{text}");
        }
        assert_eq!(Moment::parse("2015"), Moment::parse("2015-01-01T00:00:00Z"));
        assert_eq!(Moment::parse("2015-08"), Moment::parse("2015-08-01T"));
        assert!(Moment::parse("2015-08-30T00:00:00.5Z") > Moment::parse("2015-08-30"));
        assert!(Moment::parse("-292275054") < Moment::parse("0001-01-01"));
        assert!(Moment::parse("292278993-12-31T") > Moment::parse("9999-12-31"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "-",
            "1.5",
            "2015-13",
            "2015-02-30",
            "2015-08-30 12:36Z",
            "2015-08-30T24:00",
            "2015-08-30T12:36:00é",
            "2015-08-30T12:36:00.1234567890Z",
            "2015-08-30T12:36+1",
            "2015-08-30T12:36+01:60",
            "2015-08-01-01",
            "-292275055",
            "99999999999999999999",
            "x",
            "T",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
