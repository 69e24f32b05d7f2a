//! Managed policies, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;

use crate::world::World;

/// The full name of one of the account's policies.
pub(crate) fn arn(place: &str) -> String {
    format!("arn:aws:iam::123456789012:policy{place}")
}

/// A policy that allows one action.
pub(crate) fn allowing(action: &str) -> String {
    let statement = format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#);
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

/// A policy whose document has so many characters, white space not counted.
fn of_size(size: usize) -> String {
    let empty = allowing("iam:").len();
    allowing(&format!("iam:{}", "a".repeat(size - empty)))
}

/// Makes a policy that allows one action, and returns its full name.
pub(crate) async fn policy(world: &World, name: &str) -> String {
    let document = allowing("iam:GetUser");
    let call = format!("CreatePolicy PolicyName={name} PolicyDocument={document}");
    world.root(&call).await.ok().text("Arn")
}

async fn names(world: &World, call: &str) -> Vec<String> {
    world.root(call).await.ok().texts("PolicyName")
}

#[tokio::test]
async fn a_new_policy_is_attached_to_nobody() {
    let world = World::new().await;
    let document = allowing("iam:GetUser");
    let call = format!("CreatePolicy PolicyName=Work Path=/dev/ PolicyDocument={document}");
    let made = world.root(&call).await.ok();
    assert_eq!(made.text("Arn"), arn("/dev/Work"));
    assert_eq!(made.text("PolicyName"), "Work");
    assert_eq!(made.text("Path"), "/dev/");
    assert_eq!(made.text("DefaultVersionId"), "v1");
    assert_eq!(made.text("AttachmentCount"), "0");
    assert_eq!(made.text("PermissionsBoundaryUsageCount"), "0");
    assert_eq!(made.text("IsAttachable"), "true");
    assert_eq!(made.text("CreateDate"), made.text("UpdateDate"));
    assert!(made.text("PolicyId").starts_with("ANPA"));
    let told = world.root(&format!("GetPolicy PolicyArn={}", arn("/dev/Work"))).await.ok();
    assert_eq!(told.text("PolicyId"), made.text("PolicyId"));
}

#[tokio::test]
async fn what_a_policy_is_for_and_its_tags_are_told_of_it_alone_and_not_in_lists() {
    let world = World::new().await;
    let call = format!(
        "CreatePolicy PolicyName=p Description=for%20tests PolicyDocument={} \
         Tags.member.1.Key=Team Tags.member.1.Value=a Tags.member.2.Key=team Tags.member.2.Value=b",
        allowing("iam:GetUser")
    );
    assert_eq!(world.root(&call).await.ok().texts("Key"), ["Team", "team"]);
    let told = world.root(&format!("GetPolicy PolicyArn={}", arn("/p"))).await.ok();
    assert_eq!(told.text("Description"), "for tests");
    assert_eq!(told.texts("Value"), ["a", "b"]);
    let listed = world.root("ListPolicies Scope=Local").await.ok();
    assert!(listed.texts("Description").is_empty() && listed.texts("Key").is_empty());
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case_and_path() {
    let world = World::new().await;
    policy(&world, "Work").await;
    let document = allowing("iam:GetUser");
    let call = format!("CreatePolicy PolicyName=WORK Path=/dev/ PolicyDocument={document}");
    assert_eq!(
        world.root(&call).await.told(),
        "409 EntityAlreadyExists: A policy called WORK already exists. Duplicate names are not \
         allowed."
    );
}

#[tokio::test]
async fn a_policy_may_be_called_like_one_of_aws() {
    let world = World::new().await;
    policy(&world, "AdministratorAccess").await;
    let listed = world.root("ListPolicies MaxItems=1000").await.ok();
    let arns = listed.texts("Arn");
    let found: Vec<_> = arns.iter().filter(|arn| arn.ends_with("/AdministratorAccess")).collect();
    assert_eq!(
        found,
        [&arn("/AdministratorAccess"), "arn:aws:iam::aws:policy/AdministratorAccess"]
    );
}

#[tokio::test]
async fn a_document_is_checked_as_one_of_a_managed_policy() {
    let world = World::new().await;
    let statement = r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}"#;
    let old = format!(r#"CreatePolicy PolicyName=p PolicyDocument={{"Statement":[{statement}]}}"#);
    assert_eq!(
        world.root(&old).await.told(),
        "400 MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater."
    );
    let told = "400 MalformedPolicyDocument: Syntax errors in policy.";
    assert_eq!(world.root("CreatePolicy PolicyName=p PolicyDocument={").await.told(), told);
}

#[tokio::test]
async fn white_space_does_not_count_towards_the_size_of_a_policy() {
    let world = World::new().await;
    let fits = of_size(6144).replace(':', ":%20%0A%09");
    let fits = fits.replace("iam:%20%0A%09", "iam:");
    world.root(&format!("CreatePolicy PolicyName=p PolicyDocument={fits}")).await.ok();
    let told = "409 LimitExceeded: Cannot exceed quota for PolicySize: 6144";
    let long = of_size(6145);
    let reply = world.root(&format!("CreatePolicy PolicyName=q PolicyDocument={long}")).await;
    assert_eq!(reply.told(), told);
    let call = format!("CreatePolicyVersion PolicyArn={} PolicyDocument={long}", arn("/p"));
    assert_eq!(world.root(&call).await.told(), told);
}

#[tokio::test]
async fn an_account_holds_so_many_policies_and_no_more() {
    let limits = Limits { policies_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    policy(&world, "a").await;
    let document = allowing("iam:GetUser");
    let reply = world.root(&format!("CreatePolicy PolicyName=b PolicyDocument={document}")).await;
    assert_eq!(reply.told(), "409 LimitExceeded: Cannot exceed quota for PoliciesPerAccount: 1");
}

#[tokio::test]
async fn a_policy_that_is_not_there_is_found_by_nobody() {
    let world = World::new().await;
    policy(&world, "Work").await;
    for place in ["/Nobody", "/WORK", "/dev/Work"] {
        let arn = arn(place);
        let told = format!("404 NoSuchEntity: Policy {arn} was not found.");
        for action in ["GetPolicy", "DeletePolicy", "ListPolicyVersions"] {
            assert_eq!(world.root(&format!("{action} PolicyArn={arn}")).await.told(), told);
        }
        let reply = world.root(&format!("ListEntitiesForPolicy PolicyArn={arn}")).await;
        let told = format!("404 NoSuchEntity: Policy {arn} does not exist or is not attachable.");
        assert_eq!(reply.told(), told);
    }
    let reply = world.root("GetPolicy PolicyArn=longpolicynamebutnoarn").await;
    assert_eq!(reply.told(), "400 ValidationError: ARN longpolicynamebutnoarn is not valid.");
}

#[tokio::test]
async fn a_policy_of_aws_is_told_of_and_never_changed() {
    let world = World::new().await;
    let arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
    let told = world.root(&format!("GetPolicy PolicyArn={arn}")).await.ok();
    assert_eq!(told.text("Path"), "/job-function/");
    let document = allowing("iam:GetUser");
    for (call, message) in [
        ("DeletePolicy", "Cannot delete policies outside your own account."),
        (
            "DeletePolicyVersion VersionId=v1",
            "Cannot delete policy versions for policies outside your own account.",
        ),
        (
            &*format!("CreatePolicyVersion PolicyDocument={document}"),
            "Cannot update policies outside your own account.",
        ),
        (
            "SetDefaultPolicyVersion VersionId=v1",
            "Cannot update policies outside your own account.",
        ),
    ] {
        let (action, more) = call.split_once(' ').unwrap_or((call, ""));
        let reply = world.root(&format!("{action} PolicyArn={arn} {more}")).await;
        assert_eq!(reply.told(), format!("403 AccessDenied: {message}"), "{action}");
    }
}

#[tokio::test]
async fn a_policy_goes_after_its_other_versions() {
    let world = World::new().await;
    let arn = policy(&world, "p").await;
    let document = allowing("iam:GetRole");
    world
        .root(&format!("CreatePolicyVersion PolicyArn={arn} PolicyDocument={document}"))
        .await
        .ok();
    assert_eq!(
        world.root(&format!("DeletePolicy PolicyArn={arn}")).await.told(),
        "409 DeleteConflict: This policy has more than one version. Before you delete a policy, \
         you must delete the policy's versions. The default version is deleted with the policy."
    );
    world.root(&format!("DeletePolicyVersion PolicyArn={arn} VersionId=v2")).await.ok();
    world.root(&format!("DeletePolicy PolicyArn={arn}")).await.ok();
    assert_eq!(world.root(&format!("GetPolicy PolicyArn={arn}")).await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn policies_are_listed_by_scope_and_path() {
    let world = World::new().await;
    for name in ["beta", "Alpha"] {
        policy(&world, name).await;
    }
    let document = allowing("iam:GetUser");
    let call = format!("CreatePolicy PolicyName=gamma Path=/dev/ PolicyDocument={document}");
    world.root(&call).await.ok();
    assert_eq!(names(&world, "ListPolicies Scope=Local").await, ["Alpha", "beta", "gamma"]);
    assert_eq!(names(&world, "ListPolicies Scope=Local PathPrefix=/dev/").await, ["gamma"]);
    let jobs = names(&world, "ListPolicies Scope=AWS PathPrefix=/job-function/").await;
    assert!(jobs.contains(&"ViewOnlyAccess".to_owned()), "{jobs:?}");
    assert!(jobs.is_sorted_by_key(|name| name.to_lowercase()), "{jobs:?}");
    assert!(names(&world, "ListPolicies OnlyAttached=true").await.is_empty());
}

#[tokio::test]
async fn all_policies_are_listed_a_page_at_a_time() {
    let world = World::new().await;
    policy(&world, "Middle").await;
    let (mut seen, mut next) = (Vec::new(), "ListPolicies MaxItems=400".to_owned());
    loop {
        let reply = world.root(&next).await.ok();
        seen.extend(reply.texts("PolicyName"));
        if reply.text("IsTruncated") == "false" {
            break;
        }
        next = format!("ListPolicies MaxItems=400 Marker={}", reply.text("Marker"));
    }
    assert_eq!(seen.len(), countersign::catalog::all().count() + 1);
    assert!(seen.is_sorted_by_key(|name| name.to_lowercase()));
    let reply = world.root("ListPolicies MaxItems=1").await.ok();
    let other = format!("ListPolicies Scope=AWS Marker={}", reply.text("Marker"));
    assert_eq!(world.root(&other).await.told(), "400 ValidationError: Invalid Marker.");
}

#[tokio::test]
async fn a_refusal_names_a_policy_by_its_name_where_it_is_to_be_and_else_in_full() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let document = allowing("iam:GetUser");
    let create = format!("CreatePolicy PolicyName=p Path=/dev/ PolicyDocument={document}");
    let get = format!("GetPolicy PolicyArn={}", arn("/dev/p"));
    let named = format!("policy {}", arn("/dev/p"));
    for (call, resource) in
        [(&*create, "policy p"), (&*get, &*named), ("ListPolicies", "policy path /")]
    {
        let reply = world.asks(&ann, call).await;
        let told = format!("on resource: {resource} because no identity-based policy allows");
        assert!(reply.message().contains(&told), "{}", reply.message());
    }
}
