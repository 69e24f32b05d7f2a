//! What conditions see of whoever asks, for each kind of caller: every key with its value, or that there is none.

use serde_json::{Value, json};

use crate::assume_with_saml as saml;
use crate::assume_with_web_identity::{Scene, provider};
use crate::phone::Phone;
use crate::session::{allowing, trusting_account};
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, World};

/// Asks for leave and for nothing else: the account issues no tokens, but that is told only to those who may have one.
const PROBE: &str = "GetWebIdentityToken Audience.member.1=app SigningAlgorithm=ES384";

/// Keys of which the tables tell whether there is a value, and which.
const KEYS: [&str; 13] = [
    "aws:PrincipalArn",
    "aws:userid",
    "aws:username",
    "aws:PrincipalType",
    "aws:PrincipalAccount",
    "aws:TokenIssueTime",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:SourceIdentity",
    "aws:FederatedProvider",
    "aws:AssumedRoot",
    "aws:PrincipalTag/team",
    "aws:PrincipalTag/site",
];

/// Whose policy decides for somebody: `user ann`, `role r`.
struct Holder(&'static str, &'static str);

impl Holder {
    fn put(&self, condition: &Value) -> String {
        let Self(kind, name) = self;
        let document = json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*", "Condition": condition,
        } });
        let document = encoded(document.to_string().as_bytes(), false);
        format!("Put{kind}Policy {kind}Name={name} PolicyName=probe PolicyDocument={document}")
    }
}

impl World {
    /// Whether a condition of the holder's policy holds for whoever asks.
    async fn holds(&self, who: &Person, holder: &Holder, condition: Value) -> bool {
        self.root(&holder.put(&condition)).await.ok();
        let reply = self.asks(who, PROBE).await;
        match reply.code().as_str() {
            "OutboundWebIdentityFederationDisabledException" => true,
            "AccessDenied" => false,
            _ => panic!("{}", reply.document),
        }
    }

    /// Every key has the value that the table says, and those that it does not name have none.
    async fn sees(&self, who: &Person, holder: Holder, table: &[(&str, &str)]) {
        for key in KEYS.iter().chain(table.iter().map(|(key, _)| key)) {
            let value = table.iter().find(|(named, _)| named == key).map(|(_, value)| *value);
            let absent = json!({ "Null": { key.to_uppercase(): "true" } });
            assert_eq!(self.holds(who, &holder, absent).await, value.is_none(), "{key}");
            let there = json!({ "Null": { *key: "false" } });
            assert_eq!(self.holds(who, &holder, there).await, value.is_some(), "{key}");
            let Some(value) = value else { continue };
            let is = json!({ "StringEquals": { *key: value } });
            assert!(self.holds(who, &holder, is).await, "{key} is {value}");
            let other = json!({ "StringEquals": { *key: format!("{value}x") } });
            assert!(!self.holds(who, &holder, other).await, "{key} is not {value}x");
        }
    }

    /// A user in a path, with a label, who may do all but what is probed.
    async fn ann(&self) -> Person {
        self.root(
            "CreateUser UserName=ann Path=/dev/ Tags.member.1.Key=Team Tags.member.1.Value=red",
        )
        .await
        .ok();
        let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"sts:GetWebIdentityToken","Resource":"*"}}"#;
        self.root(&format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={document}"))
            .await
            .ok();
        self.key_of("ann").await
    }

    async fn user_id(&self) -> String {
        self.root("GetUser UserName=ann").await.ok().text("UserId")
    }

    /// A role in a path, with a label, and its id.
    async fn builder(&self) -> String {
        let trust = encoded(trusting_account().as_bytes(), false);
        let create = format!(
            "CreateRole RoleName=Build Path=/ci/ Tags.member.1.Key=Team Tags.member.1.Value=red \
             AssumeRolePolicyDocument={trust}"
        );
        self.root(&create).await.ok().text("RoleId")
    }
}

#[tokio::test]
async fn a_user_with_a_key_that_lasts_is_told_by_name_and_no_session_is_seen() {
    let world = World::new().await;
    let (ann, id) = (world.ann().await, world.user_id().await);
    world
        .sees(
            &ann,
            Holder("User", "ann"),
            &[
                ("aws:PrincipalArn", "arn:aws:iam::123456789012:user/dev/ann"),
                ("aws:userid", &id),
                ("aws:username", "ann"),
                ("aws:PrincipalType", "User"),
                ("aws:PrincipalAccount", ACCOUNT),
                ("aws:PrincipalIsAWSService", "false"),
                ("aws:ViaAWSService", "false"),
                ("aws:ResourceAccount", ACCOUNT),
                ("aws:CurrentTime", "2027-01-15T08:00:00Z"),
                ("aws:EpochTime", "1800000000"),
                ("aws:PrincipalTag/team", "red"),
            ],
        )
        .await;
}

#[tokio::test]
async fn a_session_of_ones_own_is_the_user_with_a_beginning_and_perhaps_a_second_factor() {
    let world = World::new().await;
    let (ann, id) = (world.ann().await, world.user_id().await);
    let phone = Phone::enabled_for(&world, "ann").await;
    world.passes(300);
    let own = [
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:user/dev/ann"),
        ("aws:userid", &*id),
        ("aws:username", "ann"),
        ("aws:PrincipalType", "User"),
        ("aws:PrincipalAccount", ACCOUNT),
        ("aws:TokenIssueTime", "2027-01-15T08:05:00Z"),
        ("aws:PrincipalTag/team", "red"),
    ];
    let without = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let code = phone.code(&world, 0);
    let call = format!("GetSessionToken SerialNumber={} TokenCode={code}", phone.serial);
    let with = Person::in_reply(&world.asks(&ann, &call).await.ok());
    world.passes(77);
    let none = [("aws:MultiFactorAuthPresent", "false")];
    world.sees(&without, Holder("User", "ann"), &[&own[..], &none].concat()).await;
    let factor = [("aws:MultiFactorAuthPresent", "true"), ("aws:MultiFactorAuthAge", "77")];
    world.sees(&with, Holder("User", "ann"), &[&own[..], &factor].concat()).await;
}

#[tokio::test]
async fn a_session_of_a_role_is_told_by_the_role_and_has_no_users_name() {
    let world = World::new().await;
    let (ann, id) = (world.ann().await, world.builder().await);
    let phone = Phone::enabled_for(&world, "ann").await;
    world.passes(300);
    let id = format!("{id}:session");
    let role = [
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/ci/Build"),
        ("aws:userid", &*id),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:PrincipalAccount", ACCOUNT),
        ("aws:TokenIssueTime", "2027-01-15T08:05:00Z"),
    ];
    let bare = [("aws:PrincipalTag/team", "red"), ("aws:MultiFactorAuthPresent", "false")];
    let plain = world.becomes(&ann, "ci/Build", "").await;
    let code = phone.code(&world, 0);
    let more = format!(
        "SerialNumber={} TokenCode={code} SourceIdentity=Ann Tags.member.1.Key=team \
         Tags.member.1.Value=blue Tags.member.2.Key=Site Tags.member.2.Value=Bonn",
        phone.serial
    );
    let full = world.becomes(&ann, "ci/Build", &more).await;
    world.passes(5);
    world.sees(&plain, Holder("Role", "Build"), &[&role[..], &bare].concat()).await;
    let said = [
        ("aws:MultiFactorAuthPresent", "true"),
        ("aws:MultiFactorAuthAge", "5"),
        ("aws:SourceIdentity", "Ann"),
        ("aws:PrincipalTag/team", "blue"),
        ("aws:PrincipalTag/site", "Bonn"),
    ];
    world.sees(&full, Holder("Role", "Build"), &[&role[..], &said].concat()).await;
}

#[tokio::test]
async fn a_guest_is_told_by_its_own_name_and_has_its_users_labels() {
    let world = World::new().await;
    let ann = world.ann().await;
    let call = format!(
        "GetFederationToken Name=guest Policy={} Tags.member.1.Key=Site Tags.member.1.Value=Bonn",
        allowing("sts:*")
    );
    let guest = Person::in_reply(&world.asks(&ann, &call).await.ok());
    let table = [
        ("aws:PrincipalArn", "arn:aws:sts::123456789012:federated-user/guest"),
        ("aws:userid", "123456789012:guest"),
        ("aws:PrincipalType", "FederatedUser"),
        ("aws:PrincipalAccount", ACCOUNT),
        ("aws:TokenIssueTime", "2027-01-15T08:00:00Z"),
        ("aws:MultiFactorAuthPresent", "false"),
        ("aws:PrincipalTag/team", "red"),
        ("aws:PrincipalTag/site", "Bonn"),
    ];
    world.sees(&guest, Holder("User", "ann"), &table).await;
    let call = format!("{call} Tags.member.2.Key=TEAM Tags.member.2.Value=blue");
    let guest = Person::in_reply(&world.asks(&ann, &call).await.ok());
    let blue = json!({ "StringEquals": { "aws:PrincipalTag/team": "blue" } });
    assert!(world.holds(&guest, &Holder("User", "ann"), blue).await);
}

#[tokio::test]
async fn a_session_by_a_token_knows_its_provider_and_what_that_said() {
    let scene = Scene::new().await;
    let id = scene.world.root("GetRole RoleName=ci").await.ok().text("RoleId");
    let assumed =
        scene.assumes(&scene.token(|claims| claims["amr"] = json!(["pwd"])), "").await.ok();
    let session = Person::in_reply(&assumed);
    scene
        .world
        .sees(
            &session,
            Holder("Role", "ci"),
            &[
                ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/ci"),
                ("aws:userid", &format!("{id}:run")),
                ("aws:PrincipalType", "AssumedRole"),
                ("aws:PrincipalAccount", ACCOUNT),
                ("aws:TokenIssueTime", "2027-01-15T08:00:00Z"),
                ("aws:MultiFactorAuthPresent", "false"),
                ("aws:FederatedProvider", &provider()),
                ("id.example.com/realm:aud", "app"),
                ("id.example.com/realm:sub", "repo:acme/shop"),
                ("id.example.com/realm:amr", "pwd"),
            ],
        )
        .await;
}

#[tokio::test]
async fn a_session_by_an_assertion_knows_its_provider_and_its_subject_alone() {
    let world = saml::scene().await;
    let id = world.root("GetRole RoleName=Reader").await.ok().text("RoleId");
    let assumed =
        saml::assumes(&world, "Reader", &saml::sample("good/assertion-signed")).await.ok();
    let session = Person::in_reply(&assumed);
    let holder = Holder("Role", "Reader");
    for gone in ["saml:iss", "saml:doc", "saml:aud", "saml:edupersonaffiliation"] {
        let absent = json!({ "Null": { gone: "true" } });
        assert!(world.holds(&session, &holder, absent).await, "{gone}");
    }
    world
        .sees(
            &session,
            holder,
            &[
                ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/Reader"),
                ("aws:userid", &format!("{id}:ann@example.com")),
                ("aws:PrincipalType", "AssumedRole"),
                ("aws:PrincipalAccount", ACCOUNT),
                ("aws:TokenIssueTime", "2015-08-30T12:36:00Z"),
                ("aws:MultiFactorAuthPresent", "false"),
                ("aws:FederatedProvider", &saml::provider()),
                ("aws:SourceIdentity", "ann"),
                ("aws:PrincipalTag/team", "Blue = Green"),
                ("aws:PrincipalTag/site", "Zürich"),
                ("saml:sub", &assumed.text("Subject")),
                ("saml:sub_type", &assumed.text("SubjectType")),
                ("saml:namequalifier", &assumed.text("NameQualifier")),
            ],
        )
        .await;
}

#[tokio::test]
async fn who_signs_nothing_is_nobody_until_vouched_for() {
    let scene = Scene::new().await;
    let nobody = scene.world.user("nobody").await;
    for (condition, may) in [
        (json!({ "StringEquals": { "aws:PrincipalType": "Anonymous" } }), true),
        (json!({ "StringEquals": { "aws:userid": "anonymous" } }), true),
        (json!({ "Null": { "aws:PrincipalArn": "true", "aws:username": "true" } }), true),
        (json!({ "Null": { "aws:PrincipalAccount": "true" } }), true),
        (json!({ "Null": { "aws:TokenIssueTime": "true" } }), true),
        (json!({ "Null": { "aws:MultiFactorAuthPresent": "true" } }), true),
        (json!({ "StringEquals": { "aws:FederatedProvider": provider() } }), true),
        (json!({ "StringEquals": { "aws:username": "nobody" } }), false),
    ] {
        scene.trusts(&condition).await;
        let token = scene.token(|_| {});
        let reply = scene.assumes(&token, "").await;
        assert_eq!(reply.status == 200, may, "{condition}: {}", reply.document);
        let signed = scene.asks(&nobody, &token).await;
        assert_eq!(signed.status == 200, may, "{condition}: {}", signed.document);
    }
}
