//! A gateway on a port, with a clock that its client sets: real time, and so many seconds
//! more. It knows one identity provider, and hands out that provider's tokens.
//!
//! What a client asks of the second address: `GET /clock/-840` sets the clock, `GET /token`
//! tells a web identity token.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use countersign::clock::{Clock, SystemClock, Time};
use countersign::federation::web::{Answer, Keys, Unreachable, Wanted};
use countersign::gateway::{self, Layers};
use countersign::layer::authenticate::Practice;
use countersign::layer::shed::Serving;
use countersign::secret::Secret;
use countersign::sigv4::Verifier;
use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use countersign::store::seal::{Seal, SealKey};
use countersign::store::{Settings, Store};
use countersign::text::{AccessKeyId, AccountId, IssuerBase, Text};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use jsonwebtoken::Algorithm;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::issuer::{SigningKey, key_set};
use crate::running::{ACCOUNT, ROOT_ID, ROOT_SECRET};

const ISSUER: &str = "https://id.example.com";

/// Where the gateway is, and where its clock.
#[derive(Debug)]
pub(crate) struct Clocked {
    pub(crate) url: String,
    pub(crate) control: String,
}

#[derive(Debug)]
struct Ahead(SystemClock, AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Time {
        self.0.now().plus(self.1.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[derive(Clone)]
struct Provider(Arc<Ahead>, SigningKey);

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

impl Keys for Provider {
    fn keys(&self, wanted: Wanted) -> Answer<'_> {
        Box::pin(async move {
            let is_ours = wanted.issuer == ISSUER;
            if is_ours { Ok(Arc::new(key_set(&[&self.1]))) } else { Err(Unreachable::Slow) }
        })
    }
}

impl Clocked {
    pub(crate) fn start() -> Self {
        let (tell, told) = channel();
        thread::spawn(move || {
            Runtime::new().unwrap().block_on(async {
                let ahead = Arc::new(Ahead(SystemClock::start(), AtomicI64::new(0)));
                let key = SigningKey::new("one", Algorithm::ES256);
                let provider = Provider(Arc::clone(&ahead), key);
                let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let control = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let url =
                    |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
                tell.send(Self { url: url(&public), control: url(&control) }).unwrap();
                let gateway = serve(public, ahead, provider.clone());
                tokio::join!(gateway, operate(control, provider));
            });
        });
        told.recv().unwrap()
    }
}

async fn serve(listener: TcpListener, clock: Arc<Ahead>, provider: Provider) {
    let verifier = Arc::new(Verifier::default());
    let settings = Settings {
        seal: Seal::new(&SealKey::generate().unwrap()).unwrap(),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        limits: Limits::default(),
        forget: gateway::forgetting(&verifier),
        issuer: IssuerBase::default(),
    };
    let store = Store::open(Arc::new(Memory::new()), settings).await.unwrap();
    let id = AccessKeyId::parse(ROOT_ID).unwrap();
    let account = AccountId::parse(ACCOUNT).unwrap();
    store.import_root_key(&account, id, Secret::new(ROOT_SECRET.to_owned())).await.unwrap();
    let stack = gateway::stack(Layers {
        practice: Practice::default(),
        store,
        verifier,
        clock,
        keys: Arc::new(provider),
        recent: None,
        observer: Arc::new(()),
        serving: Serving::default(),
        most_requests: 1000,
        body_limit: 1024 * 1024,
        regions: Vec::new(),
        proxies: Vec::new(),
        management: None,
    });
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(stack.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Sets the clock, and hands out tokens.
async fn operate(listener: TcpListener, provider: Provider) {
    let set = async |Path(ahead): Path<i64>, State(provider): State<Provider>| {
        provider.0.1.store(ahead, Ordering::SeqCst);
        "set"
    };
    let token = async |State(provider): State<Provider>| {
        let now = provider.0.now().unix();
        provider.1.token(&json!({
            "iss": ISSUER, "aud": "app", "sub": "ann", "iat": now, "exp": now + 300,
        }))
    };
    let routes = Router::new().route("/clock/{ahead}", get(set)).route("/token", get(token));
    axum::serve(listener, routes.with_state(provider)).await.unwrap();
}
