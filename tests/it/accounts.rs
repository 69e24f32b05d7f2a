//! Several accounts in one store, and what is left of them after a restart.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use countersign::text::{AccountId, Text};

use crate::world::{ACCOUNT, Person, World};

async fn second_root(world: &World) -> Person {
    let number = AccountId::parse("000000000001").unwrap();
    let key = world.store.create_account(Some(number), None).await.unwrap();
    Person::new(key.id.as_str(), key.secret.expose())
}

#[tokio::test]
async fn one_account_never_sees_another() {
    let world = World::new().await;
    let other = second_root(&world).await;
    let ann = world.user("ann").await;
    assert_eq!(world.asks(&other, "GetCallerIdentity").await.ok().text("Account"), "000000000001");
    assert!(world.asks(&other, "ListUsers").await.ok().texts("UserName").is_empty());
    let told = "404 NoSuchEntity: The user with name ann cannot be found.";
    for call in ["GetUser UserName=ann", "CreateAccessKey UserName=ann", "DeleteUser UserName=ann"]
    {
        assert_eq!(world.asks(&other, call).await.told(), told);
    }
    let delete = format!("DeleteAccessKey AccessKeyId={}", ann.id);
    assert_eq!(world.asks(&other, &delete).await.code(), "NoSuchEntity");
    let used = format!("GetAccessKeyLastUsed AccessKeyId={}", ann.id);
    assert_eq!(world.asks(&other, &used).await.code(), "AccessDenied");
    let info = format!("GetAccessKeyInfo AccessKeyId={}", ann.id);
    assert_eq!(world.asks(&other, &info).await.ok().text("Account"), ACCOUNT);
}

#[tokio::test]
async fn two_accounts_may_each_have_a_user_of_one_name() {
    let world = World::new().await;
    let other = second_root(&world).await;
    let ann = world.user("ann").await;
    let made = world.asks(&other, "CreateUser UserName=ANN").await.ok();
    assert_eq!(made.text("Arn"), "arn:aws:iam::000000000001:user/ANN");
    world.asks(&other, "DeleteUser UserName=ann").await.ok();
    world.asks(&ann, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn an_account_is_made_once_and_an_id_is_given_once() {
    let world = World::new().await;
    let number = AccountId::parse(ACCOUNT).unwrap();
    let again = world.store.create_account(Some(number), None).await.unwrap_err();
    assert_eq!(again.to_string(), "account 123456789012 exists already");
    let taken =
        (Text::parse(&world.root.id).unwrap(), countersign::secret::Secret::new("x".into()));
    let taken = world.store.create_account(None, Some(taken)).await.unwrap_err();
    assert_eq!(taken.to_string(), format!("the access key id {} is taken", world.root.id));
    world.root("GetCallerIdentity").await.ok();
    assert_eq!(world.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_root_of_an_account_may_be_given_a_second_key_and_no_third() {
    let world = World::new().await;
    let number = AccountId::parse(ACCOUNT).unwrap();
    let key = world.store.create_root_key(&number).await.unwrap();
    let second = Person::new(key.id.as_str(), key.secret.expose());
    world.asks(&second, "ListUsers").await.ok();
    assert!(world.store.create_root_key(&number).await.is_err());
    let nobody = AccountId::parse("999999999999").unwrap();
    let error = world.store.create_root_key(&nobody).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no account 999999999999");
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let engine = Arc::new(Memory::new());
    let before = World::over(engine.clone(), Limits::default()).await;
    let other = second_root(&before).await;
    let ann = before.user("Ann").await;
    before.root("UpdateUser UserName=ann NewPath=/p/").await.ok();
    before
        .root("TagUser UserName=ann Tags.member.1.Key=Team Tags.member.1.Value=%C3%A9")
        .await
        .ok();
    let off = before.key_of("ann").await;
    let update = format!("UpdateAccessKey UserName=ann AccessKeyId={} Status=Inactive", off.id);
    before.root(&update).await.ok();
    let gone = before.user("gone").await;
    before.root(&format!("DeleteAccessKey UserName=gone AccessKeyId={}", gone.id)).await.ok();
    before.asks(&ann, "GetCallerIdentity").await.ok();
    let told = before.root("GetUser UserName=ann").await.ok();
    before.store.flush().await.unwrap();
    drop(before);

    let after = World::over(engine, Limits::default()).await;
    assert_eq!(
        after.asks(&ann, "GetCallerIdentity").await.ok().text("Arn"),
        "arn:aws:iam::123456789012:user/p/Ann"
    );
    let again = after.root("GetUser UserName=ann").await.ok();
    for element in ["UserId", "UserName", "Path", "CreateDate", "Key", "Value"] {
        assert_eq!(again.text(element), told.text(element));
    }
    for key in [&off, &gone] {
        assert_eq!(after.asks(key, "GetCallerIdentity").await.code(), "InvalidClientTokenId");
    }
    let used = after.root(&format!("GetAccessKeyLastUsed AccessKeyId={}", ann.id)).await.ok();
    assert_eq!(used.text("ServiceName"), "sts");
    assert_eq!(after.asks(&other, "GetCallerIdentity").await.ok().text("Account"), "000000000001");
    assert!(after.asks(&other, "ListUsers").await.ok().texts("UserName").is_empty());
}

#[tokio::test]
async fn a_deleted_key_leaves_no_last_use_behind() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    let ann = world.user("ann").await;
    world.asks(&ann, "GetCallerIdentity").await.ok();
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id)).await.ok();
    world.store.flush().await.unwrap();
    let mut keys = Vec::new();
    let engine: &dyn countersign::store::engine::Engine = &*engine;
    engine
        .scan(b"", &mut |key, _| {
            keys.push(String::from_utf8(key.to_vec()).unwrap());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert!(!keys.iter().any(|key| key.contains(&ann.id)), "{keys:?}");
}

#[tokio::test]
async fn no_secret_stands_in_the_engine_as_it_is() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    let ann = world.user("ann").await;
    let engine: &dyn countersign::store::engine::Engine = &*engine;
    engine
        .scan(b"", &mut |_, value| {
            for secret in [&ann.secret, &world.root.secret] {
                assert!(!value.windows(secret.len()).any(|part| part == secret.as_bytes()));
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
}
