//! The time, as a value: only this module asks the world for it.

mod moment;
mod read;
mod written;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Months, SecondsFormat};

pub use moment::Moment;
pub use written::{Latest, append_now};

/// A moment, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Time(i64);

impl Time {
    /// The moment `seconds` after the beginning of 1970, UTC.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the beginning of 1970, UTC.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The moment so much later. The end of time is as far as it goes.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// The same day and time so many years later; on the last of February where there is
    /// no such day. The end of the calendar is as far as it goes.
    #[must_use]
    pub fn plus_years(self, years: u32) -> Self {
        let months = Months::new(years.saturating_mul(12));
        let now = DateTime::from_timestamp(self.0, 0);
        let later = now.and_then(|time| time.checked_add_months(months));
        later.map_or(self, |time| Self(time.timestamp()))
    }

    /// How many seconds lie between `earlier` and this; negative where it is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// ISO 8601 basic format, as signatures have it: `20150830T123600Z`.
    pub fn basic(self) -> String {
        self.formatted(|time| time.format("%Y%m%dT%H%M%SZ").to_string())
    }

    /// IMF-fixdate, as HTTP headers have it (RFC 9110 section 5.6.7):
    /// `Sun, 30 Aug 2015 12:36:00 GMT`.
    pub fn http(self) -> String {
        self.formatted(|time| time.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    fn formatted(self, format: impl FnOnce(DateTime<chrono::Utc>) -> String) -> String {
        DateTime::from_timestamp(self.0, 0).map(format).unwrap_or_default()
    }
}

/// ISO 8601 extended format, as answers have it: `2015-08-30T12:36:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.formatted(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true));
        f.write_str(&time)
    }
}

/// Where the time comes from: the system's clock, or one that a test holds.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day.
    fn now(&self) -> Time;

    /// How long this clock runs already; it never goes back. For durations.
    fn elapsed(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: std::time::Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::elapsed`] counts from now.
    #[expect(clippy::disallowed_methods, reason = "this is where the world is asked")]
    pub fn start() -> Self {
        Self { started: std::time::Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the world is asked")]
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seconds = since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
        Time(seconds)
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: Time = Time::from_unix(1_440_938_160);

    #[test]
    fn a_moment_is_written_in_three_ways() {
        assert_eq!(VECTORS.to_string(), "2015-08-30T12:36:00Z");
        assert_eq!(VECTORS.basic(), "20150830T123600Z");
        assert_eq!(VECTORS.http(), "Sun, 30 Aug 2015 12:36:00 GMT");
    }

    #[test]
    fn a_hundred_years_later_is_the_same_day() {
        let later = VECTORS.plus_years(100);
        assert_eq!(later.to_string(), "2115-08-30T12:36:00Z");
        let leap = Time::from_extended(b"2000-02-29T00:00:00Z").unwrap();
        assert_eq!(leap.plus_years(100).to_string(), "2100-02-28T00:00:00Z");
        assert_eq!(Time::from_unix(i64::MAX).plus_years(100).unix(), i64::MAX);
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert_eq!(Time::from_unix(i64::MAX).plus(1).unix(), i64::MAX);
        assert_eq!(Time::from_unix(i64::MIN).since(Time::from_unix(1)), i64::MIN);
        assert_eq!(Time::from_unix(i64::MAX).basic(), "");
    }
}
