//! The operator's door: what is open, what needs the token, and who is kept out.

use std::fs;
use std::net::TcpListener;
use std::thread;

use tempfile::TempDir;

use crate::program::{Serving, run, run_unread};
use crate::raw::{Answer, exchange, get};

#[test]
fn health_readiness_and_numbers_are_open() {
    let serving = Serving::in_memory(&[], &[]);
    for (path, body) in [("/health", "ok\n"), ("/ready", "ready\n")] {
        let answer = get(&serving.admin(), path);
        assert_eq!((answer.status, answer.body.as_str()), (200, body));
    }
    assert_eq!(get(&serving.admin(), "/metrics").status, 200);
}

#[test]
fn nothing_of_it_is_on_the_public_port() {
    let serving = Serving::in_memory(&[], &[]);
    for path in ["/health", "/ready", "/metrics", "/accounts"] {
        let answer = get(&serving.address(), path);
        assert!(answer.status >= 300, "{path}: {answer:?}");
        assert!(!answer.body.contains("countersign_"), "{path}");
    }
}

#[test]
fn the_numbers_are_what_prometheus_reads_and_their_labels_are_known_words() {
    let serving = Serving::in_memory(&[], &[]);
    assert!(get(&serving.address(), "/?Action=MadeUpByCaller&Version=2010-05-08").status >= 300);
    let answer = get(&serving.admin(), "/metrics");
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for name in [
        "countersign_requests_total{service=\"unknown\",action=\"unknown\",code=",
        "countersign_refusals_total{reason=",
        "countersign_request_duration_seconds_bucket{",
        "countersign_connections ",
        "countersign_requests_in_flight 0",
        "countersign_accounts ",
        "countersign_users ",
        "countersign_access_keys ",
        "countersign_commits_total ",
        "countersign_commit_groups_total ",
    ] {
        let has_it = answer.body.lines().any(|line| line.starts_with(name));
        assert!(has_it, "{name}\n{}", answer.body);
    }
    assert!(!answer.body.contains("MadeUpByCaller"));
    for line in answer.body.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (_, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn accounts_are_for_who_has_the_token() {
    let dir = TempDir::new().unwrap();
    let serving = Serving::in_dir(dir.path(), &[], &[]);
    let token = fs::read_to_string(dir.path().join("admin-token")).unwrap();
    let token = token.trim();
    let shown = [
        String::new(),
        "Authorization: Bearer wrong\r\n".to_owned(),
        "Authorization: Bearer \r\n".to_owned(),
        format!("Authorization: Basic {token}\r\n"),
        format!("Authorization: Bearer {}\r\n", &token[1..]),
    ];
    for header in shown {
        for request in ["GET /accounts", "POST /accounts", "POST /backup", "GET /nothing"] {
            let answer = ask(&serving.admin(), request, &header, "{}");
            assert_eq!(answer.status, 401, "{request} {header}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    let right = format!("Authorization: Bearer {token}\r\n");
    let answer = ask(&serving.admin(), "GET /accounts", &right, "");
    assert_eq!((answer.status, answer.body.as_str()), (200, "{\"accounts\":[\"123456789012\"]}\n"));
}

#[test]
fn without_a_directory_the_token_is_the_one_that_was_given_or_there_is_none() {
    let none = Serving::in_memory(&[], &[]);
    assert_eq!(ask(&none.admin(), "GET /accounts", "Authorization: Bearer \r\n", "").status, 401);
    let token = "operators-of-this-test";
    let given = Serving::in_memory(&[], &[("COUNTERSIGN_ADMIN_TOKEN", token)]);
    let right = format!("Authorization: Bearer {token}\r\n");
    assert_eq!(ask(&given.admin(), "GET /accounts", &right, "").status, 200);
}

#[test]
fn web_pages_and_rebound_names_are_kept_out_even_of_what_is_open() {
    let serving = Serving::in_memory(&[], &[]);
    let admin = serving.admin();
    for header in ["Origin: null\r\n", "Origin: http://localhost\r\n", "Sec-Fetch-Site: none\r\n"] {
        assert_eq!(ask(&admin, "GET /metrics", header, "").status, 403, "{header}");
    }
    for host in ["evil.example", "localhost.evil.example:7449"] {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(exchange(&admin, &request).status, 403, "{host}");
        let twice = format!(
            "GET /metrics HTTP/1.1\r\nHost: {admin}\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(exchange(&admin, &twice).status, 403, "{host}");
        let target = format!(
            "GET http://{host}/metrics HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(exchange(&admin, &target).status, 403, "{host}");
    }
}

#[test]
fn what_changes_something_says_that_it_is_json_and_is_read_strictly() {
    let token = "operators-of-this-test";
    let serving = Serving::in_memory(&[], &[("COUNTERSIGN_ADMIN_TOKEN", token)]);
    let form = format!("Authorization: Bearer {token}\r\nContent-Type: text/plain\r\n");
    let json = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let post = |head: &str, body: &str| ask(&serving.admin(), "POST /accounts", head, body).status;
    assert_eq!(post(&form, "{}"), 415);
    for body in ["", "[]", "{\"acount\":null}", "{\"account\":\"12\"}", &"x".repeat(20_000)] {
        assert_eq!(post(&json, body), 400, "{body}");
    }
    assert_eq!(post(&json, "{\"account\":\"111122223333\"}"), 200);
    assert_eq!(post(&json, "{\"account\":\"111122223333\"}"), 409);
    let ask = |request: &str| ask(&serving.admin(), request, &json, "{}").status;
    assert_eq!(ask("POST /accounts/444455556666/root-keys"), 404);
    assert_eq!(ask("POST /accounts/111122223333/root-keys"), 200);
    assert_eq!(ask("POST /accounts/111122223333/root-keys"), 409);
    assert_eq!(ask("DELETE /accounts"), 405);
    assert_eq!(ask("GET /accounts/"), 404);
    assert_eq!(ask("POST /metrics"), 405);
}

#[test]
fn the_account_commands_do_the_same_while_the_gateway_runs_and_while_it_does_not() {
    let dir = TempDir::new().unwrap();
    let mut serving = Serving::in_dir(dir.path(), &[], &[]);
    let made = command(dir.path(), &["account", "create", "--account", "111122223333"]);
    assert!(made.starts_with("# the root of account 111122223333"), "{made}");
    assert!(made.contains("export AWS_SECRET_ACCESS_KEY="), "{made}");
    assert_eq!(command(dir.path(), &["account", "list"]), "111122223333\n123456789012\n");
    serving.stop("TERM");
    assert_eq!(command(dir.path(), &["account", "list"]), "111122223333\n123456789012\n");
    command(dir.path(), &["account", "create", "--account", "444455556666"]);
    let key = command(dir.path(), &["root-key", "create", "--account", "444455556666"]);
    assert!(key.contains("export AWS_ACCESS_KEY_ID=AKIA"), "{key}");
    let _again = Serving::in_dir(dir.path(), &[], &[]);
    let listed = command(dir.path(), &["account", "list"]);
    assert_eq!(listed, "111122223333\n123456789012\n444455556666\n");
}

#[test]
fn a_token_is_not_shown_to_who_listens_where_a_gateway_was_killed() {
    let dir = TempDir::new().unwrap();
    let mut serving = Serving::in_dir(dir.path(), &[], &[]);
    serving.stop("KILL");
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    fs::write(dir.path().join("admin-address"), format!("{address}\n")).unwrap();
    // Hangs up on whoever calls, which would be the command's end.
    thread::spawn(move || other.incoming().for_each(drop));
    assert_eq!(command(dir.path(), &["account", "list"]), "123456789012\n");
}

#[test]
fn a_backup_is_made_while_the_gateway_runs_and_overwrites_nothing() {
    let dir = TempDir::new().unwrap();
    let serving = Serving::in_dir(&dir.path().join("data"), &[], &[]);
    let file = dir.path().join("copy.db");
    let data = dir.path().join("data");
    let args = ["backup", file.to_str().unwrap(), "--data-dir", data.to_str().unwrap()];
    assert_eq!(run(&args, &[]).code, Some(0));
    assert!(fs::metadata(&file).unwrap().len() > 0);
    let again = run(&args, &[]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("exists"), "{}", again.err);
    drop(serving);
}

#[test]
fn a_command_that_finds_nothing_makes_nothing() {
    let dir = TempDir::new().unwrap();
    let nowhere = dir.path().join("nowhere");
    let ended = run(&["account", "create", "--data-dir", nowhere.to_str().unwrap()], &[]);
    assert_eq!(ended.code, Some(1));
    assert!(!nowhere.exists());
}

fn command(dir: &std::path::Path, args: &[&str]) -> String {
    let ended = run(&[args, &["--data-dir", dir.to_str().unwrap()]].concat(), &[]);
    assert_eq!(ended.code, Some(0), "{args:?}: {}", ended.err);
    ended.out
}

fn ask(admin: &str, request: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    exchange(
        admin,
        &format!(
            "{request} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        ),
    )
}

/// What is made is told once: where that is lost, somebody has to know.
#[test]
fn a_key_that_nobody_reads_is_not_lost_in_silence() {
    let dir = TempDir::new().unwrap();
    let _serving = Serving::in_dir(dir.path(), &[], &[]);
    let place = dir.path().to_str().unwrap();
    for what in ["account create --account 111122223333", "root-key create --account 111122223333"]
    {
        let mut args: Vec<_> = what.split(' ').collect();
        args.extend(["--data-dir", place]);
        let ended = run_unread(b"", &args, &[]);
        assert_eq!(ended.code, Some(1), "{what}");
        assert!(ended.err.contains("Broken pipe"), "{what}: {}", ended.err);
    }
}
