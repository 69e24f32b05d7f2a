//! `countersign sign` and `countersign presign`.

use countersign::clock::{Clock, SystemClock};
use countersign::request::{Pasted, Request};

use super::{
    ID, KEY, LIST_USERS, SECRET, SIGNATURE, TIME, TOKEN, printed, said, said_in_session, signed,
};
use crate::program::{Ended, run, run_on};
use crate::raw;
use crate::running::{Gateway, ROOT_ID, ROOT_SECRET};
use crate::signer::Signer;

const WHOAMI: &str = "Action=GetCallerIdentity&Version=2011-06-15";

#[test]
fn the_example_of_awss_documentation_is_signed_as_it_is_there() {
    let text = signed();
    let authorization = format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={ID}/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, Signature={SIGNATURE}\n"
    );
    assert!(text.contains(&authorization), "{text}");
    assert!(text.contains(&format!("X-Amz-Date: {TIME}\n")), "{text}");
}

#[test]
fn what_sign_and_presign_make_verify_takes() {
    for (command, input) in [
        ("sign", LIST_USERS),
        ("sign --output curl", LIST_USERS),
        ("sign --service orders", "DELETE /a%20b/../c?d\nHost: h\nX-A:  b   c \n\n\u{e9}\n"),
        ("sign --service s3 --region eu-west-1", "PUT //a b+c\nHost: h\n\nbody"),
        (
            "sign --output curl --service orders",
            "PATCH /'x' HTTP/1.1\nHost: localhost:1\nX-E:\n\nit's\t\u{e9}\\\n\n",
        ),
        (
            "sign --service sts --algorithm AWS4-ECDSA-P256-SHA256 --region *",
            "POST /\nHost: h\n\na",
        ),
        ("presign", "https://bucket.s3.eu-west-1.amazonaws.com/a%20b?versionId=1"),
        ("presign --expires 60", "https://iam.amazonaws.com/?Action=ListUsers&X-Amz-Date=old"),
        ("presign --service sts --algorithm AWS4-ECDSA-P256-SHA256", "https://h/?Action=a"),
    ] {
        let Ended { code, out, err } = said(command, input);
        assert_eq!(code, Some(0), "{command}: {err}");
        let verified = printed("verify", &out);
        assert!(
            verified.starts_with(&format!("valid: signed by {ID} for ")),
            "{command}: {verified}"
        );
    }
}

#[test]
fn a_session_signs_its_token_and_only_its_own_verifies() {
    for command in ["sign", "presign"] {
        let input = LIST_USERS
            .replace("Content-Type: application/x-www-form-urlencoded; charset=utf-8\n", "");
        let Ended { out, .. } = said_in_session(command, &input);
        assert_eq!(said_in_session("verify", &out).code, Some(0), "{command}");
        let other = [KEY, &[("AWS_SESSION_TOKEN", "another")]].concat();
        let refused = run_on(out.as_bytes(), &["verify"], &other);
        assert_eq!(refused.code, Some(1));
        assert!(
            refused.out.starts_with("not valid: InvalidClientTokenId (403)\n"),
            "{}",
            refused.out
        );
        assert!(!refused.out.contains(TOKEN), "{}", refused.out);
    }
}

#[test]
fn only_the_headers_of_the_signature_are_printed_where_they_are_asked_for() {
    let out = printed("sign --output headers --service s3", "GET /\nHost: h\nX-A: b\n");
    let names: Vec<_> = out.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(names, ["X-Amz-Date", "X-Amz-Content-Sha256", "Authorization"]);
}

#[test]
fn a_url_that_asks_for_more_than_itself_says_so() {
    let upload = "PUT /a\nHost: b.s3.amazonaws.com\nContent-Type: text/plain\nX-Amz-Acl: private\n";
    let Ended { out, err, .. } = said("presign", upload);
    assert!(out.starts_with("https://b.s3.amazonaws.com/a?X-Amz-Algorithm="), "{out}");
    assert_eq!(
        err,
        "use it with PUT\nsend with it: content-type: text/plain\nsend with it: x-amz-acl: private\n"
    );
}

#[test]
fn what_is_signed_for_is_read_from_the_request_and_its_host() {
    for (input, variables, scope) in [
        ("GET /\nHost: sqs.eu-west-1.amazonaws.com", &[][..], "eu-west-1/sqs"),
        ("GET /\nHost: b.s3.amazonaws.com", &[("AWS_REGION", "eu-west-3")], "us-east-1/s3"),
        (
            "curl 127.0.0.1:1 -d 'Action=a&Version=2011-06-15'",
            &[("AWS_REGION", "eu-west-3")],
            "eu-west-3/sts",
        ),
        (
            "curl 127.0.0.1:1 -d 'Action=a&Version=2010-05-08'",
            &[("AWS_DEFAULT_REGION", "eu-west-2")],
            "eu-west-2/iam",
        ),
        ("curl 127.0.0.1:1 -d 'Action=a&Version=2010-05-08'", &[], "us-east-1/iam"),
        ("curl --aws-sigv4 aws:amz:eu-north-1:orders h", &[], "eu-north-1/orders"),
    ] {
        let variables = [KEY, variables].concat();
        let Ended { out, err, .. } = run_on(input.as_bytes(), &["sign"], &variables);
        assert!(out.contains(&format!("/{scope}/aws4_request")), "{input}: {out}{err}");
    }
}

#[test]
fn a_command_that_curl_would_sign_is_signed_by_the_key_it_brings() {
    let input = "curl --aws-sigv4 aws:amz:us-east-1:sts -u AKIACURLS:its-own https://h -d a";
    let Ended { out, .. } = said("sign", input);
    assert!(out.contains("Credential=AKIACURLS/"), "{out}");
    let its_own = [("ITS", "its-own")];
    let verified = run_on(out.as_bytes(), &["verify", "--secret-env", "ITS"], &its_own);
    assert_eq!(verified.code, Some(0), "{}", verified.out);
}

#[test]
fn a_signature_is_that_of_the_independent_signer() {
    let signer = Signer::new(ID, SECRET).service("orders").region("eu-west-1");
    let request = http::Request::post("http://h:7448/a%2fb//c?q=a+b&e&%C3%A9=~*")
        .header("x-two", " a   b ")
        .header("host", "h:7448");
    let request = request.body("a body".into()).unwrap();
    let theirs = signer.sign(request.clone());
    let theirs = theirs.headers()["authorization"].to_str().unwrap();
    let mut text = crate::plain::put_down(&request);
    text.remove("authorization");
    let command =
        format!("sign --service orders --region eu-west-1 --time {TIME} --output headers");
    let ours = printed(&command, &String::from_utf8(text.to_text()).unwrap());
    assert!(ours.contains(theirs), "{ours}\n{theirs}");
}

#[test]
fn a_gateway_takes_what_is_signed_by_secret_by_pair_and_in_a_url() {
    let gateway = Gateway::start();
    let root = [("AWS_ACCESS_KEY_ID", ROOT_ID), ("AWS_SECRET_ACCESS_KEY", ROOT_SECRET)];
    let by_curl = format!("curl {} -d '{WHOAMI}'", gateway.url);
    let address = format!("{}/?{WHOAMI}", gateway.url);
    for (args, input) in [
        (&["sign"][..], &by_curl),
        (&["sign", "--output", "curl"], &by_curl),
        (&["sign", "--algorithm", "AWS4-ECDSA-P256-SHA256"], &by_curl),
        (&["presign"], &address),
    ] {
        let Ended { code, out, err } = run_on(input.as_bytes(), args, &root);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
        let mut request = Pasted::read(out.as_bytes()).unwrap().request;
        request.set("Connection", "close");
        let wire = String::from_utf8(request.to_wire()).unwrap();
        let answer = raw::exchange(gateway.url.trim_start_matches("http://"), &wire);
        assert_eq!(answer.status, 200, "{args:?}: {answer:?}");
    }
}

#[test]
fn the_secret_is_asked_for_and_so_is_all_that_is_not_told() {
    let no_secret = "the secret is missing: export AWS_SECRET_ACCESS_KEY, or name the variable that \
        holds it by --secret-env";
    for (args, input, variables, sentence) in [
        (&["sign"][..], LIST_USERS, &[("AWS_ACCESS_KEY_ID", ID)][..], no_secret),
        (&["sign"], LIST_USERS, &[], "whose key is it? give --key-id, or export AWS_ACCESS_KEY_ID"),
        (&["verify"], LIST_USERS, &[], no_secret),
        (
            &["sign"],
            "GET /\nHost: h",
            KEY,
            "neither the request nor its host says which service it is for: give --service",
        ),
        (
            &["sign", "--secret-env", "NONE"],
            LIST_USERS,
            KEY,
            "--secret-env names NONE, which is not set: export it",
        ),
        (&["sign", "--service", "a"], "GET /", KEY, "the request names no host: add a Host header"),
        (
            &["sign"],
            "curl h -d \"$A\"",
            KEY,
            "standard input holds no request that can be read: line 1 holds the variable A of a \
             shell, which is not expanded here: write its value in its place, or put it in single \
             quotes if it is meant as it stands",
        ),
        (&["explain"], " \n", KEY, "standard input holds no request that can be read: it is empty"),
        (
            &["verify"],
            "https://bucket.s3.amazonaws.com/a b?X-Amz-Signature=00",
            KEY,
            "standard input holds no request that can be read: it is no URL: white space in one is written as %20",
        ),
        (
            &["verify", "/nowhere.txt"],
            "",
            KEY,
            "cannot read /nowhere.txt: No such file or directory (os error 2)",
        ),
        (
            &["explain", "--string-to-sign", "-"],
            "",
            KEY,
            "standard input can be read once: name the request, or what the client computed, as a file",
        ),
    ] {
        let ended = run_on(input.as_bytes(), args, variables);
        assert_eq!(ended.err, format!("countersign: {sentence}\n"), "{args:?}");
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{args:?}");
    }
}

#[test]
fn what_cannot_be_signed_well_is_refused_with_what_to_do() {
    let ended = said("sign", "GET /\nHost: iam.amazonaws.com");
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.contains("Send a POST with a form"), "{}", ended.err);
    let zero = said("sign --service a --output curl", "POST /\nHost: h\n\n\0");
    assert_eq!(zero.code, Some(1));
    assert!(zero.err.contains("take --output http"), "{}", zero.err);
}

#[test]
fn the_three_variables_of_a_key_are_taken_together_or_not_at_all() {
    let variables = [KEY, &[("AWS_SESSION_TOKEN", TOKEN), ("ANNS", "hers")]].concat();
    let args = ["sign", "--secret-env", "ANNS"];
    let nobody = run_on(LIST_USERS.as_bytes(), &args, &variables);
    assert_eq!(nobody.code, Some(2));
    let args = [&args[..], &["--key-id", "AKIAANN"]].concat();
    let ann = run_on(LIST_USERS.as_bytes(), &args, &variables).out;
    let request = Request::read(ann.as_bytes()).unwrap();
    assert_eq!(request.header("x-amz-security-token"), None);
    assert!(ann.contains("Credential=AKIAANN/"), "{ann}");
}

#[test]
fn the_settings_of_a_gateway_change_nothing() {
    let variables = [KEY, &[("COUNTERSIGN_REGION", "eu-west-1,eu-west-2")]].concat();
    let ended = run_on(LIST_USERS.as_bytes(), &["sign"], &variables);
    assert!(ended.out.contains("/us-east-1/iam/"), "{}{}", ended.out, ended.err);
    let unknown = [("COUNTERSIGN_SIGNATURE", "x")];
    assert_eq!(run(&["env"], &unknown).code, Some(2));
}

#[test]
fn the_time_is_now_where_none_is_given() {
    let before = SystemClock::start().now();
    let out = printed("sign --output headers", LIST_USERS);
    let stamp = out.lines().find_map(|line| line.strip_prefix("X-Amz-Date: ")).unwrap();
    let signed = countersign::sigv4::Stamp::basic(stamp.as_bytes()).unwrap().time();
    assert!((0..60).contains(&signed.since(before)), "{stamp}");
}
