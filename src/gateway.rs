//! The gateway: what listens, and what every request passes through.

pub mod admin;
pub mod connection;
pub mod discovery;
pub mod door;
pub mod examiner;
pub mod inspector;
pub mod issuers;
pub mod listen;
mod patience;
pub mod stop;
pub mod tls;

use std::sync::Arc;

use http_body_util::BodyExt;
use tower::ServiceBuilder;

use crate::clock::Clock;
use crate::dispatch::leave::Policies;
use crate::dispatch::table::Table;
use crate::dispatch::{Believed, Dispatch};
use crate::federation::web::Keys;
use crate::gateway::connection::Stack;
use crate::gateway::discovery::DiscoveryLayer;
use crate::gateway::door::Door;
use crate::ids::request_id;
use crate::layer::access_log::{AccessLogLayer, Observer};
use crate::layer::answer::AnswerLayer;
use crate::layer::authenticate::{AuthenticateLayer, Practice};
use crate::layer::body::BoxError;
use crate::layer::inspect::{InspectLayer, Recent};
use crate::layer::request_id::RequestIdLayer;
use crate::layer::shed::{Serving, ShedLayer};
use crate::sigv4::Verifier;
use crate::store::{Forget, Store};
use crate::text::{AccountId, Network};

/// What the layers of the public door need to know.
#[derive(Debug)]
pub struct Layers {
    /// What exists.
    pub store: Store,
    /// What checks signatures; it is told of keys that go by [`forgetting`].
    pub verifier: Arc<Verifier>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the keys of identity providers come from.
    pub keys: Arc<dyn Keys>,
    /// Where the last requests are kept to be looked at, if they are.
    pub recent: Option<Recent>,
    /// Who counts requests.
    pub observer: Arc<dyn Observer>,
    /// How many requests are being served.
    pub serving: Serving,
    /// How many may be.
    pub most_requests: usize,
    /// How many bytes a body may have.
    pub body_limit: usize,
    /// The regions that signatures may name; any of AWS's where there is none.
    pub regions: Vec<String>,
    /// Peers that are believed whom they speak for.
    pub proxies: Vec<Network>,
    /// The account that manages all others, if one does.
    pub management: Option<AccountId>,
    /// Where refusals are looked into.
    pub practice: Practice,
}

/// What every request passes through, outermost first.
pub fn stack<B>(layers: Layers) -> impl Stack<B>
where
    B: BodyExt<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let table = Arc::new(Table::new());
    let policy = Arc::new(Policies::explaining(layers.store.clone()));
    let bounds = (&layers.regions[..], layers.body_limit);
    let clock = Arc::clone(&layers.clock);
    let (keys, management) = (layers.keys, layers.management);
    let believed = Believed { keys, proxies: &layers.proxies, management };
    let door = Door::new(layers.store.clone(), Arc::clone(&table), clock, bounds);
    ServiceBuilder::new()
        // Everything inside speaks of the request by its name.
        .layer(RequestIdLayer::new(Arc::clone(&layers.clock), request_id))
        // Keeps what is further inside for the operator to look at.
        .layer(InspectLayer::new(Arc::clone(&layers.clock), layers.recent))
        // Sees the answer as the caller will.
        .layer(AccessLogLayer::new(layers.clock, layers.observer))
        // Writes refusals of all that is inside, and catches its panics.
        .layer(AnswerLayer)
        // Turns away before anything is read or computed.
        .layer(ShedLayer::new(layers.most_requests, layers.serving))
        // Nobody signs who asks by which keys tokens are verified.
        .layer(DiscoveryLayer::new(layers.store.clone()))
        // What is further inside knows who asks.
        .layer(AuthenticateLayer::examined_by(door, layers.verifier, layers.practice))
        .service(Dispatch::new(layers.store, policy, table, believed))
}

/// Drops what `verifier` derived from secrets that go.
pub fn forgetting(verifier: &Arc<Verifier>) -> Forget {
    let verifier = Arc::clone(verifier);
    Forget(Arc::new(move |id| verifier.forget(id)))
}
