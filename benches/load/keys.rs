//! `CreateAccessKey`, which is answered when the key is on the disk: one client that
//! waits for its own, and many that share the wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::clock::{Clock, SystemClock};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::load::{Client, runtime};
use crate::median;
use crate::process::{Cores, Disk, Server};
use crate::sign::post;

const MANY: usize = 64;

/// Two keys each.
const USERS: usize = 2000;

const ROUNDS: usize = 5;
const ALONE: usize = 100;
const TOGETHER: usize = 600;

pub(crate) fn measure() {
    println!("\nCreateAccessKey, SQLite, synchronous=FULL, server on one core");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    measure_on(&Disk::AsItIs, "");
    if let Some(slow) = Disk::slow(folder.path()) {
        measure_on(&slow, ", each fsync 2 ms longer");
    } else {
        println!("without a C compiler there is no slow disk to measure on");
    }
}

fn measure_on(disk: &Disk, told: &str) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let data = folder.path().join("data");
    let args = ["--data-dir", data.to_str().unwrap()];
    let gateway = Server::gateway_on(disk, &args, &folder.path().join("log"), Cores::Apart);
    let runtime = runtime();
    let user = |n| format!("Action=CreateUser&Version=2010-05-08&UserName=user-{n}");
    let users: Vec<_> = (0..USERS).map(|n| post(&gateway.address, "iam", &user(n))).collect();
    rate(&runtime, &gateway.address, users, MANY);

    let mut made = 0..USERS * 2;
    let mut keys = |count| -> Vec<_> {
        let made = made.by_ref().take(count);
        made.map(|n| post(&gateway.address, "iam", &create_key(n % USERS))).collect()
    };
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(rate(&runtime, &gateway.address, keys(ALONE), 1));
        together.push(rate(&runtime, &gateway.address, keys(TOGETHER), MANY));
    }
    let (alone, together) = (median(alone), median(together));
    println!("1 client    {alone:8.0}/s{told}");
    println!("{MANY} clients  {together:8.0}/s   {:.1}x", together / alone);
}

fn create_key(user: usize) -> String {
    format!("Action=CreateAccessKey&Version=2010-05-08&UserName=user-{user}")
}

/// Sends each request once; how many a second were answered.
fn rate(runtime: &Runtime, address: &str, requests: Vec<Vec<u8>>, clients: usize) -> f64 {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    runtime.block_on(async {
        let mut ready = Vec::new();
        for _ in 0..clients {
            ready.push(Client::connect(address).await);
        }
        let clock = SystemClock::start();
        let mut running = JoinSet::new();
        for mut client in ready {
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            running.spawn(async move {
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    client.ask(request).await;
                }
            });
        }
        running.join_all().await;
        f64::from(u32::try_from(requests.len()).unwrap()) / clock.elapsed().as_secs_f64()
    })
}
