//! A gateway without a socket, and people who ask it things, signed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use countersign::clock::{Clock, Time};
use countersign::federation::web::Keys;
use countersign::gateway::issuers::Own;
use countersign::gateway::{self, Layers};
use countersign::layer::authenticate::Practice;
use countersign::layer::shed::Serving;
use countersign::secret::Secret;
use countersign::sigv4::Verifier;
use countersign::store::draft::Limits;
use countersign::store::engine::Engine;
use countersign::store::engine::memory::Memory;
use countersign::store::seal::{Seal, SealKey};
use countersign::store::{Settings, Store};
use countersign::text::{AccessKeyId, AccountId, IssuerBase, Text};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use quick_xml::Reader;
use quick_xml::events::Event;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use crate::model;
use crate::signer::Signer;

pub(crate) const ACCOUNT: &str = "123456789012";
const ROOT_ID: &str = "AKIAROOTROOTROOTROOT";
const ROOT_SECRET: &str = "rootrootrootrootrootrootrootrootrootroot";

/// When the world begins.
const BEGINNING: i64 = 1_800_000_000;

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub(crate) struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Time {
        Time::from_unix(self.0.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// A gateway over a store, with one account in it.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Arc<Hands>,
    pub(crate) root: Person,
    stack: BoxCloneSyncService<Request<Full<Bytes>>, Response<Full<Bytes>>, Infallible>,
}

/// Someone with a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// What a session brings along.
    pub(crate) token: Option<String>,
}

/// What came back: the status, and the text of every element by its path; of
/// several with one path the texts in their order.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) document: String,
    elements: BTreeMap<String, Vec<String>>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::over(Arc::new(Memory::new()), Limits::default()).await
    }

    pub(crate) async fn over(engine: Arc<dyn Engine>, limits: Limits) -> Self {
        Self::with(engine, limits, None, Practice::default()).await
    }

    /// One that looks into refusals as that says.
    pub(crate) async fn examined_by(practice: Practice) -> Self {
        Self::with(Arc::new(Memory::new()), Limits::default(), None, practice).await
    }

    /// One that has the keys of identity providers from there.
    pub(crate) async fn believing(keys: Arc<dyn Keys>) -> Self {
        let engine = Arc::new(Memory::new());
        Self::with(engine, Limits::default(), Some(keys), Practice::default()).await
    }

    async fn with(
        engine: Arc<dyn Engine>,
        limits: Limits,
        keys: Option<Arc<dyn Keys>>,
        practice: Practice,
    ) -> Self {
        let clock = Arc::new(Hands(AtomicI64::new(BEGINNING)));
        let time = Arc::clone(&clock) as Arc<dyn Clock>;
        let verifier = Arc::new(Verifier::default());
        let seal = Seal::new(&SealKey::parse(&"5a".repeat(32)).unwrap()).unwrap();
        let forget = gateway::forgetting(&verifier);
        let issuer = IssuerBase::default();
        let settings = Settings { seal, clock: Arc::clone(&time), limits, forget, issuer };
        let store = Store::open(engine, settings).await.unwrap();
        let root = Person::new(ROOT_ID, ROOT_SECRET);
        let id = AccessKeyId::parse(ROOT_ID).unwrap();
        let secret = Secret::new(ROOT_SECRET.to_owned());
        let account = AccountId::parse(ACCOUNT).unwrap();
        store.import_root_key(&account, id, secret).await.unwrap();
        let stack = gateway::stack(Layers {
            store: store.clone(),
            verifier,
            clock: time,
            // No other provider can be reached from here.
            keys: keys.unwrap_or_else(|| Arc::new(Own::of(store.clone()))),
            recent: None,
            observer: Arc::new(()),
            serving: Serving::default(),
            most_requests: 1000,
            body_limit: 1024 * 1024,
            regions: Vec::new(),
            proxies: Vec::new(),
            management: Some(account.clone()),
            practice,
        });
        Self { store, clock, root, stack: BoxCloneSyncService::new(stack) }
    }

    pub(crate) fn now(&self) -> Time {
        self.clock.now()
    }

    pub(crate) fn passes(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// A user with a key.
    pub(crate) async fn user(&self, name: &str) -> Person {
        self.root(&format!("CreateUser UserName={name}")).await.ok();
        self.key_of(name).await
    }

    /// A new key of a user.
    pub(crate) async fn key_of(&self, name: &str) -> Person {
        Person::in_reply(&self.root(&format!("CreateAccessKey UserName={name}")).await.ok())
    }

    /// What root is answered.
    pub(crate) async fn root(&self, call: &str) -> Reply {
        self.asks(&self.root, call).await
    }

    /// What someone is answered who calls `Action Name=value Name=value`; in
    /// values, `%20` is a space.
    pub(crate) async fn asks(&self, person: &Person, call: &str) -> Reply {
        let (action, parameters) = call.split_once(' ').unwrap_or((call, ""));
        let service = if model::is_sts(action) { "sts" } else { "iam" };
        let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
        let parameters = parameters.split_whitespace().map(|p| format!("&{p}"));
        let body = format!("Action={action}&Version={version}{}", parameters.collect::<String>());
        let reply = self.sends(person.signs(service, self.clock.now(), post(body))).await;
        if reply.status != 200 {
            model::may_answer(action, &reply.code());
        }
        reply
    }

    /// What comes back to a call of STS that nobody signs.
    pub(crate) async fn unsigned(&self, call: &str) -> Reply {
        let (action, parameters) = call.split_once(' ').unwrap_or((call, ""));
        let parameters = parameters.split_whitespace().map(|p| format!("&{p}"));
        let parameters = parameters.collect::<String>();
        let body = format!("Action={action}&Version=2011-06-15{parameters}");
        let reply = self.sends(post(body)).await;
        if reply.status != 200 {
            model::may_answer(action, &reply.code());
        }
        reply
    }

    /// What comes back to a request as it is.
    pub(crate) async fn sends(&self, request: Request<Bytes>) -> Reply {
        Reply::read(self.response(request).await).await
    }

    pub(crate) async fn response(&self, request: Request<Bytes>) -> Response<Full<Bytes>> {
        self.stack.clone().oneshot(request.map(Full::new)).await.unwrap()
    }
}

/// A form, addressed to the gateway.
pub(crate) fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post("/")
        .header("host", "127.0.0.1:7448")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(body.into())
        .unwrap()
}

impl Person {
    pub(crate) fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned(), token: None }
    }

    /// Whoever signs with the credentials of an answer.
    #[track_caller]
    pub(crate) fn in_reply(reply: &Reply) -> Self {
        Self {
            id: reply.text("AccessKeyId"),
            secret: reply.text("SecretAccessKey"),
            token: reply.texts("SessionToken").pop(),
        }
    }

    pub(crate) fn signs(
        &self,
        service: &str,
        now: Time,
        request: Request<Bytes>,
    ) -> Request<Bytes> {
        let signer = Signer::new(&self.id, &self.secret).service(service).at(now);
        match &self.token {
            Some(token) => signer.token(token).sign(request),
            None => signer.sign(request),
        }
    }
}

impl Reply {
    async fn read(response: Response<Full<Bytes>>) -> Self {
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let document = String::from_utf8(bytes.to_vec()).unwrap();
        let elements =
            if document.starts_with('<') { read_elements(&document) } else { BTreeMap::new() };
        Self { status, document, elements }
    }

    /// Itself, if it is no refusal.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.document);
        self
    }

    /// The text of the only element of that name.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        let texts = self.texts(name);
        assert_eq!(texts.len(), 1, "{name} in {}", self.document);
        texts[0].clone()
    }

    /// The texts of all elements of that name.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let end = format!("/{name}");
        let named = self.elements.iter().filter(|(path, _)| path.ends_with(&end));
        named.flat_map(|(_, texts)| texts.clone()).collect()
    }

    pub(crate) fn code(&self) -> String {
        self.texts("Code").concat()
    }

    pub(crate) fn message(&self) -> String {
        self.texts("Message").concat()
    }

    /// Code and message, as one would tell of them.
    pub(crate) fn told(&self) -> String {
        format!("{} {}: {}", self.status, self.code(), self.message())
    }
}

fn read_elements(document: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = Reader::from_str(document);
    let (mut path, mut elements) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(name) => text.push_str(&resolved(&name)),
            Event::End(_) => {
                elements.entry(format!("/{}", path.join("/"))).or_default().push(text.clone());
                text.clear();
                path.pop();
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

pub(crate) fn resolved(name: &str) -> String {
    match name {
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "amp" => "&".to_owned(),
        "quot" => "\"".to_owned(),
        _ => {
            let code = name.strip_prefix("#").unwrap();
            char::from_u32(code.parse().unwrap()).unwrap().to_string()
        }
    }
}
