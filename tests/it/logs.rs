//! What the program writes down: a line a request, and no secret.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::Serving;
use crate::raw::{exchange, get, signed};
use crate::signer::Signer;

const ID: &str = "AKIAROOTOFTHISSTORY0";
const SECRET: &str = "hush/of+this/story";
const ROOT_KEY: [(&str, &str); 2] =
    [("COUNTERSIGN_ROOT_ACCESS_KEY_ID", ID), ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", SECRET)];

#[test]
fn a_request_leaves_one_line_with_all_that_an_auditor_asks_for() {
    let mut serving = Serving::in_memory(&["--log-format", "json"], &ROOT_KEY);
    let answer = call(&serving, "Action=GetUser&Version=2010-05-08");
    let id = answer.header("x-amzn-requestid").unwrap();
    let lines = access_lines(&serving.stop("TERM").1);
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["request_id"], id);
    assert_eq!(line["caller"], "arn:aws:iam::123456789012:root");
    assert_eq!((&line["service"], &line["action"]), (&"iam".into(), &"GetUser".into()));
    assert_eq!((&line["code"], &line["status"]), (&"OK".into(), &200.into()));
    assert!(line["peer"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert!(line["duration_us"].is_u64());
}

#[test]
fn a_refusal_leaves_its_reason_and_no_caller() {
    let mut serving = Serving::in_memory(&["--log-format", "json"], &ROOT_KEY);
    assert_eq!(get(&serving.address(), "/?Action=ListUsers&Version=2010-05-08").status, 403);
    let lines = access_lines(&serving.stop("TERM").1);
    assert_eq!(lines[0]["code"], "MissingAuthenticationToken");
    assert_eq!(lines[0]["refused"], "unsigned");
    assert!(lines[0]["caller"].is_null(), "{}", lines[0]);
}

#[test]
fn who_does_not_wait_for_the_answer_still_leaves_a_line() {
    let mut serving = Serving::in_memory(&["--log-format", "json"], &ROOT_KEY);
    let request = signed(&serving.address(), signer(), "Action=GetUser&Version=2010-05-08");
    let half = &request[..request.len() - 1];
    let mut stream = crate::raw::connect(&serving.address());
    std::io::Write::write_all(&mut stream, half.as_bytes()).unwrap();
    drop(stream);
    // The next one is served after it.
    call(&serving, "Action=GetUser&Version=2010-05-08");
    let lines = access_lines(&serving.stop("TERM").1);
    let codes: Vec<_> = lines.iter().filter_map(|line| line["code"].as_str()).collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(codes.contains(&"Aborted") || codes.contains(&"RequestAbortedException"), "{codes:?}");
}

#[test]
fn no_secret_no_signature_and_no_token_is_ever_written_down() {
    let dir = TempDir::new().unwrap();
    let mut serving = Serving::in_dir(dir.path(), &["--log", "trace"], &ROOT_KEY);
    let address = serving.address();
    let made = call(&serving, "Action=CreateAccessKey&Version=2010-05-08").body;
    let secret = between(&made, "<SecretAccessKey>", "</SecretAccessKey>");
    let request = signed(&address, signer().token("hush-session-token"), "Action=GetUser");
    let signature = between(&request, "Signature=", "\r\n");
    exchange(&address, &request.replacen("\r\n", "\r\nConnection: close\r\n", 1));
    get(&address, "/?Action=GetUser&hush-query=1&X-Amz-Security-Token=hush-query-token");
    let token = fs::read_to_string(dir.path().join("admin-token")).unwrap();
    let seal_key = fs::read_to_string(dir.path().join("seal-key")).unwrap();
    let (status, log) = serving.stop("TERM");
    assert!(status.success());
    let all = format!("{}\n{log}", serving.printed.join("\n"));
    assert!(all.contains("countersign::access"), "{all}");
    for hushed in [SECRET, secret, signature, token.trim(), seal_key.trim(), "hush"] {
        assert!(hushed.len() > 3);
        assert!(!all.contains(hushed), "{hushed} is in {all}");
    }
}

#[test]
fn a_denial_leaves_what_led_to_it_for_whoever_asks_for_that() {
    let filter = "info,countersign::decision=debug";
    let mut serving = Serving::in_memory(&["--log-format", "json", "--log", filter], &ROOT_KEY);
    call(&serving, "Action=CreateUser&Version=2010-05-08&UserName=ann");
    call(
        &serving,
        "Action=PutUserPolicy&Version=2010-05-08&UserName=ann&PolicyName=guard&PolicyDocument=\
         %7B%22Version%22:%222012-10-17%22,%22Statement%22:%7B%22Effect%22:%22Deny%22,%22Action%22:\
         %22iam:*%22,%22Resource%22:%22*%22,%22Condition%22:%7B%22BoolIfExists%22:%7B%22aws:\
         MultiFactorAuthPresent%22:false%7D%7D%7D%7D",
    );
    let made = call(&serving, "Action=CreateAccessKey&Version=2010-05-08&UserName=ann").body;
    let id = between(&made, "<AccessKeyId>", "</AccessKeyId>");
    let secret = between(&made, "<SecretAccessKey>", "</SecretAccessKey>");
    let ann = Signer::new(id, secret);
    let request = signed(&serving.address(), ann, "Action=ListUsers&Version=2010-05-08");
    let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let refused = exchange(&serving.address(), &request);
    assert_eq!(refused.status, 403);
    let log = serving.stop("TERM").1;
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let line = lines.into_iter().find(|line| line["target"] == "countersign::decision").unwrap();
    assert_eq!(line["request_id"], refused.header("x-amzn-requestid").unwrap());
    assert_eq!((&line["action"], &line["by"]), (&"iam:ListUsers".into(), &"Identity".into()));
    assert_eq!(line["statements"], "Deny in user_ann_guard at 1:37");
    assert_eq!(line["missing_keys"], "aws:MultiFactorAuthPresent");
}

#[test]
fn access_lines_can_be_left_out() {
    let mut serving = Serving::in_memory(&["--log", "info,countersign::access=warn"], &ROOT_KEY);
    call(&serving, "Action=GetUser&Version=2010-05-08");
    let log = serving.stop("TERM").1;
    assert!(log.contains("stopped") && !log.contains("INFO countersign::access"), "{log}");
}

fn signer() -> Signer {
    Signer::new(ID, SECRET)
}

fn call(serving: &Serving, body: &'static str) -> crate::raw::Answer {
    let request = signed(&serving.address(), signer(), body);
    let answer =
        exchange(&serving.address(), &request.replacen("\r\n", "\r\nConnection: close\r\n", 1));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

fn access_lines(log: &str) -> Vec<Value> {
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["target"] == "countersign::access").collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{text}"));
    rest.split_once(end).unwrap().0
}
