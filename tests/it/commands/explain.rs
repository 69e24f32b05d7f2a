//! `countersign explain`.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{KEY, LIST_USERS, SIGNATURE, TIME, TOKEN, said, said_in_session, signed};
use crate::program::{Ended, run, run_on};

const CANONICAL: &str = "GET\n/\nAction=ListUsers&Version=2010-05-08\n\
    content-type:application/x-www-form-urlencoded; charset=utf-8\nhost:iam.amazonaws.com\n\
    x-amz-date:20150830T123600Z\n\ncontent-type;host;x-amz-date\n\
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const TO_SIGN: &str = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
    f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";

#[test]
fn every_line_of_every_stage_is_shown_with_what_it_is() {
    let Ended { code, out, .. } = run_on(signed().as_bytes(), &["explain"], &[]);
    assert_eq!(code, Some(0), "{out}");
    for line in [
        "request         signed in its Authorization header",
        "key id          AKIDEXAMPLE",
        "scope           20150830/us-east-1/iam/aws4_request",
        "1. canonical request",
        "  method          GET",
        "  query           Action=ListUsers&Version=2010-05-08",
        "  header          host:iam.amazonaws.com",
        "  end of headers",
        "  signed headers  content-type;host;x-amz-date",
        "2. string to sign",
        "  hash of 1       f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
        "3. signature",
        "not checked: that takes the secret, in AWS_SECRET_ACCESS_KEY",
    ] {
        assert!(out.lines().any(|other| other == line), "{line}\n{out}");
    }
    let Ended { out, .. } = said("explain", &signed());
    assert!(out.contains("\nvalid: signed by AKIDEXAMPLE for iam"), "{out}");
}

#[test]
fn what_would_be_signed_is_shown_of_a_request_that_is_not() {
    let Ended { code, out, .. } = run_on(LIST_USERS.as_bytes(), &["explain", "--time", TIME], &[]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.starts_with("request         not signed: this is what would be\n"), "{out}");
    assert!(out.contains("\n  hash of 1       f536975d06c0309214f805bb90ccff08"), "{out}");
    assert!(out.ends_with("there is none: countersign sign makes one\n"), "{out}");
}

#[test]
fn what_is_not_signed_is_told() {
    let signed = signed().replace("Host:", "Via: x\nAccept: y\nHost:");
    let Ended { out, .. } = said("explain", &signed);
    assert!(out.contains("\nnot signed      accept, via\n"), "{out}");
    let url = "https://b.s3.amazonaws.com/";
    let Ended { out, .. } = said("explain", &said("presign", url).out);
    assert!(out.contains("\nnot signed      the body\n"), "{out}");
}

/// What is said of a canonical request that a client has computed.
fn compared(flag: &str, theirs: &str) -> Ended {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("theirs.txt");
    fs::write(&file, theirs).unwrap();
    said(&format!("explain {flag} {}", file.to_str().unwrap()), &signed())
}

#[test]
fn the_very_byte_is_pointed_at_at_which_a_client_differs() {
    for (ours, theirs, told) in [
        (
            "host:iam.amazonaws.com\n",
            "host:iam.amazonaws.com:443\n",
            "the canonical request differs first in line 5 (header), at byte 23:\n  \
             ours    host:iam.amazonaws.com\n  theirs  host:iam.amazonaws.com:443\n                                ^\n",
        ),
        (
            "application/x-",
            "application/\tx-",
            "line 4 (header), at byte 26:\n  \
             ours    content-type:application/x-www-form-urlencoded; charset=utf-8\n  \
             theirs  content-type:application/\\tx-www-form-urlencoded; charset=utf-8\n                                   ^\n",
        ),
        (
            "GET\n/\n",
            "GET\n/ \n",
            "line 2 (path), at byte 2:\n  ours    /\n  theirs  /\\x20\n           ^\n",
        ),
        (
            "Version",
            "Versi\u{f6}n",
            "line 3 (query), at byte 23:\n  ours    Action=ListUsers&Version=2010-05-08\n  \
             theirs  Action=ListUsers&Versi\\xc3\\xb6n=2010-05-08\n                                ^\n",
        ),
        (
            "GET\n",
            "GET\r\n",
            "line 1 (method), at byte 4:\n  ours    GET\n  theirs  GET\\r\n             ^\n",
        ),
        (
            "b855",
            "b855\n\n",
            "line 10, at byte 1:\n  ours    (no such line)\n  theirs  (an empty line)\n          ^\n",
        ),
    ] {
        assert!(CANONICAL.contains(ours));
        let Ended { code, out, .. } =
            compared("--canonical-request", &CANONICAL.replacen(ours, theirs, 1));
        assert_eq!(code, Some(1), "{out}");
        assert!(out.contains(told), "{told}\n{out}");
    }
    let marked = compared("--canonical-request", &CANONICAL.replace("host:", "host: ")).out;
    assert!(marked.contains("\n> header          host:iam.amazonaws.com\n"), "{marked}");
}

#[test]
fn a_client_that_computed_the_same_has_nothing_to_look_for() {
    for (flag, theirs) in [("--canonical-request", CANONICAL), ("--string-to-sign", TO_SIGN)] {
        for end in ["", "\n"] {
            let Ended { code, out, .. } = compared(flag, &format!("{theirs}{end}"));
            assert_eq!(code, Some(0), "{out}");
            assert!(!out.contains("differs"), "{out}");
        }
    }
    let Ended { code, out, .. } = said(&format!("explain --signature {SIGNATURE}"), &signed());
    assert_eq!(code, Some(0), "{out}");
    assert!(
        out.contains("good: the signature that was computed is the one that was sent"),
        "{out}"
    );
}

#[test]
fn a_string_to_sign_of_another_canonical_request_leads_to_that_one() {
    let other = TO_SIGN.replace("f53697", "000000");
    let Ended { out, .. } = compared("--string-to-sign", &other);
    assert!(
        out.contains("the string to sign differs first in line 4 (hash of 1), at byte 1:"),
        "{out}"
    );
    assert!(out.contains("give theirs by --canonical-request"), "{out}");
}

#[test]
fn a_signature_of_the_clients_own_string_proves_the_key() {
    let strayed = signed().replace("Host: iam.amazonaws.com", "Host: iam.amazonaws.com:443");
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("theirs.txt");
    fs::write(&file, TO_SIGN).unwrap();
    let command = format!("explain --string-to-sign {}", file.to_str().unwrap());
    let right = said(&command, &strayed);
    assert_eq!(right.code, Some(1));
    assert!(right.out.contains("the key is right, and only the strings differ"), "{}", right.out);
    let args: Vec<_> = command.split(' ').collect();
    let wrong = run_on(strayed.as_bytes(), &args, &[("AWS_SECRET_ACCESS_KEY", "another")]);
    assert!(wrong.out.contains("the secret is another, or the key is made for"), "{}", wrong.out);
}

#[test]
fn a_difference_in_a_token_is_told_and_the_token_is_not() {
    let sign = format!("sign --time {TIME}");
    let signed = said_in_session(&sign, LIST_USERS).out;
    let line = format!("x-amz-security-token:{}", TOKEN.replace("ken", "hen"));
    let canonical = CANONICAL
        .replace("\n\ncontent", &format!("\n{line}\n\ncontent"))
        .replace("x-amz-date\ne3", "x-amz-date;x-amz-security-token\ne3");
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("theirs.txt");
    fs::write(&file, canonical).unwrap();
    let command = format!("explain --canonical-request {}", file.to_str().unwrap());
    let Ended { out, .. } = said_in_session(&command, &signed);
    assert!(
        out.contains("line 7 (header), at byte 25:\n  ours    x-amz-security-token:…\n"),
        "{out}"
    );
    assert!(out.contains("in a value that is not shown"), "{out}");
    assert!(!out.contains("ken+") && !out.contains("hen+"), "{out}");
}

#[test]
fn the_reading_is_the_one_that_is_signed() {
    // The independent vector of a tab that its signer has folded.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/sigv4/header-tab-is-folded");
    let args = [
        "explain",
        &format!("{folder}/request.txt"),
        "--canonical-request",
        &format!("{folder}/canonical-request.txt"),
    ];
    let Ended { code, out, .. } = run(&args, KEY);
    assert_eq!(code, Some(0), "{out}");
}

#[test]
fn a_request_that_is_refused_before_its_stages_is_told_why() {
    let broken = signed().replace("Signature=", "Signatur=");
    let Ended { code, out, .. } = said("explain", &broken);
    assert_eq!(code, Some(1));
    assert!(
        out.starts_with("a server refuses this request before it looks at what is signed\n"),
        "{out}"
    );
    assert!(out.contains("because: Parts of the signature are missing."), "{out}");
}

#[test]
fn machines_are_told_the_same() {
    let file = TempDir::new().unwrap();
    let path = file.path().join("theirs.txt");
    fs::write(&path, CANONICAL.replace("/\n", "//\n")).unwrap();
    let command = format!("explain --output json --canonical-request {}", path.to_str().unwrap());
    let Ended { code, out, .. } = said(&command, &signed());
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, Some(1));
    assert_eq!(told["canonical_request"][4]["text"], "host:iam.amazonaws.com");
    assert_eq!(told["string_to_sign"][3]["is"], "hash of 1");
    let difference = &told["differences"][0];
    assert_eq!((&difference["line"], &difference["byte"]), (&2.into(), &2.into()));
    assert_eq!((&difference["ours"], &difference["theirs"]), (&"/".into(), &"//".into()));
    assert_eq!(told["verification"]["valid"], true);
}
