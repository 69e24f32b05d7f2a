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

text!(
    /// The name of a group.
    GroupName, 1..=128, r"[\w+=,.@-]+", is_name
);

text!(
    /// The name of a role.
    RoleName, 1..=64, r"[\w+=,.@-]+", is_name
);

text!(
    /// The name of a policy, managed or inline.
    PolicyName, 1..=128, r"[\w+=,.@-]+", is_name
);

text!(
    /// The name of an instance profile.
    ProfileName, 1..=128, r"[\w+=,.@-]+", is_name
);

text!(
    /// A service that a role is linked to: `elasticbeanstalk.amazonaws.com`.
    ServiceName, 1..=128, r"[\w+=,.@-]+", is_name
);

text!(
    /// What tells one service-linked role of a service from another.
    CustomSuffix, 1..=64, r"[\w+=,.@-]+", is_name
);

text!(
    /// What a service is called in front of its actions: `iam`.
    ServiceNamespace, 1..=64, r"[\w-]*", |raw| raw.chars().all(|c| is_word(c) || c == '-')
);

text!(
    /// What an account is called beside its number.
    AccountAlias, 3..=63, r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", is_alias
);

impl From<NewUserName> for UserName {
    fn from(name: NewUserName) -> Self {
        Self(name.0)
    }
}

/// A name by which entities are found and sorted: case does not count, and is
/// kept beside it, where the entity says how it was given.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Folded(String);

impl Folded {
    /// What `name` is found by. IAM's names are ASCII, its tag keys any script.
    pub fn of(name: &impl Display) -> Self {
        Self(name.to_string().to_lowercase())
    }

    /// What a name is found by whose case counts.
    pub fn exactly(name: &impl Display) -> Self {
        Self(name.to_string())
    }

    /// The string that is compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `name` is found by `folded`, which is in lower case: what
/// [`Folded::of`] would tell, without a copy of a name that is ASCII.
pub fn folds_to(name: &str, folded: &str) -> bool {
    name.eq_ignore_ascii_case(folded) || !name.is_ascii() && name.to_lowercase() == folded
}

pub(super) fn is_name(raw: &str) -> bool {
    !raw.is_empty() && raw.chars().all(|c| is_word(c) || "+=,.@-".contains(c))
}

/// Small letters, digits, and single hyphens between them.
fn is_alias(raw: &str) -> bool {
    let is_edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    raw.chars().all(|c| is_edge(c) || c == '-')
        && raw.starts_with(is_edge)
        && raw.ends_with(is_edge)
        && raw.len() >= 3
        && !raw.contains("--")
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
    fn a_name_is_found_in_any_case_and_of_any_script() {
        for name in ["team", "TEAM", "", "\u{c9}t\u{e9}", "\u{212a}ey", "\u{3a3}"] {
            assert!(folds_to(name, Folded::of(&name).as_str()), "{name}");
        }
        assert!(!folds_to("team", "teams"));
        assert!(!folds_to("\u{c9}", "e"));
    }

    #[test]
    fn every_constraint_that_a_value_breaks_is_told() {
        let broken = vec![Breach::TooShort(1), Breach::OffPattern(r"[\w+=,.@-]+")];
        assert_eq!(UserName::parse(""), Err(broken));
    }

    #[test]
    fn an_alias_neither_begins_nor_ends_with_a_hyphen_nor_holds_two_in_a_row() {
        for good in ["abc", "a-b", "0-9", "a-b-c", &"x".repeat(63)] {
            assert!(AccountAlias::parse(good).is_ok(), "{good}");
        }
        for bad in ["ab", "-ab", "ab-", "a--b", "Abc", "a_b", "é-b", &"x".repeat(64)] {
            assert!(AccountAlias::parse(bad).is_err(), "{bad}");
        }
    }
}
