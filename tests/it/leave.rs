//! Who may do what, as callers find out: policies, through the public door.

mod connection;
mod kept;

use countersign::action::{ActionName, Case, Decide, Needs};
use countersign::arn::Arn;
use countersign::clock::Clock;
use countersign::dispatch::leave::Policies;
use countersign::iam::IAM;
use countersign::store::owner::{Caller, Owner};
use countersign::text::{AccountId, Text, UserName};
use countersign::wire::percent;

use crate::world::{ACCOUNT, Person, Reply, World};

/// A policy of these statements, ready to be sent.
pub(crate) fn policy(statements: &str) -> String {
    let mut sent = Vec::new();
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    percent::encode_into(&mut sent, policy.as_bytes());
    String::from_utf8(sent).unwrap()
}

/// What stands in the only element of that name.
pub(crate) fn between(document: &str, name: &str) -> String {
    let (_, rest) = document.split_once(&format!("<{name}>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

/// A statement that allows `action` on everything, under a condition.
fn allow(action: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Action":"{action}","Resource":"*","Condition":{{{condition}}}}}"#
    )
}

/// A user with a key and one policy of these statements.
async fn user_who_may(world: &World, name: &str, statements: &str) -> Person {
    let person = world.user(name).await;
    may(world, name, statements).await;
    person
}

async fn may(world: &World, name: &str, statements: &str) {
    let put = format!("PutUserPolicy UserName={name} PolicyName=p PolicyDocument=");
    world.root(&format!("{put}{}", policy(statements))).await.ok();
}

const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

#[track_caller]
fn assert_refused(reply: &Reply, action: &str, resource: &str, reason: &str) {
    let told = reply.told();
    let expected = format!("not authorized to perform: {action} on resource: {resource} {reason}");
    assert!(told.starts_with("403 AccessDenied: User: arn:aws:iam::"), "{told}");
    assert!(told.ends_with(&expected), "{told}");
}

const USERS: &str = "arn:aws:iam::123456789012:user/";

#[tokio::test]
async fn a_boundary_narrows_what_is_granted_and_grants_nothing() {
    let world = World::new().await;
    let ann = user_who_may(&world, "ann", ALL).await;
    let bob = world.user("bob").await;
    let reads = policy(r#"{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}"#);
    world.root(&format!("CreatePolicy PolicyName=reads PolicyDocument={reads}")).await.ok();
    let bound = "PermissionsBoundary=arn:aws:iam::123456789012:policy/reads";
    for name in ["ann", "bob"] {
        let put = format!("PutUserPermissionsBoundary UserName={name} {bound}");
        world.root(&put).await.ok();
    }
    world.asks(&ann, "GetUser").await.ok();
    let reason = "because no permissions boundary allows the iam:ListUsers action";
    assert_refused(&world.asks(&ann, "ListUsers").await, "iam:ListUsers", USERS, reason);
    let reason = "because no identity-based policy allows the iam:GetUser action";
    assert_refused(&world.asks(&bob, "GetUser").await, "iam:GetUser", "user bob", reason);
    world.root("DeleteUserPermissionsBoundary UserName=ann").await.ok();
    world.asks(&ann, "ListUsers").await.ok();
}

#[tokio::test]
async fn a_deny_of_a_group_wins_and_a_managed_policy_that_denies_is_named() {
    let world = World::new().await;
    let ann = user_who_may(&world, "ann", ALL).await;
    let no = policy(r#"{"Effect":"Deny","Action":"iam:List*","Resource":"*"}"#);
    world.root("CreateGroup GroupName=g").await.ok();
    world.root("AddUserToGroup GroupName=g UserName=ann").await.ok();
    world.asks(&ann, "ListUsers").await.ok();
    let put = format!("PutGroupPolicy GroupName=g PolicyName=no PolicyDocument={no}");
    world.root(&put).await.ok();
    let reason = "with an explicit deny in an identity-based policy";
    assert_refused(&world.asks(&ann, "ListUsers").await, "iam:ListUsers", USERS, reason);
    world.root("DeleteGroupPolicy GroupName=g PolicyName=no").await.ok();
    world.asks(&ann, "ListUsers").await.ok();
    world.root(&format!("CreatePolicy PolicyName=no PolicyDocument={no}")).await.ok();
    let arn = "arn:aws:iam::123456789012:policy/no";
    world.root(&format!("AttachGroupPolicy GroupName=g PolicyArn={arn}")).await.ok();
    let named = format!("{reason}: {arn}");
    assert_refused(&world.asks(&ann, "ListUsers").await, "iam:ListUsers", USERS, &named);
    let bound = format!("PutUserPermissionsBoundary UserName=ann PermissionsBoundary={arn}");
    world.root(&bound).await.ok();
    let named = format!("with an explicit deny in a permissions boundary: {arn}");
    assert_refused(&world.asks(&ann, "ListUsers").await, "iam:ListUsers", USERS, &named);
    world.root("DeleteUserPermissionsBoundary UserName=ann").await.ok();
    world.root("RemoveUserFromGroup GroupName=g UserName=ann").await.ok();
    world.asks(&ann, "ListUsers").await.ok();
}

#[tokio::test]
async fn sts_does_not_tell_why_it_refuses() {
    let world = World::new().await;
    let deny = r#"{"Effect":"Deny","Action":"sts:*","Resource":"*"}"#;
    let ann = user_who_may(&world, "ann", &format!("{ALL},{deny}")).await;
    let reply = world.asks(&ann, "GetAccessKeyInfo AccessKeyId=AKIAROOTROOTROOTROOT").await;
    let told = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ann is not authorized to \
                perform: sts:GetAccessKeyInfo on resource: *";
    assert_eq!(reply.told(), told);
    world.asks(&ann, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn leave_begins_and_ends_by_the_clock() {
    let world = World::new().await;
    let window = r#""DateGreaterThan":{"aws:CurrentTime":"2027-01-15T08:01:00Z"},
                    "NumericLessThan":{"aws:EpochTime":"1800000120"}"#;
    let ann = user_who_may(&world, "ann", &allow("iam:ListUsers", window)).await;
    for (seconds, status) in [(0, 403), (60, 403), (1, 200), (58, 200), (1, 403)] {
        world.passes(seconds);
        assert_eq!(world.asks(&ann, "ListUsers").await.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn tags_that_a_thing_is_made_with_are_asked_for_by_key_and_value() {
    let world = World::new().await;
    let condition = r#""StringEquals":{"aws:RequestTag/team":"a"},
                       "ForAllValues:StringEqualsIgnoreCase":{"aws:TagKeys":["team","cost"]}"#;
    let ann = user_who_may(&world, "ann", &allow("iam:*User", condition)).await;
    let create = async |tags: &[(&str, &str)]| {
        let tags = tags.iter().enumerate().map(|(at, (key, value))| {
            format!(" Tags.member.{0}.Key={key} Tags.member.{0}.Value={value}", at + 1)
        });
        let name = format!("u{}", tags.len());
        let call = format!("CreateUser UserName={name}{}", tags.collect::<String>());
        let reply = world.asks(&ann, &call).await;
        world.root(&format!("DeleteUser UserName={name}")).await;
        reply.status
    };
    assert_eq!(create(&[("team", "a")]).await, 200);
    assert_eq!(create(&[("TEAM", "a"), ("Cost", "1")]).await, 200);
    assert_eq!(create(&[]).await, 403);
    assert_eq!(create(&[("team", "b")]).await, 403);
    assert_eq!(create(&[("cost", "1")]).await, 403);
    assert_eq!(create(&[("team", "a"), ("other", "1")]).await, 403);
    // A key that is given twice lets nobody choose which of them counts.
    assert_eq!(create(&[("team", "a"), ("Team", "b")]).await, 403);
    assert_eq!(create(&[("Team", "b"), ("team", "a")]).await, 403);
    assert_eq!(create(&[("team", "b"), ("Team", "a")]).await, 400);
}

/// Policies and instance profiles may bear tags that differ in nothing but case.
#[tokio::test]
async fn of_tags_alike_but_for_case_a_condition_sees_the_one_that_will_be_seen() {
    let world = World::new().await;
    let puts = allow("iam:*Policy", r#""StringEquals":{"aws:RequestTag/team":"a"}"#);
    let gets = allow("iam:GetPolicy", r#""StringEquals":{"aws:ResourceTag/Team":"a"}"#);
    let ann = user_who_may(&world, "ann", &format!("{puts},{gets}")).await;
    let document = policy(ALL);
    for (number, tags, status) in [
        (1, [("team", "a"), ("TEAM", "b")], 403),
        (2, [("TEAM", "b"), ("team", "a")], 403),
        (3, [("TEAM", "a"), ("team", "b")], 200),
        (4, [("team", "b"), ("TEAM", "a")], 200),
    ] {
        let [(one, a), (two, b)] = tags;
        let tags = format!(
            "Tags.member.1.Key={one} Tags.member.1.Value={a} \
             Tags.member.2.Key={two} Tags.member.2.Value={b}"
        );
        let create = format!("CreatePolicy PolicyName=p{number} PolicyDocument={document} {tags}");
        assert_eq!(world.asks(&ann, &create).await.status, status, "{number}");
        let get = format!("GetPolicy PolicyArn=arn:aws:iam::123456789012:policy/p{number}");
        assert_eq!(world.asks(&ann, &get).await.status, status, "{number}");
    }
}

#[tokio::test]
async fn tags_at_birth_need_leave_of_their_own() {
    let world = World::new().await;
    let creates = r#"{"Effect":"Allow","Action":"iam:CreateUser","Resource":"*"}"#;
    let ann = user_who_may(&world, "ann", creates).await;
    world.asks(&ann, "CreateUser UserName=bob").await.ok();
    // So clients write an empty list.
    world.asks(&ann, "CreateUser UserName=cid Tags=").await.ok();
    let tagged = "CreateUser UserName=eve Path=/x/ Tags.member.1.Key=k Tags.member.1.Value=v";
    let reason = "because no identity-based policy allows the iam:TagUser action";
    let eve = "arn:aws:iam::123456789012:user/x/eve";
    assert_refused(&world.asks(&ann, tagged).await, "iam:TagUser", eve, reason);
    assert_eq!(world.root("GetUser UserName=eve").await.code(), "NoSuchEntity");
}

#[tokio::test]
async fn who_bears_a_tag_may_act_on_what_bears_the_same() {
    let world = World::new().await;
    let same = r#""StringEquals":{"iam:ResourceTag/Team":"${aws:PrincipalTag/team}"}"#;
    let ann = user_who_may(&world, "ann", &allow("iam:GetUser", same)).await;
    let get = async |name: &str| world.asks(&ann, &format!("GetUser UserName={name}")).await.status;
    let tag = async |name: &str, value: &str| {
        let tag = format!("Tags.member.1.Key=TEAM Tags.member.1.Value={value}");
        world.root(&format!("TagUser UserName={name} {tag}")).await.ok();
    };
    world.user("bob").await;
    assert_eq!(get("bob").await, 403);
    tag("bob", "red").await;
    assert_eq!(get("bob").await, 403);
    tag("ann", "red").await;
    assert_eq!(get("bob").await, 200);
    assert_eq!(get("nobody").await, 403);
    tag("bob", "blue").await;
    assert_eq!(get("bob").await, 403);
}

#[tokio::test]
async fn what_is_granted_by_the_callers_name_follows_a_new_one() {
    let world = World::new().await;
    let own = r#"{"Effect":"Allow","Action":["iam:ListAccessKeys","iam:GetUser"],
                  "Resource":"arn:aws:iam::123456789012:user/${aws:username}"}"#;
    let ann = user_who_may(&world, "ann", own).await;
    world.asks(&ann, "ListAccessKeys").await.ok();
    let odd = "a%2Bb%3Dc,d.e@f-g_h";
    world.root(&format!("UpdateUser UserName=ann NewUserName={odd}")).await.ok();
    world.root("CreateUser UserName=ann").await.ok();
    world.asks(&ann, "ListAccessKeys").await.ok();
    world.asks(&ann, &format!("GetUser UserName={odd}")).await.ok();
    world.asks(&ann, &format!("GetUser UserName={}", odd.to_uppercase())).await.ok();
    assert_eq!(world.asks(&ann, "GetUser UserName=ann").await.code(), "AccessDenied");
    // The name without its path is not the resource.
    world.root(&format!("UpdateUser UserName={odd} NewPath=/x/")).await.ok();
    assert_eq!(world.asks(&ann, "GetUser").await.code(), "AccessDenied");
}

#[tokio::test]
async fn a_rename_asks_on_the_old_and_on_the_new_name() {
    let world = World::new().await;
    let update = |name: &str| {
        format!(
            r#"{{"Effect":"Allow","Action":["iam:UpdateUser","iam:UpdateGroup"],"Resource":
               ["arn:aws:iam::123456789012:user/{name}","arn:aws:iam::123456789012:group/{name}"]}}"#
        )
    };
    let ann = user_who_may(&world, "ann", &update("low*")).await;
    world.root("CreateUser UserName=low").await.ok();
    world.root("CreateUser UserName=high").await.ok();
    world.root("CreateGroup GroupName=low").await.ok();
    world.asks(&ann, "UpdateUser UserName=low NewUserName=low2").await.ok();
    for (call, told) in [
        ("UpdateUser UserName=low2 NewUserName=top", "user top"),
        ("UpdateUser UserName=low2 NewPath=/top/", "user low2"),
        ("UpdateUser UserName=high NewUserName=low3", "user high"),
        ("UpdateGroup GroupName=low NewGroupName=top", "group top"),
        ("UpdateGroup GroupName=low NewPath=/top/", "group low"),
    ] {
        let (action, _) = call.split_once(' ').unwrap();
        let reason = format!("because no identity-based policy allows the iam:{action} action");
        assert_refused(&world.asks(&ann, call).await, &format!("iam:{action}"), told, &reason);
    }
}

#[tokio::test]
async fn a_user_made_anew_has_nothing_of_what_the_old_one_had() {
    let world = World::new().await;
    world.root("CreateGroup GroupName=g").await.ok();
    let put = format!("PutGroupPolicy GroupName=g PolicyName=p PolicyDocument={}", policy(ALL));
    world.root(&put).await.ok();
    let old = world.user("ann").await;
    world.root("AddUserToGroup GroupName=g UserName=ann").await.ok();
    world.asks(&old, "ListUsers").await.ok();
    world.root("RemoveUserFromGroup GroupName=g UserName=ann").await.ok();
    assert_eq!(world.asks(&old, "ListUsers").await.code(), "AccessDenied");
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", old.id)).await.ok();
    world.root("DeleteUser UserName=ann").await.ok();
    let new = world.user("ann").await;
    assert_eq!(world.asks(&new, "ListUsers").await.code(), "AccessDenied");
    assert_eq!(world.asks(&old, "ListUsers").await.code(), "InvalidClientTokenId");
}

/// A request may be verified, and wait, while its caller is deleted and another user
/// gets the name.
#[tokio::test]
async fn who_bears_the_name_of_the_caller_by_now_is_not_the_caller() {
    let world = World::new().await;
    let account = AccountId::parse(ACCOUNT).unwrap();
    let home = world.store.home(&account).await.unwrap().unwrap();
    let owner = Owner::User(UserName::parse("ann").unwrap());
    world.root("CreateUser UserName=ann").await.ok();
    let old = Caller::of(&home.published(), &owner).unwrap();
    world.root("DeleteUser UserName=ann").await.ok();
    user_who_may(&world, "ann", ALL).await;
    let account = home.published();
    let decided = |caller: &Caller| {
        Policies::default().decide(&Case {
            caller,
            account: &account,
            home: &account,
            action: ActionName { service: &IAM, name: "ListUsers" },
            needs: &Needs::on(Arn::any()),
            request: &(),
            now: world.clock.now(),
            request_id: "",
            witness: None,
        })
    };
    assert!(decided(&Caller::of(&account, &owner).unwrap()).is_ok());
    assert!(decided(&old).is_err());
}

#[tokio::test]
async fn members_of_a_group_may_change_their_own_keys_by_its_policy() {
    let world = World::new().await;
    let own = policy(
        r#"{"Effect":"Allow","Action":"iam:*AccessKey*",
            "Resource":"arn:aws:iam::*:user/${aws:username}"}"#,
    );
    world.root("CreateGroup GroupName=g").await.ok();
    let put = format!("PutGroupPolicy GroupName=g PolicyName=own PolicyDocument={own}");
    world.root(&put).await.ok();
    let old = world.user("ann").await;
    world.user("bob").await;
    world.root("AddUserToGroup GroupName=g UserName=ann").await.ok();
    let new = Person::in_reply(&world.asks(&old, "CreateAccessKey").await.ok());
    let off = format!("UpdateAccessKey Status=Inactive AccessKeyId={}", old.id);
    world.asks(&new, &off).await.ok();
    assert_eq!(world.asks(&old, "ListAccessKeys").await.status, 403);
    world.asks(&new, &format!("DeleteAccessKey AccessKeyId={}", old.id)).await.ok();
    assert_eq!(world.asks(&new, "ListAccessKeys").await.ok().texts("AccessKeyId"), [&*new.id]);
    for call in ["CreateAccessKey UserName=bob", "ListAccessKeys UserName=bob"] {
        assert_eq!(world.asks(&new, call).await.code(), "AccessDenied", "{call}");
    }
}

#[tokio::test]
async fn a_policy_version_counts_from_the_next_request_on() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let arn = "arn:aws:iam::123456789012:policy/p";
    world.root(&format!("CreatePolicy PolicyName=p PolicyDocument={}", policy(ALL))).await.ok();
    world.root(&format!("AttachUserPolicy UserName=ann PolicyArn={arn}")).await.ok();
    world.asks(&ann, "ListUsers").await.ok();
    let no = policy(r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"}"#);
    let version = format!("CreatePolicyVersion PolicyArn={arn} PolicyDocument={no}");
    world.root(&version).await.ok();
    world.asks(&ann, "ListUsers").await.ok();
    for (version, status) in [("v2", 403), ("v1", 200), ("v2", 403)] {
        let set = format!("SetDefaultPolicyVersion PolicyArn={arn} VersionId={version}");
        world.root(&set).await.ok();
        assert_eq!(world.asks(&ann, "ListUsers").await.status, status, "{version}");
    }
}
