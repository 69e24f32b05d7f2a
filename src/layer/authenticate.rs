//! Lets through only requests that are signed by someone known.
//!
//! A service that has nothing but a table of keys needs no more than this:
//!
//! ```
//! use bytes::Bytes;
//! use countersign::clock::SystemClock;
//! use countersign::layer::authenticate::{AuthenticateLayer, Keyring, Known};
//! use countersign::secret::Secret;
//! use countersign::sigv4::{Key, Rules};
//! use http::{Request, Response};
//! use http_body_util::{Empty, Full};
//! use tower::{Layer, ServiceExt, service_fn};
//!
//! async fn greet(request: Request<Bytes>) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
//!     let caller = request.extensions().get::<&str>().copied().unwrap_or_default();
//!     Ok(Response::new(Full::from(format!("hello {caller}"))))
//! }
//!
//! # #[tokio::main] async fn main() {
//! let keyring = Keyring::new(Rules::rest("orders"), SystemClock::start(), |id: &str| {
//!     let secret = Secret::new("wJalrXUtnFEMI".to_owned());
//!     (id == "AKIAANN").then(|| Known::new(Key::new(id, 1, secret), "ann"))
//! });
//! let service = AuthenticateLayer::new(keyring).layer(service_fn(greet));
//!
//! let stranger = Request::new(Empty::<Bytes>::new());
//! assert_eq!(service.oneshot(stranger).await.unwrap().status(), 403);
//! # }
//! ```

mod gate;
mod practice;

pub use gate::{Arrived, Gate, Keyring, Known, Unsigned};
pub use practice::{CAUSE, Practice, REQUEST};

use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::LOCATION;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue, Request, Response, Uri};
use http_body_util::BodyExt;
use tower::{Layer, Service};

use crate::doctor::{self, Budget, Case, Diagnosis};
use crate::error::{Code, Error};
use crate::layer::body::{self, BoxError};
use crate::layer::request_id::RequestId;
use crate::layer::{Peer, Refused};
use crate::sigv4::{Head, Presented, Query, Refusal, Rules, Verifier};

/// An access key's id is no longer than this; nobody is asked for a longer one.
const LONGEST_KEY_ID: usize = 128;

/// The header with a session's token.
const TOKEN: &str = "x-amz-security-token";

/// Wraps services in [`Authenticate`].
#[derive(Debug)]
pub struct AuthenticateLayer<G> {
    shared: Arc<Shared<G>>,
}

#[derive(Debug)]
struct Shared<G> {
    gate: G,
    verifier: Arc<Verifier>,
    practice: Practice,
}

impl<G> AuthenticateLayer<G> {
    /// A layer that asks `gate` for keys.
    pub fn new(gate: G) -> Self {
        Self::with_verifier(gate, Arc::default())
    }

    /// The same with a verifier that the caller holds as well, so that it can be
    /// told of keys that change ([`Verifier::forget`]).
    pub fn with_verifier(gate: G, verifier: Arc<Verifier>) -> Self {
        Self::examined_by(gate, verifier, Practice::default())
    }

    /// The same whose refusals are looked into there.
    pub fn examined_by(gate: G, verifier: Arc<Verifier>, practice: Practice) -> Self {
        Self { shared: Arc::new(Shared { gate, verifier, practice }) }
    }
}

impl<G> Clone for AuthenticateLayer<G> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<G, S> Layer<S> for AuthenticateLayer<G> {
    type Service = Authenticate<G, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { shared: Arc::clone(&self.shared), inner }
    }
}

/// Verifies the signature, and passes on the request with its
/// [`Signer`](crate::sigv4::Signer) and the gate's caller in the extensions, or
/// with what the gate leaves there instead ([`Gate::signed`]).
///
/// A refusal is a response without a body; the [`Error`] to write, the
/// [`Refusal`] behind it, and what the doctor found (`Arc<Diagnosis>`), stand in its extensions. Where AWS answers without an
/// error document there is no [`Error`].
#[derive(Debug)]
pub struct Authenticate<G, S> {
    shared: Arc<Shared<G>>,
    inner: S,
}

impl<G, S: Clone> Clone for Authenticate<G, S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), inner: self.inner.clone() }
    }
}

impl<G, S, B, R> Service<Request<B>> for Authenticate<G, S>
where
    G: Gate,
    S: Service<Request<Bytes>, Response = Response<R>, Future: Send> + Clone + Send + 'static,
    B: BodyExt<Data: Send, Error: Into<BoxError>> + Send + 'static,
    R: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        // `self.inner` is the one that said it was ready: it goes, the clone stays.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let (mut parts, body) = request.into_parts();
        Box::pin(async move {
            match shared.admit(&mut parts, body).await {
                Ok(body) => inner.call(Request::from_parts(parts, body)).await,
                Err(denied) => Ok(shared.response(denied, &parts)),
            }
        })
    }
}

impl<G: Gate> Shared<G> {
    /// The body, if the request is signed by someone known. What can be told from
    /// the head is told before the body is read.
    async fn admit<B>(&self, parts: &mut Parts, body: B) -> Result<Bytes, Denied>
    where
        B: BodyExt<Data: Send, Error: Into<BoxError>> + Send,
    {
        let Parts { method, uri, headers, extensions, .. } = parts;
        let head = Head::new(method, uri, headers);
        let presented = match Presented::read(head, self.gate.rules(), self.gate.now()) {
            Err(Refusal::Unsigned) if G::HAS_UNSIGNED && !has_token(uri, headers) => None,
            presented => Some(presented?),
        };

        let body = body::read(headers, pin!(body), self.gate.body_limit()).await?;

        let Some(presented) = presented else {
            return self.admit_unsigned(uri, body, extensions);
        };
        let read = self.gate.read(&mut Arrived { presented: &presented, body: &body, extensions });
        let peer = extensions.get::<Peer>();
        let failing =
            |rules, look: Look| Failing { presented: &presented, rules, body: &body, peer, look };
        let rules = match read {
            Ok(rules) => rules,
            Err(error) => {
                let failing = failing(self.gate.rules(), doctor::unreadable);
                return Err(self.unread(error, failing).await);
            }
        };
        let scoped = presented.in_scope(rules)?;
        let known = self.known(&presented).await?;
        let key = known.as_ref().map(|known| &*known.key);
        let signer = self.verifier.verify(&scoped, &body, key).map_err(|refusal| {
            let is_mismatch = matches!(refusal, Refusal::Mismatch(_));
            let known = known.as_ref().filter(|_| is_mismatch);
            let diagnosis = known.map(|known| self.examine(failing(rules, doctor::examine), known));
            Denied { diagnosis, ..refusal.into() }
        })?;
        // Behind a verification there is a key, or it would have refused.
        let caller = known.ok_or(Refusal::UnknownKey)?.caller;

        self.gate.signed(caller, signer, extensions);
        Ok(body)
    }

    /// The body of a request that is not signed, if what it asks for is asked without a
    /// signature.
    fn admit_unsigned(
        &self,
        uri: &Uri,
        body: Bytes,
        extensions: &mut Extensions,
    ) -> Result<Bytes, Denied> {
        let query = Query::parse(uri.query().unwrap_or_default().as_bytes())?;
        let mut unsigned = Unsigned { query: &query, body: &body, extensions };
        if self.gate.takes_unsigned(&mut unsigned)? {
            Ok(body)
        } else {
            Err(Refusal::Unsigned.into())
        }
    }

    /// Looks into a signature that is another than its key makes, or into a request that something
    /// has made unreadable after it was signed.
    fn examine(&self, failing: Failing<'_>, known: &Known<G::Caller>) -> Box<Diagnosis> {
        let Failing { presented, rules, body, peer, look } = failing;
        Box::new(self.practice.examine(presented, peer, |port, budget| {
            let siblings = self.gate.siblings(&known.caller);
            let (key, siblings) = (&*known.key, siblings.as_slice());
            look(&Case { presented, rules, body, key, siblings, port }, budget)
        }))
    }

    /// Why a request is not passed on that cannot be read. Its signature was not judged, and tells
    /// all the same what became of it.
    async fn unread(&self, error: Error, failing: Failing<'_>) -> Denied {
        let is_garbled = error.code() == Code::MalformedQueryString;
        let known = if is_garbled { self.known(failing.presented).await } else { Ok(None) };
        let active = known.ok().flatten().filter(|known| known.key.is_active());
        let diagnosis = active.map(|known| self.examine(failing, &known));
        Denied { diagnosis, ..error.into() }
    }

    /// The answer to a request that is not passed on, and a line in the log on why.
    fn response<R: Default>(&self, denied: Denied, parts: &Parts) -> Response<R> {
        let Denied { why, diagnosis } = denied;
        let mut response = Response::new(R::default());
        let refusal = match why {
            Why::Refusal(refusal) => refusal,
            Why::Error(error) => {
                *response.status_mut() = error.code().status();
                response.extensions_mut().insert(error);
                if let Some(diagnosis) = diagnosis {
                    self.tell(&mut response, &diagnosis, &parts.extensions);
                    response.extensions_mut().insert(Arc::<Diagnosis>::from(diagnosis));
                }
                return response;
            }
        };
        let head = Head::of(parts);
        let diagnosis =
            diagnosis.map_or_else(|| doctor::recognize(&refusal, &head), |found| *found);
        self.tell(&mut response, &diagnosis, &parts.extensions);
        *response.status_mut() = refusal.status();
        let place = HeaderValue::from_str(self.gate.rules().documentation());
        if let (Refusal::NoCall, Ok(place)) = (&refusal, place) {
            response.headers_mut().insert(LOCATION, place);
        }
        let told = response.extensions_mut();
        if let Some(error) = refusal.error() {
            told.insert(self.practice.error(error, &diagnosis));
        }
        told.insert(Refused(refusal.reason()));
        told.insert(refusal);
        told.insert(Arc::new(diagnosis));
        response
    }

    fn tell<R>(&self, response: &mut Response<R>, diagnosis: &Diagnosis, request: &Extensions) {
        let id = request.get::<RequestId>().map_or("-", RequestId::as_str);
        Practice::note(diagnosis, id, request.get::<Peer>());
        for (name, value) in self.practice.headers(diagnosis, id) {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
    }

    async fn known(&self, presented: &Presented<'_>) -> Result<Option<Known<G::Caller>>, Error> {
        if presented.key_id().len() > LONGEST_KEY_ID {
            return Ok(None);
        }
        self.gate.key(presented.key_id(), presented.token()).await
    }
}

/// Whether there is a session's token, which nobody shows who signs nothing with it.
fn has_token(uri: &Uri, headers: &HeaderMap) -> bool {
    let query = uri.query().unwrap_or_default();
    headers.contains_key(TOKEN) || query.contains("X-Amz-Security-Token=")
}

/// A request that is looked into.
#[derive(Clone, Copy)]
struct Failing<'f> {
    presented: &'f Presented<'f>,
    rules: &'f Rules,
    body: &'f [u8],
    peer: Option<&'f Peer>,
    /// With what.
    look: Look,
}

/// How the doctor looks into a request: one that can be read, or one that cannot.
type Look = fn(&Case<'_>, Budget) -> Diagnosis;

/// A request that is not passed on.
struct Denied {
    why: Why,
    /// What was found, where it was looked into.
    diagnosis: Option<Box<Diagnosis>>,
}

/// Why a request is not passed on.
enum Why {
    Refusal(Refusal),
    Error(Error),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self { why: Why::Refusal(refusal), diagnosis: None }
    }
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        Self { why: Why::Error(error), diagnosis: None }
    }
}
