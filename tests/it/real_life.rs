//! What real clients are told when they sign wrongly, and what they are told through proxies that change what they
//! signed: the table that the stories and proxies are held to, and that the documentation shows.

use std::collections::BTreeMap;

use countersign::doctor;

/// What stands for a request that is not refused.
pub(crate) const NONE: &str = "none";

/// Who signs, what is wrong, and the cause that the gateway names; two of them with a comma between.
///
/// What a proxy does that is not listed for a client does no harm to it. `not-proven` stands where nobody can know
/// what was signed, such as a port, a prefix or a text that does not arrive.
pub(crate) const REAL_LIFE: &[(&str, &str, &str)] = &[
    ("boto3", "the secret ends in a newline", "secret-ends-in-newline"),
    ("boto3", "the secret is in quotes", "secret-in-quotes"),
    ("boto3", "the region is another", "region-not-served"),
    ("boto3", "the region is a zone", "region-misconfigured"),
    ("boto3", "the service is another", "service-wrong"),
    ("boto3", "the clock is an hour behind", "clock-local-time"),
    ("boto3", "the clock is an hour ahead", "clock-local-time"),
    ("boto3", "the clock is 20 minutes ahead", "clock-wrong"),
    ("boto3", "the key is new, its secret the old one", "secret-of-another-key"),
    ("boto3", "the key was switched off", "key-inactive"),
    ("boto3", "the key was deleted", "key-unknown"),
    ("aws-cli 1", "the secret ends in a newline", "secret-ends-in-newline"),
    ("aws-cli 1", "the secret is in quotes", "secret-in-quotes"),
    ("aws-cli 1", "the region is another", "region-not-served"),
    ("aws-cli 1", "the region is a zone", "region-misconfigured"),
    ("aws-cli 1", "the service is another", "service-wrong"),
    ("aws-cli 1", "the clock is an hour behind", "clock-local-time"),
    ("aws-cli 1", "the clock is an hour ahead", "clock-local-time"),
    ("aws-cli 1", "the clock is 20 minutes ahead", "clock-wrong"),
    ("aws-cli 1", "the key is new, its secret the old one", "secret-of-another-key"),
    ("aws-cli 1", "the key was switched off", "key-inactive"),
    ("aws-cli 1", "the key was deleted", "key-unknown"),
    ("aws-cli 2", "the secret ends in a newline", "secret-ends-in-newline"),
    ("aws-cli 2", "the secret is in quotes", "secret-in-quotes"),
    ("aws-cli 2", "the region is another", "region-not-served"),
    ("aws-cli 2", "the region is a zone", "region-misconfigured"),
    ("aws-cli 2", "the service is another", "service-wrong"),
    ("aws-cli 2", "the clock is an hour behind", "clock-local-time"),
    ("aws-cli 2", "the clock is an hour ahead", "clock-local-time"),
    ("aws-cli 2", "the clock is 20 minutes ahead", "clock-wrong"),
    ("aws-cli 2", "the key is new, its secret the old one", "secret-of-another-key"),
    ("aws-cli 2", "the key was switched off", "key-inactive"),
    ("aws-cli 2", "the key was deleted", "key-unknown"),
    ("curl", "the secret ends in a newline", "secret-ends-in-newline"),
    ("curl", "the secret is in quotes", "secret-in-quotes"),
    ("curl", "the region is another", "region-not-served"),
    ("curl", "the region is a zone", "region-misconfigured"),
    ("curl", "the service is another", "service-wrong"),
    ("curl", "the clock is an hour behind", "clock-local-time"),
    ("curl", "the clock is an hour ahead", "clock-local-time"),
    ("curl", "the clock is 20 minutes ahead", "clock-wrong"),
    ("curl", "the key is new, its secret the old one", "secret-of-another-key"),
    ("curl", "the key was switched off", "key-inactive"),
    ("curl", "the key was deleted", "key-unknown"),
    ("the JavaScript SDK", "the secret ends in a newline", "secret-ends-in-newline"),
    ("the JavaScript SDK", "the secret is in quotes", "secret-in-quotes"),
    ("the JavaScript SDK", "the region is another", "region-not-served"),
    ("the JavaScript SDK", "the region is a zone", "region-misconfigured"),
    ("the JavaScript SDK", "the service is another", "service-wrong"),
    ("the JavaScript SDK", "the clock is an hour behind", "clock-local-time"),
    ("the JavaScript SDK", "the clock is an hour ahead", "clock-local-time"),
    ("the JavaScript SDK", "the clock is 20 minutes ahead", "clock-wrong"),
    ("the JavaScript SDK", "the key is new, its secret the old one", "secret-of-another-key"),
    ("the JavaScript SDK", "the key was switched off", "key-inactive"),
    ("the JavaScript SDK", "the key was deleted", "key-unknown"),
    ("boto3 through nginx", "Authorization is dropped", "not-signed"),
    ("boto3 through nginx", "Content-Type has another charset", "content-type-changed"),
    ("boto3 through nginx", "Content-Type is without its charset", "content-type-changed"),
    (
        "boto3 through nginx",
        "Host is the upstream's, Forwarded has the one that was asked for",
        "host-rewritten-by-proxy",
    ),
    ("boto3 through nginx", "Host is the upstream's, X-Forwarded-For is added", "not-proven"),
    (
        "boto3 through nginx",
        "Host is the upstream's, X-Forwarded-Host and X-Forwarded-Port have name and port",
        "host-rewritten-by-proxy",
    ),
    (
        "boto3 through nginx",
        "Host is the upstream's, X-Forwarded-Host has the one that was asked for",
        "host-rewritten-by-proxy",
    ),
    ("boto3 through nginx", "Host is the upstream's, as nginx has it by default", "not-proven"),
    ("boto3 through nginx", "Host is without its port ($host)", "not-proven"),
    (
        "boto3 through nginx",
        "Host is without its port, X-Forwarded-Host is with it",
        "host-rewritten-by-proxy",
    ),
    ("boto3 through nginx", "Host is without its port, X-Forwarded-Port has it", "host-port-added"),
    ("boto3 through nginx", "POST becomes GET", "no-call"),
    ("boto3 through nginx", "POST becomes PUT", "no-call"),
    ("boto3 through nginx", "X-Amz-Date is dropped", "signature-parts-missing"),
    ("boto3 through nginx", "a line end is added to the body", "body-line-end-changed"),
    ("boto3 through nginx", "a parameter is added to the URL", "query-parameters-added"),
    ("boto3 through nginx", "a parameter is added to the body", "not-proven"),
    ("boto3 through nginx", "a session token is added", "header-not-signed"),
    ("boto3 through nginx", "the body is dropped", "not-proven"),
    ("boto3 through nginx", "what is signed for AWS is sent here", "host-of-aws"),
    (
        "the JavaScript SDK through nginx",
        "Amz-Sdk-Invocation-Id is dropped",
        "signed-header-absent",
    ),
    ("the JavaScript SDK through nginx", "Amz-Sdk-Request is dropped", "signed-header-absent"),
    ("the JavaScript SDK through nginx", "Authorization is dropped", "not-signed"),
    (
        "the JavaScript SDK through nginx",
        "Content-Type has another charset",
        "content-type-changed",
    ),
    (
        "the JavaScript SDK through nginx",
        "Host is the upstream's, Forwarded has the one that was asked for",
        "host-rewritten-by-proxy",
    ),
    (
        "the JavaScript SDK through nginx",
        "Host is the upstream's, X-Forwarded-For is added",
        "not-proven",
    ),
    (
        "the JavaScript SDK through nginx",
        "Host is the upstream's, X-Forwarded-Host and X-Forwarded-Port have name and port",
        "host-rewritten-by-proxy",
    ),
    (
        "the JavaScript SDK through nginx",
        "Host is the upstream's, X-Forwarded-Host has the one that was asked for",
        "host-rewritten-by-proxy",
    ),
    (
        "the JavaScript SDK through nginx",
        "Host is the upstream's, as nginx has it by default",
        "not-proven",
    ),
    ("the JavaScript SDK through nginx", "Host is without its port ($host)", "not-proven"),
    (
        "the JavaScript SDK through nginx",
        "Host is without its port, X-Forwarded-Host is with it",
        "host-rewritten-by-proxy",
    ),
    (
        "the JavaScript SDK through nginx",
        "Host is without its port, X-Forwarded-Port has it",
        "host-port-added",
    ),
    ("the JavaScript SDK through nginx", "POST becomes GET", "no-call"),
    ("the JavaScript SDK through nginx", "POST becomes PUT", "no-call"),
    ("the JavaScript SDK through nginx", "X-Amz-Content-Sha256 is dropped", "signed-header-absent"),
    ("the JavaScript SDK through nginx", "X-Amz-Date is dropped", "signature-parts-missing"),
    (
        "the JavaScript SDK through nginx",
        "a line end is added to the body",
        "body-line-end-changed",
    ),
    (
        "the JavaScript SDK through nginx",
        "a parameter is added to the URL",
        "query-parameters-added",
    ),
    ("the JavaScript SDK through nginx", "a parameter is added to the body", "body-altered"),
    ("the JavaScript SDK through nginx", "a session token is added", "header-not-signed"),
    ("the JavaScript SDK through nginx", "the body is dropped", "signed-header-absent"),
    ("curl through nginx", "Authorization is dropped", "not-signed"),
    (
        "curl through nginx",
        "Host is the upstream's, Forwarded has the one that was asked for",
        "host-rewritten-by-proxy",
    ),
    ("curl through nginx", "Host is the upstream's, X-Forwarded-For is added", "not-proven"),
    (
        "curl through nginx",
        "Host is the upstream's, X-Forwarded-Host and X-Forwarded-Port have name and port",
        "host-rewritten-by-proxy",
    ),
    (
        "curl through nginx",
        "Host is the upstream's, X-Forwarded-Host has the one that was asked for",
        "host-rewritten-by-proxy",
    ),
    ("curl through nginx", "Host is the upstream's, as nginx has it by default", "not-proven"),
    ("curl through nginx", "Host is without its port ($host)", "not-proven"),
    (
        "curl through nginx",
        "Host is without its port, X-Forwarded-Host is with it",
        "host-rewritten-by-proxy",
    ),
    ("curl through nginx", "Host is without its port, X-Forwarded-Port has it", "host-port-added"),
    ("curl through nginx", "POST becomes GET", "no-call"),
    ("curl through nginx", "POST becomes PUT", "no-call"),
    ("curl through nginx", "X-Amz-Date is dropped", "signature-parts-missing"),
    ("curl through nginx", "a line end is added to the body", "body-line-end-changed"),
    ("curl through nginx", "a parameter is added to the URL", "query-parameters-added"),
    ("curl through nginx", "a parameter is added to the body", "not-proven"),
    ("curl through nginx", "a redirect leads to another port (307)", "not-signed"),
    ("curl through nginx", "a redirect turns POST into GET (301)", "not-signed"),
    ("curl through nginx", "a session token is added", "header-not-signed"),
    ("curl through nginx", "the body is dropped", "not-proven"),
    (
        "a signer by hand through nginx",
        "Accept-Encoding is dropped, which is signed",
        "signed-header-absent",
    ),
    (
        "a signer by hand through nginx",
        "Accept-Encoding is set to gzip, identity is signed",
        "accept-encoding-changed",
    ),
    ("a signer by hand through nginx", "GET becomes POST", "method-differs"),
    ("a signer by hand through nginx", "User-Agent is replaced, which is signed", "not-proven"),
    (
        "a signer by hand through nginx",
        "a parameter is added to a presigned URL",
        "query-parameters-added",
    ),
    ("a signer by hand through nginx", "a prefix is cut off", "not-proven"),
    (
        "a signer by hand through nginx",
        "a prefix is cut off, X-Forwarded-Prefix has it",
        "path-prefix",
    ),
    ("a signer by hand through nginx", "a prefix is cut off, a usual one", "path-prefix"),
    (
        "a signer by hand through nginx",
        "a signed header with an underscore is dropped",
        "signed-header-absent",
    ),
    ("a signer by hand through nginx", "a slash is added to the path", "path-slash-at-end"),
    (
        "a signer by hand through nginx",
        "escapes in the path are decoded (proxy_pass with a path)",
        "path-unescaped-in-transit",
    ),
    ("a signer by hand through nginx", "the session token is dropped", "token-missing"),
    ("boto3 through a faulty proxy", "X-Amz-Date is set two seconds later", "date-header-replaced"),
    ("boto3 through a faulty proxy", "the body is compressed", "body-compressed"),
    ("boto3 through a faulty proxy", "the body is cut short", "not-proven"),
    ("boto3 through a faulty proxy", "the body is framed into aws-chunked", "body-in-aws-chunks"),
    (
        "boto3 through a faulty proxy",
        "the form is written anew, + for %20 or %20 for +",
        "body-form-recoded",
    ),
    (
        "the JavaScript SDK through a faulty proxy",
        "X-Amz-Date is set two seconds later",
        "date-header-replaced",
    ),
    (
        "the JavaScript SDK through a faulty proxy",
        "amz-sdk-request counts another attempt",
        "retry-not-signed-again",
    ),
    ("the JavaScript SDK through a faulty proxy", "the body is compressed", "body-compressed"),
    ("the JavaScript SDK through a faulty proxy", "the body is cut short", "body-altered"),
    (
        "the JavaScript SDK through a faulty proxy",
        "the body is framed into aws-chunked",
        "body-in-aws-chunks",
    ),
    (
        "the JavaScript SDK through a faulty proxy",
        "the body is sent in chunks, without its length",
        "signed-header-absent",
    ),
    (
        "the JavaScript SDK through a faulty proxy",
        "the form is written anew, + for %20 or %20 for +",
        "body-form-recoded",
    ),
    ("curl through a faulty proxy", "X-Amz-Date is set two seconds later", "date-header-replaced"),
    ("curl through a faulty proxy", "the body is compressed", "body-compressed"),
    ("curl through a faulty proxy", "the body is cut short", "not-proven"),
    ("curl through a faulty proxy", "the body is framed into aws-chunked", "body-in-aws-chunks"),
    (
        "curl through a faulty proxy",
        "the form is written anew, + for %20 or %20 for +",
        "body-form-recoded",
    ),
    (
        "a signer by hand through a faulty proxy",
        "a header that is given twice is joined with a space",
        "header-duplicates-joined-otherwise",
    ),
];

/// What is wrong, and its cause, for one who signs.
pub(crate) fn causes(who: &str) -> BTreeMap<String, String> {
    let rows = REAL_LIFE.iter().filter(|(other, ..)| *other == who);
    rows.map(|(_, fault, cause)| ((*fault).to_owned(), (*cause).to_owned())).collect()
}

#[test]
fn each_cause_of_real_life_is_one_that_the_doctor_knows() {
    for (who, fault, causes) in REAL_LIFE {
        for id in causes.split(", ") {
            assert!(doctor::causes().any(|cause| cause.id == id), "{who}: {fault}: {id}");
        }
    }
}

#[test]
fn every_row_without_a_proxy_is_one_of_a_client_with_a_story() {
    let clients = ["boto3", "aws-cli 1", "aws-cli 2", "curl", "the JavaScript SDK"];
    for (who, fault, _) in REAL_LIFE {
        assert!(who.contains(" through ") || clients.contains(who), "{who}: {fault}: nobody tells");
    }
}
