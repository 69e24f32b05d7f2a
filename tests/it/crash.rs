//! A gateway that is killed in the midst of its work, again and again: whatever it
//! had acknowledged is so afterwards, and nothing is half so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, mpsc};
use std::thread;

use tempfile::tempdir;

use crate::stored::{Caller, Stored};

const CLIENTS: usize = 6;

/// How many answers a round waits for before it kills: another number each time.
const ANSWERS: usize = 37;

/// What the gateway has acknowledged.
#[derive(Default)]
struct Acknowledged {
    users: BTreeSet<String>,
    /// The keys that sign, and their secrets.
    keys: BTreeMap<String, String>,
    /// The keys that were deleted, and their secrets.
    deleted: BTreeMap<String, String>,
}

#[expect(clippy::disallowed_methods, reason = "how long it is tried is up to who asks")]
fn rounds() -> usize {
    std::env::var("COUNTERSIGN_CRASH_ROUNDS").map_or(6, |rounds| rounds.parse().unwrap())
}

#[test]
fn what_was_acknowledged_is_so_after_every_crash() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let acknowledged = Mutex::default();
    for round in 0..rounds() {
        let mut gateway = Stored::start(&data);
        check(&gateway, &now(&acknowledged));
        work_until_killed(&mut gateway, round, &acknowledged);
    }
    check(&Stored::start(&data), &now(&acknowledged));
    let all = acknowledged.into_inner().unwrap();
    assert!(all.keys.len() >= rounds() * ANSWERS / 4, "only {} keys", all.keys.len());
    assert!(!all.deleted.is_empty());
}

fn work_until_killed(gateway: &mut Stored, round: usize, acknowledged: &Mutex<Acknowledged>) {
    let (answer, answers) = mpsc::channel();
    let callers: Vec<_> = (0..CLIENTS).map(|_| gateway.root()).collect();
    thread::scope(|scope| {
        for (client, mut root) in callers.into_iter().enumerate() {
            let answer = answer.clone();
            scope.spawn(move || {
                let live = |n| {
                    let user = format!("user-{round}-{client}-{n}");
                    live(&mut root, &user, n % 3 == 2, acknowledged)
                };
                (0..).map_while(live).try_for_each(|()| answer.send(())).ok();
            });
        }
        drop(answer);
        let enough = ANSWERS + 13 * (round % 5);
        assert_eq!(answers.iter().take(enough).count(), enough, "the gateway ended by itself");
        gateway.kill();
        drop(answers);
    });
}

/// A user is made, and a key; the key is deleted again, or not. `None` once the
/// gateway has gone.
fn live(
    root: &mut Caller,
    user: &str,
    deletes: bool,
    acknowledged: &Mutex<Acknowledged>,
) -> Option<()> {
    let name = ("UserName", user);
    assert_eq!(root.asks("CreateUser", &[name]).ok()?.status, 200);
    now(acknowledged).users.insert(user.to_owned());
    let made = root.asks("CreateAccessKey", &[name]).ok()?;
    let id = made.text("AccessKeyId").unwrap().to_owned();
    let secret = made.text("SecretAccessKey").unwrap().to_owned();
    if deletes {
        let gone = root.asks("DeleteAccessKey", &[name, ("AccessKeyId", &id)]).ok()?;
        assert_eq!(gone.status, 200, "{gone:?}");
        now(acknowledged).deleted.insert(id, secret);
    } else {
        now(acknowledged).keys.insert(id, secret);
    }
    Some(())
}

fn now(acknowledged: &Mutex<Acknowledged>) -> MutexGuard<'_, Acknowledged> {
    acknowledged.lock().unwrap()
}

fn check(gateway: &Stored, all: &Acknowledged) {
    for (id, secret) in &all.keys {
        assert!(gateway.caller(id, secret).signs().unwrap(), "the key {id} is lost");
    }
    for (id, secret) in &all.deleted {
        assert!(!gateway.caller(id, secret).signs().unwrap(), "the key {id} is back");
    }
    let mut root = gateway.root();
    let users = users(&mut root);
    let mut listed = BTreeSet::new();
    for user in &users {
        let keys = root.asks("ListAccessKeys", &[("UserName", user)]).unwrap();
        assert_eq!(keys.status, 200, "{keys:?}");
        listed.extend(keys.all("AccessKeyId").map(str::to_owned));
    }
    assert!(all.users.is_subset(&users), "a user is lost");
    assert!(all.keys.keys().all(|id| listed.contains(id)), "a key that signs is not listed");
    assert!(!all.deleted.keys().any(|id| listed.contains(id)), "a deleted key is listed");
}

fn users(root: &mut Caller) -> BTreeSet<String> {
    let mut users = BTreeSet::new();
    let mut marker = None;
    loop {
        let mut fields = vec![("MaxItems", "1000")];
        fields.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let page = root.asks("ListUsers", &fields).unwrap();
        assert_eq!(page.status, 200, "{page:?}");
        users.extend(page.all("UserName").map(str::to_owned));
        marker = page.text("Marker").map(str::to_owned);
        if marker.is_none() {
            return users;
        }
    }
}
