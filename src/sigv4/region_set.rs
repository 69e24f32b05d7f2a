//! The regions that a signature is for whose scope names none.

use std::borrow::Cow;

use super::head::Head;
use super::refusal::{Bound, Refusal};

/// The parameter, or the header, that holds them.
pub(super) const TITLED: &str = "X-Amz-Region-Set";

/// Names with commas between them. A star at the end of one stands for any end.
#[derive(Clone, Debug)]
pub(super) struct RegionSet<'r>(Cow<'r, str>);

/// The one header that holds a set.
pub(super) fn header<'r>(head: &Head<'r>) -> Result<Option<Cow<'r, str>>, Refusal> {
    let mut values = head.values("x-amz-region-set").map(<[u8]>::trim_ascii);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Refusal::Twice(TITLED)),
        (value, None) => Ok(value.map(String::from_utf8_lossy)),
    }
}

impl<'r> RegionSet<'r> {
    pub(super) fn read(text: Cow<'r, str>) -> Result<Self, Refusal> {
        Bound::RegionSet.check(text.len())?;
        Ok(Self(text))
    }

    /// Whether `region` is one of them.
    pub(super) fn has(&self, region: &str) -> bool {
        self.names().any(|name| match name.strip_suffix('*') {
            Some(start) => region.starts_with(start),
            None => region == name,
        })
    }

    /// The names, stars and all.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim_ascii)
    }
}

#[cfg(test)]
mod tests {
    use super::super::region::known_in;
    use super::*;

    fn set(text: &str) -> RegionSet<'_> {
        RegionSet::read(text.into()).unwrap()
    }

    #[test]
    fn a_name_is_itself_and_a_star_ends_any() {
        for (text, region) in [
            ("us-east-1", "us-east-1"),
            ("*", "us-east-1"),
            ("us-east-*", "us-east-2"),
            ("eu-west-1, us-*", "us-west-2"),
        ] {
            assert!(set(text).has(region), "{text} {region}");
        }
        for (text, region) in [
            ("", "us-east-1"),
            ("us-east-1", "us-east-11"),
            ("us-east-*", "us-west-1"),
            ("us-*-1", "us-east-1"),
            ("*-east-1", "us-east-1"),
            ("us-east-1;eu-west-1", "us-east-1"),
            ("US-EAST-1", "us-east-1"),
        ] {
            assert!(!set(text).has(region), "{text} {region}");
        }
    }

    #[test]
    fn of_all_known_regions_the_same_is_meant_whatever_the_order() {
        assert_eq!(known_in(&set("*")), Some("us-east-1"));
        assert_eq!(known_in(&set("eu-west-1,us-east-1")), Some("us-east-1"));
        assert_eq!(known_in(&set("eu-west-*,mars-1")), Some("eu-west-1"));
        assert_eq!(known_in(&set("us-east-9")), Some("us-east-9"));
        for text in ["", ",", "mars-*", "aws-global", "us-east-1a"] {
            assert_eq!(known_in(&set(text)), None, "{text}");
        }
    }

    #[test]
    fn a_set_beyond_the_limit_is_refused() {
        let limit = Bound::RegionSet.limit();
        assert!(RegionSet::read(",".repeat(limit).into()).is_ok());
        let refused = RegionSet::read(",".repeat(limit + 1).into()).unwrap_err();
        assert_eq!(refused, Refusal::TooMuch(Bound::RegionSet));
    }
}
