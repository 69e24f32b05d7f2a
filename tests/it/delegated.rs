//! Rights that a user's account hands on to another.

use countersign::secret::Secret;
use countersign::store::session::{Delegation, TRADED};
use countersign::text::{AccountId, Text, UserName};

use crate::session::allowing;
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, Reply, World};

async fn token(world: &World, policy: Option<&str>) -> Secret {
    let delegation = Delegation {
        account: AccountId::parse(ACCOUNT).unwrap(),
        user: UserName::parse("ann").unwrap(),
        policy: policy.map(str::to_owned),
        seconds: 900,
    };
    world.store.delegate(&delegation).await.unwrap()
}

async fn trade(world: &World, who: &Person, token: &str) -> Reply {
    let token = encoded(token.as_bytes(), false);
    world.asks(who, &format!("GetDelegatedAccessToken TradeInToken={token}")).await
}

/// A world in which ann may do much, and root of another account.
async fn prepared() -> (World, Person) {
    let world = World::new().await;
    world.user_who("ann", &allowing("iam:*")).await;
    let other = world.store.create_account(None, None).await.unwrap();
    (world, Person::new(other.id.as_str(), other.secret.expose()))
}

#[tokio::test]
async fn a_token_is_traded_in_for_what_the_user_and_the_policy_both_allow() {
    let (world, stranger) = prepared().await;
    let token = token(&world, Some(&allowing("iam:List*"))).await;
    let traded = trade(&world, &stranger, token.expose()).await.ok();
    let ann = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    assert_eq!(traded.text("AssumedPrincipal"), ann);
    let session = Person::in_reply(&traded);
    assert_eq!(world.asks(&session, "GetCallerIdentity").await.ok().text("Arn"), ann);
    world.asks(&session, "ListUsers").await.ok();
    let told = world.asks(&session, "CreateUser UserName=bob").await.message();
    assert!(told.ends_with("because no session policy allows the iam:CreateUser action"), "{told}");
    for call in ["GetSessionToken", "GetFederationToken Name=guest"] {
        assert_eq!(world.asks(&session, call).await.code(), "AccessDenied");
    }
    world.passes(900);
    assert_eq!(world.asks(&session, "ListUsers").await.code(), "ExpiredToken");
}

#[tokio::test]
async fn a_token_is_good_for_an_hour_and_as_long_as_its_user_is_there() {
    let (world, stranger) = prepared().await;
    let token = token(&world, None).await;
    world.passes(TRADED - 1);
    let session = Person::in_reply(&trade(&world, &stranger, token.expose()).await.ok());
    world.asks(&session, "GetUser UserName=ann").await.ok();
    world.passes(1);
    let late = trade(&world, &stranger, token.expose()).await;
    assert_eq!((late.status, late.code()), (400, "ExpiredTradeInTokenException".to_owned()));
    let token = self::token(&world, None).await;
    let keys = world.root("ListAccessKeys UserName=ann").await.ok().texts("AccessKeyId");
    for key in keys {
        world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={key}")).await.ok();
    }
    world.root("DeleteUserPolicy UserName=ann PolicyName=p").await.ok();
    world.root("DeleteUser UserName=ann").await.ok();
    assert_eq!(trade(&world, &stranger, token.expose()).await.code(), "AccessDenied");
    assert_eq!(world.asks(&session, "ListUsers").await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn nobody_trades_in_what_was_altered_or_is_no_token_or_may_not() {
    let (world, stranger) = prepared().await;
    let bob = world.user("bob").await;
    let token = token(&world, None).await;
    let told = "403 AccessDenied: The trade-in token is not valid.";
    for place in 0..token.expose().len() {
        let mut altered = token.expose().to_owned().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(trade(&world, &stranger, &altered).await.told(), told, "{place}");
    }
    let session = world.root("GetSessionToken").await.ok().text("SessionToken");
    for garbage in ["x", &session, &token.expose()[1..]] {
        assert_eq!(trade(&world, &stranger, garbage).await.told(), told);
    }
    let refused = trade(&world, &bob, token.expose()).await;
    assert!(refused.message().contains("sts:GetDelegatedAccessToken"), "{}", refused.document);
}
