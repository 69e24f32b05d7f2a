//! Signatures by key pairs, as callers of the gateway see them: the official signer
//! signs.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4a::{SigningParams, calculate_signature, generate_signing_key};
use bytes::Bytes;
use countersign::clock::{Clock, Time};
use countersign::secret::Secret;
use countersign::sigv4::{
    EcdsaSignature, Key, Presented, PublicKey, Refusal, Rules, Signer, Verifier,
};
use http::Request;
use proptest::prelude::*;

use crate::plain::{put_down, with_head};
use crate::world::{Person, World, post};

const WHOAMI: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const GONE: &str =
    "403 InvalidClientTokenId: The security token included in the request is invalid.";

/// A person who signs by a key pair.
struct Pair<'p> {
    person: &'p Person,
    regions: &'p str,
    location: SignatureLocation,
}

impl<'p> Pair<'p> {
    fn of(person: &'p Person) -> Self {
        Self { person, regions: "*", location: SignatureLocation::Headers }
    }

    fn regions(self, regions: &'p str) -> Self {
        Self { regions, ..self }
    }

    fn presigning(self) -> Self {
        Self { location: SignatureLocation::QueryParams, ..self }
    }

    fn signs(&self, service: &str, now: i64, mut request: Request<Bytes>) -> Request<Bytes> {
        let Person { id, secret, token: _ } = self.person;
        let identity = Credentials::new(id, secret, None, None, "test").into();
        let mut settings = SigningSettings::default();
        settings.signature_location = self.location;
        settings.expires_in = Some(Duration::from_mins(1));
        let params = SigningParams::builder()
            .identity(&identity)
            .region_set(self.regions)
            .name(service)
            .time(UNIX_EPOCH + Duration::from_secs(now.try_into().unwrap()))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let uri = format!("http://127.0.0.1:7448{}", request.uri());
        let body = SignableBody::Bytes(request.body());
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body).unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        request
    }

    async fn told(&self, world: &World, service: &str, request: Request<Bytes>) -> String {
        let now = world.clock.now().unix();
        world.sends(self.signs(service, now, request)).await.told()
    }

    /// What `GetCallerIdentity` is answered, in a few words.
    async fn asks(&self, world: &World) -> String {
        self.told(world, "sts", post(WHOAMI)).await
    }
}

fn get(query: &str) -> Request<Bytes> {
    Request::get(format!("/?{query}")).header("host", "127.0.0.1:7448").body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn sts_takes_a_key_pair_in_a_header_and_in_a_query() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    assert_eq!(Pair::of(&ann).asks(&world).await, "200 : ");
    assert_eq!(Pair::of(&ann).presigning().told(&world, "sts", get(WHOAMI)).await, "200 : ");
    let mars = "403 SignatureDoesNotMatch: Credential should be scoped to a valid region. ";
    assert_eq!(Pair::of(&ann).regions("mars-1").asks(&world).await, mars);
}

#[tokio::test]
async fn iam_takes_shared_secrets_only() {
    let world = World::new().await;
    let pair = Pair::of(&world.root);
    let list = "Action=ListUsers&Version=2010-05-08";
    let unsupported =
        "400 IncompleteSignature: Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.";
    for service in ["iam", "sts"] {
        assert_eq!(pair.told(&world, service, post(list)).await, unsupported);
    }
    let missing = "403 MissingAuthenticationToken: Request is missing Authentication Token";
    let pair = pair.presigning();
    assert_eq!(pair.told(&world, "iam", get(list)).await, missing);
}

#[tokio::test]
async fn a_key_signs_by_its_pair_for_as_long_as_it_is_there_and_active() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let set = async |status: &str| {
        let key = format!("UserName=ann AccessKeyId={}", ann.id);
        world.root(&format!("UpdateAccessKey {key} Status={status}")).await.ok();
    };
    assert_eq!(Pair::of(&ann).asks(&world).await, "200 : ");
    set("Inactive").await;
    assert_eq!(Pair::of(&ann).asks(&world).await, GONE);
    set("Active").await;
    assert_eq!(Pair::of(&ann).asks(&world).await, "200 : ");
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id)).await.ok();
    assert_eq!(Pair::of(&ann).asks(&world).await, GONE);
    let nobody = Person { id: "AKIANOBODYNOBODYNOBO".to_owned(), ..ann };
    assert_eq!(Pair::of(&nobody).asks(&world).await, GONE);
}

#[tokio::test]
async fn a_key_is_last_used_in_the_region_of_the_set_that_is_ours() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    for (regions, region) in [("*", "us-east-1"), ("mars-1,eu-west-*", "eu-west-1")] {
        assert_eq!(Pair::of(&ann).regions(regions).asks(&world).await, "200 : ");
        let used = world.root(&format!("GetAccessKeyLastUsed AccessKeyId={}", ann.id)).await.ok();
        assert_eq!((used.text("ServiceName"), used.text("Region")), ("sts".into(), region.into()));
        world.passes(24 * 60 * 60);
    }
}

/// What `verifier` says of ann's signature, which is a day older each time.
fn verified(verifier: &Verifier, key: Option<&Key>, day: i64) -> Result<Signer, Refusal> {
    let ann = Person::new("AKIAANN", "hers");
    let now = 1_440_938_160 + day * 86_400;
    let request = put_down(&Pair::of(&ann).signs("sts", now, post(WHOAMI)));
    let rules = Rules::query("sts").taking_sigv4a();
    with_head(&request, |head| {
        let now = Time::from_unix(now);
        let presented = Presented::read(head, &rules, now).unwrap();
        verifier.verify(&presented.in_scope(&rules).unwrap(), &request.body, key)
    })
}

#[test]
fn a_public_key_that_is_kept_counts_for_its_version_of_the_secret_alone() {
    let verifier = Verifier::default();
    let key = |version, secret: &str| Key::new("AKIAANN", version, Secret::new(secret.to_owned()));
    assert!(verified(&verifier, Some(&key(1, "hers")), 0).is_ok());
    assert!(verified(&verifier, Some(&key(1, "hers")), 1).is_ok());
    let other = verified(&verifier, Some(&key(2, "not hers")), 2);
    assert!(matches!(other, Err(Refusal::Mismatch(_))), "{other:?}");
    // Kept, though it did not match: the next that does is not held against it.
    assert!(verified(&verifier, Some(&key(3, "hers")), 3).is_ok());
    verifier.forget("AKIAANN");
    assert!(verified(&verifier, Some(&key(3, "hers")), 4).is_ok());
    assert_eq!(verified(&verifier, None, 5), Err(Refusal::UnknownKey));
    let inactive = key(3, "hers").active(false);
    assert_eq!(verified(&verifier, Some(&inactive), 6), Err(Refusal::InactiveKey));
}

#[test]
fn a_signer_without_a_region_has_the_one_of_ours_that_was_signed_for() {
    let key = Key::new("AKIAANN", 1, Secret::new("hers".to_owned()));
    let signer = verified(&Verifier::default(), Some(&key), 0).unwrap();
    assert_eq!((signer.service(), signer.region()), ("sts", "us-east-1"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn the_public_key_is_that_of_the_official_signers_private_one(
        id in "[A-Z0-9]{0,24}", secret in "\\PC{0,80}", text in "\\PC{0,40}",
    ) {
        let private = generate_signing_key(&id, &secret);
        let signature = hex::decode(calculate_signature(private, text.as_bytes())).unwrap();
        let signature = EcdsaSignature::read(&signature).unwrap();
        let public = PublicKey::derive(&Secret::new(secret), &id).unwrap();
        prop_assert!(public.made(&signature, text.as_bytes()));
        let other = text + ".";
        prop_assert!(!public.made(&signature, other.as_bytes()));
    }
}
