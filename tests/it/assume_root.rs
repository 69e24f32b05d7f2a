//! The root of another account, for a task.

use crate::signer::encoded;
use crate::world::{Person, World};

const TASK: &str = "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials";

async fn may_assume(world: &World, name: &str) -> Person {
    let ann = world.user(name).await;
    let policy = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*"}}"#;
    let policy = encoded(policy.as_bytes(), false);
    let call = format!("PutUserPolicy UserName={name} PolicyName=p PolicyDocument={policy}");
    world.root(&call).await.ok();
    ann
}

fn assume(target: &str, task: &str) -> String {
    format!("AssumeRoot TargetPrincipal={target} TaskPolicyArn.arn={task}")
}

#[tokio::test]
async fn who_may_in_the_managing_account_does_one_task_as_root_of_another() {
    let world = World::new().await;
    let member = world.store.create_account(None, None).await.unwrap();
    let number = member.account.to_string();
    let ann = may_assume(&world, "ann").await;
    let assumed = world.asks(&ann, &assume(&number, TASK)).await.ok();
    let root = Person::in_reply(&assumed);
    let who = world.asks(&root, "GetCallerIdentity").await.ok();
    assert_eq!((who.text("Account"), who.text("UserId")), (number.clone(), number.clone()));
    let audit = assume(&number, "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials");
    let auditor = Person::in_reply(&world.asks(&ann, &audit).await.ok());
    let keys = world.asks(&auditor, "ListAccessKeys").await.ok();
    assert_eq!(keys.text("AccessKeyId"), member.id.to_string());
    let told = world.asks(&root, "CreateUser UserName=bob").await.told();
    let end = format!("with an explicit deny in a session policy: {TASK}");
    assert!(told.ends_with(&end), "{told}");
    let delete = format!("DeleteAccessKey AccessKeyId={}", member.id);
    world.asks(&root, &delete).await.ok();
    world.passes(900);
    assert_eq!(world.asks(&root, "GetCallerIdentity").await.code(), "ExpiredToken");
}

#[tokio::test]
async fn nobody_is_root_of_another_account_who_does_not_manage_it_or_may_not() {
    let world = World::new().await;
    let member = world.store.create_account(None, None).await.unwrap();
    let number = member.account.to_string();
    let ann = may_assume(&world, "ann").await;
    let bob = world.user("bob").await;
    let root = Person::new(member.id.as_str(), member.secret.expose());
    let own = crate::world::ACCOUNT;
    for (who, target) in [(&bob, &*number), (&world.root, &number), (&root, own), (&ann, own)] {
        let told = world.asks(who, &assume(target, TASK)).await;
        assert_eq!(told.code(), "AccessDenied", "{}", told.document);
    }
    let wide = "arn:aws:iam::aws:policy/AdministratorAccess";
    assert_eq!(world.asks(&ann, &assume(&number, wide)).await.code(), "ValidationError");
    let nobody = format!("arn:aws:iam::{number}:user/bob");
    let told = format!("400 ValidationError: {nobody} is invalid");
    assert_eq!(world.asks(&ann, &assume(&nobody, TASK)).await.told(), told);
}
