//! The gateway: what listens, and what every request passes through.

pub mod admin;
pub mod connection;
pub mod listen;
pub mod stop;
pub mod tls;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Service, ServiceBuilder};

use crate::clock::Clock;
use crate::config::Bounds;
use crate::gateway::connection::Stack;
use crate::ids::request_id;
use crate::layer::access_log::AccessLogLayer;
use crate::layer::answer::AnswerLayer;
use crate::layer::body::WholeBodyLayer;
use crate::layer::request_id::RequestIdLayer;
use crate::layer::shed::{Serving, ShedLayer};
use crate::metrics::Metrics;

/// What every request passes through, outermost first.
pub fn stack<S>(
    bounds: &Bounds,
    (clock, metrics): (Arc<dyn Clock>, &Arc<Metrics>),
    serving: Serving,
    inner: S,
) -> impl Stack
where
    S: Service<
            Request<Bytes>,
            Response = Response<Full<Bytes>>,
            Error = Infallible,
            Future: Send + 'static,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    ServiceBuilder::new()
        // The name comes first: everything else tells it.
        .layer(RequestIdLayer::new(Arc::clone(&clock), request_id))
        // Sees every answer, those of the layers below included.
        .layer(AccessLogLayer::new(clock, Arc::<Metrics>::clone(metrics)))
        // Writes what those below only decide, and catches their panics.
        .layer(AnswerLayer)
        // Before the body: what is turned away takes up no room.
        .layer(ShedLayer::new(bounds.requests, serving))
        .layer(WholeBodyLayer::new(bounds.body))
        .service(inner)
}
