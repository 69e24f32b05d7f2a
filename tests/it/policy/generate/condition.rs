//! Conditions, and contexts for them to meet.

use serde_json::{Map, Value, json};

use super::{Dice, wild};

/// Keys that hold values of one type, the operators for them, and values of both sides.
struct Family {
    keys: &'static [&'static str],
    operators: &'static [&'static str],
    wanted: &'static [&'static str],
    found: &'static [&'static str],
    /// Makes up a value of a policy, and one of a request.
    wild: [fn(&mut Dice) -> String; 2],
}

impl Family {
    fn wanted(&self, dice: &mut Dice) -> String {
        if dice.goes_wild() { self.wild[0](dice) } else { (*dice.pick(self.wanted)).to_owned() }
    }

    fn found(&self, dice: &mut Dice) -> String {
        if dice.goes_wild() { self.wild[1](dice) } else { (*dice.pick(self.found)).to_owned() }
    }
}

const FAMILIES: &[Family] = &[TEXT, TEXT, TEXT, NUMBER, DATE, BOOL, ADDRESS, ARN, BYTES];

const TEXT: Family = Family {
    keys: &["aws:username", "aws:PrincipalTag/team", "s3:prefix", "aws:TagKeys", "aws:TagKeys"],
    operators: &[
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ],
    wanted: &[
        "ann",
        "ANN",
        "a*",
        "*",
        "?nn",
        "red",
        "r?d",
        "röd",
        "",
        "${aws:username}",
        "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/team, 'red'}",
        "${aws:TagKeys}",
        "${*}",
        "a${?}n",
        "${$}{x}",
        "*${aws:username}*",
    ],
    found: &["ann", "Ann", "a?n", "*", "red", "röd", "", "${x}", "${aws:username}"],
    wild: [wild::pattern, wild::text],
};

const NUMBER: Family = Family {
    keys: &["s3:max-keys"],
    operators: &[
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ],
    wanted: &["0", "10", "10.0", "9.99", "-3", "100"],
    found: &["0", "10", "10.00", "9.990", "-3", "100", "ten", ""],
    wild: [wild::number; 2],
};

const DATE: Family = Family {
    keys: &["aws:CurrentTime"],
    operators: &[
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ],
    wanted: &[
        "2026-11-24T11:30:00Z",
        "2026-11-24T12:30:00+01:00",
        "2026-11-24T11:30Z",
        "2026-11-24T11:30:00.5Z",
        "2026-11-24",
        "2026-11",
        "1795519800",
    ],
    found: &["2026-11-24T11:30:00Z", "2026-11-24T00:00:00Z", "1795519800", "soon", ""],
    wild: [wild::date; 2],
};

const BOOL: Family = Family {
    keys: &["aws:SecureTransport"],
    operators: &["Bool"],
    wanted: &["true", "false", "${aws:ViaAWSService}"],
    found: &["true", "false", "yes"],
    wild: [|_| "true".to_owned(), wild::text],
};

const ADDRESS: Family = Family {
    keys: &["aws:SourceIp"],
    operators: &["IpAddress", "NotIpAddress"],
    wanted: &[
        "203.0.113.0/24",
        "203.0.113.7",
        "203.0.113.6/31",
        "0.0.0.0/0",
        "2001:db8::/32",
        "2001:db8::1",
        "::/0",
    ],
    found: &["203.0.113.7", "203.0.114.7", "2001:db8::1", "2001:0db8:0::1", "here"],
    wild: [wild::network, wild::address],
};

const ARN: Family = Family {
    keys: &["aws:PrincipalArn", "aws:SourceArn"],
    operators: &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
    wanted: &[
        "arn:aws:iam::123456789012:user/ann",
        "arn:aws:iam::*:user/*",
        "arn:aws:iam::1*2:role/*",
        "arn:aws:iam::123456789012:user/${aws:username}",
        "*",
        "${aws:SourceArn}",
        "arn:aws:sns:*:*:*",
        "arn:*:sns:us-*-?:*:orders",
    ],
    found: &[
        "arn:aws:iam::123456789012:user/ann",
        "arn:aws:iam::123456789012:role/ci/Build",
        "arn:aws:sns:us-east-1:123456789012:orders",
        "orders",
    ],
    wild: [wild::arn_pattern, wild::arn],
};

const BYTES: Family = Family {
    keys: &["kms:Hash"],
    operators: &["BinaryEquals"],
    wanted: &["QUJD", "QUI="],
    found: &["QUJD", "QUI=", "QUJd"],
    wild: [|_| "QUJD".to_owned(); 2],
};

/// What is known of a request.
pub(super) fn context(dice: &mut Dice) -> Value {
    let mut context = Map::new();
    for family in &FAMILIES[2..] {
        for key in family.keys {
            if dice.percent(70) {
                context.insert((*key).to_owned(), found(dice, family, key));
            }
        }
    }
    if dice.percent(50) {
        context.insert("aws:ViaAWSService".to_owned(), "true".into());
    }
    Value::Object(context)
}

fn found(dice: &mut Dice, family: &Family, key: &str) -> Value {
    // Only what conditions are about changes its type, never who asks.
    let family = if dice.percent(4) { dice.pick(FAMILIES) } else { family };
    if key == "aws:TagKeys" {
        return (0..dice.below(4)).map(|_| family.found(dice)).collect();
    }
    family.found(dice).into()
}

/// One or two operators, each with one or two keys.
pub(super) fn conditions(dice: &mut Dice) -> Value {
    let mut conditions = Map::new();
    for _ in 0..=dice.below(2) {
        let (operator, family) = operator(dice);
        let keys = conditions.entry(operator).or_insert_with(|| Map::new().into());
        for _ in 0..=dice.below(2) {
            let key = key(dice, family);
            let wanted = wanted(dice, family);
            // A key that stands twice, in whatever case, is no document.
            let keys = keys.as_object_mut().unwrap();
            if !keys.keys().any(|other| other.eq_ignore_ascii_case(&key)) {
                keys.insert(key, wanted);
            }
        }
    }
    Value::Object(conditions)
}

/// One operator on one key, and a context in which everything may have a value.
pub(super) fn one(dice: &mut Dice) -> (Value, Value) {
    let (operator, family) = operator(dice);
    let key = *dice.pick(family.keys);
    let condition = json!({ operator: { key: wanted(dice, family) } });
    (condition, context(dice))
}

const EXISTENCE: Family = Family {
    keys: TEXT.keys,
    operators: &["Null"],
    wanted: &["true", "false"],
    found: &[],
    wild: [|_| "true".to_owned(); 2],
};

fn operator(dice: &mut Dice) -> (String, &'static Family) {
    if dice.percent(10) {
        return ("Null".to_owned(), &EXISTENCE);
    }
    let family = dice.pick(FAMILIES);
    let set = *dice.pick(&["", "", "", "", "ForAllValues:", "ForAnyValue:"]);
    let if_exists = *dice.pick(&["", "", "", "IfExists"]);
    (format!("{set}{}{if_exists}", dice.pick(family.operators)), family)
}

fn key(dice: &mut Dice, family: &Family) -> String {
    let keys = if dice.percent(8) { dice.pick(FAMILIES).keys } else { family.keys };
    let key = *dice.pick(keys);
    if dice.percent(10) { key.to_uppercase() } else { key.to_owned() }
}

fn wanted(dice: &mut Dice, family: &Family) -> Value {
    if dice.percent(60) {
        return family.wanted(dice).into();
    }
    (0..dice.below(4)).map(|_| family.wanted(dice)).collect()
}
