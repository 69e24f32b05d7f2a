//! Roles for those for whom an identity provider vouches by an assertion.

use std::fs;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::session::allowing;
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

pub(crate) async fn assumes(world: &World, role: &str, response: &str) -> Reply {
    let assertion = encoded(BASE64.encode(response.as_bytes()).as_bytes(), false);
    let (role, provider) = (format!("arn:aws:iam::{ACCOUNT}:role/{role}"), provider());
    let call = format!(
        "AssumeRoleWithSAML RoleArn={role} PrincipalArn={provider} SAMLAssertion={assertion}"
    );
    world.unsigned(&call).await
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
