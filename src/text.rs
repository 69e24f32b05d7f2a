//! The vocabulary: the checked words that inputs and entities are made of.
//!
//! A value of one of these types has passed its check, so no code behind the
//! form reader checks it again.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};

use thiserror::Error;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// What a string from outside becomes, once it has passed its check.
pub trait Text: Clone + Debug + Display {
    /// What the type asks of a string, in the order in which AWS tells it.
    const CONSTRAINTS: &'static [Breach];

    /// Keeps `raw` if it is what this type asks for; else tells all that it breaks.
    fn parse(raw: &str) -> Result<Self, Vec<Breach>>;

    /// The text, without a copy of it where that can be.
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

/// The constraint that a value breaks; it prints in AWS's words.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Breach {
    /// Nothing is there.
    #[error("Member must not be null")]
    Missing,
    /// A character that the pattern does not allow.
    #[error("Member must satisfy regular expression pattern: {0}")]
    OffPattern(&'static str),
    /// More characters, or members, than this.
    #[error("Member must have length less than or equal to {0}")]
    TooLong(usize),
    /// Fewer characters, or members, than this.
    #[error("Member must have length greater than or equal to {0}")]
    TooShort(usize),
    /// A number above this.
    #[error("Member must have value less than or equal to {0}")]
    TooLarge(u32),
    /// A number below this.
    #[error("Member must have value greater than or equal to {0}")]
    TooSmall(u32),
    /// None of the words that it may be.
    #[error("Member must satisfy enum value set")]
    UnknownWord,
    /// A member of a list breaks one of these.
    #[error("Member must satisfy constraint: [{}, Member must not be null]", listed(.0))]
    Member(&'static [Self]),
}

fn listed(breaches: &[Breach]) -> String {
    breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Declares a checked string: its shortest and longest length in characters, its
/// pattern in AWS's words, and a function that tells whether it keeps to that.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $pattern:literal, $keeps:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl Text for $name {
            const CONSTRAINTS: &'static [Breach] = &[
                Breach::TooLong($max),
                Breach::TooShort($min),
                Breach::OffPattern($pattern),
            ];

            fn parse(raw: &str) -> Result<Self, Vec<Breach>> {
                check(raw, Self::CONSTRAINTS, $keeps)?;
                Ok(Self(raw.to_owned()))
            }

            fn text(&self) -> Cow<'_, str> {
                Cow::Borrowed(&self.0)
            }
        }

        impl $name {
            /// The string itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Declares a word out of a few, each spelt on the wire as it is spelt here.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $word:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum $name { $($(#[$note])* $word,)* }

        impl Text for $name {
            const CONSTRAINTS: &'static [Breach] = &[Breach::UnknownWord];

            fn parse(raw: &str) -> Result<Self, Vec<Breach>> {
                match raw {
                    $(stringify!($word) => Ok(Self::$word),)*
                    _ => Err(vec![Breach::UnknownWord]),
                }
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$word => stringify!($word),)* })
            }
        }
    };
}

text!(
    /// The number of an account.
    AccountId, 12..=12, r"\d{12}", |raw| raw.bytes().all(|b| b.is_ascii_digit())
);

text!(
    /// The friendly name of a user that exists, or is asked for.
    UserName, 1..=128, r"[\w+=,.@-]+", is_name
);

text!(
    /// The friendly name of a user to be: shorter than one that may exist already.
    NewUserName, 1..=64, r"[\w+=,.@-]+", is_name
);

text!(
    /// Where a user stands in an account: `/`, or `/division/team/`.
    Path, 1..=512, r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", is_path
);

text!(
    /// The beginning of paths: `/`, `/div`, `/division/`.
    PathPrefix, 1..=512, r"\u002F[\u0021-\u007F]*", is_path_prefix
);

text!(
    /// What an access key is called: `AKIA…` a user's or root's, `ASIA…` a session's.
    AccessKeyId, 16..=128, r"[\w]+", |raw| raw.chars().all(is_word)
);

text!(
    /// What an access key is called, as STS reads it.
    AskedKeyId, 16..=128, r"[\w]*", |raw| raw.chars().all(is_word)
);

text!(
    /// What a user is called where its name may change: `AIDA…`.
    UserId, 16..=128, r"[\w]+", |raw| raw.chars().all(is_word)
);

text!(
    /// The name of a tag. Tags of one user are told apart without regard to case.
    TagKey, 1..=128, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", |raw| raw.chars().all(is_label)
);

text!(
    /// What a tag says.
    TagValue, 0..=256, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", |raw| raw.chars().all(is_label)
);

text!(
    /// Where a list goes on; opaque to callers.
    MarkerText, 1..=320, r"[\u0020-\u00FF]+", |raw| raw.chars().all(|c| (' '..='\u{FF}').contains(&c))
);

text!(
    /// An ARN as a caller writes it, not yet looked into.
    ArnText, 20..=2048, r".*", |_| true
);

words!(
    /// Whether a key signs.
    Status {
        /// It does.
        Active,
        /// It does not, until it is made active again.
        Inactive,
        /// It does not any more.
        Expired,
    }
);

impl From<NewUserName> for UserName {
    fn from(name: NewUserName) -> Self {
        Self(name.0)
    }
}

impl From<AskedKeyId> for AccessKeyId {
    fn from(id: AskedKeyId) -> Self {
        Self(id.0)
    }
}

impl Default for Path {
    /// The root of an account.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

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

fn check(
    raw: &str,
    constraints: &'static [Breach],
    keeps: impl Fn(&str) -> bool,
) -> Result<(), Vec<Breach>> {
    let length = raw.chars().count();
    let is_broken = |constraint: &Breach| match *constraint {
        Breach::TooLong(most) => length > most,
        Breach::TooShort(least) => length < least,
        Breach::OffPattern(_)
        | Breach::Missing
        | Breach::TooLarge(_)
        | Breach::TooSmall(_)
        | Breach::UnknownWord
        | Breach::Member(_) => !keeps(raw),
    };
    let broken: Vec<_> = constraints.iter().copied().filter(is_broken).collect();
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

fn is_name(raw: &str) -> bool {
    !raw.is_empty() && raw.chars().all(|c| is_word(c) || "+=,.@-".contains(c))
}

fn is_path(raw: &str) -> bool {
    let inner = raw.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    raw == "/" || inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(is_graphic))
}

fn is_path_prefix(raw: &str) -> bool {
    let is_allowed = |byte| is_graphic(byte) || byte == 0x7F;
    raw.strip_prefix('/').is_some_and(|rest| rest.bytes().all(is_allowed))
}

/// `!` to `~`: what can be seen of ASCII.
fn is_graphic(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What tags are written in: letters, separators and numbers of any script, and
/// few signs.
fn is_label(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Separator};
    c.is_ascii_alphanumeric()
        || " _.:/=+-@".contains(c)
        || matches!(c.general_category_group(), Letter | Separator | Number)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn length_is_counted_in_characters_not_in_bytes() {
        assert!(TagKey::parse(&"é".repeat(128)).is_ok());
    }

    #[test]
    fn a_word_is_spelt_exactly() {
        assert_eq!(Status::parse("Active"), Ok(Status::Active));
        assert_eq!(Status::parse("active"), Err(vec![Breach::UnknownWord]));
    }

    #[test]
    fn a_path_begins_and_ends_with_a_slash() {
        for good in ["/", "/a/", "/a/b/", "///", "/~!/"] {
            assert!(Path::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "/a", "a/", "//", "/a b/", "/é/"] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_are_written_in_letters_of_any_script_but_not_in_signs() {
        for good in ["Ümlaut", "日本", "a b", "x:y/z=+-@_.1", "½"] {
            assert!(TagKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["a!", "a*", "😀", "a\tb", "e\u{301}"] {
            assert!(TagKey::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_list_may_be_asked_for_one_to_a_thousand_at_a_time() {
        assert_eq!(MaxItems::parse("1000").map(MaxItems::get), Ok(1000));
        assert_eq!(MaxItems::parse("1001"), Err(vec![Breach::TooLarge(1000)]));
        for small in ["0", "-1", "x", ""] {
            assert_eq!(MaxItems::parse(small), Err(vec![Breach::TooSmall(1)]), "{small}");
        }
    }
}
