//! How long temporary credentials last, and what they are never for.

use crate::session::{allowing, trusting_account};
use crate::world::{Person, World};

const ROLE: &str = "AssumeRole RoleArn=arn:aws:iam::123456789012:role/r RoleSessionName=session";

impl World {
    /// A user with that policy.
    pub(crate) async fn user_who(&self, name: &str, policy: &str) -> Person {
        let user = self.user(name).await;
        let call = format!("PutUserPolicy UserName={name} PolicyName=p PolicyDocument={policy}");
        self.root(&call).await.ok();
        user
    }

    /// Credentials last for so many seconds, and not for one more.
    async fn lasts(&self, who: &Person, call: &str, seconds: i64) {
        let session = Person::in_reply(&self.asks(who, call).await.ok());
        self.passes(seconds - 1);
        self.asks(&session, "GetCallerIdentity").await.ok();
        self.passes(1);
        assert_eq!(self.asks(&session, "GetCallerIdentity").await.code(), "ExpiredToken", "{call}");
    }
}

#[tokio::test]
async fn every_kind_of_session_lasts_as_long_as_is_asked() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    world.root("UpdateRole RoleName=r MaxSessionDuration=43200").await.ok();
    for (call, seconds) in [
        (ROLE, 3600),
        ("GetSessionToken DurationSeconds=900", 900),
        ("GetSessionToken", 43_200),
        ("GetSessionToken DurationSeconds=129600", 129_600),
        ("GetFederationToken Name=guest DurationSeconds=3600", 3600),
        ("GetFederationToken Name=guest", 43_200),
    ] {
        world.lasts(&ann, call, seconds).await;
    }
    world.lasts(&ann, &format!("{ROLE} DurationSeconds=43200"), 43_200).await;
    for call in [
        "GetSessionToken",
        "GetSessionToken DurationSeconds=129600",
        "GetFederationToken Name=guest",
        "GetFederationToken Name=guest DurationSeconds=129600",
    ] {
        world.lasts(&world.root, call, 3600).await;
    }
}

#[tokio::test]
async fn no_session_is_shorter_or_longer_than_its_operation_allows() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    for (call, most) in
        [(ROLE, 43_200), ("GetSessionToken", 129_600), ("GetFederationToken Name=guest", 129_600)]
    {
        for seconds in [899, most + 1] {
            let reply = world.asks(&ann, &format!("{call} DurationSeconds={seconds}")).await;
            assert_eq!(reply.code(), "ValidationError", "{call}");
        }
    }
    let told = "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!(world.asks(&ann, &format!("{ROLE} DurationSeconds=3601")).await.told(), told);
}

#[tokio::test]
async fn sessions_make_no_sessions_of_users_and_guests() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let guest = format!("GetFederationToken Name=guest Policy={}", allowing("*"));
    for made in [ROLE, "GetSessionToken", &guest] {
        let session = Person::in_reply(&world.asks(&ann, made).await.ok());
        for (call, more) in [("GetSessionToken", ""), ("GetFederationToken", "Name=other")] {
            let reply = world.asks(&session, &format!("{call} {more}")).await;
            let told = format!("403 AccessDenied: Cannot call {call} with session credentials");
            assert_eq!(reply.told(), told, "{made}");
        }
    }
}

#[tokio::test]
async fn sessions_without_a_second_factor_are_for_no_iam_and_little_of_sts() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:ListUsers")).await;
    let wrong = "403 InvalidClientTokenId: The security token included in the request is invalid";
    let info = format!("GetAccessKeyInfo AccessKeyId={}", ann.id);
    let guest = format!("GetFederationToken Name=guest Policy={}", allowing("*"));
    for (who, made) in
        [(&ann, "GetSessionToken"), (&world.root, "GetSessionToken"), (&ann, &*guest)]
    {
        let session = Person::in_reply(&world.asks(who, made).await.ok());
        world.asks(&session, "GetCallerIdentity").await.ok();
        assert_eq!(world.asks(&session, "ListUsers").await.told(), wrong);
        assert_eq!(world.asks(&session, &info).await.code(), "AccessDenied");
    }
    let guest = Person::in_reply(&world.asks(&ann, &guest).await.ok());
    let told = "403 AccessDenied: User: arn:aws:sts::123456789012:federated-user/guest is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r";
    assert_eq!(world.asks(&guest, ROLE).await.told(), told);
    let session = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let role = Person::in_reply(&world.asks(&session, ROLE).await.ok());
    world.asks(&role, "ListUsers").await.ok();
}

#[tokio::test]
async fn root_assumes_no_role() {
    let world = World::new().await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let told = "403 AccessDenied: Roles may not be assumed by root accounts.";
    assert_eq!(world.root(ROLE).await.told(), told);
    let session = Person::in_reply(&world.root("GetSessionToken").await.ok());
    assert_eq!(world.asks(&session, ROLE).await.told(), told);
}

#[tokio::test]
async fn how_long_a_session_may_last_is_told_by_every_operation_that_makes_one() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let role = "RoleArn=arn:aws:iam::123456789012:role/r";
    let web = format!("AssumeRoleWithWebIdentity {role} RoleSessionName=xy WebIdentityToken=none");
    let saml = format!(
        "AssumeRoleWithSAML {role} PrincipalArn=arn:aws:iam::123456789012:saml-provider/p SAMLAssertion=none"
    );
    let root = "AssumeRoot TargetPrincipal=123456789012 TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
    let token = "GetWebIdentityToken Audience.member.1=app SigningAlgorithm=ES384";
    for (call, least, most) in [
        (ROLE, 900, 43_200),
        (&web, 900, 43_200),
        (&saml, 900, 43_200),
        ("GetSessionToken", 900, 129_600),
        ("GetFederationToken Name=guest", 900, 129_600),
        (root, 0, 900),
        (token, 60, 3600),
    ] {
        let asks = async |seconds: i64| {
            let call = format!("{call} DurationSeconds={seconds}");
            let is_signed = !call.starts_with("AssumeRoleWith");
            let reply =
                if is_signed { world.asks(&ann, &call).await } else { world.unsigned(&call).await };
            reply.told()
        };
        let told = |seconds: i64, word: &str, bound: i64| {
            format!(
                "400 ValidationError: 1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {word} than or equal to {bound}"
            )
        };
        assert_eq!(asks(most + 1).await, told(most + 1, "less", most), "{call}");
        assert_eq!(asks(least - 1).await, told(least - 1, "greater", least), "{call}");
        for seconds in [least, most] {
            assert!(!asks(seconds).await.contains("constraint"), "{call} {seconds}");
        }
    }
}

#[tokio::test]
async fn a_session_outlasts_what_its_role_allows_later_and_the_next_does_not() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    world.root("UpdateRole RoleName=r MaxSessionDuration=7200").await.ok();
    let long = format!("{ROLE} DurationSeconds=7200");
    let session = Person::in_reply(&world.asks(&ann, &long).await.ok());
    world.root("UpdateRole RoleName=r MaxSessionDuration=3600").await.ok();
    assert_eq!(world.asks(&ann, &long).await.code(), "ValidationError");
    world.passes(7199);
    world.asks(&session, "ListUsers").await.ok();
    world.passes(1);
    assert_eq!(world.asks(&session, "ListUsers").await.code(), "ExpiredToken");
}

#[tokio::test]
async fn a_chain_that_is_told_nothing_lasts_an_hour_whatever_it_hangs_on() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    let first =
        Person::in_reply(&world.asks(&ann, &format!("{ROLE} DurationSeconds=900")).await.ok());
    world.passes(899);
    let second = Person::in_reply(&world.asks(&first, ROLE).await.ok());
    world.passes(3599);
    assert_eq!(world.asks(&first, "GetCallerIdentity").await.code(), "ExpiredToken");
    world.asks(&second, "GetCallerIdentity").await.ok();
    world.passes(1);
    assert_eq!(world.asks(&second, "GetCallerIdentity").await.code(), "ExpiredToken");
}
