//! Every way to name someone in a trust policy, and what limits whom it lets in.

use countersign::text::{AccountId, Text};

use crate::session::{allowing, trusting, trusting_account};
use crate::world::{ACCOUNT, Person, Reply, World};

const ELSEWHERE: &str = "000000000001";
const READ: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";

fn own(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

fn session(role: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session")
}

fn deny(action: &str) -> String {
    allowing(action).replace("Allow", "Deny")
}

fn denied(who: &str, role: &str) -> String {
    format!(
        "403 AccessDenied: User: {who} is not authorized to perform: sts:AssumeRole on resource: {role}"
    )
}

/// Lets one in, and another not.
fn but_not(one: &str, other: &str) -> String {
    let deny =
        format!(r#"{{"Effect":"Deny","Principal":{{"AWS":"{other}"}},"Action":"sts:AssumeRole"}}"#);
    let allow =
        format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{one}"}},"Action":"sts:AssumeRole"}}"#);
    format!(r#"{{"Version":"2012-10-17","Statement":[{allow},{deny}]}}"#)
}

impl World {
    async fn role_with(&self, name: &str, trust: &str) {
        self.assumable(name, trust, &allowing("sts:*")).await;
    }

    async fn may_assume(&self, who: &Person, role: &str) -> bool {
        self.assumes(who, role, "").await.status == 200
    }

    async fn bounded(&self, kind: &str, name: &str) {
        let call =
            format!("Put{kind}PermissionsBoundary {kind}Name={name} PermissionsBoundary={READ}");
        self.root(&call).await.ok();
    }

    /// Another account's root.
    async fn elsewhere(&self) -> Person {
        let number = AccountId::parse(ELSEWHERE).unwrap();
        let key = self.store.create_account(Some(number), None).await.unwrap();
        Person::new(key.id.as_str(), key.secret.expose())
    }

    /// A user there, with that policy.
    async fn eve(&self, root: &Person, policy: &str) -> Person {
        self.asks(root, "CreateUser UserName=eve").await.ok();
        let put = format!("PutUserPolicy UserName=eve PolicyName=p PolicyDocument={policy}");
        self.asks(root, &put).await.ok();
        Person::in_reply(&self.asks(root, "CreateAccessKey UserName=eve").await.ok())
    }

    async fn there(&self, who: &Person, role: &str) -> Reply {
        let arn = format!("arn:aws:iam::{ELSEWHERE}:role/{role}");
        self.asks(who, &format!("AssumeRole RoleArn={arn} RoleSessionName=session")).await
    }
}

#[tokio::test]
async fn users_and_roles_are_named_by_arn_or_by_id() {
    let world = World::new().await;
    let (ann, bob) = (world.user("ann").await, world.user("bob").await);
    world.role_with("first", &trusting(&own("user/ann"))).await;
    let first = world.becomes(&ann, "first", "").await;
    let user_id = world.root("GetUser UserName=ann").await.ok().text("UserId");
    let role_id = world.root("GetRole RoleName=first").await.ok().text("RoleId");
    for (role, who, may) in [
        ("a", own("user/ann"), [true, false, false]),
        ("b", user_id, [true, false, false]),
        ("c", own("role/first"), [false, false, true]),
        ("d", role_id, [false, false, true]),
        ("e", session("first"), [false, false, true]),
        ("f", format!("arn:aws:sts::{ACCOUNT}:federated-user/ann"), [false; 3]),
        ("g", session("ann"), [false; 3]),
    ] {
        world.role_with(role, &trusting(&who)).await;
        let mut told = [false; 3];
        for (at, caller) in [&ann, &bob, &first].into_iter().enumerate() {
            told[at] = world.may_assume(caller, role).await;
        }
        assert_eq!(told, may, "{who}");
    }
}

#[tokio::test]
async fn services_and_providers_are_nobody_who_signs() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let call = format!(
        "CreateOpenIDConnectProvider Url=https://idp.example.com ClientIDList.member.1=app ThumbprintList.member.1={}",
        "0".repeat(40)
    );
    let provider = world.root(&call).await.ok().text("OpenIDConnectProviderArn");
    for (role, who) in [
        ("a", r#""Service":"ec2.amazonaws.com""#.to_owned()),
        ("b", format!(r#""Federated":"{provider}""#)),
        ("c", r#""Federated":"accounts.google.com""#.to_owned()),
    ] {
        world.role_with(role, &trusting("x").replace(r#""AWS":"x""#, &who)).await;
        let arn = own(&format!("role/{role}"));
        assert_eq!(world.assumes(&ann, role, "").await.told(), denied(&own("user/ann"), &arn));
    }
}

#[tokio::test]
async fn trust_follows_a_user_to_a_new_name_and_a_role_not_to_its_successor() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.role_with("first", &trusting(&own("user/ann"))).await;
    world.role_with("second", &trusting(&own("role/first"))).await;
    world.root("UpdateUser UserName=ann NewUserName=zoe").await.ok();
    let impostor = world.user("ann").await;
    assert!(!world.may_assume(&impostor, "first").await);
    let first = world.becomes(&ann, "first", "").await;
    assert!(world.may_assume(&first, "second").await);
    world.root("DeleteRolePolicy RoleName=first PolicyName=p").await.ok();
    world.root("DeleteRole RoleName=first").await.ok();
    world.assumable("first", &trusting(&own("user/zoe")), &allowing("s3:*")).await;
    let again = world.becomes(&ann, "first", "").await;
    assert!(!world.may_assume(&again, "second").await);
}

#[tokio::test]
async fn an_action_is_trusted_in_any_case_and_by_pattern_and_no_other_stands_for_it() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let three = r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#;
    for (role, action, may) in [
        ("a", r#""STS:assumerole""#, true),
        ("b", r#""sts:*""#, true),
        ("c", r#""sts:Assume*""#, true),
        ("d", r#""sts:AssumeRol?""#, true),
        ("e", r#""sts:AssumeRoleWithWebIdentity""#, false),
        ("f", r#""sts:TagSession""#, false),
        ("g", r#"["sts:AssumeRoleWithSAML","sts:AssumeRole"]"#, true),
    ] {
        let trust = trusting(&own("user/ann")).replace(three, action);
        world.role_with(role, &trust).await;
        assert_eq!(world.may_assume(&ann, role).await, may, "{action}");
    }
}

#[tokio::test]
async fn who_is_named_is_limited_by_no_boundary_and_who_is_of_a_named_account_is() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.bounded("User", "ann").await;
    for (role, who, may) in
        [("a", own("user/ann"), true), ("b", own("root"), false), ("c", ACCOUNT.to_owned(), false)]
    {
        world.role_with(role, &trusting(&who)).await;
        assert_eq!(world.may_assume(&ann, role).await, may, "{who}");
    }
}

#[tokio::test]
async fn a_role_that_is_named_is_limited_and_a_session_that_is_named_is_not() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    for first in ["plain", "bounded", "bare"] {
        world.role_with(first, &trusting(&own("user/ann"))).await;
    }
    world.bounded("Role", "bounded").await;
    world.root("DeleteRolePolicy RoleName=bare PolicyName=p").await.ok();
    let limit = format!("Policy={}", allowing("iam:*"));
    for (at, (first, more, by_role, by_session)) in [
        ("plain", "", true, true),
        ("bare", "", true, true),
        ("plain", &*limit, false, true),
        ("bounded", "", false, true),
    ]
    .into_iter()
    .enumerate()
    {
        let who = world.becomes(&ann, first, more).await;
        for (kind, trust, may) in [
            ("role", own(&format!("role/{first}")), by_role),
            ("session", session(first), by_session),
        ] {
            let role = format!("{kind}{at}");
            world.role_with(&role, &trusting(&trust)).await;
            assert_eq!(world.may_assume(&who, &role).await, may, "{first} {more} by {trust}");
        }
        let role = format!("account{at}");
        world.role_with(&role, &trusting_account()).await;
        let may = first == "plain" && more.is_empty();
        assert_eq!(world.may_assume(&who, &role).await, may, "{first} {more} by account");
    }
}

#[tokio::test]
async fn an_explicit_deny_anywhere_outweighs_every_trust() {
    let world = World::new().await;
    let create = format!("CreatePolicy PolicyName=none PolicyDocument={}", deny("sts:*"));
    let none = world.root(&create).await.ok().text("Arn");
    let all = allowing("*");
    let ann = world.user_who("ann", &all).await;
    let (by_identity, by_boundary) =
        (world.user_who("ida", &deny("sts:*")).await, world.user_who("bo", &all).await);
    let call = format!("PutUserPermissionsBoundary UserName=bo PermissionsBoundary={none}");
    world.root(&call).await.ok();
    world.role_with("first", &trusting(&own("user/ann"))).await;
    let by_session = world.becomes(&ann, "first", &format!("Policy={}", deny("sts:*"))).await;
    let by_managed = world.becomes(&ann, "first", &format!("PolicyArns.member.1.arn={none}")).await;
    for (at, (who, arn)) in [
        (&by_identity, own("user/ida")),
        (&by_boundary, own("user/bo")),
        (&by_session, session("first")),
        (&by_managed, session("first")),
    ]
    .into_iter()
    .enumerate()
    {
        let role = format!("r{at}");
        world.role_with(&role, &trusting(&arn)).await;
        let told = denied(&arn, &own(&format!("role/{role}")));
        assert_eq!(world.assumes(who, &role, "").await.told(), told);
    }
    for (role, one, other) in [
        ("a", own("user/ann"), own("root")),
        ("b", own("root"), own("user/ann")),
        ("c", own("user/ann"), "*".to_owned()),
        ("d", own("user/ann"), own("user/ann")),
    ] {
        world.role_with(role, &but_not(&one, &other)).await;
        let told = denied(&own("user/ann"), &own(&format!("role/{role}")));
        assert_eq!(world.assumes(&ann, role, "").await.told(), told, "{one} but {other}");
    }
    world.role_with("e", &but_not(&own("user/ann"), &own("user/bo"))).await;
    assert!(world.may_assume(&ann, "e").await);
}

#[tokio::test]
async fn a_deny_of_a_role_is_one_of_its_sessions_and_a_deny_of_a_session_of_that_one() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.role_with("first", &trusting(&own("user/ann"))).await;
    let one = world.becomes(&ann, "first", "").await;
    let call = format!("AssumeRole RoleArn={} RoleSessionName=other", own("role/first"));
    let other = Person::in_reply(&world.asks(&ann, &call).await.ok());
    for (role, deny, may) in [
        ("a", own("role/first"), [false, false]),
        ("b", session("first"), [false, true]),
        ("c", own("user/ann"), [true, true]),
    ] {
        world.role_with(role, &but_not(&own("role/first"), &deny)).await;
        let told = [world.may_assume(&one, role).await, world.may_assume(&other, role).await];
        assert_eq!(told, may, "{deny}");
    }
}

#[tokio::test]
async fn across_accounts_every_limit_of_the_caller_counts() {
    let world = World::new().await;
    let root = world.elsewhere().await;
    let eve = world.eve(&root, &allowing("sts:AssumeRole")).await;
    world.role_with("r", &trusting(&format!("arn:aws:iam::{ELSEWHERE}:user/eve"))).await;
    assert!(world.may_assume(&eve, "r").await);
    let boundary = format!("PutUserPermissionsBoundary UserName=eve PermissionsBoundary={READ}");
    world.asks(&root, &boundary).await.ok();
    assert!(!world.may_assume(&eve, "r").await);
    world.asks(&root, "DeleteUserPermissionsBoundary UserName=eve").await.ok();
    assert!(world.may_assume(&eve, "r").await);
    let put = "PutUserPolicy UserName=eve PolicyName=d PolicyDocument=";
    world.asks(&root, &format!("{put}{}", deny("sts:AssumeRole"))).await.ok();
    let told = denied(&format!("arn:aws:iam::{ELSEWHERE}:user/eve"), &own("role/r"));
    assert_eq!(world.assumes(&eve, "r", "").await.told(), told);
    let told = "403 AccessDenied: Roles may not be assumed by root accounts.";
    assert_eq!(world.assumes(&root, "r", "").await.told(), told);
}

#[tokio::test]
async fn a_chain_goes_from_account_to_account_and_back_by_what_each_link_may() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    let root = world.elsewhere().await;
    world.role_with("here", &trusting(&own("user/ann"))).await;
    for (name, who) in [("by-role", own("role/here")), ("by-session", session("here"))] {
        let create =
            format!("CreateRole RoleName={name} AssumeRolePolicyDocument={}", trusting(&who));
        world.asks(&root, &create).await.ok();
        let put = format!(
            "PutRolePolicy RoleName={name} PolicyName=p PolicyDocument={}",
            allowing("sts:*")
        );
        world.asks(&root, &put).await.ok();
    }
    world.role_with("back", &trusting(&format!("arn:aws:iam::{ELSEWHERE}:role/by-role"))).await;
    let here = world.becomes(&ann, "here", "").await;
    let there = Person::in_reply(&world.there(&here, "by-role").await.ok());
    world.there(&here, "by-session").await.ok();
    assert_eq!(world.asks(&there, "GetCallerIdentity").await.ok().text("Account"), ELSEWHERE);
    let back = world.becomes(&there, "back", "").await;
    let arn = world.asks(&back, "GetCallerIdentity").await.ok().text("Arn");
    assert_eq!(arn, session("back"));
    // Across accounts a policy of the session limits even who is named as that session.
    let limited = world.becomes(&ann, "here", &format!("Policy={}", allowing("iam:*"))).await;
    for role in ["by-role", "by-session"] {
        let told = denied(&session("here"), &format!("arn:aws:iam::{ELSEWHERE}:role/{role}"));
        assert_eq!(world.there(&limited, role).await.told(), told);
    }
    world.root("DeleteRolePolicy RoleName=here PolicyName=p").await.ok();
    let told = denied(&session("here"), &format!("arn:aws:iam::{ELSEWHERE}:role/by-role"));
    assert_eq!(world.there(&here, "by-role").await.told(), told);
}

#[tokio::test]
async fn of_another_account_nothing_is_told_apart_but_what_may_be_assumed() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let root = world.elsewhere().await;
    let create =
        format!("CreateRole RoleName=closed AssumeRolePolicyDocument={}", trusting(ELSEWHERE));
    world.asks(&root, &create).await.ok();
    for arn in [
        format!("arn:aws:iam::{ELSEWHERE}:role/closed"),
        format!("arn:aws:iam::{ELSEWHERE}:role/none"),
        "arn:aws:iam::999999999999:role/closed".to_owned(),
        "arn:aws-cn:iam::000000000001:role/closed".to_owned(),
        "arn:aws:iam::1:role/closed".to_owned(),
        "arn:aws:iam:::role/closed".to_owned(),
    ] {
        for more in ["", "DurationSeconds=43200", "Policy={", "SourceIdentity=Ann"] {
            let call = format!("AssumeRole RoleArn={arn} RoleSessionName=session {more}");
            let told = world.asks(&ann, &call).await.told();
            assert_eq!(told, denied(&own("user/ann"), &arn), "{more}");
        }
    }
    // Nor was anything made of what was only named.
    assert_eq!(world.store.accounts().await.unwrap().len(), 2);
    let roles = world.asks(&root, "ListRoles").await.ok().texts("RoleName");
    assert_eq!(roles, ["closed"]);
}
