//! Conditions: what a statement asks of the request besides action and resource
//! (IAM User Guide, "IAM JSON policy elements: Condition operators").

mod operator;
mod test;

use std::borrow::Cow;

use crate::policy::condition::operator::{Family, Operator, Quantifier};
use crate::policy::condition::test::Test;
use crate::policy::facts::{Fact, Facts};

pub(super) use operator::is_operator;

/// One key under one operator.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    /// The key as it is written.
    pub(super) name: Box<str>,
    /// The key as facts know it.
    key: Box<str>,
    operator: Operator,
    test: Test,
}

impl Condition {
    /// The condition that `operator` asks of `key`; nothing, if there is no such
    /// operator. Variables are in documents of version 2012-10-17 alone.
    pub(super) fn read(
        operator: &str,
        key: &str,
        values: &[String],
        variables: bool,
    ) -> Option<Self> {
        let operator = Operator::parse(operator)?;
        let test = Test::of(operator.family, values, variables);
        Some(Self { name: key.into(), key: key.to_lowercase().into(), operator, test })
    }

    /// Whether the request meets it.
    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        let fact = facts.get(&self.key);
        let values = fact.as_ref().map_or(&[][..], Fact::values);
        if self.operator.family == Family::Null {
            return self.test.wants_absence(values.is_empty());
        }
        if values.is_empty() {
            return self.holds_without();
        }
        let is_met = |value: &Cow<'_, str>| self.test.is_met(value, facts);
        let is_negated = self.operator.is_negated;
        match self.operator.quantifier {
            Quantifier::Each => values.iter().all(|value| is_met(value) != is_negated),
            Quantifier::Some => values.iter().any(|value| is_met(value) != is_negated),
            // A negated operator asks that no value be met, whatever their number.
            Quantifier::None => values.iter().any(is_met) != is_negated,
        }
    }

    /// Whether it is met where the request has no such key.
    fn holds_without(&self) -> bool {
        let is_indifferent = self.operator.if_exists;
        match self.operator.quantifier {
            Quantifier::Each => true,
            Quantifier::Some => is_indifferent,
            Quantifier::None => is_indifferent || self.operator.is_negated,
        }
    }

    /// Whether it is met only where a key, in lower case, has one of some values.
    pub(super) fn demands(&self, key: &str) -> bool {
        let Operator { family, is_negated, quantifier, if_exists } = self.operator;
        let is_strict = !is_negated && !if_exists && quantifier != Quantifier::Each;
        *self.key == *key && is_strict && family != Family::Null
    }

    /// Every key that it looks at, as it is written: its own, and those of its
    /// variables.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.name).chain(self.test.variables())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request with one key, `k`, and the name `ann`.
    struct Key(&'static [&'static str]);

    impl Facts for Key {
        fn get(&self, key: &str) -> Option<Fact<'_>> {
            match (key, self.0) {
                ("n", _) => Some(Fact::one("ann")),
                ("k", [one]) => Some(Fact::one(*one)),
                ("k", many) if !many.is_empty() => {
                    Some(Fact::Many(many.iter().map(|one| (*one).into()).collect()))
                }
                _ => None,
            }
        }
    }

    #[track_caller]
    fn holds(operator: &str, asked: &[&str], found: &'static [&'static str]) -> bool {
        let asked: Vec<_> = asked.iter().map(|value| (*value).to_owned()).collect();
        Condition::read(operator, "K", &asked, true).unwrap().holds(&Key(found))
    }

    #[test]
    fn an_absent_key_meets_what_is_negated_and_nothing_else() {
        for (operator, value) in [
            ("StringEquals", "x"),
            ("NumericLessThan", "1"),
            ("DateEquals", "2020-01-01"),
            ("Bool", "false"),
            ("IpAddress", "0.0.0.0/0"),
            ("ArnLike", "*"),
            ("BinaryEquals", ""),
            ("ForAnyValue:StringNotEquals", "x"),
        ] {
            assert!(!holds(operator, &[value], &[]), "{operator}");
            assert!(holds(&format!("{operator}IfExists"), &[value], &[]), "{operator}");
        }
        for operator in ["StringNotEquals", "NotIpAddress", "ArnNotLike", "ForAllValues:StringLike"]
        {
            assert!(holds(operator, &["1.2.3.4"], &[]), "{operator}");
        }
    }

    #[test]
    fn of_several_values_one_is_enough_and_negated_none_may_be_met() {
        assert!(holds("StringEquals", &["a", "b"], &["b"]));
        assert!(!holds("StringNotEquals", &["a", "b"], &["b"]));
        assert!(holds("NumericNotEquals", &["1", "2"], &["3"]));
        assert!(!holds("NumericNotEquals", &["1", "2"], &["2.0"]));
    }

    #[test]
    fn a_set_is_asked_value_by_value() {
        assert!(holds("ForAllValues:StringEquals", &["a", "b"], &["a", "b"]));
        assert!(!holds("ForAllValues:StringEquals", &["a"], &["a", "b"]));
        assert!(holds("ForAnyValue:StringEquals", &["a"], &["a", "b"]));
        assert!(holds("ForAnyValue:StringNotEquals", &["a"], &["a", "b"]));
        assert!(!holds("ForAllValues:StringNotEquals", &["a"], &["a", "b"]));
        assert!(!holds("StringNotEquals", &["a"], &["a", "b"]));
    }

    #[test]
    fn null_asks_whether_a_key_is_there() {
        assert!(holds("Null", &["true"], &[]));
        assert!(!holds("Null", &["true"], &["x"]));
        assert!(holds("Null", &["false"], &["x"]));
        assert!(!holds("Null", &["maybe"], &["x"]));
        assert!(!is_operator("NullIfExists"));
    }

    #[test]
    fn numbers_dates_addresses_and_bytes_are_compared_as_what_they_are() {
        for (operator, asked, found) in [
            ("NumericEquals", "1.50", "1.5"),
            ("NumericLessThan", "-1", "-1.5"),
            ("NumericGreaterThanEquals", "9007199254740993", "9007199254740993"),
            ("DateLessThan", "2020-01-01T00:00:00+01:00", "1577833199"),
            ("DateGreaterThan", "2019", "2019-12-31T23:59Z"),
            ("DateEquals", "2020-01-01T00:00:00.5Z", "2020-01-01T00:00:00.50Z"),
            ("IpAddress", "10.0.0.0/8", "10.255.0.1"),
            ("IpAddress", "2001:db8::/33", "2001:db8:7fff::1"),
            ("IpAddress", "1.2.3.4", "::ffff:1.2.3.4"),
            ("NotIpAddress", "10.0.0.0/8", "11.0.0.1"),
            ("NotIpAddress", "10.0.0.0/8", "no address"),
            ("BinaryEquals", "YQ==", "YQ=="),
            ("Bool", "true", "True"),
            ("Bool", "${k}", "true"),
            ("ArnLike", "arn:aws:iam::*:user/a*", "arn:aws:iam::1:user/a/b:c"),
            ("ArnEquals", "arn:aws:iam::1:user/${n}", "arn:aws:iam::1:user/ann"),
            ("ArnEquals", "${k}", "arn:aws:iam::1:user/ann"),
            ("ArnNotLike", "arn:aws:iam::*:user", "arn:aws:iam::1:x:user"),
            ("StringLike", "a*", "a*b"),
            ("StringEqualsIgnoreCase", "ÄNN${n}", "ännANN"),
            ("StringEqualsIgnoreCase", "ΟΔΟΣ", "οδοσ"),
        ] {
            let found = Box::leak(Box::new([found]));
            assert!(holds(operator, &[asked], found), "{operator} {asked} {found:?}");
        }
        for (operator, asked, found) in [
            ("NumericGreaterThanEquals", "9007199254740993", "9007199254740992"),
            ("NumericEquals", "x", "x"),
            ("DateEquals", "x", "x"),
            ("IpAddress", "10.0.0.0/33", "10.0.0.0"),
            ("IpAddress", "::/0", "10.0.0.0"),
            ("BinaryEquals", "YQ", "YQ=="),
            ("Bool", "true", "1"),
            ("Bool", "", ""),
            ("Bool", "yes", "yes"),
            ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::1"),
            ("ArnLike", "arn:aws:iam::*:user", "arn:aws:iam::1:x:user"),
            ("StringEquals", "a*", "ab"),
        ] {
            let found = Box::leak(Box::new([found]));
            assert!(!holds(operator, &[asked], found), "{operator} {asked} {found:?}");
        }
    }
}
