//! Puts made-up cases to a foreign simulator of AWS's policies too: `@cloud-copilot/iam-simulate`, a program of its own
//! (AGPL-3.0: it is asked in JSON, and never linked, shipped or copied from), which the tests set up as they do the
//! clients.
//!
//! It speaks of less than the engine does, so cases are first put `plainly`; where the two differ and AWS documents
//! who is right, or nothing, the difference is `known`. `COUNTERSIGN_POLICY_CASES` asks for a tenth as many cases of it.

mod known;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use known::is_known;

use super::engine::decided;
use super::generate::{self, Dice};
use super::made_up;
use crate::clients::{Installed, here};

#[test]
fn the_engine_decides_as_a_foreign_simulator_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let simulator = Installed::npm("policy-oracle", &folder);
    let Some(simulator) = here("the simulator of policies", simulator) else { return };
    let cases: Vec<Value> =
        (0..made_up() / 10).map(|seed| plainly(&generate::case(&mut Dice::of(seed)))).collect();
    let answers = asked(&simulator, &folder, &cases);
    let (mut compared, mut wrong) = (0, Vec::new());
    for (case, answer) in cases.iter().zip(&answers) {
        let Some(expected) = answer["decision"].as_str() else { continue };
        compared += 1;
        let case = without(case, &answer["ignored"]);
        let found = decided(&case);
        if found.decision != expected && !is_known(&case) {
            wrong.push(format!("{found:?}, and there {expected}: {case}"));
        }
    }
    wrong.sort_by_key(String::len);
    let shortest = &wrong[..wrong.len().min(3)];
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), shortest.join("\n"));
    assert!(compared > cases.len() / 2, "it takes {compared} of {}", cases.len());
}

/// The simulator's answers, one a case.
fn asked(simulator: &Installed, folder: &Path, cases: &[Value]) -> Vec<Value> {
    let mut program = Command::new("node")
        .arg(folder.join("simulate.mjs"))
        .arg(simulator.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = cases.iter().fold(String::new(), |mut lines, case| {
        writeln!(lines, "{}", said_there(case)).unwrap();
        lines
    });
    let mut stdin = program.stdin.take().unwrap();
    // It answers while it is asked: who writes must not wait for who reads.
    let asking = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let answers = program.wait_with_output().unwrap();
    asking.join().unwrap();
    assert!(answers.status.success(), "{}", answers.status);
    let answers = String::from_utf8(answers.stdout).unwrap();
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), cases.len());
    answers
}

/// Words that the simulator does not know, and what is said instead.
const WORDS: &[(&str, &str)] = &[
    // Its variables mean something in every version.
    ("2008-10-17", "2012-10-17"),
    // It knows no seconds, no network of everything, and takes addresses by their letters.
    ("1795519800", "2026-11-24T11:30:00Z"),
    ("0.0.0.0/0", "203.0.0.0/8"),
    ("::/0", "2001::/16"),
    ("2001:0db8:0::1", "2001:db8::1"),
    // It fills up no short resource.
    ("\"arn:aws:iam\"", "\"arn:aws:iam:*:*:*\""),
    // It knows nobody by a unique id.
    ("AIDAQAAAAAAANNANNANNA", "arn:aws:iam::123456789012:user/ann"),
    ("AROAQAAAAAAROLEROLERO", "arn:aws:iam::123456789012:role/ci/Build"),
];

/// Values that do not parse, of which AWS says nothing; the simulator and we decided differently. So too for no text.
const GARBAGE: &[&str] = &["ten", "soon", "yes", "here", "orders", ""];

/// The case, or one much like it that the simulator understands.
fn plainly(case: &Value) -> Value {
    let mut text = case.to_string();
    for (word, instead) in WORDS {
        text = text.replace(word, instead);
    }
    let mut case: Value = serde_json::from_str(&text).unwrap();
    // It gives root nothing without a policy.
    if case["caller"]["type"] == "Account" {
        case["caller"] = json!({ "type": "User", "account": "123456789012", "id": "AIDA",
            "arn": "arn:aws:iam::123456789012:user/ann" });
    }
    let resource = match case["request"]["action"].as_str().unwrap() {
        "iam:GetUser" => "arn:aws:iam::123456789012:user/ann",
        "s3:ListBucket" => "arn:aws:s3:::b",
        _ if case["request"]["resource"] == "arn:aws:s3:::b/red" => "arn:aws:s3:::b/red",
        _ => "arn:aws:s3:::b/ann/x",
    };
    case["request"]["resource"] = resource.into();
    let context = case["request"]["context"].as_object_mut().unwrap();
    context.retain(|key, value| is_sound(key, value));
    let policies = case["policies"].as_object_mut().unwrap();
    policies.remove("must_resource_allow");
    for (kind, policy) in policies.iter_mut() {
        put_plainly(kind, policy);
    }
    case
}

fn is_sound(key: &str, value: &Value) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !GARBAGE.contains(&text));
    let fits = match key {
        "s3:max-keys" => value.as_str().is_some_and(|text| text.parse::<f64>().is_ok()),
        "aws:CurrentTime" => value.as_str().is_some_and(|text| text.ends_with('Z')),
        "aws:SecureTransport" => matches!(value.as_str(), Some("true" | "false")),
        "aws:SourceIp" => {
            value.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok())
        }
        "aws:PrincipalArn" | "aws:SourceArn" => {
            value.as_str().is_some_and(|text| text.starts_with("arn:"))
        }
        _ => true,
    };
    fits && value.as_array().map_or_else(|| is_text(value), |list| list.iter().all(is_text))
}

fn put_plainly(kind: &str, policy: &mut Value) {
    match policy {
        Value::Array(list) if kind == "rcp" => list.iter_mut().for_each(only_denying),
        Value::Array(list) => list.iter_mut().for_each(|policy| put_plainly(kind, policy)),
        document => document["Version"] = "2012-10-17".into(),
    }
}

/// Resource control policies deny; what allows is always there.
fn only_denying(level: &mut Value) {
    let documents = level.as_array_mut().unwrap();
    documents.truncate(1);
    let document = &mut documents[0];
    document["Version"] = "2012-10-17".into();
    if document["Statement"].is_object() {
        document["Statement"] = vec![document["Statement"].take()].into();
    }
    for statement in document["Statement"].as_array_mut().unwrap() {
        statement["Effect"] = "Deny".into();
        let statement = statement.as_object_mut().unwrap();
        // They name their actions, and never all of them.
        if statement.remove("NotAction").is_some() || names_everything(&statement["Action"]) {
            statement.insert("Action".to_owned(), "s3:*".into());
        }
    }
    documents.push(everything());
}

fn names_everything(actions: &Value) -> bool {
    actions == "*" || actions.as_array().is_some_and(|list| list.contains(&"*".into()))
}

fn everything() -> Value {
    json!({ "Version": "2012-10-17", "Statement":
        { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" } })
}

/// The case as the simulator is asked it: what is always there is not said.
fn said_there(case: &Value) -> Value {
    let mut case = case.clone();
    let levels = case["policies"].get_mut("rcp").and_then(Value::as_array_mut);
    for level in levels.into_iter().flatten() {
        level.as_array_mut().unwrap().retain(|document| *document != everything());
    }
    case
}

/// The case without the keys that the simulator does not hear of.
fn without(case: &Value, keys: &Value) -> Value {
    let mut case = case.clone();
    for key in keys.as_array().into_iter().flatten() {
        case["request"]["context"].as_object_mut().unwrap().remove(key.as_str().unwrap());
    }
    case
}
