//! Where the keys come from that web identity tokens are verified by: a provider on
//! this machine, asked by the gateway's own means.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign::clock::{Clock, SystemClock, Time};
use countersign::error::{Code, Error};
use countersign::federation::web::{
    Answer, Claimed, KeySet, Keys, Provider as Known, Unreachable, Wanted,
};
use countersign::gateway::issuers::Issuers;
use futures_util::future::join_all;
use jsonwebtoken::Algorithm;
use rustls::pki_types::CertificateDer;
use serde_json::json;

use crate::issuer::{SigningKey, key_set, published};
use crate::program::run;
use crate::provider::{Authority, Identity, Provider, Said, here, thumbprint};

const BOTH: [&str; 2] = ["/.well-known/openid-configuration", "/keys"];

#[tokio::test]
async fn a_token_is_verified_by_the_keys_of_who_issued_it() {
    let story = Story::start().await;
    let now = SystemClock::start().now();
    let issuer = &story.provider.issuer;
    let claims = json!({"iss": issuer, "aud": "app", "sub": "ann", "exp": now.unix() + 60});
    let claimed = Claimed::read(&story.key.token(&claims)).unwrap();
    let keys = story.issuers.keys(claimed.wanted(&[])).await.unwrap();
    let clients = ["app".to_owned()];
    let provider = Known { url: issuer, client_ids: &clients };
    assert_eq!(claimed.verify(&provider, &keys, now).unwrap().subject, "ann");
    let foreign = SigningKey::foreign("k").token(&claims);
    let error = Claimed::read(&foreign).unwrap().verify(&provider, &keys, now).unwrap_err();
    assert_eq!(error.code(), Code::InvalidIdentityToken);
}

#[tokio::test]
async fn keys_are_asked_for_once_however_many_need_them() {
    let story = Story::start().await;
    let asks = (0..100).map(|_| story.ask("k"));
    for answer in join_all(asks).await {
        assert_eq!(*answer.unwrap(), key_set(&[&story.key]));
    }
    assert_eq!(*story.provider.asked(), BOTH);
}

#[tokio::test]
async fn keys_are_kept_for_as_long_as_the_provider_says() {
    let story = Story::start().await;
    let keys = published(&[&story.key]);
    let said = Said { head: "Cache-Control: max-age=600\r\n".to_owned(), ..Said::ok(keys) };
    story.provider.says("/keys", said);
    story.ask("k").await.unwrap();
    story.passes(599);
    story.ask("k").await.unwrap();
    assert_eq!(story.provider.asked().len(), 2);
    story.passes(1);
    story.ask("k").await.unwrap();
    assert_eq!(story.provider.asked().len(), 4);
}

#[tokio::test]
async fn a_key_that_is_new_is_asked_for_and_one_that_never_comes_not_again_and_again() {
    let story = Story::start().await;
    story.ask("k").await.unwrap();
    let next = SigningKey::new("next", Algorithm::ES256);
    story.provider.says("/keys", Said::ok(published(&[&next])));
    story.passes(30);
    for answer in join_all((0..10).map(|_| story.ask("next"))).await {
        assert_eq!(*answer.unwrap(), key_set(&[&next]));
    }
    assert_eq!(story.provider.asked().len(), 4);
    for made_up in 0..100 {
        story.ask(&format!("made up {made_up}")).await.unwrap();
    }
    assert_eq!(story.provider.asked().len(), 4);
    story.passes(30);
    join_all((0..10).map(|n| story.ask(&format!("made up {n}")))).await;
    assert_eq!(story.provider.asked().len(), 6);
}

#[tokio::test]
async fn keys_outlast_a_provider_that_is_away_until_they_are_old() {
    let story = Story::start().await;
    story.ask("k").await.unwrap();
    story.provider.says("/keys", Said { status: "503 Service Unavailable", ..Said::ok("") });
    story.passes(60);
    assert!(story.ask("next").await.unwrap().has(Some("k")));
    assert_eq!(story.provider.asked().len(), 4);
    story.passes(3600);
    assert_eq!(story.ask("k").await, Err(Unreachable::Status(503)));
}

#[tokio::test]
async fn who_does_not_answer_is_left_alone_for_a_moment() {
    let story = Story::start().await;
    let keys = published(&[&story.key]);
    story.provider.says("/keys", Said { status: "500 Oh", ..Said::ok("") });
    for answer in join_all((0..10).map(|_| story.ask("k"))).await {
        assert_eq!(answer, Err(Unreachable::Status(500)));
    }
    story.provider.says("/keys", Said::ok(keys));
    assert_eq!(story.ask("k").await, Err(Unreachable::Status(500)));
    assert_eq!(*story.provider.asked(), BOTH);
    story.passes(10);
    assert!(story.ask("k").await.is_ok());
}

#[tokio::test]
async fn who_goes_away_does_not_make_it_start_anew() {
    let story = Story::start().await;
    let keys = published(&[&story.key]);
    let after = Duration::from_millis(200);
    story.provider.says("/keys", Said { after, ..Said::ok(keys) });
    for _ in 0..5 {
        let impatient = tokio::time::timeout(Duration::from_millis(10), story.ask("k"));
        assert!(impatient.await.is_err());
    }
    story.ask("k").await.unwrap();
    assert_eq!(*story.provider.asked(), BOTH);
}

#[tokio::test]
async fn a_provider_speaks_for_itself_only() {
    let story = Story::start().await;
    let keys = format!("{}/keys", story.provider.issuer);
    let discovery = |why| Err(Unreachable::Discovery(why));
    for (document, answer) in [
        (
            json!({"issuer": "https://other", "jwks_uri": keys}),
            discovery("it is of another issuer"),
        ),
        (json!({ "jwks_uri": keys }), discovery("it is of another issuer")),
        (json!({"issuer": story.provider.issuer}), discovery("it names no jwks_uri")),
        (json!([]), discovery("it is of another issuer")),
        (
            json!({"issuer": story.provider.issuer, "jwks_uri": "http://localhost/keys"}),
            Err(Unreachable::Address("http://localhost/keys".to_owned())),
        ),
        (
            json!({"issuer": story.provider.issuer, "jwks_uri": "file:///etc/passwd"}),
            Err(Unreachable::Address("file:///etc/passwd".to_owned())),
        ),
    ] {
        story.provider.describes(&document.to_string());
        story.passes(10);
        assert_eq!(story.ask("k").await, answer, "{document}");
    }
    story.provider.describes("<html>");
    story.passes(10);
    assert_eq!(story.ask("k").await, discovery("it is no JSON"));
    assert!(story.provider.asked().iter().all(|path| path == BOTH[0]));
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let story = Story::start().await;
    let elsewhere = format!("Location: {}/elsewhere\r\n", story.provider.issuer);
    story.provider.says("/elsewhere", Said::ok(published(&[&story.key])));
    let moved = Said { status: "302 Found", head: elsewhere, ..Said::ok("") };
    story.provider.says("/keys", moved);
    assert_eq!(story.ask("k").await, Err(Unreachable::Status(302)));
    assert_eq!(*story.provider.asked(), BOTH);
}

#[tokio::test]
async fn an_answer_is_neither_endless_nor_broken_nor_anything_else() {
    let story = Story::start().await;
    let large = Said::ok(vec![b' '; 600 * 1024]);
    let declared = Said { head: "Content-Length: 99999999\r\n".to_owned(), ..Said::ok("{") };
    let broken = Said { head: "Content-Length: 100\r\n".to_owned(), ..Said::ok("{\"keys\":[]}") };
    for said in [large, declared, broken] {
        story.provider.says("/keys", said);
        story.passes(10);
        assert_eq!(story.ask("k").await, Err(Unreachable::Unreadable));
    }
    let head = format!("X: {}\r\n", "x".repeat(64 * 1024));
    story.provider.says("/keys", Said { head, ..Said::ok("{\"keys\":[]}") });
    story.passes(10);
    assert!(matches!(story.ask("k").await, Err(Unreachable::Silent(_))));
    for other in ["", "<html>", "{\"keys\":7}", "{\"keys\":[],\"keys\":[]}"] {
        story.provider.says("/keys", Said::ok(other));
        story.passes(10);
        assert!(matches!(story.ask("k").await, Err(Unreachable::Keys(_))), "{other}");
    }
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    let story = Story::start().await;
    let keys = published(&[&story.key]);
    let after = Duration::from_hours(1);
    story.provider.says("/keys", Said { after, ..Said::ok(keys) });
    assert_eq!(story.ask("k").await, Err(Unreachable::Slow));
    assert_eq!(told(Unreachable::Slow), told(Unreachable::Status(404)));
}

#[tokio::test]
async fn who_is_not_trusted_is_not_believed() {
    let authority = Authority::new("nobody knows it");
    let (issuers, _) = issuers(None);
    let provider = Provider::start(authority.signs(&here(), &[&authority]), "{}").await;
    let answer = issuers.keys(wanted(&provider, &[])).await;
    assert_eq!(answer, Err(Unreachable::Untrusted));
    assert!(provider.asked().is_empty());
    assert_eq!(
        told(Unreachable::Untrusted),
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
    );
}

#[tokio::test]
async fn a_thumbprint_makes_trusted_who_signed() {
    let top = Authority::new("top");
    let middle = top.below("middle");
    let certificates = [top.certificate(), middle.certificate()];
    for signer in &certificates {
        let identity = middle.signs(&here(), &[&middle, &top]);
        assert_eq!(by_thumbprint(identity, &[signer]).await, Ok(()));
    }
    // Above what is presented, nobody is seen.
    let identity = middle.signs(&here(), &[&middle]);
    assert_eq!(by_thumbprint(identity, &[&certificates[0]]).await, Err(Unreachable::Untrusted));
    let own = Identity::own();
    let certificate = own.chain[0].clone();
    assert_eq!(by_thumbprint(own, &[&certificate]).await, Ok(()));
}

#[tokio::test]
async fn a_thumbprint_of_who_did_not_sign_proves_nothing() {
    let (good, evil) = (Authority::new("good"), Authority::new("evil"));
    let named = good.certificate();
    // The good one's certificate is everybody's to present.
    let identity = evil.signs(&here(), &[&evil, &good]);
    assert_eq!(by_thumbprint(identity, &[&named]).await, Err(Unreachable::Untrusted));
    // Nor does one of the same name.
    let namesake = Authority::new("good");
    let identity = namesake.signs(&here(), &[&good]);
    assert!(by_thumbprint(identity, &[&named]).await.is_err());
    let identity = evil.signs(&here(), &[&evil]);
    let leaf = identity.chain[0].clone();
    assert_eq!(by_thumbprint(identity, &[&leaf]).await, Err(Unreachable::Untrusted));
    let identity = evil.signs(&here(), &[&evil]);
    assert_eq!(by_thumbprint(identity, &[&named]).await, Err(Unreachable::Untrusted));
}

#[tokio::test]
async fn whoever_signed_signed_for_that_name_and_for_that_time() {
    let authority = Authority::new("trusted");
    let other = rcgen::CertificateParams::new(vec!["other.example".to_owned()]).unwrap();
    let mut old = here();
    old.not_after = rcgen::date_time_ymd(2001, 1, 1);
    for params in [other, old] {
        let identity = authority.signs(&params, &[&authority]);
        let answer = by_thumbprint(identity, &[&authority.certificate()]).await;
        assert!(matches!(answer, Err(Unreachable::Silent(_))), "{answer:?}");
        let (file, _dir) = authority.file();
        let (issuers, _) = issuers(Some(&file));
        let provider = Provider::start(authority.signs(&params, &[]), "{}").await;
        let answer = issuers.keys(wanted(&provider, &[])).await;
        assert!(matches!(answer, Err(Unreachable::Silent(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn what_one_account_trusts_is_trusted_for_no_other() {
    let authority = Authority::new("one account's");
    let (issuers, _) = issuers(None);
    let identity = authority.signs(&here(), &[&authority]);
    let provider = Provider::start(identity, "{\"keys\":[]}").await;
    let thumbprint = thumbprint(&authority.certificate());
    // However it is written, and whatever else stands beside it.
    for thumbprints in [[thumbprint.as_str(), "not one"], [&thumbprint.to_uppercase(), ""]] {
        assert!(issuers.keys(wanted(&provider, &thumbprints)).await.is_ok());
    }
    assert_eq!(*provider.asked(), BOTH);
    let other = "0".repeat(40);
    for thumbprints in [&[][..], &[other.as_str()]] {
        let answer = issuers.keys(wanted(&provider, thumbprints)).await;
        assert_eq!(answer, Err(Unreachable::Untrusted));
    }
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_is() {
    let (issuers, _) = issuers(None);
    let ask = |issuer: &str| {
        let issuer = issuer.to_owned();
        issuers.keys(Wanted { issuer, key_id: None, thumbprints: Vec::new() })
    };
    for bad in ["http://localhost:1", "localhost", "https://", "https://a:b@localhost:1", "\n"] {
        assert!(matches!(ask(bad).await, Err(Unreachable::Address(_))), "{bad:?}");
    }
    assert!(matches!(ask("https://localhost:1").await, Err(Unreachable::Silent(_))));
}

#[tokio::test]
async fn the_gateway_does_not_ask_itself_by_the_network() {
    let own = "https://gateway.example/own".to_owned();
    let issuers = issuers(None).0.with_own(own, Arc::new(Own));
    let ask = |issuer: &str| {
        let issuer = issuer.to_owned();
        issuers.keys(Wanted { issuer, key_id: None, thumbprints: Vec::new() })
    };
    assert!(ask("https://gateway.example/own").await.is_ok());
    assert!(ask("https://gateway.example/own/123456789012").await.is_ok());
    assert!(ask("https://gateway.example/owner").await.is_err());
}

#[test]
fn a_file_without_a_certificate_stops_the_start() {
    for (file, says) in [("/not/there.pem", "cannot read"), ("/dev/null", "holds no certificate")] {
        let ports = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        let args = [&["serve", "--memory", "--log", "error", "--issuer-ca", file], &ports[..]];
        let ended = run(&args.concat(), &[]);
        assert_eq!(ended.code, Some(1));
        assert!(ended.err.contains(says) && ended.err.contains(file), "{}", ended.err);
    }
}

/// A provider that is trusted, and who asks it.
struct Story {
    provider: Provider,
    issuers: Issuers,
    hands: Arc<Hands>,
    key: SigningKey,
}

impl Story {
    async fn start() -> Self {
        let authority = Authority::new("trusted");
        let key = SigningKey::new("k", Algorithm::ES256);
        let identity = authority.signs(&here(), &[]);
        let provider = Provider::start(identity, &published(&[&key])).await;
        let (file, _dir) = authority.file();
        let (issuers, hands) = issuers(Some(&file));
        Self { provider, issuers, hands, key }
    }

    fn ask(&self, key_id: &str) -> Answer<'_> {
        let wanted = wanted(&self.provider, &[]);
        self.issuers.keys(Wanted { key_id: Some(key_id.to_owned()), ..wanted })
    }

    fn passes(&self, seconds: u64) {
        self.hands.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// Runs as it is told to.
#[derive(Debug, Default)]
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Time {
        Time::from_unix(1_800_000_000)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Debug)]
struct Own;

impl Keys for Own {
    fn keys(&self, _: Wanted) -> Answer<'_> {
        Box::pin(async { Ok(Arc::new(KeySet::default())) })
    }
}

fn issuers(ca: Option<&std::path::Path>) -> (Issuers, Arc<Hands>) {
    let hands = Arc::new(Hands::default());
    let clock = Arc::clone(&hands) as Arc<dyn Clock>;
    (Issuers::new(ca, clock).unwrap(), hands)
}

fn wanted(provider: &Provider, thumbprints: &[&str]) -> Wanted {
    let thumbprints = thumbprints.iter().map(|&one| one.to_owned()).collect();
    Wanted { issuer: provider.issuer.clone(), key_id: None, thumbprints }
}

/// Whether a server is believed that only its thumbprint speaks for.
async fn by_thumbprint(
    identity: Identity,
    named: &[&CertificateDer<'_>],
) -> Result<(), Unreachable> {
    let (issuers, _) = issuers(None);
    let provider = Provider::start(identity, "{\"keys\":[]}").await;
    let thumbprints: Vec<_> = named.iter().map(|one| thumbprint(one)).collect();
    let thumbprints: Vec<_> = thumbprints.iter().map(String::as_str).collect();
    issuers.keys(wanted(&provider, &thumbprints)).await.map(|_| ())
}

fn told(unreachable: Unreachable) -> String {
    let error = Error::from(unreachable);
    assert_eq!(error.code(), Code::InvalidIdentityToken);
    error.message().to_owned()
}
