//! A session has no right that neither its role nor its own policies grant, whatever these
//! say.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::session::trusting_account;
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, World};

/// What a session asks for: the call, the action, and what it acts on.
const CALLS: [(&str, &str, &str); 6] = [
    ("GetUser UserName=ann", "iam:GetUser", "user/ann"),
    ("GetUser UserName=bob", "iam:GetUser", "user/bob"),
    ("ListUserTags UserName=ann", "iam:ListUserTags", "user/ann"),
    ("GetRole RoleName=r", "iam:GetRole", "role/r"),
    ("ListRolePolicies RoleName=r", "iam:ListRolePolicies", "role/r"),
    ("ListAttachedUserPolicies UserName=bob", "iam:ListAttachedUserPolicies", "user/bob"),
];

/// A statement: whether it allows, and the patterns of its actions and resources.
type Statement = (bool, Vec<&'static str>, Vec<&'static str>);

fn statement() -> impl Strategy<Value = Statement> {
    let actions = ["iam:*", "iam:Get*", "iam:List*", "iam:GetUser", "iam:GetRole", "s3:*", "*"];
    let resources = ["*", "user/*", "user/ann", "user/bob", "role/*", "role/r", "group/*"];
    (
        prop::bool::weighted(0.75),
        vec(select(actions.to_vec()), 1..3),
        vec(select(resources.to_vec()), 1..3),
    )
}

fn policy() -> impl Strategy<Value = Vec<Statement>> {
    vec(statement(), 1..4)
}

fn document(policy: &[Statement]) -> String {
    let resource = |pattern: &&str| match *pattern {
        "*" => "*".to_owned(),
        _ => format!("arn:aws:iam::{ACCOUNT}:{pattern}"),
    };
    let statements = policy.iter().map(|(allows, actions, resources)| {
        let effect = if *allows { "Allow" } else { "Deny" };
        let resources: Vec<_> = resources.iter().map(resource).collect();
        json!({ "Effect": effect, "Action": actions, "Resource": resources })
    });
    let statements: Vec<Value> = statements.collect();
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    encoded(document.as_bytes(), false)
}

/// Whether a policy allows, told in the plainest way.
fn allows(policy: &[Statement], action: &str, resource: &str) -> bool {
    let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    };
    let applies = |(_, actions, resources): &&Statement| {
        actions.iter().any(|pattern| fits(pattern, action))
            && resources.iter().any(|pattern| fits(pattern, resource))
    };
    let (mut some, mut all) = (false, true);
    for (is_allow, ..) in policy.iter().filter(applies) {
        some |= is_allow;
        all &= is_allow;
    }
    some && all
}

async fn prepared(role: &[Statement]) -> (World, Person) {
    let world = World::new().await;
    let ann = world.user_who("ann", &crate::session::allowing("sts:AssumeRole")).await;
    world.user("bob").await;
    world.assumable("r", &trusting_account(), &crate::session::allowing("s3:*")).await;
    let put = format!("PutRolePolicy RoleName=r PolicyName=p PolicyDocument={}", document(role));
    world.root(&put).await.ok();
    (world, ann)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_role_and_session_policies_both_allow_is_all_that_a_session_may(
        role in policy(),
        inline in prop::option::of(policy()),
        managed in prop::option::of(policy()),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (world, ann) = prepared(&role).await;
            let mut more = String::new();
            if let Some(inline) = &inline {
                more.push_str(" Policy=");
                more.push_str(&document(inline));
            }
            if let Some(managed) = &managed {
                let call = format!("CreatePolicy PolicyName=m PolicyDocument={}", document(managed));
                let arn = world.root(&call).await.ok().text("Arn");
                more.push_str(" PolicyArns.member.1.arn=");
                more.push_str(&arn);
            }
            let session = Person::in_reply(&world.assumes(&ann, "r", &more).await.ok());
            let limits: Vec<Statement> = [&inline, &managed].into_iter().flatten().flatten().cloned().collect();
            let is_limited = inline.is_some() || managed.is_some();
            for (call, action, resource) in CALLS {
                let may = allows(&role, action, resource)
                    && (!is_limited || allows(&limits, action, resource));
                let reply = world.asks(&session, call).await;
                assert_eq!(reply.status == 200, may, "{call}: {}", reply.document);
            }
        });
    }
}
