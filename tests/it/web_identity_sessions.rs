//! Sessions that a web identity token yields: how long, how far, and in which account.

use countersign::text::{AccountId, Text};
use serde_json::{Value, json};

use crate::assume_with_web_identity::{ISSUER, Scene, call, provider, trust};
use crate::session::{allowing, trusting};
use crate::session_trust::ELSEWHERE;
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, Reply, post};

const NO: &str = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";

impl Scene {
    /// What comes back with these claims beside the usual ones.
    async fn saying(&self, claims: Value) -> Reply {
        let token = self.token(|usual| {
            usual.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        });
        self.assumes(&token, "").await
    }
}

#[tokio::test]
async fn a_session_lasts_as_long_as_the_role_allows_whatever_the_token_does() {
    let scene = Scene::new().await;
    for (asked, seconds) in
        [("", 3600), ("DurationSeconds=900", 900), ("DurationSeconds=3600", 3600)]
    {
        let reply = scene.assumes(&scene.token(|_| {}), asked).await.ok();
        let session = Person::in_reply(&reply);
        scene.world.passes(seconds - 1);
        scene.world.asks(&session, "ListUsers").await.ok();
        scene.world.passes(1);
        assert_eq!(scene.world.asks(&session, "ListUsers").await.code(), "ExpiredToken");
    }
    let longer = scene.assumes(&scene.token(|_| {}), "DurationSeconds=3601").await;
    let told = "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(longer.told(), told);
    for seconds in ["899", "43201"] {
        let reply =
            scene.assumes(&scene.token(|_| {}), &format!("DurationSeconds={seconds}")).await;
        assert_eq!(reply.code(), "ValidationError");
    }
    scene.world.root("UpdateRole RoleName=ci MaxSessionDuration=43200").await.ok();
    scene.assumes(&scene.token(|_| {}), "DurationSeconds=43200").await.ok();
}

#[tokio::test]
async fn policies_that_are_sent_along_or_named_narrow_the_session() {
    let scene = Scene::new().await;
    let none = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let read = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let inline = |action: &str| format!("Policy={}", encoded(allowing(action).as_bytes(), false));
    let named = |arn: &str| format!("PolicyArns.member.1.arn={arn}");
    for (more, users, roles) in [
        (String::new(), 200, 200),
        (inline("iam:ListUsers"), 200, 403),
        (inline("iam:GetUser"), 403, 403),
        (named(read), 200, 200),
        (named(none), 403, 403),
        (format!("{} {}", named(none), inline("iam:ListRoles")), 403, 200),
    ] {
        let reply = scene.assumes(&scene.token(|_| {}), &more).await.ok();
        assert_eq!(reply.texts("PackedPolicySize").is_empty(), more.is_empty());
        let session = Person::in_reply(&reply);
        assert_eq!(scene.world.asks(&session, "ListUsers").await.status, users, "{more}");
        assert_eq!(scene.world.asks(&session, "ListRoles").await.status, roles, "{more}");
    }
    let reply = scene.assumes(&scene.token(|_| {}), "Policy={}").await;
    assert_eq!(reply.code(), "MalformedPolicyDocument");
}

#[tokio::test]
async fn tags_and_who_stands_behind_need_leave_of_the_trust_as_well() {
    let scene = Scene::new().await;
    let tags = json!({ "https://aws.amazon.com/tags": { "principal_tags": { "team": ["red"] } } });
    let behind = json!({ "https://aws.amazon.com/source_identity": "ann" });
    for (left_out, claims) in [("sts:TagSession", &tags), ("sts:SetSourceIdentity", &behind)] {
        scene.saying(claims.clone()).await.ok();
        let document = trust(&json!({})).replace(left_out, "sts:AssumeRole");
        let document = encoded(document.as_bytes(), false);
        let update = format!("UpdateAssumeRolePolicy RoleName=ci PolicyDocument={document}");
        scene.world.root(&update).await.ok();
        scene.assumes(&scene.token(|_| {}), "").await.ok();
        let told = format!("403 AccessDenied: Not authorized to perform {left_out}");
        assert_eq!(scene.saying(claims.clone()).await.told(), told);
        scene.trusts(&json!({})).await;
    }
    scene.trusts(&json!({ "StringEquals": { "aws:RequestTag/team": "red" } })).await;
    scene.saying(tags.clone()).await.ok();
    assert_eq!(scene.assumes(&scene.token(|_| {}), "").await.told(), NO);
    scene.trusts(&json!({ "StringEquals": { "sts:SourceIdentity": "ann" } })).await;
    scene.saying(behind).await.ok();
    assert_eq!(scene.saying(tags).await.told(), NO);
}

#[tokio::test]
async fn what_the_provider_passes_goes_along_a_chain_as_far_as_it_is_meant_to() {
    let scene = Scene::new().await;
    let own = encoded(allowing("sts:*").as_bytes(), false);
    scene
        .world
        .root(&format!("PutRolePolicy RoleName=ci PolicyName=sts PolicyDocument={own}"))
        .await
        .ok();
    let seen = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red","aws:SourceIdentity":"ann"},"Null":{"aws:PrincipalTag/cost":"true","id.example.com/realm:sub":"true","aws:FederatedProvider":"true"}}}}"#;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
    scene.world.assumable("next", &trusting(&role), seen).await;
    let reply = scene
        .saying(json!({
            "https://aws.amazon.com/tags": {
                "principal_tags": { "team": ["red"], "cost": ["low"] },
                "transitive_tag_keys": ["team"],
            },
            "https://aws.amazon.com/source_identity": "ann",
        }))
        .await
        .ok();
    let session = Person::in_reply(&reply);
    let next = scene.world.becomes(&session, "next", "").await;
    scene.world.asks(&next, "ListUsers").await.ok();
    let long = scene.world.assumes(&session, "next", "DurationSeconds=3601").await;
    assert_eq!(long.code(), "ValidationError");
    let other = scene.world.assumes(&session, "next", "SourceIdentity=bob").await;
    assert_eq!(other.code(), "AccessDenied");
}

#[tokio::test]
async fn faulty_tags_in_a_token_yield_nothing() {
    let scene = Scene::new().await;
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("k{n}"), json!(["v"]))).collect();
    for tags in [
        json!({ "principal_tags": { "aws:k": ["v"] } }),
        json!({ "principal_tags": { "k": ["v"], "K": ["v"] } }),
        json!({ "principal_tags": { "k": ["v", "w"] } }),
        json!({ "principal_tags": { "k": ["*"] } }),
        json!({ "principal_tags": { "k": ["v"] }, "transitive_tag_keys": ["other"] }),
        json!({ "principal_tags": many }),
        json!("k=v"),
    ] {
        let reply = scene.saying(json!({ "https://aws.amazon.com/tags": tags })).await;
        assert_eq!(reply.status, 400, "{tags}: {}", reply.document);
        assert!(!reply.document.contains("SecretAccessKey"), "{tags}");
    }
    for behind in ["a", "aws:ann", "a b", "ä", ""] {
        let reply = scene.saying(json!({ "https://aws.amazon.com/source_identity": behind })).await;
        assert_eq!(reply.code(), "InvalidIdentityToken", "{behind}");
    }
}

#[tokio::test]
async fn a_client_that_is_added_is_believed_and_one_that_is_removed_is_not() {
    let scene = Scene::new().await;
    let incorrect = "400 InvalidIdentityToken: Incorrect token audience";
    let change = |action: &str, client: &str| {
        format!(
            "{action}ClientID{} OpenIDConnectProviderArn={} ClientID={client}",
            if action == "Add" { "ToOpenIDConnectProvider" } else { "FromOpenIDConnectProvider" },
            provider()
        )
    };
    assert_eq!(scene.saying(json!({ "aud": "web" })).await.told(), incorrect);
    scene.world.root(&change("Add", "web")).await.ok();
    let web = scene.saying(json!({ "aud": "web" })).await.ok();
    assert_eq!(web.text("Audience"), "web");
    assert_eq!(scene.saying(json!({ "aud": ["app", "web"] })).await.told(), incorrect);
    let both = scene.saying(json!({ "aud": ["other", "app"], "azp": "web" })).await.ok();
    assert_eq!(both.text("Audience"), "web");
    scene.world.root(&change("Remove", "web")).await.ok();
    assert_eq!(scene.saying(json!({ "aud": "web" })).await.told(), incorrect);
    assert_eq!(scene.saying(json!({ "aud": ["app"], "azp": "web" })).await.told(), incorrect);
    scene.world.asks(&Person::in_reply(&web), "ListUsers").await.ok();
}

#[tokio::test]
async fn a_provider_that_goes_vouches_for_nobody_more_and_its_sessions_go_on_until_the_role_goes() {
    let scene = Scene::new().await;
    let session = Person::in_reply(&scene.assumes(&scene.token(|_| {}), "").await.ok());
    let delete = format!("DeleteOpenIDConnectProvider OpenIDConnectProviderArn={}", provider());
    scene.world.root(&delete).await.ok();
    let none = format!(
        "400 InvalidIdentityToken: No OpenIDConnect provider found in your account for {ISSUER}"
    );
    assert_eq!(scene.assumes(&scene.token(|_| {}), "").await.told(), none);
    scene.world.asks(&session, "ListUsers").await.ok();
    scene.world.root("DeleteRolePolicy RoleName=ci PolicyName=p").await.ok();
    scene.world.root("DeleteRole RoleName=ci").await.ok();
    assert_eq!(
        scene.world.asks(&session, "GetCallerIdentity").await.code(),
        "InvalidClientTokenId"
    );
}

#[tokio::test]
async fn the_role_s_account_is_the_one_whose_providers_are_believed() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let number = AccountId::parse(ELSEWHERE).unwrap();
    let key = world.store.create_account(Some(number), None).await.unwrap();
    let root = Person::new(key.id.as_str(), key.secret.expose());
    let theirs = trust(&json!({})).replace(ACCOUNT, ELSEWHERE);
    for (name, document) in [("own", theirs), ("foreign", trust(&json!({})))] {
        let document = encoded(document.as_bytes(), false);
        let create = format!("CreateRole RoleName={name} AssumeRolePolicyDocument={document}");
        world.asks(&root, &create).await.ok();
    }
    let role = |name: &str| format!("arn:aws:iam::{ELSEWHERE}:role/{name}");
    let none = format!(
        "400 InvalidIdentityToken: No OpenIDConnect provider found in your account for {ISSUER}"
    );
    for name in ["own", "foreign", "none"] {
        let reply = world.unsigned(&call(&role(name), &scene.token(|_| {}), "")).await;
        assert_eq!(reply.told(), none, "{name}");
    }
    let create = format!("CreateOpenIDConnectProvider Url={ISSUER} ClientIDList.member.1=app");
    world.asks(&root, &create).await.ok();
    let own = world.unsigned(&call(&role("own"), &scene.token(|_| {}), "")).await.ok();
    let who = world.asks(&Person::in_reply(&own), "GetCallerIdentity").await.ok();
    assert_eq!(who.text("Account"), ELSEWHERE);
    for name in ["foreign", "none"] {
        let reply = world.unsigned(&call(&role(name), &scene.token(|_| {}), "")).await;
        assert_eq!(reply.told(), NO, "{name}");
    }
    let nowhere = "arn:aws:iam::999999999999:role/ci";
    assert_eq!(world.unsigned(&call(nowhere, &scene.token(|_| {}), "")).await.told(), none);
}

#[tokio::test]
async fn roles_that_trust_others_or_deny_are_not_to_be_had() {
    let scene = Scene::new().await;
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let other = trust(&json!({}))
        .replace("oidc-provider/id.example.com/realm", "oidc-provider/id.example.com");
    let deny = trust(&json!({})).replace("Allow", "Deny");
    let account = trusting(&format!("arn:aws:iam::{ACCOUNT}:root"))
        .replace(r#""sts:AssumeRole""#, r#""sts:AssumeRoleWithWebIdentity""#);
    let by_saml = trust(&json!({})).replace("WebIdentity", "SAML");
    let assume = trust(&json!({})).replace("WithWebIdentity", "");
    for (name, document) in
        [("a", other), ("b", deny), ("c", account), ("d", by_saml), ("e", assume)]
    {
        let document = encoded(document.as_bytes(), false);
        let create = format!("CreateRole RoleName={name} AssumeRolePolicyDocument={document}");
        scene.world.root(&create).await.ok();
        let reply = scene.world.unsigned(&call(&role(name), &scene.token(|_| {}), "")).await;
        assert_eq!(reply.told(), NO, "{name}");
    }
    // Nobody may by an identity policy what the trust does not say.
    let ann = scene.world.user_who("ann", &allowing("*")).await;
    let reply = scene.world.asks(&ann, &call(&role("b"), &scene.token(|_| {}), "")).await;
    assert_eq!(reply.told(), NO);
}

#[tokio::test]
async fn what_is_too_large_or_no_token_at_all_is_refused_before_anything_is_looked_up() {
    let scene = Scene::new().await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci");
    let reply = scene.world.unsigned(&call(&role, &"a".repeat(20_001), "")).await;
    assert_eq!(reply.code(), "ValidationError");
    assert!(!reply.document.contains(&"a".repeat(100)));
    let reply = scene.world.unsigned(&call(&role, "abc", "")).await;
    assert_eq!(reply.code(), "ValidationError");
    let reply = scene.world.unsigned(&call(&role, "no-token-at-all", "")).await;
    assert_eq!(reply.code(), "InvalidIdentityToken");
    let reply = scene.world.sends(post("a".repeat(1024 * 1024 + 1))).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "RequestEntityTooLarge"));
    let provider = scene.assumes(&scene.token(|_| {}), "ProviderId=www.amazon.com").await;
    assert_eq!(provider.code(), "InvalidIdentityToken");
}
