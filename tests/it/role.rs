//! Roles, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;

use crate::world::{ACCOUNT, Reply, World};

/// Lets anyone in.
pub(crate) const OPEN: &str =
    r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;

const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

impl World {
    /// A role that anyone may become; `more` stands in the call as well.
    pub(crate) async fn role(&self, name: &str, more: &str) -> Reply {
        let call = format!("CreateRole RoleName={name} AssumeRolePolicyDocument={OPEN} {more}");
        self.root(&call).await
    }
}

#[tokio::test]
async fn a_role_is_made_told_of_and_removed() {
    let world = World::new().await;
    let made = world.role("Deploy", "Path=/dev/ Description=for%20bob").await.ok();
    assert_eq!(made.text("Arn"), format!("arn:aws:iam::{ACCOUNT}:role/dev/Deploy"));
    assert!(made.text("RoleId").starts_with("AROA"));
    assert_eq!(made.text("RoleId").len(), 21);
    assert_eq!(made.text("Description"), "for bob");
    assert!(made.texts("MaxSessionDuration").is_empty());
    assert!(made.texts("RoleLastUsed").is_empty());
    let told = world.root("GetRole RoleName=deploy").await.ok();
    assert_eq!(told.text("RoleName"), "Deploy");
    assert_eq!(told.text("MaxSessionDuration"), "3600");
    assert!(told.document.contains("<RoleLastUsed>"));
    world.root("DeleteRole RoleName=DEPLOY").await.ok();
    let gone = "404 NoSuchEntity: The role with name Deploy cannot be found.";
    for action in ["GetRole", "DeleteRole", "ListRoleTags", "UpdateRole"] {
        assert_eq!(world.root(&format!("{action} RoleName=Deploy")).await.told(), gone);
    }
}

#[tokio::test]
async fn a_name_is_given_once_whatever_its_case() {
    let world = World::new().await;
    world.role("deploy", "").await.ok();
    let told = "409 EntityAlreadyExists: Role with name Deploy already exists.";
    assert_eq!(world.role("Deploy", "").await.told(), told);
}

#[tokio::test]
async fn a_list_tells_neither_tags_nor_boundary_nor_last_use() {
    let world = World::new().await;
    let more = format!("Tags.member.1.Key=a Tags.member.1.Value=b PermissionsBoundary={ADMIN}");
    let made = world.role("b", &more).await.ok();
    assert_eq!((made.text("Key"), made.text("PermissionsBoundaryArn")), ("a".into(), ADMIN.into()));
    assert_eq!(made.text("PermissionsBoundaryType"), "Policy");
    world.role("A", "Path=/x/").await.ok();
    let all = world.root("ListRoles").await.ok();
    assert_eq!(all.texts("RoleName"), ["A", "b"]);
    assert_eq!(all.texts("MaxSessionDuration"), ["3600", "3600"]);
    for absent in ["Tags", "PermissionsBoundary", "RoleLastUsed"] {
        assert!(!all.document.contains(&format!("<{absent}>")), "{absent}");
    }
    assert_eq!(world.root("ListRoles PathPrefix=/x").await.ok().texts("RoleName"), ["A"]);
    let told = world.root("GetRole RoleName=b").await.ok();
    assert_eq!((told.text("Key"), told.text("PermissionsBoundaryArn")), ("a".into(), ADMIN.into()));
}

#[tokio::test]
async fn roles_are_listed_a_page_at_a_time() {
    let world = World::new().await;
    for name in ["c", "A", "b"] {
        world.role(name, "").await.ok();
    }
    let first = world.root("ListRoles MaxItems=2").await.ok();
    assert_eq!(first.texts("RoleName"), ["A", "b"]);
    assert_eq!(first.text("IsTruncated"), "true");
    let marker = first.text("Marker");
    let next = world.root(&format!("ListRoles MaxItems=2 Marker={marker}")).await.ok();
    assert_eq!((next.text("RoleName"), next.text("IsTruncated")), ("c".into(), "false".into()));
    let other = world.root(&format!("ListRoles PathPrefix=/x/ Marker={marker}")).await;
    assert_eq!(other.told(), "400 ValidationError: Invalid Marker.");
}

#[tokio::test]
async fn what_a_role_is_for_and_how_long_it_is_lent_may_change() {
    let world = World::new().await;
    world.role("r", "Description=old MaxSessionDuration=7200").await.ok();
    let reply = world.root("UpdateRole RoleName=r MaxSessionDuration=43200").await.ok();
    assert!(reply.document.contains("<UpdateRoleResult>"));
    let told = world.root("GetRole RoleName=r").await.ok();
    assert_eq!(told.text("Description"), "old");
    assert_eq!(told.text("MaxSessionDuration"), "43200");
    world.root("UpdateRole RoleName=r Description=").await.ok();
    let told = world.root("GetRole RoleName=r").await.ok();
    assert!(told.texts("Description").is_empty());
    assert_eq!(told.text("MaxSessionDuration"), "3600", "what is not said is an hour");
    let reply = world.root("UpdateRoleDescription RoleName=r Description=new").await.ok();
    assert_eq!(reply.text("Description"), "new");
    assert_eq!(world.root("GetRole RoleName=r").await.ok().text("Description"), "new");
}

#[tokio::test]
async fn a_boundary_is_a_policy_that_exists() {
    let world = World::new().await;
    let bad = "PermissionsBoundary=AdministratorAccess-AccessAdministrator";
    assert_eq!(
        world.role("r", bad).await.told(),
        "400 InvalidInput: ARN AdministratorAccess-AccessAdministrator is not valid."
    );
    let none = format!("arn:aws:iam::{ACCOUNT}:policy/none");
    let told = format!("404 NoSuchEntity: Scope ARN: {none} does not exist or is not attachable.");
    assert_eq!(world.role("r", &format!("PermissionsBoundary={none}")).await.told(), told);
}

#[tokio::test]
async fn a_role_that_an_instance_profile_holds_is_not_removed() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    world.root("CreateInstanceProfile InstanceProfileName=p").await.ok();
    world.root("AddRoleToInstanceProfile InstanceProfileName=p RoleName=r").await.ok();
    assert_eq!(
        world.root("DeleteRole RoleName=r").await.told(),
        "409 DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
    );
    world.root("RemoveRoleFromInstanceProfile InstanceProfileName=p RoleName=r").await.ok();
    world.root("DeleteRole RoleName=r").await.ok();
}

#[tokio::test]
async fn a_role_that_is_granted_something_is_not_removed() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    let all = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let put = format!("PutRolePolicy RoleName=r PolicyName=all PolicyDocument={all}");
    world.root(&put).await.ok();
    world.root(&format!("AttachRolePolicy RoleName=r PolicyArn={ADMIN}")).await.ok();
    let conflict = "409 DeleteConflict: Cannot delete entity, must";
    let told = format!("{conflict} detach all policies first.");
    assert_eq!(world.root("DeleteRole RoleName=r").await.told(), told);
    world.root(&format!("DetachRolePolicy RoleName=r PolicyArn={ADMIN}")).await.ok();
    let told = format!("{conflict} delete policies first.");
    assert_eq!(world.root("DeleteRole RoleName=r").await.told(), told);
    world.root("DeleteRolePolicy RoleName=r PolicyName=all").await.ok();
    world.root("DeleteRole RoleName=r").await.ok();
}

#[tokio::test]
async fn a_refusal_names_a_role_as_aws_does() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let own = |rest: &str| format!("arn:aws:iam::{ACCOUNT}:{rest}");
    let linked = "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    for (call, resource) in [
        ("GetRole RoleName=none", "role none".to_owned()),
        ("ListRoles PathPrefix=/dev/", own("role/dev/")),
        ("CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com", own(linked)),
        ("CreateInstanceProfile InstanceProfileName=p Path=/x/", own("instance-profile/x/p")),
        ("GetInstanceProfile InstanceProfileName=p", "instance profile p".to_owned()),
        (
            "ListPolicyTags PolicyArn=arn:aws:iam::aws:policy/A",
            "policy arn:aws:iam::aws:policy/A".to_owned(),
        ),
    ] {
        let reply = world.asks(&ann, call).await;
        assert_eq!(reply.code(), "AccessDenied");
        let told = format!(" on resource: {resource} because no");
        assert!(reply.message().contains(&told), "{}", reply.message());
    }
}

#[tokio::test]
async fn an_account_holds_so_many_roles() {
    let limits = Limits { roles_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.role("a", "").await.ok();
    let told = "409 LimitExceeded: Cannot exceed quota for RolesPerAccount: 1";
    assert_eq!(world.role("b", "").await.told(), told);
    let linked = "CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com";
    assert_eq!(world.root(linked).await.told(), told);
}

#[tokio::test]
async fn nobody_makes_a_role_that_looks_like_a_services() {
    let world = World::new().await;
    let reply = world.role("r", "Path=/aws-service-role/ecs.amazonaws.com/").await;
    assert_eq!(
        reply.told(),
        "400 InvalidInput: The path /aws-service-role/ is reserved for service-linked roles."
    );
}
