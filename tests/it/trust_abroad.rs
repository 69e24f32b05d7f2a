//! Users and roles of other accounts in trust policies: who is named is meant, and not whoever
//! bears that name later.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use countersign::text::{AccountId, Text};

use crate::session::{allowing, trusting};
use crate::signer::encoded;
use crate::trust::trusted;
use crate::world::{Person, World};

const ELSEWHERE: &str = "000000000001";
const EVE: &str = "arn:aws:iam::000000000001:user/eve";

/// Two accounts: the root of the second, and eve, who is in it.
async fn worlds() -> (World, Person, Person) {
    let world = World::new().await;
    let number = AccountId::parse(ELSEWHERE).unwrap();
    let key = world.store.create_account(Some(number), None).await.unwrap();
    let root = Person::new(key.id.as_str(), key.secret.expose());
    let eve = made(&world, &root).await;
    (world, root, eve)
}

async fn made(world: &World, root: &Person) -> Person {
    world.asks(root, "CreateUser UserName=eve").await.ok();
    let policy = allowing("sts:AssumeRole");
    let put = format!("PutUserPolicy UserName=eve PolicyName=p PolicyDocument={policy}");
    world.asks(root, &put).await.ok();
    Person::in_reply(&world.asks(root, "CreateAccessKey UserName=eve").await.ok())
}

async fn gone(world: &World, root: &Person, eve: &Person) {
    for call in [
        format!("DeleteAccessKey UserName=eve AccessKeyId={}", eve.id),
        "DeleteUserPolicy UserName=eve PolicyName=p".to_owned(),
        "DeleteUser UserName=eve".to_owned(),
    ] {
        world.asks(root, &call).await.ok();
    }
}

#[tokio::test]
async fn a_user_of_another_account_who_is_made_again_is_not_let_in() {
    let (world, root, eve) = worlds().await;
    world.assumable("r", &trusting(EVE), &allowing("*")).await;
    world.assumes(&eve, "r", "").await.ok();
    gone(&world, &root, &eve).await;
    let again = made(&world, &root).await;
    assert_eq!(world.assumes(&again, "r", "").await.code(), "AccessDenied");
    // Who is named anew is let in again.
    let trust = encoded(trusting(EVE).as_bytes(), false);
    world.root(&format!("UpdateAssumeRolePolicy RoleName=r PolicyDocument={trust}")).await.ok();
    world.assumes(&again, "r", "").await.ok();
}

#[tokio::test]
async fn a_role_of_another_account_that_is_made_again_is_not_let_in() {
    let (world, root, eve) = worlds().await;
    let trust = encoded(trusting(EVE).as_bytes(), false);
    let make = format!("CreateRole RoleName=far AssumeRolePolicyDocument={trust}");
    let policy = allowing("sts:AssumeRole");
    let put = format!("PutRolePolicy RoleName=far PolicyName=p PolicyDocument={policy}");
    let far = format!("arn:aws:iam::{ELSEWHERE}:role/far");
    let become_far = format!("AssumeRole RoleArn={far} RoleSessionName=session");
    for call in [&make, &put] {
        world.asks(&root, call).await.ok();
    }
    world.assumable("r", &trusting(&far), &allowing("*")).await;
    let session = Person::in_reply(&world.asks(&eve, &become_far).await.ok());
    world.assumes(&session, "r", "").await.ok();
    let delete = ["DeleteRolePolicy RoleName=far PolicyName=p", "DeleteRole RoleName=far"];
    for call in delete.into_iter().chain([make.as_str(), &put]) {
        world.asks(&root, call).await.ok();
    }
    let session = Person::in_reply(&world.asks(&eve, &become_far).await.ok());
    assert_eq!(world.assumes(&session, "r", "").await.code(), "AccessDenied");
}

#[tokio::test]
async fn who_is_renamed_there_stays_trusted_and_callers_see_what_was_written() {
    let (world, root, eve) = worlds().await;
    let made = world.trusts("r", EVE).await.ok();
    assert!(trusted(&made).contains(EVE), "{}", trusted(&made));
    world.asks(&root, "UpdateUser UserName=eve NewUserName=eva").await.ok();
    world.assumes(&eve, "r", "").await.ok();
    for call in ["GetRole RoleName=r", "ListRoles", "GetAccountAuthorizationDetails"] {
        let shown = trusted(&world.root(call).await.ok());
        assert!(shown.contains(EVE) && !shown.contains("AIDA"), "{call}: {shown}");
    }
}

#[tokio::test]
async fn nobody_can_be_named_who_is_not_there() {
    let (world, root, eve) = worlds().await;
    for (at, who) in ["user/nobody", "user/Eve", "user/dev/eve", "role/eve"].iter().enumerate() {
        let arn = format!("arn:aws:iam::{ELSEWHERE}:{who}");
        let told =
            format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{arn}\"");
        assert_eq!(world.trusts(&format!("r{at}"), &arn).await.told(), told);
    }
    gone(&world, &root, &eve).await;
    assert_eq!(world.trusts("s", EVE).await.code(), "MalformedPolicyDocument");
    // Of an account that is not here nothing is known.
    world.trusts("t", "arn:aws:iam::210987654321:user/eve").await.ok();
}

#[tokio::test]
async fn who_is_meant_stays_so_when_the_gateway_starts_again() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    let number = AccountId::parse(ELSEWHERE).unwrap();
    let key = world.store.create_account(Some(number), None).await.unwrap();
    let root = Person::new(key.id.as_str(), key.secret.expose());
    let eve = made(&world, &root).await;
    world.assumable("r", &trusting(EVE), &allowing("*")).await;
    gone(&world, &root, &eve).await;
    let again = made(&world, &root).await;
    drop(world);
    let world = World::over(engine, Limits::default()).await;
    assert_eq!(world.assumes(&again, "r", "").await.code(), "AccessDenied");
    assert!(world.trusted_by("r").await.contains(EVE));
}

/// Every look-up wakes an account, and costs the disk.
#[tokio::test]
async fn nothing_is_looked_up_for_whoever_may_not_make_a_role() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    let number = AccountId::parse(ELSEWHERE).unwrap();
    let key = world.store.create_account(Some(number.clone()), None).await.unwrap();
    made(&world, &Person::new(key.id.as_str(), key.secret.expose())).await;
    let ann = world.user("ann").await;
    drop(world);
    let world = World::over(engine, Limits::default()).await;
    let trust = encoded(trusting(EVE).as_bytes(), false);
    let call = format!("CreateRole RoleName=r AssumeRolePolicyDocument={trust}");
    assert_eq!(world.asks(&ann, &call).await.code(), "AccessDenied");
    assert!(world.store.awake(&number).is_none());
    world.root(&call).await.ok();
    assert!(world.store.awake(&number).is_some());
}
