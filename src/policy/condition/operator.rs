//! The names of the operators, taken apart.

/// An operator: `ForAllValues:StringNotLikeIfExists`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Operator {
    pub(super) family: Family,
    pub(super) is_negated: bool,
    pub(super) quantifier: Quantifier,
    /// Whether an absent key meets it.
    pub(super) if_exists: bool,
}

/// What is compared, and how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Family {
    Text { wild: bool, folds: bool },
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Address,
    Arn,
    Null,
}

/// How a value of the request must stand to one of the policy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How many values of the request must meet an operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Quantifier {
    /// Nothing is said: there should be one.
    None,
    /// `ForAllValues`
    Each,
    /// `ForAnyValue`
    Some,
}

/// Whether AWS has an operator of that name. Case matters.
pub(in crate::policy) fn is_operator(name: &str) -> bool {
    Operator::parse(name).is_some()
}

impl Operator {
    /// The operator of that name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            None => (Quantifier::None, name),
            Some(("ForAllValues", rest)) => (Quantifier::Each, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::Some, rest),
            Some(_) => return None,
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (family, is_negated) = family(name)?;
        let makes_sense = !(if_exists && family == Family::Null);
        makes_sense.then_some(Self { family, is_negated, quantifier, if_exists })
    }
}

/// What a name compares, and whether it is true where that is not so.
fn family(name: &str) -> Option<(Family, bool)> {
    let text = |wild, folds| Family::Text { wild, folds };
    Some(match name {
        "StringEquals" => (text(false, false), false),
        "StringNotEquals" => (text(false, false), true),
        "StringEqualsIgnoreCase" => (text(false, true), false),
        "StringNotEqualsIgnoreCase" => (text(false, true), true),
        "StringLike" => (text(true, false), false),
        "StringNotLike" => (text(true, false), true),
        "Bool" => (Family::Bool, false),
        "BinaryEquals" => (Family::Binary, false),
        "IpAddress" => (Family::Address, false),
        "NotIpAddress" => (Family::Address, true),
        "ArnEquals" | "ArnLike" => (Family::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Family::Arn, true),
        "Null" => (Family::Null, false),
        _ => return ordered(name),
    })
}

fn ordered(name: &str) -> Option<(Family, bool)> {
    let number: fn(Order) -> Family = Family::Number;
    let (family, order) = match name.strip_prefix("Numeric") {
        Some(order) => (number, order),
        None => (Family::Date as fn(Order) -> Family, name.strip_prefix("Date")?),
    };
    Some(match order {
        "Equals" => (family(Order::Equal), false),
        "NotEquals" => (family(Order::Equal), true),
        "LessThan" => (family(Order::Less), false),
        "LessThanEquals" => (family(Order::LessOrEqual), false),
        "GreaterThan" => (family(Order::Greater), false),
        "GreaterThanEquals" => (family(Order::GreaterOrEqual), false),
        _ => return None,
    })
}
