//! Users, as a caller sees them.

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use std::sync::Arc;

use crate::world::World;

#[tokio::test]
async fn a_new_user_is_told_with_all_that_is_known_of_it() {
    let world = World::new().await;
    let reply = world.root("CreateUser UserName=Ann Path=/dev/ops/").await.ok();
    assert_eq!(reply.text("UserName"), "Ann");
    assert_eq!(reply.text("Path"), "/dev/ops/");
    assert_eq!(reply.text("Arn"), "arn:aws:iam::123456789012:user/dev/ops/Ann");
    assert_eq!(reply.text("CreateDate"), "2027-01-15T08:00:00Z");
    let id = reply.text("UserId");
    assert!(id.starts_with("AIDA") && id.len() == 21, "{id}");
    let told = world.root("GetUser UserName=Ann").await.ok();
    assert_eq!(told.text("UserId"), id);
}

#[tokio::test]
async fn a_document_is_laid_out_as_awss_are() {
    let world = World::new().await;
    let reply = world.root("CreateUser UserName=ann").await.ok();
    let (id, request) = (reply.text("UserId"), reply.text("RequestId"));
    assert_eq!(
        reply.document,
        format!(
            "<CreateUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\n  \
             <CreateUserResult>\n    <User>\n      <Path>/</Path>\n      \
             <UserName>ann</UserName>\n      <UserId>{id}</UserId>\n      \
             <Arn>arn:aws:iam::123456789012:user/ann</Arn>\n      \
             <CreateDate>2027-01-15T08:00:00Z</CreateDate>\n    </User>\n  \
             </CreateUserResult>\n  <ResponseMetadata>\n    \
             <RequestId>{request}</RequestId>\n  </ResponseMetadata>\n</CreateUserResponse>\n"
        )
    );
}

#[tokio::test]
async fn an_answer_to_nothing_has_no_result() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let document = world.root("DeleteUser UserName=ann").await.ok().document;
    assert!(!document.contains("DeleteUserResult"), "{document}");
}

#[tokio::test]
async fn names_are_unique_without_regard_to_case_and_found_so() {
    let world = World::new().await;
    world.root("CreateUser UserName=Ann").await.ok();
    let again = world.root("CreateUser UserName=aNN").await;
    assert_eq!(again.told(), "409 EntityAlreadyExists: User with name aNN already exists.");
    assert_eq!(world.root("GetUser UserName=ANN").await.ok().text("UserName"), "Ann");
}

#[tokio::test]
async fn a_user_that_is_not_there_cannot_be_told_of_changed_or_deleted() {
    let world = World::new().await;
    for call in ["GetUser UserName=Bob", "UpdateUser UserName=Bob", "DeleteUser UserName=Bob"] {
        let told = "404 NoSuchEntity: The user with name Bob cannot be found.";
        assert_eq!(world.root(call).await.told(), told, "{call}");
    }
}

#[tokio::test]
async fn users_are_listed_by_name_whatever_their_case() {
    let world = World::new().await;
    for name in ["bob", "Ann", "carl", "Bea", "_x"] {
        world.root(&format!("CreateUser UserName={name}")).await.ok();
    }
    let reply = world.root("ListUsers").await.ok();
    assert_eq!(reply.texts("UserName"), ["_x", "Ann", "Bea", "bob", "carl"]);
    assert_eq!(reply.text("IsTruncated"), "false");
    assert!(reply.texts("Marker").is_empty());
}

#[tokio::test]
async fn pages_add_up_to_the_list_while_users_come_and_go() {
    let world = World::new().await;
    for number in 10..17 {
        world.root(&format!("CreateUser UserName=u{number}")).await.ok();
    }
    let first = world.root("ListUsers MaxItems=3").await.ok();
    assert_eq!(first.texts("UserName"), ["u10", "u11", "u12"]);
    assert_eq!(first.text("IsTruncated"), "true");
    world.root("DeleteUser UserName=u12").await.ok();
    world.root("CreateUser UserName=u125").await.ok();
    let second = format!("ListUsers MaxItems=3 Marker={}", first.text("Marker"));
    let second = world.root(&second).await.ok();
    assert_eq!(second.texts("UserName"), ["u125", "u13", "u14"]);
    let third = format!("ListUsers MaxItems=3 Marker={}", second.text("Marker"));
    let third = world.root(&third).await.ok();
    assert_eq!(third.texts("UserName"), ["u15", "u16"]);
    assert_eq!(third.text("IsTruncated"), "false");
}

#[tokio::test]
async fn a_marker_of_another_list_is_invalid() {
    let world = World::new().await;
    for name in ["a", "b"] {
        world.root(&format!("CreateUser UserName={name} Path=/p/")).await.ok();
    }
    let marker = world.root("ListUsers MaxItems=1").await.ok().text("Marker");
    for call in ["ListUsers PathPrefix=/p/ Marker=", "ListAccessKeys UserName=a Marker="] {
        let reply = world.root(&format!("{call}{marker}")).await;
        assert_eq!(reply.told(), "400 ValidationError: Invalid Marker.");
    }
    assert_eq!(world.root("ListUsers Marker=bogus").await.message(), "Invalid Marker.");
}

#[tokio::test]
async fn a_path_prefix_is_a_beginning_not_a_folder() {
    let world = World::new().await;
    for (name, path) in [("a", "/"), ("b", "/dev/"), ("c", "/dev/x/"), ("d", "/devops/")] {
        world.root(&format!("CreateUser UserName={name} Path={path}")).await.ok();
    }
    for (prefix, names) in [("/", 4), ("/dev", 3), ("/dev/", 2), ("/dev/x/", 1), ("/y", 0)] {
        let reply = world.root(&format!("ListUsers PathPrefix={prefix}")).await.ok();
        assert_eq!(reply.texts("UserName").len(), names, "{prefix}");
    }
}

#[tokio::test]
async fn a_renamed_user_keeps_id_keys_and_tags_and_signs_under_the_new_name() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann Tags.member.1.Key=team Tags.member.1.Value=a").await.ok();
    let id = world.root("GetUser UserName=ann").await.text("UserId");
    let ann = world.key_of("ann").await;
    world.root("UpdateUser UserName=ANN NewUserName=Beth NewPath=/x/").await.ok();
    let caller = world.asks(&ann, "GetCallerIdentity").await.ok();
    assert_eq!(caller.text("Arn"), "arn:aws:iam::123456789012:user/x/Beth");
    assert_eq!(caller.text("UserId"), id);
    let told = world.root("GetUser UserName=beth").await.ok();
    assert_eq!(told.text("UserId"), id);
    assert_eq!(told.text("Value"), "a");
    assert_eq!(world.root("GetUser UserName=ann").await.code(), "NoSuchEntity");
    let keys = world.root("ListAccessKeys UserName=Beth").await.ok();
    assert_eq!(keys.text("AccessKeyId"), ann.id);
    assert_eq!(keys.text("UserName"), "Beth");
}

#[tokio::test]
async fn a_name_may_change_in_nothing_but_its_case() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.root("UpdateUser UserName=ann NewUserName=ANN").await.ok();
    assert_eq!(world.root("ListUsers").await.texts("UserName"), ["ANN"]);
    let arn = world.asks(&ann, "GetCallerIdentity").await.ok().text("Arn");
    assert_eq!(arn, "arn:aws:iam::123456789012:user/ANN");
}

#[tokio::test]
async fn nobody_is_renamed_to_somebody() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    world.root("CreateUser UserName=Bob").await.ok();
    let reply = world.root("UpdateUser UserName=ann NewUserName=BOB").await;
    assert_eq!(reply.told(), "409 EntityAlreadyExists: User with name BOB already exists.");
}

#[tokio::test]
async fn a_user_that_holds_keys_is_not_deleted() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let reply = world.root("DeleteUser UserName=ann").await;
    let told = "409 DeleteConflict: Cannot delete entity, must delete access keys first.";
    assert_eq!(reply.told(), told);
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id)).await.ok();
    world.root("DeleteUser UserName=ann").await.ok();
    assert_eq!(world.root("GetUser UserName=ann").await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_user_made_anew_is_another_one() {
    let world = World::new().await;
    let before = world.root("CreateUser UserName=ann").await.ok().text("UserId");
    world.root("DeleteUser UserName=ann").await.ok();
    let after = world.root("CreateUser UserName=ann").await.ok().text("UserId");
    assert_ne!(before, after);
}

#[tokio::test]
async fn one_user_more_than_the_account_may_hold_is_too_many() {
    let limits = Limits { users_per_account: 2, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    for name in ["a", "b"] {
        world.root(&format!("CreateUser UserName={name}")).await.ok();
    }
    let told = "409 LimitExceeded: Cannot exceed quota for UsersPerAccount: 2";
    assert_eq!(world.root("CreateUser UserName=c").await.told(), told);
}

#[tokio::test]
async fn a_boundary_that_does_not_exist_makes_no_user() {
    let world = World::new().await;
    let arn = "arn:aws:iam::123456789012:policy/none";
    let reply = world.root(&format!("CreateUser UserName=ann PermissionsBoundary={arn}")).await;
    let told = format!("404 NoSuchEntity: Scope ARN: {arn} does not exist or is not attachable.");
    assert_eq!(reply.told(), told);
    let reply =
        world.root("CreateUser UserName=ann PermissionsBoundary=not-an-arn-at-all-ever").await;
    assert_eq!(reply.told(), "400 InvalidInput: ARN not-an-arn-at-all-ever is not valid.");
    assert_eq!(world.root("GetUser UserName=ann").await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_user_is_made_within_a_boundary_and_told_with_it() {
    let world = World::new().await;
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let made = format!("CreateUser UserName=ann PermissionsBoundary={arn}");
    for call in [&*made, "GetUser UserName=ann"] {
        let reply = world.root(call).await.ok();
        assert_eq!(reply.text("PermissionsBoundaryArn"), arn);
        assert_eq!(reply.text("PermissionsBoundaryType"), "Policy");
    }
    let listed = world.root("ListUsers").await.ok();
    assert!(listed.texts("PermissionsBoundaryArn").is_empty(), "lists tell no boundary");
    world.root("DeleteUser UserName=ann").await.ok();
}

#[tokio::test]
async fn a_user_in_a_group_is_not_deleted() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.root("CreateGroup GroupName=staff").await.ok();
    world.root("AddUserToGroup GroupName=staff UserName=ann").await.ok();
    let reply = world.root("DeleteUser UserName=ann").await;
    let told = "409 DeleteConflict: Cannot delete entity, must delete access keys first.";
    assert_eq!(reply.told(), told, "keys are told of before groups");
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id)).await.ok();
    let reply = world.root("DeleteUser UserName=ann").await;
    let told = "409 DeleteConflict: Cannot delete entity, must remove users from group first.";
    assert_eq!(reply.told(), told);
    world.root("RemoveUserFromGroup GroupName=staff UserName=ann").await.ok();
    world.root("DeleteUser UserName=ann").await.ok();
}

#[tokio::test]
async fn root_is_told_of_as_the_account() {
    let world = World::new().await;
    let reply = world.root("GetUser").await.ok();
    assert_eq!(reply.text("UserId"), "123456789012");
    assert_eq!(reply.text("Arn"), "arn:aws:iam::123456789012:root");
    assert!(reply.texts("UserName").is_empty());
    assert!(world.root("ListUsers").await.ok().texts("Arn").is_empty(), "root is no user");
}

#[tokio::test]
async fn every_fault_of_a_request_is_told_at_once_and_no_value_repeated() {
    let world = World::new().await;
    let reply = world.root("CreateUser UserName=a%20b Path=x").await;
    assert_eq!(
        reply.told(),
        "400 ValidationError: 2 validation errors detected: Value at 'path' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: \
         (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F); Value at 'userName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+"
    );
    assert_eq!(
        world.root("CreateUser").await.told(),
        "400 ValidationError: 1 validation error detected: Value at 'userName' failed to satisfy \
         constraint: Member must not be null"
    );
    let long = format!("CreateUser UserName={}", "u".repeat(65));
    assert!(world.root(&long).await.message().ends_with("length less than or equal to 64"));
    let many = world.root("ListUsers MaxItems=1001").await.message();
    assert!(many.ends_with("'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"), "{many}");
}
