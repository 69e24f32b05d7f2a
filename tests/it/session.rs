//! Temporary credentials, as those see them who sign with them.

use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, Reply, World};

impl World {
    /// A role that `principal` may become, and what it may do.
    pub(crate) async fn assumable(&self, name: &str, trust: &str, policy: &str) {
        let trust = encoded(trust.as_bytes(), false);
        let call = format!("CreateRole RoleName={name} AssumeRolePolicyDocument={trust}");
        self.root(&call).await.ok();
        let policy = encoded(policy.as_bytes(), false);
        let call = format!("PutRolePolicy RoleName={name} PolicyName=p PolicyDocument={policy}");
        self.root(&call).await.ok();
    }

    /// What someone is answered who wants to be a role.
    pub(crate) async fn assumes(&self, who: &Person, role: &str, more: &str) -> Reply {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        let call = format!("AssumeRole RoleArn={arn} RoleSessionName=session {more}");
        self.asks(who, &call).await
    }
}

/// Lets the account decide who becomes it.
pub(crate) fn trusting_account() -> String {
    trusting(&format!("arn:aws:iam::{ACCOUNT}:root"))
}

/// Lets one in.
pub(crate) fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}}}"#
    )
}

pub(crate) fn allowing(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#
    )
}

#[tokio::test]
async fn a_role_is_assumed_and_its_credentials_sign() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    world.assumable("reader", &trusting(&arn), &allowing("iam:ListUsers")).await;
    let assumed = world.assumes(&ann, "reader", "").await.ok();
    let session_arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/session");
    assert_eq!(assumed.text("Arn"), session_arn);
    assert!(assumed.texts("PackedPolicySize").is_empty());
    let reader = Person::in_reply(&assumed);
    assert!(reader.id.starts_with("ASIA"));
    assert_eq!((reader.id.len(), reader.secret.len()), (20, 40));
    let who = world.asks(&reader, "GetCallerIdentity").await.ok();
    assert_eq!(who.text("Arn"), session_arn);
    assert_eq!(who.text("Account"), ACCOUNT);
    assert_eq!(who.text("UserId"), assumed.text("AssumedRoleId"));
    assert_eq!(world.asks(&reader, "ListUsers").await.ok().texts("UserName"), ["ann"]);
    let told = format!(
        "403 AccessDenied: User: {session_arn} is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::{ACCOUNT}:role/ because no identity-based policy allows the iam:ListRoles action"
    );
    assert_eq!(world.asks(&reader, "ListRoles").await.told(), told);
}

#[tokio::test]
async fn a_token_ends_and_belongs_to_its_own_key_alone() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let session =
        Person::in_reply(&world.asks(&ann, "GetSessionToken DurationSeconds=900").await.ok());
    let other = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    world.asks(&session, "GetCallerIdentity").await.ok();
    let wrong = "403 InvalidClientTokenId: The security token included in the request is invalid";
    let mixed = Person { token: other.token.clone(), ..session.clone() };
    assert_eq!(world.asks(&mixed, "GetCallerIdentity").await.told(), wrong);
    let none = Person { token: None, ..session.clone() };
    assert_eq!(world.asks(&none, "GetCallerIdentity").await.told(), format!("{wrong}."));
    let forged = Person { secret: other.secret, ..session.clone() };
    assert_eq!(world.asks(&forged, "GetCallerIdentity").await.code(), "SignatureDoesNotMatch");
    world.passes(899);
    world.asks(&session, "GetCallerIdentity").await.ok();
    world.passes(1);
    let over = "403 ExpiredToken: The security token included in the request is expired";
    assert_eq!(world.asks(&session, "GetCallerIdentity").await.told(), over);
}
