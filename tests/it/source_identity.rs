//! Who stands behind a session: said once, by leave of both sides, and never otherwise after.

use crate::session::{allowing, trusting, trusting_account};
use crate::world::{ACCOUNT, Person, World};

const ANN: &str = "SourceIdentity=Ann";

fn under(condition: &str) -> String {
    trusting_account().replace(r#""Action""#, &format!(r#""Condition":{condition},"Action""#))
}

/// What somebody is told who may not say, or hand on, who stands behind.
fn refused(who: &str, role: &str) -> String {
    format!(
        "403 AccessDenied: User: {who} is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::{ACCOUNT}:role/{role}"
    )
}

/// Ann, who may say it, and two roles that take it.
async fn scene() -> (World, Person) {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for role in ["one", "two"] {
        world.assumable(role, &trusting_account(), &allowing("sts:*")).await;
    }
    (world, ann)
}

#[tokio::test]
async fn it_is_answered_where_it_is_said_and_nowhere_else() {
    let (world, ann) = scene().await;
    assert!(world.assumes(&ann, "one", "").await.ok().texts("SourceIdentity").is_empty());
    assert_eq!(world.assumes(&ann, "one", ANN).await.ok().text("SourceIdentity"), "Ann");
    let plain = world.becomes(&ann, "one", "").await;
    assert!(world.assumes(&plain, "two", "").await.ok().texts("SourceIdentity").is_empty());
    assert_eq!(world.assumes(&plain, "two", ANN).await.ok().text("SourceIdentity"), "Ann");
}

#[tokio::test]
async fn it_takes_no_form_but_its_own() {
    let (world, ann) = scene().await;
    let long = "a".repeat(64);
    for sound in ["ab", "ann@example.com", "_+=,.@-", &long] {
        let sound = format!("SourceIdentity={}", sound.replace('+', "%2B"));
        world.assumes(&ann, "one", &sound).await.ok();
    }
    let longer = "a".repeat(65);
    for unsound in ["", "a", "a%20b", "a/b", "a:b", "aws:ann", "%C3%A4nn", "*", &longer] {
        let reply = world.assumes(&ann, "one", &format!("SourceIdentity={unsound}")).await;
        assert_eq!(reply.code(), "ValidationError", "{unsound}: {}", reply.document);
    }
}

#[tokio::test]
async fn a_user_without_leave_to_say_it_may_still_become_the_role() {
    let (world, _) = scene().await;
    let bob = world.user_who("bob", &allowing("sts:AssumeRole")).await;
    world.assumes(&bob, "one", "").await.ok();
    let who = format!("arn:aws:iam::{ACCOUNT}:user/bob");
    assert_eq!(world.assumes(&bob, "one", ANN).await.told(), refused(&who, "one"));
    // The trust that names somebody is leave enough within one account.
    world.assumable("three", &trusting(&who), &allowing("*")).await;
    world.assumes(&bob, "three", ANN).await.ok();
}

#[tokio::test]
async fn each_role_on_the_way_must_take_it_and_each_session_may_hand_it_on() {
    let (world, ann) = scene().await;
    let deaf = trusting_account().replace(r#","sts:SetSourceIdentity""#, "");
    world.assumable("deaf", &deaf, &allowing("sts:*")).await;
    world.assumable("mute", &trusting_account(), &allowing("sts:AssumeRole")).await;
    let user = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    assert_eq!(world.assumes(&ann, "deaf", ANN).await.told(), refused(&user, "deaf"));
    let session = |role: &str| format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session");
    let one = world.becomes(&ann, "one", ANN).await;
    assert_eq!(world.assumes(&one, "deaf", "").await.told(), refused(&session("one"), "deaf"));
    let mute = world.becomes(&one, "mute", "").await;
    assert_eq!(world.assumes(&mute, "two", "").await.told(), refused(&session("mute"), "two"));
    let plain = world.becomes(&ann, "mute", "").await;
    world.assumes(&plain, "two", "").await.ok();
}

#[tokio::test]
async fn nobody_changes_it_whatever_they_may() {
    let (world, ann) = scene().await;
    let one = world.becomes(&ann, "one", ANN).await;
    let two = world.becomes(&one, "two", "").await;
    for (who, role) in [(&one, "one"), (&two, "two")] {
        let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session");
        for other in ["Bob", "ann", "ANN", "Ann."] {
            let reply = world.assumes(who, "two", &format!("SourceIdentity={other}")).await;
            assert_eq!(reply.told(), refused(&arn, "two"), "{other}");
        }
        world.assumes(who, "two", ANN).await.ok();
    }
}

#[tokio::test]
async fn the_trust_sees_it_while_it_is_said_and_while_it_is_inherited() {
    let (world, ann) = scene().await;
    let one = world.becomes(&ann, "one", ANN).await;
    let plain = world.becomes(&ann, "one", "").await;
    for (at, condition, said, inherited, neither) in [
        ("a", r#"{"StringEquals":{"sts:SourceIdentity":"Ann"}}"#, true, true, false),
        ("b", r#"{"StringLike":{"sts:sourceidentity":"A*"}}"#, true, true, false),
        ("c", r#"{"StringEquals":{"sts:SourceIdentity":"ann"}}"#, false, false, false),
        ("d", r#"{"Null":{"sts:SourceIdentity":"true"}}"#, false, false, true),
        ("e", r#"{"StringEquals":{"aws:SourceIdentity":"Ann"}}"#, false, true, false),
        ("f", r#"{"Null":{"aws:SourceIdentity":"true"}}"#, true, false, true),
    ] {
        world.assumable(at, &under(condition), &allowing("*")).await;
        let may = [
            world.assumes(&ann, at, ANN).await.status == 200,
            world.assumes(&one, at, "").await.status == 200,
            world.assumes(&plain, at, "").await.status == 200,
        ];
        assert_eq!(may, [said, inherited, neither], "{condition}");
    }
}

#[tokio::test]
async fn the_sessions_own_policies_see_it_afterwards() {
    let (world, ann) = scene().await;
    let list = |condition: &str| {
        allowing("iam:ListUsers")
            .replace(r#""Effect""#, &format!(r#""Condition":{condition},"Effect""#))
    };
    for (role, condition, behind, bare) in [
        ("a", r#"{"StringEquals":{"aws:SourceIdentity":"Ann"}}"#, 200, 403),
        ("b", r#"{"StringEquals":{"aws:SourceIdentity":"Bob"}}"#, 403, 403),
        ("c", r#"{"StringNotEquals":{"aws:SourceIdentity":"Ann"}}"#, 403, 200),
        ("d", r#"{"Null":{"sts:SourceIdentity":"true"}}"#, 200, 200),
    ] {
        world.assumable(role, &trusting_account(), &list(condition)).await;
        let session = world.becomes(&ann, role, ANN).await;
        assert_eq!(world.asks(&session, "ListUsers").await.status, behind, "{condition}");
        let session = world.becomes(&ann, role, "").await;
        assert_eq!(world.asks(&session, "ListUsers").await.status, bare, "{condition}");
    }
}
