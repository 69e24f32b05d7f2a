//! The requests as they come, as server-sent events (WHATWG HTML, "Server-sent events").

use std::fmt::Write;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use http::{HeaderName, Request};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::sleep;

use crate::gateway::connection::Lasting;
use crate::gateway::inspector::{Inspector, written};

/// How often something is sent where nothing happens, so that nobody takes the connection
/// for dead.
const STILL_HERE: Duration = Duration::from_secs(15);

/// The last event that a page has seen.
const SEEN: HeaderName = HeaderName::from_static("last-event-id");

/// What one page is told.
pub(super) struct Events {
    inspector: Inspector,
    latest: watch::Receiver<u64>,
    seen: u64,
    not_kept: Option<u64>,
    /// Both are let go when the page is gone.
    _held: (OwnedSemaphorePermit, Option<Lasting>),
}

impl Events {
    /// For the page that asks, from where it was when it lost its connection.
    pub(super) fn of<B>(
        inspector: &Inspector,
        request: &mut Request<B>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let seen = request.headers().get(SEEN).and_then(|id| id.to_str().ok());
        let (run, number) = seen.and_then(|id| id.split_once('.')).unwrap_or_default();
        let number = number.parse().ok().filter(|_| *run == *inspector.run);
        Self {
            inspector: inspector.clone(),
            latest: inspector.recent.listen(),
            seen: number.unwrap_or_default(),
            not_kept: None,
            _held: (place, request.extensions_mut().remove()),
        }
    }

    pub(super) fn stream(self) -> BoxStream<'static, Bytes> {
        stream::unfold(self, Self::next).boxed()
    }

    async fn next(mut self) -> Option<(Bytes, Self)> {
        if self.not_kept.is_none() {
            let Inspector { run, endpoint, .. } = &self.inspector;
            let mut text = format!("event: hello\ndata: {}\n\n", written::hello(run, endpoint));
            self.write_news(&mut text);
            return Some((text.into(), self));
        }
        let stop = self.inspector.stop.clone();
        tokio::select! {
            biased;
            () = stop.draining() => return None,
            changed = self.latest.changed() => changed.ok()?,
            () = sleep(STILL_HERE) => {}
        }
        let mut text = String::new();
        self.write_news(&mut text);
        if text.is_empty() {
            text.push_str(": still here\n\n");
        }
        Some((text.into(), self))
    }

    /// All that the page has not seen yet.
    fn write_news(&mut self, text: &mut String) {
        // Before the records are read: what comes in between is told of again.
        self.latest.mark_unchanged();
        for record in self.inspector.recent.since(self.seen) {
            self.seen = record.number;
            let (run, data) = (&self.inspector.run, written::summary(&record));
            let _ = write!(text, "id: {run}.{}\nevent: request\ndata: {data}\n\n", record.number);
        }
        let not_kept = self.inspector.recent.not_kept();
        if self.not_kept.replace(not_kept) != Some(not_kept) {
            let _ = write!(text, "event: not-kept\ndata: {not_kept}\n\n");
        }
    }
}
