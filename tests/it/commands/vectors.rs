//! Our vectors, as `countersign verify` sees them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Ended, run};

/// What the command line cannot be told of a server.
const NOT_A_FLAG: &[&str] = &["regions", "window", "paths", "late_token", "tolerated"];

/// Refusals that are for what only a server knows of a key.
const OF_KEYS: &[&str] =
    &["unknown_key", "inactive_key", "session_expired", "wrong_token", "token_missing"];

#[test]
fn verify_says_of_every_vector_what_a_server_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/sigv4");
    let (mut good, mut bad) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let context = fs::read(path.join("context.json")).unwrap();
        let context: Value = serde_json::from_slice(&context).unwrap();
        let is_known = NOT_A_FLAG.iter().all(|name| context[name].is_null());
        let reason = context["answer"]["reason"].as_str();
        let is_of_key = reason.is_some_and(|reason| OF_KEYS.contains(&reason));
        // The rules of the command line take key pairs wherever AWS may.
        let takes_no_pair = context["sigv4a"].is_null() && context["service"] != "iam";
        let is_pair_refused = takes_no_pair && path.to_str().unwrap().contains("sigv4a");
        // The doctor takes its time over these, and tests of the library hold them.
        let is_examined = reason == Some("signature");
        if !is_known || is_of_key || is_pair_refused || is_examined {
            continue;
        }
        let Ended { code, out, err } = verified(&path, &context);
        let expected = if reason.is_none() { Some(0) } else { Some(1) };
        assert_eq!(code, expected, "{}: {out}{err}", path.display());
        if let Some(code) = context["answer"]["code"].as_str() {
            assert!(out.starts_with(&format!("not valid: {code} (")), "{}: {out}", path.display());
        }
        if reason.is_none() { good += 1 } else { bad += 1 }
    }
    assert!(good > 40 && bad > 60, "{good} good, {bad} bad");
}

fn verified(path: &Path, context: &Value) -> Ended {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let key = &context["key"];
    let (id, service, rules, now) = (
        text(&key["id"]),
        text(&context["service"]),
        text(&context["rules"]),
        text(&context["now"]),
    );
    let file = path.join("request.txt");
    let file = file.to_str().unwrap();
    let args =
        ["verify", "--key-id", &id, "--service", &service, "--rules", &rules, "--time", &now, file];
    let (secret, token) = (text(&key["secret"]), text(&key["token"]));
    run(&args, &[("AWS_SECRET_ACCESS_KEY", &secret), ("AWS_SESSION_TOKEN", &token)])
}
