//! Versions of managed policies, as a caller sees them.

use crate::managed::{allowing, policy};
use crate::world::World;

async fn add(world: &World, arn: &str, more: &str) -> String {
    let document = allowing("iam:GetRole");
    let call = format!("CreatePolicyVersion PolicyArn={arn} PolicyDocument={document} {more}");
    world.root(&call).await.ok().text("VersionId")
}

async fn default(world: &World, arn: &str) -> String {
    world.root(&format!("GetPolicy PolicyArn={arn}")).await.ok().text("DefaultVersionId")
}

async fn versions(world: &World, arn: &str) -> Vec<String> {
    world.root(&format!("ListPolicyVersions PolicyArn={arn}")).await.ok().texts("VersionId")
}

#[tokio::test]
async fn a_version_counts_only_where_that_is_asked_for() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    assert_eq!(add(&world, &arn, "").await, "v2");
    assert_eq!(default(&world, &arn).await, "v1");
    assert_eq!(add(&world, &arn, "SetAsDefault=true").await, "v3");
    assert_eq!(default(&world, &arn).await, "v3");
    let call = format!("SetDefaultPolicyVersion PolicyArn={arn} VersionId=v2");
    world.root(&call).await.ok();
    assert_eq!(default(&world, &arn).await, "v2");
}

#[tokio::test]
async fn a_new_version_is_told_of_without_its_document() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    world.passes(60);
    let document = allowing("iam:GetRole");
    let call = format!("CreatePolicyVersion PolicyArn={arn} PolicyDocument={document}");
    let reply = world.root(&call).await.ok();
    assert_eq!(reply.text("IsDefaultVersion"), "false");
    assert!(reply.texts("Document").is_empty());
    let told = world.root(&format!("GetPolicy PolicyArn={arn}")).await.ok();
    assert_eq!(told.text("UpdateDate"), reply.text("CreateDate"));
    assert!(told.text("CreateDate") < told.text("UpdateDate"));
}

#[tokio::test]
async fn a_document_comes_back_letter_by_letter_but_encoded() {
    let world = World::new().await;
    let statement = r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}"#;
    let document = format!("%20{{\"Version\":%0A\"2012-10-17\",\"Statement\":{statement}}}");
    world.root(&format!("CreatePolicy PolicyName=p PolicyDocument={document}")).await.ok();
    let arn = "arn:aws:iam::123456789012:policy/p";
    let call = format!("GetPolicyVersion PolicyArn={arn} VersionId=v1");
    let reply = world.root(&call).await.ok();
    assert_eq!(
        reply.text("Document"),
        "%20%7B%22Version%22%3A%0A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow\
         %22%2C%22Action%22%3A%22iam%3AGetUser%22%2C%22Resource%22%3A%22%2A%22%7D%7D"
    );
    assert_eq!(reply.text("IsDefaultVersion"), "true");
}

#[tokio::test]
async fn a_sixth_version_is_one_too_many_and_no_number_is_given_twice() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    for _ in 0..4 {
        add(&world, &arn, "").await;
    }
    let document = allowing("iam:GetRole");
    let sixth = format!("CreatePolicyVersion PolicyArn={arn} PolicyDocument={document}");
    assert_eq!(
        world.root(&sixth).await.told(),
        "409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new \
         version, you must delete an existing version."
    );
    world.root(&format!("DeletePolicyVersion PolicyArn={arn} VersionId=v5")).await.ok();
    assert_eq!(add(&world, &arn, "").await, "v6");
    assert_eq!(versions(&world, &arn).await, ["v6", "v4", "v3", "v2", "v1"]);
}

#[tokio::test]
async fn the_version_that_counts_stays() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    let reply = world.root(&format!("DeletePolicyVersion PolicyArn={arn} VersionId=v1")).await;
    let told = "409 DeleteConflict: Cannot delete the default version of a policy.";
    assert_eq!(reply.told(), told);
}

#[tokio::test]
async fn a_version_that_is_not_there_is_found_by_nobody() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    for id in ["v2", "v1.a"] {
        let told = format!(
            "404 NoSuchEntity: Policy {arn} version {id} does not exist or is not attachable."
        );
        for action in ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
            let call = format!("{action} PolicyArn={arn} VersionId={id}");
            assert_eq!(world.root(&call).await.told(), told);
        }
    }
}

#[tokio::test]
async fn versions_are_listed_a_page_at_a_time_newest_first() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    add(&world, &arn, "").await;
    let reply = world.root(&format!("ListPolicyVersions PolicyArn={arn} MaxItems=1")).await.ok();
    assert_eq!((reply.text("VersionId"), reply.text("IsTruncated")), ("v2".into(), "true".into()));
    let marker = reply.text("Marker");
    let next = format!("ListPolicyVersions PolicyArn={arn} MaxItems=1 Marker={marker}");
    let reply = world.root(&next).await.ok();
    assert_eq!((reply.text("VersionId"), reply.text("IsTruncated")), ("v1".into(), "false".into()));
    assert!(reply.texts("Document").is_empty());
}

#[tokio::test]
async fn of_a_policy_of_aws_the_version_that_counts_is_there() {
    let world = World::new().await;
    let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    let default = default(&world, arn).await;
    assert_eq!(versions(&world, arn).await, [&*default]);
    let call = format!("GetPolicyVersion PolicyArn={arn} VersionId={default}");
    let document = world.root(&call).await.ok().text("Document");
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22"), "{document}");
}
