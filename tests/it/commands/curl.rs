//! Requests as people paste them.

use countersign::request::{Pasted, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{KEY, printed, said};
use crate::program::run_on;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn whatever_is_read_as_a_request_can_be_written_as_one(words in vec(word(), 0..12)) {
        let text = format!("curl {}", words.concat());
        if let Ok(Pasted { request, .. }) = Pasted::read(text.as_bytes()) {
            let again = Request::read(&request.to_text()).unwrap();
            prop_assert_eq!((again.method, again.target), (request.method, request.target));
            prop_assert_eq!(again.headers.len(), request.headers.len());
        }
    }
}

/// What command lines are made of, and what breaks them.
fn word() -> impl Strategy<Value = String> {
    let known = select(vec![
        " ",
        " ",
        " ",
        "\\\n",
        "\n",
        "'",
        "\"",
        "$'",
        "\\",
        "\\x41",
        "\\u00e9",
        "\\n",
        "$",
        "`",
        "&",
        "#",
        ">",
        "|",
        "^",
        "-H ",
        "-d ",
        "-X ",
        "-G ",
        "-I ",
        "-u ",
        "-b a=b ",
        "-e ",
        "-r ",
        "-A ",
        "--json ",
        "--url-query ",
        "--data-urlencode ",
        "--request-target ",
        "--aws-sigv4 aws:amz ",
        "--path-as-is ",
        "--no-x ",
        "-sSX",
        "a: b",
        "Host:",
        "X-E;",
        "https://",
        "http://h/",
        "h",
        "/../",
        "?",
        "=",
        "@",
        ":",
        "[::1]",
        "%zz",
        "\u{e9}",
        "\0",
        "\r",
    ]);
    prop_oneof![6 => known.prop_map(ToOwned::to_owned), 1 => ".{0,3}"]
}

#[test]
fn a_signed_request_reads_the_same_as_text_and_as_a_command_line() {
    for input in [
        "POST /a?b=c&d HTTP/1.1\nHost: localhost:7448\nX-A: it's\nX-E:\n\n$HOME \\ \"quoted\" 'too'\n\n",
        "GET / HTTP/1.1\nHost: h\n",
        "HEAD /x HTTP/1.1\nHost: h\nAccept: text/html\n",
        "PUT / HTTP/1.1\nHost: h\nContent-Type: a\n\n@file",
    ] {
        let sign = "sign --service orders --time 20150830T123600Z";
        let command = printed(&format!("{sign} --output curl"), input);
        let again = printed(sign, &command);
        assert_eq!(printed(sign, input), again, "{command}");
        assert!(command.starts_with("curl --path-as-is --globoff"), "{command}");
    }
}

#[test]
fn a_command_is_signed_in_whatever_form_it_is_copied() {
    let scope = "/us-east-1/iam/aws4_request";
    for input in [
        "curl 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'",
        "$ curl -s -G https://iam.amazonaws.com \\\n>   -d Action=ListUsers \\\n>   -d Version=2010-05-08 | xmllint -",
        "curl 'https://iam.amazonaws.com/' \\\n  -X 'POST' \\\n  -H 'accept: */*' \\\n  --data-raw 'Action=ListUsers&Version=2010-05-08' \\\n  --compressed",
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08\n",
        "GET https://iam.amazonaws.com/?Action=ListUsers HTTP/1.1",
        "POST / HTTP/2\r\nhost: iam.amazonaws.com\r\n\r\nAction=ListUsers",
    ] {
        let out = printed("sign", input);
        assert!(out.contains(scope), "{out}");
        assert!(printed("verify", &out).starts_with("valid: "), "{input}");
    }
}

#[test]
fn a_pasted_command_reads_no_file() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let input = format!("curl https://iam.amazonaws.com/ -d @{file}");
    let ended = said("sign", &input);
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.contains("--data names a file, and none is read"), "{}", ended.err);
}

#[test]
fn a_value_that_may_be_secret_is_not_told_where_a_command_is_wrong() {
    for input in [
        "curl h --hush=secret",
        "curl h -Ysecret",
        "curl h -H 'Authorization secret'",
        "curl 'ftp://secret'",
        "curl h -X 'secret secret'",
    ] {
        let ended = run_on(input.as_bytes(), &["sign", "--service", "a"], KEY);
        let is_told = ended.err.contains("secret ") || ended.err.contains("=secret");
        assert!(ended.code == Some(2) || input.contains("-Y"), "{input}: {}", ended.err);
        assert!(!is_told, "{}", ended.err);
    }
}
