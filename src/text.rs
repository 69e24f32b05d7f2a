//! The vocabulary: the checked words that inputs and entities are made of.
//!
//! A value of one of these types has passed its check, so no code behind the
//! form reader checks it again.

use std::borrow::Cow;
use std::fmt::{Debug, Display};

use thiserror::Error;

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
    /// Neither true nor false.
    #[error("Member must be a boolean")]
    NoBoolean,
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
        text!(@checked $(#[$doc])* $name, $keeps, [TooLong($max), TooShort($min), OffPattern($pattern)]);
    };
    ($(#[$doc:meta])* $name:ident, ..=$max:literal, $pattern:literal, $keeps:expr) => {
        text!(@checked $(#[$doc])* $name, $keeps, [TooLong($max), OffPattern($pattern)]);
    };
    ($(#[$doc:meta])* $name:ident, $min:literal.., $pattern:literal, $keeps:expr) => {
        text!(@checked $(#[$doc])* $name, $keeps, [TooShort($min), OffPattern($pattern)]);
    };
    ($(#[$doc:meta])* $name:ident, .., $pattern:literal, $keeps:expr) => {
        text!(@checked $(#[$doc])* $name, $keeps, [OffPattern($pattern)]);
    };
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal) => {
        text!(@checked $(#[$doc])* $name, |_| true, [TooLong($max), TooShort($min)]);
    };
    ($(#[$doc:meta])* $name:ident, ..=$max:literal) => {
        text!(@checked $(#[$doc])* $name, |_| true, [TooLong($max)]);
    };
    ($(#[$doc:meta])* $name:ident, ..) => {
        text!(@checked $(#[$doc])* $name, |_| true, []);
    };
    (@checked $(#[$doc:meta])* $name:ident, $keeps:expr, [$($breach:ident($limit:literal)),*]) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $crate::text::Text for $name {
            const CONSTRAINTS: &'static [$crate::text::Breach] =
                &[$($crate::text::Breach::$breach($limit)),*];

            fn parse(raw: &str) -> Result<Self, Vec<$crate::text::Breach>> {
                $crate::text::check(raw, <Self as $crate::text::Text>::CONSTRAINTS, $keeps)?;
                Ok(Self(raw.to_owned()))
            }

            fn text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed(&self.0)
            }
        }

        impl $name {
            /// The string itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Declares a whole number: where it begins and ends, and what it is where nothing
/// is said.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty as $given:ty), $min:literal..=$max:literal, $default:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct $name($inner);

        impl $name {
            /// The number itself.
            pub fn get(self) -> $given {
                self.0.into()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl $crate::text::Text for $name {
            const CONSTRAINTS: &'static [$crate::text::Breach] =
                &[$crate::text::Breach::TooLarge($max), $crate::text::Breach::TooSmall($min)];

            fn parse(raw: &str) -> Result<Self, Vec<$crate::text::Breach>> {
                match raw.parse::<i64>() {
                    Ok(number @ $min..=$max) => {
                        Ok(Self(<$inner>::try_from(number).unwrap_or_default()))
                    }
                    Ok(number) if number > $max => {
                        Err(vec![$crate::text::Breach::TooLarge($max)])
                    }
                    _ => Err(vec![$crate::text::Breach::TooSmall($min)]),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

/// Declares a word out of a few, each spelt on the wire as it is spelt here, or as
/// it says.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$note:meta])* $word:ident $(= $spelt:literal)?,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum $name { $($(#[$note])* $word,)* }

        impl $crate::text::Text for $name {
            const CONSTRAINTS: &'static [$crate::text::Breach] =
                &[$crate::text::Breach::UnknownWord];

            fn parse(raw: &str) -> Result<Self, Vec<$crate::text::Breach>> {
                match raw {
                    $(spelt!($word $($spelt)?) => Ok(Self::$word),)*
                    _ => Err(vec![$crate::text::Breach::UnknownWord]),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$word => spelt!($word $($spelt)?),)* })
            }
        }
    };
}

macro_rules! spelt {
    ($word:ident) => {
        stringify!($word)
    };
    ($word:ident $spelt:literal) => {
        $spelt
    };
}

mod arn;
mod document;
mod id;
mod issuer;
mod list;
mod mfa;
mod name;
mod network;
mod number;
mod path;
mod provider;
mod session;
mod simulation;
mod tag;
mod word;

pub use arn::*;
pub use document::*;
pub use id::*;
pub use issuer::*;
pub use list::*;
pub use mfa::*;
pub use name::*;
pub use network::*;
pub use number::*;
pub use path::*;
pub use provider::*;
pub use session::*;
pub use simulation::*;
pub use tag::*;
pub use word::*;

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
        | Breach::NoBoolean
        | Breach::Member(_) => !keeps(raw),
    };
    let broken: Vec<_> = constraints.iter().copied().filter(is_broken).collect();
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
