//! What good requests get while others send signatures that do not match: each of those could cost
//! a hundred times as much, because the doctor looks into it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign::clock::{Clock, SystemClock};
use tokio::runtime::Runtime;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{MissedTickBehavior, interval};

use crate::load::{Client, runtime};
use crate::median;
use crate::process::{Cores, Server};
use crate::sign::post;

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const GOOD: usize = 32;
const BAD: usize = 8;
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

type Requests = Arc<Vec<Vec<u8>>>;

/// How many bad requests come each second.
const FLOODS: [u32; 3] = [0, 500, 2000];

pub(crate) fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let runtime = runtime();
    let gateway = Server::gateway(&["--memory"], &folder.path().join("log"), Cores::Apart);
    let good: Vec<_> = (0..500).map(|_| post(&gateway.address, "sts", BODY)).collect();
    let spoilt = good.iter().map(|request| spoil(request));
    let stranger = good.iter().map(|request| of_nobody(request));
    let (good, spoilt, stranger) =
        (Arc::new(good.clone()), Arc::new(spoilt.collect()), Arc::new(stranger.collect()));
    let mut rates = vec![Vec::new(); FLOODS.len() * 2];
    for _ in 0..ROUNDS {
        for (nth, each_second) in FLOODS.into_iter().enumerate() {
            for (kind, bad) in [&spoilt, &stranger].into_iter().enumerate() {
                let rate = round(&runtime, &gateway.address, (&good, bad), each_second);
                rates[nth * 2 + kind].push(rate);
            }
        }
    }
    println!("\nsigned GetCallerIdentity, {GOOD} connections, beside a flood, server on one core");
    println!("bad requests/s   good requests/s: bad signatures   unknown keys");
    let medians: Vec<_> = rates.into_iter().map(median).collect();
    for (nth, each_second) in FLOODS.into_iter().enumerate() {
        let [bad, unknown] = [medians[nth * 2], medians[nth * 2 + 1]];
        let (of_bad, of_unknown) = (bad / medians[0], unknown / medians[1]);
        println!("{each_second:14}   {bad:24.0} {of_bad:5.2}   {unknown:8.0} {of_unknown:5.2}");
    }
}

/// The same with another signature.
fn spoil(request: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(request).unwrap();
    let (before, after) = text.split_once("Signature=").unwrap();
    let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    format!("{before}Signature={}{rest}", "5d672d79".repeat(8)).into_bytes()
}

/// The same with a key that nobody has.
fn of_nobody(request: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(request).unwrap();
    text.replace(crate::process::ROOT_ID, "AKIANOBODYHASTHISKEY").into_bytes()
}

/// Good requests as fast as they go, bad ones at their pace: how many good ones a second.
fn round(
    runtime: &Runtime,
    address: &str,
    (good, bad): (&Requests, &Requests),
    each_second: u32,
) -> f64 {
    let answered = runtime.block_on(async {
        let clock = Arc::new(SystemClock::start());
        let next = Arc::new(AtomicUsize::new(0));
        let mut running = JoinSet::new();
        let awake = Arc::clone(&clock);
        running.spawn(async move {
            while awake.elapsed() < ROUND {
                yield_now().await;
            }
            0
        });
        for _ in 0..GOOD {
            let mut client = Client::connect(address).await;
            let (good, next, clock) = (Arc::clone(good), Arc::clone(&next), Arc::clone(&clock));
            running.spawn(async move {
                let mut answered = 0_u32;
                while clock.elapsed() < ROUND {
                    client.ask(&good[next.fetch_add(1, Ordering::Relaxed) % good.len()]).await;
                    answered += 1;
                }
                answered
            });
        }
        if each_second > 0 {
            for _ in 0..BAD {
                let client = Client::connect(address).await;
                let pause = Duration::from_secs(1) * u32::try_from(BAD).unwrap() / each_second;
                running.spawn(flood(client, Arc::clone(bad), (Arc::clone(&clock), pause)));
            }
        }
        running.join_all().await.into_iter().sum::<u32>()
    });
    f64::from(answered) / ROUND.as_secs_f64()
}

async fn flood(
    mut client: Client,
    bad: Requests,
    (clock, pause): (Arc<SystemClock>, Duration),
) -> u32 {
    let mut ticks = interval(pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for request in bad.iter().cycle() {
        ticks.tick().await;
        if clock.elapsed() >= ROUND {
            break;
        }
        client.exchange(request).await;
    }
    0
}
