//! `countersign vectors run --listen`: a client over a socket gets the cases, and sends them
//! back signed.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use bytes::Bytes;
use countersign::request::Request as RawRequest;
use data_encoding::BASE64;
use http::Request;
use serde_json::Value;

use super::folders::Suite;
use crate::plain::{put_down, to_wire};
use crate::program::program;
use crate::raw::{self, Answer};
use crate::signer::{Break, Signer};

/// The program, which serves cases until the test is over.
struct Examiner {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Examiner {
    fn start(suite: &Suite, args: &[&str]) -> Self {
        let folder = suite.path().to_str().unwrap();
        let listen = ["vectors", "run", folder, "--listen", "127.0.0.1:0"];
        let mut child = program(&[&listen, args].concat(), &[])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").unwrap().to_owned();
        Self { child, out, address }
    }

    /// The cases, as a client is told of them.
    fn cases(&self) -> Vec<Value> {
        let told: Value = serde_json::from_str(&raw::get(&self.address, "/").body).unwrap();
        told["cases"].as_array().unwrap().clone()
    }

    /// Sends a signed request for a case.
    fn send(&self, case: Option<&str>, mut request: RawRequest) -> (Answer, Value) {
        if let Some(case) = case {
            request.set("X-Countersign-Case", case);
        }
        let mut stream = raw::connect(&self.address);
        stream.write_all(&to_wire(&request)).unwrap();
        let answer = raw::answer(&mut stream);
        let told = serde_json::from_str(&answer.body).unwrap();
        (answer, told)
    }

    fn end(&mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Examiner {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn suite() -> Suite {
    let cases = ["get-vanilla", "get-vanilla-query", "get-vanilla-with-session-token"];
    Suite::of_aws("v4", &[&cases[..], &["get-header-value-multiline", "post-vanilla"]].concat())
}

/// What a client makes of a case: it knows nothing but what it was told.
fn signed(case: &Value, breaks: Option<Break>) -> RawRequest {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (asked, how) = (&case["request"], &case["sign"]);
    let uri = format!("http://example.amazonaws.com{}", text(&asked["target"]));
    let mut request = Request::builder().method(text(&asked["method"]).as_str()).uri(uri);
    for header in asked["headers"].as_array().unwrap() {
        request = request.header(text(&header[0]), text(&header[1]));
    }
    let body = BASE64.decode(text(&asked["body"]).as_bytes()).unwrap();
    let request = request.body(Bytes::from(body)).unwrap();
    let mut signer = Signer::new(&text(&how["access_key_id"]), &text(&how["secret_access_key"]))
        .service(&text(&how["service"]))
        .region(&text(&how["region"]))
        .expires(&how["expires"].to_string());
    signer.token = how["session_token"].as_str().map(str::to_owned);
    signer.breaks = breaks;
    assert_eq!(how["time"], signer.time.basic());
    put_down(&if how["in"] == "query" { signer.presign(request) } else { signer.sign(request) })
}

#[test]
fn a_client_that_signs_well_passes_every_case_and_that_is_the_end() {
    let suite = suite();
    let mut examiner = Examiner::start(&suite, &["--until-complete"]);
    let cases = examiner.cases();
    assert_eq!(cases.len(), 8, "{cases:#?}");
    for case in &cases {
        let (answer, told) = examiner.send(case["case"].as_str(), signed(case, None));
        assert_eq!(answer.status, 200, "{told:#}");
        assert_eq!((&told["result"], &told["case"]), (&Value::from("passed"), &case["case"]));
        assert_eq!(told["stages"]["canonical_request"], "ok");
    }
    let (code, out) = examiner.end();
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("get-vanilla/query "), "{out}");
    assert!(out.ends_with("8 passed, 0 failed, 2 skipped\n"), "{out}");
}

#[test]
fn a_client_is_told_what_differs_and_may_send_again() {
    let suite = Suite::of_aws("v4", &["get-vanilla"]);
    let mut examiner = Examiner::start(&suite, &["--until-complete", "--filter", "header"]);
    let [case] = &examiner.cases()[..] else { panic!("one case") };
    let name = case["case"].as_str();
    let wrong = signed(case, Some(Break::SignedHeadersUnsorted));
    let (answer, told) = examiner.send(name, wrong);
    assert_eq!((answer.status, &told["stage"]), (403, &Value::from("canonical_request")));
    assert!(told["difference"].as_str().unwrap().contains("+x-amz-date;host\n"), "{told:#}");
    let (code, out) = examiner.end();
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("+x-amz-date;host\n"), "{out}");
    assert!(out.ends_with("0 passed, 1 failed, 0 skipped\n"), "{out}");
}

#[test]
fn without_an_end_of_its_own_the_last_word_on_a_case_counts() {
    let suite = Suite::of_aws("v4", &["get-vanilla"]);
    let mut examiner = Examiner::start(&suite, &["--format", "table"]);
    let cases = examiner.cases();
    let case = cases.iter().find(|case| case["sign"]["in"] == "header").unwrap();
    let name = case["case"].as_str();
    let key = Some(Break::KeyOfAnotherDay);
    for (breaks, status) in [(key, 403), (None, 200)] {
        assert_eq!(examiner.send(name, signed(case, breaks)).0.status, status);
    }
    let mut other = signed(case, None);
    other.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    for (case, request, status, sentence) in [
        (None, other.clone(), 200, ""),
        (Some("no such"), other.clone(), 404, "no case is called so: GET / lists the cases"),
        (
            None,
            RawRequest { method: "POST".to_owned(), ..other },
            400,
            "name the case in the header",
        ),
    ] {
        let (answer, told) = examiner.send(case, request);
        assert_eq!(answer.status, status);
        let error = told["error"].as_str().unwrap_or_default();
        assert!(error.starts_with(sentence), "{error}");
    }
    let id = examiner.child.id().to_string();
    assert!(
        std::process::Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success()
    );
    let (code, out) = examiner.end();
    // The other form was never sent.
    assert_eq!(code, Some(1), "{out}");
    assert!(out.ends_with("1 passed, 1 failed, 0 skipped\n"), "{out}");
}
