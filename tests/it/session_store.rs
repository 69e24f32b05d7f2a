//! Session tokens: on every node, over restarts, with keys that turn; and never altered.

use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::Engine;
use countersign::store::engine::memory::Memory;
use futures_util::future::join_all;

use crate::session::{allowing, trusting, trusting_account};
use crate::world::{Person, World};

const DAY: i64 = 24 * 3600;

/// A node of a gateway whose engine others share.
async fn node(engine: &Arc<Memory>) -> World {
    World::over(Arc::clone(engine) as Arc<dyn Engine>, Limits::default()).await
}

async fn session_of_root(world: &World) -> Person {
    Person::in_reply(&world.root("GetSessionToken").await.ok())
}

async fn session_of_ann(world: &World, seconds: i64) -> Person {
    let ann = world.user("ann").await;
    let call = format!("GetSessionToken DurationSeconds={seconds}");
    Person::in_reply(&world.asks(&ann, &call).await.ok())
}

fn token_keys(engine: &Memory) -> usize {
    let mut count = 0;
    let mut each = |_: &[u8], _: &[u8]| {
        count += 1;
        std::ops::ControlFlow::Continue(())
    };
    engine.scan(b"token-key/", &mut each).unwrap();
    count
}

#[tokio::test]
async fn a_token_opens_on_every_node_and_after_a_restart() {
    let engine = Arc::new(Memory::new());
    let first = node(&engine).await;
    let session = session_of_root(&first).await;
    let second = node(&engine).await;
    second.asks(&session, "GetCallerIdentity").await.ok();
    // The second makes a key of which the first knows nothing yet.
    second.passes(DAY);
    first.passes(DAY);
    second.store.turn_token_keys().await.unwrap();
    let later = session_of_root(&second).await;
    first.asks(&later, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn keys_turn_once_a_day_and_go_when_their_last_token_has_ended() {
    let engine = Arc::new(Memory::new());
    let world = node(&engine).await;
    assert_eq!(token_keys(&engine), 1);
    world.passes(DAY - 1);
    world.store.turn_token_keys().await.unwrap();
    assert_eq!(token_keys(&engine), 1);
    let session = session_of_ann(&world, 129_600).await;
    world.passes(1);
    world.store.turn_token_keys().await.unwrap();
    assert_eq!(token_keys(&engine), 2);
    let left = 129_600 - 2;
    world.passes(left);
    world.store.turn_token_keys().await.unwrap();
    world.asks(&session, "GetCallerIdentity").await.ok();
    world.passes(1);
    assert_eq!(world.asks(&session, "GetCallerIdentity").await.code(), "ExpiredToken");
    world.passes(2 * DAY);
    world.store.turn_token_keys().await.unwrap();
    let kept = token_keys(&engine);
    assert!(kept <= 3, "{kept} keys");
    session_of_root(&world).await;
}

#[tokio::test]
async fn a_key_is_kept_until_its_successor_is_a_day_and_a_half_old() {
    let engine = Arc::new(Memory::new());
    let world = node(&engine).await;
    world.passes(DAY - 1);
    let session = session_of_ann(&world, 129_600).await;
    world.passes(1);
    let mut kept = Vec::new();
    for _ in 0..4 {
        world.store.turn_token_keys().await.unwrap();
        kept.push(token_keys(&engine));
        // What is restarted has the same keys.
        let again = node(&engine).await;
        again.passes(world.now().unix() - again.now().unix());
        let code = again.asks(&session, "GetCallerIdentity").await.code();
        kept.push(usize::from(code.is_empty()));
        world.passes(DAY);
    }
    assert_eq!(kept, [2, 1, 3, 1, 3, 0, 3, 0]);
}

#[tokio::test]
async fn of_nodes_that_turn_at_the_same_time_one_makes_the_key_and_all_have_it() {
    let engine = Arc::new(Memory::new());
    let nodes = [node(&engine).await, node(&engine).await, node(&engine).await];
    for round in 2..6 {
        for one in &nodes {
            one.passes(DAY);
        }
        let turns = nodes.iter().map(|one| one.store.turn_token_keys());
        for turned in join_all(turns).await {
            turned.unwrap();
        }
        assert_eq!(token_keys(&engine), round.min(3));
        for maker in &nodes {
            let session = session_of_root(maker).await;
            for other in &nodes {
                other.asks(&session, "GetCallerIdentity").await.ok();
            }
        }
    }
}

#[tokio::test]
async fn a_node_that_has_slept_opens_what_others_sealed_and_they_what_it_seals() {
    let engine = Arc::new(Memory::new());
    let (slept, awake) = (node(&engine).await, node(&engine).await);
    for _ in 0..3 {
        awake.passes(DAY);
        slept.passes(DAY);
        awake.store.turn_token_keys().await.unwrap();
    }
    let session = session_of_root(&awake).await;
    slept.asks(&session, "GetCallerIdentity").await.ok();
    slept.store.turn_token_keys().await.unwrap();
    let session = session_of_root(&slept).await;
    awake.asks(&session, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn a_session_that_ended_with_its_role_stays_ended_after_a_restart() {
    let engine = Arc::new(Memory::new());
    let one = node(&engine).await;
    let ann = one.user_who("ann", &allowing("*")).await;
    one.assumable("r", &trusting_account(), &allowing("*")).await;
    let session = one.becomes(&ann, "r", "").await;
    one.asks(&session, "ListUsers").await.ok();
    one.root("DeleteRolePolicy RoleName=r PolicyName=p").await.ok();
    one.root("DeleteRole RoleName=r").await.ok();
    assert_eq!(one.asks(&session, "ListUsers").await.code(), "InvalidClientTokenId");
    let again = node(&engine).await;
    assert_eq!(again.asks(&session, "ListUsers").await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn sessions_stay_in_their_accounts_after_a_restart() {
    let engine = Arc::new(Memory::new());
    let world = node(&engine).await;
    let key = world.store.create_account(None, None).await.unwrap();
    let root = Person::new(key.id.as_str(), key.secret.expose());
    let mut sessions = Vec::new();
    for (root, user) in [(&world.root, "here"), (&root, "there")] {
        world.asks(root, &format!("CreateUser UserName={user}")).await.ok();
        let put =
            format!("PutUserPolicy UserName={user} PolicyName=p PolicyDocument={}", allowing("*"));
        world.asks(root, &put).await.ok();
        let create = format!("CreateRole RoleName=r AssumeRolePolicyDocument={}", trusting("*"));
        world.asks(root, &create).await.ok();
        let put = format!("PutRolePolicy RoleName=r PolicyName=p PolicyDocument={}", allowing("*"));
        world.asks(root, &put).await.ok();
        let call = format!("CreateAccessKey UserName={user}");
        let who = Person::in_reply(&world.asks(root, &call).await.ok());
        let arn = world.asks(root, "GetRole RoleName=r").await.ok().text("Arn");
        let call = format!("AssumeRole RoleArn={arn} RoleSessionName=session");
        sessions.push((Person::in_reply(&world.asks(&who, &call).await.ok()), user));
    }
    let again = node(&engine).await;
    for (session, user) in &sessions {
        assert_eq!(again.asks(session, "ListUsers").await.ok().texts("UserName"), [*user]);
    }
    // One's token is no more the other's than a stranger's.
    let mixed = Person { token: sessions[1].0.token.clone(), ..sessions[0].0.clone() };
    assert_eq!(again.asks(&mixed, "ListUsers").await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn a_token_of_another_gateway_opens_nothing() {
    let (here, there) = (World::new().await, World::new().await);
    let session = session_of_root(&there).await;
    there.asks(&session, "GetCallerIdentity").await.ok();
    let told = "403 InvalidClientTokenId: The security token included in the request is invalid";
    assert_eq!(here.asks(&session, "GetCallerIdentity").await.told(), told);
}

#[tokio::test]
async fn a_token_with_any_byte_altered_opens_nothing() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let more = "Tags.member.1.Key=a Tags.member.1.Value=b SourceIdentity=ann";
    let session = Person::in_reply(&world.assumes(&ann, "r", more).await.ok());
    let token = session.token.clone().unwrap();
    let told = "403 InvalidClientTokenId: The security token included in the request is invalid";
    let refused = async |altered: String| {
        let altered = Person { token: Some(altered), ..session.clone() };
        let reply = world.asks(&altered, "GetCallerIdentity").await;
        assert_eq!(reply.told(), told, "{:?}", altered.token);
    };
    for place in 0..token.len() {
        for letter in [b'A', b'B', b'b', b'/', b'=', b'-', b'!'] {
            let mut altered = token.clone().into_bytes();
            if altered[place] != letter {
                altered[place] = letter;
                refused(String::from_utf8(altered).unwrap()).await;
            }
        }
        if place > 0 {
            refused(token[..place].to_owned()).await;
        }
    }
    for longer in [format!("{token}A"), format!("{token}="), format!("A{token}"), token.repeat(2)] {
        refused(longer).await;
    }
    world.asks(&session, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn when_a_role_was_used_last_is_told_and_kept() {
    let engine = Arc::new(Memory::new());
    let world = node(&engine).await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let session = Person::in_reply(&world.assumes(&ann, "r", "").await.ok());
    assert!(world.root("GetRole RoleName=r").await.ok().texts("LastUsedDate").is_empty());
    world.passes(60);
    world.asks(&session, "ListUsers").await.ok();
    let told = world.root("GetRole RoleName=r").await.ok();
    assert_eq!(told.text("LastUsedDate"), world.now().to_string());
    assert_eq!(told.text("Region"), "us-east-1");
    world.store.flush().await.unwrap();
    let again = node(&engine).await.root("GetRole RoleName=r").await.ok();
    assert_eq!(again.text("LastUsedDate"), told.text("LastUsedDate"));
}

#[tokio::test]
async fn a_session_ends_with_its_role_or_its_user_and_with_nothing_else() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let role = Person::in_reply(&world.assumes(&ann, "r", "").await.ok());
    let own = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let key = format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id);
    world.root(&key).await.ok();
    world.root("UpdateUser UserName=ann NewUserName=anna").await.ok();
    let who = world.asks(&own, "GetCallerIdentity").await.ok().text("Arn");
    assert!(who.ends_with(":user/anna"), "{who}");
    world.root("DeleteUserPolicy UserName=anna PolicyName=p").await.ok();
    world.root("DeleteUser UserName=anna").await.ok();
    assert_eq!(world.asks(&own, "GetCallerIdentity").await.code(), "InvalidClientTokenId");
    world.asks(&role, "ListUsers").await.ok();
    world.root("DeleteRolePolicy RoleName=r PolicyName=p").await.ok();
    world.root("DeleteRole RoleName=r").await.ok();
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    assert_eq!(world.asks(&role, "ListUsers").await.code(), "InvalidClientTokenId");
}
