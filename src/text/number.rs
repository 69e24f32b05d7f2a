//! Numbers and claims that callers write out.

use std::fmt::{self, Display};

use super::{Breach, Text};

number!(
    /// For how many seconds a role may be assumed at most: an hour where nothing is
    /// said, twelve at the most.
    MaxSession(u32 as u32), 3600..=43200, 3600
);

/// `true` or `false`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Claim(bool);

impl Claim {
    /// Whether it is so.
    pub fn holds(self) -> bool {
        self.0
    }
}

impl Text for Claim {
    const CONSTRAINTS: &'static [Breach] = &[];

    fn parse(raw: &str) -> Result<Self, Vec<Breach>> {
        match raw {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(vec![Breach::NoBoolean]),
        }
    }
}

impl Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_an_hour_at_least_and_twelve_at_most() {
        assert_eq!(MaxSession::default().get(), 3600);
        assert_eq!(MaxSession::parse("43200").map(MaxSession::get), Ok(43200));
        assert_eq!(MaxSession::parse("43201"), Err(vec![Breach::TooLarge(43200)]));
        assert_eq!(MaxSession::parse("3599"), Err(vec![Breach::TooSmall(3600)]));
    }

    #[test]
    fn a_claim_is_true_or_false_and_nothing_else() {
        assert_eq!(Claim::parse("true").map(Claim::holds), Ok(true));
        assert_eq!(Claim::parse("false").map(Claim::holds), Ok(false));
        assert_eq!(Claim::parse("True"), Err(vec![Breach::NoBoolean]));
    }
}
