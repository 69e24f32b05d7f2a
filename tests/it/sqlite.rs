//! The embedded engine: its folder, and what it makes of files that are not whole.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use countersign::store::engine::sqlite::Sqlite;
use countersign::store::engine::{Batch, Engine, Failure};
use tempfile::{TempDir, tempdir};

use crate::engine::{below, put};

/// A store of many pages, closed.
fn stored() -> TempDir {
    let folder = tempdir().unwrap();
    let engine = Sqlite::open(folder.path()).unwrap();
    let batch = (0..500)
        .fold(Batch::of(0), |batch, n| batch.put(format!("user/{n:04}"), format!("{n:0200}")));
    engine.commit(batch).wait().unwrap();
    folder
}

fn open(folder: &TempDir) -> Result<Sqlite, Failure> {
    Sqlite::open(folder.path())
}

fn file(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("countersign.db")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs `sql` on a closed store, as an operator's tool would.
fn run(folder: &TempDir, sql: &str) {
    rusqlite::Connection::open(file(folder)).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn what_was_committed_is_there_when_the_store_is_opened_again() {
    let folder = stored();
    let before = below(&open(&folder).unwrap(), b"");
    assert_eq!(before.len(), 500);
    put(&open(&folder).unwrap(), "user/new", "x");
    assert_eq!(below(&open(&folder).unwrap(), b"").len(), 501);
}

#[test]
fn what_was_committed_is_there_where_nobody_closed_the_store() {
    let folder = stored();
    let engine = open(&folder).unwrap();
    put(&engine, "user/new", "x");
    let copy = tempdir().unwrap();
    for name in ["countersign.db", "countersign.db-wal"] {
        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    assert_eq!(below(&open(&copy).unwrap(), b""), below(&engine, b""));
}

#[test]
fn a_store_that_is_closed_is_one_file() {
    let folder = stored();
    let engine = open(&folder).unwrap();
    put(&engine, "user/new", "x");
    engine.get(b"user/new").unwrap();
    engine.close();
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["countersign.db", "lock"]);
}

#[test]
fn only_the_owner_reads_the_store() {
    let above = tempdir().unwrap();
    let folder = above.path().join("deep/data");
    let engine = Sqlite::open(&folder).unwrap();
    put(&engine, "a", "1");
    engine.get(b"a").unwrap();
    engine.backup(&folder.join("backup")).unwrap();
    assert_eq!(mode(&folder), 0o700);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 5, "store, log, its index, lock and backup");
}

#[test]
fn a_restored_file_is_closed_to_others() {
    let folder = stored();
    fs::set_permissions(file(&folder), fs::Permissions::from_mode(0o644)).unwrap();
    open(&folder).unwrap();
    assert_eq!(mode(&file(&folder)), 0o600);
}

#[test]
fn a_store_is_opened_once_at_a_time() {
    let folder = stored();
    let first = open(&folder).unwrap();
    let lock = folder.path().join("lock");
    assert_eq!(open(&folder).unwrap_err(), Failure::Locked { path: lock });
    drop(first);
    open(&folder).unwrap();
}

#[test]
fn a_flood_of_readers_waits_its_turn() {
    let folder = stored();
    let engine = open(&folder).unwrap();
    let (reading, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let now = |_: &[u8], _: &[u8]| {
                    most.fetch_max(reading.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::yield_now();
                    reading.fetch_sub(1, Ordering::SeqCst);
                    ControlFlow::Continue(())
                };
                engine.scan(b"", &mut { now }).unwrap();
            });
        }
    });
    let most = most.into_inner();
    assert!((1..=16).contains(&most), "{most} at a time");
    assert_eq!(engine.get(b"user/0000").unwrap().unwrap().len(), 200);
}

#[test]
fn a_reader_that_panics_or_fails_leaves_its_place_to_the_next() {
    let folder = stored();
    let engine = open(&folder).unwrap();
    for _ in 0..40 {
        let mut each = |_: &[u8], _: &[u8]| panic!("the reader stumbles");
        let scan = AssertUnwindSafe(|| engine.scan(b"", &mut each));
        assert!(catch_unwind(scan).is_err());
        assert!(engine.backup(folder.path()).is_err());
    }
    assert_eq!(below(&engine, b"").len(), 500);
}

#[test]
fn a_store_of_a_later_version_is_refused_and_left_alone() {
    let folder = stored();
    run(&folder, "PRAGMA user_version = 2");
    let before = fs::read(file(&folder)).unwrap();
    let failure = open(&folder).unwrap_err();
    assert_eq!(failure, Failure::TooNew { found: 2, known: 1 });
    assert_eq!(
        failure.to_string(),
        "the store has format 2, and this version knows 1 at most: use a newer one"
    );
    assert_eq!(fs::read(file(&folder)).unwrap(), before);
}

#[test]
fn a_file_of_somebody_else_is_refused_and_left_alone() {
    let folder = tempdir().unwrap();
    let foreign = Failure::Foreign { path: file(&folder) };
    run(&folder, "CREATE TABLE kv (key, value)");
    let theirs = fs::read(file(&folder)).unwrap();
    for content in [theirs.as_slice(), b"", b"a", &[0; 4096], b"{\"json\": true}", &[b'x'; 9000]] {
        fs::write(file(&folder), content).unwrap();
        assert_eq!(open(&folder).unwrap_err(), foreign);
        assert_eq!(fs::read(file(&folder)).unwrap(), content);
    }
}

#[test]
fn a_garbled_header_is_refused() {
    let folder = stored();
    let whole = fs::read(file(&folder)).unwrap();
    for (from, to) in [(0, 16), (16, 24), (100, 108), (0, 100), (0, 4096)] {
        let mut garbled = whole.clone();
        garbled[from..to].fill(0xA5);
        fs::write(file(&folder), garbled).unwrap();
        let failure = open(&folder).unwrap_err();
        let is_clear = matches!(failure, Failure::Foreign { .. } | Failure::Damaged(_));
        assert!(is_clear, "{from}..{to}: {failure:?}");
    }
}

#[test]
fn a_truncated_store_is_refused() {
    let folder = stored();
    let whole = fs::read(file(&folder)).unwrap();
    for length in [0, 1, 99, 512, 4095, 4096, 8192, whole.len() / 2, whole.len() - 4096] {
        fs::write(file(&folder), &whole[..length]).unwrap();
        let failure = open(&folder).unwrap_err();
        let is_clear = matches!(failure, Failure::Foreign { .. } | Failure::Damaged(_));
        assert!(is_clear, "{length} bytes: {failure:?}");
    }
}

#[test]
fn a_garbled_page_is_told_of_when_it_is_read_and_the_rest_stays_readable() {
    let folder = stored();
    let garbled = fs::OpenOptions::new().write(true).open(file(&folder)).unwrap();
    garbled.write_all_at(&[0xA5; 4096], 4096 * 9).unwrap();
    let engine = open(&folder).unwrap();
    let mut seen = 0;
    let mut each = |_: &[u8], _: &[u8]| {
        seen += 1;
        ControlFlow::Continue(())
    };
    let failure = engine.scan(b"", &mut each).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the store is damaged (database disk image is malformed); restore it from a backup"
    );
    assert!(0 < seen && seen < 500, "{seen}");
    put(&engine, "user/0000", "x");
    assert_eq!(engine.get(b"user/0000"), Ok(Some(b"x".to_vec())));
    let to = folder.path().join("backup");
    assert!(matches!(engine.backup(&to), Err(Failure::Damaged(_))));
    assert!(!to.exists(), "half a backup is none");
}

#[test]
fn a_log_without_its_store_is_refused() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("countersign.db-wal"), "x").unwrap();
    assert!(matches!(open(&folder), Err(Failure::Damaged(_))));
}

#[test]
fn a_store_that_was_half_made_is_made_anew() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("countersign.db-new"), "half").unwrap();
    put(&open(&folder).unwrap(), "a", "1");
    assert!(!folder.path().join("countersign.db-new").exists());
}

#[test]
fn a_folder_that_is_a_file_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "").unwrap();
    assert!(matches!(Sqlite::open(&path), Err(Failure::Io(_))));
}
