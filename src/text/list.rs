//! How lists are asked for, a page at a time.

use std::fmt::{self, Display};

use super::{Breach, Text};

text!(
    /// Where a list goes on; opaque to callers.
    MarkerText, 1..=320, r"[\u0020-\u00FF]+", |raw| raw.chars().all(|c| (' '..='\u{FF}').contains(&c))
);

/// How many answers a list gives at a time: 1 to 1000, 100 where nothing is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MaxItems(u16);

impl MaxItems {
    /// The number itself.
    pub fn get(self) -> usize {
        self.0.into()
    }
}

impl Default for MaxItems {
    fn default() -> Self {
        Self(100)
    }
}

impl Text for MaxItems {
    const CONSTRAINTS: &'static [Breach] = &[Breach::TooLarge(1000), Breach::TooSmall(1)];

    fn parse(raw: &str) -> Result<Self, Vec<Breach>> {
        match raw.parse::<i64>() {
            Ok(number @ 1..=1000) => Ok(Self(u16::try_from(number).unwrap_or_default())),
            Ok(number) if number > 1000 => Err(vec![Breach::TooLarge(1000)]),
            _ => Err(vec![Breach::TooSmall(1)]),
        }
    }
}

impl Display for MaxItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_may_be_asked_for_one_to_a_thousand_at_a_time() {
        assert_eq!(MaxItems::parse("1000").map(MaxItems::get), Ok(1000));
        assert_eq!(MaxItems::parse("1001"), Err(vec![Breach::TooLarge(1000)]));
        for small in ["0", "-1", "x", ""] {
            assert_eq!(MaxItems::parse(small), Err(vec![Breach::TooSmall(1)]), "{small}");
        }
    }
}
