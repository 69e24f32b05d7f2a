//! Policies that the store holds and nobody can read or find any more.

use countersign::arn::Arn;
use countersign::policy::Policy;
use countersign::store::draft::Draft;
use countersign::store::entity::{Rights, User};
use countersign::text::{AccountId, ArnText, PolicyName, Text, UserName};

use super::{ALL, USERS, assert_refused, user_who_may};
use crate::world::{ACCOUNT, World};

/// What is done to what someone holds.
type Deed = Box<dyn Fn(&mut Rights) + Send + Sync>;

/// What a policy that cannot be found or read would deny is not known.
#[tokio::test]
async fn what_cannot_be_read_any_more_denies_whoever_has_it() {
    let world = World::new().await;
    let lost: Arn = (&ArnText::parse("arn:aws:iam::123456789012:policy/lost").unwrap()).into();
    let broken = PolicyName::parse("broken").unwrap();
    let unreadable = |text: &'static str| {
        let broken = broken.clone();
        Box::new(move |rights: &mut Rights| {
            rights.put_policy(&broken, Policy::kept(text));
        })
    };
    let lost_once = lost.clone();
    let attached = Box::new(move |rights: &mut Rights| {
        rights.attached.insert(lost_once.clone());
    });
    let bound = Box::new(move |rights: &mut Rights| rights.boundary = Some(lost.clone()));
    let identity = "with an explicit deny in an identity-based policy";
    let named = format!("{identity}: arn:aws:iam::123456789012:policy/lost");
    let boundary = named.replace("an identity-based policy", "a permissions boundary");
    let cases: [(&str, Deed, &str); 5] = [
        ("a", unreadable("{"), identity),
        ("b", unreadable(r#"{"Statement":{"Effect":"Allow","Resource":"*"}}"#), identity),
        ("c", unreadable(r#"{"Statement":[],"Version":"2012-10-17"}"#), identity),
        ("d", attached, &named),
        ("e", bound, &boundary),
    ];
    for (name, spoil, reason) in cases {
        let person = user_who_may(&world, name, ALL).await;
        world.asks(&person, "ListUsers").await.ok();
        change(&world, name, spoil).await;
        assert_refused(&world.asks(&person, "ListUsers").await, "iam:ListUsers", USERS, reason);
    }
}

/// Changes what a user holds, as no action would.
async fn change(world: &World, name: &'static str, deed: Deed) {
    let home = world.store.home(&AccountId::parse(ACCOUNT).unwrap()).await.unwrap().unwrap();
    let work = move |mut draft: Draft| {
        let mut user = draft.find::<User>(&UserName::parse(name).unwrap())?.clone();
        deed(&mut user.rights);
        draft.put(user);
        Ok(((), draft))
    };
    world.store.commit(home, work).await.unwrap();
}

/// No caller can send such a policy; it may have been put in the store by other means.
#[tokio::test]
async fn a_statement_about_nothing_allows_nothing() {
    let world = World::new().await;
    let person = user_who_may(&world, "a", ALL).await;
    let vague = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}"#;
    let name = PolicyName::parse("p").unwrap();
    let deed: Deed = Box::new(move |rights| {
        rights.put_policy(&name, Policy::kept(vague));
    });
    change(&world, "a", deed).await;
    let reason = "because no identity-based policy allows the iam:ListUsers action";
    assert_refused(&world.asks(&person, "ListUsers").await, "iam:ListUsers", USERS, reason);
}
