//! Whom a trust policy lets in, and what else must allow it.

use countersign::text::{AccountId, Text};

use crate::session::{allowing, trusting, trusting_account};
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, World};

fn own(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

pub(crate) const ELSEWHERE: &str = "000000000001";

/// A second account, and somebody in it with that policy.
pub(crate) async fn stranger(world: &World, policy: &str) -> Person {
    let number = AccountId::parse(ELSEWHERE).unwrap();
    let key = world.store.create_account(Some(number), None).await.unwrap();
    let root = Person::new(key.id.as_str(), key.secret.expose());
    world.asks(&root, "CreateUser UserName=eve").await.ok();
    let put = format!("PutUserPolicy UserName=eve PolicyName=p PolicyDocument={policy}");
    world.asks(&root, &put).await.ok();
    Person::in_reply(&world.asks(&root, "CreateAccessKey UserName=eve").await.ok())
}

#[tokio::test]
async fn who_is_named_needs_no_policy_and_who_is_of_a_named_account_does() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let bob = world.user_who("bob", &allowing("sts:AssumeRole")).await;
    for (role, who, may) in [
        ("a", own("user/ann"), [true, false]),
        ("b", own("root"), [false, true]),
        ("c", ACCOUNT.to_owned(), [false, true]),
        ("d", "*".to_owned(), [true, true]),
        ("e", "arn:aws:iam::210987654321:root".to_owned(), [false, false]),
    ] {
        world.assumable(role, &trusting(&who), &allowing("*")).await;
        let ann = world.assumes(&ann, role, "").await.status == 200;
        let bob = world.assumes(&bob, role, "").await.status == 200;
        assert_eq!([ann, bob], may, "{who}");
    }
    let service = trusting("x").replace(r#""AWS":"x""#, r#""Service":"ec2.amazonaws.com""#);
    world.assumable("f", &service, &allowing("*")).await;
    assert_eq!(world.assumes(&bob, "f", "").await.code(), "AccessDenied");
}

#[tokio::test]
async fn roles_and_their_sessions_are_trusted_by_name() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.assumable("first", &trusting(&own("user/ann")), &allowing("sts:AssumeRole")).await;
    let first = world.becomes(&ann, "first", "").await;
    let session = |name: &str| format!("arn:aws:sts::{ACCOUNT}:assumed-role/first/{name}");
    for (role, who, may) in [
        ("a", own("role/first"), true),
        ("b", session("session"), true),
        ("c", session("other"), false),
        ("d", own("user/ann"), false),
    ] {
        world.assumable(role, &trusting(&who), &allowing("*")).await;
        assert_eq!(world.assumes(&first, role, "").await.status == 200, may, "{who}");
    }
}

#[tokio::test]
async fn a_trust_policy_does_not_say_whom_it_is_not_for() {
    let world = World::new().await;
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"}}"#;
    let trust = encoded(trust.as_bytes(), false);
    let call = format!("CreateRole RoleName=r AssumeRolePolicyDocument={trust}");
    assert_eq!(world.root(&call).await.code(), "MalformedPolicyDocument");
}

#[tokio::test]
async fn who_bears_the_name_of_one_who_is_gone_is_not_let_in() {
    let world = World::new().await;
    world.user("ann").await;
    world.assumable("r", &trusting(&own("user/ann")), &allowing("*")).await;
    for key in world.root("ListAccessKeys UserName=ann").await.ok().texts("AccessKeyId") {
        world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={key}")).await.ok();
    }
    world.root("DeleteUser UserName=ann").await.ok();
    let again = world.user_who("ann", &allowing("sts:AssumeRole")).await;
    assert_eq!(world.assumes(&again, "r", "").await.code(), "AccessDenied");
}

#[tokio::test]
async fn an_explicit_deny_of_the_identity_outweighs_a_trust() {
    let world = World::new().await;
    let deny = allowing("sts:AssumeRole").replace("Allow", "Deny");
    let ann = world.user_who("ann", &deny).await;
    world.assumable("r", &trusting(&own("user/ann")), &allowing("*")).await;
    let told = format!(
        "403 AccessDenied: User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
        own("user/ann"),
        own("role/r")
    );
    assert_eq!(world.assumes(&ann, "r", "").await.told(), told);
}

#[tokio::test]
async fn a_role_that_is_not_there_is_refused_as_any_other() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    for arn in [
        own("role/none"),
        own("role/dev/r"),
        own("role/R"),
        own("user/ann"),
        "arn:aws:iam::999999999999:role/r".to_owned(),
        "arn:aws:sts::123456789012:role/r".to_owned(),
    ] {
        let call = format!("AssumeRole RoleArn={arn} RoleSessionName=session");
        let told = format!(
            "403 AccessDenied: User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
            own("user/ann")
        );
        assert_eq!(world.asks(&ann, &call).await.told(), told);
    }
    for arn in ["this-is-no-arn-at-all", "arn:aws:iam:123456789012:r"] {
        let call = format!("AssumeRole RoleArn={arn} RoleSessionName=session");
        let told = format!("400 ValidationError: {arn} is invalid");
        assert_eq!(world.asks(&ann, &call).await.told(), told);
    }
}

#[tokio::test]
async fn between_accounts_both_sides_must_allow() {
    let world = World::new().await;
    let eve = stranger(&world, &allowing("sts:AssumeRole")).await;
    let user = format!("arn:aws:iam::{ELSEWHERE}:user/eve");
    for (role, who, may) in [
        ("a", user.clone(), true),
        ("b", ELSEWHERE.to_owned(), true),
        ("c", "*".to_owned(), true),
        ("d", own("root"), false),
    ] {
        world.assumable(role, &trusting(&who), &allowing("iam:ListUsers")).await;
        let reply = world.assumes(&eve, role, "").await;
        assert_eq!(reply.status == 200, may, "{who}: {}", reply.document);
    }
    let session = world.becomes(&eve, "a", "").await;
    assert_eq!(world.asks(&session, "GetCallerIdentity").await.ok().text("Account"), ACCOUNT);
    world.asks(&session, "ListUsers").await.ok();
}

#[tokio::test]
async fn of_another_account_the_name_alone_is_not_enough() {
    let world = World::new().await;
    let eve = stranger(&world, &allowing("iam:*")).await;
    for (role, who) in [("a", format!("arn:aws:iam::{ELSEWHERE}:user/eve")), ("b", "*".to_owned())]
    {
        world.assumable(role, &trusting(&who), &allowing("*")).await;
        assert_eq!(world.assumes(&eve, role, "").await.code(), "AccessDenied", "{who}");
    }
}

#[tokio::test]
async fn what_the_request_says_is_seen_by_the_trust() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for (role, condition, may, may_not) in [
        (
            "a",
            r#"{"StringEquals":{"sts:ExternalId":"agreed"}}"#,
            "ExternalId=agreed",
            "ExternalId=other",
        ),
        ("b", r#"{"StringEquals":{"sts:ExternalId":"agreed"}}"#, "ExternalId=agreed", ""),
        ("c", r#"{"StringEquals":{"sts:RoleSessionName":"session"}}"#, "", "RoleSessionName"),
        (
            "d",
            r#"{"StringEquals":{"sts:SourceIdentity":"Ann"}}"#,
            "SourceIdentity=Ann",
            "SourceIdentity=Bob",
        ),
        (
            "e",
            r#"{"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/ann"}}"#,
            "",
            "other",
        ),
    ] {
        let trust = trusting_account()
            .replace(r#""Action""#, &format!(r#""Condition":{condition},"Action""#));
        world.assumable(role, &trust, &allowing("*")).await;
        world.assumes(&ann, role, may).await.ok();
        let refused = match may_not {
            "RoleSessionName" => {
                let call = format!("AssumeRole RoleArn={} RoleSessionName=other", own("role/c"));
                world.asks(&ann, &call).await
            }
            "other" => {
                let bob = world.user_who("bob", &allowing("sts:*")).await;
                world.assumes(&bob, role, "").await
            }
            more => world.assumes(&ann, role, more).await,
        };
        assert_eq!(refused.code(), "AccessDenied", "{role}");
    }
}
