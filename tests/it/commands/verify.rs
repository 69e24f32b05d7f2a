//! `countersign verify`.

use serde_json::Value;

use super::{
    ID, KEY, LIST_USERS, SECRET, SIGNATURE, TIME, TOKEN, printed, said, said_in_session, signed,
};
use crate::program::{Ended, run, run_on};

#[test]
fn a_good_signature_is_told_with_whose_it_is_and_when_it_was_made() {
    let out = printed("verify", &signed());
    let mut lines = out.lines();
    let valid = format!("valid: signed by {ID} for iam in us-east-1 at 2015-08-30T12:36:00Z");
    assert_eq!(lines.next(), Some(valid.as_str()));
    let looked_at = lines.next().unwrap();
    assert!(looked_at.starts_with("looked at as of its own time, "), "{looked_at}");
    assert!(looked_at.ends_with(" before now; --time now looks at it as a server does now"));
    assert_eq!(lines.next(), None);
}

#[test]
fn the_clock_is_the_requests_own_unless_another_is_asked_for() {
    let signed = signed();
    assert_eq!(said("verify --time 20150830T125100Z", &signed).code, Some(0));
    for (time, code) in [
        ("20150830T125101Z", "Signature expired"),
        ("now", "Signature expired"),
        ("20150830T122059Z", "Signature not yet current"),
    ] {
        let refused = said(&format!("verify --time {time}"), &signed);
        assert_eq!(refused.code, Some(1), "{time}");
        assert!(refused.out.contains(code), "{}", refused.out);
    }
}

#[test]
fn a_bad_signature_is_told_in_awss_words_and_in_ours() {
    let changed = signed().replace("ListUsers", "ListRoles");
    let refused = said("verify", &changed);
    assert_eq!((refused.code, refused.err.as_str()), (Some(1), ""));
    let lines: Vec<_> = refused.out.lines().collect();
    assert_eq!(lines[0], "not valid: SignatureDoesNotMatch (403)");
    assert!(lines[1].starts_with("AWS says: The request signature we calculated does not match"));
    assert!(lines[2].starts_with("because: No mistake that is known makes this signature"));
    assert!(lines[3].starts_with("what to do: Compare the secret first"), "{}", lines[3]);
    let cause = lines.iter().find_map(|line| line.strip_prefix("cause: not-proven, not proven, "));
    assert!(cause.unwrap().ends_with(" ways to sign it tried"), "{}", refused.out);
}

#[test]
fn a_mistake_that_makes_the_signature_is_proven() {
    let with_newline = [KEY[0], ("AWS_SECRET_ACCESS_KEY", &format!("{SECRET}\n"))];
    let args = ["sign", "--time", TIME];
    let by_file = run_on(LIST_USERS.as_bytes(), &args, &with_newline).out;
    let strayed = signed().replace("Host: iam.amazonaws.com", "Host: iam.amazonaws.com:443");
    for (input, cause) in [(&by_file, "secret-ends-in-newline"), (&strayed, "host-port-dropped")] {
        let refused = said("verify", input);
        assert_eq!(refused.code, Some(1));
        let line = format!("\ncause: {cause}, proven, ");
        assert!(refused.out.contains(&line), "{}", refused.out);
    }
    let Ended { out, .. } = said("explain", &strayed);
    assert!(out.contains("\n  > host:iam.amazonaws.com\n"), "{out}");
    let json: Value = serde_json::from_str(&said("verify --output json", &by_file).out).unwrap();
    assert_eq!(json["diagnosis"]["cause"], "secret-ends-in-newline");
    assert_eq!(json["diagnosis"]["proof"], "proven");
}

#[test]
fn what_is_not_signed_is_not_valid() {
    let refused = said("verify", LIST_USERS);
    assert_eq!(refused.code, Some(1));
    assert!(refused.out.starts_with("not valid: MissingAuthenticationToken (403)\n"));
    let by_curl =
        said("verify", "curl --aws-sigv4 aws:amz -u a:b https://iam.amazonaws.com/?Action=a");
    assert!(by_curl.out.contains("paste what curl --trace-ascii shows"), "{}", by_curl.out);
}

#[test]
fn a_key_of_another_name_is_not_taken_for_the_requests_own() {
    let refused = said("verify --key-id AKIAOTHER", &signed());
    assert!(refused.out.starts_with("not valid: InvalidClientTokenId (403)\n"), "{}", refused.out);
    let args = ["verify", "--secret-env", "ITS"];
    let verified = run_on(signed().as_bytes(), &args, &[("ITS", SECRET)]);
    assert_eq!(verified.code, Some(0), "the id is the request's where none is given");
}

#[test]
fn a_region_and_a_service_that_are_given_must_be_those_of_the_scope() {
    for (flag, said_by_aws) in [
        ("--region eu-west-1", "Credential should be scoped to a valid region."),
        ("--service sts", "Credential should be scoped to correct service: 'sts'."),
    ] {
        let refused = said(&format!("verify {flag}"), &signed());
        assert_eq!(refused.code, Some(1));
        assert!(refused.out.contains(said_by_aws), "{}", refused.out);
    }
}

#[test]
fn a_token_that_there_is_nothing_to_hold_against_is_said_to_be_taken() {
    let signed = said_in_session(&format!("sign --time {TIME}"), LIST_USERS).out;
    let alone = printed("verify", &signed);
    assert!(alone.contains("the session token is taken as it is"), "{alone}");
    let both = said_in_session("verify", &signed).out;
    assert!(!both.contains("is taken as it is"), "{both}");
}

#[test]
fn machines_are_told_the_same() {
    let json = |command: &str, input: &str| -> Value {
        serde_json::from_str(&said(command, input).out).unwrap()
    };
    let good = json("verify --output json", &signed());
    assert_eq!((&good["valid"], &good["key_id"]), (&true.into(), &ID.into()));
    assert_eq!(good["looked_at"]["is_own_time"], true);
    let bad = json("verify --output json", &signed().replace("ListUsers", "ListRoles"));
    assert_eq!(
        (&bad["valid"], &bad["refusal"]["code"]),
        (&false.into(), &"SignatureDoesNotMatch".into())
    );
    assert_eq!(
        (&bad["refusal"]["reason"], &bad["refusal"]["status"]),
        (&"signature".into(), &403.into())
    );
}

#[test]
fn nothing_that_opens_a_door_is_shown_by_verify_or_explain() {
    let good = said_in_session(&format!("sign --time {TIME}"), LIST_USERS).out;
    let presigned = said_in_session("presign", LIST_USERS).out;
    let without = "Signature=0000000000000000000000000000000000000000000000000000000000000000";
    let forged = signed().replace(&format!("Signature={SIGNATURE}"), without);
    let changed = good.replace("ListUsers", "ListRoles");
    let broken = good.replace("aws4_request", "x");
    let coded = TOKEN.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    for input in [&good, &presigned, &forged, &changed, &broken, &LIST_USERS.to_owned()] {
        for command in [
            "verify",
            "verify --output json",
            "explain",
            "explain --output json",
            "explain --time now",
        ] {
            let ended = said_in_session(command, input);
            for hidden in [SECRET, TOKEN, &coded, SIGNATURE] {
                let shown = ended.out.contains(hidden) || ended.err.contains(hidden);
                assert!(!shown, "{command}: {}{}", ended.out, ended.err);
            }
        }
    }
}

#[test]
fn each_command_teaches_by_example() {
    for command in ["sign", "presign", "verify", "explain"] {
        let help = run(&[command, "--help"], &[]);
        assert_eq!(help.code, Some(0));
        assert!(help.out.contains("Examples:\n  "), "{command}");
        assert!(help.out.contains(&format!("countersign {command}")), "{command}");
        assert!(help.out.contains("AWS_SECRET_ACCESS_KEY"), "{command}");
    }
    assert_eq!(run(&["sign", "--secret", "x"], KEY).code, Some(2));
}
