//! `countersign vectors run` on cases that pass, and on cases of which one file is altered.

use super::folders::Suite;
use super::{official, ours, shared};
use crate::program::{Ended, run};

#[test]
fn every_suite_passes_by_the_program() {
    let packaged = official::packaged();
    let folders = [(packaged.join("v4"), 76), (packaged.join("v4a"), 76), (ours(), 315)];
    let beside = [("aws-signing-test-suite", 152), ("aws4_testsuite", 34)];
    let beside = beside.into_iter().filter_map(|(suite, count)| Some((shared(suite)?, count)));
    for (folder, count) in folders.into_iter().chain(beside) {
        let ended = run(&["vectors", "run", folder.to_str().unwrap()], &[]);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
        let summary = ended.out.lines().last().unwrap();
        assert!(summary.starts_with(&format!("{count} passed, 0 failed, ")), "{summary}");
    }
}

#[test]
fn several_folders_and_formats_run_together() {
    let (classic, aws) = (Suite::classic(), Suite::of_aws("v4", &["get-vanilla", "get-utf8"]));
    let paths = [classic.path(), aws.path()].map(|path| path.to_str().unwrap());
    let ended = run(&["vectors", "run", paths[0], paths[1], paths[1]], &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.ends_with("\n6 passed, 0 failed, 0 skipped\n"), "{}", ended.out);
    let last = aws.path().file_name().unwrap().to_str().unwrap();
    assert!(ended.out.contains(&format!("\n{last}/get-utf8/query ")), "{}", ended.out);
}

#[test]
fn a_folder_that_is_a_case_itself_is_called_by_its_own_name() {
    let suite = Suite::of_aws("v4", &["get-vanilla"]);
    let ended = run(&["vectors", "run", suite.file("get-vanilla").to_str().unwrap()], &[]);
    assert!(ended.out.contains("\nget-vanilla/header  ok "), "{}", ended.out);
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn a_stage_that_is_altered_is_told_with_its_line() {
    let aws = || Suite::of_aws("v4", &["get-vanilla"]);
    let by_pair = || Suite::of_aws("v4a", &["get-vanilla"]);
    let own = || Suite::of_ours(&["sigv4a-header"]);
    let is = |suite: Suite, (file, from, to): (&str, &str, &str), stage, line: &str| {
        suite.alter(file, from, to);
        assert_first(&suite.run(&[]), stage, line);
    };
    is(
        aws(),
        ("get-vanilla/header-canonical-request.txt", "host:example", "host: example"),
        "canonical request",
        "-host: example.amazonaws.com\n+host:example.amazonaws.com\n",
    );
    is(
        aws(),
        ("get-vanilla/query-string-to-sign.txt", "us-east-1", "us-east-2"),
        "string to sign",
        "-20150830/us-east-2/service/aws4_request\n+20150830/us-east-1/service/aws4_request\n",
    );
    is(aws(), ("get-vanilla/header-signature.txt", "5", "6"), "signature", "\n+5fa00fa31");
    is(
        aws(),
        ("get-vanilla/header-signed-request.txt", "Signature=5", "Signature=6"),
        "verification",
        "-status: 200\n+status: 403\n+reason: signature\n+code: SignatureDoesNotMatch\n",
    );
    is(
        by_pair(),
        ("get-vanilla/public-key.json", "\"X\":\"b6", "\"X\":\"b7"),
        "signature",
        "The public key is another:\n--- the case\n+++ the verifier\n@@ -1,1 +1,1 @@\n-04b7",
    );
    is(
        by_pair(),
        ("get-vanilla/header-signature.txt", "3045", "3046"),
        "signature",
        "The signature is none of the key pair's of this string to sign.",
    );
    is(
        own(),
        ("sigv4a-header/canonical-request.txt", "POST\n", "POST \n"),
        "canonical request",
        "-POST\\x20\n+POST\n",
    );
    is(
        own(),
        ("sigv4a-header/context.json", "200", "403"),
        "verification",
        "-status: 403\n+status: 200\n",
    );
    is(
        Suite::of_ours(&["row-15-token-missing"]),
        ("row-15-token-missing/context.json", "token_missing", "unknown_key"),
        "verification",
        " status: 403\n-reason: unknown_key\n+reason: token_missing\n code: InvalidClientTokenId\n",
    );
    is(
        Suite::classic(),
        ("flat.creq", "x-amz-date:", "x-amz-date:\t"),
        "canonical request",
        "-x-amz-date:\\t20150830T123600Z\n+x-amz-date:20150830T123600Z\n",
    );
    is(
        Suite::classic(),
        ("get-vanilla/get-vanilla.sts", "20150830T", "20150831T"),
        "string to sign",
        "-20150831T123600Z\n+20150830T123600Z\n",
    );
    is(Suite::classic(), ("flat.authz", "=5fa", "=6fa"), "signature", "-6fa00fa31");
    is(Suite::classic(), ("flat.sreq", "=5fa", "=6fa"), "verification", "+status: 403\n");
}

/// A case failed, at this stage first; and the program says so when it ends.
fn assert_first(ended: &Ended, stage: &str, line: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains(&format!(": {stage} differs\n")), "{stage} in {}", ended.out);
    assert!(ended.out.contains(line), "{line} in {}", ended.out);
    assert!(!ended.out.contains(", 0 failed, "), "{}", ended.out);
    assert!(ended.err.contains(" cases failed, "), "{}", ended.err);
}
