//! Service-linked roles, as a caller sees them.

use crate::world::{ACCOUNT, World};

const ECS: &str = "AWSServiceRoleForECS";

#[tokio::test]
async fn a_service_has_a_role_that_is_called_after_it() {
    let world = World::new().await;
    let made = world
        .root("CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com Description=d")
        .await
        .ok();
    assert_eq!(made.text("RoleName"), ECS);
    assert_eq!(made.text("Path"), "/aws-service-role/ecs.amazonaws.com/");
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/{ECS}");
    assert_eq!(made.text("Arn"), arn);
    assert!(made.text("AssumeRolePolicyDocument").contains("ecs.amazonaws.com"));
    assert_eq!(world.root(&format!("GetRole RoleName={ECS}")).await.ok().text("Description"), "d");
}

#[tokio::test]
async fn a_service_has_one_role_unless_it_takes_suffixes() {
    let world = World::new().await;
    let call =
        |service: &str| format!("CreateServiceLinkedRole AWSServiceName={service}.amazonaws.com");
    world.root(&call("autoscaling")).await.ok();
    assert_eq!(
        world.root(&call("autoscaling")).await.told(),
        "400 InvalidInput: Service role name AWSServiceRoleForAutoScaling has been taken in this \
         account, please try a different suffix."
    );
    let named = world.root(&format!("{} CustomSuffix=two", call("autoscaling"))).await.ok();
    assert_eq!(named.text("RoleName"), "AWSServiceRoleForAutoScaling_two");
    assert_eq!(
        world.root(&format!("{} CustomSuffix=two", call("ecs"))).await.told(),
        "400 InvalidInput: Custom suffix is not allowed for ecs.amazonaws.com"
    );
}

#[tokio::test]
async fn what_is_no_service_has_no_role() {
    let world = World::new().await;
    let reply = world.root("CreateServiceLinkedRole AWSServiceName=example.com").await;
    let told = "400 InvalidInput: example.com is not the name of a service.";
    assert_eq!(reply.told(), told);
}

#[tokio::test]
async fn none_but_the_service_changes_its_role() {
    let world = World::new().await;
    world.root("CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com").await.ok();
    world.root("CreateInstanceProfile InstanceProfileName=p").await.ok();
    let told = format!(
        "400 UnmodifiableEntity: Cannot perform the operation on the protected role '{ECS}' - \
         this role is only modifiable by AWS"
    );
    for action in [
        "DeleteRole",
        "UpdateRole MaxSessionDuration=7200",
        "UpdateAssumeRolePolicy PolicyDocument={}",
        "AddRoleToInstanceProfile InstanceProfileName=p",
    ] {
        let reply = world.root(&format!("{action} RoleName={ECS}")).await;
        assert_eq!(reply.told(), told, "{action}");
    }
    // What it is for, and its labels, are the account's own business.
    world.root(&format!("UpdateRole RoleName={ECS} Description=ours")).await.ok();
    let call = format!("TagRole RoleName={ECS} Tags.member.1.Key=a Tags.member.1.Value=b");
    world.root(&call).await.ok();
}

#[tokio::test]
async fn a_removal_is_done_at_once_and_remembered() {
    let world = World::new().await;
    world.root("CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com").await.ok();
    let call = format!("DeleteServiceLinkedRole RoleName={ECS}");
    let task = world.root(&call).await.ok().text("DeletionTaskId");
    let (role, uuid) = task.rsplit_once('/').unwrap();
    assert_eq!(role, format!("task/aws-service-role/ecs.amazonaws.com/{ECS}"));
    assert_eq!(uuid.len(), 36);
    let gone = format!("404 NoSuchEntity: The role with name {ECS} cannot be found.");
    assert_eq!(world.root(&call).await.told(), gone);
    let status = |task: &str| format!("GetServiceLinkedRoleDeletionStatus DeletionTaskId={task}");
    assert_eq!(world.root(&status(&task)).await.ok().text("Status"), "SUCCEEDED");
    assert_eq!(
        world.root(&status("task/none")).await.told(),
        "404 NoSuchEntity: The Deletion Task with id task/none cannot be found."
    );
}

#[tokio::test]
async fn an_ordinary_role_is_not_removed_as_a_services() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    let reply = world.root("DeleteServiceLinkedRole RoleName=r").await;
    assert_eq!(reply.told(), "404 NoSuchEntity: The role with name r cannot be found.");
    world.root("GetRole RoleName=r").await.ok();
}
