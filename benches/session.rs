//! The verification of a request that is signed in a session, beside that of one signed
//! with a key of the store: look-up, token and signature, as the gateway does them.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;
use std::sync::Arc;

use countersign::clock::{Clock, SystemClock, Time};
use countersign::secret::Secret;
use countersign::sigv4::{Head, PayloadLine, Presented, Reading, Rules, SigningKey, Verifier};
use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use countersign::store::index::Credential;
use countersign::store::seal::{Seal, SealKey};
use countersign::store::session::{Issued, Session, Whose};
use countersign::store::{Forget, Settings, Store};
use countersign::text::{AccountId, IssuerBase, Text};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{HeaderMap, HeaderValue, Method, Uri};
use tokio::runtime::{Builder, Runtime};

const BODY: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";
const SIGNED: &str = "content-type;host;x-amz-date";
const SIGNED_WITH_TOKEN: &str = "content-type;host;x-amz-date;x-amz-security-token";

criterion_group!(benches, benchmark);
criterion_main!(benches);

/// A signed request, and with what.
struct Request {
    uri: Uri,
    headers: HeaderMap,
    id: String,
    token: Option<String>,
}

/// A gateway without its HTTP.
struct Gateway {
    store: Store,
    verifier: Verifier,
    rules: Rules,
    now: Time,
    runtime: Runtime,
}

fn benchmark(criterion: &mut Criterion) {
    let gateway = Gateway::open();
    let account = AccountId::parse("123456789012").unwrap();
    let made = gateway.runtime.block_on(gateway.store.create_account(Some(account), None)).unwrap();
    let permanent = Request::signed(&gateway, (made.id.as_str(), &made.secret), None);
    let issued = gateway.issue(&made.account);
    let temporary = Request::temporary(&gateway, &issued);

    let mut group = criterion.benchmark_group("session");
    group.bench_function("key of the store", |bencher| {
        bencher.iter(|| gateway.admit(&permanent));
    });
    group.bench_function("session, token seen before", |bencher| {
        bencher.iter(|| gateway.admit(&temporary));
    });
    group.bench_function("session, token not seen before", |bencher| {
        let fresh = || Request::temporary(&gateway, &gateway.issue(&made.account));
        bencher.iter_batched(fresh, |request| gateway.admit(&request), BatchSize::SmallInput);
    });
    group.bench_function("credentials made", |bencher| {
        bencher.iter(|| black_box(gateway.issue(&made.account)));
    });
    group.finish();
}

impl Gateway {
    fn open() -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        let clock = Arc::new(SystemClock::start());
        let now = clock.now();
        let seal = Seal::new(&SealKey::generate().unwrap()).unwrap();
        let forget = Forget(Arc::new(|_| {}));
        let limits = Limits::default();
        let settings = Settings { seal, clock, limits, forget, issuer: IssuerBase::default() };
        let store = runtime.block_on(Store::open(Arc::new(Memory::new()), settings)).unwrap();
        Self { store, verifier: Verifier::default(), rules: Rules::query("sts"), now, runtime }
    }

    fn issue(&self, account: &AccountId) -> Issued {
        let home = self.runtime.block_on(self.store.home(account)).unwrap().unwrap();
        let lasts = (self.now, self.now.plus(3600));
        let session = Session::new(account.clone(), Whose::Root, lasts);
        self.store.draft(home.published()).issue(&session, 0).unwrap()
    }

    /// What the authenticate layer and the door do between them.
    fn admit(&self, request: &Request) {
        let presented = request.presented(&self.rules, self.now);
        let scoped = presented.in_scope(&self.rules).unwrap();
        let known = self.runtime.block_on(self.key(request)).unwrap();
        black_box(self.verifier.verify(&scoped, black_box(BODY), Some(&known.key)).unwrap());
    }

    async fn key(&self, request: &Request) -> Option<Arc<Credential>> {
        match &request.token {
            Some(token) => self.store.session(&request.id, token).await.unwrap(),
            None => self.store.key(&request.id).await.unwrap(),
        }
    }
}

impl Request {
    fn temporary(gateway: &Gateway, issued: &Issued) -> Self {
        let token = Some(issued.token.expose());
        Self::signed(gateway, (issued.id.as_str(), &issued.secret), token)
    }

    fn signed(gateway: &Gateway, (id, secret): (&str, &Secret), token: Option<&str>) -> Self {
        let time = gateway.now.basic();
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "localhost:7448"),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("x-amz-date", &time),
        ] {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        if let Some(token) = token {
            headers.insert("x-amz-security-token", HeaderValue::from_str(token).unwrap());
        }
        let (id, token) = (id.to_owned(), token.map(str::to_owned));
        let mut request = Self { uri: Uri::from_static("/"), headers, id, token };
        request.authorize(&time, &[0; 32]);
        let text = request.string_to_sign(gateway);
        let day = time.get(..8).unwrap();
        request
            .authorize(&time, &SigningKey::derive(secret, [day, "us-east-1", "sts"]).sign(&text));
        request
    }

    fn authorize(&mut self, time: &str, signature: &[u8; 32]) {
        let signed = if self.token.is_some() { SIGNED_WITH_TOKEN } else { SIGNED };
        let (id, day, signature) = (&self.id, time.get(..8).unwrap(), hex::encode(signature));
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={id}/{day}/us-east-1/sts/aws4_request, \
             SignedHeaders={signed}, Signature={signature}"
        );
        self.headers.insert("authorization", value.parse().unwrap());
    }

    fn presented<'r>(&'r self, rules: &Rules, now: Time) -> Presented<'r> {
        let head = Head::new(&Method::POST, &self.uri, &self.headers);
        Presented::read(head, rules, now).unwrap()
    }

    fn string_to_sign(&self, gateway: &Gateway) -> Vec<u8> {
        let presented = self.presented(&gateway.rules, gateway.now);
        let payload = PayloadLine::of(BODY);
        let (canonical, _) = presented.canonical_request(&gateway.rules, &payload, Reading::ALL[0]);
        presented.string_to_sign(&canonical)
    }
}
