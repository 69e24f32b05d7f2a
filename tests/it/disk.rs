//! Disks that fail: what was not written has not happened, and it goes on when
//! they work again.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign::store::engine::sqlite::Sqlite;
use countersign::store::engine::{Batch, Engine, Failure};
use tempfile::{TempDir, tempdir};

use crate::engine::{below, put};
use crate::stored::{Caller, Stored};

/// A disk of its own, with little room on it.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounting takes root; who is not root is told what was not tested.
    fn mount() -> Option<Self> {
        let folder = tempdir().unwrap();
        let mounted = runs(
            Command::new("mount")
                .args(["-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs"])
                .arg(folder.path()),
        );
        if !mounted {
            skipped("a small disk can be mounted by root only");
        }
        mounted.then_some(Self(folder))
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// Leaves room for less than a page, and gives back what makes room again.
    fn fill(&self) -> PathBuf {
        let path = self.0.path().join("ballast");
        let mut full = fs::File::create(&path).unwrap();
        while full.write_all(&[0; 4096]).is_ok() {}
        path
    }

    fn remount(&self, how: &str) {
        let how = format!("remount,{how}");
        assert!(runs(Command::new("mount").args(["-o", &how]).arg(self.0.path())));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        runs(Command::new("umount").arg("-l").arg(self.0.path()));
    }
}

fn runs(command: &mut Command) -> bool {
    command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Forbids everybody, the owner too, to write to the files of a store, or allows
/// it again. It takes root, and a disk that knows of it.
fn freeze(folder: &Path, how: &str) -> bool {
    let files = ["countersign.db", "countersign.db-wal"].map(|name| folder.join(name));
    let frozen = runs(Command::new("chattr").arg(how).args(files));
    if !frozen {
        skipped("files can be made immutable by root only, and not on every disk");
    }
    frozen
}

fn skipped(reason: &str) {
    // Not by a macro: the test runner would keep that to itself.
    io::stderr().write_all(format!("skipped: {reason}\n").as_bytes()).unwrap();
}

/// Commits until it fails: what was acknowledged, and the failure.
fn commit_until_failure(engine: &dyn Engine) -> (u32, Failure) {
    (0_u32..)
        .find_map(|n| {
            let batch = Batch::of(0).put(format!("a/{n:06}"), vec![b'x'; 3000]);
            let failure = engine.commit(batch.put(format!("b/{n:06}"), "y")).wait().err()?;
            Some((n, failure))
        })
        .unwrap()
}

#[test]
fn a_full_disk_fails_commits_whole_and_they_work_again_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else { return };
    let engine = Sqlite::open(&disk.data()).unwrap();
    put(&engine, "before", "x");
    let mut watch = engine.watch();
    let ballast = disk.fill();

    let (kept, failure) = commit_until_failure(&engine);
    assert_eq!(failure, Failure::Full);
    assert_eq!(below(&engine, b"a/").len(), kept as usize);
    assert_eq!(below(&engine, b"b/").len(), kept as usize);
    assert_eq!(engine.commit(Batch::of(0).put("more", vec![0; 9000])).wait(), Err(Failure::Full));
    assert_eq!(engine.get(b"before"), Ok(Some(b"x".to_vec())), "it still reads");
    let shown = std::iter::from_fn(|| watch.next_now()).count();
    assert_eq!(shown, kept as usize, "nobody is told of what did not happen");

    fs::remove_file(ballast).unwrap();
    put(&engine, "after", "x");
    let all = below(&engine, b"");
    assert_eq!(all.len(), kept as usize * 2 + 2);
    drop(engine);
    assert_eq!(below(&Sqlite::open(&disk.data()).unwrap(), b""), all);
}

#[test]
fn a_disk_that_is_full_at_any_point_loses_nothing_that_was_acknowledged() {
    for kibibytes_left in [48, 100, 200, 400, 700, 1000] {
        let Some(disk) = SmallDisk::mount() else { return };
        let engine = Sqlite::open(&disk.data()).unwrap();
        put(&engine, "before", "x");
        let ballast = disk.fill();
        let length = fs::metadata(&ballast).unwrap().len() - kibibytes_left * 1024;
        fs::File::options().write(true).open(&ballast).unwrap().set_len(length).unwrap();

        // On the way the log is folded into the file, for which there is no room either.
        let (kept, failure) = commit_until_failure(&engine);
        assert_eq!(failure, Failure::Full);
        let all = below(&engine, b"");
        assert_eq!(all.len(), kept as usize * 2 + 1, "{kibibytes_left} KiB left");
        drop(engine);
        fs::remove_file(ballast).unwrap();
        assert_eq!(below(&Sqlite::open(&disk.data()).unwrap(), b""), all);
    }
}

#[test]
fn a_backup_that_finds_no_room_leaves_no_file() {
    let Some(disk) = SmallDisk::mount() else { return };
    let folder = tempdir().unwrap();
    let engine = Sqlite::open(folder.path()).unwrap();
    put(&engine, "large", &"x".repeat(3 << 20));
    let to = disk.0.path().join("backup");
    assert_eq!(engine.backup(&to), Err(Failure::Full));
    assert_eq!(fs::read_dir(disk.0.path()).unwrap().count(), 0);
}

#[test]
fn a_store_that_may_not_be_written_fails_commits_and_goes_on_when_it_may() {
    let folder = tempdir().unwrap();
    let engine = Sqlite::open(folder.path()).unwrap();
    put(&engine, "before", "x");
    if !freeze(folder.path(), "+i") {
        return;
    }
    let failed: Vec<_> =
        (0..3).map(|_| engine.commit(Batch::of(0).put("lost", "x")).wait()).collect();
    let seen = below(&engine, b"");
    assert!(freeze(folder.path(), "-i"));

    assert!(failed.iter().all(|answer| matches!(answer, Err(Failure::Io(_)))), "{failed:?}");
    assert_eq!(seen.len(), 1);
    put(&engine, "after", "x");
    drop(engine);
    assert_eq!(below(&Sqlite::open(folder.path()).unwrap(), b"").len(), 2);
}

#[test]
fn a_store_on_a_read_only_disk_does_not_open() {
    let Some(disk) = SmallDisk::mount() else { return };
    put(&Sqlite::open(&disk.data()).unwrap(), "before", "x");
    disk.remount("ro");
    assert_eq!(Sqlite::open(&disk.data()).unwrap_err(), Failure::ReadOnly);
    assert_eq!(Sqlite::open(&disk.0.path().join("new")).unwrap_err(), Failure::ReadOnly);
    disk.remount("rw");
    assert_eq!(below(&Sqlite::open(&disk.data()).unwrap(), b"").len(), 1);
}

#[test]
fn a_gateway_on_a_full_disk_says_so_half_makes_nothing_and_recovers() {
    let Some(disk) = SmallDisk::mount() else { return };
    let mut gateway = Stored::start(&disk.data());
    let mut root = gateway.root();
    let ann = create_user_with_key(&mut root, "ann");
    let ballast = disk.fill();

    let user = first_refused(&mut root);
    is_unchanged(&mut root, &user);
    assert!(gateway.caller(&ann.0, &ann.1).signs().unwrap());

    fs::remove_file(ballast).unwrap();
    let bob = create_user_with_key(&mut root, &user);
    gateway.kill();
    let gateway = Stored::start(&disk.data());
    for (id, secret) in [ann, bob] {
        assert!(gateway.caller(&id, &secret).signs().unwrap());
    }
}

#[test]
fn a_gateway_whose_store_may_not_be_written_says_so_and_recovers() {
    let folder = tempdir().unwrap();
    let gateway = Stored::start(folder.path());
    let mut root = gateway.root();
    let ann = create_user_with_key(&mut root, "ann");
    if !freeze(folder.path(), "+i") {
        return;
    }
    let answered = root.asks("CreateUser", &[("UserName", "bob")]).unwrap();
    let key = root.asks("CreateAccessKey", &[("UserName", "ann")]).unwrap();
    let signs = gateway.caller(&ann.0, &ann.1).signs();
    assert!(freeze(folder.path(), "-i"));

    assert_eq!((answered.status, answered.code()), (500, Some("ServiceFailure")));
    assert_eq!((key.status, key.code()), (500, Some("ServiceFailure")));
    assert!(signs.unwrap());
    is_unchanged(&mut root, "bob");
    let bob = create_user_with_key(&mut root, "bob");
    assert!(gateway.caller(&bob.0, &bob.1).signs().unwrap());
}

// Takes no root, so that something of this is tested everywhere.
#[test]
fn a_gateway_whose_files_may_grow_no_more_says_so_and_recovers() {
    let folder = tempdir().unwrap();
    let gateway = Stored::start_cramped(folder.path());
    let mut root = gateway.root();
    let ann = create_user_with_key(&mut root, "ann");
    let user = first_refused(&mut root);
    is_unchanged(&mut root, &user);
    assert!(gateway.caller(&ann.0, &ann.1).signs().unwrap());
    if !gateway.uncramp() {
        return skipped("what a process may do can be changed by prlimit only");
    }
    let bob = create_user_with_key(&mut root, &user);
    assert!(gateway.caller(&bob.0, &bob.1).signs().unwrap());
}

/// Creates users until the gateway cannot keep one; who that is.
fn first_refused(root: &mut Caller) -> String {
    let refused = (0..).find_map(|n| {
        let user = format!("user-{n}");
        let answered = root.asks("CreateUser", &[("UserName", &user)]).unwrap();
        (answered.status != 200).then_some((user, answered))
    });
    let (user, answered) = refused.unwrap();
    assert_eq!((answered.status, answered.code()), (500, Some("ServiceFailure")));
    user
}

/// The id and the secret of a key of a new user.
fn create_user_with_key(root: &mut Caller, user: &str) -> (String, String) {
    let name = [("UserName", user)];
    let made = root.asks("CreateUser", &name).unwrap();
    assert_eq!(made.status, 200, "{made:?}");
    let key = root.asks("CreateAccessKey", &name).unwrap();
    let text = |element| key.text(element).unwrap().to_owned();
    (text("AccessKeyId"), text("SecretAccessKey"))
}

/// There is no such user, and ann has the one key that she had.
fn is_unchanged(root: &mut Caller, user: &str) {
    let answered = root.asks("GetUser", &[("UserName", user)]).unwrap();
    assert_eq!((answered.status, answered.code()), (404, Some("NoSuchEntity")));
    let keys = root.asks("ListAccessKeys", &[("UserName", "ann")]).unwrap();
    assert_eq!(keys.all("AccessKeyId").count(), 1, "{keys:?}");
}
