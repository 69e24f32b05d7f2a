//! The time of a request, as a moment and as it is signed.

use crate::clock::Time;

/// A moment, and its ISO 8601 basic form: one date serves the skew, the scope and
/// the string to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stamp {
    time: Time,
    text: [u8; 16],
}

impl Stamp {
    /// Reads the basic form, which a presigned request has.
    pub fn basic(text: &[u8]) -> Option<Self> {
        Some(Self { time: Time::from_basic(text)?, text: text.try_into().ok()? })
    }

    /// Reads what the header `X-Amz-Date` may hold: the extended form as well.
    pub fn amz_date(text: &[u8]) -> Option<Self> {
        Self::basic(text).or_else(|| Self::at(Time::from_extended(text)?))
    }

    /// Reads what the header `Date` may hold: the basic form, or HTTP's own.
    pub fn date(text: &[u8]) -> Option<Self> {
        Self::basic(text).or_else(|| Self::at(Time::from_http(text)?))
    }

    fn at(time: Time) -> Option<Self> {
        Self::basic(time.basic().as_bytes())
    }

    /// The moment.
    pub fn time(&self) -> Time {
        self.time
    }

    /// `yyyymmddThhmmssZ`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// `yyyymmdd`.
    pub fn day(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_form_a_date_has_it_is_signed_in_the_basic_one() {
        let basic = Stamp::basic(b"20150830T123600Z").unwrap();
        assert_eq!(basic.day(), "20150830");
        assert_eq!(Stamp::amz_date(b"2015-08-30T12:36:00Z"), Some(basic));
        assert_eq!(Stamp::date(b"Sun, 30 Aug 2015 12:36:00 GMT"), Some(basic));
        assert_eq!(Stamp::date(b"20150830T123600Z"), Some(basic));
    }

    #[test]
    fn each_place_has_its_own_forms() {
        assert_eq!(Stamp::basic(b"2015-08-30T12:36:00Z"), None);
        assert_eq!(Stamp::amz_date(b"Sun, 30 Aug 2015 12:36:00 GMT"), None);
        assert_eq!(Stamp::date(b"2015-08-30T12:36:00Z"), None);
        assert_eq!(Stamp::date(b"Sun, 30 Aug 19999 12:36:00 GMT"), None);
    }
}
