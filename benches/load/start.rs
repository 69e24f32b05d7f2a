//! A start with many users stored, and what an idle gateway takes up.

use std::path::Path;
use std::sync::Arc;

use countersign::clock::{Clock, SystemClock};
use countersign::secret::Secret;
use countersign::store::draft::{Draft, Limits};
use countersign::store::engine::sqlite::Sqlite;
use countersign::store::entity::{Rights, Tagged, Tags, User};
use countersign::store::seal::{Seal, SealKey};
use countersign::store::{Forget, Settings, Store};
use countersign::text::{AccessKeyId, AccountId, IssuerBase, Text, UserName};

use crate::load::{Client, runtime};
use crate::median;
use crate::process::{Cores, ROOT_ID, ROOT_SECRET, Server};
use crate::sign::post;

/// As many accounts as it takes of AWS's default size.
const ACCOUNTS: u64 = 20;
const USERS: usize = 5000;
const AT_A_TIME: usize = 500;

const STARTS: usize = 15;

pub(crate) fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (empty, full) = (folder.path().join("empty"), folder.path().join("full"));
    runtime().block_on(async {
        fill(&empty, 1, 0).await;
        fill(&full, ACCOUNTS, USERS).await;
    });
    println!("\nstart, and memory when idle, server on one core");
    println!("                          ms to listen  ms to the first answer  idle MiB  after it");
    for (name, data) in [("no users", &empty), ("100,000 users", &full)] {
        let starts: Vec<_> = (0..STARTS).map(|_| start(data, folder.path())).collect();
        let middle = |n: usize| median(starts.iter().map(|start| start[n]).collect());
        println!(
            "{name:24} {:13.1}  {:22.1}  {:8.1}  {:8.1}",
            middle(0),
            middle(1),
            middle(2),
            middle(3)
        );
    }
}

/// Milliseconds until it listens, and from there until the first signed request
/// of an account with 5,000 users is answered; MiB before and after that.
fn start(data: &Path, log: &Path) -> [f64; 4] {
    let clock = SystemClock::start();
    let args = ["--data-dir", data.to_str().unwrap(), "--account", &number(0).to_string()];
    let gateway = Server::gateway_again(&args, &log.join("log"), Cores::Apart);
    let listens = clock.elapsed();
    let idle = gateway.memory();
    let request = post(&gateway.address, "sts", "Action=GetCallerIdentity&Version=2011-06-15");
    let before = clock.elapsed();
    runtime().block_on(async {
        Client::connect(&gateway.address).await.ask(&request).await;
    });
    let answered = clock.elapsed().saturating_sub(before);
    let [listens, answered] = [listens, answered].map(|time| time.as_secs_f64() * 1e3);
    [listens, answered, idle, gateway.memory()]
}

async fn fill(data: &Path, accounts: u64, users: usize) {
    std::fs::create_dir(data).unwrap();
    let (key, _) = SealKey::load_or_create(&data.join("seal-key")).unwrap();
    let settings = Settings {
        seal: Seal::new(&key).unwrap(),
        clock: Arc::new(SystemClock::start()),
        limits: Limits::default(),
        forget: Forget(Arc::new(|_| {})),
        issuer: IssuerBase::default(),
    };
    let store = Store::open(Arc::new(Sqlite::open(data).unwrap()), settings).await.unwrap();
    for account in 0..accounts {
        let number = number(account);
        let id = AccessKeyId::parse(ROOT_ID).unwrap();
        let key = (account == 0).then(|| (id, Secret::new(ROOT_SECRET.to_owned())));
        store.create_account(Some(number.clone()), key).await.unwrap();
        let home = store.home(&number).await.unwrap().unwrap();
        for first in (0..users).step_by(AT_A_TIME) {
            let work = move |draft| Ok(((), with_users(draft, first)));
            store.commit(Arc::clone(&home), work).await.unwrap();
        }
    }
    store.close().await.unwrap();
}

fn with_users(mut draft: Draft, first: usize) -> Draft {
    for n in first..first + AT_A_TIME {
        let (created, id) = (draft.now(), draft.new_id::<User>().unwrap());
        let keys = vec![draft.new_key().unwrap()];
        draft.put(User {
            name: UserName::parse(&format!("user-{n}")).unwrap(),
            path: countersign::text::Path::default(),
            id,
            created,
            keys,
            rights: Rights::default(),
            groups: imbl::OrdSet::new(),
            tags: Tags::new(User::CASE),
        });
    }
    draft
}

fn number(account: u64) -> AccountId {
    AccountId::parse(&format!("{:012}", 100_000_000_000 + account)).unwrap()
}
