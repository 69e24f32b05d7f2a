//! Values that nobody would think of, each well formed for its type.

use super::Dice;

/// Signs that mean something in a pattern, and some that do not.
const PATTERN: &[&str] = &[
    "a",
    "b",
    "ab",
    "A",
    "ö",
    "*",
    "*",
    "?",
    "/",
    ":",
    "$",
    "{",
    "}",
    "${*}",
    "${?}",
    "${$}",
    "${aws:username}",
    "${aws:nobody}",
    "${aws:PrincipalTag/team, 'ab'}",
    "${aws:nobody, 'a*'}",
];

const TEXT: &[&str] = &["a", "b", "ab", "A", "ö", "*", "?", "/", ":", "$", "{", "}", "${*}"];

pub(super) fn pattern(dice: &mut Dice) -> String {
    // Of two letters, so that much matches; or of everything.
    if dice.percent(60) { woven(dice, &["a", "b", "*", "?"], 6) } else { woven(dice, PATTERN, 7) }
}

pub(super) fn text(dice: &mut Dice) -> String {
    if dice.percent(60) { woven(dice, &["a", "b"], 6) } else { woven(dice, TEXT, 7) }
}

fn woven(dice: &mut Dice, of: &[&str], most: usize) -> String {
    (0..dice.below(most + 1)).map(|_| *dice.pick(of)).collect()
}

pub(super) fn number(dice: &mut Dice) -> String {
    let sign = *dice.pick(&["", "-"]);
    let whole = *dice.pick(&["0", "1", "00", "01", "10", "9", "123456789012345678"]);
    let fraction = *dice.pick(&["", "", ".0", ".5", ".50", ".05", ".000000000001"]);
    format!("{sign}{whole}{fraction}")
}

pub(super) fn date(dice: &mut Dice) -> String {
    let day = *dice.pick(&[
        "2026-11-24",
        "2026-11-25",
        "2024-02-29",
        "2000-03-01",
        "1969-12-31",
        "2026-12-31",
    ]);
    let clock = *dice.pick(&[
        "",
        "9",
        "00:00",
        "1:2:3",
        "23:59",
        "11:30:00",
        "11:30:00.5",
        "11:30:00.500",
        "23:59:59.999999999",
    ]);
    let zone = *dice.pick(&["Z", "z", "", "+00:00", "-00:30", "+14:00", "-12", "+05:45"]);
    match dice.below(6) {
        0 => day.to_owned(),
        1 => day[..7].to_owned(),
        2 => (1_795_519_798 + dice.below(4)).to_string(),
        3 => format!("{day}t{clock}{zone}"),
        _ => format!("{day}T{clock}{zone}"),
    }
}

pub(super) fn address(dice: &mut Dice) -> String {
    if dice.percent(50) {
        let byte = |dice: &mut Dice| *dice.pick(&[0, 1, 2, 127, 128, 254, 255]);
        return format!("10.{}.{}.{}", byte(dice), byte(dice), byte(dice));
    }
    let group = |dice: &mut Dice| *dice.pick(&["0", "1", "8000", "ffff", "FFFE"]);
    format!("2001:db8:{}:{}::{}", group(dice), group(dice), group(dice))
}

pub(super) fn network(dice: &mut Dice) -> String {
    let address = address(dice);
    let bits = if address.contains(':') { 129 } else { 33 };
    if dice.percent(20) { address } else { format!("{address}/{}", dice.below(bits)) }
}

pub(super) fn arn(dice: &mut Dice) -> String {
    format!("arn:aws:{}:{}:{}:{}", dice.pick(&["s3", "sns"]), part(dice), part(dice), text(dice))
}

pub(super) fn arn_pattern(dice: &mut Dice) -> String {
    let service = *dice.pick(&["s3", "s*", "sn?", "*"]);
    let [region, account] = [0; 2].map(|_| part_pattern(dice));
    format!("arn:*:{service}:{region}:{account}:{}", pattern(dice))
}

/// A resource as requests name it.
pub(super) fn resource(dice: &mut Dice) -> String {
    format!("arn:aws:s3:{}:{}:{}", part(dice), part(dice), text(dice))
}

pub(super) fn resource_pattern(dice: &mut Dice) -> String {
    let [region, account] = [0; 2].map(|_| part_pattern(dice));
    format!("arn:aws:s3:{region}:{account}:{}", pattern(dice))
}

/// Region or account: mostly there is none.
fn part(dice: &mut Dice) -> String {
    if dice.percent(70) { String::new() } else { woven(dice, &["a", "b"], 2) }
}

fn part_pattern(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => String::new(),
        1 => woven(dice, &["a", "b", "*", "?"], 3),
        _ => "*".to_owned(),
    }
}
