//! How long the gateway takes until it listens, and how much memory it idles on:
//! with nothing stored, and with 100,000 users who hold a key each.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use countersign::clock::{Clock, SystemClock, Time};
use countersign::ids::{Ids, RandomIds};
use countersign::store::engine::sqlite::Sqlite;
use countersign::store::engine::{Batch, Engine};
use countersign::store::entity::{KeyPair, User};
use countersign::store::record::Records;
use countersign::store::seal::{Seal, SealKey};
use countersign::text::{AccountId, Status, Text};

const USERS: u32 = 100_000;
const ROUNDS: usize = 9;
const FIRST: u64 = 123_456_789_012;

fn main() {
    println!("stored                                       listens after  idle memory");
    for (what, accounts, users) in [
        ("nothing", 0, 0),
        ("20 accounts with 5,000 users each", 20, USERS / 20),
        ("one account with 100,000 users", 1, USERS),
    ] {
        // Not where temporary files go: that may be memory.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        stop(start(folder.path(), &[]).0);
        for account in 0..accounts {
            fill(folder.path(), &AccountId::parse(&(FIRST + account).to_string()).unwrap(), users);
        }
        print(what, folder.path(), &[]);
        if accounts == 1 {
            // A key that is given is compared to what is stored: that loads the account.
            let given = [
                ("COUNTERSIGN_ROOT_ACCESS_KEY_ID", "AKIAROOTOFTHEGATEWAY"),
                ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", "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"),
            ];
            print("one account, loaded at the start", folder.path(), &given);
        }
    }
}

/// The best of several starts, and the memory of the last.
fn print(what: &str, data: &Path, given: &[(&str, &str)]) {
    let mut best = Duration::MAX;
    let mut memory = String::new();
    for _ in 0..ROUNDS {
        let (gateway, took) = start(data, given);
        best = best.min(took);
        memory = resident(gateway.id());
        stop(gateway);
    }
    println!("{what:43}  {:10.1} ms  {memory:>11}", best.as_secs_f64() * 1000.0);
}

/// A gateway that listens, and how long that took.
fn start(data: &Path, given: &[(&str, &str)]) -> (Child, Duration) {
    let clock = SystemClock::start();
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["serve", "--account", &FIRST.to_string(), "--listen", "127.0.0.1:0"])
        .args(["--admin-listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .env_clear()
        .envs(given.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().starts_with("listening on ")).unwrap().unwrap();
    (child, clock.elapsed())
}

fn stop(mut gateway: Child) {
    let asked = Command::new("kill").arg(gateway.id().to_string()).status().unwrap();
    assert!(asked.success() && gateway.wait().unwrap().success());
}

/// What the system counts as the memory of a process.
fn resident(process: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim().to_owned()
}

/// Stores users in a folder that no gateway uses just now.
fn fill(data: &Path, account: &AccountId, users: u32) {
    let seal = Seal::new(&SealKey::load(&data.join("seal-key")).unwrap()).unwrap();
    let engine = Sqlite::open(data).unwrap();
    let first = Batch::of(0).put(format!("account/{account}"), "{}");
    let revision = format!("in/{account}/revision");
    engine.commit(first.put(revision, 0_u64.to_be_bytes())).wait().unwrap();
    let records = Records { account, seal: &seal };
    for hundred in 0..users / 100 {
        let batch = (0..100).fold(Batch::of(0), |batch, n| {
            let user = user(account, hundred * 100 + n);
            let key = format!("key/{}", user.keys.first().unwrap().id);
            let place = format!("in/{account}/user/{}", user.name);
            batch.put(place, records.write_user(&user).unwrap()).put(key, account.as_str())
        });
        engine.commit(batch).wait().unwrap();
    }
}

fn user(account: &AccountId, n: u32) -> User {
    let created = Time::from_unix(1_440_938_160);
    let key = KeyPair {
        id: RandomIds.access_key_id(account).unwrap(),
        secret: RandomIds.secret(),
        status: Status::Active,
        created,
        used: Arc::default(),
    };
    User {
        name: Text::parse(&format!("user-{n:06}")).unwrap(),
        path: Text::parse("/").unwrap(),
        id: RandomIds.user_id(account).unwrap(),
        created,
        keys: vec![key],
        tags: countersign::store::entity::Tags::default(),
    }
}
