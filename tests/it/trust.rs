//! Trust policies of roles, as a caller sees them.

use countersign::wire::percent::{Plus, decode};

use crate::world::{ACCOUNT, Reply, World};

/// A trust policy for one principal of the kind `AWS`.
fn trusting(who: &str) -> String {
    format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{who}"}},"Action":"sts:AssumeRole"}}}}"#
    )
}

pub(crate) fn trusted(reply: &Reply) -> String {
    let encoded = reply.text("AssumeRolePolicyDocument");
    assert!(encoded.starts_with("%7B%22"), "{encoded}");
    String::from_utf8(decode(encoded.as_bytes(), Plus::Literal).unwrap().to_vec()).unwrap()
}

impl World {
    pub(crate) async fn trusts(&self, role: &str, who: &str) -> Reply {
        let document = trusting(who);
        self.root(&format!("CreateRole RoleName={role} AssumeRolePolicyDocument={document}")).await
    }

    pub(crate) async fn trusted_by(&self, role: &str) -> String {
        trusted(&self.root(&format!("GetRole RoleName={role}")).await.ok())
    }
}

#[tokio::test]
async fn what_is_trusted_is_shown_as_it_was_sent() {
    let world = World::new().await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let elsewhere = "arn:aws:iam::210987654321:user/eve";
    for (role, who) in [("a", &*root), ("b", "*"), ("c", elsewhere), ("d", ACCOUNT)] {
        let made = world.trusts(role, who).await.ok();
        assert_eq!(trusted(&made), trusting(who));
        assert_eq!(world.trusted_by(role).await, trusting(who));
    }
}

#[tokio::test]
async fn a_name_that_changes_changes_in_the_trust() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann Path=/dev/").await.ok();
    let ann = format!("arn:aws:iam::{ACCOUNT}:user/dev/ann");
    assert_eq!(trusted(&world.trusts("r", &ann).await.ok()), trusting(&ann));
    world.root("UpdateUser UserName=ann NewUserName=anna NewPath=/").await.ok();
    let anna = format!("arn:aws:iam::{ACCOUNT}:user/anna");
    assert_eq!(world.trusted_by("r").await, trusting(&anna));
}

#[tokio::test]
async fn whoever_bears_the_name_of_one_who_is_gone_is_not_trusted() {
    let world = World::new().await;
    let id = world.root("CreateUser UserName=ann").await.ok().text("UserId");
    let ann = format!("arn:aws:iam::{ACCOUNT}:user/ann");
    world.trusts("r", &ann).await.ok();
    world.root("DeleteUser UserName=ann").await.ok();
    assert_eq!(world.trusted_by("r").await, trusting(&id));
    world.root("CreateUser UserName=ann").await.ok();
    assert_eq!(world.trusted_by("r").await, trusting(&id));
    let told =
        format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{id}\"");
    assert_eq!(world.trusts("other", &id).await.told(), told);
}

#[tokio::test]
async fn roles_are_trusted_by_id_too() {
    let world = World::new().await;
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let id = world.trusts("first", &root).await.ok().text("RoleId");
    let first = format!("arn:aws:iam::{ACCOUNT}:role/first");
    world.trusts("second", &first).await.ok();
    assert_eq!(world.trusted_by("second").await, trusting(&first));
    world.root("DeleteRole RoleName=first").await.ok();
    assert_eq!(world.trusted_by("second").await, trusting(&id));
}

#[tokio::test]
async fn who_is_trusted_must_be_there_by_that_very_name() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann Path=/dev/").await.ok();
    for name in ["user/bob", "user/ann", "user/dev/Ann", "role/dev/ann", "role/none"] {
        let arn = format!("arn:aws:iam::{ACCOUNT}:{name}");
        let told =
            format!("400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{arn}\"");
        assert_eq!(world.trusts("r", &arn).await.told(), told);
    }
}

#[tokio::test]
async fn of_several_who_are_trusted_each_has_their_own_name() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let id = world.role("first", "").await.ok().text("RoleId");
    let own = |rest: &str| format!("arn:aws:iam::{ACCOUNT}:{rest}");
    let document = |first: &str| {
        let (ann, all) = (own("user/ann"), own("root"));
        let ec2 = "ec2.amazonaws.com";
        format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":["{ann}","{all}","{first}"],"Service":"{ec2}"}},"Action":"sts:AssumeRole"}}]}}"#
        )
    };
    let sent = document(&own("role/first"));
    let call = format!("CreateRole RoleName=second AssumeRolePolicyDocument={sent}");
    world.root(&call).await.ok();
    assert_eq!(world.trusted_by("second").await, sent);
    world.root("DeleteRole RoleName=first").await.ok();
    assert_eq!(world.trusted_by("second").await, document(&id));
}

#[tokio::test]
async fn a_trust_may_be_said_anew() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    let root = trusting(&format!("arn:aws:iam::{ACCOUNT}:root"));
    let call =
        |document: &str| format!("UpdateAssumeRolePolicy RoleName=r PolicyDocument={document}");
    world.root(&call(&root)).await.ok();
    assert_eq!(world.trusted_by("r").await, root);
    let malformed = "400 MalformedPolicyDocument";
    for (bad, why) in [
        ("{", "This policy contains invalid Json"),
        ("{}", "Syntax errors in policy."),
        (
            &root.replace("sts:AssumeRole", "s3:GetObject"),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            &root.replace("\"Action\"", "\"Resource\":\"*\",\"Action\""),
            "Has prohibited field Resource",
        ),
    ] {
        assert_eq!(world.root(&call(bad)).await.told(), format!("{malformed}: {why}"));
    }
    assert_eq!(world.trusted_by("r").await, root);
    let none = "UpdateAssumeRolePolicy RoleName=none PolicyDocument=x";
    let told = "404 NoSuchEntity: The role with name none cannot be found.";
    assert_eq!(world.root(none).await.told(), told);
}

#[tokio::test]
async fn a_trust_has_so_many_characters_and_white_space_is_none() {
    let world = World::new().await;
    let plain = trusting("*");
    let filled = |sid: usize| {
        plain.replace("{\"Effect\"", &format!("{{\"Sid\":\"{}\",\"Effect\"", "x".repeat(sid)))
    };
    let fits = filled(2048 - plain.len() - "\"Sid\":\"\",".len());
    assert_eq!(fits.len(), 2048);
    let call =
        |document: &str| format!("CreateRole RoleName=r AssumeRolePolicyDocument={document}");
    let longer = fits.replace("\"Sid\":\"", "\"Sid\":\"x");
    let told = "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048";
    assert_eq!(world.root(&call(&longer)).await.told(), told);
    let spaced = fits.replace("\"Effect\":", "\"Effect\":%20%20%0A");
    world.root(&call(&spaced)).await.ok();
}
