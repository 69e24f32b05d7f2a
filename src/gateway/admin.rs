//! The operator's door: health, numbers, and the account commands.
//!
//! Who only looks needs no token; who changes or lists accounts does. None of it
//! is reachable from a web page, and none of it is on the public port.

mod guard;
pub mod protocol;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use tower::service_fn;

use crate::config::Operation;
use crate::gateway::admin::guard::{Guard, NotForYou};
use crate::gateway::admin::protocol::{Misunderstood, Outcome};
use crate::gateway::connection::{Stack, TimedBody};
use crate::gateway::stop::Stop;
use crate::layer::shed::Serving;
use crate::metrics::Metrics;
use crate::operate::{Operate, Unable};
use crate::secret::Secret;

/// The longest body of an operator's request.
const LONGEST: usize = 16 * 1024;

/// What the operator's door opens to.
#[derive(Clone, Debug)]
pub struct Admin<O> {
    /// The accounts.
    pub accounts: O,
    /// The numbers.
    pub metrics: Arc<Metrics>,
    /// How many requests the public door is serving.
    pub serving: Serving,
    /// Whether the gateway is on its way out.
    pub stop: Stop,
}

impl<O: Operate> Admin<O> {
    /// The service behind the door; `token` opens what is not for everyone, which
    /// stays closed without one.
    pub fn behind(self, token: Option<Secret>, is_remote_allowed: bool) -> impl Stack {
        let guard = Arc::new(Guard::new(token, is_remote_allowed));
        service_fn(move |request: Request<TimedBody>| {
            let (admin, guard) = (self.clone(), Arc::clone(&guard));
            async move { Ok::<_, Infallible>(admin.answer(&guard, request).await) }
        })
    }

    async fn answer(&self, guard: &Guard, request: Request<TimedBody>) -> Response<Full<Bytes>> {
        if let Err(no) = guard.admits(request.headers()) {
            return refused(no);
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/health") => text(StatusCode::OK, "ok\n".to_owned()),
            (&Method::GET, "/ready") if self.stop.is_draining() => {
                text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned())
            }
            (&Method::GET, "/ready") => text(StatusCode::OK, "ready\n".to_owned()),
            (&Method::GET, "/metrics") => text(StatusCode::OK, self.numbers()),
            (_, "/health" | "/ready" | "/metrics") => {
                misunderstood(&Misunderstood::Method("GET"))
            }
            _ => match guard.knows(request.headers()) {
                Ok(()) => self.operate(request).await,
                Err(no) => refused(no),
            },
        }
    }

    fn numbers(&self) -> String {
        let counts = self.accounts.counts();
        let serving = u64::try_from(self.serving.get()).unwrap_or(u64::MAX);
        for (name, value) in [
            ("countersign_accounts", counts.accounts),
            ("countersign_users", counts.users),
            ("countersign_access_keys", counts.access_keys),
            ("countersign_commits_total", counts.commits),
            ("countersign_commit_groups_total", counts.commit_groups),
            ("countersign_requests_in_flight", serving),
        ] {
            self.metrics.set(name, value);
        }
        self.metrics.render()
    }

    async fn operate(&self, request: Request<TimedBody>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LONGEST).collect().await else {
            return misunderstood(&Misunderstood::Body);
        };
        match protocol::read(&head, &body.to_bytes()) {
            Err(why) => misunderstood(&why),
            Ok(operation) => match carry_out(&operation, &self.accounts).await {
                Ok(outcome) => {
                    tracing::info!(?operation, "an operator's wish is fulfilled");
                    json(StatusCode::OK, outcome.json())
                }
                Err(unable) => {
                    tracing::warn!(?operation, reason = %unable, "an operator's wish is refused");
                    json(status(&unable), protocol::fault(&unable))
                }
            },
        }
    }
}

/// Does what the operator wants, here or in a process of its own.
pub async fn carry_out(operation: &Operation, accounts: &impl Operate) -> Result<Outcome, Unable> {
    match operation {
        Operation::CreateAccount(account) => {
            accounts.create_account(account.clone()).await.map(Outcome::Key)
        }
        Operation::CreateRootKey(account) => {
            accounts.create_root_key(account).await.map(Outcome::Key)
        }
        Operation::ListAccounts => accounts.accounts().await.map(Outcome::Accounts),
        Operation::Backup(file) => accounts.backup(file).await.map(|()| Outcome::Done),
    }
}

fn status(unable: &Unable) -> StatusCode {
    match unable {
        Unable::NoSuchAccount(_) => StatusCode::NOT_FOUND,
        Unable::AccountExists(_) | Unable::TooManyKeys(_) | Unable::FileExists(_) => {
            StatusCode::CONFLICT
        }
        Unable::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refused(no: NotForYou) -> Response<Full<Bytes>> {
    if no != NotForYou::Token {
        return json(StatusCode::FORBIDDEN, protocol::fault(&no));
    }
    let response = json(StatusCode::UNAUTHORIZED, protocol::fault(&no));
    with(response, WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

fn misunderstood(why: &Misunderstood) -> Response<Full<Bytes>> {
    let status = match why {
        Misunderstood::Path => StatusCode::NOT_FOUND,
        Misunderstood::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
        Misunderstood::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Misunderstood::Body => StatusCode::BAD_REQUEST,
    };
    let response = json(status, protocol::fault(why));
    match *why {
        Misunderstood::Method(allowed) => {
            with(response, ALLOW, HeaderValue::from_static(allowed))
        }
        _ => response,
    }
}

fn text(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    with(response, CONTENT_TYPE, PLAIN)
}

fn json(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let response = text(status, body);
    with(response, CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

fn with(
    mut response: Response<Full<Bytes>>,
    name: HeaderName,
    value: HeaderValue,
) -> Response<Full<Bytes>> {
    response.headers_mut().insert(name, value);
    response
}
