//! `countersign vectors run --signed`: requests that another signer left in files.

use bytes::Bytes;
use countersign::request::Request as RawRequest;
use http::Request;

use super::folders::Suite;
use crate::plain::put_down;
use crate::program::Ended;
use crate::signer::{Break, Signer};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn signer() -> Signer {
    Signer::new("AKIDEXAMPLE", SECRET).service("service")
}

fn vanilla() -> Request<Bytes> {
    Request::get("http://example.amazonaws.com/").body(Bytes::new()).unwrap()
}

fn suite() -> Suite {
    Suite::of_aws("v4", &["get-vanilla"])
}

/// The requests that were left, and what becomes of them.
struct Left {
    suite: Suite,
    files: Suite,
}

impl Left {
    fn none() -> Self {
        Self { suite: suite(), files: Suite::empty() }
    }

    fn with(self, file: &str, request: &RawRequest) -> Self {
        self.files.write(file, request.to_text());
        self
    }

    fn saying(self, file: &str, text: &str) -> Self {
        self.files.write(file, text);
        self
    }

    fn run(&self, args: &[&str]) -> Ended {
        let folder = self.files.path().to_str().unwrap();
        self.suite.run(&[&["--signed", folder], args].concat())
    }

    fn header(&self) -> Ended {
        self.run(&["--filter", "/header"])
    }
}

/// A request in the header form, signed by `signer`.
fn header(signer: &Signer) -> RawRequest {
    put_down(&signer.sign(vanilla()))
}

#[test]
fn what_another_signer_signs_passes_under_any_of_its_names() {
    let [one, other] = [header(&signer()), put_down(&signer().expires("3600").presign(vanilla()))];
    for (header, query) in [
        ("get-vanilla/header", "get-vanilla/query"),
        ("get-vanilla/header.sreq", "get-vanilla/query.txt"),
        ("get-vanilla-header", "get-vanilla-query.sreq"),
        ("get-vanilla/header-signed-request.txt", "get-vanilla/query-signed-request.txt"),
    ] {
        let ended = Left::none().with(header, &one).with(query, &other).run(&[]);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{header}: {}", ended.out);
        let head: Vec<_> = ended.out.lines().next().unwrap().split_whitespace().take(2).collect();
        assert_eq!(head, ["case", "request"]);
        assert!(ended.out.ends_with("\n2 passed, 0 failed, 0 skipped\n"), "{}", ended.out);
    }
}

#[test]
fn one_request_is_of_the_case_that_is_named() {
    let left = Left::none().with("mine", &header(&signer()));
    let file = left.files.file("mine");
    let file = ["--signed", file.to_str().unwrap()];
    for args in [["--case", "get-vanilla/header"], ["--case", "header"], ["--filter", "header"]] {
        let ended = left.suite.run(&[&file[..], &args].concat());
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
    }
    let ended = left.suite.run(&[&file[..], &["--case", "query"]].concat());
    assert_first(&ended, "request", "The case is signed in the query by AWS4-HMAC-SHA256, and");
}

#[test]
fn a_wrong_signature_is_told_at_the_stage_that_shows_it() {
    for (rule, stage, line) in [
        (Break::SignedHeadersUnsorted, "canonical request", "-host;x-amz-date\n+x-amz-date;host\n"),
        (Break::AbsentHeaderSigned, "canonical request", "+zulu:\n"),
        (Break::KeyOfAnotherRegion, "signature", "key-of-another-region: "),
        (Break::NoEmptyLineAfterTheHeaders, "canonical request", "as your signature proves\n"),
        (Break::CanonicalRequestNotHashed, "string to sign", "as your signature proves\n"),
        (Break::SignatureInUpperCase, "signature", "not 64 hexadecimal digits in lower case"),
        (Break::SignatureCutShort, "signature", "not 64 hexadecimal digits in lower case"),
        (Break::SecretWithoutPrefix, "signature", "The signature is the one that is made "),
        (Break::CanonicalRequestEndsInNewline, "canonical request", "proves ends in a line end."),
    ] {
        let left = Left::none().with("get-vanilla-header", &header(&signer().breaks(rule)));
        assert_first(&left.header(), stage, line);
    }
}

#[test]
fn a_signature_that_nothing_explains_is_told_with_what_would_explain_it() {
    let other = Signer::new("AKIDEXAMPLE", "a secret of somebody else").service("service");
    let left = Left::none().with("get-vanilla-header", &header(&other));
    assert_first(&left.header(), "signature", "or the key is another. Write down what\nyou signed");
    let stages = [("creq", "canonical-request"), ("sts", "string-to-sign")];
    let left = stages.into_iter().fold(left, |left, (ending, stage)| {
        let text = left.suite.text(&format!("get-vanilla/header-{stage}.txt"));
        left.saying(&format!("get-vanilla-header.{ending}"), &text)
    });
    assert_first(&left.header(), "signature", "is the case's, so it was signed by another key");
}

#[test]
fn what_was_signed_tells_more_where_it_lies_beside_the_request() {
    for (rule, stage, line) in [
        (
            Break::CanonicalRequestEndsInNewline,
            "canonical request",
            "\\ Only what you say that you signed ends in a line end.",
        ),
        (
            Break::NoEmptyLineAfterTheHeaders,
            "canonical request",
            "--- the case\n+++ what you say that you signed\n",
        ),
        (Break::AlgorithmLineMissing, "string to sign", "-AWS4-HMAC-SHA256\n 20150830T123600Z\n"),
        (Break::KeyOfAnotherDay, "signature", "key-of-another-day: "),
    ] {
        let signer = signer().breaks(rule);
        let request = signer.sign(vanilla());
        let names = ["host", "x-amz-date"].map(str::to_owned);
        let canonical = signer.canonical_request(&request, &names);
        let left = Left::none()
            .with("get-vanilla/header.sreq", &put_down(&request))
            .saying("get-vanilla/header.creq", &canonical)
            .saying("get-vanilla/header.sts", &signer.string_to_sign(&canonical));
        assert_first(&left.header(), stage, line);
    }
}

#[test]
fn a_line_end_that_only_the_file_has_is_not_held_against_anyone() {
    let canonical = suite().text("get-vanilla/header-canonical-request.txt");
    let left = Left::none()
        .with("get-vanilla/header-signed-request.txt", &header(&signer()))
        .saying("get-vanilla/header-canonical-request.txt", &format!("{canonical}\n"));
    assert_eq!(left.header().code, Some(0), "{:?}", left.header());
}

#[test]
fn another_request_is_told_even_where_it_is_signed_well() {
    let path = Request::get("http://example.amazonaws.com/other").body(Bytes::new()).unwrap();
    let query = Request::get("http://example.amazonaws.com/?a=b").body(Bytes::new()).unwrap();
    let body = Request::get("http://example.amazonaws.com/").body("a".into()).unwrap();
    let host = Request::get("http://other.amazonaws.com/").body(Bytes::new()).unwrap();
    for (request, line) in [
        (path, "-GET /\n+GET /other\n"),
        (query, "+? a = b\n"),
        (body, "-\n+a\n"),
        (host, "-host: example.amazonaws.com\n+host: other.amazonaws.com\n"),
    ] {
        let left = Left::none().with("get-vanilla-header", &put_down(&signer().sign(request)));
        let ended = left.header();
        assert_first(&ended, "request", line);
        assert!(ended.out.contains("  ok\n"), "it verifies: {}", ended.out);
    }
}

#[test]
fn another_scope_or_time_is_told_at_the_string_to_sign() {
    let late = signer().at(super::NOW.plus(1));
    let left = Left::none().with("get-vanilla-header", &header(&late));
    assert_first(&left.header(), "canonical request", "+x-amz-date:20150830T123601Z\n");
    let elsewhere = signer().region("eu-west-1");
    let left = Left::none().with("get-vanilla-header", &header(&elsewhere));
    assert_first(
        &left.header(),
        "string to sign",
        "-20150830/us-east-1/service/aws4_request\n+20150830/eu-west-1/service/aws4_request\n",
    );
}

#[test]
fn a_header_that_the_client_adds_counts_only_where_it_is_signed() {
    let request = || {
        let request = Request::get("http://example.amazonaws.com/").header("user-agent", "mine");
        request.body(Bytes::new()).unwrap()
    };
    let unsigned = signer().not_signing("user-agent").sign(request());
    let left = Left::none().with("get-vanilla-header", &put_down(&unsigned));
    assert_eq!(left.header().code, Some(0), "{:?}", left.header());
    let signed = signer().sign(request());
    let left = Left::none().with("get-vanilla-header", &put_down(&signed));
    assert_first(&left.header(), "canonical request", "+user-agent:mine\n");
}

#[test]
fn what_is_missing_is_a_failure_and_so_is_what_is_there_twice_and_strangers_are_told() {
    let signed = header(&signer());
    let left = Left::none().with("get-vanilla-header", &signed).with("typo.sreq", &signed);
    let ended = left.run(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("its signed request is missing: write it to "), "{}", ended.out);
    assert!(ended.out.contains("get-vanilla/query.sreq\n"), "{}", ended.out);
    assert!(ended.err.contains("typo.sreq is of no case: call it as its case"), "{}", ended.err);
    let left = left.with("get-vanilla/header.sreq", &signed);
    let ended = left.header();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains(" are both its signed request: keep one of them"), "{}", ended.out);
    let unreadable = Left::none().saying("get-vanilla-header", "nonsense").header();
    assert!(unreadable.out.contains("get-vanilla-header holds no HTTP request"), "{unreadable:?}");
}

#[test]
fn requests_that_must_be_refused_are_left_out() {
    let ours = Suite::of_ours(&["row-15-token-missing", "sigv4a-header"]);
    let files = Suite::empty();
    files.write("sigv4a-header/request.txt", ours.text("sigv4a-header/request.txt"));
    let ended = ours.run(&["--signed", files.path().to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.ends_with("\n1 passed, 0 failed, 1 skipped\n"), "{}", ended.out);
}

#[test]
fn a_signature_by_a_key_pair_is_held_against_the_string_to_sign() {
    let suite = Suite::of_aws("v4a", &["get-vanilla"]);
    let text = suite.text("get-vanilla/header-signed-request.txt");
    let files = Suite::empty();
    let args = ["--filter", "header", "--signed", files.path().to_str().unwrap()];
    files.write("get-vanilla-header", &text);
    assert_eq!(suite.run(&args).code, Some(0), "{:?}", suite.run(&args));
    let other = suite.text("get-vanilla/query-signature.txt");
    let (head, _) = text.rsplit_once("Signature=").unwrap();
    files.write("get-vanilla-header", format!("{head}Signature={other}\n\n"));
    assert_first(&suite.run(&args), "signature", "or the key is another");
}

fn assert_first(ended: &Ended, stage: &str, line: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains(&format!(": {stage} differs\n")), "{stage} in {}", ended.out);
    assert!(ended.out.contains(line), "{line} in {}", ended.out);
}
