//! What things are called.

use std::fmt::Display;

use super::is_word;

text!(
    /// The friendly name of a user that exists, or is asked for.
    UserName, 1..=128, r"[\w+=,.@-]+", is_name
);

text!(
    /// The friendly name of a user to be: shorter than one that may exist already.
    NewUserName, 1..=64, r"[\w+=,.@-]+", is_name
);

impl From<NewUserName> for UserName {
    fn from(name: NewUserName) -> Self {
        Self(name.0)
    }
}

/// A name by which entities are found and sorted: case does not count, and is
/// kept beside it, where the entity says how it was given.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Folded(String);

impl Folded {
    /// What `name` is found by. IAM's names are ASCII, its tag keys any script.
    pub fn of(name: &impl Display) -> Self {
        Self(name.to_string().to_lowercase())
    }

    /// The string that is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(raw: &str) -> bool {
    !raw.is_empty() && raw.chars().all(|c| is_word(c) || "+=,.@-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Breach, Text};

    #[test]
    fn a_name_may_be_as_long_as_its_type_says_and_no_longer() {
        assert!(NewUserName::parse(&"u".repeat(64)).is_ok());
        assert_eq!(NewUserName::parse(&"u".repeat(65)), Err(vec![Breach::TooLong(64)]));
    }

    #[test]
    fn every_constraint_that_a_value_breaks_is_told() {
        let broken = vec![Breach::TooShort(1), Breach::OffPattern(r"[\w+=,.@-]+")];
        assert_eq!(UserName::parse(""), Err(broken));
    }
}
