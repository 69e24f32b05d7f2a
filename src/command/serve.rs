//! `countersign serve`: from the configuration to a gateway that listens, and
//! back to a clean end.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::interval;
use tokio_rustls::TlsAcceptor;

use crate::clock::{Clock, SystemClock};
use crate::command::announce::{Whereabouts, reachable};
use crate::command::first::{self, Key, Owner};
use crate::command::open::{self, Means};
use crate::command::place::{ADMIN_ADDRESS, ADMIN_TOKEN, Place};
use crate::command::{Failed, env};
use crate::config::{Bounds, Keep, Serve};
use crate::federation::web::Keys;
use crate::gateway::admin::Admin;
use crate::gateway::inspector::Inspector;
use crate::gateway::issuers::{Issuers, Own};
use crate::gateway::listen::{Connections, Listener};
use crate::gateway::stop::{Signals, Stop};
use crate::gateway::{Layers, forgetting, stack, tls};
use crate::ids::{Ids, RandomIds};
use crate::layer::authenticate::Practice;
use crate::layer::inspect::Recent;
use crate::layer::shed::Serving;
use crate::log;
use crate::metrics::Metrics;
use crate::secret::Secret;
use crate::sigv4::Verifier;
use crate::store::Store;
use crate::store::engine::Failure;
use crate::text::IssuerBase;

/// The region that clients name where none is configured.
const ANY_REGION: &str = "us-east-1";

/// Operators at a time.
const OPERATORS: usize = 32;

/// How often the latencies are folded into their buckets, and how often the last
/// uses of keys are written.
const TIDY: Duration = Duration::from_secs(1);
const FLUSH: Duration = Duration::from_secs(10);

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
    let whereabouts = opened.whereabouts(&serve);
    if let Some(place) = &opened.place {
        whereabouts.leave(place, opened.token.as_ref())?;
    }
    whereabouts.print(&opened.owner, &serve.keep, out)?;
    tracing::info!(endpoint = whereabouts.endpoint, "listening");
    opened.run(serve, signals).await
}

/// All that can fail at the start, and did not.
struct Opened {
    public: Listener,
    admin: Listener,
    tls: Option<TlsAcceptor>,
    place: Option<Place>,
    clock: Arc<dyn Clock>,
    keys: Arc<dyn Keys>,
    verifier: Arc<Verifier>,
    store: Store,
    owner: Owner,
    token: Option<Secret>,
}

impl Opened {
    async fn new(serve: &Serve) -> Result<Self, Failed> {
        let tls = serve.tls.as_ref().map(tls::acceptor).transpose()?;
        // First of all, so that a port that is taken leaves nothing behind.
        let public = Listener::bind(serve.listen).await?;
        let admin = Listener::bind(serve.admin.listen).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let issuers = Issuers::new(serve.issuer_ca.as_deref(), Arc::clone(&clock))?;
        let verifier = Arc::new(Verifier::default());
        let means = Means {
            clock: Arc::clone(&clock),
            limits: serve.limits,
            forget: forgetting(&verifier),
            issuer: issuer(serve, &endpoint(serve, &public))?,
        };
        let (place, store) = match &serve.keep {
            Keep::Memory => (None, open::in_memory(means).await?),
            Keep::Dir(dir) => {
                let place = Place::make(dir)?;
                (Some(place), open::in_dir(dir, &serve.seal, means).await?)
            }
        };
        let own = Arc::new(Own::of(store.clone()));
        let keys = Arc::new(issuers.with_own(store.issuer_base().to_string(), own));
        let owner = first::owner(serve, &store).await?;
        if let (Some(place), Key::Made(key)) = (&place, &owner.key) {
            env::keep_key(place, key)?;
        }
        // Without a directory there is nowhere to leave a token that was made up.
        let made = || place.is_some().then(|| RandomIds.secret());
        let token = serve.admin.token.clone().or_else(made);
        Ok(Self { public, admin, tls, place, clock, keys, verifier, store, owner, token })
    }

    fn whereabouts(&self, serve: &Serve) -> Whereabouts {
        Whereabouts {
            endpoint: endpoint(serve, &self.public),
            region: serve.regions.first().map_or(ANY_REGION, String::as_str).to_owned(),
            admin: reachable(self.admin.address()),
            is_inspecting: serve.admin.is_inspecting,
        }
    }

    async fn run(self, serve: Serve, signals: Signals) -> Result<(), Failed> {
        let (store, place, stop) = (self.store.clone(), self.place.clone(), Stop::default());
        let metrics = Arc::new(Metrics::new());
        tokio::select! {
            () = self.listen(&serve, &metrics, &stop) => {}
            () = async { tokio::join!(signals.tell(stop.clone()), tidy(&metrics), flush(&store)); }
                => {}
        }
        store.close().await?;
        if let Some(place) = place {
            place.remove(ADMIN_ADDRESS)?;
            place.remove(ADMIN_TOKEN)?;
        }
        tracing::info!("stopped");
        Ok(())
    }

    /// Serves both doors until both are shut.
    async fn listen(self, serve: &Serve, metrics: &Arc<Metrics>, stop: &Stop) {
        let (bounds, serving) = (serve.bounds, Serving::default());
        let recent = serve.admin.is_inspecting.then(Recent::default);
        let shown = |recent| Inspector::new(recent, &endpoint(serve, &self.public), stop.clone());
        let inspector = recent.clone().map(shown);
        let stack = stack(Layers {
            store: self.store.clone(),
            verifier: self.verifier,
            clock: self.clock,
            keys: self.keys,
            management: serve.management.clone(),
            recent,
            observer: Arc::<Metrics>::clone(metrics),
            serving: serving.clone(),
            most_requests: bounds.requests,
            body_limit: bounds.body,
            regions: serve.regions.clone(),
            proxies: serve.proxies.clone(),
            practice: practice(serve, &self.public, &self.admin),
        });
        let admin = Admin {
            store: self.store,
            metrics: Arc::clone(metrics),
            serving,
            stop: stop.clone(),
            inspector,
        };
        let admin = admin.behind(self.token, serve.admin.is_remote_allowed);
        let public = Connections { bounds, tls: self.tls, metrics: Arc::clone(metrics) };
        let private = Connections {
            bounds: Bounds { connections: OPERATORS, ..bounds },
            tls: None,
            metrics: Arc::default(),
        };
        tokio::join!(
            public.serve(self.public, stack, stop.clone()),
            private.serve(self.admin, admin, stop.clone()),
        );
    }
}

/// Where refusals are looked into, and whether callers are told what is found.
fn practice(serve: &Serve, public: &Listener, admin: &Listener) -> Practice {
    let page = || format!("http://{}/", reachable(admin.address()));
    let page = serve.admin.is_inspecting.then(page);
    let practice = Practice::default().open(serve.explains).with_page(page);
    practice.on_port(public.address().port())
}

/// Where the public door is to be reached.
fn endpoint(serve: &Serve, public: &Listener) -> String {
    let scheme = if serve.tls.is_some() { "https" } else { "http" };
    format!("{scheme}://{}", reachable(public.address()))
}

/// Where this gateway is as an issuer: where it was told to be, else where it listens.
fn issuer(serve: &Serve, endpoint: &str) -> Result<IssuerBase, Failed> {
    let given = serve.issuer_url.clone().or_else(|| IssuerBase::parse(endpoint));
    given.ok_or_else(|| Failed::new(format_args!("{endpoint} is no address of an issuer")))
}

async fn tidy(metrics: &Metrics) {
    let mut seconds = interval(TIDY);
    loop {
        seconds.tick().await;
        metrics.tidy();
    }
}

/// Replaces keys that have been in use for long enough.
async fn turn(store: &Store) -> Result<(), Failure> {
    store.turn_token_keys().await?;
    store.turn_signing_keys().await
}

async fn flush(store: &Store) {
    let mut times = interval(FLUSH);
    loop {
        times.tick().await;
        if let Err(failure) = store.flush().await {
            tracing::warn!(reason = %failure, "the last uses of keys could not be written");
        }
        if let Err(failure) = turn(store).await {
            tracing::warn!(reason = %failure, "keys whose time is over could not be replaced");
        }
    }
}
