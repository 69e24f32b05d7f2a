//! The query of a request, parsed once: decoded, encoded again and sorted, which
//! is how it is signed and how it is searched.

use std::borrow::Cow;

use super::head::split_at;
use super::refusal::{Bound, Refusal};
use crate::wire::percent::{self, BadEscape, Plus};

/// The parameters of a query, sorted by name and then by value.
#[derive(Clone, Debug, Default)]
pub struct Query<'r> {
    parameters: Vec<Parameter<'r>>,
}

/// A parameter as it is signed: every byte escaped that is not unreserved.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Parameter<'r> {
    name: Cow<'r, [u8]>,
    value: Cow<'r, [u8]>,
}

impl<'r> Query<'r> {
    /// Reads a raw query. Empty pieces are skipped, duplicates kept; a name
    /// without an equals sign has an empty value.
    pub fn parse(raw: &'r [u8]) -> Result<Self, Refusal> {
        if raw.is_empty() {
            return Ok(Self::default());
        }
        let pieces = || raw.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
        Bound::Parameters.check(pieces().count())?;
        let parameters: Result<Vec<_>, _> = pieces().map(Parameter::parse).collect();
        let mut parameters = parameters.map_err(Refusal::BadQuery)?;
        parameters.sort_unstable();
        Ok(Self { parameters })
    }

    /// Whether there is a parameter called `name`, which holds only unreserved
    /// characters.
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// The decoded value of the one parameter called `name`.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<Cow<'r, str>>, Refusal> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(Refusal::Twice(name)),
            (value, None) => Ok(value.map(decoded)),
        }
    }

    /// The names and values, as they are signed.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.parameters.iter().map(|Parameter { name, value }| (name.as_ref(), value.as_ref()))
    }

    /// The names and values, decoded, in the order in which they are signed.
    pub fn parameters(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
        self.pairs().map(|(name, value)| (plain(name), plain(value)))
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &Cow<'r, [u8]>> {
        let name = name.as_bytes();
        let first = self.parameters.partition_point(|other| other.name.as_ref() < name);
        let from = self.parameters.iter().skip(first);
        from.take_while(move |other| other.name.as_ref() == name).map(|other| &other.value)
    }
}

impl<'r> Parameter<'r> {
    fn parse(piece: &'r [u8]) -> Result<Self, BadEscape> {
        let (name, value) = split_at(piece, b'=');
        Ok(Self { name: recoded(name)?, value: recoded(value)? })
    }
}

/// `text` decoded once and encoded again.
fn recoded(text: &[u8]) -> Result<Cow<'_, [u8]>, BadEscape> {
    if text.iter().all(|byte| percent::is_unreserved(*byte)) {
        return Ok(Cow::Borrowed(text));
    }
    let plain = percent::decode(text, Plus::Space)?;
    let mut coded = Vec::with_capacity(text.len());
    percent::encode_into(&mut coded, &plain);
    Ok(Cow::Owned(coded))
}

/// What a value stands for. What is no UTF-8 becomes something that equals
/// nothing valid.
fn decoded<'r>(value: &Cow<'r, [u8]>) -> Cow<'r, str> {
    match value {
        // Without an escape it stands for itself, and lives as long as the request.
        Cow::Borrowed(plain) => String::from_utf8_lossy(plain),
        Cow::Owned(coded) => Cow::Owned(String::from_utf8_lossy(&plain(coded)).into_owned()),
    }
}

/// The bytes that a value, as it is signed, stands for.
pub(super) fn plain(coded: &[u8]) -> Cow<'_, [u8]> {
    percent::decode(coded, Plus::Literal).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(raw: &str) -> String {
        let query = Query::parse(raw.as_bytes()).unwrap();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let pairs = query.pairs().map(|(name, value)| format!("{}={}", text(name), text(value)));
        pairs.collect::<Vec<_>>().join("&")
    }

    #[test]
    fn names_are_sorted_before_values_and_never_the_two_as_one_text() {
        assert_eq!(written("Param-3=3&Param=2&%E1%88%B4=1"), "%E1%88%B4=1&Param=2&Param-3=3");
        assert_eq!(written("a=2&a=10&A=3"), "A=3&a=10&a=2");
    }

    #[test]
    fn a_piece_is_split_at_its_first_equals_sign_and_an_empty_one_skipped() {
        assert_eq!(written("&&k&e=&a=b=c&"), "a=b%3Dc&e=&k=");
        assert_eq!(written("=v"), "=v");
    }

    #[test]
    fn a_plus_is_a_space_and_escapes_are_upper_case() {
        assert_eq!(written("a=b+c%2fd%7e*"), "a=b%20c%2Fd~%2A");
    }

    #[test]
    fn a_parameter_beyond_the_limit_is_refused() {
        let limit = Bound::Parameters.limit();
        assert!(Query::parse("a&".repeat(limit).as_bytes()).is_ok());
        let many = "a&".repeat(limit + 1);
        assert_eq!(Query::parse(many.as_bytes()).unwrap_err(), Refusal::TooMuch(Bound::Parameters));
    }

    #[test]
    fn one_means_one() {
        let query = Query::parse(b"a=1&b=2%2F&b=3&c=x%2Fy").unwrap();
        assert_eq!(query.one("a").unwrap().as_deref(), Some("1"));
        assert_eq!(query.one("c").unwrap().as_deref(), Some("x/y"));
        assert_eq!(query.one("b"), Err(Refusal::Twice("b")));
        assert_eq!(query.one("d"), Ok(None));
    }
}
