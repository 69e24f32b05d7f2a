//! Roles that are assumed by roles, and what goes along with that.

use crate::session::{allowing, trusting, trusting_account};
use crate::world::{ACCOUNT, Person, World};

const THREE: &str = r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#;

impl World {
    pub(crate) async fn becomes(&self, who: &Person, role: &str, more: &str) -> Person {
        Person::in_reply(&self.assumes(who, role, more).await.ok())
    }
}

#[tokio::test]
async fn a_chain_lasts_an_hour_a_link_whatever_its_roles_allow() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for role in ["one", "two"] {
        world.assumable(role, &trusting_account(), &allowing("sts:*")).await;
        world.root(&format!("UpdateRole RoleName={role} MaxSessionDuration=43200")).await.ok();
    }
    let one = world.becomes(&ann, "one", "DurationSeconds=43200").await;
    let own = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let told = "400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    for who in [&one, &own] {
        world.assumes(who, "two", "DurationSeconds=3600").await.ok();
        assert_eq!(world.assumes(who, "two", "DurationSeconds=3601").await.told(), told);
    }
}

#[tokio::test]
async fn who_stands_behind_a_session_is_said_once_and_goes_along() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for role in ["one", "two", "three"] {
        world.assumable(role, &trusting_account(), &allowing("sts:*")).await;
    }
    let one = world.becomes(&ann, "one", "SourceIdentity=Ann").await;
    let two = world.assumes(&one, "two", "").await.ok();
    assert_eq!(two.text("SourceIdentity"), "Ann");
    let two = Person::in_reply(&two);
    world.assumes(&two, "three", "SourceIdentity=Ann").await.ok();
    let told = format!(
        "403 AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/two/session is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::{ACCOUNT}:role/three"
    );
    for other in ["Bob", "ann"] {
        let reply = world.assumes(&two, "three", &format!("SourceIdentity={other}")).await;
        assert_eq!(reply.told(), told);
    }
}

#[tokio::test]
async fn both_sides_must_let_pass_what_is_said_and_what_is_inherited() {
    let world = World::new().await;
    let narrow = trusting_account().replace(THREE, r#""sts:AssumeRole""#);
    world.assumable("narrow", &narrow, &allowing("*")).await;
    world.assumable("wide", &trusting_account(), &allowing("sts:*")).await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    let bob = world.user_who("bob", &allowing("sts:AssumeRole")).await;
    let tag = "Tags.member.1.Key=k Tags.member.1.Value=v TransitiveTagKeys.member.1=k";
    for (more, action) in [("SourceIdentity=Ann", "sts:SetSourceIdentity"), (tag, "sts:TagSession")]
    {
        let refused = format!("perform: {action} on resource");
        for (who, role) in [(&ann, "narrow"), (&bob, "wide")] {
            world.assumes(who, role, "").await.ok();
            let reply = world.assumes(who, role, more).await;
            assert!(reply.message().contains(&refused), "{}", reply.document);
        }
        let wide = world.becomes(&ann, "wide", more).await;
        let reply = world.assumes(&wide, "narrow", "").await;
        assert!(reply.message().contains(&refused), "{}", reply.document);
    }
}

#[tokio::test]
async fn sessions_outlive_who_assumed_them_and_end_with_whose_they_are() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    let user = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    world.assumable("r", &trusting(&user), &allowing("iam:ListUsers")).await;
    let role = world.becomes(&ann, "r", "").await;
    let own = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let guest = Person::in_reply(&world.asks(&ann, "GetFederationToken Name=guest").await.ok());
    world.root(&format!("DeleteAccessKey UserName=ann AccessKeyId={}", ann.id)).await.ok();
    for session in [&role, &own, &guest] {
        world.asks(session, "GetCallerIdentity").await.ok();
    }
    world.root("DeleteUserPolicy UserName=ann PolicyName=p").await.ok();
    world.root("DeleteUser UserName=ann").await.ok();
    world.root("CreateUser UserName=ann").await.ok();
    world.asks(&role, "ListUsers").await.ok();
    for session in [&own, &guest] {
        assert_eq!(world.asks(session, "GetCallerIdentity").await.code(), "InvalidClientTokenId");
    }
    world.root("DeleteRolePolicy RoleName=r PolicyName=p").await.ok();
    world.root("DeleteRole RoleName=r").await.ok();
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    assert_eq!(world.asks(&role, "ListUsers").await.code(), "InvalidClientTokenId");
}

#[tokio::test]
async fn older_sessions_are_revoked_by_the_moment_they_were_made() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:ListUsers")).await;
    let old = world.becomes(&ann, "r", "").await;
    world.passes(10);
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2027-01-15T08:00:05Z"}}}}"#;
    let call =
        format!("PutRolePolicy RoleName=r PolicyName=AWSRevokeOlderSessions PolicyDocument={deny}");
    world.root(&call).await.ok();
    assert_eq!(world.asks(&old, "ListUsers").await.code(), "AccessDenied");
    let new = world.becomes(&ann, "r", "").await;
    world.asks(&new, "ListUsers").await.ok();
}
