//! Groups and who is in them, as a caller sees them.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;

use crate::world::World;

async fn group_with(world: &World, group: &str, users: &[&str]) {
    world.root(&format!("CreateGroup GroupName={group}")).await.ok();
    for user in users {
        world.root(&format!("AddUserToGroup GroupName={group} UserName={user}")).await.ok();
    }
}

async fn make_users(world: &World, names: &[&str]) {
    for name in names {
        world.root(&format!("CreateUser UserName={name}")).await.ok();
    }
}

#[tokio::test]
async fn a_new_group_is_told_with_all_that_is_known_of_it() {
    let world = World::new().await;
    let reply = world.root("CreateGroup GroupName=Admins Path=/ops/").await.ok();
    assert_eq!(reply.text("GroupName"), "Admins");
    assert_eq!(reply.text("Path"), "/ops/");
    assert_eq!(reply.text("Arn"), "arn:aws:iam::123456789012:group/ops/Admins");
    assert_eq!(reply.text("CreateDate"), "2027-01-15T08:00:00Z");
    let id = reply.text("GroupId");
    assert!(id.starts_with("AGPA") && id.len() == 21, "{id}");
    let told = world.root("GetGroup GroupName=admins").await.ok();
    assert_eq!(told.text("GroupId"), id);
    assert_eq!(told.text("GroupName"), "Admins");
    assert!(told.document.contains("<Users/>"), "{}", told.document);
    assert_eq!(told.text("IsTruncated"), "false");
}

#[tokio::test]
async fn a_group_has_a_name_of_its_own_among_groups_alone() {
    let world = World::new().await;
    make_users(&world, &["admins"]).await;
    group_with(&world, "admins", &[]).await;
    let again = world.root("CreateGroup GroupName=ADMINS").await;
    assert_eq!(again.told(), "409 EntityAlreadyExists: Group with name ADMINS already exists.");
}

#[tokio::test]
async fn what_names_a_group_that_is_not_there_says_so() {
    let world = World::new().await;
    make_users(&world, &["ann"]).await;
    for call in [
        "GetGroup GroupName=none",
        "UpdateGroup GroupName=none",
        "DeleteGroup GroupName=none",
        "AddUserToGroup GroupName=none UserName=ann",
        "RemoveUserFromGroup GroupName=none UserName=ann",
    ] {
        let told = "404 NoSuchEntity: The group with name none cannot be found.";
        assert_eq!(world.root(call).await.told(), told, "{call}");
    }
}

#[tokio::test]
async fn of_a_user_and_a_group_that_are_not_there_the_user_is_missed() {
    let world = World::new().await;
    for call in ["AddUserToGroup", "RemoveUserFromGroup"] {
        let reply = world.root(&format!("{call} GroupName=none UserName=Bob")).await;
        assert_eq!(reply.told(), "404 NoSuchEntity: The user with name Bob cannot be found.");
    }
    let reply = world.root("ListGroupsForUser UserName=Bob").await;
    assert_eq!(reply.told(), "404 NoSuchEntity: The user with name Bob cannot be found.");
}

#[tokio::test]
async fn who_is_put_in_a_group_is_in_it_until_taken_out() {
    let world = World::new().await;
    make_users(&world, &["Bea", "ann"]).await;
    group_with(&world, "staff", &["Bea", "ann", "ANN"]).await;
    let members = world.root("GetGroup GroupName=staff").await.ok();
    assert_eq!(members.texts("UserName"), ["ann", "Bea"]);
    world.root("RemoveUserFromGroup GroupName=STAFF UserName=bea").await.ok();
    let members = world.root("GetGroup GroupName=staff").await.ok();
    assert_eq!(members.texts("UserName"), ["ann"]);
    let groups = world.root("ListGroupsForUser UserName=Bea").await.ok();
    assert!(groups.texts("GroupName").is_empty());
}

#[tokio::test]
async fn who_is_not_in_a_group_stays_out_of_it() {
    let world = World::new().await;
    make_users(&world, &["Ann"]).await;
    group_with(&world, "Staff", &[]).await;
    world.root("RemoveUserFromGroup GroupName=staff UserName=ann").await.ok();
    assert!(world.root("ListGroupsForUser UserName=ann").await.ok().texts("GroupName").is_empty());
}

#[tokio::test]
async fn ten_groups_are_enough_for_a_user() {
    let world = World::new().await;
    make_users(&world, &["ann"]).await;
    for number in 0..10 {
        group_with(&world, &format!("g{number}"), &["ann"]).await;
    }
    world.root("CreateGroup GroupName=more").await.ok();
    let reply = world.root("AddUserToGroup GroupName=more UserName=ann").await;
    assert_eq!(reply.told(), "409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10");
    world.root("AddUserToGroup GroupName=g0 UserName=ann").await.ok();
    world.root("RemoveUserFromGroup GroupName=g0 UserName=ann").await.ok();
    world.root("AddUserToGroup GroupName=more UserName=ann").await.ok();
}

#[tokio::test]
async fn one_group_more_than_the_account_may_hold_is_too_many() {
    let limits = Limits { groups_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    group_with(&world, "a", &[]).await;
    let told = "409 LimitExceeded: Cannot exceed quota for GroupsPerAccount: 1";
    assert_eq!(world.root("CreateGroup GroupName=b").await.told(), told);
}

#[tokio::test]
async fn a_renamed_group_keeps_id_and_members() {
    let world = World::new().await;
    make_users(&world, &["ann"]).await;
    group_with(&world, "staff", &["ann"]).await;
    let id = world.root("GetGroup GroupName=staff").await.text("GroupId");
    world.root("UpdateGroup GroupName=STAFF NewGroupName=Crew NewPath=/x/").await.ok();
    let told = world.root("GetGroup GroupName=crew").await.ok();
    assert_eq!(told.text("GroupId"), id);
    assert_eq!(told.text("UserName"), "ann");
    let groups = world.root("ListGroupsForUser UserName=ann").await.ok();
    assert_eq!(groups.text("Arn"), "arn:aws:iam::123456789012:group/x/Crew");
    assert_eq!(world.root("GetGroup GroupName=staff").await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_group_may_change_its_case_but_not_take_anothers_name() {
    let world = World::new().await;
    group_with(&world, "staff", &[]).await;
    group_with(&world, "Crew", &[]).await;
    world.root("UpdateGroup GroupName=staff NewGroupName=STAFF").await.ok();
    assert_eq!(world.root("ListGroups").await.ok().texts("GroupName"), ["Crew", "STAFF"]);
    let reply = world.root("UpdateGroup GroupName=staff NewGroupName=CREW").await;
    assert_eq!(reply.told(), "409 EntityAlreadyExists: Group with name CREW already exists.");
}

#[tokio::test]
async fn a_renamed_user_stays_in_its_groups() {
    let world = World::new().await;
    make_users(&world, &["ann"]).await;
    group_with(&world, "staff", &["ann"]).await;
    world.root("UpdateUser UserName=ann NewUserName=Beth NewPath=/x/").await.ok();
    let members = world.root("GetGroup GroupName=staff").await.ok();
    assert_eq!(members.texts("UserName"), ["Beth"]);
    assert_eq!(world.root("ListGroupsForUser UserName=beth").await.ok().text("GroupName"), "staff");
}

#[tokio::test]
async fn a_group_that_somebody_is_in_is_not_deleted() {
    let world = World::new().await;
    make_users(&world, &["ann"]).await;
    group_with(&world, "staff", &["ann"]).await;
    let reply = world.root("DeleteGroup GroupName=staff").await;
    let told = "409 DeleteConflict: Cannot delete entity, must remove users from group first.";
    assert_eq!(reply.told(), told);
    world.root("RemoveUserFromGroup GroupName=staff UserName=ann").await.ok();
    world.root("DeleteGroup GroupName=staff").await.ok();
    assert_eq!(world.root("GetGroup GroupName=staff").await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn a_group_made_anew_has_none_of_the_members_of_the_one_before() {
    let world = World::new().await;
    make_users(&world, &["ann"]).await;
    group_with(&world, "staff", &["ann"]).await;
    world.root("RemoveUserFromGroup GroupName=staff UserName=ann").await.ok();
    world.root("DeleteGroup GroupName=staff").await.ok();
    group_with(&world, "staff", &[]).await;
    assert!(world.root("GetGroup GroupName=staff").await.ok().texts("UserName").is_empty());
}

#[tokio::test]
async fn groups_are_listed_by_name_below_a_path() {
    let world = World::new().await;
    for (name, path) in [("b", "/dev/"), ("C", "/dev/x/"), ("a", "/"), ("D", "/devops/")] {
        world.root(&format!("CreateGroup GroupName={name} Path={path}")).await.ok();
    }
    let names = |prefix: &str| format!("ListGroups PathPrefix={prefix}");
    assert_eq!(world.root("ListGroups").await.ok().texts("GroupName"), ["a", "b", "C", "D"]);
    assert_eq!(world.root(&names("/dev/")).await.ok().texts("GroupName"), ["b", "C"]);
    assert_eq!(world.root(&names("/dev")).await.ok().texts("GroupName"), ["b", "C", "D"]);
}

#[tokio::test]
async fn groups_members_and_memberships_are_listed_a_page_at_a_time() {
    let world = World::new().await;
    make_users(&world, &["a", "B", "c"]).await;
    for group in ["x", "Y", "z"] {
        group_with(&world, group, &["a", "B", "c"]).await;
    }
    for (call, element, names) in [
        ("ListGroups", "GroupName", ["x", "Y", "z"]),
        ("ListGroupsForUser UserName=a", "GroupName", ["x", "Y", "z"]),
        ("GetGroup GroupName=x", "UserName", ["a", "B", "c"]),
    ] {
        let first = world.root(&format!("{call} MaxItems=2")).await.ok();
        assert_eq!(first.texts(element)[..], names[..2], "{call}");
        assert_eq!(first.text("IsTruncated"), "true");
        let marker = first.text("Marker");
        let second = world.root(&format!("{call} MaxItems=2 Marker={marker}")).await.ok();
        assert_eq!(second.texts(element), names[2..], "{call}");
        assert_eq!(second.text("IsTruncated"), "false");
        let other = world.root(&format!("ListUsers Marker={marker}")).await;
        assert_eq!(other.message(), "Invalid Marker.");
    }
}

#[tokio::test]
async fn members_are_told_as_lists_tell_users() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann Tags.member.1.Key=team Tags.member.1.Value=a").await.ok();
    group_with(&world, "staff", &["ann"]).await;
    let told = world.root("GetGroup GroupName=staff").await.ok();
    assert!(told.texts("Key").is_empty(), "lists tell no tags");
}

#[tokio::test]
async fn who_may_not_change_a_group_is_told_of_the_group() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let made = world.asks(&ann, "CreateGroup GroupName=staff Path=/x/").await.message();
    assert!(
        made.contains("on resource: arn:aws:iam::123456789012:group/x/staff because"),
        "{made}"
    );
    for call in ["AddUserToGroup", "RemoveUserFromGroup"] {
        let reply = world.asks(&ann, &format!("{call} GroupName=staff UserName=ann")).await;
        let told = format!(
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:{call} on \
             resource: group staff because no identity-based policy allows the iam:{call} action"
        );
        assert_eq!(reply.message(), told);
    }
}
