//! The proof of the policy engine: every table of `vectors/policy`, walked; and made-up cases, decided by the engine and
//! by a naive evaluator that shares nothing with it.
//!
//! `COUNTERSIGN_POLICY_CASES=1000000` makes up that many cases of each kind instead of 20,000.

mod bounds;
mod documents;
mod engine;
mod generate;
mod naive;
mod oracle;
mod properties;
mod sessions;
mod table;

use engine::decided;
use generate::Dice;
use naive::decide;
use serde_json::Value;
use table::Table;

#[test]
fn the_naive_evaluator_decides_as_every_table_says() {
    let tables = Table::all();
    let cases = tables.iter().map(|table| table.cases.len()).sum::<usize>();
    assert!(cases >= 250, "{cases} cases");
    let wrong: Vec<_> = tables.iter().flat_map(|table| table.against(decide)).collect();
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_engine_decides_as_every_table_says() {
    let wrong: Vec<_> = Table::all().iter().flat_map(|table| table.against(decided)).collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_rule_is_told_once() {
    let tables = Table::all();
    let mut rules: Vec<&str> = tables.iter().flat_map(Table::rules).collect();
    rules.sort_unstable();
    let twice: Vec<_> = rules.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn the_engine_decides_as_the_naive_evaluator_does() {
    compare(|seed| generate::case(&mut dice(seed)));
}

#[test]
fn the_engine_takes_a_condition_as_the_naive_evaluator_does() {
    compare(|seed| generate::condition(&mut dice(seed)));
}

#[test]
fn the_engine_takes_a_resource_as_the_naive_evaluator_does() {
    compare(|seed| generate::resource(&mut dice(seed)));
}

/// Every other row has values that nobody would think of.
fn dice(seed: u64) -> Dice {
    if seed.is_multiple_of(2) { Dice::of(seed) } else { Dice::wild(seed) }
}

fn compare(make_up: impl Fn(u64) -> Value) {
    let cases = made_up();
    let (mut allowed, mut wrong) = (0, Vec::new());
    for seed in 0..cases {
        let case = make_up(seed);
        let (found, expected) = (decided(&case), decide(&case));
        allowed += u64::from(found.is_allowed());
        if found != expected {
            wrong.push(format!("case {seed}: {found:?} should be {expected:?}: {case}"));
        }
    }
    wrong.sort_by_key(String::len);
    let shortest = &wrong[..wrong.len().min(3)];
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), shortest.join("\n"));
    // A row of refusals would prove little.
    assert!((cases / 20..cases * 9 / 10).contains(&allowed), "{allowed} of {cases} are allowed");
}

/// How many cases are made up.
#[expect(clippy::disallowed_methods, reason = "how long the proof may take is up to the machine")]
fn made_up() -> u64 {
    std::env::var("COUNTERSIGN_POLICY_CASES").map_or(20_000, |cases| cases.parse().unwrap())
}
