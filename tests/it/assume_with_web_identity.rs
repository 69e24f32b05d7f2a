//! Roles for those for whom an identity provider vouches by a token.

use std::sync::Arc;

use countersign::federation::web::{Answer, Keys, Unreachable, Wanted};
use http::{HeaderValue, Request};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::issuer::{SigningKey, encode, key_set};
use crate::session::allowing;
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, Reply, World, post};

pub(crate) const ISSUER: &str = "https://id.example.com/realm";

/// The keys of the one provider that can be reached.
struct Reachable(Vec<SigningKey>);

impl std::fmt::Debug for Reachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reachable")
    }
}

impl Keys for Reachable {
    fn keys(&self, wanted: Wanted) -> Answer<'_> {
        Box::pin(async move {
            if wanted.issuer != ISSUER {
                return Err(Unreachable::Slow);
            }
            Ok(Arc::new(key_set(&self.0.iter().collect::<Vec<_>>())))
        })
    }
}

/// A gateway with a provider, and a role that trusts it.
pub(crate) struct Scene {
    pub(crate) world: World,
    key: SigningKey,
}

pub(crate) fn provider() -> String {
    format!("arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com/realm")
}

pub(crate) fn trust(conditions: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Principal": { "Federated": provider() },
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": conditions,
    } })
    .to_string()
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let key = SigningKey::new("one", Algorithm::ES256);
        let world = World::believing(Arc::new(Reachable(vec![key.clone()]))).await;
        let create = format!("CreateOpenIDConnectProvider Url={ISSUER} ClientIDList.member.1=app");
        world.root(&create).await.ok();
        let like = json!({ "StringLike": { "id.example.com/realm:sub": "repo:acme/*" } });
        world.assumable("ci", &trust(&like), &allowing("iam:List*")).await;
        Self { world, key }
    }

    fn claims(&self) -> Value {
        let now = self.world.now().unix();
        json!({
            "iss": ISSUER, "aud": "app", "sub": "repo:acme/shop",
            "iat": now, "exp": now + 300, "amr": ["mfa", "pwd"],
        })
    }

    pub(crate) fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        self.key.token(&claims)
    }

    pub(crate) async fn assumes(&self, token: &str, more: &str) -> Reply {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
        self.world.unsigned(&call(&role, token, more)).await
    }

    /// The same for somebody who signs as well.
    pub(crate) async fn asks(&self, who: &Person, token: &str) -> Reply {
        let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
        self.world.asks(who, &call(&role, token, "")).await
    }

    /// Lets the role trust its provider under these conditions.
    pub(crate) async fn trusts(&self, conditions: &Value) {
        let document = encoded(trust(conditions).as_bytes(), false);
        let update = format!("UpdateAssumeRolePolicy RoleName=ci PolicyDocument={document}");
        self.world.root(&update).await.ok();
    }

    async fn refused(&self, token: &str) -> String {
        let reply = self.assumes(token, "").await;
        assert!(!reply.document.contains("SecretAccessKey"));
        reply.told()
    }
}

pub(crate) fn call(role: &str, token: &str, more: &str) -> String {
    format!(
        "AssumeRoleWithWebIdentity RoleArn={role} RoleSessionName=run WebIdentityToken={token} {more}"
    )
}

#[tokio::test]
async fn who_is_vouched_for_becomes_the_role_without_a_signature() {
    let scene = Scene::new().await;
    let assumed = scene.assumes(&scene.token(|_| {}), "DurationSeconds=900").await.ok();
    assert_eq!(assumed.text("SubjectFromWebIdentityToken"), "repo:acme/shop");
    assert_eq!(assumed.text("Audience"), "app");
    assert_eq!(assumed.text("Provider"), ISSUER);
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/ci/run");
    assert_eq!(assumed.text("Arn"), arn);
    let session = Person::in_reply(&assumed);
    assert_eq!(scene.world.asks(&session, "GetCallerIdentity").await.ok().text("Arn"), arn);
    scene.world.asks(&session, "ListUsers").await.ok();
    assert_eq!(scene.world.asks(&session, "CreateUser UserName=a").await.code(), "AccessDenied");
    scene.world.passes(900);
    assert_eq!(scene.world.asks(&session, "ListUsers").await.code(), "ExpiredToken");
}

#[tokio::test]
async fn it_is_the_same_by_get_and_for_those_who_sign() {
    let scene = Scene::new().await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
    let asked = call(&role, &scene.token(|_| {}), "").replace(' ', "&");
    let query = format!("/?Version=2011-06-15&Action={}", asked.trim_end_matches('&'));
    let get = Request::get(&query).header("host", "h").body(bytes::Bytes::new()).unwrap();
    scene.world.sends(get).await.ok();
    let nobody = scene.world.user("nobody").await;
    let signed = call(&role, &scene.token(|_| {}), "");
    scene.world.asks(&nobody, &signed).await.ok();
    let thief = Person { secret: "x".to_owned(), ..nobody };
    assert_eq!(scene.world.asks(&thief, &signed).await.code(), "SignatureDoesNotMatch");
}

#[tokio::test]
async fn no_token_of_anyone_else_and_none_that_was_tampered_with_yields_credentials() {
    let scene = Scene::new().await;
    let now = scene.world.now().unix();
    let good = scene.token(|_| {});
    let (head, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let none = encode(r#"{"alg":"none","typ":"JWT"}"#);
    let other = encode(scene.claims().to_string().replace("acme/shop", "acme/bank"));
    let foreign = SigningKey::new("one", Algorithm::ES256).token(&scene.claims());
    let unknown = SigningKey::new("two", Algorithm::ES256).token(&scene.claims());
    let hmac = {
        let key =
            jsonwebtoken::EncodingKey::from_secret(scene.key.published().to_string().as_bytes());
        let mut header = jsonwebtoken::Header::new(Algorithm::HS256);
        header.kid = Some("one".to_owned());
        jsonwebtoken::encode(&header, &scene.claims(), &key).unwrap()
    };
    for token in [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{head}.{other}.{signature}"),
        format!("{head}.{claims}.AAAA"),
        foreign,
        unknown,
        hmac,
        scene.token(|claims| claims["aud"] = json!("other")),
        scene.token(|claims| claims["iss"] = json!("https://id.example.com/other")),
        scene.token(|claims| claims["iss"] = json!("http://id.example.com/realm")),
        scene.token(|claims| claims["nbf"] = json!(now + 3600)),
    ] {
        let told = scene.refused(&token).await;
        assert!(told.starts_with("400 InvalidIdentityToken: "), "{told}");
    }
    let told = scene.refused(&scene.token(|claims| claims["aud"] = json!("other"))).await;
    assert_eq!(told, "400 InvalidIdentityToken: Incorrect token audience");
    let told =
        scene.refused(&scene.token(|claims| claims["iss"] = json!("https://id.example.com"))).await;
    let none = "No OpenIDConnect provider found in your account for https://id.example.com";
    assert_eq!(told, format!("400 InvalidIdentityToken: {none}"));
    let told = scene.refused(&scene.token(|claims| claims["exp"] = json!(now - 1))).await;
    let late = format!(
        "400 ExpiredTokenException: Token expired: current date/time {now} must be before the \
         expiration date/time {}",
        now - 1
    );
    assert_eq!(told, late);
}

#[tokio::test]
async fn the_trust_policy_decides_and_tells_no_more_than_no() {
    let scene = Scene::new().await;
    let no = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
    let other = scene.token(|claims| claims["sub"] = json!("repo:evil/shop"));
    assert_eq!(scene.refused(&other).await, no);
    let missing = format!("arn:aws:iam::{ACCOUNT}:role/none");
    let reply = scene.world.unsigned(&call(&missing, &scene.token(|_| {}), "")).await;
    assert_eq!(reply.told(), no);
    for (condition, may) in [
        (json!({ "StringEquals": { "id.example.com/realm:aud": "app" } }), true),
        (json!({ "StringEquals": { "id.example.com/realm:aud": "other" } }), false),
        (json!({ "ForAnyValue:StringEquals": { "id.example.com/realm:amr": "mfa" } }), true),
        (json!({ "ForAnyValue:StringEquals": { "id.example.com/realm:amr": "sms" } }), false),
        (json!({ "StringEquals": { "aws:FederatedProvider": provider() } }), true),
        (json!({ "StringEquals": { "sts:RoleSessionName": "run" } }), true),
        (json!({ "StringEquals": { "sts:RoleSessionName": "other" } }), false),
        (json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }), false),
    ] {
        scene.trusts(&condition).await;
        let reply = scene.assumes(&scene.token(|_| {}), "").await;
        assert_eq!(reply.status == 200, may, "{condition}: {}", reply.document);
    }
}

#[tokio::test]
async fn tags_and_source_identity_come_from_the_token_and_its_subject_stays_known() {
    let scene = Scene::new().await;
    let own = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:PrincipalTag/team}","Condition":{"StringEquals":{"id.example.com/realm:sub":"repo:acme/shop","aws:SourceIdentity":"ann"}}}}"#;
    let own = encoded(own.as_bytes(), false);
    let put = format!("PutRolePolicy RoleName=ci PolicyName=own PolicyDocument={own}");
    scene.world.root(&put).await.ok();
    for name in ["red", "blue"] {
        scene.world.user(name).await;
    }
    let token = scene.token(|claims| {
        claims["https://aws.amazon.com/tags"] =
            json!({ "principal_tags": { "team": ["red"] }, "transitive_tag_keys": ["team"] });
        claims["https://aws.amazon.com/source_identity"] = json!("ann");
    });
    let assumed = scene.assumes(&token, "").await.ok();
    assert_eq!(assumed.text("SourceIdentity"), "ann");
    assert!(!assumed.texts("PackedPolicySize").is_empty());
    let session = Person::in_reply(&assumed);
    scene.world.asks(&session, "GetUser UserName=red").await.ok();
    assert_eq!(scene.world.asks(&session, "GetUser UserName=blue").await.code(), "AccessDenied");
}

#[tokio::test]
async fn a_trust_policy_allows_tags_and_a_source_identity_or_there_is_no_session_with_them() {
    let scene = Scene::new().await;
    let only = trust(&json!({})).replace(r#","sts:TagSession","sts:SetSourceIdentity""#, "");
    assert!(!only.contains("TagSession"));
    let update = "UpdateAssumeRolePolicy RoleName=ci PolicyDocument=";
    let only = encoded(only.as_bytes(), false);
    scene.world.root(&format!("{update}{only}")).await.ok();
    scene.assumes(&scene.token(|_| {}), "").await.ok();
    let tagged = scene.token(|claims| {
        claims["https://aws.amazon.com/tags"] = json!({ "principal_tags": { "team": ["red"] } });
    });
    let told = "403 AccessDenied: Not authorized to perform sts:TagSession";
    assert_eq!(scene.refused(&tagged).await, told);
    let backed =
        scene.token(|claims| claims["https://aws.amazon.com/source_identity"] = json!("ann"));
    let told = "403 AccessDenied: Not authorized to perform sts:SetSourceIdentity";
    assert_eq!(scene.refused(&backed).await, told);
}

#[tokio::test]
async fn nothing_else_is_asked_without_a_signature_and_no_session_is_half_signed() {
    let scene = Scene::new().await;
    let missing = "403 MissingAuthenticationToken: Request is missing Authentication Token";
    for call in ["GetCallerIdentity", "AssumeRole", "GetSessionToken", "Nothing"] {
        assert_eq!(scene.world.unsigned(call).await.told(), missing, "{call}");
    }
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
    let asked = call(&role, &scene.token(|_| {}), "").replace(' ', "&");
    let mut request = post(format!("Version=2011-06-15&Action={}", asked.trim_end_matches('&')));
    let token = HeaderValue::from_static("a-token-of-nobody");
    request.headers_mut().insert("x-amz-security-token", token);
    assert_eq!(scene.world.sends(request).await.told(), missing);
}

#[tokio::test]
async fn nothing_is_slipped_in_beside_what_needs_no_signature() {
    let scene = Scene::new().await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
    let asked = call(&role, &scene.token(|_| {}), "").replace(' ', "&");
    let asked = asked.trim_end_matches('&');
    let sends = |query: &str, body: String| {
        let request = Request::post(query)
            .header("host", "h")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.into())
            .unwrap();
        scene.world.sends(request)
    };
    let open = format!("Version=2011-06-15&Action={asked}");
    for (query, body) in [
        ("/?Action=CreateUser&UserName=eve&Version=2010-05-08".to_owned(), open.clone()),
        (format!("/?{open}"), "Action=CreateUser&UserName=eve&Version=2010-05-08".to_owned()),
        ("/?Action=GetSessionToken".to_owned(), open.clone()),
        ("/".to_owned(), format!("{open}&Action=CreateUser&UserName=eve")),
        ("/".to_owned(), format!("Action=CreateUser&UserName=eve&{open}")),
        ("/?X-Amz-Security-Token=a-token-of-nobody".to_owned(), open.clone()),
    ] {
        let reply = sends(&query, body).await;
        assert!(reply.status >= 400, "{query}: {}", reply.document);
        assert!(!reply.document.contains("SecretAccessKey"), "{query}");
    }
    assert_eq!(scene.world.root("ListUsers").await.ok().texts("UserName"), [""; 0]);
    sends("/", open).await.ok();
}
