//! Reads moments that stand in requests. None of these can overflow or panic:
//! what is no moment is `None`.

use chrono::{DateTime, NaiveDate};

use super::Time;

impl Time {
    /// Reads ISO 8601 basic format: `20150830T123600Z`, and nothing else.
    pub fn from_basic(text: &[u8]) -> Option<Self> {
        let &[y1, y2, y3, y4, m1, m2, d1, d2, b'T', ref clock @ .., b'Z'] = text else {
            return None;
        };
        let &[h1, h2, n1, n2, s1, s2] = clock else { return None };
        Self::from_digits([&[y1, y2, y3, y4], &[m1, m2], &[d1, d2]], [[h1, h2], [n1, n2], [s1, s2]])
    }

    /// Reads ISO 8601 extended format: `2015-08-30T12:36:00Z`, and nothing else.
    pub fn from_extended(text: &[u8]) -> Option<Self> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', ref clock @ .., b'Z'] = text else {
            return None;
        };
        let &[h1, h2, b':', n1, n2, b':', s1, s2] = clock else { return None };
        Self::from_digits([&[y1, y2, y3, y4], &[m1, m2], &[d1, d2]], [[h1, h2], [n1, n2], [s1, s2]])
    }

    /// Reads what HTTP's `Date` holds: `Sun, 30 Aug 2015 12:36:00 GMT`, or with
    /// a zone in digits.
    pub fn from_http(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        DateTime::parse_from_rfc2822(text).ok().map(|time| Self(time.timestamp()))
    }

    fn from_digits([year, month, day]: [&[u8]; 3], clock: [[u8; 2]; 3]) -> Option<Self> {
        let year = i32::try_from(number(year)?).ok()?;
        let date = NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?;
        let [hour, minute, second] = clock.map(|digits| number(&digits));
        Some(Self(date.and_hms_opt(hour?, minute?, second?)?.and_utc().timestamp()))
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        number.checked_mul(10)?.checked_add(char::from(*digit).to_digit(10)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: Option<Time> = Some(Time::from_unix(1_440_938_160));

    #[test]
    fn a_moment_is_read_in_the_three_ways_it_is_written() {
        assert_eq!(Time::from_basic(b"20150830T123600Z"), VECTORS);
        assert_eq!(Time::from_extended(b"2015-08-30T12:36:00Z"), VECTORS);
        assert_eq!(Time::from_http(b"Sun, 30 Aug 2015 12:36:00 GMT"), VECTORS);
    }

    #[test]
    fn a_date_may_have_the_zone_that_means_no_zone() {
        assert_eq!(Time::from_http(b"Sun, 30 Aug 2015 12:36:00 -0000"), VECTORS);
        assert_eq!(Time::from_http(b"Sun, 30 Aug 2015 14:36:00 +0200"), VECTORS);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "20150830T123600",
            "20150830T123600ZZ",
            "20150830t123600Z",
            "20150230T123600Z",
            "20150830T123660Z",
            "20150830T243600Z",
            "2015083+T123600Z",
            "20150830T12360\u{661}Z",
        ] {
            assert_eq!(Time::from_basic(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Time::from_extended(b"2015-08-30 12:36:00Z"), None);
        assert_eq!(Time::from_http(b"\xff"), None);
    }

    #[test]
    fn the_first_and_the_last_year_are_moments() {
        let first = Time::from_basic(b"00000101T000000Z").unwrap();
        let last = Time::from_basic(b"99991231T235959Z").unwrap();
        assert_eq!(last.since(first), 315_569_519_999);
    }
}
