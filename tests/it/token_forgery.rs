//! Nothing but the very token that was issued, with the very id, opens.

use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::runtime::Runtime;

use crate::authorization_message::{decode, message};
use crate::session::{allowing, trusting_account};
use crate::world::{Person, World};

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A world with two sessions of one role, whose tokens are packed and of one length.
async fn scene() -> (World, Person, Person) {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let more = format!("Policy={} MinimumSessionTokenSize=400", allowing("iam:ListUsers"));
    let one = world.becomes(&ann, "r", &more).await;
    let other = world.becomes(&ann, "r", &more).await;
    (world, one, other)
}

fn token(session: &Person) -> String {
    session.token.clone().unwrap()
}

impl World {
    async fn opens(&self, id: &str, token: &str) -> bool {
        self.store.session(id, token).await.unwrap().is_some()
    }

    async fn opens_bytes(&self, id: &str, bytes: &[u8]) -> bool {
        self.opens(id, &BASE64.encode(bytes)).await
    }
}

#[tokio::test]
async fn no_other_letter_stands_anywhere_in_a_token_or_in_its_id() {
    let (world, session, _) = scene().await;
    let (id, token) = (&session.id, token(&session));
    for place in 0..token.len() {
        for letter in LETTERS {
            let mut altered = token.clone().into_bytes();
            altered[place] = *letter;
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(world.opens(id, &altered).await, altered == token, "{place}: {altered}");
        }
    }
    for place in 0..id.len() {
        for letter in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abc" {
            let mut altered = id.clone().into_bytes();
            altered[place] = *letter;
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(world.opens(&altered, &token).await, altered == *id, "{altered}");
        }
    }
    assert!(world.opens(id, &token).await);
}

#[tokio::test]
async fn no_bit_of_a_token_may_turn_and_none_may_lack_or_come_along() {
    let (world, session, other) = scene().await;
    let bytes = BASE64.decode(token(&session).as_bytes()).unwrap();
    for place in 0..bytes.len() * 8 {
        let mut altered = bytes.clone();
        altered[place / 8] ^= 1 << (place % 8);
        assert!(!world.opens_bytes(&session.id, &altered).await, "{place}");
    }
    let others = BASE64.decode(token(&other).as_bytes()).unwrap();
    for place in 0..=bytes.len() {
        assert_eq!(world.opens_bytes(&session.id, &bytes[..place]).await, place == bytes.len());
        let spliced = [&bytes[..place], &others[place.min(others.len())..]].concat();
        let is_whole = spliced == bytes;
        assert_eq!(world.opens_bytes(&session.id, &spliced).await, is_whole, "{place}");
        let longer = [&bytes[..place], &[0], &bytes[place..]].concat();
        assert!(!world.opens_bytes(&session.id, &longer).await, "{place}");
    }
}

#[tokio::test]
async fn a_token_is_spelled_in_one_way() {
    let world = World::new().await;
    for least in 300..304 {
        // Tokens whose last bytes are one, two, and three.
        for name in ["guest", "guest1", "guest23"] {
            let call = format!("GetFederationToken Name={name} MinimumSessionTokenSize={least}");
            let session = Person::in_reply(&world.root(&call).await.ok());
            let token = token(&session);
            let bytes = BASE64.decode(token.as_bytes()).unwrap();
            let bare = token.trim_end_matches('=').to_owned();
            let mut others = vec![
                BASE64URL.encode(&bytes),
                HEXLOWER.encode(&bytes),
                bare.clone(),
                format!("{token}="),
                format!("{token}===="),
                format!(" {token}"),
                format!("{token} "),
                format!("{token}\n"),
                format!("{token}\0"),
                token.to_lowercase(),
                token.to_uppercase(),
                token.replace('/', "_"),
                token.replace('+', "-"),
                token.replace('+', " "),
                token.replace('/', "%2F"),
                [&token[..76], "\r\n", &token[76..]].concat(),
            ];
            let (start, padding) = (&bare[..bare.len() - 1], &token[bare.len()..]);
            others.extend(LETTERS.iter().map(|last| format!("{start}{}{padding}", *last as char)));
            for other in others.into_iter().filter(|other| *other != token) {
                assert!(!world.opens(&session.id, &other).await, "{other:?} for {token:?}");
            }
            assert!(world.opens(&session.id, &token).await);
        }
    }
}

#[tokio::test]
async fn what_is_sealed_for_one_purpose_opens_for_no_other() {
    let (world, session, _) = scene().await;
    let message = message(&world, &session, "ListRoles").await.unwrap();
    decode(&world, &world.root, &message).await.ok();
    assert!(!world.opens(&session.id, &message).await);
    let token = token(&session);
    let told = decode(&world, &world.root, &token).await;
    assert_eq!(told.code(), "InvalidAuthorizationMessageException");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changes_to_a_token_and_no_bytes_open(
        changes in vec((any::<Index>(), 1..=255_u8), 1..8),
        garbage in vec(any::<u8>(), 0..600),
        number in prop::option::of(0..4_u32),
    ) {
        Runtime::new().unwrap().block_on(async {
            let world = World::new().await;
            let session = Person::in_reply(&world.root("GetSessionToken").await.ok());
            let bytes = BASE64.decode(token(&session).as_bytes()).unwrap();
            let mut altered = bytes.clone();
            for (place, change) in &changes {
                altered[place.index(bytes.len())] ^= change;
            }
            let is_same = altered == bytes;
            assert_eq!(world.opens_bytes(&session.id, &altered).await, is_same);
            let garbage = match number {
                Some(number) => [&number.to_be_bytes()[..], &[1], &garbage[..]].concat(),
                None => garbage,
            };
            assert!(!world.opens_bytes(&session.id, &garbage).await);
            let text: String = garbage.iter().map(|byte| char::from(*byte)).collect();
            assert!(!world.opens(&session.id, &text).await);
            assert!(world.opens_bytes(&session.id, &bytes).await);
        });
    }
}
