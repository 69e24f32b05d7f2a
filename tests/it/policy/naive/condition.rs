//! Conditions: operators over the values of keys.

use serde_json::Value;

use super::listed;
use super::pattern::{Sign, Wild, matches, signs};
use super::value::{Number, address, bytes, date, network};

/// What is known of the request: keys with one value or a list.
pub(super) struct Context<'a>(pub(super) &'a Value);

/// A condition's operator, taken apart.
struct Operator<'a> {
    set: Option<Set>,
    name: &'a str,
    if_exists: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Set {
    All,
    Any,
}

impl<'a> Context<'a> {
    fn value(&self, key: &str) -> Option<&'a Value> {
        let keys = self.0.as_object()?;
        keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// The value of a key that has just one.
    pub(super) fn single(&self, key: &str) -> Option<&'a str> {
        self.value(key)?.as_str()
    }

    /// All values of a key; none where it is absent.
    fn values(&self, key: &str) -> Vec<&'a str> {
        match self.value(key) {
            Some(Value::String(one)) => vec![one],
            Some(list) => listed(list).iter().filter_map(Value::as_str).collect(),
            None => Vec::new(),
        }
    }

    /// Whether all conditions of a statement hold.
    pub(super) fn meets(&self, conditions: &Value, variables: bool) -> bool {
        let operators = conditions.as_object().into_iter().flatten();
        operators.into_iter().all(|(operator, keys)| {
            let operator = Operator::of(operator);
            let mut keys = keys.as_object().into_iter().flatten();
            keys.all(|(key, wanted)| {
                let variables = variables.then_some(self);
                operator.holds(&self.values(key), &texts(wanted), variables)
            })
        })
    }
}

/// Values of a policy as texts: numbers and booleans need no quotes.
fn texts(wanted: &Value) -> Vec<String> {
    match wanted {
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

impl<'a> Operator<'a> {
    fn of(text: &'a str) -> Self {
        let (set, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Set::All), rest),
            Some(("ForAnyValue", rest)) => (Some(Set::Any), rest),
            _ => (None, text),
        };
        let bare = rest.strip_suffix("IfExists");
        Self { set, name: bare.unwrap_or(rest), if_exists: bare.is_some() }
    }

    fn is_negated(&self) -> bool {
        self.name.contains("Not")
    }

    fn holds(&self, given: &[&str], wanted: &[String], context: Option<&Context<'_>>) -> bool {
        if self.name == "Null" {
            return wanted.iter().any(|wanted| (wanted == "true") == given.is_empty());
        }
        let absent = given.is_empty();
        if absent && self.if_exists {
            return true;
        }
        let is_wanted =
            |given: &&str| wanted.iter().any(|wanted| self.compares(given, wanted, context));
        let passes = |given: &&str| is_wanted(given) != self.is_negated();
        match self.set {
            Some(Set::All) => given.iter().all(passes),
            None if self.is_negated() => given.iter().all(passes),
            Some(Set::Any) | None => given.iter().any(passes),
        }
    }

    /// Whether a value is the wanted one, in the sense of the operator without its `Not`.
    fn compares(&self, given: &str, wanted: &str, context: Option<&Context<'_>>) -> bool {
        let name = self.name.replace("Not", "");
        let text = |wild| signs(wanted, wild, context);
        match name.as_str() {
            "StringEquals" => text(Wild::Literal).is_some_and(|text| matches(&text, given)),
            "StringLike" => text(Wild::Cards).is_some_and(|text| matches(&text, given)),
            "StringEqualsIgnoreCase" => text(Wild::Literal)
                .is_some_and(|text| matches(&lower(&text), &given.to_lowercase())),
            "Bool" => text(Wild::Literal)
                .is_some_and(|text| matches!(given, "true" | "false") && matches(&text, given)),
            "ArnEquals" | "ArnLike" if wanted == "*" => true,
            "ArnEquals" | "ArnLike" if is_variable(wanted) && context.is_some() => {
                text(Wild::Cards).is_some_and(|text| matches(&text, given))
            }
            "ArnEquals" | "ArnLike" => text(Wild::Cards).is_some_and(|text| arn(&text, given)),
            "BinaryEquals" => both(bytes(given), bytes(wanted)).is_some_and(|(a, b)| a == b),
            "IpAddress" => both(address(given), network(wanted)).is_some_and(|(a, net)| net.has(a)),
            _ => ordered(&name, given, wanted),
        }
    }
}

/// Numbers and dates.
fn ordered(name: &str, given: &str, wanted: &str) -> bool {
    if let Some(how) = name.strip_prefix("Numeric") {
        both(Number::read(given), Number::read(wanted)).is_some_and(|(a, b)| stands(how, &a, &b))
    } else if let Some(how) = name.strip_prefix("Date") {
        both(date(given), date(wanted)).is_some_and(|(a, b)| stands(how, &a, &b))
    } else {
        panic!("no operator {name}")
    }
}

fn stands<T: Ord>(how: &str, given: &T, wanted: &T) -> bool {
    match how {
        "Equals" => given == wanted,
        "LessThan" => given < wanted,
        "LessThanEquals" => given <= wanted,
        "GreaterThan" => given > wanted,
        "GreaterThanEquals" => given >= wanted,
        _ => panic!("no comparison {how}"),
    }
}

fn both<A, B>(a: Option<A>, b: Option<B>) -> Option<(A, B)> {
    Some((a?, b?))
}

/// Whether the whole is one variable.
fn is_variable(text: &str) -> bool {
    let inside = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|inside| !inside.contains('}') && !matches!(inside, "*" | "?" | "$"))
}

fn lower(signs: &[Sign]) -> Vec<Sign> {
    let lower = |sign: &Sign| match sign {
        Sign::Is(c) => c.to_lowercase().map(Sign::Is).collect(),
        other => vec![*other],
    };
    signs.iter().flat_map(lower).collect()
}

/// Six parts, each on its own.
fn arn(pattern: &[Sign], given: &str) -> bool {
    let parts: Vec<_> = pattern.splitn(6, |sign| *sign == Sign::Is(':')).collect();
    let given: Vec<_> = given.splitn(6, ':').collect();
    parts.len() == 6
        && given.len() == 6
        && parts.into_iter().zip(given).all(|(part, given)| matches(part, given))
}
