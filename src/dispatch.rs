//! Service and action: finds what a request asks for, and sees it done.

mod abroad;
pub mod asked;
pub mod leave;
mod proofs;
mod sent;
pub mod table;
mod visit;

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::{BoxFuture, Either};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use tower::Service as Tower;

use crate::action::{Call, Decide, Route, Witness};
use crate::dispatch::asked::{Asked, By, SignedWith};
use crate::dispatch::proofs::Proofs;
use crate::dispatch::sent::Sent;
use crate::dispatch::table::Table;
use crate::error::{Code, Error, Result};
use crate::federation::web::Keys;
use crate::ids::request_id;
use crate::layer::inspect::Note;
use crate::layer::request_id::RequestId;
use crate::layer::{Answered, refusal, wanted_format};
use crate::policy::{Fact, Facts};
use crate::sigv4::Refusal;
use crate::store::abroad::Abroad;
use crate::store::draft::Draft;
use crate::store::index::Credential;
use crate::store::owner::Caller;
use crate::store::{Store, told};
use crate::text::{AccountId, Network};
use crate::wire::answer::Format;

/// The namespace of answers about actions that do not exist.
const FAULT: &str = "http://webservices.amazon.com/AWSFault/2005-15-09";

/// How an action is called in logs and numbers that nobody offers: what callers
/// make up stands in neither.
const UNKNOWN: &str = "unknown";

/// The innermost service: it answers requests whose signature is verified.
#[derive(Clone, Debug)]
pub struct Dispatch(Arc<Inner>);

struct Inner {
    store: Store,
    policy: Arc<dyn Decide>,
    table: Arc<Table>,
    proofs: Proofs,
    proxies: Arc<[Network]>,
}

/// Whom the dispatch believes beside whoever signs.
#[derive(Clone, Debug)]
pub struct Believed<'b> {
    /// Where the keys of identity providers are to be had.
    pub keys: Arc<dyn Keys>,
    /// Peers that are believed whom they speak for.
    pub proxies: &'b [Network],
    /// The account that manages all others, if one does.
    pub management: Option<AccountId>,
}

impl Dispatch {
    /// Answers from `store` what `policy` allows of what stands in `table`.
    pub fn new(
        store: Store,
        policy: Arc<dyn Decide>,
        table: Arc<Table>,
        believed: Believed<'_>,
    ) -> Self {
        let Believed { keys, proxies, management } = believed;
        let (proofs, proxies) = (Proofs::new(keys, management), proxies.into());
        Self(Arc::new(Inner { store, policy, table, proofs, proxies }))
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatch").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Tower<Request<Bytes>> for Dispatch {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Replying;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        self.0.answer(request)
    }
}

/// An answer. Most are there at once; the others wait for a commit.
pub type Replying = Either<Ready<Answer>, BoxFuture<'static, Answer>>;

/// It is never an error: what went wrong is an answer, too.
type Answer = Result<Response<Full<Bytes>>, Infallible>;

impl Inner {
    fn answer(self: &Arc<Self>, mut request: Request<Bytes>) -> Replying {
        // Without these nobody has verified the request: it is not answered.
        let Some((asked, by)) = verified(&mut request) else {
            return at_once(refusal(Error::internal_failure()));
        };
        let route = asked.action().and_then(|action| self.table.find(asked.service, action));
        let answered = Answered {
            namespace: route.map_or(FAULT, |_| asked.service.namespace),
            service: asked.service.prefix,
            action: route.map_or(UNKNOWN, |route| route.action.name),
            caller: by.as_ref().map(|by| by.key.caller.arn().shared()),
        };
        if request.uri().path() != "/" {
            return at_once(answered.on(refusal(no_such_path())));
        }
        let Some(route) = route else {
            return at_once(answered.on(refusal(asked.no_such_action())));
        };
        let sent = Sent::of(&mut request, Arc::clone(&self.proxies));
        let asking = Asking::of(&request, (by, asked), sent);
        if asking.by.is_none() || visit::is_one(route) {
            return Either::Right(Box::pin(Arc::clone(self).visit(route, asking, answered)));
        }
        if route.trusts.is_some() {
            return Either::Right(Box::pin(Arc::clone(self).trust(route, asking, answered)));
        }
        match self.try_at_once(route, &asking) {
            Ok(Some(response)) => at_once(answered.on(response)),
            Ok(None) => Either::Right(Box::pin(Arc::clone(self).commit(route, asking, answered))),
            Err(error) => at_once(answered.on(refusal(error))),
        }
    }

    /// Runs the action on the published account. Most change nothing, and wait
    /// for nobody; there is no answer yet to what does change something.
    fn try_at_once(&self, route: &Route, asking: &Asking) -> Result<Option<Response<Full<Bytes>>>> {
        let key = asking.key().ok_or_else(Error::internal_failure)?;
        let draft = self.store.draft(key.home.published());
        let draft = if route.vouches { draft.asked_in(asking.region()) } else { draft };
        let draft = asking.knowing(draft);
        let served = (route.serve)(&asking.call(&key.caller, &*self.policy), draft)?;
        let is_done = served.draft.is_unchanged();
        Ok(is_done.then(|| document(asking.format, served.answer)))
    }

    /// Runs the action again where changes queue, and answers when it is kept.
    async fn commit(
        self: Arc<Self>,
        route: &'static Route,
        asking: Asking,
        answered: Answered,
    ) -> Answer {
        let Some(key) = asking.key().map(Arc::clone) else {
            return Ok(answered.on(refusal(Error::internal_failure())));
        };
        if route.vouches
            && let Err(failure) = self.store.ready_to_sign().await
        {
            return Ok(answered.on(refusal(told(&failure))));
        }
        let (format, home) = (asking.format, Arc::clone(&key.home));
        let policy = Arc::clone(&self.policy);
        let work = move |draft: Draft| {
            // Others may have changed, by now, what the key was verified against.
            let caller = key.caller_in(draft.account()).ok_or_else(no_longer)?;
            let draft = asking.knowing(draft);
            let served = (route.serve)(&asking.call(&caller, &*policy), draft)?;
            Ok((served.answer, served.draft))
        };
        let kept = self.store.commit(home, work).await;
        Ok(answered.on(kept.map_or_else(refusal, |answer| document(format, answer))))
    }
}

fn at_once(response: Response<Full<Bytes>>) -> Replying {
    Either::Left(ready(Ok(response)))
}

/// What was verified, if anything was, and by whom it is signed, if by anyone.
fn verified(request: &mut Request<Bytes>) -> Option<(Asked, Option<SignedWith>)> {
    let mut asked = request.extensions_mut().remove::<Asked>()?;
    match std::mem::replace(&mut asked.by, By::Unverified) {
        By::Unverified => None,
        By::Nobody => Some((asked, None)),
        By::Signed(with) => Some((asked, Some(with))),
    }
}

/// What outlives the request's parts, for a change that may have to be run again.
struct Asking {
    by: Option<SignedWith>,
    asked: Asked,
    sent: Sent,
    request_id: RequestId,
    format: Format,
    note: Option<Arc<Note>>,
    /// Whom a trust policy in it names of other accounts.
    abroad: Option<Arc<Abroad>>,
}

impl Asking {
    fn of(request: &Request<Bytes>, (by, asked): (Option<SignedWith>, Asked), sent: Sent) -> Self {
        let format = wanted_format(sent.headers());
        let named = request.extensions().get().copied();
        let request_id = named.unwrap_or_else(|| RequestId::new(&request_id()));
        let note = request.extensions().get().cloned();
        Self { by, asked, sent, request_id, format, note, abroad: None }
    }

    /// A draft that knows whom the request names.
    fn knowing(&self, draft: Draft) -> Draft {
        match &self.abroad {
            Some(abroad) => draft.knowing(Arc::clone(abroad)),
            None => draft,
        }
    }

    /// What it is signed with.
    fn key(&self) -> Option<&Arc<Credential>> {
        self.by.as_ref().map(|by| &by.key)
    }

    /// The region that it is signed for.
    fn region(&self) -> Option<&str> {
        self.by.as_ref().map(|by| by.signer.region())
    }

    fn call<'r>(&'r self, caller: &'r Caller, policy: &'r dyn Decide) -> Call<'r> {
        Call {
            form: &self.asked.form,
            caller,
            home: None,
            request_id: self.request_id.as_str(),
            format: self.format,
            policy,
            request: self,
            witness: self.note.as_deref().map(|note| note as &dyn Witness),
        }
    }
}

impl Facts for Asking {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        match key {
            "aws:requestedregion" => self.region().map(Fact::one),
            _ => self.sent.get(key),
        }
    }
}

fn document(format: Format, answer: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(answer));
    let media = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(CONTENT_TYPE, media);
    response
}

/// The key went between its verification and the change that it asked for.
fn no_longer() -> Error {
    Refusal::UnknownKey.error().unwrap_or_else(Error::internal_failure)
}

fn no_such_path() -> Error {
    Error::new(Code::UnknownOperationException, "IAM and STS are served at / alone.")
}
