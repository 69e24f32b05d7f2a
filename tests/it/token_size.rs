//! How long tokens are, and how much room is taken in them.

use crate::session::{allowing, trusting_account};
use crate::world::{Person, Reply, World};

const ROLE: &str = "AssumeRole RoleArn=arn:aws:iam::123456789012:role/r RoleSessionName=session";

async fn scene() -> (World, Person) {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    (world, ann)
}

fn number(reply: &Reply, name: &str) -> usize {
    reply.text(name).parse().unwrap()
}

#[tokio::test]
async fn a_token_is_as_long_as_is_asked_and_says_how_long_it_is() {
    let (world, ann) = scene().await;
    let policy = format!("Policy={}", allowing("*"));
    let tag = "Tags.member.1.Key=k Tags.member.1.Value=v";
    for call in [
        ROLE.to_owned(),
        format!("{ROLE} {policy} {tag}"),
        "GetSessionToken".to_owned(),
        format!("GetFederationToken Name=guest {policy} {tag}"),
    ] {
        for least in [0, 1, 511, 512, 513, 1000, 2049, 4093, 4094, 4095, 4096] {
            let call = format!("{call} MinimumSessionTokenSize={least}");
            let reply = world.asks(&ann, &call).await.ok();
            let session = Person::in_reply(&reply);
            let length = session.token.as_ref().unwrap().len();
            assert!((least..=4096).contains(&length), "{call}: {length}");
            assert_eq!(number(&reply, "SessionTokenSize"), length);
            let taken = number(&reply, "SessionTokenUtilization");
            assert_eq!(taken, (length * 100).div_ceil(4096));
            world.asks(&session, "GetCallerIdentity").await.ok();
        }
        let reply = world.asks(&ann, &format!("{call} MinimumSessionTokenSize=4097")).await;
        assert_eq!(reply.code(), "ValidationError");
    }
}

#[tokio::test]
async fn every_tag_takes_some_room_until_there_is_none() {
    let (world, ann) = scene().await;
    let noise = |n: u64| format!("{:x}", (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let (mut call, mut before) = (ROLE.to_owned(), 0);
    for n in 1..=50 {
        let value: String = (0..6).map(|part| noise(n * 6 + part)).collect();
        call = format!("{call} Tags.member.{n}.Key=k{n} Tags.member.{n}.Value={value}");
        let reply = world.asks(&ann, &call).await;
        if reply.status != 200 {
            assert_eq!(reply.code(), "PackedPolicyTooLarge");
            let message = reply.message();
            let percent = message.strip_prefix("Packed size of session tags consumes ").unwrap();
            let percent: usize =
                percent.strip_suffix("% of allotted space.").unwrap().parse().unwrap();
            assert!(percent > 100 && percent >= before && n > 10, "{n}: {message}");
            return;
        }
        let packed = number(&reply, "PackedPolicySize");
        assert!(before <= packed && packed > 0 && packed <= 100, "{n}: {before} {packed}");
        let session = Person::in_reply(&reply);
        world.asks(&session, "GetCallerIdentity").await.ok();
        before = packed;
    }
    panic!("50 tags of 96 characters that do not pack take {before}%");
}

#[tokio::test]
async fn of_policies_and_tags_the_one_that_is_too_long_by_itself_is_named() {
    let (world, ann) = scene().await;
    let noise = |n: u64| format!("{:016x}", (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let long: String = (0..115).map(noise).collect();
    let policy = allowing("iam:ListUsers")
        .replace("\"Resource\":\"*\"", &format!("\"Resource\":\"arn:aws:s3:::{long}\""));
    assert!(policy.len() <= 2048, "{}", policy.len());
    let tags: Vec<String> = (0..12_u64)
        .map(|n| {
            let value: String = (0..8).map(|part| noise(1000 + n * 8 + part)).collect();
            format!(" Tags.member.{0}.Key=k{n} Tags.member.{0}.Value={value}", n + 1)
        })
        .collect();
    let tags = tags.concat();
    for call in [ROLE.to_owned(), "GetFederationToken Name=guest".to_owned()] {
        world.asks(&ann, &format!("{call} Policy={policy}")).await.ok();
        world.asks(&ann, &format!("{call}{tags}")).await.ok();
        let both = world.asks(&ann, &format!("{call} Policy={policy}{tags}")).await;
        assert_eq!(both.code(), "PackedPolicyTooLarge", "{}", both.document);
        assert!(both.message().starts_with("Packed policy consumes "), "{}", both.message());
    }
}
