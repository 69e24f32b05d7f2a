//! Roles for those for whom an identity provider vouches by an assertion.

use std::fs;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::session::{allowing, trusting};
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, Reply, World};

/// When the samples were signed.
const SIGNED: i64 = 1_440_938_160;

pub(crate) fn sample(name: &str) -> String {
    let path = format!("{}/vectors/saml/{name}.xml", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).unwrap()
}

pub(crate) fn provider() -> String {
    format!("arn:aws:iam::{ACCOUNT}:saml-provider/Example")
}

fn trust(conditions: &Value) -> String {
    let document = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Principal": { "Federated": provider() },
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": conditions,
    } });
    document.to_string()
}

/// A world at the time of the samples, with their provider and a role that it offers.
pub(crate) async fn scene() -> World {
    let world = World::new().await;
    world.passes(SIGNED - world.now().unix());
    let metadata = encoded(sample("metadata").as_bytes(), false);
    let create = format!("CreateSAMLProvider Name=Example SAMLMetadataDocument={metadata}");
    world.root(&create).await.ok();
    let aud = json!({ "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } });
    world.assumable("Reader", &trust(&aud), &allowing("iam:List*")).await;
    world
}

fn call((role, provider): (&str, &str), response: &str, more: &str) -> String {
    let assertion = encoded(BASE64.encode(response.as_bytes()).as_bytes(), false);
    format!(
        "AssumeRoleWithSAML RoleArn=arn:aws:iam::{ACCOUNT}:role/{role} PrincipalArn={provider} \
         SAMLAssertion={assertion} {more}"
    )
}

pub(crate) async fn assumes(world: &World, role: &str, response: &str) -> Reply {
    world.unsigned(&call((role, &provider()), response, "")).await
}

#[tokio::test]
async fn who_is_vouched_for_becomes_the_role_once() {
    let world = scene().await;
    let response = sample("good/assertion-signed");
    let assumed = assumes(&world, "Reader", &response).await.ok();
    for name in ["Subject", "SubjectType", "Issuer", "Audience", "NameQualifier"] {
        assert!(!assumed.text(name).is_empty(), "{name}");
    }
    assert_eq!(assumed.text("Audience"), "https://signin.aws.amazon.com/saml");
    let session = Person::in_reply(&assumed);
    world.asks(&session, "ListUsers").await.ok();
    assert_eq!(world.asks(&session, "GetUser UserName=a").await.code(), "AccessDenied");
    let again = assumes(&world, "Reader", &response).await;
    assert_eq!(again.code(), "InvalidIdentityToken", "{}", again.document);
    let call = "CreateRole RoleName=Writer Path=/team/ AssumeRolePolicyDocument=";
    let trust = encoded(trust(&json!({})).as_bytes(), false);
    world.root(&format!("{call}{trust}")).await.ok();
    assumes(&world, "team/Writer", &response).await.ok();
    assert_eq!(assumes(&world, "team/Writer", &response).await.code(), "InvalidIdentityToken");
}

#[tokio::test]
async fn what_is_not_believed_or_not_offered_yields_nothing() {
    let world = scene().await;
    let folder = format!("{}/vectors/saml/bad", env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let reply = assumes(&world, "Reader", &fs::read_to_string(&path).unwrap()).await;
        let is_refused = [400, 403].contains(&reply.status);
        assert!(is_refused, "{}: {}", path.display(), reply.document);
        assert!(!reply.document.contains("SecretAccessKey"), "{}", path.display());
    }
    let aud = json!({ "StringEquals": { "saml:aud": "https://signin.aws.amazon.com/saml" } });
    world.assumable("Unoffered", &trust(&aud), &allowing("*")).await;
    let reply = assumes(&world, "Unoffered", &sample("good/both-signed")).await;
    assert!([400, 403].contains(&reply.status), "{}", reply.document);
    world.passes(3600);
    let late = assumes(&world, "Reader", &sample("good/ecdsa-p256")).await;
    assert!(
        [400, 403].contains(&late.status) && !late.document.contains("SecretAccessKey"),
        "{}",
        late.document
    );
}

#[tokio::test]
async fn the_trust_policy_sees_what_was_asserted() {
    let no = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML";
    for (condition, told) in [
        (json!({ "StringEquals": { "saml:doc": format!("{ACCOUNT}/Example") } }), ""),
        (json!({ "StringEquals": { "saml:iss": "https://elsewhere.example.com" } }), no),
        (json!({ "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": "staff" } }), ""),
        (json!({ "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": "none" } }), no),
        (json!({ "StringEquals": { "sts:RoleSessionName": "ann@example.com" } }), ""),
        (json!({ "StringEquals": { "aws:RequestTag/Site": "Zürich" } }), ""),
        (json!({ "StringEquals": { "sts:SourceIdentity": "bob" } }), no),
    ] {
        let world = scene().await;
        let document = encoded(trust(&condition).as_bytes(), false);
        let update = format!("UpdateAssumeRolePolicy RoleName=Reader PolicyDocument={document}");
        world.root(&update).await.ok();
        let reply = assumes(&world, "Reader", &sample("good/response-signed")).await;
        if told.is_empty() {
            reply.ok();
        } else {
            assert_eq!(reply.told(), told, "{condition}");
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_vouches_for_nobody() {
    let world = scene().await;
    world.root(&format!("DeleteSAMLProvider SAMLProviderArn={}", provider())).await.ok();
    let told = "400 InvalidIdentityToken: Specified provider doesn't exist";
    assert_eq!(assumes(&world, "Reader", &sample("good/both-signed")).await.told(), told);
}

#[tokio::test]
async fn the_answer_says_of_whom_the_assertion_speaks_and_whose_the_session_is() {
    let world = scene().await;
    let id = world.root("GetRole RoleName=Reader").await.ok().text("RoleId");
    let assumed = assumes(&world, "Reader", &sample("good/both-signed")).await.ok();
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/Reader/ann@example.com");
    for (name, value) in [
        ("Subject", "ann"),
        ("SubjectType", "persistent"),
        ("Issuer", "https://idp.example.com/saml"),
        ("Audience", "https://signin.aws.amazon.com/saml"),
        // printf 'https://idp.example.com/saml123456789012/Example' | openssl sha1 -binary | base64
        ("NameQualifier", "YzkNHeOzHciDzcUOvVWMPVJ7uwg="),
        ("SourceIdentity", "ann"),
        ("Arn", &arn),
        ("AssumedRoleId", &format!("{id}:ann@example.com")),
        ("Expiration", "2015-08-30T13:36:00Z"),
    ] {
        assert_eq!(assumed.text(name), value, "{name}");
    }
    assert!(assumed.text("PackedPolicySize").parse::<u32>().unwrap() > 0);
    let who = world.asks(&Person::in_reply(&assumed), "GetCallerIdentity").await.ok();
    assert_eq!((who.text("Arn"), who.text("Account")), (arn, ACCOUNT.to_owned()));
}

#[tokio::test]
async fn a_session_ends_no_later_than_the_one_at_the_provider() {
    let world = scene().await;
    world.root("UpdateRole RoleName=Reader MaxSessionDuration=43200").await.ok();
    let pair = ("Reader", &*provider());
    for (response, more, end) in [
        ("good/assertion-signed", "DurationSeconds=900", "2015-08-30T12:51:00Z"),
        ("good/response-signed", "DurationSeconds=7199", "2015-08-30T14:35:59Z"),
    ] {
        let world = scene().await;
        world.root("UpdateRole RoleName=Reader MaxSessionDuration=43200").await.ok();
        let assumed = world.unsigned(&call(pair, &sample(response), more)).await.ok();
        assert_eq!(assumed.text("Expiration"), end, "{more}");
    }
    let more = "DurationSeconds=43200";
    let assumed = world.unsigned(&call(pair, &sample("good/both-signed"), more)).await.ok();
    assert_eq!(assumed.text("Expiration"), "2015-08-30T14:36:00Z");
    let session = Person::in_reply(&assumed);
    world.passes(7199);
    world.asks(&session, "ListUsers").await.ok();
    world.passes(1);
    assert_eq!(world.asks(&session, "ListUsers").await.code(), "ExpiredToken");
}

#[tokio::test]
async fn no_session_is_longer_than_the_role_allows_and_policies_narrow_it() {
    let world = scene().await;
    let pair = ("Reader", &*provider());
    let response = sample("good/assertion-signed");
    let longer = world.unsigned(&call(pair, &response, "DurationSeconds=43201")).await;
    assert_eq!(longer.code(), "ValidationError");
    let policy = encoded(allowing("iam:ListUsers").as_bytes(), false);
    let assumed = world.unsigned(&call(pair, &response, &format!("Policy={policy}"))).await.ok();
    let session = Person::in_reply(&assumed);
    world.asks(&session, "ListUsers").await.ok();
    assert_eq!(world.asks(&session, "ListRoles").await.code(), "AccessDenied");
    let world = scene().await;
    let longer = world.unsigned(&call(pair, &response, "DurationSeconds=3601")).await;
    let told = "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(longer.told(), told);
}

#[tokio::test]
async fn each_refusal_is_told_in_its_own_words() {
    for (response, later, told) in [
        ("bad/other-key", 0, "400 InvalidIdentityToken: Response signature invalid"),
        ("bad/unsigned", 0, "400 InvalidIdentityToken: Response signature invalid"),
        (
            "bad/other-issuer",
            0,
            "400 InvalidIdentityToken: Issuer not present in specified provider",
        ),
        (
            "bad/other-audience",
            0,
            "400 InvalidIdentityToken: Response does not contain the required audience.",
        ),
        (
            "bad/status",
            0,
            "403 IDPRejectedClaim: The identity provider did not authenticate the subject",
        ),
        (
            "good/both-signed",
            240,
            "400 ExpiredTokenException: Token expired: current date/time 1440938400 must be before the expiration date/time 1440938400",
        ),
        (
            "good/both-signed",
            301,
            "400 ExpiredTokenException: Token must be redeemed within 5 minutes of issuance",
        ),
    ] {
        let world = scene().await;
        world.passes(later);
        assert_eq!(assumes(&world, "Reader", &sample(response)).await.told(), told, "{response}");
    }
    let world = scene().await;
    let response = sample("good/both-signed");
    let not_offered = "400 InvalidIdentityToken: SAML Assertion doesn't contain the requested Role and Metadata in the attributes";
    for role in ["Unoffered", "team/Reader", "reader"] {
        assert_eq!(assumes(&world, role, &response).await.told(), not_offered, "{role}");
    }
    let none = "400 InvalidIdentityToken: Specified provider doesn't exist";
    for name in ["saml-provider/Other", "saml-provider/example", "role/Reader"] {
        let other = format!("arn:aws:iam::{ACCOUNT}:{name}");
        let reply = world.unsigned(&call(("Reader", &other), &response, "")).await;
        assert_eq!(reply.told(), none, "{name}");
    }
    // Offered, but there is no such role: no more is told than of one that does not trust.
    let no = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML";
    assert_eq!(assumes(&world, "team/Writer", &response).await.told(), no);
    assumes(&world, "Reader", &response).await.ok();
    let again = "400 InvalidIdentityToken: SAML Assertion has already been used";
    assert_eq!(assumes(&world, "Reader", &response).await.told(), again);
    assert_eq!(assumes(&world, "Reader", &sample("good/other-prefixes")).await.told(), again);
}

#[tokio::test]
async fn what_is_asserted_beside_needs_leave_of_the_trust_as_well() {
    for left_out in ["sts:TagSession", "sts:SetSourceIdentity"] {
        let world = scene().await;
        let document = trust(&json!({})).replace(left_out, "sts:AssumeRole");
        let document = encoded(document.as_bytes(), false);
        let update = format!("UpdateAssumeRolePolicy RoleName=Reader PolicyDocument={document}");
        world.root(&update).await.ok();
        let told = format!("403 AccessDenied: Not authorized to perform {left_out}");
        assert_eq!(assumes(&world, "Reader", &sample("good/both-signed")).await.told(), told);
    }
}

#[tokio::test]
async fn what_is_asserted_to_be_handed_on_goes_along() {
    let world = scene().await;
    let own = encoded(allowing("sts:*").as_bytes(), false);
    world
        .root(&format!("PutRolePolicy RoleName=Reader PolicyName=sts PolicyDocument={own}"))
        .await
        .ok();
    let assumed = assumes(&world, "Reader", &sample("good/both-signed")).await.ok();
    let session = Person::in_reply(&assumed);
    let seen = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/TEAM":"Blue = Green","aws:SourceIdentity":"ann"},"Null":{"aws:PrincipalTag/Site":"true","saml:sub":"true"}}}}"#;
    world.assumable("next", &trusting(&format!("arn:aws:iam::{ACCOUNT}:role/Reader")), seen).await;
    let next = world.becomes(&session, "next", "").await;
    world.asks(&next, "ListUsers").await.ok();
}

#[tokio::test]
async fn who_signs_as_well_is_no_other_than_who_does_not() {
    let world = scene().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let response = sample("good/both-signed");
    let asked = call(("Reader", &provider()), &response, "");
    let thief = Person { secret: "x".to_owned(), ..ann.clone() };
    assert_eq!(world.asks(&thief, &asked).await.code(), "SignatureDoesNotMatch");
    let document = encoded(trust(&json!({})).replace("Allow", "Deny").as_bytes(), false);
    let create =
        format!("CreateRole RoleName=Writer Path=/team/ AssumeRolePolicyDocument={document}");
    world.root(&create).await.ok();
    let denied = world.asks(&ann, &call(("team/Writer", &provider()), &response, "")).await;
    let no = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML";
    assert_eq!(denied.told(), no);
    world.asks(&ann, &asked).await.ok();
}
