//! Cases that cannot be read: a failure each, in one sentence, and the others are run.

use std::fs;

use countersign::doctor::Budget;
use countersign::vectors::{Found, Sent, check, find, run as run_case};

use super::folders::Suite;
use crate::program::run;

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn what_cannot_be_read_is_told_by_file_and_by_what_is_expected() {
    let aws = || Suite::of_aws("v4", &["get-vanilla", "get-utf8"]);
    let of_pairs = || Suite::of_aws("v4a", &["get-vanilla", "get-utf8"]);
    let ours = || Suite::of_ours(&["sigv4a-header", "row-15-token-missing"]);
    let cases: Vec<(Suite, &str, &[u8], &str)> = vec![
        (aws(), "get-vanilla/context.json", b"{", "context.json must be a JSON object: EOF"),
        (aws(), "get-vanilla/context.json", b"[]", "must be a JSON object: it is another value"),
        (aws(), "get-vanilla/context.json", b"{}", "\"credentials\", as AWS's suites do, or"),
        (
            aws(),
            "get-vanilla/context.json",
            br#"{"credentials": {}, "service": 1}"#,
            "context.json: /service must be the name of a service",
        ),
        (aws(), "get-vanilla/request.txt", b"", "request.txt holds no HTTP request: it is empty"),
        (
            aws(),
            "get-vanilla/header-signed-request.txt",
            b"GET /\nno colon\n",
            "header-signed-request.txt holds no HTTP request: line 2 is no header",
        ),
        (
            aws(),
            "get-vanilla/query-signature.txt",
            b"\xff",
            "query-signature.txt must hold a signature in hexadecimal digits",
        ),
        (
            of_pairs(),
            "get-vanilla/public-key.json",
            b"{}",
            "public-key.json: /X must be 64 hexadecimal digits of the public key",
        ),
        (ours(), "sigv4a-header/request.txt", b"\x00", "line 1 is no request line"),
        (
            ours(),
            "sigv4a-header/context.json",
            br#"{"rules": "rest", "service": "a", "now": "yesterday"}"#,
            "context.json: /now must be a time such as 20150830T123600Z",
        ),
        (
            ours(),
            "sigv4a-header/context.json",
            br#"{"rules": "rust", "service": "a"}"#,
            "context.json: /rules must be \"query\", \"rest\" or \"s3\"",
        ),
        (
            Suite::classic(),
            "flat.authz",
            b"Signature",
            "flat.authz must hold an Authorization header that ends in Signature= and 64 digits",
        ),
        (Suite::classic(), "flat.sreq", b"", "flat.sreq holds no HTTP request: it is empty"),
    ];
    for (suite, file, text, sentence) in cases {
        suite.write(file, text);
        let ended = suite.run(&[]);
        assert_eq!(ended.code, Some(1), "{file}: {ended:?}");
        assert!(ended.out.contains(sentence), "{sentence} in {}", ended.out);
        let summary = ended.out.lines().last().unwrap();
        assert!(!summary.starts_with("0 passed") && !summary.contains("0 failed"), "{summary}");
    }
}

#[test]
fn a_file_that_is_missing_is_told_by_what_it_holds() {
    let cases = [
        (Suite::of_aws("v4", &["get-utf8"]), "get-utf8/context.json", "who signs, for what and"),
        (Suite::of_aws("v4", &["get-utf8"]), "get-utf8/request.txt", "the request before it is"),
        (
            Suite::of_aws("v4", &["get-utf8"]),
            "get-utf8/query-signed-request.txt",
            "the request as it is signed",
        ),
        (Suite::classic(), "flat.sreq", "the request as it is signed"),
        (Suite::of_ours(&["sigv4a-header"]), "sigv4a-header/request.txt", "the request as it is"),
        (Suite::of_ours(&["sigv4a-header"]), "sigv4a-header/context.json", "who signs, for"),
    ];
    for (suite, file, holds) in cases {
        fs::remove_file(suite.file(file)).unwrap();
        let ended = suite.run(&[]);
        assert_eq!(ended.code, Some(1), "{file}: {ended:?}");
        let is_told = ended.out.contains(&format!("{file} is missing: it holds {holds}"));
        assert!(is_told, "{file}: {}", ended.out);
    }
}

#[test]
fn no_bytes_in_any_file_of_a_case_stop_a_run() {
    let nothing: &[u8] = b"";
    let deep = "[".repeat(100_000);
    let long = "A: b\n".repeat(10_000);
    let texts = [
        nothing,
        b"\0",
        b"\xff\xfe\n\r\n\r",
        b"GET /%zz?%&=&== HTTP/1.1\nAuthorization: AWS4-HMAC-SHA256 Credential=////\n",
        b"{\"credentials\": {\"access_key_id\": \"\"}, \"rules\": [], \"timestamp\": 1e999}",
        b"null",
        deep.as_bytes(),
        long.as_bytes(),
    ];
    for suite in [
        Suite::of_aws("v4", &["get-vanilla"]),
        Suite::of_aws("v4a", &["get-vanilla"]),
        Suite::of_ours(&["sigv4a-header"]),
        Suite::classic(),
    ] {
        for file in suite.files() {
            let whole = fs::read(&file).unwrap();
            let half = &whole[..whole.len() / 2];
            for text in texts.iter().chain([&half]) {
                fs::write(&file, text).unwrap();
                for found in find(&[suite.path()]).unwrap() {
                    let Found::Case(case) = found else { continue };
                    let sent = Sent::alone(case.request.clone(), file.clone());
                    check(&case, &sent, Budget::SERVER);
                    run_case(&case);
                }
            }
            fs::write(&file, whole).unwrap();
        }
    }
}

#[test]
fn what_only_lacks_a_stage_is_run_without_it() {
    let suite = Suite::of_aws("v4", &["get-utf8"]);
    fs::remove_file(suite.file("get-utf8/header-string-to-sign.txt")).unwrap();
    let ended = suite.run(&["--filter", "header"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let row = ended.out.lines().nth(1).unwrap();
    let words: Vec<_> = row.split_whitespace().collect();
    assert_eq!(words, ["get-utf8/header", "ok", "-", "ok", "ok"]);
}

#[test]
fn where_nothing_can_be_run_it_says_what_to_give() {
    let (nothing, aws) = (Suite::empty(), Suite::of_aws("v4", &["double-url-encode"]));
    let [empty, none] =
        [nothing.path(), &nothing.file("none")].map(|p| p.to_str().unwrap().to_owned());
    for (args, sentence) in [
        (vec![empty.as_str()], "Known formats:\nAWS's suites have"),
        (vec![none.as_str()], "is no folder: give folders that hold test vectors"),
        (vec![], "required arguments were not provided: <DIR>..."),
        (vec![aws.path().to_str().unwrap()], "nothing was run: all 1 cases were skipped"),
        (vec![super::OURS, "--filter", "no such"], "none of the 315 cases has \"no such\""),
        (vec![super::OURS, "--signed", none.as_str()], "is not there: give the file or the folder"),
        (vec![super::OURS, "--signed", "Cargo.toml"], "say by --case NAME which of the 315"),
        (
            vec![super::OURS, "--signed", "Cargo.toml", "--case", "x"],
            "no case is called x: run it without --signed to see their names",
        ),
        (vec![super::OURS, "--case", "x"], "not provided: --signed <FILE|DIR>"),
        (
            vec![super::OURS, "--listen", "0.0.0.0:0"],
            "--listen 0.0.0.0:0 can be reached by other machines: choose 127.0.0.1, or give",
        ),
        (
            vec![super::OURS, "--json", "/no/such/folder/x.json"],
            "--json /no/such/folder/x.json cannot",
        ),
    ] {
        let ended = run(&[&["vectors", "run"], &args[..]].concat(), &[]);
        assert_eq!(ended.code, Some(2), "{args:?}: {ended:?}");
        assert!(ended.err.contains(sentence), "{sentence} in {}", ended.err);
    }
}

#[test]
fn what_the_gateway_is_told_by_the_environment_is_not_told_to_a_run() {
    let suite = Suite::of_aws("v4", &["get-utf8"]);
    let args = ["vectors", "run", suite.path().to_str().unwrap()];
    let ended = run(&args, &[("COUNTERSIGN_LISTEN", "127.0.0.1:1")]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = run(&args, &[("COUNTERSIGN_SIGNED", "x")]);
    assert!(ended.err.contains("unknown environment variable: COUNTERSIGN_SIGNED"), "{ended:?}");
}
