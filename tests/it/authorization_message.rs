//! What refusals are explained by.

use serde_json::Value;

use crate::signer::encoded;
use crate::world::{Person, Reply, World, post};

const HEADER: &str = "x-countersign-authorization-message";

/// The message that comes with a refusal.
pub(crate) async fn message(world: &World, who: &Person, call: &str) -> Option<String> {
    let body = format!("Version=2010-05-08&Action={}", call.replace(' ', "&"));
    let request = who.signs("iam", world.now(), post(body));
    let response = world.response(request).await;
    response.headers().get(HEADER).map(|value| value.to_str().unwrap().to_owned())
}

pub(crate) async fn decode(world: &World, who: &Person, message: &str) -> Reply {
    let message = encoded(message.as_bytes(), false);
    world.asks(who, &format!("DecodeAuthorizationMessage EncodedMessage={message}")).await
}

async fn grant(world: &World, name: &str, policy: &str) {
    let policy = encoded(policy.as_bytes(), false);
    let call = format!("PutUserPolicy UserName={name} PolicyName=p PolicyDocument={policy}");
    world.root(&call).await.ok();
}

#[tokio::test]
async fn a_refusal_is_explained_to_who_may_have_it_decoded() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:*","Resource":"*"},
        {"Sid":"NoNight","Effect":"Deny","Action":"iam:CreateUser","Resource":"*",
         "Condition":{"StringEquals":{"aws:username":"ann"},"StringNotEquals":{"aws:PrincipalTag/team":"red"}}}]}"#;
    grant(&world, "ann", policy).await;
    let message = message(&world, &ann, "CreateUser UserName=bob").await.unwrap();
    assert!(!message.contains("ann"));
    let told = decode(&world, &world.root.clone(), &message).await.ok().text("DecodedMessage");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["allowed"], false);
    assert_eq!(told["explicitDeny"], true);
    let statements = told["matchedStatements"]["items"].as_array().unwrap();
    let deny = statements.iter().find(|one| one["effect"] == "DENY").unwrap();
    assert_eq!(deny["statementId"], "NoNight");
    assert_eq!(deny["statement"]["Action"], "iam:CreateUser");
    assert_eq!(deny["policy"]["name"], "user_ann_p");
    assert_eq!(deny["line"], 2);
    let context = &told["context"];
    assert_eq!(context["action"], "iam:CreateUser");
    assert!(context["principal"]["arn"].as_str().unwrap().ends_with(":user/ann"));
    assert!(context["resource"].as_str().unwrap().ends_with(":user/bob"));
    let condition = &context["conditions"]["items"][0];
    assert_eq!(
        (&condition["key"], &condition["values"]["items"][0]["value"]),
        (&"aws:username".into(), &"ann".into())
    );
    assert_eq!(told["missingContextKeys"][0], "aws:PrincipalTag/team");
}

#[tokio::test]
async fn a_message_is_for_the_account_of_who_was_refused_and_for_who_may_decode_there() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let message = message(&world, &ann, "ListRoles").await.unwrap();
    assert_eq!(decode(&world, &ann, &message).await.code(), "AccessDenied");
    let other = world.store.create_account(None, None).await.unwrap();
    let other = Person::new(other.id.as_str(), other.secret.expose());
    let told = "400 InvalidAuthorizationMessageException: Message is not valid";
    assert_eq!(decode(&world, &other, &message).await.told(), told);
    for garbage in ["m", "AAAA", &message[1..], &format!("{message}A"), &"A".repeat(10_240)] {
        assert_eq!(decode(&world, &world.root.clone(), garbage).await.told(), told);
    }
    for place in 0..message.len() {
        let mut altered = message.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(decode(&world, &world.root.clone(), &altered).await.told(), told, "{place}");
    }
}

#[tokio::test]
async fn what_is_allowed_and_what_is_no_refusal_by_policies_comes_without_a_message() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    assert_eq!(message(&world, &world.root.clone(), "ListUsers").await, None);
    assert_eq!(message(&world, &world.root.clone(), "GetUser UserName=nobody").await, None);
    let thief = Person { secret: "x".to_owned(), ..ann };
    assert_eq!(message(&world, &thief, "ListUsers").await, None);
}

#[tokio::test]
async fn nobody_learns_what_another_account_trusts() {
    let world = World::new().await;
    let ann = world.user_who("ann", &crate::session::allowing("sts:*")).await;
    let other = world.store.create_account(None, None).await.unwrap();
    let elsewhere = format!("arn:aws:iam::{}:role/none", other.account);
    let here = format!("arn:aws:iam::{}:role/none", crate::world::ACCOUNT);
    for (role, is_explained) in [(here, true), (elsewhere, false)] {
        let call = format!("Action=AssumeRole&RoleArn={role}&RoleSessionName=ann");
        let body = format!("Version=2011-06-15&{call}");
        let response = world.response(ann.signs("sts", world.now(), post(body))).await;
        assert_eq!(response.status(), 403);
        assert_eq!(response.headers().contains_key(HEADER), is_explained, "{role}");
    }
}

#[tokio::test]
async fn a_policy_too_long_to_be_repeated_is_told_by_its_place() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let words = (0..260).map(|n| format!("\"iam:{}{n}\"", "xyz".repeat(n % 7)));
    let actions = words.collect::<Vec<_>>().join(",");
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":["iam:ListRoles",{actions}],"Resource":"*"}}}}"#
    );
    let policy = encoded(policy.as_bytes(), false);
    let made = world.root(&format!("CreatePolicy PolicyName=long PolicyDocument={policy}")).await;
    let arn = made.ok().text("Arn");
    world.root(&format!("AttachUserPolicy UserName=ann PolicyArn={arn}")).await.ok();
    let message = message(&world, &ann, "ListRoles").await.unwrap();
    assert!(message.len() <= 3072);
    let told = decode(&world, &world.root.clone(), &message).await.ok().text("DecodedMessage");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["matchedStatements"]["items"][0]["policy"]["arn"], arn.as_str());
}
