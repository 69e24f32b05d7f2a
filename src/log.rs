//! Where the log goes, and how a line of it is written.

mod line;

use std::cell::Cell;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::config::{Log, LogFormat};

/// How long a line may wait for others, so that they share one system call.
const PAUSE: Duration = Duration::from_millis(100);

/// How many bytes are written before the pause is over.
const ENOUGH: usize = 64 * 1024;

/// How many bytes may wait while the reader of the log is stuck; what comes then
/// is counted, not kept. A full pipe must not stop the gateway.
const MOST: usize = 8 * 1024 * 1024;

/// Writes what is left when it goes; keep it to the end.
#[derive(Debug)]
#[must_use]
pub struct Flush {
    buffer: Arc<Buffer>,
    writer: Option<JoinHandle<()>>,
}

impl Drop for Flush {
    fn drop(&mut self) {
        self.buffer.lock().is_over = true;
        self.buffer.wake.notify_all();
        if let Some(writer) = self.writer.take() {
            // INVARIANT: the thread does not panic; if it did, the log is lost anyway.
            let _ = writer.join();
        }
    }
}

/// Sends this process's log to `out`, as `log` says. The first call counts.
pub fn start(log: &Log, out: impl Write + Send + 'static) -> io::Result<Flush> {
    let buffer = Arc::new(Buffer::default());
    let shared = Arc::clone(&buffer);
    let writer = thread::Builder::new().name("log".to_owned()).spawn(move || shared.drain(out))?;
    let lines = Lines { format: log.format, buffer: Arc::clone(&buffer) };
    let filter = EnvFilter::try_new(&log.filter).map_err(io::Error::other)?;
    let subscriber =
        tracing_subscriber::registry().with(filter).with(lines.with_filter(filter_fn(is_safe)));
    // Where another has been set (by a test), that one stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
    std::panic::set_hook(Box::new(note_panic));
    Ok(Flush { buffer, writer: Some(writer) })
}

/// Where a panic was. What it said may hold what was being read.
fn note_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(tracing::field::display);
    tracing::error!(place, "a panic");
}

/// The packages below us may log what they read, headers too, when they are asked
/// for more than warnings: they are not heard.
fn is_safe(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("countersign") || *metadata.level() <= Level::WARN
}

/// Lines that wait to be written.
#[derive(Debug, Default)]
struct Buffer {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    lost: u64,
    is_urgent: bool,
    is_over: bool,
}

impl Waiting {
    fn is_due(&self) -> bool {
        self.is_urgent || self.is_over || self.bytes.len() >= ENOUGH
    }
}

impl Buffer {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Bytes are appended whole or not at all, so a panic elsewhere does no harm.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append(&self, line: &[u8], is_urgent: bool) {
        let mut waiting = self.lock();
        let was_idle = waiting.bytes.is_empty();
        if waiting.bytes.len().saturating_add(line.len()) > MOST {
            waiting.lost = waiting.lost.saturating_add(1);
            return;
        }
        waiting.bytes.extend_from_slice(line);
        waiting.is_urgent |= is_urgent;
        let is_due = waiting.is_due();
        drop(waiting);
        if was_idle || is_due {
            self.wake.notify_one();
        }
    }

    /// Runs until the end is told, and writes what is left then.
    fn drain(&self, mut out: impl Write) {
        let mut is_over = false;
        let mut bytes = Vec::new();
        while !is_over {
            let mut waiting = self.wait();
            is_over = waiting.is_over;
            waiting.is_urgent = false;
            let lost = std::mem::take(&mut waiting.lost);
            std::mem::swap(&mut waiting.bytes, &mut bytes);
            drop(waiting);
            // There is nowhere to complain where the log itself cannot be written.
            let _ = out.write_all(&bytes);
            if lost > 0 {
                let _ = writeln!(out, "{lost} lines of this log are lost: nobody read them");
            }
            let _ = out.flush();
            bytes.clear();
            bytes.shrink_to(ENOUGH);
        }
    }

    /// Waits for a line, and then a little for more.
    fn wait(&self) -> MutexGuard<'_, Waiting> {
        let is_idle = |waiting: &mut Waiting| waiting.bytes.is_empty() && !waiting.is_over;
        let waiting = self.wake.wait_while(self.lock(), is_idle);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let pause = self.wake.wait_timeout_while(waiting, PAUSE, |waiting| !waiting.is_due());
        pause.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Makes a line of each event.
#[derive(Debug)]
struct Lines {
    format: LogFormat,
    buffer: Arc<Buffer>,
}

thread_local! {
    /// Room for a line, used again for the next.
    static LINE: Cell<String> = const { Cell::new(String::new()) };
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = LINE.take();
        text.clear();
        line::append(&mut text, self.format, event);
        self.buffer.append(text.as_bytes(), *event.metadata().level() == Level::ERROR);
        LINE.set(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a log wrote, for the test to read.
    #[derive(Clone, Debug, Default)]
    struct Sheet(Arc<Mutex<Vec<u8>>>);

    impl Write for Sheet {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: LogFormat, event: impl Fn()) -> String {
        let sheet = Sheet::default();
        let buffer = Arc::new(Buffer::default());
        let lines = Lines { format, buffer: Arc::clone(&buffer) };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), event);
        buffer.lock().is_over = true;
        buffer.drain(sheet.clone());
        let bytes = sheet.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn nothing_in_a_field_can_begin_a_line_of_its_own() {
        let event = || tracing::info!(name = "a\nb \"c\"", number = 7, "say\n{}", "so");
        let text = logged(LogFormat::Text, event);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.ends_with(
                " INFO countersign::log::tests say\\nso name=\"a\\nb \\\"c\\\"\" number=7\n"
            ),
            "{text}"
        );
        let json = logged(LogFormat::Json, event);
        assert!(
            json.ends_with(
                r#""message":"say\nso","name":"a\nb \"c\"","number":7}
"#
            ),
            "{json}"
        );
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }

    #[test]
    fn a_stuck_reader_loses_lines_and_is_told_how_many() {
        let buffer = Buffer::default();
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..10 {
            buffer.append(&line, false);
        }
        buffer.lock().is_over = true;
        let sheet = Sheet::default();
        buffer.drain(sheet.clone());
        let written = sheet.0.lock().unwrap().clone();
        assert_eq!(written.iter().take_while(|b| **b == b'x').count(), MOST);
        assert!(
            String::from_utf8(written)
                .unwrap()
                .ends_with("2 lines of this log are lost: nobody read them\n")
        );
    }
}
