//! What the values of a condition are compared as.

use std::net::IpAddr;

use data_encoding::BASE64;

use crate::clock::Moment;
use crate::policy::condition::operator::{Family, Order};
use crate::policy::facts::Facts;
use crate::policy::name::{NamePattern, Named};
use crate::policy::number::Number;
use crate::policy::template::{Pattern, Syntax, Variable};

/// The values of a policy, read once. One that is not what its operator compares
/// is met by nothing.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Text(Syntax, Box<[Pattern]>),
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
            Family::Bool => text(Syntax { wild: false, variables, folds: true }, values),
            Family::Number(order) => Self::Number(order, read(values, Number::parse)),
            Family::Date(order) => Self::Date(order, read(values, Moment::parse)),
            Family::Binary => Self::Binary(read(values, bytes)),
            Family::Address => Self::Address(read(values, Network::parse)),
            Family::Arn => {
                Self::Arn(read(values, |v| Some(NamePattern::of_condition(v, variables))))
            }
            Family::Null => Self::Null(read(values, |value| value.to_lowercase().parse().ok())),
        }
    }

    /// Whether one value of the request is as one of these says.
    pub(super) fn is_met(&self, found: &str, facts: &dyn Facts) -> bool {
        match self {
            Self::Text(syntax, asked) => {
                asked.iter().any(|asked| syntax.is_met(asked, found, facts))
            }
            Self::Number(order, asked) => order.any(Number::parse(found), asked),
            Self::Date(order, asked) => order.any(Moment::parse(found), asked),
            Self::Binary(asked) => bytes(found).is_some_and(|found| asked.contains(&found)),
            Self::Address(asked) => address(found)
                .is_some_and(|found| asked.iter().any(|network| network.contains(found))),
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
            Self::Text(_, asked) => (&**asked, &[][..]),
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
    Test::Text(syntax, values.iter().map(|value| syntax.read(value)).collect())
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

/// An address. One of IPv4 that is dressed as IPv6 is the one that it is.
fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Addresses that begin alike: `10.0.0.0/8` (RFC 4632), `2001:db8::/32`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    address: IpAddr,
    /// How many bits they share.
    prefix: u32,
}

impl Network {
    /// Reads a network, or an address, which is a network of one.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        (prefix <= bits).then_some(Self { address, prefix })
    }

    fn contains(self, found: IpAddr) -> bool {
        match (self.address, found) {
            (IpAddr::V4(ours), IpAddr::V4(found)) => {
                let differing = ours.to_bits() ^ found.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(ours), IpAddr::V6(found)) => {
                let differing = ours.to_bits() ^ found.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}
