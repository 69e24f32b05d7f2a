//! Web identity tokens of this gateway's own: who gets them, what they say, and who
//! believes them.

use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use countersign::clock::Clock;
use countersign::federation::web::Claimed;
use countersign::store::draft::Limits;
use countersign::store::engine::memory::Memory;
use data_encoding::BASE64URL_NOPAD;
use http::{Method, Request};
use http_body_util::BodyExt;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::clients::{Installed, here, sources};
use crate::issuer::SigningKey;
use crate::program::{Serving, wait_until};
use crate::raw;
use crate::running::{Gateway, ROOT_ID, ROOT_KEY, ROOT_SECRET};
use crate::session::{allowing, trusting_account};
use crate::signer::{Signer, encoded};
use crate::world::{ACCOUNT, Person, Reply, World};

const DAY: i64 = 24 * 3600;

/// The token of an answer, as an ordinary library reads it, and what it says.
struct Token {
    text: String,
    head: Value,
    claims: Value,
}

impl Token {
    #[track_caller]
    fn of(reply: &Reply) -> Self {
        let text = reply.text("WebIdentityToken");
        let part = |n| {
            let part = text.split('.').nth(n).unwrap();
            serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
        };
        Self { head: part(0), claims: part(1), text }
    }

    /// What AWS says of whoever asked.
    fn own(&self) -> &Value {
        &self.claims["https://sts.amazonaws.com/"]
    }
}

impl World {
    /// The account's issuer, switched on.
    async fn issuer(&self) -> String {
        self.root("EnableOutboundWebIdentityFederation").await.ok().text("IssuerIdentifier")
    }

    /// What someone is answered who wants a token for `app`.
    async fn token(&self, who: &Person, more: &str) -> Reply {
        let algorithm =
            if more.contains("SigningAlgorithm") { "" } else { "SigningAlgorithm=ES384" };
        let call = format!("GetWebIdentityToken Audience.member.1=app {algorithm} {more}");
        self.asks(who, &call).await
    }

    /// What anybody reads below an issuer: status, media type and text.
    async fn reads(&self, method: Method, url: &str) -> (u16, String, String) {
        let path = url.strip_prefix("http://127.0.0.1:7448").unwrap();
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:7448");
        let response = self.response(request.body(Bytes::new()).unwrap()).await;
        let status = response.status().as_u16();
        let kind = response.headers().get("content-type");
        let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn keys(&self, issuer: &str) -> JwkSet {
        let (status, kind, keys) =
            self.reads(Method::GET, &format!("{issuer}/.well-known/jwks.json")).await;
        assert_eq!((status, &*kind), (200, "application/json"), "{keys}");
        serde_json::from_str(&keys).unwrap()
    }

    /// Whether an ordinary library believes a token by the keys that are published.
    async fn is_believed(&self, token: &Token, issuer: &str) -> bool {
        let keys = self.keys(issuer).await;
        let Some(key) = keys.find(token.head["kid"].as_str().unwrap()) else { return false };
        let algorithm = match token.head["alg"].as_str().unwrap() {
            "RS256" => Algorithm::RS256,
            _ => Algorithm::ES384,
        };
        let mut validation = Validation::new(algorithm);
        validation.set_audience(&["app"]);
        validation.set_issuer(&[issuer]);
        // The world's clock is not this machine's.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(key).unwrap();
        jsonwebtoken::decode::<Value>(&token.text, &key, &validation).is_ok()
    }
}

#[tokio::test]
async fn an_account_has_one_issuer_whatever_is_switched_off_and_on() {
    let world = World::new().await;
    let off =
        "404 FeatureDisabled: Outbound web identity federation is not enabled for this account.";
    assert_eq!(world.root("GetOutboundWebIdentityFederationInfo").await.told(), off);
    assert_eq!(world.root("DisableOutboundWebIdentityFederation").await.told(), off);
    let issuer = world.issuer().await;
    let id = issuer.strip_prefix("http://127.0.0.1:7448/").unwrap();
    assert_eq!(id.len(), 36);
    let on =
        "409 FeatureEnabled: Outbound web identity federation is already enabled for this account.";
    assert_eq!(world.root("EnableOutboundWebIdentityFederation").await.told(), on);
    let info = world.root("GetOutboundWebIdentityFederationInfo").await.ok();
    assert_eq!(info.text("IssuerIdentifier"), issuer);
    assert_eq!(info.text("JwtVendingEnabled"), "true");
    world.root("DisableOutboundWebIdentityFederation").await.ok();
    assert_eq!(world.root("GetOutboundWebIdentityFederationInfo").await.told(), off);
    assert_eq!(world.issuer().await, issuer);
}

#[tokio::test]
async fn an_ordinary_library_believes_both_kinds_of_tokens() {
    let world = World::new().await;
    let issuer = world.issuer().await;
    for algorithm in ["RS256", "ES384"] {
        let reply = world.token(&world.root, &format!("SigningAlgorithm={algorithm}")).await.ok();
        let token = Token::of(&reply);
        assert_eq!(token.head["alg"], algorithm);
        assert_eq!(token.head["typ"], "JWT");
        assert!(world.is_believed(&token, &issuer).await, "{}", token.text);
        let now = world.clock.now();
        assert_eq!(reply.text("Expiration"), now.plus(300).to_string());
        assert_eq!(token.claims["exp"], now.plus(300).unix());
        assert_eq!(token.claims["iat"], now.unix());
        assert_eq!(token.claims["iss"], issuer);
        assert_eq!(token.claims["aud"], "app");
        assert_eq!(token.claims["jti"].as_str().unwrap().len(), 36);
        let mut foreign = Token::of(&reply);
        foreign.text = token.text.replace('.', ".A");
        assert!(!world.is_believed(&foreign, &issuer).await);
    }
}

#[tokio::test]
async fn a_token_says_who_asked_and_what_was_passed_along() {
    let world = World::new().await;
    world.issuer().await;
    let ann = world.user("ann").await;
    let grant = encoded(allowing("sts:*").as_bytes(), false);
    world
        .root(&format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={grant}"))
        .await
        .ok();
    world.root("TagUser UserName=ann Tags.member.1.Key=team Tags.member.1.Value=blue").await.ok();
    let more = "Audience.member.2=other Tags.member.1.Key=job Tags.member.1.Value=7";
    let token = Token::of(&world.token(&ann, more).await.ok());
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    assert_eq!(token.claims["sub"], arn);
    assert_eq!(token.claims["aud"], json!(["app", "other"]));
    let own = json!({
        "aws_account": ACCOUNT,
        "principal_id": arn,
        "principal_tags": {"team": "blue"},
        "request_tags": {"job": "7"},
        "source_region": "us-east-1",
    });
    assert_eq!(*token.own(), own);
}

#[tokio::test]
async fn the_token_of_a_session_is_of_its_role_and_does_not_outlive_it() {
    let world = World::new().await;
    world.issuer().await;
    let ann = world.user("ann").await;
    let grant = encoded(allowing("sts:*").as_bytes(), false);
    world
        .root(&format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={grant}"))
        .await
        .ok();
    world.assumable("builder", &trusting_account(), &allowing("sts:*")).await;
    world.root("TagRole RoleName=builder Tags.member.1.Key=team Tags.member.1.Value=blue Tags.member.2.Key=cost Tags.member.2.Value=1").await.ok();
    let more =
        "DurationSeconds=900 SourceIdentity=ann Tags.member.1.Key=Team Tags.member.1.Value=red";
    let builder = Person::in_reply(&world.assumes(&ann, "builder", more).await.ok());
    let token = Token::of(&world.token(&builder, "DurationSeconds=900").await.ok());
    assert_eq!(token.claims["sub"], format!("arn:aws:iam::{ACCOUNT}:role/builder"));
    assert_eq!(token.own()["original_session_exp"], world.clock.now().plus(900).to_string());
    assert_eq!(token.own()["source_identity"], "ann");
    assert_eq!(token.own()["principal_tags"], json!({"Team": "red", "cost": "1"}));
    let longer = "403 SessionDurationEscalationException: The requested token duration exceeds what is left of the session of the caller.";
    assert_eq!(world.token(&builder, "DurationSeconds=901").await.told(), longer);
    world.passes(601);
    assert_eq!(world.token(&builder, "").await.told(), longer);
    world.token(&builder, "DurationSeconds=299").await.ok();
}

#[tokio::test]
async fn who_is_switched_off_gets_no_token_and_those_that_are_out_still_count() {
    let world = World::new().await;
    let off = "403 OutboundWebIdentityFederationDisabledException: Outbound web identity federation is not enabled for this account.";
    assert_eq!(world.token(&world.root, "").await.told(), off);
    let issuer = world.issuer().await;
    let token = Token::of(&world.token(&world.root, "").await.ok());
    world.root("DisableOutboundWebIdentityFederation").await.ok();
    assert_eq!(world.token(&world.root, "").await.told(), off);
    // IAM API Reference: it does not affect tokens that were issued before.
    assert!(world.is_believed(&token, &issuer).await);
}

#[tokio::test]
async fn a_token_is_for_somebody_for_a_while_and_not_too_long() {
    let world = World::new().await;
    world.issuer().await;
    let call = "GetWebIdentityToken SigningAlgorithm=HS256 Audience= DurationSeconds=59";
    let told = world.root(call).await.told();
    let wrong = "400 ValidationError: 3 validation errors detected: Value '[]' at 'audience' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '59' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60; Value 'HS256' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set";
    assert_eq!(told, wrong);
    assert_eq!(world.token(&world.root, "DurationSeconds=3601").await.code(), "ValidationError");
    let audience = |n| format!("Audience.member.{n}=a{n} ");
    let many = |n: usize| (2..=n).map(audience).collect::<String>();
    world.token(&world.root, &many(10)).await.ok();
    assert_eq!(world.token(&world.root, &many(11)).await.code(), "ValidationError");
    let tag = |n| format!("Tags.member.{n}.Key=k{n} Tags.member.{n}.Value={} ", "v".repeat(256));
    let tags = |n: usize| (1..=n).map(tag).collect::<String>();
    world.token(&world.root, &tags(30)).await.ok();
    let told = world.token(&world.root, &tags(50)).await.told();
    let large = "400 JWTPayloadSizeExceededException: The claims of the token are longer than 10240 bytes: pass fewer tags.";
    assert_eq!(told, large);
}

#[tokio::test]
async fn policies_decide_for_whom_for_how_long_and_with_which_tags() {
    let world = World::new().await;
    world.issuer().await;
    let ann = world.user("ann").await;
    let denied = |action: &str| {
        format!(
            "403 AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: sts:{action} on resource: *"
        )
    };
    assert_eq!(world.token(&ann, "").await.told(), denied("GetWebIdentityToken"));
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": "sts:GetWebIdentityToken",
        "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": ["app", "web"]},
            "StringEquals": {"sts:SigningAlgorithm": "ES384"},
            "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
        },
    }]});
    let policy = encoded(policy.to_string().as_bytes(), false);
    world
        .root(&format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={policy}"))
        .await
        .ok();
    world.token(&ann, "Audience.member.2=web").await.ok();
    for more in ["Audience.member.2=other", "SigningAlgorithm=RS256", "DurationSeconds=301"] {
        assert_eq!(world.token(&ann, more).await.told(), denied("GetWebIdentityToken"), "{more}");
    }
    let tagged = "Tags.member.1.Key=job Tags.member.1.Value=7";
    assert_eq!(world.token(&ann, tagged).await.told(), denied("TagGetWebIdentityToken"));
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": "sts:TagGetWebIdentityToken",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestTag/job": "7"}},
    }]});
    let policy = encoded(policy.to_string().as_bytes(), false);
    world
        .root(&format!("PutUserPolicy UserName=ann PolicyName=q PolicyDocument={policy}"))
        .await
        .ok();
    world.token(&ann, tagged).await.ok();
    let other = "Tags.member.1.Key=job Tags.member.1.Value=8";
    assert_eq!(world.token(&ann, other).await.told(), denied("TagGetWebIdentityToken"));
}

#[tokio::test]
async fn an_issuer_tells_who_it_is_to_anybody_and_nothing_else_is_told() {
    let world = World::new().await;
    let issuer = world.issuer().await;
    let about = format!("{issuer}/.well-known/openid-configuration");
    let (status, kind, document) = world.reads(Method::GET, &about).await;
    assert_eq!((status, &*kind), (200, "application/json"));
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["issuer"], issuer);
    assert_eq!(document["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    let (status, _, body) = world.reads(Method::HEAD, &about).await;
    assert_eq!((status, &*body), (200, ""));
    let stranger = "http://127.0.0.1:7448/a1faa616-d595-447d-bdfd-64b774ab199c";
    for url in [
        format!("{stranger}/.well-known/openid-configuration"),
        format!("{stranger}/.well-known/jwks.json"),
        format!("{issuer}/.well-known/other"),
        issuer.clone(),
        "http://127.0.0.1:7448/.well-known/jwks.json".to_owned(),
    ] {
        let (status, _, body) = world.reads(Method::GET, &url).await;
        assert!(status != 200 && !body.contains("kid"), "{url}: {status} {body}");
    }
    let (status, ..) = world.reads(Method::POST, &about).await;
    assert_ne!(status, 200);
}

#[tokio::test]
async fn the_gateway_believes_its_own_tokens_where_its_issuer_is_a_provider() {
    let world = World::new().await;
    let issuer = world.issuer().await;
    let token = Token::of(&world.token(&world.root, "").await.ok());
    let name = issuer.strip_prefix("http://").unwrap();
    let assume = format!(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=session&RoleArn=arn:aws:iam::{ACCOUNT}:role/web&WebIdentityToken={}",
        token.text
    );
    let assumes = || world.sends(crate::world::post(assume.clone()));
    let none = format!(
        "400 InvalidIdentityToken: No OpenIDConnect provider found in your account for {issuer}"
    );
    let url = encoded(issuer.as_bytes(), false);
    assert_eq!(assumes().await.told(), none);
    for other in
        ["http://127.0.0.1:7448", "http://127.0.0.2:7448/a1faa616-d595-447d-bdfd-64b774ab199c"]
    {
        let other = encoded(other.as_bytes(), false);
        let refused = world.root(&format!("CreateOpenIDConnectProvider Url={other}")).await;
        assert_eq!(refused.told(), "400 ValidationError: Invalid Open ID Connect Provider URL");
    }
    let call = format!("CreateOpenIDConnectProvider Url={url} ClientIDList.member.1=app");
    let arn = world.root(&call).await.ok().text("OpenIDConnectProviderArn");
    assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"));
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {
            format!("{name}:sub"): format!("arn:aws:iam::{ACCOUNT}:root"),
            format!("{name}:aud"): "app",
        }},
    }});
    world.assumable("web", &trust.to_string(), &allowing("iam:ListUsers")).await;
    let web = assumes().await.ok();
    assert_eq!(web.text("SubjectFromWebIdentityToken"), format!("arn:aws:iam::{ACCOUNT}:root"));
    assert_eq!(web.text("Provider"), issuer);
    world.asks(&Person::in_reply(&web), "ListUsers").await.ok();
    world.passes(300);
    assert_eq!(assumes().await.code(), "ExpiredTokenException");
}

#[tokio::test]
async fn keys_outlive_a_restart_and_are_followed_by_others_without_a_gap() {
    let engine = Arc::new(Memory::new());
    let world = World::over(Arc::clone(&engine) as _, Limits::default()).await;
    let issuer = world.issuer().await;
    let first = Token::of(&world.token(&world.root, "").await.ok());
    let again = World::over(engine, Limits::default()).await;
    assert!(again.is_believed(&first, &issuer).await);
    let info = again.root("GetOutboundWebIdentityFederationInfo").await.ok();
    assert_eq!(info.text("IssuerIdentifier"), issuer);
    let turned = async |world: &World, days: i64| {
        world.passes(days * DAY);
        world.store.turn_signing_keys().await.unwrap();
        let token = Token::of(&world.token(&world.root, "").await.ok());
        assert!(world.is_believed(&token, &issuer).await);
        (token.head["kid"].clone(), world.keys(&issuer).await.keys.len())
    };
    let kid = first.head["kid"].clone();
    assert_eq!(turned(&again, 89).await, (kid.clone(), 2));
    // New keys are known for a day before they sign.
    assert_eq!(turned(&again, 1).await, (kid.clone(), 4));
    let (next, published) = turned(&again, 1).await;
    assert!(next != kid && published == 4);
    assert!(again.is_believed(&first, &issuer).await);
    // Nobody keeps the old ones any more, nor is a token of theirs out.
    assert_eq!(turned(&again, 2).await, (next, 2));
    assert!(!again.is_believed(&first, &issuer).await);
}

#[tokio::test]
async fn where_nobody_asks_for_tokens_there_is_no_key() {
    let world = World::new().await;
    world.store.turn_signing_keys().await.unwrap();
    assert_eq!(&*world.store.published_keys(), r#"{"keys":[]}"#);
    let ann = world.user("ann").await;
    assert_eq!(
        world.asks(&ann, "EnableOutboundWebIdentityFederation").await.code(),
        "AccessDenied"
    );
    assert_eq!(&*world.store.published_keys(), r#"{"keys":[]}"#);
}

#[test]
fn an_issuer_that_speaks_no_tls_shares_its_name_with_nobody() {
    let token = |iss: &str| SigningKey::new("k", Algorithm::ES384).token(&json!({"iss": iss}));
    let provider = |iss: &str, own: &str| {
        let claimed = Claimed::read(&token(iss)).unwrap().with_own(own);
        claimed.provider().map(str::to_owned)
    };
    let (plain, secure) = ("http://id.example.com", "https://id.example.com");
    let [ours, theirs] = [plain, secure].map(|base| format!("{base}/a"));
    assert_eq!(provider(&ours, plain).as_deref(), Some("id.example.com/a"));
    assert_eq!(provider(&theirs, plain), None);
    assert_eq!(provider(&theirs, secure).as_deref(), Some("id.example.com/a"));
    assert_eq!(provider(&ours, secure), None);
    // Whoever else is at that host, or at one whose name begins the same.
    assert_eq!(provider("http://id.example.com", plain), None);
    assert_eq!(provider("http://id.example.com.evil.example/a", plain), None);
    let beside = provider("https://id.example.com.evil.example/a", plain);
    assert_eq!(beside.as_deref(), Some("id.example.com.evil.example/a"));
}

#[test]
fn an_issuer_is_where_the_operator_says() {
    let args = ["--issuer-url", "https://Tokens.Example.com/iam/"];
    let gateway = Serving::in_memory(&args, &ROOT_KEY);
    let address = gateway.address();
    let signer = Signer::new(ROOT_ID, ROOT_SECRET).service("iam");
    let call = "Version=2010-05-08&Action=EnableOutboundWebIdentityFederation";
    let enabled = raw::exchange(&address, &closing(&raw::signed(&address, signer, call)));
    let issuer = between(&enabled.body, "<IssuerIdentifier>", "</IssuerIdentifier>");
    let id = issuer.strip_prefix("https://tokens.example.com/iam/").unwrap();
    for path in [format!("/iam/{id}"), format!("/{id}")] {
        let path = format!("{path}/.well-known/openid-configuration");
        let got = raw::get(&address, &path);
        assert_eq!(got.status, 200, "{path}");
        assert_eq!(got.header("content-type"), Some("application/json"));
        assert_eq!(got.header("cache-control"), Some("public, max-age=3600"));
        let document: Value = serde_json::from_str(&got.body).unwrap();
        assert_eq!(document["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
        let head = format!("HEAD {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let head = raw::exchange(&address, &closing(&head));
        assert_eq!((head.status, &*head.body), (200, ""));
        assert_eq!(head.header("content-length"), Some(&*got.body.len().to_string()));
    }
}

#[test]
fn an_independent_library_believes_the_tokens_that_a_running_gateway_gives() {
    let Some(library) = here("PyJWT", Installed::python("pyjwt")) else { return };
    let gateway = Gateway::start();
    let address = gateway.url.strip_prefix("http://").unwrap();
    let asks = |service: &str, version: &str, rest: &str| {
        let signer = Signer::new(ROOT_ID, ROOT_SECRET).service(service);
        let body = format!("Version={version}&{rest}");
        let request = raw::signed(address, signer, &body);
        raw::exchange(address, &closing(&request)).body
    };
    let enabled = asks("iam", "2010-05-08", "Action=EnableOutboundWebIdentityFederation");
    let issuer = between(&enabled, "<IssuerIdentifier>", "</IssuerIdentifier>");
    assert!(issuer.starts_with(&gateway.url), "{enabled}");
    let tokens = ["RS256", "ES384"].map(|algorithm| {
        let call = format!(
            "Action=GetWebIdentityToken&Audience.member.1=app&SigningAlgorithm={algorithm}"
        );
        let answer = asks("sts", "2011-06-15", &call);
        between(&answer, "<WebIdentityToken>", "</WebIdentityToken>")
    });
    let script = sources().join("pyjwt/verify.py");
    let mut python = Command::new(library.program("python"));
    let python = python.arg(script).args([&issuer, "app"]).args(tokens).output().unwrap();
    let told = String::from_utf8_lossy(&python.stdout);
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let expected = format!("RS256 {root}\nES384 {root}\nthe tokens are believed\n");
    assert_eq!(told, expected, "{}", String::from_utf8_lossy(&python.stderr));
    wait_until(|| gateway.log().contains("action=jwks.json"));
}

/// The same request, after which there is none.
fn closing(request: &str) -> String {
    request.replacen("\r\n", "\r\nConnection: close\r\n", 1)
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}
