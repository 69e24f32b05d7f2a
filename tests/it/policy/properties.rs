//! What must hold of any case: a Deny more never allows, an Allow less never allows, no order matters.

use serde_json::Value;

use super::engine::decided;
use super::generate::{self, Dice};
use super::made_up;

#[test]
fn one_more_deny_never_allows() {
    for_refused(|case, dice| {
        let (kind, document) = pick(case, dice);
        let deny = generate::deny(dice, kind == "resource");
        statements(document).push(deny);
    });
}

#[test]
fn one_allow_less_never_allows() {
    for_refused(|case, dice| {
        let (_, document) = pick(case, dice);
        let statements = statements(document);
        let allowing = statements.iter().position(|statement| statement["Effect"] == "Allow");
        if let Some(allowing) = allowing {
            statements.remove(allowing);
        }
    });
}

#[test]
fn the_order_of_statements_and_documents_never_matters() {
    for seed in 0..made_up() / 4 {
        let mut dice = Dice::of(seed ^ 0x0dd);
        let mut case = generate::case(&mut dice);
        let before = decided(&case);
        let shown = case.to_string();
        for document in all(&mut case["policies"]) {
            dice.shuffle(statements(document));
        }
        for kind in ["identity", "session"] {
            if let Some(documents) = case["policies"][kind].as_array_mut() {
                dice.shuffle(documents);
            }
        }
        assert_eq!(decided(&case), before, "case {seed}: {shown}\nbecame {case}");
    }
}

/// Changes cases that are refused: they stay refused.
fn for_refused(change: impl Fn(&mut Value, &mut Dice)) {
    for seed in 0..made_up() / 4 {
        let mut dice = Dice::of(seed ^ 0xdeed);
        let mut case = generate::case(&mut dice);
        if decided(&case).is_allowed() || all(&mut case["policies"]).is_empty() {
            continue;
        }
        let before = case.to_string();
        change(&mut case, &mut dice);
        assert!(!decided(&case).is_allowed(), "case {seed}: {before}\nbecame {case}");
    }
}

/// One of the case's documents, and the type of policy it is.
fn pick<'c>(case: &'c mut Value, dice: &mut Dice) -> (String, &'c mut Value) {
    let policies = case["policies"].as_object_mut().unwrap();
    let with_kinds = policies.iter_mut().flat_map(|(kind, policy)| {
        documents(policy).into_iter().map(move |document| (kind.clone(), document))
    });
    let mut with_kinds: Vec<_> = with_kinds.collect();
    let picked = dice.below(with_kinds.len());
    with_kinds.swap_remove(picked)
}

fn all(policies: &mut Value) -> Vec<&mut Value> {
    policies.as_object_mut().unwrap().values_mut().flat_map(documents).collect()
}

/// The documents in a list, in a list of lists, or the one that stands alone.
fn documents(policy: &mut Value) -> Vec<&mut Value> {
    match policy {
        Value::Array(list) => list.iter_mut().flat_map(documents).collect(),
        Value::Object(_) => vec![policy],
        _ => Vec::new(),
    }
}

/// The statements of a document, which becomes one with a list.
fn statements(document: &mut Value) -> &mut Vec<Value> {
    if document["Statement"].is_object() {
        document["Statement"] = vec![document["Statement"].take()].into();
    }
    document["Statement"].as_array_mut().unwrap()
}
