//! Access keys, as a caller sees them.

use crate::world::{Person, World};

const STRANGER: &str =
    "403 InvalidClientTokenId: The security token included in the request is invalid.";

#[tokio::test]
async fn a_new_key_signs_the_next_request() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let reply = world.root("CreateAccessKey UserName=ANN").await.ok();
    assert_eq!(reply.text("UserName"), "ann");
    assert_eq!(reply.text("Status"), "Active");
    assert_eq!(reply.text("CreateDate"), "2027-01-15T08:00:00Z");
    let ann = Person::in_reply(&reply);
    assert!(ann.id.starts_with("AKIA") && ann.id.len() == 20, "{}", ann.id);
    assert_eq!(ann.secret.len(), 40);
    let caller = world.asks(&ann, "GetCallerIdentity").await.ok();
    assert_eq!(caller.text("Arn"), "arn:aws:iam::123456789012:user/ann");
    assert_eq!(caller.text("Account"), "123456789012");
}

#[tokio::test]
async fn a_key_lives_through_off_and_on_until_it_is_deleted() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let update = format!("UpdateAccessKey UserName=ann AccessKeyId={}", ann.id);
    world.root(&format!("{update} Status=Inactive")).await.ok();
    assert_eq!(world.asks(&ann, "GetCallerIdentity").await.told(), STRANGER);
    assert_eq!(world.root("ListAccessKeys UserName=ann").await.text("Status"), "Inactive");
    world.root(&format!("{update} Status=Active")).await.ok();
    world.asks(&ann, "GetCallerIdentity").await.ok();
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id)).await.ok();
    assert_eq!(world.asks(&ann, "GetCallerIdentity").await.told(), STRANGER);
    assert!(world.root("ListAccessKeys UserName=ann").await.texts("AccessKeyId").is_empty());
}

#[tokio::test]
async fn a_secret_is_shown_once() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    for call in ["ListAccessKeys UserName=ann", "GetUser UserName=ann"] {
        assert!(!world.root(call).await.ok().document.contains(&ann.secret), "{call}");
    }
}

#[tokio::test]
async fn a_third_key_is_one_too_many_for_a_user_and_for_root() {
    let world = World::new().await;
    world.user("ann").await;
    world.key_of("ann").await;
    let told = "409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2";
    assert_eq!(world.root("CreateAccessKey UserName=ann").await.told(), told);
    world.root("CreateAccessKey").await.ok();
    assert_eq!(world.root("CreateAccessKey").await.told(), told);
}

#[tokio::test]
async fn without_a_name_root_acts_on_its_own_keys() {
    let world = World::new().await;
    let second = Person::in_reply(&world.root("CreateAccessKey").await.ok());
    let arn = world.asks(&second, "GetCallerIdentity").await.ok().text("Arn");
    assert_eq!(arn, "arn:aws:iam::123456789012:root");
    let keys = world.root("ListAccessKeys").await.ok().texts("AccessKeyId");
    let mut held = [world.root.id.clone(), second.id.clone()];
    held.sort();
    assert_eq!(keys, held, "keys of one second are listed by id");
    world.root(&format!("UpdateAccessKey AccessKeyId={} Status=Inactive", second.id)).await.ok();
    assert_eq!(world.asks(&second, "ListUsers").await.told(), STRANGER);
    world.root(&format!("DeleteAccessKey AccessKeyId={}", second.id)).await.ok();
    assert_eq!(world.root("ListAccessKeys").await.text("AccessKeyId"), world.root.id);
}

#[tokio::test]
async fn root_may_take_its_last_key_from_itself() {
    let world = World::new().await;
    world.root(&format!("DeleteAccessKey AccessKeyId={}", world.root.id)).await.ok();
    assert_eq!(world.root("ListUsers").await.told(), STRANGER);
}

#[tokio::test]
async fn keys_are_listed_oldest_first_a_page_at_a_time() {
    let world = World::new().await;
    let first = world.user("ann").await;
    world.passes(1);
    let second = world.key_of("ann").await;
    let page = world.root("ListAccessKeys UserName=ann MaxItems=1").await.ok();
    assert_eq!(page.text("AccessKeyId"), first.id);
    let next = format!("ListAccessKeys UserName=ann Marker={}", page.text("Marker"));
    let page = world.root(&next).await.ok();
    assert_eq!(page.text("AccessKeyId"), second.id);
    assert_eq!(page.text("IsTruncated"), "false");
}

#[tokio::test]
async fn a_key_of_another_user_is_not_found() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.user("bob").await;
    let told = format!("404 NoSuchEntity: The Access Key with id {} cannot be found.", ann.id);
    let delete = format!("DeleteAccessKey UserName=bob AccessKeyId={}", ann.id);
    assert_eq!(world.root(&delete).await.told(), told);
    let update = format!("UpdateAccessKey AccessKeyId={} Status=Inactive", ann.id);
    assert_eq!(world.root(&update).await.told(), told);
    world.asks(&ann, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn keys_of_nobody_are_neither_made_nor_listed() {
    let world = World::new().await;
    for call in ["CreateAccessKey UserName=x", "ListAccessKeys UserName=x"] {
        let told = "404 NoSuchEntity: The user with name x cannot be found.";
        assert_eq!(world.root(call).await.told(), told);
    }
}

#[tokio::test]
async fn a_status_is_one_of_its_words_and_never_made_expired() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let update = format!("UpdateAccessKey UserName=ann AccessKeyId={}", ann.id);
    assert_eq!(
        world.root(&format!("{update} Status=active")).await.told(),
        "400 ValidationError: 1 validation error detected: Value at 'status' failed to satisfy \
         constraint: Member must satisfy enum value set"
    );
    let reply = world.root(&format!("{update} Status=Expired")).await;
    assert_eq!((reply.status, &*reply.code()), (400, "InvalidInput"));
    world.asks(&ann, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn the_last_use_of_a_key_is_told() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let asked = format!("GetAccessKeyLastUsed AccessKeyId={}", ann.id);
    let unused = world.root(&asked).await.ok();
    assert_eq!([unused.text("ServiceName"), unused.text("Region")], ["N/A", "N/A"]);
    assert!(unused.texts("LastUsedDate").is_empty());
    assert_eq!(unused.text("UserName"), "ann");
    world.passes(60);
    world.asks(&ann, "GetCallerIdentity").await.ok();
    let used = world.root(&asked).await.ok();
    assert_eq!(used.text("LastUsedDate"), "2027-01-15T08:01:00Z");
    assert_eq!([used.text("ServiceName"), used.text("Region")], ["sts", "us-east-1"]);
}

#[tokio::test]
async fn a_refused_signature_is_no_use_and_a_refused_action_is_one() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let asked = format!("GetAccessKeyLastUsed AccessKeyId={}", ann.id);
    let thief = Person { secret: "guessed".to_owned(), ..ann.clone() };
    assert_eq!(world.asks(&thief, "GetCallerIdentity").await.code(), "SignatureDoesNotMatch");
    assert_eq!(world.root(&asked).await.text("ServiceName"), "N/A");
    assert_eq!(world.asks(&ann, "ListUsers").await.code(), "AccessDenied");
    assert_eq!(world.root(&asked).await.text("ServiceName"), "iam");
}

#[tokio::test]
async fn who_may_not_ask_for_a_last_use_does_not_learn_whose_the_key_is() {
    let world = World::new().await;
    let [ann, bob] = [world.user("ann").await, world.user("bob").await];
    for key in [&ann.id, &world.root.id] {
        let refused = world.asks(&bob, &format!("GetAccessKeyLastUsed AccessKeyId={key}")).await;
        assert_eq!(
            refused.told(),
            format!(
                "403 AccessDenied: User: arn:aws:iam::123456789012:user/bob is not authorized to perform: \
                 iam:GetAccessKeyLastUsed on resource: access key {key} \
                 because no identity-based policy allows the iam:GetAccessKeyLastUsed action"
            )
        );
    }
}

#[tokio::test]
async fn the_last_use_of_an_unknown_key_is_denied_to_root_too() {
    let world = World::new().await;
    let reply = world.root("GetAccessKeyLastUsed AccessKeyId=AKIAIOSFODNN7EXAMPLE").await;
    assert_eq!(
        reply.told(),
        "403 AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform \
         iam:GetAccessKeyLastUsed on resource: access key AKIAIOSFODNN7EXAMPLE"
    );
}

#[tokio::test]
async fn the_account_of_a_key_stands_in_its_id() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let info = |id: &str| format!("GetAccessKeyInfo AccessKeyId={id}");
    assert_eq!(world.root(&info(&ann.id)).await.ok().text("Account"), "123456789012");
    let other = world.root(&info("ASIAQNZGKIQY56JQ7WML")).await.ok();
    assert_eq!(other.text("Account"), "029608264753");
    let own = world.root(&info(&world.root.id)).await.ok();
    assert_eq!(own.text("Account"), "123456789012", "imported, and known here");
    assert_eq!(world.root(&info("AKIAIOSFODNN7EXAMPLE")).await.code(), "ValidationError");
    assert_eq!(
        world.root("GetAccessKeyInfo AccessKeyId=x").await.message(),
        "1 validation error detected: Value 'x' at 'accessKeyId' failed to satisfy constraint: \
         Member must have length greater than or equal to 16"
    );
    assert_eq!(
        world.root("GetAccessKeyInfo").await.message(),
        "1 validation error detected: Value null at 'accessKeyId' failed to satisfy constraint: \
         Member must not be null"
    );
}
