//! Signed `GetCallerIdentity`: the whole gateway, log and numbers included, beside
//! bare hyper.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::load::{Client, over_and_over, runtime};
use crate::median;
use crate::process::{Cores, Server, load_on};
use crate::sign::post;

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// Requests that are all different, each sent many times.
const REQUESTS: usize = 2000;
const CONNECTIONS: usize = 32;

const WARM_UP: Duration = Duration::from_millis(500);
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 7;

pub(crate) fn measure(cores: Cores) {
    load_on(cores);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = runtime();
    let gateway = Server::gateway(&["--memory"], &folder.path().join("log"), cores);
    let quiet =
        Server::gateway(&["--memory", "--log", "warn"], &folder.path().join("quiet-log"), cores);
    let answer = runtime.block_on(async {
        let mut client = Client::connect(&gateway.address).await;
        client.ask(&post(&gateway.address, "sts", BODY)).await.to_owned()
    });
    let bare = Server::bare(&answer, cores);
    let mut sides = [&bare, &gateway, &quiet].map(|server| Side::of(server, &runtime));
    for _ in 0..ROUNDS {
        for side in &mut sides {
            side.round(&runtime);
        }
    }
    let names = ["bare hyper", "gateway", "gateway, no access log"];
    println!("\nsigned GetCallerIdentity, {CONNECTIONS} connections, server and load {cores:?}");
    println!("                          requests/s  of bare   CPU us/request  busy");
    let floor = sides[0].rate();
    for (name, side) in names.into_iter().zip(&sides) {
        let (rate, cpu, busy) = (side.rate(), side.cpu(), side.busy());
        println!("{name:24} {rate:11.0}  {:7.2}   {cpu:14.1}  {busy:4.0}%", rate / floor);
    }
    println!(
        "memory after the load: gateway {:.1} MiB, bare {:.1} MiB",
        gateway.memory(),
        bare.memory()
    );
}

/// One server, and what was measured of it.
struct Side<'a> {
    server: &'a Server,
    requests: Arc<Vec<Vec<u8>>>,
    /// Of each round: requests a second, and seconds of CPU for each.
    rounds: Vec<(f64, f64)>,
}

impl<'a> Side<'a> {
    fn of(server: &'a Server, runtime: &Runtime) -> Self {
        let requests = (0..REQUESTS).map(|_| post(&server.address, "sts", BODY)).collect();
        let side = Self { server, requests: Arc::new(requests), rounds: Vec::new() };
        side.load(runtime, WARM_UP);
        side
    }

    fn round(&mut self, runtime: &Runtime) {
        let before = self.server.cpu();
        let answered = self.load(runtime, ROUND);
        let cpu = self.server.cpu().saturating_sub(before).as_secs_f64();
        let answered = f64::from(u32::try_from(answered).unwrap());
        self.rounds.push((answered / ROUND.as_secs_f64(), cpu / answered));
    }

    fn load(&self, runtime: &Runtime, span: Duration) -> usize {
        over_and_over(runtime, &self.server.address, (&self.requests, CONNECTIONS), span)
    }

    fn rate(&self) -> f64 {
        median(self.rounds.iter().map(|(rate, _)| *rate).collect())
    }

    /// Microseconds.
    fn cpu(&self) -> f64 {
        median(self.rounds.iter().map(|(_, cpu)| cpu * 1e6).collect())
    }

    /// How much of a core the server had; apart, others had what is missing.
    fn busy(&self) -> f64 {
        median(self.rounds.iter().map(|(rate, cpu)| rate * cpu * 100.0).collect())
    }
}
