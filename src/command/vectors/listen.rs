//! Serves cases to a client that is tested, and notes what it makes of them.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver};

use crate::command::{Failed, vectors::reported, vectors::show::is_shown};
use crate::config::Bounds;
use crate::gateway::examiner::{BODY_LIMIT, examiner};
use crate::gateway::listen::{Connections, Listener};
use crate::gateway::stop::{Signals, Stop};
use crate::vectors::{Case, Found, Report, Table, Verdict, failure};

/// What a client under test may take: it is one, and on the same machine mostly.
const BOUNDS: Bounds = Bounds {
    connections: 64,
    requests: 64,
    streams: 64,
    body: BODY_LIMIT,
    header_bytes: 256 * 1024,
    headers: 256,
    handshake_timeout: Duration::from_secs(10),
    header_timeout: Duration::from_secs(20),
    body_timeout: Duration::from_secs(30),
    idle_timeout: Duration::from_mins(1),
    drain_timeout: Duration::from_secs(2),
};

/// How many reports may wait to be written.
const WAITING: usize = 64;

/// How cases are served, and shown.
#[derive(Debug)]
pub(super) struct Exam {
    /// Where the client asks for them.
    pub(super) address: SocketAddr,
    /// The table whose lines are written as they come, and whether of failures only.
    pub(super) rows: Option<(Table, bool)>,
    pub(super) until_complete: bool,
}

/// What is known of every case, and of which there is no more to come.
type Reports = BTreeMap<String, (bool, Report)>;

impl Exam {
    /// Serves until it is told to stop, or every case was sent. What was not sent has failed.
    pub(super) async fn run(
        self,
        found: Vec<Found>,
        out: &mut (impl Write + Send),
        log: &mut (impl Write + Send),
    ) -> Result<Vec<Report>, Failed> {
        let signals = Signals::catch()?;
        let listener = Listener::bind(self.address).await.map_err(Failed::unusable)?;
        let (served, mut reports) = unsent(found);
        if served.is_empty() {
            return Err(Failed::unusable("none of the cases can be sent over HTTP: use --signed"));
        }
        let line = format!("listening on http://{}\n", listener.address());
        match &self.rows {
            Some((table, _)) => out.write_all(format!("{line}{}", table.head()).as_bytes())?,
            None => log.write_all(line.as_bytes())?,
        }
        out.flush()?;
        let stop = Stop::default();
        let (tell, told) = mpsc::channel(WAITING);
        let connections = Connections { bounds: BOUNDS, tls: None, metrics: Arc::default() };
        let serving = connections.serve(listener, examiner(served, tell), stop.clone());
        let noting = self.note((told, &mut reports), &stop, out);
        tokio::select! {
            ((), noted) = async { tokio::join!(serving, noting) } => noted?,
            () = signals.tell(stop.clone()) => {}
        }
        Ok(reports.into_values().map(|(_, report)| report).collect())
    }

    /// Notes reports until no more can come.
    async fn note(
        &self,
        (mut told, reports): (Receiver<Report>, &mut Reports),
        stop: &Stop,
        out: &mut (impl Write + Send),
    ) -> Result<(), Failed> {
        while let Some(report) = told.recv().await {
            if let Err(failed) = self.write(&report, out) {
                stop.drain();
                return Err(failed);
            }
            reports.insert(report.name.clone(), (true, report));
            if self.until_complete && reports.values().all(|(is_told, _)| *is_told) {
                stop.drain();
            }
        }
        Ok(())
    }

    fn write(&self, report: &Report, out: &mut impl Write) -> Result<(), Failed> {
        let Some((table, is_failing_only)) = &self.rows else { return Ok(()) };
        if is_shown(report, *is_failing_only) {
            out.write_all(table.row(report).as_bytes())?;
        }
        if let Some(failure) = failure(report) {
            write!(out, "\n{failure}\n")?;
        }
        out.flush()?;
        Ok(())
    }
}

/// The cases that are served, and of all what is known before anything was sent: whether
/// there is no more to come, and what it is.
fn unsent(found: Vec<Found>) -> (Vec<Case>, Reports) {
    let (mut served, mut reports) = (Vec::new(), BTreeMap::new());
    for found in found {
        let name = found.name().to_owned();
        let mut is_told = true;
        let report = reported(found, &mut |case| {
            let verdict = match (&case.task, &case.not_over_http) {
                (None, _) => {
                    Verdict::Skipped("it must be refused: there is nothing to sign".into())
                }
                (_, Some(why)) => Verdict::Skipped(why.clone()),
                (Some(_), None) => {
                    is_told = false;
                    Verdict::Broken("it was not sent: send it, or leave it out by --filter".into())
                }
            };
            let report = Report { name: case.name.clone(), place: PathBuf::new(), verdict };
            if !is_told {
                served.push(case);
            }
            report
        });
        reports.insert(name, (is_told, report));
    }
    (served, reports)
}
