//! One thread that writes. Whatever waits is written in one go, so that many
//! share one wait for the disk.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc::{self, error::TrySendError};

use super::watch::Watched;
use super::{Answer, Batch, Failure, Pending, Stats, Watch};

/// How many batches are written in one go at most.
const GROUP: usize = 1024;

/// How many batches may wait: a disk that hangs must not eat the memory.
const WAITING: usize = 8192;

/// Where groups of batches go.
pub(super) trait Sink: Send + 'static {
    /// Writes a group, all of it or nothing, and says of each batch whether its
    /// conditions held. It is called again after it failed.
    fn write(&mut self, group: &[Batch]) -> Result<Vec<bool>, Failure>;
}

/// The queue before a [`Sink`], and the thread behind it.
pub(super) struct Writer {
    // `None` once closed.
    queue: Mutex<Option<Queue>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    counts: Arc<Counts>,
}

struct Queue {
    jobs: mpsc::Sender<Job>,
    watched: Watched,
}

struct Job {
    batch: Batch,
    answer: Answer,
}

#[derive(Debug, Default)]
struct Counts {
    commits: AtomicU64,
    conflicts: AtomicU64,
    groups: AtomicU64,
    failures: AtomicU64,
}

impl Writer {
    /// Starts the thread; `sink` is dropped at its end.
    pub(super) fn start(sink: impl Sink) -> Result<Self, Failure> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let watched = Watched::new();
        let counts = Arc::<Counts>::default();
        let mut work = Work { sink, watched: watched.clone(), counts: Arc::clone(&counts) };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || work.until_closed(waiting))?;
        let queue = Mutex::new(Some(Queue { jobs, watched }));
        Ok(Self { queue, thread: Mutex::new(Some(thread)), counts })
    }

    pub(super) fn commit(&self, batch: Batch) -> Pending {
        let (answer, pending) = Pending::new();
        let queue = locked(&self.queue);
        let Some(queue) = queue.as_ref() else {
            return Pending::ready(Err(Failure::Stopped));
        };
        match queue.jobs.try_send(Job { batch, answer }) {
            Ok(()) => pending,
            Err(TrySendError::Full(_)) => Pending::ready(Err(Failure::Busy)),
            Err(TrySendError::Closed(_)) => Pending::ready(Err(Failure::Stopped)),
        }
    }

    pub(super) fn watch(&self) -> Watch {
        let queue = locked(&self.queue);
        queue.as_ref().map_or_else(Watched::new, |queue| queue.watched.clone()).watch()
    }

    pub(super) fn stats(&self) -> Stats {
        Stats {
            commits: self.counts.commits.load(Ordering::Relaxed),
            conflicts: self.counts.conflicts.load(Ordering::Relaxed),
            groups: self.counts.groups.load(Ordering::Relaxed),
            failures: self.counts.failures.load(Ordering::Relaxed),
        }
    }

    /// Waits until everything that waits is written, and the sink is gone.
    pub(super) fn close(&self) {
        drop(locked(&self.queue).take());
        if let Some(thread) = locked(&self.thread).take() {
            // It catches its own panics; there is nothing to hear from it.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writer").field(&self.counts).finish()
    }
}

struct Work<S> {
    sink: S,
    watched: Watched,
    counts: Arc<Counts>,
}

impl<S: Sink> Work<S> {
    fn until_closed(&mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut jobs = Vec::new();
        while waiting.blocking_recv_many(&mut jobs, GROUP) > 0 {
            let (batches, answers) = jobs.drain(..).map(|job| (job.batch, job.answer)).unzip();
            self.write(batches, answers);
        }
    }

    fn write(&mut self, batches: Vec<Batch>, answers: Vec<Answer>) {
        let written = catch_unwind(AssertUnwindSafe(|| self.sink.write(&batches)))
            .unwrap_or_else(|_| Err(Failure::Io("the writer panicked".to_owned())));
        match written {
            Ok(held) => self.tell(batches, answers, &held),
            Err(failure) => {
                count(&self.counts.failures, 1);
                tracing::error!(batches = batches.len(), %failure, "a group of commits failed");
                for answer in answers {
                    answer.give(Err(failure.clone()));
                }
            }
        }
    }

    fn tell(&self, batches: Vec<Batch>, answers: Vec<Answer>, held: &[bool]) {
        count(&self.counts.groups, 1);
        for ((batch, answer), held) in batches.into_iter().zip(answers).zip(held) {
            if *held {
                count(&self.counts.commits, 1);
                self.watched.tell(batch);
                answer.give(Ok(()));
            } else {
                count(&self.counts.conflicts, 1);
                answer.give(Err(Failure::Conflict));
            }
        }
    }
}

fn count(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A disk that is slow: it goes on when the test says so.
    struct Slow {
        begun: Sender<usize>,
        go_on: Receiver<Result<(), Failure>>,
    }

    impl Sink for Slow {
        fn write(&mut self, group: &[Batch]) -> Result<Vec<bool>, Failure> {
            self.begun.send(group.len()).unwrap();
            self.go_on.recv().unwrap()?;
            assert!(group.iter().all(|batch| batch.origin() != 666), "the disk explodes");
            Ok(vec![true; group.len()])
        }
    }

    fn slow() -> (Writer, Receiver<usize>, Sender<Result<(), Failure>>) {
        let (begun, groups) = channel();
        let (go, go_on) = channel();
        (Writer::start(Slow { begun, go_on }).unwrap(), groups, go)
    }

    #[test]
    fn what_comes_while_the_disk_works_is_written_in_one_go() {
        let (writer, groups, go) = slow();
        let first = writer.commit(Batch::of(1));
        assert_eq!(groups.recv(), Ok(1));
        let later: Vec<_> = (0..64).map(|origin| writer.commit(Batch::of(origin))).collect();
        go.send(Ok(())).unwrap();
        assert_eq!(groups.recv(), Ok(64));
        go.send(Ok(())).unwrap();
        assert_eq!(first.wait(), Ok(()));
        assert!(later.into_iter().all(|pending| pending.wait().is_ok()));
        assert_eq!(writer.stats(), Stats { commits: 65, groups: 2, ..Stats::default() });
    }

    #[test]
    fn a_disk_that_fails_fails_its_group_and_no_other() {
        let (writer, groups, go) = slow();
        let first = writer.commit(Batch::of(1));
        assert_eq!(groups.recv(), Ok(1));
        let second = [writer.commit(Batch::of(2)), writer.commit(Batch::of(3))];
        go.send(Ok(())).unwrap();
        go.send(Err(Failure::Full)).unwrap();
        assert_eq!(first.wait(), Ok(()));
        assert_eq!(second.map(Pending::wait), [Err(Failure::Full), Err(Failure::Full)]);
        go.send(Ok(())).unwrap();
        assert_eq!(writer.commit(Batch::of(4)).wait(), Ok(()));
    }

    #[test]
    fn a_panic_fails_its_group_and_the_writer_lives() {
        let (writer, _groups, go) = slow();
        go.send(Ok(())).unwrap();
        let failed = writer.commit(Batch::of(666)).wait();
        assert_eq!(failed, Err(Failure::Io("the writer panicked".to_owned())));
        go.send(Ok(())).unwrap();
        assert_eq!(writer.commit(Batch::of(1)).wait(), Ok(()));
    }

    #[test]
    fn a_disk_that_hangs_turns_away_what_is_too_much() {
        let (writer, groups, go) = slow();
        let mut pending = vec![writer.commit(Batch::of(0))];
        assert_eq!(groups.recv(), Ok(1));
        pending.extend((0..WAITING).map(|_| writer.commit(Batch::of(1))));
        assert_eq!(writer.commit(Batch::of(2)).wait(), Err(Failure::Busy));
        (0..=WAITING).for_each(|_| go.send(Ok(())).unwrap());
        assert!(pending.into_iter().all(|pending| pending.wait().is_ok()));
    }

    #[test]
    fn to_close_is_to_write_what_waits() {
        let (writer, _groups, go) = slow();
        let pending: Vec<_> = (0..9).map(|origin| writer.commit(Batch::of(origin))).collect();
        (0..9).for_each(|_| go.send(Ok(())).unwrap());
        writer.close();
        assert!(pending.into_iter().all(|pending| pending.wait().is_ok()));
        assert_eq!(writer.commit(Batch::of(1)).wait(), Err(Failure::Stopped));
    }
}
