//! The proof of the policy engine: every table of `vectors/policy`, walked.

mod naive;
mod table;

use naive::decide;
use table::Table;

#[test]
fn the_naive_evaluator_decides_as_every_table_says() {
    let tables = Table::all();
    let cases = tables.iter().map(|table| table.cases.len()).sum::<usize>();
    assert!(cases >= 250, "{cases} cases");
    let wrong: Vec<String> = tables.iter().flat_map(|table| table.against(decide)).collect();
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn each_rule_is_told_once() {
    let tables = Table::all();
    let mut rules: Vec<&str> = tables.iter().flat_map(Table::rules).collect();
    rules.sort_unstable();
    let twice: Vec<_> = rules.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
