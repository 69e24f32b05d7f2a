//! Every folder of vectors, walked: through the library a stage at a time, and as
//! requests to a listening server.

mod altered;
mod broken;
mod folders;
mod listened;
mod official;
mod reported;
mod sent;

use std::path::{Path, PathBuf};

use countersign::clock::Time;
use countersign::doctor::Budget;
use countersign::sigv4::{Head, PayloadLine, Presented, Reading, Rules};
use countersign::vectors::{Case, Found, Sent, check, find, run};

use crate::listening::{self, House, Reply};
use crate::plain;

/// Our own vectors.
const OURS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/sigv4");

const NOW: Time = Time::from_unix(1_440_938_160);

/// Cases that no server lets through, and why. One that gets through is an error.
const NOT_OVER_HTTP: &[(&str, &str)] = &[
    ("get-header-value-multiline", "HTTP/1.1 servers refuse folded headers (RFC 9112 section 5.2)"),
    ("get-space", "a space ends the request target"),
    ("normalize-path/get-space", "a space ends the request target"),
];

#[test]
fn awss_suite_passes_stage_by_stage() {
    check_stages(&official::packaged().join("v4"), 76);
}

#[tokio::test]
async fn awss_suite_passes_over_a_socket() {
    check_over_http(&cases(&official::packaged().join("v4"))).await;
}

#[test]
fn awss_suite_of_sigv4a_passes_stage_by_stage() {
    check_stages(&official::packaged().join("v4a"), 76);
}

#[tokio::test]
async fn awss_suite_of_sigv4a_passes_over_a_socket() {
    check_over_http(&cases(&official::packaged().join("v4a"))).await;
}

#[test]
fn awss_paths_are_encoded_twice() {
    for (sent, signed) in official::paths(&official::packaged().join("v4")) {
        let authorization =
            b"AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/lambda/aws4_request, \
            SignedHeaders=host, Signature=00";
        let headers: &[(&str, &[u8])] = &[
            ("Host", b"h"),
            ("X-Amz-Date", b"20150830T123600Z"),
            ("Authorization", authorization),
        ];
        let rules = Rules::rest("lambda");
        let presented = Presented::read(Head::raw("POST", &sent, headers), &rules, NOW).unwrap();
        let (canonical, _) =
            presented.canonical_request(&rules, &PayloadLine::of(b""), Reading::ALL[0]);
        assert_eq!(canonical.split(|byte| *byte == b'\n').nth(1).unwrap(), signed);
    }
}

#[tokio::test]
async fn the_newer_copy_of_awss_suite_passes() {
    let Some(folder) = shared("aws-signing-test-suite/v4") else { return };
    check_stages(&folder, 76);
    check_over_http(&cases(&folder)).await;
}

#[tokio::test]
async fn the_newer_copy_of_awss_suite_of_sigv4a_passes() {
    let Some(folder) = shared("aws-signing-test-suite/v4a") else { return };
    check_stages(&folder, 76);
    check_over_http(&cases(&folder)).await;
}

#[tokio::test]
async fn the_classic_suite_passes() {
    let Some(folder) = shared("aws4_testsuite") else { return };
    check_stages(&folder, 34);
    check_over_http(&cases(&folder)).await;
}

#[test]
fn our_cases_pass_stage_by_stage() {
    let cases = cases(&ours());
    let accepted = cases.iter().filter(|case| case.expected.answer.is_let_in()).count();
    assert!(accepted > 50 && cases.len() - accepted > 100, "{accepted} of {}", cases.len());
    check_stages(&ours(), cases.len());
}

#[tokio::test]
async fn our_cases_pass_over_a_socket() {
    for case in cases(&ours()) {
        let reply = listening::send(house(&case), &plain::to_wire(&case.request)).await;
        let is_as_told = reply == answer(&case);
        assert_eq!(is_as_told, case.not_over_http.is_none(), "{}: {reply:?}", case.name);
    }
}

#[test]
fn what_signed_a_case_is_found_to_have_signed_it() {
    let suites = ["v4", "v4a"].map(|suite| official::packaged().join(suite));
    for case in suites.iter().chain([&ours()]).flat_map(|folder| cases(folder)) {
        let sent = Sent::alone(case.request.clone(), PathBuf::new());
        let report = check(&case, &sent, Budget::SERVER);
        assert_eq!(report.is_passed(), case.task.is_some(), "{report:?}");
        assert_eq!(case.task.is_some(), case.expected.answer.is_let_in(), "{}", case.name);
    }
}

/// Our own vectors.
fn ours() -> PathBuf {
    PathBuf::from(OURS)
}

/// The cases in a folder, all of which can be read.
fn cases(folder: &Path) -> Vec<Case> {
    let found = find(&[folder]).unwrap().into_iter();
    let cases = found.filter_map(|found| match found {
        Found::Case(case) => Some(*case),
        Found::Broken { name, fault, .. } => panic!("{name}: {fault}"),
        Found::Skipped { .. } => None,
    });
    cases.collect()
}

fn check_stages(folder: &Path, count: usize) {
    let cases = cases(folder);
    assert_eq!(cases.len(), count);
    for report in cases.iter().map(run) {
        assert!(report.is_passed(), "{report:?}");
    }
}

async fn check_over_http(cases: &[Case]) {
    let mut skipped: Vec<&(&str, &str)> = Vec::new();
    for case in cases {
        let reply = listening::send(house(case), &plain::to_wire(&case.request)).await;
        let skip = NOT_OVER_HTTP.iter().find(|(name, _)| case.name.starts_with(name));
        assert_eq!(
            reply.status == 200,
            skip.is_none(),
            "{}: {reply:?}, to be skipped: {skip:?}",
            case.name
        );
        assert_eq!(case.not_over_http.is_some(), skip.is_some(), "{}", case.name);
        skipped.extend(skip);
    }
    println!("{} of {} over HTTP; skipped: {skipped:?}", cases.len() - skipped.len(), cases.len());
}

fn house(case: &Case) -> House {
    let server = case.server.clone();
    House { rules: server.rules, now: server.now, key: server.key }
}

fn answer(case: &Case) -> Reply {
    let answer = case.expected.answer.clone();
    Reply {
        status: answer.status,
        reason: answer.reason,
        code: answer.code,
        message: answer.message,
    }
}

/// A folder of vectors that lies beside the project where it is made; elsewhere
/// it is left out, which is said.
fn shared(suite: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(suite);
    if !folder.is_dir() {
        println!("SKIPPED: {} is not here", folder.display());
    }
    folder.is_dir().then_some(folder)
}
