//! What every engine does: each rule is written once, and kept by all of them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::thread;

use countersign::store::engine::memory::Memory;
use countersign::store::engine::sqlite::Sqlite;
use countersign::store::engine::{Batch, Engine, Failure, Pending, Seen, Stats, Write};
use tempfile::tempdir;

macro_rules! every_engine {
    ($($rule:ident)*) => {
        mod memory {
            $(#[test] fn $rule() { super::$rule(&super::Memory::new()); })*
        }

        mod sqlite {
            $(#[test] fn $rule() {
                let folder = super::tempdir().unwrap();
                super::$rule(&super::Sqlite::open(folder.path()).unwrap());
            })*
        }
    };
}

every_engine! {
    what_was_put_is_there_until_it_is_deleted
    of_two_writes_to_a_key_the_later_stays
    any_bytes_are_a_key_and_a_value
    a_scan_shows_what_has_the_prefix_in_the_order_of_bytes
    a_scan_ends_where_it_is_told_to
    a_scan_does_not_see_what_is_committed_meanwhile
    a_broken_condition_changes_nothing
    a_value_is_compared_to_its_last_byte
    a_batch_sees_the_batches_that_wait_before_it
    a_broken_condition_fails_its_batch_alone
    conditions_are_looked_at_before_the_batch_writes
    a_batch_without_writes_only_asks
    nobody_sees_half_a_batch
    of_many_that_swap_one_value_each_swaps_once
    a_commit_happens_where_nobody_waits_for_it
    a_watch_shows_commits_in_order_and_whose_they_were
    a_watch_adds_up_to_what_is_kept
    a_watcher_that_is_too_slow_learns_that_it_missed_some
    a_watch_ends_with_its_engine
    a_backup_opens_as_a_store
    a_backup_overwrites_nothing
    a_backup_is_whole_while_others_commit
    commits_and_conflicts_are_counted
    what_is_closed_is_closed
}

/// Everything below `prefix`.
pub(crate) fn below(engine: &dyn Engine, prefix: &[u8]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut each = |key: &[u8], value: &[u8]| {
        found.insert(key.to_vec(), value.to_vec());
        ControlFlow::Continue(())
    };
    engine.scan(prefix, &mut each).unwrap();
    found
}

fn keys(engine: &dyn Engine, prefix: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut each = |key: &[u8], _: &[u8]| {
        found.push(key.to_vec());
        ControlFlow::Continue(())
    };
    engine.scan(prefix, &mut each).unwrap();
    found
}

pub(crate) fn put(engine: &dyn Engine, key: &str, value: &str) {
    engine.commit(Batch::of(0).put(key, value)).wait().unwrap();
}

fn at(engine: &dyn Engine, key: &str) -> Option<String> {
    engine.get(key.as_bytes()).unwrap().map(|value| String::from_utf8(value).unwrap())
}

fn what_was_put_is_there_until_it_is_deleted(engine: &dyn Engine) {
    assert_eq!(at(engine, "ann"), None);
    put(engine, "ann", "1");
    assert_eq!(at(engine, "ann").as_deref(), Some("1"));
    put(engine, "ann", "2");
    assert_eq!(at(engine, "ann").as_deref(), Some("2"));
    engine.commit(Batch::of(0).delete("ann").delete("nobody")).wait().unwrap();
    assert_eq!(at(engine, "ann"), None);
}

fn of_two_writes_to_a_key_the_later_stays(engine: &dyn Engine) {
    let batch = Batch::of(0).put("a", "1").put("a", "2").put("b", "1").delete("b");
    engine.commit(batch.delete("c").put("c", "3")).wait().unwrap();
    assert_eq!(at(engine, "a").as_deref(), Some("2"));
    assert_eq!(at(engine, "b"), None);
    assert_eq!(at(engine, "c").as_deref(), Some("3"));
}

fn any_bytes_are_a_key_and_a_value(engine: &dyn Engine) {
    let all: Vec<u8> = (0..=255).collect();
    for key in [vec![], vec![0], vec![0, 0], vec![255; 300], all.clone()] {
        engine.commit(Batch::of(0).put(key.clone(), vec![])).wait().unwrap();
        assert_eq!(engine.get(&key), Ok(Some(vec![])));
        engine.commit(Batch::of(0).put(key.clone(), all.repeat(400))).wait().unwrap();
        assert_eq!(engine.get(&key), Ok(Some(all.repeat(400))));
    }
}

fn a_scan_shows_what_has_the_prefix_in_the_order_of_bytes(engine: &dyn Engine) {
    let stored: [&[u8]; 9] =
        [b"b", b"a", b"a\xff\xff", b"a\xff", b"aa", b"a\0", b"\xff\xff", b"\xff", b"A"];
    let batch = stored.iter().fold(Batch::of(0), |batch, key| batch.put(*key, "x"));
    engine.commit(batch).wait().unwrap();
    assert_eq!(keys(engine, b"a"), [&b"a"[..], b"a\0", b"aa", b"a\xff", b"a\xff\xff"]);
    assert_eq!(keys(engine, b"a\xff"), [&b"a\xff"[..], b"a\xff\xff"]);
    assert_eq!(keys(engine, b"\xff"), [&b"\xff"[..], b"\xff\xff"]);
    assert_eq!(keys(engine, b"c"), Vec::<Vec<u8>>::new());
    let mut sorted = stored;
    sorted.sort_unstable();
    assert_eq!(keys(engine, b""), sorted);
}

fn a_scan_ends_where_it_is_told_to(engine: &dyn Engine) {
    engine.commit(Batch::of(0).put("a", "1").put("b", "2").put("c", "3")).wait().unwrap();
    let mut seen = Vec::new();
    let mut each = |key: &[u8], _: &[u8]| {
        seen.push(key.to_vec());
        if key == b"b" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    engine.scan(b"", &mut each).unwrap();
    assert_eq!(seen, [b"a", b"b"]);
}

fn a_scan_does_not_see_what_is_committed_meanwhile(engine: &dyn Engine) {
    engine.commit(Batch::of(0).put("a", "old").put("b", "old")).wait().unwrap();
    let mut seen = Vec::new();
    let mut each = |_: &[u8], value: &[u8]| {
        engine.commit(Batch::of(0).put("b", "new").put("c", "new")).wait().unwrap();
        seen.push(value.to_vec());
        ControlFlow::Continue(())
    };
    engine.scan(b"", &mut each).unwrap();
    assert_eq!(seen, [b"old", b"old"]);
    assert_eq!(at(engine, "b").as_deref(), Some("new"));
}

fn a_broken_condition_changes_nothing(engine: &dyn Engine) {
    put(engine, "ann", "1");
    let before = below(engine, b"");
    let write = || Batch::of(0).put("ann", "2").put("bob", "2").delete("ann");
    for broken in [
        write().absent("ann"),
        write().exactly("ann", "0"),
        write().exactly("bob", "1"),
        write().exactly("ann", "1").absent("ann"),
    ] {
        assert_eq!(engine.commit(broken).wait(), Err(Failure::Conflict));
        assert_eq!(below(engine, b""), before);
    }
    assert_eq!(engine.commit(write().exactly("ann", "1").absent("bob")).wait(), Ok(()));
}

fn a_value_is_compared_to_its_last_byte(engine: &dyn Engine) {
    engine.commit(Batch::of(0).put("a", "").put("b", "x\0")).wait().unwrap();
    let asks = |batch| engine.commit(batch).wait();
    assert_eq!(asks(Batch::of(0).exactly("a", "")), Ok(()));
    assert_eq!(asks(Batch::of(0).absent("a")), Err(Failure::Conflict));
    assert_eq!(asks(Batch::of(0).exactly("b", "x\0")), Ok(()));
    assert_eq!(asks(Batch::of(0).exactly("b", "x")), Err(Failure::Conflict));
    assert_eq!(asks(Batch::of(0).exactly("c", "")), Err(Failure::Conflict));
}

fn a_batch_sees_the_batches_that_wait_before_it(engine: &dyn Engine) {
    let mut pending = vec![engine.commit(Batch::of(0).absent("n").put("n", "0"))];
    for n in 1..500 {
        let next = Batch::of(0).exactly("n", (n - 1).to_string()).put("n", n.to_string());
        pending.push(engine.commit(next));
    }
    assert!(pending.into_iter().all(|pending| pending.wait() == Ok(())));
    assert_eq!(at(engine, "n").as_deref(), Some("499"));
}

fn a_broken_condition_fails_its_batch_alone(engine: &dyn Engine) {
    let pending: Vec<_> = (0..100)
        .map(|n| {
            let batch = Batch::of(0).put(format!("{n:03}"), "x");
            engine.commit(if n % 3 == 0 { batch.exactly("nobody", "x") } else { batch })
        })
        .collect();
    let answers: Vec<_> = pending.into_iter().map(Pending::wait).collect();
    for (n, answer) in answers.iter().enumerate() {
        let expected = if n % 3 == 0 { Err(Failure::Conflict) } else { Ok(()) };
        assert_eq!(*answer, expected, "{n}");
        assert_eq!(at(engine, &format!("{n:03}")).is_some(), answer.is_ok(), "{n}");
    }
}

fn conditions_are_looked_at_before_the_batch_writes(engine: &dyn Engine) {
    let batch = Batch::of(0).put("a", "1").exactly("a", "1");
    assert_eq!(engine.commit(batch).wait(), Err(Failure::Conflict));
    assert_eq!(engine.commit(Batch::of(0).put("a", "1").absent("a")).wait(), Ok(()));
}

fn a_batch_without_writes_only_asks(engine: &dyn Engine) {
    let mut watch = engine.watch();
    assert_eq!(engine.commit(Batch::of(0).absent("a")).wait(), Ok(()));
    assert_eq!(engine.commit(Batch::of(0).exactly("a", "1")).wait(), Err(Failure::Conflict));
    assert_eq!(watch.next_now(), None);
}

fn nobody_sees_half_a_batch(engine: &dyn Engine) {
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..200 {
                let value = n.to_string();
                let batch = Batch::of(0).put("a", value.as_str()).put("z", value.as_str());
                engine.commit(batch).wait().unwrap();
            }
        });
        while !writer.is_finished() {
            let seen = below(engine, b"");
            assert_eq!(seen.get(&b"a"[..]), seen.get(&b"z"[..]));
        }
    });
}

fn of_many_that_swap_one_value_each_swaps_once(engine: &dyn Engine) {
    put(engine, "n", "0");
    let swap = || {
        let n: u32 = at(engine, "n").unwrap().parse().unwrap();
        let batch = Batch::of(0).exactly("n", n.to_string()).put("n", (n + 1).to_string());
        engine.commit(batch).wait() == Ok(())
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..25).for_each(|_| while !swap() {}));
        }
    });
    assert_eq!(at(engine, "n").as_deref(), Some("200"));
}

fn a_commit_happens_where_nobody_waits_for_it(engine: &dyn Engine) {
    drop(engine.commit(Batch::of(0).put("a", "1")));
    assert_eq!(engine.commit(Batch::of(0).exactly("a", "1")).wait(), Ok(()));
}

fn a_watch_shows_commits_in_order_and_whose_they_were(engine: &dyn Engine) {
    put(engine, "before", "x");
    let mut watch = engine.watch();
    let mine = engine.commit(Batch::of(7).put("a", "1").delete("b"));
    let broken = engine.commit(Batch::of(8).absent("a").put("c", "1"));
    let theirs = engine.commit(Batch::of(9).put("a", "2"));
    assert_eq!(
        (mine.wait(), broken.wait(), theirs.wait()),
        (Ok(()), Err(Failure::Conflict), Ok(()))
    );

    let Some(Seen::Batch(first)) = watch.next_now() else { panic!("the first is not shown") };
    let Some(Seen::Batch(second)) = watch.next_now() else { panic!("the second is not shown") };
    let put = |value: &str| Write::Put { key: b"a".to_vec(), value: value.into() };
    assert_eq!((first.origin, second.origin), (7, 9));
    assert_eq!(first.writes, [put("1"), Write::Delete { key: b"b".to_vec() }]);
    assert_eq!(second.writes, [put("2")]);
    assert_eq!(watch.next_now(), None);
}

fn a_watch_adds_up_to_what_is_kept(engine: &dyn Engine) {
    let mut watch = engine.watch();
    thread::scope(|scope| {
        for writer in 0..8 {
            scope.spawn(move || {
                for n in 0..20 {
                    let batch = Batch::of(writer).put(format!("{}", n % 5), format!("{writer}"));
                    engine.commit(batch.delete(format!("{}", (n + writer) % 7))).wait().unwrap();
                }
            });
        }
    });
    let mut copy = BTreeMap::new();
    while let Some(seen) = watch.next_now() {
        let Seen::Batch(committed) = seen else { panic!("160 are not too many") };
        for write in &committed.writes {
            match write.value() {
                Some(value) => copy.insert(write.key().to_vec(), value.to_vec()),
                None => copy.remove(write.key()),
            };
        }
    }
    assert_eq!(copy, below(engine, b""));
}

fn a_watcher_that_is_too_slow_learns_that_it_missed_some(engine: &dyn Engine) {
    let mut watch = engine.watch();
    let commit = |n: u32| engine.commit(Batch::of(0).put("n", n.to_string()));
    let pending: Vec<_> = (0..3000).map(commit).collect();
    assert!(pending.into_iter().all(|pending| pending.wait() == Ok(())));
    let Some(Seen::Missed(missed)) = watch.next_now() else { panic!("nothing was missed") };
    let mut shown = 0;
    while let Some(seen) = watch.next_now() {
        assert!(matches!(seen, Seen::Batch(_)), "{seen:?}");
        shown += 1;
    }
    assert_eq!(missed + shown, 3000);
}

fn a_watch_ends_with_its_engine(engine: &dyn Engine) {
    let mut watch = engine.watch();
    put(engine, "a", "1");
    engine.close();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        assert!(matches!(watch.next().await, Some(Seen::Batch(_))));
        assert_eq!(watch.next().await, None);
        assert_eq!(engine.watch().next().await, None);
    });
}

fn a_backup_opens_as_a_store(engine: &dyn Engine) {
    engine.commit(Batch::of(0).put("a", "1").put(vec![0, 255], vec![0; 9000])).wait().unwrap();
    let folder = tempdir().unwrap();
    engine.backup(&folder.path().join("countersign.db")).unwrap();
    put(engine, "a", "2");

    let opened = Sqlite::open(folder.path()).unwrap();
    assert_eq!(at(&opened, "a").as_deref(), Some("1"));
    assert_eq!(opened.get(&[0, 255]), Ok(Some(vec![0; 9000])));
    put(&opened, "a", "3");
    assert_eq!(at(engine, "a").as_deref(), Some("2"));
}

fn a_backup_overwrites_nothing(engine: &dyn Engine) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("precious");
    std::fs::write(&path, "").unwrap();
    assert_eq!(engine.backup(&path), Err(Failure::Exists { path: path.clone() }));
    assert_eq!(std::fs::read(&path).unwrap(), b"");
    assert!(matches!(engine.backup(&folder.path().join("no/where")), Err(Failure::Io(_))));
}

fn a_backup_is_whole_while_others_commit(engine: &dyn Engine) {
    let folder = tempdir().unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for n in 0..100 {
                let value = format!("{n:02000}");
                let batch = Batch::of(0).put("a", value.as_str()).put("z", value.as_str());
                engine.commit(batch.put(format!("m{n}"), value.as_str())).wait().unwrap();
            }
        });
        for n in 0..5 {
            let copy = folder.path().join(n.to_string());
            std::fs::create_dir(&copy).unwrap();
            engine.backup(&copy.join("countersign.db")).unwrap();
            let seen = below(&Sqlite::open(&copy).unwrap(), b"");
            assert_eq!(seen.get(&b"a"[..]), seen.get(&b"z"[..]));
        }
        writer.join().unwrap();
    });
}

fn commits_and_conflicts_are_counted(engine: &dyn Engine) {
    assert_eq!(engine.stats(), Stats::default());
    put(engine, "a", "1");
    put(engine, "a", "2");
    engine.commit(Batch::of(0).absent("a")).wait().unwrap_err();
    let Stats { commits, conflicts, groups, failures } = engine.stats();
    assert_eq!((commits, conflicts, failures), (2, 1, 0));
    assert!((2..=3).contains(&groups), "{groups}");
}

fn what_is_closed_is_closed(engine: &dyn Engine) {
    let pending = engine.commit(Batch::of(0).put("a", "1"));
    engine.close();
    engine.close();
    assert_eq!(pending.wait(), Ok(()));
    assert_eq!(engine.commit(Batch::of(0).put("a", "2")).wait(), Err(Failure::Stopped));
    assert_eq!(engine.get(b"a"), Err(Failure::Stopped));
    assert_eq!(engine.scan(b"", &mut |_, _| ControlFlow::Continue(())), Err(Failure::Stopped));
    assert_eq!(engine.backup("nowhere".as_ref()), Err(Failure::Stopped));
}
