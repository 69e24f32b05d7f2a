//! What policies of a session deny, and how it is told; and what guests are left with.

use crate::session::{allowing, trusting_account};
use crate::world::{ACCOUNT, Person, World};

const READ: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
const TOKEN: &str = "GetWebIdentityToken Audience.member.1=app SigningAlgorithm=ES384";

fn inline(policy: &str) -> String {
    format!("Policy={policy}")
}

fn all_but(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"{action}","Resource":"*"}}]}}"#
    )
}

/// How a session of the role is refused.
fn refused(action: &str, resource: &str, why: &str) -> String {
    format!(
        "403 AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/r/session is not authorized to perform: iam:{action} on resource: {resource} {why}"
    )
}

/// Ann, who may assume the role `r`, which may do everything.
async fn scene() -> (World, Person) {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    (world, ann)
}

impl World {
    async fn policy(&self, name: &str, document: &str) -> String {
        let call = format!("CreatePolicy PolicyName={name} PolicyDocument={document}");
        self.root(&call).await.ok().text("Arn")
    }

    /// A guest, and whether it gets a token.
    async fn guest_may(&self, who: &Person, more: &str) -> bool {
        let call = format!("GetFederationToken Name=guest {more}");
        let guest = Person::in_reply(&self.asks(who, &call).await.ok());
        let reply = self.asks(&guest, TOKEN).await;
        if reply.status != 200 {
            let told = format!(
                "403 AccessDenied: User: arn:aws:sts::{ACCOUNT}:federated-user/guest is not authorized to perform: sts:GetWebIdentityToken on resource: *"
            );
            assert_eq!(reply.told(), told, "{more}");
        }
        reply.status == 200
    }
}

#[tokio::test]
async fn which_policy_of_a_session_refuses_is_told() {
    let (world, ann) = scene().await;
    let own = world.policy("own", &all_but("iam:ListUsers")).await;
    let users = format!("arn:aws:iam::{ACCOUNT}:user/");
    let lacks = "because no session policy allows the iam:ListUsers action";
    for (more, why) in [
        (inline(&allowing("iam:ListRoles")), lacks.to_owned()),
        (
            format!("PolicyArns.member.1.arn={own}"),
            format!("with an explicit deny in a session policy: {own}"),
        ),
        (inline(&all_but("iam:List*")), "with an explicit deny in a session policy".to_owned()),
        (
            format!("PolicyArns.member.1.arn={READ} {}", inline(&all_but("iam:ListUsers"))),
            "with an explicit deny in a session policy".to_owned(),
        ),
        (
            format!("PolicyArns.member.1.arn={READ} PolicyArns.member.2.arn={own}"),
            format!("with an explicit deny in a session policy: {own}"),
        ),
    ] {
        let session = world.becomes(&ann, "r", &more).await;
        let told = refused("ListUsers", &users, &why);
        assert_eq!(world.asks(&session, "ListUsers").await.told(), told, "{more}");
    }
}

#[tokio::test]
async fn of_several_that_deny_the_boundary_is_told_before_the_session_and_that_before_the_role() {
    let (world, ann) = scene().await;
    let none = world.policy("none", &all_but("iam:ListUsers")).await;
    let session = world.becomes(&ann, "r", &inline(&all_but("iam:ListUsers"))).await;
    let deny = all_but("iam:ListUsers");
    let users = format!("arn:aws:iam::{ACCOUNT}:user/");
    world.root(&format!("PutRolePolicy RoleName=r PolicyName=d PolicyDocument={deny}")).await.ok();
    let told = refused("ListUsers", &users, "with an explicit deny in a session policy");
    assert_eq!(world.asks(&session, "ListUsers").await.told(), told);
    let call = format!("PutRolePermissionsBoundary RoleName=r PermissionsBoundary={none}");
    world.root(&call).await.ok();
    let why = format!("with an explicit deny in a permissions boundary: {none}");
    assert_eq!(world.asks(&session, "ListUsers").await.told(), refused("ListUsers", &users, &why));
}

#[tokio::test]
async fn role_boundary_and_session_must_all_allow_and_the_first_that_does_not_is_told() {
    let (world, ann) = scene().await;
    let call = format!("PutRolePermissionsBoundary RoleName=r PermissionsBoundary={READ}");
    world.root(&call).await.ok();
    let two = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:CreateUser","iam:ListUsers"],"Resource":"*"}}"#;
    let session = world.becomes(&ann, "r", &inline(two)).await;
    world.asks(&session, "ListUsers").await.ok();
    let (bob, roles) =
        (format!("arn:aws:iam::{ACCOUNT}:user/bob"), format!("arn:aws:iam::{ACCOUNT}:role/"));
    let why = "because no permissions boundary allows the iam:CreateUser action";
    let told = refused("CreateUser", &bob, why);
    assert_eq!(world.asks(&session, "CreateUser UserName=bob").await.told(), told);
    let why = "because no session policy allows the iam:ListRoles action";
    assert_eq!(world.asks(&session, "ListRoles").await.told(), refused("ListRoles", &roles, why));
    let put = format!("PutRolePolicy RoleName=r PolicyName=p PolicyDocument={}", allowing("s3:*"));
    world.root(&put).await.ok();
    let why = "because no identity-based policy allows the iam:ListRoles action";
    assert_eq!(world.asks(&session, "ListRoles").await.told(), refused("ListRoles", &roles, why));
}

#[tokio::test]
async fn a_policy_of_a_session_is_asked_who_acts_and_when() {
    let (world, ann) = scene().await;
    world.passes(1);
    let when = world.now().to_string();
    let only = |condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{condition}}}}}"#
        )
    };
    for (condition, may) in [
        (
            r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/r"}}"#.to_owned(),
            true,
        ),
        (r#"{"StringLike":{"aws:userid":"AROA*:session"}}"#.to_owned(), true),
        (r#"{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#.to_owned(), true),
        (r#"{"Null":{"aws:username":"true"}}"#.to_owned(), true),
        (r#"{"Null":{"aws:username":"false"}}"#.to_owned(), false),
        (r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}"#.to_owned(), true),
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned(), true),
        (format!(r#"{{"DateEquals":{{"aws:TokenIssueTime":"{when}"}}}}"#), true),
        (format!(r#"{{"DateLessThan":{{"aws:TokenIssueTime":"{when}"}}}}"#), false),
    ] {
        let session = world.becomes(&ann, "r", &inline(&only(&condition))).await;
        let status = world.asks(&session, "ListUsers").await.status;
        assert_eq!(status == 200, may, "{condition}");
    }
}

#[tokio::test]
async fn a_policy_of_a_session_is_well_formed_and_names_policies_that_are_there() {
    let (world, ann) = scene().await;
    world
        .root(&format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={}", allowing("*")))
        .await
        .ok();
    let member = world.store.create_account(None, None).await.unwrap();
    let root = Person::new(member.id.as_str(), member.secret.expose());
    let create = format!("CreatePolicy PolicyName=theirs PolicyDocument={}", allowing("*"));
    let theirs = world.asks(&root, &create).await.ok().text("Arn");
    let role = format!("AssumeRole RoleArn=arn:aws:iam::{ACCOUNT}:role/r RoleSessionName=session");
    for call in [&*role, "GetFederationToken Name=guest"] {
        for policy in [
            "x",
            "{}",
            "[]",
            "null",
            r#"{"Version":"2012-10-17"}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*"}}"#,
        ] {
            let reply = world.asks(&ann, &format!("{call} Policy={policy}")).await;
            assert_eq!(
                (reply.status, &*reply.code()),
                (400, "MalformedPolicyDocument"),
                "{policy}"
            );
        }
        let policy = format!("Policy={}", trusting_account());
        assert_eq!(
            world.asks(&ann, &format!("{call} {policy}")).await.code(),
            "MalformedPolicyDocument"
        );
        let reply = world.asks(&ann, &format!("{call} PolicyArns.member.1.arn={theirs}")).await;
        assert_ne!(reply.status, 200, "{}", reply.document);
        for none in ["PolicyArns.member.1.Arn=x", "PolicyArns.member.1=x", "Policy="] {
            let reply = world.asks(&ann, &format!("{call} {none}")).await;
            assert_ne!(reply.status, 200, "{none}: {}", reply.document);
        }
    }
}

#[tokio::test]
async fn a_guest_has_the_rights_that_both_its_user_and_its_policies_grant() {
    let world = World::new().await;
    world.root("EnableOutboundWebIdentityFederation").await.ok();
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    let bob = world.user_who("bob", &allowing("sts:GetFederationToken")).await;
    let may = world.policy("may", &allowing("sts:Get*")).await;
    let not = world.policy("not", &all_but("sts:GetWebIdentityToken")).await;
    for (more, of_ann, of_root) in [
        (String::new(), false, false),
        (inline(&allowing("sts:GetWebIdentityToken")), true, true),
        (inline(&allowing("*")), true, true),
        (inline(&allowing("iam:*")), false, false),
        (inline(&all_but("sts:GetWebIdentityToken")), false, false),
        (format!("PolicyArns.member.1.arn={may}"), true, true),
        (format!("PolicyArns.member.1.arn={not}"), false, false),
        (format!("PolicyArns.member.1.arn={may} PolicyArns.member.2.arn={not}"), false, false),
        (format!("PolicyArns.member.1.arn={READ} {}", inline(&allowing("sts:*"))), true, true),
    ] {
        assert_eq!(world.guest_may(&ann, &more).await, of_ann, "{more}");
        assert_eq!(world.guest_may(&world.root, &more).await, of_root, "{more}");
        assert!(!world.guest_may(&bob, &more).await, "{more}");
    }
}

#[tokio::test]
async fn a_guest_loses_what_its_user_loses() {
    let world = World::new().await;
    world.root("EnableOutboundWebIdentityFederation").await.ok();
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    let call = format!("GetFederationToken Name=guest {}", inline(&allowing("*")));
    let guest = Person::in_reply(&world.asks(&ann, &call).await.ok());
    world.asks(&guest, TOKEN).await.ok();
    let put = "PutUserPolicy UserName=ann PolicyName=p PolicyDocument=";
    for (policy, may) in [
        (all_but("sts:GetWebIdentityToken"), false),
        (allowing("sts:*"), true),
        (allowing("iam:*"), false),
        (allowing("*"), true),
    ] {
        world.root(&format!("{put}{policy}")).await.ok();
        assert_eq!(world.asks(&guest, TOKEN).await.status == 200, may, "{policy}");
    }
    let call = format!("PutUserPermissionsBoundary UserName=ann PermissionsBoundary={READ}");
    world.root(&call).await.ok();
    assert_eq!(world.asks(&guest, TOKEN).await.code(), "AccessDenied");
    world.root("DeleteUserPermissionsBoundary UserName=ann").await.ok();
    world.asks(&guest, TOKEN).await.ok();
}
