//! Group commit beside a writer that waits for each commit: batches a second,
//! and how many waits for the disk they took, in one run on one disk.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use countersign::clock::{Clock, SystemClock};
use countersign::store::engine::sqlite::Sqlite;
use countersign::store::engine::{Batch, Engine, Stats};

const WRITERS: [u32; 4] = [1, 4, 16, 64];

/// How long each number of writers writes, and how often the round is made.
const SPAN: Duration = Duration::from_millis(700);
const ROUNDS: usize = 3;

fn main() {
    // Not where temporary files go: that may be memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let engine = Sqlite::open(folder.path()).unwrap();
    println!("writers  commits/s  commits a wait  to one writer  (best of {ROUNDS})");
    let mut one = None;
    for writers in WRITERS {
        let (rate, shared) = (0..ROUNDS)
            .map(|_| measure(&engine, writers))
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .unwrap();
        let one = *one.get_or_insert(rate);
        println!("{writers:7}  {rate:9.0}  {shared:14.1}  {:12.1}x", rate / one);
    }
}

/// Commits a second, and how many shared a wait for the disk.
fn measure(engine: &Sqlite, writers: u32) -> (f64, f64) {
    let before = engine.stats();
    let clock = SystemClock::start();
    // SQLite writes nothing where nothing changes: every value is a new one.
    let next = AtomicU32::new(u32::try_from(before.commits).unwrap());
    thread::scope(|scope| {
        for _ in 0..writers {
            scope.spawn(|| {
                while clock.elapsed() < SPAN {
                    commit(engine, next.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
    });
    let Stats { commits, groups, .. } = engine.stats();
    let (commits, groups) = (commits - before.commits, groups - before.groups);
    (real(commits) / clock.elapsed().as_secs_f64(), real(commits) / real(groups))
}

/// What creating an access key commits: a user that was there, a key that was not.
fn commit(engine: &Sqlite, n: u32) {
    let key = format!("account/123456789012/key/AKIA{n:016}");
    let batch = Batch::of(0).absent(key.as_str()).put(key, format!("{n:0200}"));
    engine.commit(batch).wait().unwrap();
}

fn real(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
