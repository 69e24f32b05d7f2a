//! One-time codes: what they are good for, and that they are so once.

use std::sync::Arc;

use countersign::store::draft::{Draft, Limits};
use countersign::store::engine::Engine;
use countersign::store::engine::memory::Memory;
use countersign::store::entity::User;
use countersign::store::proof::{Proof, Unproven};
use countersign::text::{AccountId, Text, UserName};

use crate::phone::Phone;
use crate::world::{ACCOUNT, World};

const BAD_CODE: &str =
    "403 InvalidAuthenticationCode: Authentication code for device is not valid.";

#[tokio::test]
async fn who_enables_a_device_shows_two_codes_in_a_row() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::new(&world, "phone").await;
    let other = Phone::new(&world, "other").await;
    let enable = ("EnableMFADevice", "ann");
    let at = |steps| phone.code(&world, steps);
    for (why, call) in [
        ("twice the same", phone.with(enable.0, enable.1, (&at(0), &at(0)))),
        ("the wrong order", phone.with(enable.0, enable.1, (&at(0), &at(-1)))),
        ("a gap", phone.with(enable.0, enable.1, (&at(-2), &at(0)))),
        ("too old", phone.call(&world, enable, -11)),
        ("too new", phone.call(&world, enable, 11)),
        (
            "another device's",
            phone.with(enable.0, enable.1, (&other.code(&world, -1), &other.code(&world, 0))),
        ),
    ] {
        assert_eq!(world.root(&call).await.told(), BAD_CODE, "{why}");
    }
    world.root(&phone.call(&world, enable, -10)).await.ok();
}

#[tokio::test]
async fn codes_have_six_digits() {
    let world = World::new().await;
    let phone = Phone::new(&world, "phone").await;
    let reply = world.root(&phone.with("EnableMFADevice", "ann", ("12345", "12345a"))).await;
    assert_eq!(reply.code(), "ValidationError");
    assert!(reply.message().contains("authenticationCode1") && reply.message().contains("[\\d]+"));
}

#[tokio::test]
async fn codes_that_enabled_a_device_never_do_so_again() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    let named = format!("SerialNumber={}", phone.serial);
    world.root(&format!("DeactivateMFADevice UserName=ann {named}")).await.ok();
    for steps in [-5, 0, 1] {
        let call = phone.call(&world, ("EnableMFADevice", "ann"), steps);
        assert_eq!(world.root(&call).await.told(), BAD_CODE, "{steps}");
    }
    world.root(&phone.call(&world, ("EnableMFADevice", "ann"), 2)).await.ok();
}

#[tokio::test]
async fn a_device_whose_clock_is_far_off_is_synchronized_anew() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let phone = Phone::enabled_for(&world, "ann").await;
    world.passes(90);
    assert_eq!(prove(&world, &phone, &phone.code(&world, 40)).await, Err(Unproven::WrongCode));
    world.root(&phone.call(&world, ("ResyncMFADevice", "ann"), 40)).await.ok();
    assert_eq!(prove(&world, &phone, &phone.code(&world, 40)).await, Err(Unproven::WrongCode));
    assert_eq!(prove(&world, &phone, &phone.code(&world, 41)).await, Ok(()));
    let call = phone.call(&world, ("ResyncMFADevice", "ann"), 121);
    assert_eq!(world.root(&call).await.told(), BAD_CODE);
    assert_eq!(
        world.asks(&ann, &call).await.message(),
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: \
             iam:ResyncMFADevice on resource: user ann because no identity-based policy allows \
             the iam:ResyncMFADevice action"
        )
    );
}

#[tokio::test]
async fn of_two_who_synchronize_with_the_same_codes_one_does() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    let call = phone.call(&world, ("ResyncMFADevice", "ann"), 5);
    let (one, two) = tokio::join!(world.root(&call), world.root(&call));
    let mut told = [one.status, two.status];
    told.sort_unstable();
    assert_eq!(told, [200, 403]);
}

/// What becomes of a code that ann shows.
async fn prove(world: &World, phone: &Phone, code: &str) -> Result<(), Unproven> {
    let (draft, ann) = draft(world).await;
    draft.prove(&ann, Proof { serial: &phone.serial, code })
}

/// A draft of the account, and the id of ann.
async fn draft(world: &World) -> (Draft, String) {
    let account = AccountId::parse(ACCOUNT).unwrap();
    let draft = world.store.draft(world.store.home(&account).await.unwrap().unwrap().published());
    let ann = draft.find::<User>(&UserName::parse("ann").unwrap()).unwrap().id.to_string();
    (draft, ann)
}

#[tokio::test]
async fn a_code_proves_once_that_a_device_is_at_hand() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    // The codes that enabled it are spent.
    assert_eq!(prove(&world, &phone, &phone.code(&world, 0)).await, Err(Unproven::WrongCode));
    world.passes(30);
    let code = phone.code(&world, 0);
    assert_eq!(prove(&world, &phone, &code).await, Ok(()));
    assert_eq!(prove(&world, &phone, &code).await, Err(Unproven::WrongCode));
    // Nor is it good for anything else from then on.
    let call = phone.call(&world, ("ResyncMFADevice", "ann"), 1);
    assert_eq!(world.root(&call).await.told(), BAD_CODE);
}

#[tokio::test]
async fn of_many_who_show_one_code_at_a_time_one_proves_something() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    world.passes(30);
    let (code, mut drafts) = (phone.code(&world, 0), Vec::new());
    for _ in 0..8 {
        drafts.push(draft(&world).await);
    }
    let proof = Proof { serial: &phone.serial, code: &code };
    let proven: usize = std::thread::scope(|scope| {
        let tries = |(draft, ann): &(Draft, String)| usize::from(draft.prove(ann, proof).is_ok());
        let all: Vec<_> = drafts.into_iter().map(|one| scope.spawn(move || tries(&one))).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(proven, 1);
}

#[tokio::test]
async fn a_device_that_is_anothers_or_nobodys_or_not_there_proves_nothing() {
    let world = World::new().await;
    for name in ["ann", "bob"] {
        world.root(&format!("CreateUser UserName={name}")).await.ok();
    }
    let bobs = Phone::enabled_for(&world, "bob").await;
    let free = Phone::new(&world, "free").await;
    world.passes(30);
    for phone in [&bobs, &free] {
        let proven = prove(&world, phone, &phone.code(&world, 0)).await;
        assert_eq!(proven, Err(Unproven::NotTheirs));
    }
    let (draft, ann) = draft(&world).await;
    for serial in ["GAHT12345678", "", "arn:aws:iam::210987654321:mfa/bob"] {
        let proof = Proof { serial, code: "123456" };
        assert_eq!(draft.prove(&ann, proof), Err(Unproven::NotTheirs));
    }
}

#[tokio::test]
async fn who_guesses_codes_is_not_heard_for_a_while() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    world.passes(30);
    let wrong = if phone.code(&world, 0) == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(prove(&world, &phone, wrong).await, Err(Unproven::WrongCode));
    }
    assert_eq!(prove(&world, &phone, &phone.code(&world, 0)).await, Err(Unproven::WrongCode));
    world.passes(30);
    assert_eq!(prove(&world, &phone, &phone.code(&world, 0)).await, Ok(()));
}

#[tokio::test]
async fn devices_survive_a_restart_and_codes_from_before_it_prove_nothing() {
    let engine = Arc::new(Memory::new());
    let world = World::over(Arc::clone(&engine) as Arc<dyn Engine>, Limits::default()).await;
    world.passes(-60);
    world.root("CreateUser UserName=ann").await.ok();
    let phone = Phone::enabled_for(&world, "ann").await;
    world.root(&format!("TagMFADevice SerialNumber={} {}", phone.serial, TAG)).await.ok();
    let before = world.root("ListVirtualMFADevices").await.ok();
    let world = World::over(Arc::clone(&engine) as Arc<dyn Engine>, Limits::default()).await;
    let after = world.root("ListVirtualMFADevices").await.ok();
    for element in ["SerialNumber", "UserName", "EnableDate"] {
        assert_eq!(after.text(element), before.text(element));
    }
    let tags = world.root(&format!("ListMFADeviceTags SerialNumber={}", phone.serial)).await.ok();
    assert_eq!(tags.text("Value"), "v");
    for (steps, proven) in
        [(0, Err(Unproven::WrongCode)), (1, Err(Unproven::WrongCode)), (2, Ok(()))]
    {
        world.passes(30 * i64::from(steps > 0));
        assert_eq!(prove(&world, &phone, &phone.code(&world, 0)).await, proven, "{steps}");
    }
}

const TAG: &str = "Tags.member.1.Key=k Tags.member.1.Value=v";

#[tokio::test]
async fn a_seed_reaches_the_engine_sealed() {
    let engine = Arc::new(Memory::new());
    let world = World::over(Arc::clone(&engine) as Arc<dyn Engine>, Limits::default()).await;
    let phone = Phone::new(&world, "phone").await;
    let mut kept = Vec::new();
    engine
        .scan(b"in/", &mut |key, value| {
            kept.push((key.to_vec(), value.to_vec()));
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    let place = format!("in/{ACCOUNT}/mfa/phone").into_bytes();
    assert!(kept.iter().any(|(key, _)| *key == place));
    let seed = phone.seed.as_bytes();
    assert!(kept.iter().all(|(_, value)| !value.windows(seed.len()).any(|part| part == seed)));
}
