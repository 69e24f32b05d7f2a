//! Policies inside users, groups and roles, as a caller sees them.

use crate::holders;
use crate::managed::allowing;
use crate::world::World;

/// The three kinds, how a request names one of each, and how much each may hold.
const KINDS: [(&str, &str, usize); 3] = [
    ("User", "UserName=ann", 2048),
    ("Group", "GroupName=staff", 5120),
    ("Role", "RoleName=deploy", 10240),
];

/// A world in which there is one of each kind.
async fn peopled() -> World {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    world.root("CreateGroup GroupName=staff").await.ok();
    holders::role(&world, "deploy", None).await;
    world
}

/// A policy of so many characters.
fn of_size(size: usize) -> String {
    allowing(&format!("iam:{}", "a".repeat(size - allowing("iam:").len())))
}

fn put(kind: &str, named: &str, policy: &str, document: &str) -> String {
    format!("Put{kind}Policy {named} PolicyName={policy} PolicyDocument={document}")
}

#[tokio::test]
async fn a_policy_comes_back_as_it_was_put_and_is_replaced_by_the_next_of_its_name() {
    let world = peopled().await;
    for (kind, named, _) in KINDS {
        for action in ["iam:GetUser", "iam:GetRole"] {
            world.root(&put(kind, named, "Work", &allowing(action))).await.ok();
        }
        let call = format!("Get{kind}Policy {named} PolicyName=Work");
        let reply = world.root(&call).await.ok();
        let (field, name) = named.split_once('=').unwrap();
        assert_eq!((reply.text(field), reply.text("PolicyName")), (name.into(), "Work".into()));
        let document = reply.text("PolicyDocument");
        assert!(document.contains("%22iam%3AGetRole%22"), "{document}");
        let names = world.root(&format!("List{kind}Policies {named}")).await.ok();
        assert_eq!(names.texts("member"), ["Work"]);
    }
}

#[tokio::test]
async fn a_policy_that_is_gone_is_missed_by_its_kind_and_name() {
    let world = peopled().await;
    for (kind, named, _) in KINDS {
        world.root(&put(kind, named, "Work", &allowing("iam:GetUser"))).await.ok();
        world.root(&format!("Delete{kind}Policy {named} PolicyName=Work")).await.ok();
        let noun = kind.to_lowercase();
        let told = format!("404 NoSuchEntity: The {noun} policy with name Work cannot be found.");
        for action in ["Get", "Delete"] {
            let call = format!("{action}{kind}Policy {named} PolicyName=Work");
            assert_eq!(world.root(&call).await.told(), told);
        }
    }
}

#[tokio::test]
async fn who_is_not_there_has_no_policies() {
    let world = World::new().await;
    let more = format!("PolicyName=p PolicyDocument={}", allowing("iam:GetUser"));
    for (kind, named, actions) in [
        (
            "user",
            "UserName=ann",
            ["PutUserPolicy", "GetUserPolicy", "DeleteUserPolicy", "ListUserPolicies"],
        ),
        (
            "group",
            "GroupName=staff",
            ["PutGroupPolicy", "GetGroupPolicy", "DeleteGroupPolicy", "ListGroupPolicies"],
        ),
        (
            "role",
            "RoleName=deploy",
            ["PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy", "ListRolePolicies"],
        ),
    ] {
        let (_, name) = named.split_once('=').unwrap();
        let told = format!("404 NoSuchEntity: The {kind} with name {name} cannot be found.");
        for action in actions {
            let reply = world.root(&format!("{action} {named} {more}")).await;
            assert_eq!(reply.told(), told, "{action}");
        }
    }
}

#[tokio::test]
async fn the_policies_of_one_have_a_size_together_in_which_white_space_does_not_count() {
    let world = peopled().await;
    for (kind, named, most) in KINDS {
        world.root(&put(kind, named, "a", &of_size(1000))).await.ok();
        let fits = of_size(most - 1000).replacen(':', ":%20%09%0A", 1);
        world.root(&put(kind, named, "b", &fits)).await.ok();
        let (_, name) = named.split_once('=').unwrap();
        let noun = kind.to_lowercase();
        let told = format!(
            "409 LimitExceeded: Maximum policy size of {most} bytes exceeded for {noun} {name}"
        );
        let one_more = put(kind, named, "b", &of_size(most - 999));
        assert_eq!(world.root(&one_more).await.told(), told);
        world.root(&put(kind, named, "a", &of_size(999))).await.ok();
        world.root(&one_more).await.ok();
    }
}

#[tokio::test]
async fn a_document_is_checked_as_one_inside_an_identity() {
    let world = peopled().await;
    let statement = r#"{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}"#;
    let old = format!(r#"{{"Statement":[{statement}]}}"#);
    let named = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;
    for (kind, holder, _) in KINDS {
        world.root(&put(kind, holder, "old", &old)).await.ok();
        let told = "400 MalformedPolicyDocument: Policy document should not specify a principal.";
        assert_eq!(world.root(&put(kind, holder, "p", named)).await.told(), told);
        let told = "400 MalformedPolicyDocument: Syntax errors in policy.";
        assert_eq!(world.root(&put(kind, holder, "p", "[]")).await.told(), told);
    }
}

#[tokio::test]
async fn names_are_listed_without_regard_to_case_a_page_at_a_time() {
    let world = peopled().await;
    for name in ["b", "a", "B", "C"] {
        let call = put("Role", "RoleName=deploy", name, &allowing("iam:GetUser"));
        world.root(&call).await.ok();
    }
    let (mut seen, mut more) = (Vec::new(), String::new());
    loop {
        let call = format!("ListRolePolicies RoleName=deploy MaxItems=1 {more}");
        let reply = world.root(&call).await.ok();
        seen.push(reply.text("member"));
        if reply.text("IsTruncated") == "false" {
            break;
        }
        more = format!("Marker={}", reply.text("Marker"));
    }
    assert_eq!(seen, ["a", "B", "b", "C"]);
    let other = format!("ListGroupPolicies GroupName=staff {more}");
    assert_eq!(world.root(&other).await.told(), "400 ValidationError: Invalid Marker.");
}
