//! Changes: kept before they are answered, or not made at all.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use countersign::store::engine::{Answer, Batch, Each, Engine, Failure, Pending, Stats, Watch};

use crate::world::{Person, World};

/// An engine whose disk can be made to fail.
#[derive(Debug, Default)]
struct Flaky {
    inner: Memory,
    /// How often it was asked for a value.
    asked: AtomicUsize,
    fails: AtomicBool,
    /// It keeps what it is given, and says that it failed.
    lies: AtomicBool,
    /// What is answered only when the test says so, while it holds answers back.
    held: Mutex<Option<Vec<Answer>>>,
}

impl Flaky {
    fn hold(&self) {
        *self.held.lock().unwrap() = Some(Vec::new());
    }

    fn holds(&self) -> usize {
        self.held.lock().unwrap().as_ref().map_or(0, Vec::len)
    }

    fn let_go(&self) {
        let held = self.held.lock().unwrap().take();
        held.into_iter().flatten().for_each(|answer| answer.give(Ok(())));
    }

    fn fails(&self, fails: bool) {
        self.fails.store(fails, Ordering::SeqCst);
    }
}

impl Engine for Flaky {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.get(key)
    }

    fn scan(&self, prefix: &[u8], each: &mut Each<'_>) -> Result<(), Failure> {
        self.inner.scan(prefix, each)
    }

    fn commit(&self, batch: Batch) -> Pending {
        if self.fails.load(Ordering::SeqCst) {
            return Pending::ready(Err(Failure::Full));
        }
        let pending = self.inner.commit(batch);
        if self.lies.load(Ordering::SeqCst) {
            return Pending::ready(Err(Failure::Io("the disk broke off".to_owned())));
        }
        if let Some(held) = &mut *self.held.lock().unwrap() {
            let (answer, pending) = Pending::new();
            held.push(answer);
            return pending;
        }
        pending
    }

    fn watch(&self) -> Watch {
        self.inner.watch()
    }

    fn backup(&self, to: &Path) -> Result<(), Failure> {
        self.inner.backup(to)
    }

    fn stats(&self) -> Stats {
        self.inner.stats()
    }

    fn close(&self) {
        self.inner.close();
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_kept_is_not_made() {
    let engine = Arc::new(Flaky::default());
    let world = World::over(engine.clone(), Limits::default()).await;
    let ann = world.user("ann").await;
    engine.fails(true);
    for call in [
        "CreateUser UserName=bob",
        "CreateAccessKey UserName=ann",
        "UpdateUser UserName=ann NewUserName=beth",
        &format!("UpdateAccessKey UserName=ann AccessKeyId={} Status=Inactive", ann.id),
        &format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id),
    ] {
        let reply = world.root(call).await;
        assert_eq!((reply.status, &*reply.code()), (500, "ServiceFailure"), "{call}");
        assert!(reply.document.contains("<Type>Receiver</Type>"), "{}", reply.document);
    }
    assert_eq!(world.root("ListUsers").await.ok().texts("UserName"), ["ann"]);
    assert_eq!(world.root("ListAccessKeys UserName=ann").await.ok().text("AccessKeyId"), ann.id);
    world.asks(&ann, "GetCallerIdentity").await.ok();
    engine.fails(false);
    world.root("CreateUser UserName=bob").await.ok();
    let second = world.key_of("ann").await;
    world.asks(&second, "GetCallerIdentity").await.ok();
}

#[tokio::test]
async fn a_change_that_was_kept_although_it_failed_counts_at_once() {
    let engine = Arc::new(Flaky::default());
    let world = World::over(engine.clone(), Limits::default()).await;
    let [ann, bob, eve] =
        [world.user("ann").await, world.user("bob").await, world.user("eve").await];
    for person in [&ann, &bob, &eve] {
        world.asks(person, "GetCallerIdentity").await.ok();
    }
    engine.lies.store(true, Ordering::SeqCst);
    for call in [
        &format!("UpdateAccessKey UserName=ann AccessKeyId={} Status=Inactive", ann.id),
        &format!("DeleteAccessKey UserName=bob AccessKeyId={}", bob.id),
        "UpdateUser UserName=eve NewUserName=eva",
    ] {
        assert_eq!(world.root(call).await.status, 500, "{call}");
    }
    engine.lies.store(false, Ordering::SeqCst);
    for person in [&ann, &bob] {
        let refused = world.asks(person, "GetCallerIdentity").await;
        assert_eq!(refused.code(), "InvalidClientTokenId");
    }
    let arn = world.asks(&eve, "GetCallerIdentity").await.ok().text("Arn");
    assert_eq!(arn, "arn:aws:iam::123456789012:user/eva");
}

#[tokio::test]
async fn a_key_that_nobody_has_asks_no_disk_where_all_accounts_are_loaded() {
    let engine = Arc::new(Flaky::default());
    let world = World::over(engine.clone(), Limits::default()).await;
    let asks = async |person: Person| {
        let before = engine.asked.load(Ordering::SeqCst);
        let answer = world.asks(&person, "GetCallerIdentity").await;
        (answer.code(), engine.asked.load(Ordering::SeqCst) - before)
    };
    let nobody = Person { id: "AKIANOBODYNOBODYNOBO".to_owned(), ..world.root.clone() };
    world.root("ListUsers").await.ok();
    assert_eq!(asks(nobody.clone()).await, ("InvalidClientTokenId".to_owned(), 0));

    // An account that is not loaded yet is found; one that was not made is not looked for.
    let other = world.store.create_account(None, None).await.unwrap();
    assert_ne!(asks(nobody.clone()).await.1, 0);
    let root = Person::new(other.id.as_str(), other.secret.expose());
    let (code, asked) = asks(root.clone()).await;
    assert!(code.is_empty() && asked > 0, "{code} {asked}");
    assert_eq!(asks(root).await, (String::new(), 0));
    let taken = Some((other.id, other.secret));
    for number in [Some(other.account), None] {
        world.store.create_account(number, taken.clone()).await.unwrap_err();
        assert_eq!(asks(nobody.clone()).await.1, 0);
    }
}

#[tokio::test]
async fn a_change_is_not_made_for_a_key_that_goes_before_it_is() {
    let engine = Arc::new(Flaky::default());
    let world = Arc::new(World::over(engine.clone(), Limits::default()).await);
    let other = Person::in_reply(&world.root("CreateAccessKey").await.ok());
    engine.hold();
    let asks = |person: &Person, call: String| {
        let (world, person) = (Arc::clone(&world), person.clone());
        tokio::spawn(async move { world.asks(&person, &call).await })
    };
    let first = asks(&world.root, format!("DeleteAccessKey AccessKeyId={}", other.id));
    wait_until(|| engine.holds() == 1).await;
    // Verified while the key is there for all to see, and made when it is not.
    let second = asks(&other, "CreateUser UserName=eve".to_owned());
    wait_until(|| engine.holds() == 2).await;
    engine.let_go();
    first.await.unwrap().ok();
    let refused = second.await.unwrap();
    assert_eq!(
        refused.told(),
        "403 InvalidClientTokenId: The security token included in the request is invalid."
    );
    assert_eq!(world.root("ListUsers").await.ok().texts("UserName"), <[&str; 0]>::default());
}

async fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_last_use_that_cannot_be_written_is_written_later() {
    let engine = Arc::new(Flaky::default());
    let world = World::over(engine.clone(), Limits::default()).await;
    let ann = world.user("ann").await;
    world.asks(&ann, "GetCallerIdentity").await.ok();
    engine.fails(true);
    assert!(world.store.flush().await.is_err());
    engine.fails(false);
    world.store.flush().await.unwrap();
    let after = World::over(engine, Limits::default()).await;
    let used = after.root(&format!("GetAccessKeyLastUsed AccessKeyId={}", ann.id)).await.ok();
    assert_eq!(used.text("ServiceName"), "sts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_changes_of_one_account_at_a_time_all_come_to_be() {
    let engine = Arc::new(Memory::new());
    let world = Arc::new(World::over(engine.clone(), Limits::default()).await);
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.user(&format!("u{number}")).await })
        })
        .collect();
    let mut people = Vec::new();
    for task in tasks {
        people.push(task.await.unwrap());
    }
    for world in [world, Arc::new(World::over(engine, Limits::default()).await)] {
        let listed = world.root("ListUsers MaxItems=1000").await.ok();
        assert_eq!(listed.texts("UserName").len(), 64);
        for person in &people {
            world.asks(person, "GetCallerIdentity").await.ok();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_ask_for_the_last_key_one_gets_it() {
    let world = Arc::new(World::new().await);
    world.user("ann").await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.root("CreateAccessKey UserName=ann").await.status })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap() == 200);
    }
    assert_eq!(made, 1);
    assert_eq!(world.root("ListAccessKeys UserName=ann").await.texts("AccessKeyId").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn failures_among_many_changes_lose_nothing_that_was_acknowledged() {
    let engine = Arc::new(Flaky::default());
    let world = Arc::new(World::over(engine.clone(), Limits::default()).await);
    let mut tasks = Vec::new();
    for number in 0..120 {
        let world = Arc::clone(&world);
        tasks.push(tokio::spawn(async move {
            let name = format!("u{number}");
            let made = world.root(&format!("CreateUser UserName={name}")).await;
            (name, made.status)
        }));
        engine.fails(number % 3 == 1);
        tokio::task::yield_now().await;
    }
    engine.fails(false);
    let mut made = Vec::new();
    for task in tasks {
        let (name, status) = task.await.unwrap();
        assert!([200, 500].contains(&status), "{status}");
        if status == 200 {
            made.push(name);
        }
    }
    made.sort();
    let after = World::over(engine, Limits::default()).await;
    for world in [&*world, &after] {
        let listed = world.root("ListUsers MaxItems=1000").await.ok();
        assert_eq!(listed.texts("UserName"), made);
    }
}

#[tokio::test]
async fn a_change_is_finished_even_if_the_caller_hangs_up() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let body =
        format!("Action=DeleteAccessKey&Version=2010-05-08&UserName=ann&AccessKeyId={}", ann.id);
    let request = world.root.signs("iam", world.store.now(), crate::world::post(body));
    {
        let mut asked = Box::pin(world.response(request));
        // As far as the commit, and no further.
        assert!(futures_now(asked.as_mut()).is_none());
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let refused = world.asks(&Person { ..ann }, "GetCallerIdentity").await;
    assert_eq!(refused.code(), "InvalidClientTokenId");
}

/// What a future has come to by now.
fn futures_now<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}
