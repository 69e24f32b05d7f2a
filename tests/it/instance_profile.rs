//! Instance profiles, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;

use crate::world::{ACCOUNT, World};

#[tokio::test]
async fn a_profile_is_made_told_of_and_removed() {
    let world = World::new().await;
    let more = "Path=/dev/ Tags.member.1.Key=a Tags.member.1.Value=b";
    let made =
        world.root(&format!("CreateInstanceProfile InstanceProfileName=Web {more}")).await.ok();
    assert_eq!(made.text("Arn"), format!("arn:aws:iam::{ACCOUNT}:instance-profile/dev/Web"));
    assert!(made.text("InstanceProfileId").starts_with("AIPA"));
    assert!(made.document.contains("<Roles/>"));
    let told = world.root("GetInstanceProfile InstanceProfileName=web").await.ok();
    assert_eq!(told.text("InstanceProfileName"), "Web");
    assert_eq!(told.text("Key"), "a");
    world.root("DeleteInstanceProfile InstanceProfileName=web").await.ok();
    let gone = "404 NoSuchEntity: Instance Profile Web cannot be found.";
    for action in ["GetInstanceProfile", "DeleteInstanceProfile", "ListInstanceProfileTags"] {
        let reply = world.root(&format!("{action} InstanceProfileName=Web")).await;
        assert_eq!(reply.told(), gone, "{action}");
    }
}

#[tokio::test]
async fn a_name_is_given_once_whatever_its_case() {
    let world = World::new().await;
    world.root("CreateInstanceProfile InstanceProfileName=web").await.ok();
    let reply = world.root("CreateInstanceProfile InstanceProfileName=Web").await;
    assert_eq!(reply.told(), "409 EntityAlreadyExists: Instance Profile Web already exists.");
}

#[tokio::test]
async fn a_profile_holds_one_role_and_shows_it() {
    let world = World::new().await;
    world.root("CreateInstanceProfile InstanceProfileName=web").await.ok();
    world.role("one", "Path=/dev/").await.ok();
    world.role("two", "").await.ok();
    world.root("AddRoleToInstanceProfile InstanceProfileName=WEB RoleName=One").await.ok();
    let told = world.root("GetInstanceProfile InstanceProfileName=web").await.ok();
    assert_eq!(told.text("RoleName"), "one");
    let arns = [
        format!("arn:aws:iam::{ACCOUNT}:instance-profile/web"),
        format!("arn:aws:iam::{ACCOUNT}:role/dev/one"),
    ];
    assert!(arns.iter().all(|arn| told.texts("Arn").contains(arn)));
    assert!(told.text("AssumeRolePolicyDocument").starts_with("%7B"));
    let full = "409 LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
    for role in ["one", "two"] {
        let call = format!("AddRoleToInstanceProfile InstanceProfileName=web RoleName={role}");
        assert_eq!(world.root(&call).await.told(), full);
    }
    assert_eq!(
        world.root("DeleteInstanceProfile InstanceProfileName=web").await.told(),
        "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
    );
}

#[tokio::test]
async fn only_the_role_that_is_in_a_profile_is_taken_out() {
    let world = World::new().await;
    world.root("CreateInstanceProfile InstanceProfileName=web").await.ok();
    world.role("one", "").await.ok();
    world.role("two", "").await.ok();
    world.root("AddRoleToInstanceProfile InstanceProfileName=web RoleName=one").await.ok();
    let call = |profile: &str, role: &str| {
        format!("RemoveRoleFromInstanceProfile InstanceProfileName={profile} RoleName={role}")
    };
    let missing = [
        ("web", "two", "Role two in Instance Profile web cannot be found."),
        ("web", "none", "The role with name none cannot be found."),
        ("none", "one", "Instance Profile none cannot be found."),
    ];
    for (profile, role, why) in missing {
        let told = format!("404 NoSuchEntity: {why}");
        assert_eq!(world.root(&call(profile, role)).await.told(), told);
    }
    let add = "AddRoleToInstanceProfile InstanceProfileName=none RoleName=one";
    assert_eq!(world.root(add).await.message(), "Instance Profile none cannot be found.");
    world.root(&call("web", "one")).await.ok();
    world.root("DeleteInstanceProfile InstanceProfileName=web").await.ok();
}

#[tokio::test]
async fn who_lends_a_role_to_machines_must_be_allowed_to_pass_it() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.role("one", "Path=/dev/").await.ok();
    world.root("CreateInstanceProfile InstanceProfileName=web").await.ok();
    let allow = |more: &str| {
        let add = r#"{"Effect":"Allow","Action":"iam:AddRole*","Resource":"*"}"#;
        let document = format!(r#"{{"Version":"2012-10-17","Statement":[{add}{more}]}}"#);
        format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={document}")
    };
    let pass = |service: &str| {
        let condition = format!(r#"{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}"#);
        let role = format!("arn:aws:iam::{ACCOUNT}:role/dev/one");
        format!(
            r#",{{"Effect":"Allow","Action":"iam:PassRole","Resource":"{role}","Condition":{condition}}}"#
        )
    };
    let call = "AddRoleToInstanceProfile InstanceProfileName=web RoleName=one";
    for policy in [allow(""), allow(&pass("lambda.amazonaws.com"))] {
        world.root(&policy).await.ok();
        let reply = world.asks(&ann, call).await;
        let told = "is not authorized to perform: iam:PassRole on resource: role one because no";
        assert!(reply.message().contains(told), "{}", reply.message());
    }
    world.root(&allow(&pass("ec2.amazonaws.com"))).await.ok();
    world.asks(&ann, call).await.ok();
}

#[tokio::test]
async fn profiles_are_listed_by_path_by_role_and_a_page_at_a_time() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    for (name, path) in [("c", "/"), ("B", "/x/"), ("a", "/x/")] {
        let call = format!("CreateInstanceProfile InstanceProfileName={name} Path={path}");
        world.root(&call).await.ok();
        let call = format!("AddRoleToInstanceProfile InstanceProfileName={name} RoleName=r");
        world.root(&call).await.ok();
    }
    world.root("CreateInstanceProfile InstanceProfileName=empty").await.ok();
    let below = world.root("ListInstanceProfiles PathPrefix=/x/").await.ok();
    assert_eq!(below.texts("InstanceProfileName"), ["a", "B"]);
    assert_eq!(below.texts("RoleName"), ["r", "r"]);
    for (list, all) in [
        ("ListInstanceProfiles", &["a", "B", "c", "empty"][..]),
        ("ListInstanceProfilesForRole RoleName=R", &["a", "B", "c"]),
    ] {
        let (first, rest) = all.split_at(2);
        let page = world.root(&format!("{list} MaxItems=2")).await.ok();
        assert_eq!(page.texts("InstanceProfileName"), first);
        let marker = page.text("Marker");
        let page = world.root(&format!("{list} Marker={marker}")).await.ok();
        assert_eq!(page.texts("InstanceProfileName"), rest);
        assert_eq!(page.text("IsTruncated"), "false");
    }
    let none = world.root("ListInstanceProfilesForRole RoleName=none").await;
    assert_eq!(none.told(), "404 NoSuchEntity: The role with name none cannot be found.");
}

#[tokio::test]
async fn an_account_holds_so_many_profiles() {
    let limits = Limits { profiles_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.root("CreateInstanceProfile InstanceProfileName=a").await.ok();
    assert_eq!(
        world.root("CreateInstanceProfile InstanceProfileName=b").await.told(),
        "409 LimitExceeded: Cannot exceed quota for InstanceProfilesPerAccount: 1"
    );
}
