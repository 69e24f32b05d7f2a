//! What is known of a request that is kept.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use countersign::clock::SystemClock;
use countersign::doctor::{Cause, Diagnosis, Group, Proof, Sign, Stages};
use countersign::layer::inspect::{InspectLayer, Recent};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tower::{Layer, ServiceExt, service_fn};

use super::Watched;
use crate::raw::{exchange, get};
use crate::signer::{Signer, encoded, sha256};

const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:DeleteUser", "Resource": "*",
     "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#;

static CAUSE: Cause = Cause {
    id: "host-without-port",
    group: Group::Headers,
    sentence: "The host is signed without its port.",
    made: "for the host alone",
    fix: "Sign the host as it is sent.",
};

#[test]
fn a_refused_signature_is_kept_with_its_stages_and_its_reason() {
    let watched = Watched::start();
    let body = "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F";
    watched.guess(body);
    let told = watched.last();
    assert_eq!(told["code"], "SignatureDoesNotMatch");
    assert_eq!(told["refused"], true);
    assert_eq!(told["reason"], "signature");
    assert_eq!(told["action"], "ListUsers");
    assert_eq!(told["form"], "header");
    assert_eq!(told["algorithm"], "AWS4-HMAC-SHA256");
    assert_eq!(told["key"], crate::running::ROOT_ID);
    assert_eq!(told["caller"], json!(null));
    assert_eq!(told["received"], body.len());
    let request = told["ours"]["canonicalRequest"].as_str().unwrap();
    assert!(request.starts_with("POST\n/\n\n"), "{request}");
    assert!(request.ends_with(&sha256(body.as_bytes())), "{request}");
    let to_sign = told["ours"]["stringToSign"].as_str().unwrap();
    assert!(to_sign.ends_with(&sha256(request.as_bytes())), "{to_sign}");
}

#[test]
fn a_decision_is_kept_with_the_statements_that_applied_and_the_keys_that_were_missing() {
    let watched = Watched::start();
    watched.root("Action=CreateUser&Version=2010-05-08&UserName=ann");
    let policy = encoded(POLICY.as_bytes(), false);
    let put = format!(
        "Action=PutUserPolicy&Version=2010-05-08&UserName=ann&PolicyName=some&PolicyDocument={policy}"
    );
    assert_eq!(watched.root(&put).status, 200);
    let key = watched.root("Action=CreateAccessKey&Version=2010-05-08&UserName=ann").body;
    let between = |name: &str| {
        let rest = key.split_once(&format!("<{name}>")).unwrap().1;
        rest.split('<').next().unwrap().to_owned()
    };
    let ann = Signer::new(&between("AccessKeyId"), &between("SecretAccessKey"));

    watched.signed(ann.clone(), "Action=GetUser&Version=2010-05-08&UserName=ann");
    let allowed = watched.last()["decision"][0].clone();
    assert_eq!((&allowed["action"], &allowed["allowed"]), (&json!("iam:GetUser"), &json!(true)));
    // A statement begins, as with AWS, where the one before it ends.
    let statement = &allowed["statements"][0];
    assert_eq!((&statement["effect"], &statement["line"]), (&json!("Allow"), &json!(1)));

    watched.signed(ann.clone(), "Action=DeleteUser&Version=2010-05-08&UserName=ann");
    let told = watched.last();
    assert_eq!(told["caller"], "arn:aws:iam::123456789012:user/ann");
    let denied = &told["decision"][0];
    assert_eq!(denied["allowed"], false);
    assert_eq!(denied["resource"], "arn:aws:iam::123456789012:user/ann");
    assert_eq!(denied["because"], "an identity-based policy denies it");
    let statement = &denied["statements"][0];
    assert_eq!((&statement["effect"], &statement["line"]), (&json!("Deny"), &json!(2)));
    assert_eq!(denied["missing"], json!(["aws:MultiFactorAuthPresent"]));

    watched.signed(ann, "Action=CreateUser&Version=2010-05-08&UserName=bob");
    let denied = &watched.last()["decision"][0];
    assert_eq!(denied["because"], "no identity-based policy allows it");
    assert_eq!(denied["statements"], json!([]));
}

#[test]
fn of_root_it_is_told_that_no_policy_was_asked() {
    let watched = Watched::start();
    watched.root("Action=ListUsers&Version=2010-05-08");
    let told = watched.last();
    assert_eq!(told["cause"], json!(null));
    let because = told["decision"][0]["because"].as_str().unwrap();
    assert!(because.starts_with("root may do everything"), "{because}");
}

#[test]
fn what_a_stranger_sends_is_kept_as_text_and_no_longer_than_it_may_be() {
    let watched = Watched::start();
    let agent = "<script>alert(1)</script>".to_owned() + &"x".repeat(5000);
    let address = watched.serving.address();
    let long = "a".repeat(9000);
    let request = format!(
        "GET /{long}?Action=%3Cb%3E HTTP/1.1\r\nHost: {address}\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n"
    );
    exchange(&address, &request);
    let told = watched.last();
    assert_eq!(told["form"], "unsigned");
    assert!(told["agent"].as_str().unwrap().starts_with("<script>alert(1)</script>xxx"));
    assert!(told["agent"].as_str().unwrap().len() < 600);
    assert!(told["target"].as_str().unwrap().len() < 5000);
    let listed = get(&watched.serving.admin(), "/inspector/requests.json");
    assert_eq!(listed.header("content-type"), Some("application/json"));
}

#[test]
fn of_a_flood_so_many_are_kept_and_the_rest_is_counted() {
    let watched = Watched::start();
    let address = watched.serving.address();
    let mut stream = crate::raw::connect(&address);
    let one = format!("GET /?Action=X HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let last = format!("GET /?Action=X HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    std::io::Write::write_all(&mut stream, (one.repeat(799) + &last).as_bytes()).unwrap();
    crate::raw::to_the_end(&mut stream);
    let told = get(&watched.serving.admin(), "/inspector/requests.json");
    let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    let kept = told["requests"].as_array().unwrap().len();
    assert!(kept <= 500, "{kept}");
    let last = told["requests"].as_array().unwrap()[kept - 1]["number"].as_u64().unwrap();
    assert_eq!(last + told["notKept"].as_u64().unwrap(), 800);
}

#[tokio::test]
async fn a_diagnosis_is_kept_without_what_it_must_not_tell() {
    let token = "FwoGZXIvYXdzEBYaDHfzTokenOfTheSession==";
    let stages = |host: &str, token: &str| {
        Stages {
        canonical_request: format!(
            "GET\n/\nAction=GetUser&Secret=hushhushhush\nhost:{host}\nx-amz-security-token:{token}\n\nhost\n"
        )
        .into_bytes(),
        string_to_sign: format!("AWS4-HMAC-SHA256\n{token}").into_bytes(),
    }
    };
    let diagnosis = Arc::new(Diagnosis {
        cause: &CAUSE,
        and: None,
        sentence: format!("The host was signed without its port, with {token}."),
        proof: Proof::Proven,
        because: "It makes the same signature.".to_owned(),
        fix: "Sign hushhushhush.".to_owned(),
        tried: 7,
        signs: vec![Sign { cause: &CAUSE, sentence: format!("{token} is odd") }],
        ours: Some(stages("a:443", token)),
        theirs: Some(stages("a", &token.replace("Session", "session"))),
    });
    let recent = Recent::default();
    let layer = InspectLayer::new(Arc::new(SystemClock::start()), Some(recent.clone()));
    let service = layer.layer(service_fn(async |_: Request<Bytes>| {
        let mut response = Response::new(Full::<Bytes>::default());
        *response.status_mut() = StatusCode::FORBIDDEN;
        response.extensions_mut().insert(Arc::clone(&diagnosis));
        Ok::<_, Infallible>(response)
    }));
    let request = Request::get("/?Action=GetUser&Secret=hushhushhush");
    let request = request.header("x-amz-security-token", token).body(Bytes::new()).unwrap();
    service.oneshot(request).await.unwrap();
    let record = recent.since(0).pop().unwrap();
    assert_eq!(record.cause(), Some("host-without-port"));
    let told = record.diagnosis.as_ref().unwrap();
    assert_eq!((told.tried, told.proof), (7, Proof::Proven));
    // The line of the token differs in what is hidden alone; that of the host is shown.
    assert_eq!(told.differ_hidden[0], [4]);
    let theirs = &told.theirs.as_ref().unwrap().canonical_request;
    assert!(theirs.contains("\nhost:a\n") && theirs.contains("Action=GetUser"), "{theirs}");
    let all = format!("{record:?}");
    for secret in ["hushhushhush", "TokenOfThe"] {
        assert!(!all.contains(secret), "{all}");
    }
}
