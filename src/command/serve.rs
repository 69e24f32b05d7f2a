//! `countersign serve`: from the configuration to a gateway that listens, and
//! back to a clean end.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;

use crate::clock::{Clock, SystemClock};
use crate::command::Failed;
use crate::command::env::{Lines, keep_endpoint, keep_key};
use crate::command::place::{ADMIN_ADDRESS, ADMIN_TOKEN, Place};
use crate::command::stand_in::{self, Accounts};
use crate::config::{Bounds, Keep, Serve};
use crate::gateway::admin::Admin;
use crate::gateway::listen::{Connections, Listener};
use crate::gateway::stop::{Signals, Stop};
use crate::gateway::tls;
use crate::ids::{Ids, RandomIds};
use crate::layer::shed::Serving;
use crate::log;
use crate::metrics::Metrics;
use crate::operate::{Operate, RootKey};
use crate::secret::Secret;

/// The region that clients name where none is configured.
const ANY_REGION: &str = "us-east-1";

/// Operators at a time.
const OPERATORS: usize = 16;

/// How often the latencies are folded into their buckets.
const TIDY: Duration = Duration::from_secs(1);

pub(super) async fn run(
    serve: Serve,
    out: &mut (impl Write + Send),
    log: impl Write + Send + 'static,
) -> Result<(), Failed> {
    let _flush = log::start(&serve.log, log)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), config = ?serve, "starting");
    // Before anything is made: what is caught from here on is a clean end.
    let signals = Signals::catch()?;
    let opened = Opened::new(&serve).await?;
    let place = opened.place.clone();
    opened.announce(&serve, out)?;
    opened.run(serve, signals).await;
    if let Some(place) = place {
        place.remove(ADMIN_ADDRESS)?;
        place.remove(ADMIN_TOKEN)?;
    }
    tracing::info!("stopped");
    Ok(())
}

/// All that can fail at the start, and did not.
#[derive(Debug)]
struct Opened {
    public: Listener,
    admin: Listener,
    tls: Option<Tls>,
    place: Option<Place>,
    accounts: Accounts,
    first: Option<RootKey>,
    token: Option<Secret>,
}

/// What shakes hands; it has no `Debug`.
struct Tls(tokio_rustls::TlsAcceptor);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Opened {
    async fn new(serve: &Serve) -> Result<Self, Failed> {
        let tls = serve.tls.as_ref().map(tls::acceptor).transpose()?.map(Tls);
        let public = Listener::bind(serve.listen).await?;
        let admin = Listener::bind(serve.admin.listen).await?;
        let place = match &serve.keep {
            Keep::Memory => None,
            Keep::Dir(path) => Some(Place::make(path)?),
        };
        let accounts = match &place {
            None => stand_in::in_memory(),
            Some(place) => stand_in::open(place.path(), &serve.seal)?,
        };
        let first = first_account(serve, &accounts).await?;
        if let (Some(place), Some(key), None) = (&place, &first, &serve.root_key) {
            keep_key(place, key)?;
        }
        let made = || RandomIds.secret();
        let token = serve.admin.token.clone().or_else(|| place.is_some().then(made));
        Ok(Self { public, admin, tls, place, accounts, first, token })
    }

    /// Tells where the gateway is: on standard output for people and for tests,
    /// which read its last line, and in the data directory for other commands.
    fn announce(&self, serve: &Serve, out: &mut impl Write) -> Result<(), Failed> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let endpoint = format!("{scheme}://{}", reachable(self.public.address()));
        let region = serve.regions.first().map_or(ANY_REGION, String::as_str);
        if let Some(place) = &self.place {
            keep_endpoint(place, &endpoint, region)?;
            let token = self.token.as_ref().map_or("", Secret::expose);
            place.write(ADMIN_TOKEN, &format!("{token}\n"))?;
            place.write(ADMIN_ADDRESS, &format!("{}\n", reachable(self.admin.address())))?;
        }
        self.introduce(serve, (&endpoint, region), out)?;
        writeln!(out, "admin on http://{}", reachable(self.admin.address()))?;
        writeln!(out, "listening on {endpoint}")?;
        out.flush()?;
        tracing::info!(endpoint, "listening");
        Ok(())
    }

    fn introduce(
        &self,
        serve: &Serve,
        (endpoint, region): (&str, &str),
        out: &mut impl Write,
    ) -> Result<(), Failed> {
        let kept = match &serve.keep {
            Keep::Memory => "in memory: all is forgotten at the end".to_owned(),
            Keep::Dir(path) => format!("in {}", path.display()),
        };
        writeln!(out, "# account {}, kept {kept}", serve.account)?;
        let Some(key) = &self.first else { return Ok(()) };
        if let Some((id, _)) = &serve.root_key {
            writeln!(out, "# the root key is {id}, as it was given")?;
            return Ok(());
        }
        writeln!(out, "# the root key, shown this once; paste these lines into a shell")?;
        let key = (key.id.as_str(), key.secret.expose());
        Lines { endpoint, region, key }.print(out)
    }

    async fn run(self, serve: Serve, signals: Signals) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let metrics = Arc::new(Metrics::new());
        let (serving, stop) = (Serving::default(), Stop::default());
        let stack = stand_in::stack(&serve.bounds, (clock, &metrics), serving.clone());
        let admin = Admin {
            accounts: self.accounts.clone(),
            metrics: Arc::clone(&metrics),
            serving,
            stop: stop.clone(),
        };
        let admin = admin.behind(self.token, serve.admin.is_remote_allowed);
        let bounds = serve.bounds;
        let public =
            Connections { bounds, tls: self.tls.map(|tls| tls.0), metrics: Arc::clone(&metrics) };
        let private = Connections {
            bounds: Bounds { connections: OPERATORS, ..bounds },
            tls: None,
            metrics: Arc::default(),
        };
        tokio::select! {
            () = async { tokio::join!(
                public.serve(self.public, stack, stop.clone()),
                private.serve(self.admin, admin, stop.clone()),
            ); } => {}
            () = async { tokio::join!(signals.tell(stop.clone()), tidy(&metrics)); } => {}
        }
        self.accounts.flush().await;
    }
}

async fn tidy(metrics: &Metrics) {
    let mut seconds = interval(TIDY);
    loop {
        seconds.tick().await;
        metrics.tidy();
    }
}

/// Makes the account that was asked for where there is none yet.
async fn first_account(serve: &Serve, accounts: &Accounts) -> Result<Option<RootKey>, Failed> {
    let there = accounts.accounts().await?;
    if there.is_empty() {
        let key = accounts.first_account(serve.account.clone(), serve.root_key.clone()).await?;
        return Ok(Some(key));
    }
    if serve.is_account_given && !there.contains(&serve.account) {
        return Err(Failed::new(format_args!(
            "there is no account {0} here: make it with countersign account create --account {0}",
            serve.account
        )));
    }
    if serve.root_key.is_some() {
        tracing::warn!("the root key of the environment is not used: this is not the first start");
    }
    Ok(None)
}

/// An address that can be asked: who listens everywhere listens here too.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}
