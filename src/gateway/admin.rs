//! The operator's door: health, numbers, and the account commands.
//!
//! Who only looks needs no token; who changes or lists accounts does, and who looks at
//! requests from another machine. None of it is reachable from a web page but from its
//! own, the inspector, and none of it is on the public port.

mod guard;
pub mod protocol;
pub mod told;

use std::convert::Infallible;
use std::sync::Arc;

use http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use tower::service_fn;

use crate::gateway::admin::guard::{Guard, NotForYou};
use crate::gateway::admin::protocol::Misunderstood;
use crate::gateway::admin::told::Told;
use crate::gateway::connection::{Stack, TimedBody};
use crate::gateway::inspector::{Inspector, Place};
use crate::gateway::stop::Stop;
use crate::layer::shed::Serving;
use crate::metrics::Metrics;
use crate::operate::{Unable, carry_out};
use crate::secret::Secret;
use crate::store::engine::Failure;
use crate::store::{NotMade, Store};

/// The longest body of an operator's request.
const LONGEST: usize = 16 * 1024;

/// What the operator's door opens to.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The accounts.
    pub store: Store,
    /// The numbers.
    pub metrics: Arc<Metrics>,
    /// How many requests the public door is serving.
    pub serving: Serving,
    /// Whether the gateway is on its way out.
    pub stop: Stop,
    /// What shows the last requests, if anything does.
    pub inspector: Option<Inspector>,
}

impl Admin {
    /// The service behind the door; `token` opens what is not for everyone, which
    /// stays closed without one.
    pub fn behind(
        self,
        token: Option<Secret>,
        is_remote_allowed: bool,
    ) -> impl Stack<TimedBody, Told> {
        let guard = Arc::new(Guard::new(token, is_remote_allowed));
        service_fn(move |request: Request<TimedBody>| {
            let (admin, guard) = (self.clone(), Arc::clone(&guard));
            async move { Ok::<_, Infallible>(admin.answer(&guard, request).await) }
        })
    }

    async fn answer(&self, guard: &Guard, mut request: Request<TimedBody>) -> Response<Told> {
        if let Some(inspector) = &self.inspector
            && let path = request.uri().path().to_owned()
            && let Some(place) = Place::at(&path)
        {
            return match guard.admits_page(&request, place.tells()) {
                Err(no) => refused(no),
                Ok(()) if request.method() == Method::GET => inspector.show(place, &mut request),
                Ok(()) => misunderstood(&Misunderstood::Method("GET")),
            };
        }
        if let Err(no) = guard.admits(&request) {
            return refused(no);
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/health") => text(StatusCode::OK, "ok\n".to_owned()),
            (&Method::GET, "/ready") if self.stop.is_draining() => {
                text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned())
            }
            (&Method::GET, "/ready") => text(StatusCode::OK, "ready\n".to_owned()),
            (&Method::GET, "/metrics") => text(StatusCode::OK, self.numbers()),
            (_, "/health" | "/ready" | "/metrics") => misunderstood(&Misunderstood::Method("GET")),
            _ => match guard.knows(request.headers()) {
                Ok(()) => self.operate(request).await,
                Err(no) => refused(no),
            },
        }
    }

    fn numbers(&self) -> String {
        let counts = self.store.counts();
        for (name, value) in [
            ("countersign_accounts", counts.accounts),
            ("countersign_users", counts.users),
            ("countersign_access_keys", counts.keys),
            ("countersign_requests_in_flight", self.serving.get()),
        ] {
            self.metrics.set(name, u64::try_from(value).unwrap_or(u64::MAX));
        }
        self.metrics.set("countersign_commits_total", counts.engine.commits);
        self.metrics.set("countersign_commit_conflicts_total", counts.engine.conflicts);
        self.metrics.set("countersign_commit_groups_total", counts.engine.groups);
        self.metrics.set("countersign_commit_failures_total", counts.engine.failures);
        self.metrics.render()
    }

    async fn operate(&self, request: Request<TimedBody>) -> Response<Told> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LONGEST).collect().await else {
            return misunderstood(&Misunderstood::Body);
        };
        match protocol::read(&head, &body.to_bytes()) {
            Err(why) => misunderstood(&why),
            Ok(operation) => match carry_out(&operation, &self.store).await {
                Ok(outcome) => {
                    tracing::info!(?operation, "an operator's wish is fulfilled");
                    json(StatusCode::OK, protocol::outcome(&outcome))
                }
                Err(unable) => {
                    tracing::warn!(?operation, reason = %unable, "an operator's wish is refused");
                    json(status(&unable), protocol::fault(&unable))
                }
            },
        }
    }
}

fn status(unable: &Unable) -> StatusCode {
    match unable {
        Unable::NotMade(NotMade::NoSuchAccount(_)) => StatusCode::NOT_FOUND,
        Unable::NotMade(NotMade::Failed(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        Unable::NotMade(_) | Unable::Failed(Failure::Exists { .. }) => StatusCode::CONFLICT,
        Unable::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refused(no: NotForYou) -> Response<Told> {
    if no != NotForYou::Token {
        return json(StatusCode::FORBIDDEN, protocol::fault(&no));
    }
    let response = json(StatusCode::UNAUTHORIZED, protocol::fault(&no));
    with(response, WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

fn misunderstood(why: &Misunderstood) -> Response<Told> {
    let status = match why {
        Misunderstood::Path => StatusCode::NOT_FOUND,
        Misunderstood::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
        Misunderstood::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Misunderstood::Body => StatusCode::BAD_REQUEST,
    };
    let response = json(status, protocol::fault(why));
    if let Misunderstood::Method(allowed) = *why {
        return with(response, ALLOW, HeaderValue::from_static(allowed));
    }
    response
}

fn text(status: StatusCode, body: String) -> Response<Told> {
    const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let mut response = Response::new(Told::from(body));
    *response.status_mut() = status;
    with(response, CONTENT_TYPE, PLAIN)
}

fn json(status: StatusCode, body: String) -> Response<Told> {
    let response = text(status, body);
    with(response, CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

fn with(mut response: Response<Told>, name: HeaderName, value: HeaderValue) -> Response<Told> {
    response.headers_mut().insert(name, value);
    response
}
