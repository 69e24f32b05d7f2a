//! Managed policies on users, groups and roles, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;

use crate::holders;
use crate::managed::{arn, policy};
use crate::world::World;

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The three kinds, and how a request names one of each.
const KINDS: [(&str, &str); 3] =
    [("User", "UserName=ann"), ("Group", "GroupName=staff"), ("Role", "RoleName=deploy")];

/// A world in which there is one of each kind.
async fn peopled(limits: Limits) -> World {
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.root("CreateUser UserName=ann").await.ok();
    world.root("CreateGroup GroupName=staff").await.ok();
    holders::role(&world, "deploy", None).await;
    world
}

async fn attached(world: &World, kind: &str, named: &str) -> Vec<String> {
    let call = format!("ListAttached{kind}Policies {named}");
    world.root(&call).await.ok().texts("PolicyName")
}

async fn count(world: &World, arn: &str) -> String {
    world.root(&format!("GetPolicy PolicyArn={arn}")).await.ok().text("AttachmentCount")
}

#[tokio::test]
async fn a_policy_is_attached_once_however_often_that_is_asked_for() {
    let world = peopled(Limits::default()).await;
    let arn = policy(&world, "Work").await;
    for (kind, named) in KINDS {
        for _ in 0..2 {
            world.root(&format!("Attach{kind}Policy {named} PolicyArn={arn}")).await.ok();
        }
        assert_eq!(attached(&world, kind, named).await, ["Work"]);
    }
    assert_eq!(count(&world, &arn).await, "3");
    for (kind, named) in KINDS {
        world.root(&format!("Detach{kind}Policy {named} PolicyArn={arn}")).await.ok();
        assert!(attached(&world, kind, named).await.is_empty());
    }
    assert_eq!(count(&world, &arn).await, "0");
}

#[tokio::test]
async fn what_is_not_there_or_no_full_name_is_neither_attached_nor_detached() {
    let world = peopled(Limits::default()).await;
    let own = policy(&world, "Work").await;
    let none = arn("/None");
    for (kind, named) in KINDS {
        for arn in [&*none, "arn:aws:iam::aws:policy/None"] {
            let reply = world.root(&format!("Attach{kind}Policy {named} PolicyArn={arn}")).await;
            let told =
                format!("404 NoSuchEntity: Policy {arn} does not exist or is not attachable.");
            assert_eq!(reply.told(), told);
        }
        for arn in [&*none, &*own] {
            let reply = world.root(&format!("Detach{kind}Policy {named} PolicyArn={arn}")).await;
            assert_eq!(reply.told(), format!("404 NoSuchEntity: Policy {arn} was not found."));
        }
        let call = format!("Attach{kind}Policy {named} PolicyArn=longpolicynamebutnoarn");
        let told = "400 ValidationError: ARN longpolicynamebutnoarn is not valid.";
        assert_eq!(world.root(&call).await.told(), told);
    }
}

#[tokio::test]
async fn who_is_not_there_holds_nothing() {
    let world = World::new().await;
    let more = format!("PolicyArn={ADMINISTRATOR}");
    for (kind, named, actions) in [
        (
            "user",
            "UserName=ann",
            ["AttachUserPolicy", "DetachUserPolicy", "ListAttachedUserPolicies"],
        ),
        (
            "group",
            "GroupName=staff",
            ["AttachGroupPolicy", "DetachGroupPolicy", "ListAttachedGroupPolicies"],
        ),
        (
            "role",
            "RoleName=deploy",
            ["AttachRolePolicy", "DetachRolePolicy", "ListAttachedRolePolicies"],
        ),
    ] {
        let (_, name) = named.split_once('=').unwrap();
        let told = format!("404 NoSuchEntity: The {kind} with name {name} cannot be found.");
        for action in actions {
            let reply = world.root(&format!("{action} {named} {more}")).await;
            assert_eq!(reply.told(), told, "{action}");
        }
    }
}

#[tokio::test]
async fn an_eleventh_policy_is_one_too_many_but_not_a_tenth_again() {
    let world = peopled(Limits { attached_per_group: 1, ..Limits::default() }).await;
    for number in 0..10 {
        let arn = policy(&world, &format!("p{number}")).await;
        for (kind, named) in [KINDS[0], KINDS[2]] {
            world.root(&format!("Attach{kind}Policy {named} PolicyArn={arn}")).await.ok();
        }
    }
    let again = arn("/p9");
    world.root(&format!("AttachGroupPolicy GroupName=staff PolicyArn={again}")).await.ok();
    for ((kind, named), most) in KINDS.into_iter().zip([10, 1, 10]) {
        let call = format!("Attach{kind}Policy {named} PolicyArn={ADMINISTRATOR}");
        let told = format!("409 LimitExceeded: Cannot exceed quota for PoliciesPer{kind}: {most}");
        assert_eq!(world.root(&call).await.told(), told);
        world.root(&format!("Attach{kind}Policy {named} PolicyArn={again}")).await.ok();
    }
}

#[tokio::test]
async fn policies_of_aws_services_are_attached_by_them_alone() {
    let world = peopled(Limits::default()).await;
    let arn = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
    for (kind, named) in KINDS {
        let reply = world.root(&format!("Attach{kind}Policy {named} PolicyArn={arn}")).await;
        let told = format!(
            "400 PolicyNotAttachable: Cannot attach a Service Role Policy to a Customer {kind}."
        );
        assert_eq!(reply.told(), told);
    }
}

#[tokio::test]
async fn what_is_attached_is_listed_by_name_below_a_path_a_page_at_a_time() {
    let world = peopled(Limits::default()).await;
    let arns = [
        &*policy(&world, "beta").await,
        "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
        &*policy(&world, "AdministratorAccess").await,
        ADMINISTRATOR,
    ];
    for arn in arns {
        world.root(&format!("AttachRolePolicy RoleName=deploy PolicyArn={arn}")).await.ok();
    }
    let (mut seen, mut more) = (Vec::new(), String::new());
    loop {
        let call = format!("ListAttachedRolePolicies RoleName=deploy MaxItems=1 {more}");
        let reply = world.root(&call).await.ok();
        seen.push(reply.text("PolicyArn"));
        if reply.text("IsTruncated") == "false" {
            break;
        }
        more = format!("Marker={}", reply.text("Marker"));
    }
    assert_eq!(seen, [arns[2], arns[3], arns[0], arns[1]]);
    let call = "ListAttachedRolePolicies RoleName=deploy PathPrefix=/job-function/";
    assert_eq!(world.root(call).await.ok().texts("PolicyName"), ["ViewOnlyAccess"]);
}

#[tokio::test]
async fn a_policy_that_is_used_stays() {
    let world = peopled(Limits::default()).await;
    let arn = policy(&world, "Work").await;
    let told = "409 DeleteConflict: Cannot delete a policy attached to entities.";
    world.root(&format!("AttachGroupPolicy GroupName=staff PolicyArn={arn}")).await.ok();
    assert_eq!(world.root(&format!("DeletePolicy PolicyArn={arn}")).await.told(), told);
    world.root(&format!("DetachGroupPolicy GroupName=staff PolicyArn={arn}")).await.ok();
    let bound = format!("PutUserPermissionsBoundary UserName=ann PermissionsBoundary={arn}");
    world.root(&bound).await.ok();
    assert_eq!(world.root(&format!("DeletePolicy PolicyArn={arn}")).await.told(), told);
    world.root("DeleteUserPermissionsBoundary UserName=ann").await.ok();
    world.root(&format!("DeletePolicy PolicyArn={arn}")).await.ok();
}

#[tokio::test]
async fn who_uses_a_policy_is_listed_by_kind_path_and_use() {
    let world = peopled(Limits::default()).await;
    let arn = policy(&world, "Work").await;
    world.root("CreateUser UserName=bob Path=/dev/").await.ok();
    for (action, named) in [("Group", "GroupName=staff"), ("User", "UserName=bob")] {
        world.root(&format!("Attach{action}Policy {named} PolicyArn={arn}")).await.ok();
    }
    for (kind, named) in [("Role", "RoleName=deploy"), ("User", "UserName=bob")] {
        let call = format!("Put{kind}PermissionsBoundary {named} PermissionsBoundary={arn}");
        world.root(&call).await.ok();
    }
    for (more, groups, users, roles) in [
        ("", 1, 1, 1),
        ("EntityFilter=User", 0, 1, 0),
        ("EntityFilter=LocalManagedPolicy", 0, 0, 0),
        ("PathPrefix=/dev/", 0, 1, 0),
        ("PolicyUsageFilter=PermissionsPolicy", 1, 1, 0),
        ("PolicyUsageFilter=PermissionsBoundary", 0, 1, 1),
    ] {
        let call = format!("ListEntitiesForPolicy PolicyArn={arn} {more}");
        let reply = world.root(&call).await.ok();
        let found = ["GroupId", "UserId", "RoleId"].map(|name| reply.texts(name).len());
        assert_eq!(found, [groups, users, roles], "{more}");
    }
}

#[tokio::test]
async fn who_uses_a_policy_is_listed_a_page_at_a_time() {
    let world = peopled(Limits::default()).await;
    for (kind, named) in KINDS {
        let call = format!("Attach{kind}Policy {named} PolicyArn={ADMINISTRATOR}");
        world.root(&call).await.ok();
    }
    let list = format!("ListEntitiesForPolicy PolicyArn={ADMINISTRATOR} MaxItems=2");
    let first = world.root(&list).await.ok();
    assert_eq!(
        (first.text("GroupName"), first.text("RoleName")),
        ("staff".into(), "deploy".into())
    );
    let next = world.root(&format!("{list} Marker={}", first.text("Marker"))).await.ok();
    assert_eq!((next.text("UserName"), next.text("IsTruncated")), ("ann".into(), "false".into()));
}

#[tokio::test]
async fn policies_are_listed_by_their_use() {
    let world = peopled(Limits::default()).await;
    let (own, bound) = (policy(&world, "own").await, policy(&world, "bound").await);
    policy(&world, "idle").await;
    for arn in [&*own, ADMINISTRATOR] {
        world.root(&format!("AttachUserPolicy UserName=ann PolicyArn={arn}")).await.ok();
    }
    let call = format!("PutUserPermissionsBoundary UserName=ann PermissionsBoundary={bound}");
    world.root(&call).await.ok();
    for (more, expected) in [
        ("OnlyAttached=true", &["AdministratorAccess", "own"][..]),
        ("OnlyAttached=true Scope=AWS", &["AdministratorAccess"]),
        ("PolicyUsageFilter=PermissionsPolicy Scope=Local", &["own"]),
        ("PolicyUsageFilter=PermissionsBoundary", &["bound"]),
        ("Scope=Local", &["bound", "idle", "own"]),
    ] {
        let listed = world.root(&format!("ListPolicies {more}")).await.ok();
        assert_eq!(listed.texts("PolicyName"), expected, "{more}");
    }
}

#[tokio::test]
async fn a_user_keeps_what_is_attached_under_a_new_name() {
    let world = peopled(Limits::default()).await;
    let arn = policy(&world, "Work").await;
    world.root(&format!("AttachUserPolicy UserName=ann PolicyArn={arn}")).await.ok();
    world.root("UpdateUser UserName=ann NewUserName=anna").await.ok();
    assert_eq!(attached(&world, "User", "UserName=anna").await, ["Work"]);
    let reply = world.root(&format!("ListEntitiesForPolicy PolicyArn={arn}")).await.ok();
    assert_eq!(reply.texts("UserName"), ["anna"]);
}

#[tokio::test]
async fn a_role_that_belongs_to_a_service_is_changed_by_nobody_else() {
    let world = World::new().await;
    let name = "AWSServiceRoleForSupport";
    holders::role(&world, name, Some("support.amazonaws.com")).await;
    let told = format!(
        "400 UnmodifiableEntity: Cannot perform the operation on the protected role '{name}' - \
         this role is only modifiable by AWS"
    );
    let document = crate::managed::allowing("iam:GetUser");
    for call in [
        format!("AttachRolePolicy PolicyArn={ADMINISTRATOR}"),
        format!("DetachRolePolicy PolicyArn={ADMINISTRATOR}"),
        format!("PutRolePolicy PolicyName=p PolicyDocument={document}"),
        "DeleteRolePolicy PolicyName=p".to_owned(),
        format!("PutRolePermissionsBoundary PermissionsBoundary={ADMINISTRATOR}"),
        "DeleteRolePermissionsBoundary ".to_owned(),
    ] {
        let (action, more) = call.split_once(' ').unwrap();
        let reply = world.root(&format!("{action} RoleName={name} {more}")).await;
        assert_eq!(reply.told(), told, "{action}");
    }
}

#[tokio::test]
async fn what_is_attached_is_granted_from_the_next_request_on_until_it_is_detached() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    for (call, code) in [("AttachUserPolicy", ""), ("DetachUserPolicy", "AccessDenied")] {
        world.root(&format!("{call} UserName=ann PolicyArn={ADMINISTRATOR}")).await.ok();
        assert_eq!(world.asks(&ann, "ListUsers").await.code(), code);
    }
}

#[tokio::test]
async fn who_may_attach_one_policy_to_those_within_one_boundary_attaches_no_other_to_others() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let (work, boundary) = (policy(&world, "Work").await, policy(&world, "Boundary").await);
    for name in ["bound", "free"] {
        world.root(&format!("CreateUser UserName={name}")).await.ok();
    }
    let put = format!("PutUserPermissionsBoundary UserName=bound PermissionsBoundary={boundary}");
    world.root(&put).await.ok();
    let condition = format!(
        r#"{{"ArnEquals":{{"iam:PolicyARN":"{work}","iam:PermissionsBoundary":"{boundary}"}}}}"#
    );
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{condition}}}"#
    );
    let document = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let put = format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={document}");
    world.root(&put).await.ok();
    for (name, arn, code) in [
        ("bound", &*work, ""),
        ("bound", ADMINISTRATOR, "AccessDenied"),
        ("free", &*work, "AccessDenied"),
    ] {
        let call = format!("AttachUserPolicy UserName={name} PolicyArn={arn}");
        assert_eq!(world.asks(&ann, &call).await.code(), code, "{call}");
    }
}
