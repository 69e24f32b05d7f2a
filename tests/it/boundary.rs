//! Permissions boundaries, as a caller sees them.

use crate::holders;
use crate::managed::{arn, policy};
use crate::world::World;

/// The kinds that may have one, and how a request names one of each.
const KINDS: [(&str, &str); 2] = [("User", "UserName=ann"), ("Role", "RoleName=deploy")];

/// A world in which there is one of each kind.
async fn peopled() -> World {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    holders::role(&world, "deploy", None).await;
    world
}

async fn bounds(world: &World, arn: &str) -> String {
    let reply = world.root(&format!("GetPolicy PolicyArn={arn}")).await.ok();
    reply.text("PermissionsBoundaryUsageCount")
}

#[tokio::test]
async fn a_boundary_takes_the_place_of_the_one_before() {
    let world = peopled().await;
    let own = policy(&world, "Work").await;
    let of_aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    for (kind, named) in KINDS {
        for arn in [of_aws, &*own] {
            let call = format!("Put{kind}PermissionsBoundary {named} PermissionsBoundary={arn}");
            world.root(&call).await.ok();
        }
    }
    assert_eq!(
        (bounds(&world, of_aws).await, bounds(&world, &own).await),
        ("0".into(), "2".into())
    );
}

#[tokio::test]
async fn a_boundary_is_removed_and_where_there_is_none_nothing_is() {
    let world = peopled().await;
    let arn = policy(&world, "Work").await;
    for (kind, named) in KINDS {
        let call = format!("Put{kind}PermissionsBoundary {named} PermissionsBoundary={arn}");
        world.root(&call).await.ok();
        for _ in 0..2 {
            world.root(&format!("Delete{kind}PermissionsBoundary {named}")).await.ok();
        }
    }
    assert_eq!(bounds(&world, &arn).await, "0");
}

#[tokio::test]
async fn a_boundary_is_a_policy_that_is_there() {
    let world = peopled().await;
    let none = arn("/None");
    let of_service = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
    for (kind, named) in KINDS {
        let put = format!("Put{kind}PermissionsBoundary {named} PermissionsBoundary=");
        for arn in [&*none, "arn:aws:iam::aws:policy/None", of_service] {
            let told =
                format!("404 NoSuchEntity: Scope ARN: {arn} does not exist or is not attachable.");
            assert_eq!(world.root(&format!("{put}{arn}")).await.told(), told);
        }
        let told = "400 InvalidInput: ARN longpolicynamebutnoarn is not valid.";
        assert_eq!(world.root(&format!("{put}longpolicynamebutnoarn")).await.told(), told);
    }
}

#[tokio::test]
async fn who_is_not_there_has_no_boundary() {
    let world = World::new().await;
    let more = "PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess";
    for (kind, named, actions) in [
        ("user", "UserName=ann", ["PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"]),
        (
            "role",
            "RoleName=deploy",
            ["PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary"],
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
