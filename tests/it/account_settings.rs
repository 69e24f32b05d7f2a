//! What an account says of itself: its alias, and how much it holds.

use std::sync::Arc;

use bytes::Bytes;
use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use http::Request;
use http::header::ACCEPT;
use serde_json::Value;

use crate::world::{World, post};

#[tokio::test]
async fn an_account_has_one_alias_and_a_new_one_takes_its_place() {
    let world = World::new().await;
    let none = world.root("ListAccountAliases").await.ok();
    assert!(none.document.contains("<AccountAliases/>"), "{}", none.document);
    for alias in ["acme-dev", "acme-dev", "acme"] {
        world.root(&format!("CreateAccountAlias AccountAlias={alias}")).await.ok();
        let reply = world.root("ListAccountAliases MaxItems=1").await.ok();
        assert_eq!(reply.texts("member"), [alias]);
        assert_eq!(reply.text("IsTruncated"), "false");
    }
    world.root("DeleteAccountAlias AccountAlias=acme").await.ok();
    assert!(world.root("ListAccountAliases").await.ok().texts("member").is_empty());
}

#[tokio::test]
async fn an_alias_that_the_account_does_not_have_is_not_deleted() {
    let world = World::new().await;
    world.root("CreateAccountAlias AccountAlias=acme").await.ok();
    let told = "404 NoSuchEntity: The account alias with name other cannot be found.";
    assert_eq!(world.root("DeleteAccountAlias AccountAlias=other").await.told(), told);
    assert_eq!(world.root("ListAccountAliases").await.ok().texts("member"), ["acme"]);
}

#[tokio::test]
async fn an_alias_is_made_of_small_letters_digits_and_single_hyphens() {
    let world = World::new().await;
    let reply = world.root("CreateAccountAlias AccountAlias=Acme").await;
    assert_eq!(
        reply.told(),
        "400 ValidationError: 1 validation error detected: Value at 'accountAlias' failed to \
         satisfy constraint: Member must satisfy regular expression pattern: \
         ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
    );
}

fn figure(document: &str, name: &str) -> String {
    let (_, rest) = document.split_once(&format!("<key>{name}</key>")).unwrap();
    rest.split("</value>").next().unwrap().split_once("<value>").unwrap().1.to_owned()
}

#[tokio::test]
async fn the_summary_has_an_entry_for_each_count_and_quota() {
    let world = World::new().await;
    let reply = world.root("GetAccountSummary").await.ok();
    let keys = reply.texts("key");
    assert_eq!(keys.len(), 34);
    let model: Value = serde_json::from_str(include_str!("../../vectors/iam/model.json")).unwrap();
    let modelled = model["shapes"]["summaryKeyType"]["enum"].as_array().unwrap();
    assert_eq!(keys, modelled.iter().map(|key| key.as_str().unwrap()).collect::<Vec<_>>());
    for (name, value) in [
        ("AccessKeysPerUserQuota", "2"),
        ("AssumeRolePolicySizeQuota", "2048"),
        ("GlobalEndpointTokenVersion", "1"),
        ("GroupsPerUserQuota", "10"),
        ("GroupsQuota", "300"),
        ("MFADevices", "0"),
        ("PolicySizeQuota", "6144"),
        ("PolicyVersionsInUse", "0"),
        ("PolicyVersionsInUseQuota", "10000"),
        ("ServerCertificatesQuota", "20"),
        ("SigningCertificatesPerUserQuota", "2"),
        ("UsersQuota", "5000"),
        ("VersionsPerPolicyQuota", "5"),
    ] {
        assert_eq!(figure(&reply.document, name), value, "{name}");
    }
}

#[tokio::test]
async fn the_summary_counts_what_is_there() {
    let world = World::new().await;
    world
        .root("CreateUser UserName=a PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess")
        .await
        .ok();
    world.root("CreateUser UserName=b").await.ok();
    world.root("CreateGroup GroupName=g").await.ok();
    let summary = world.root("GetAccountSummary").await.ok().document;
    for (name, value) in [
        ("Users", "2"),
        ("Groups", "1"),
        ("Roles", "0"),
        ("PolicyVersionsInUse", "1"),
        ("AccountAccessKeysPresent", "1"),
    ] {
        assert_eq!(figure(&summary, name), value, "{name}");
    }
}

#[tokio::test]
async fn the_summary_is_an_object_in_json() {
    let world = World::new().await;
    let mut request: Request<Bytes> = post("Action=GetAccountSummary&Version=2010-05-08");
    request.headers_mut().insert(ACCEPT, "application/json".parse().unwrap());
    let now = countersign::clock::Clock::now(&*world.clock);
    let reply = world.sends(world.root.signs("iam", now, request)).await;
    let answer: Value = serde_json::from_str(&reply.document).unwrap();
    let summary = &answer["GetAccountSummaryResponse"]["GetAccountSummaryResult"]["SummaryMap"];
    assert_eq!(summary["Users"], 0);
    assert_eq!(summary["UsersQuota"], 5000);
}

#[tokio::test]
async fn the_version_of_tokens_is_kept_and_told() {
    let engine = Arc::new(Memory::new());
    let call = "SetSecurityTokenServicePreferences GlobalEndpointTokenVersion=";
    for (version, number) in [("v2Token", "2"), ("v1Token", "1"), ("v2Token", "2")] {
        let world = World::over(engine.clone(), Limits::default()).await;
        world.root(&format!("{call}{version}")).await.ok();
        world.root(&format!("{call}{version}")).await.ok();
        let world = World::over(engine.clone(), Limits::default()).await;
        let summary = world.root("GetAccountSummary").await.ok().document;
        assert_eq!(figure(&summary, "GlobalEndpointTokenVersion"), number);
    }
    let world = World::new().await;
    assert_eq!(
        world.root(&format!("{call}v3Token")).await.told(),
        "400 ValidationError: 1 validation error detected: Value at \
         'globalEndpointTokenVersion' failed to satisfy constraint: Member must satisfy enum \
         value set"
    );
}
