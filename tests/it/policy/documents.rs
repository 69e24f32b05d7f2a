//! Documents, good and bad, as they are sent: the reader takes them, or says AWS's sentence.

use std::fs;
use std::path::Path;

use countersign::policy::{Policy, Purpose};
use serde_json::Value;

use super::table::Table;

#[test]
fn documents_are_read_or_refused_in_awss_words() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/policy/documents.json");
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(cases.len() > 120);
    let wrong: Vec<_> = cases.iter().filter_map(mistake).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_reader_takes_the_documents_of_the_decisions() {
    for case in Table::all().iter().flat_map(|table| &table.cases) {
        let rule = case["rule"].as_str().unwrap();
        for (kind, policy) in case["policies"].as_object().unwrap() {
            for document in documents(policy).filter(|_| !rule.contains("does not parse")) {
                let trusts = case["policies"]["must_resource_allow"] == true;
                let purpose = match kind.as_str() {
                    "resource" if trusts => Purpose::Trust,
                    "resource" => Purpose::Resource,
                    "session" => Purpose::Session,
                    "scp" | "rcp" => Purpose::Organization,
                    _ => Purpose::Inline,
                };
                let read = Policy::read(&document.to_string(), purpose);
                assert!(read.is_ok(), "{rule}: {read:?}: {document}");
            }
        }
    }
}

/// The documents in a list, in a list of lists, or the one that stands alone.
fn documents(policy: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match policy {
        Value::Array(list) => Box::new(list.iter().flat_map(documents)),
        _ => Box::new(Some(policy).filter(|document| document.is_object()).into_iter()),
    }
}

/// What the reader makes of a case, where that is not what it should.
fn mistake(case: &Value) -> Option<String> {
    let text = |name: &str| case[name].as_str().unwrap();
    let read = Policy::read(text("document"), purpose(text("kind")));
    let found = read.map_or_else(|malformed| malformed.to_string(), |_| "ok".to_owned());
    let expected = text("expect");
    let words = || {
        let [rule, source, document] = ["rule", "source", "document"].map(text);
        format!("{rule} ({source}): {document}\n  {found}\n  should be\n  {expected}")
    };
    (found != expected).then(words)
}

fn purpose(kind: &str) -> Purpose {
    match kind {
        "managed" => Purpose::Managed,
        "inline" => Purpose::Inline,
        "trust" => Purpose::Trust,
        "session" => Purpose::Session,
        "resource" => Purpose::Resource,
        other => panic!("no document is {other}"),
    }
}
