//! What the values of a condition are compared as.

use data_encoding::BASE64;

use crate::clock::Moment;
use crate::policy::condition::operator::{Family, Order};
use crate::policy::facts::Facts;
use crate::policy::name::{NamePattern, Named};
use crate::policy::number::Number;
use crate::policy::template::{Pattern, Syntax, Variable};
use crate::text::Network;

/// The values of a policy, read once. One that is not what its operator compares
/// is met by nothing.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Text(Syntax, Box<[Pattern]>),
    Bool(Syntax, Box<[Pattern]>),
    Number(Order, Box<[Number]>),
    Date(Order, Box<[Moment]>),
    Binary(Box<[Vec<u8>]>),
    Address(Box<[Network]>),
    Arn(Box<[NamePattern]>),
    Null(Box<[bool]>),
}

impl Test {
    pub(super) fn of(family: Family, values: &[String], variables: bool) -> Self {
        match family {
            Family::Text { wild, folds } => text(Syntax { wild, variables, folds }, values),
            Family::Bool => {
                let syntax = Syntax { wild: false, variables, folds: true };
                Self::Bool(syntax, patterns(syntax, values))
            }
            Family::Number(order) => Self::Number(order, read(values, Number::parse)),
            Family::Date(order) => Self::Date(order, read(values, Moment::parse)),
            Family::Binary => Self::Binary(read(values, bytes)),
            Family::Address => Self::Address(read(values, |value| value.parse().ok())),
            Family::Arn => {
                Self::Arn(read(values, |v| Some(NamePattern::of_condition(v, variables))))
            }
            Family::Null => Self::Null(read(values, truth)),
        }
    }

    /// Whether one value of the request is as one of these says.
    pub(super) fn is_met(&self, found: &str, facts: &dyn Facts) -> bool {
        match self {
            Self::Text(syntax, asked) => {
                asked.iter().any(|asked| syntax.is_met(asked, found, facts))
            }
            Self::Bool(syntax, asked) => {
                truth(found).is_some()
                    && asked.iter().any(|asked| syntax.is_met(asked, found, facts))
            }
            Self::Number(order, asked) => order.any(Number::parse(found), asked),
            Self::Date(order, asked) => order.any(Moment::parse(found), asked),
            Self::Binary(asked) => bytes(found).is_some_and(|found| asked.contains(&found)),
            Self::Address(asked) => {
                found.parse().is_ok_and(|found| asked.iter().any(|network| network.contains(found)))
            }
            Self::Arn(asked) => {
                let found = Named::of(found);
                asked.iter().any(|asked| asked.names(&found, facts))
            }
            Self::Null(_) => false,
        }
    }

    /// Whether a key may be absent, or there, as it `is`.
    pub(super) fn wants_absence(&self, is_absent: bool) -> bool {
        matches!(self, Self::Null(asked) if asked.contains(&is_absent))
    }

    /// The keys of its variables, as they are written.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        let (texts, names) = match self {
            Self::Text(_, asked) | Self::Bool(_, asked) => (&**asked, &[][..]),
            Self::Arn(asked) => (&[][..], &**asked),
            Self::Number(..)
            | Self::Date(..)
            | Self::Binary(_)
            | Self::Address(_)
            | Self::Null(_) => (&[][..], &[][..]),
        };
        let in_names = names.iter().flat_map(NamePattern::variables);
        let all = texts.iter().flat_map(Pattern::variables).chain(in_names);
        all.map(|Variable { name, .. }| &**name)
    }
}

fn text(syntax: Syntax, values: &[String]) -> Test {
    Test::Text(syntax, patterns(syntax, values))
}

fn patterns(syntax: Syntax, values: &[String]) -> Box<[Pattern]> {
    values.iter().map(|value| syntax.read(value)).collect()
}

/// True or false, in any case.
fn truth(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn read<T>(values: &[String], one: impl Fn(&str) -> Option<T>) -> Box<[T]> {
    values.iter().filter_map(|value| one(value)).collect()
}

impl Order {
    fn any<T: Ord>(self, found: Option<T>, asked: &[T]) -> bool {
        found.is_some_and(|found| {
            asked.iter().any(|asked| match self {
                Self::Equal => found == *asked,
                Self::Less => found < *asked,
                Self::LessOrEqual => found <= *asked,
                Self::Greater => found > *asked,
                Self::GreaterOrEqual => found >= *asked,
            })
        })
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).ok()
}
