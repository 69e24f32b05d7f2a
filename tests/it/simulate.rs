//! What policies would decide: the simulator, as a caller sees it.

use crate::world::{Reply, World};

const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}]}"#;

/// A call, its documents percent-encoded.
fn call(action: &str, parameters: &[(&str, &str)]) -> String {
    let encoded = parameters.iter().map(|(name, value)| {
        let mut out = Vec::new();
        countersign::wire::percent::encode_into(&mut out, value.as_bytes());
        format!(" {name}={}", String::from_utf8(out).unwrap())
    });
    format!("{action}{}", encoded.collect::<String>())
}

async fn custom(world: &World, parameters: &[(&str, &str)]) -> Reply {
    world.root(&call("SimulateCustomPolicy", parameters)).await
}

fn decision(reply: &Reply) -> Vec<String> {
    reply.texts("EvalDecision")
}

#[tokio::test]
async fn a_policy_is_tried_on_every_action_and_resource() {
    let world = World::new().await;
    let reply = custom(
        &world,
        &[
            ("PolicyInputList.member.1", READ),
            ("ActionNames.member.1", "s3:GetObject"),
            ("ActionNames.member.2", "s3:PutObject"),
            ("ResourceArns.member.1", "arn:aws:s3:::b/k"),
            ("ResourceArns.member.2", "arn:aws:s3:::c/k"),
        ],
    )
    .await
    .ok();
    assert_eq!(decision(&reply), ["allowed", "implicitDeny", "implicitDeny", "implicitDeny"]);
    assert_eq!(reply.texts("SourcePolicyId").first().unwrap(), "PolicyInputList.1");
    assert_eq!(reply.texts("SourcePolicyType").first().unwrap(), "IAM Policy");
    assert_eq!(reply.texts("IsTruncated"), ["false"]);
}

/// Columns count from 1, a statement begins behind what stands before it: so AWS tells
/// of `AdministratorAccess` (line 3, column 17 to line 8, column 6).
#[tokio::test]
async fn the_statement_that_decides_is_told_by_its_place() {
    let world = World::new().await;
    let policy = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \
                  \"Allow\",\n      \"Action\": \"*\",\n      \"Resource\": \"*\"\n    }\n  ]\n}";
    let parameters =
        [("PolicyInputList.member.1", policy), ("ActionNames.member.1", "s3:GetObject")];
    let reply = custom(&world, &parameters).await.ok();
    // Of one path after the other: `EndPosition` first.
    assert_eq!(reply.texts("Line"), ["8", "3"]);
    assert_eq!(reply.texts("Column"), ["6", "17"]);
    assert_eq!(reply.text("EvalResourceName"), "*");
    let reply = custom(
        &world,
        &[
            ("PolicyInputList.member.1", READ),
            ("ActionNames.member.1", "s3:GetObject"),
            ("ResourceArns.member.1", "arn:aws:s3:::b/k"),
        ],
    )
    .await
    .ok();
    assert_eq!(reply.texts("Column"), ["105", "38", "105", "38"]);
}

#[tokio::test]
async fn what_is_not_known_is_told_and_what_is_told_counts() {
    let world = World::new().await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:UserName}","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}}"#;
    let asked = [
        ("PolicyInputList.member.1", policy),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::b/ann"),
    ];
    let reply = custom(&world, &asked).await.ok();
    assert_eq!(decision(&reply), ["implicitDeny"]);
    let told = call("SimulateCustomPolicy", &asked)
        + &call(
            "",
            &[
                ("ContextEntries.member.1.ContextKeyName", "AWS:username"),
                ("ContextEntries.member.1.ContextKeyValues.member.1", "ann"),
                ("ContextEntries.member.1.ContextKeyType", "string"),
                ("ContextEntries.member.2.ContextKeyName", "aws:RequestedRegion"),
                ("ContextEntries.member.2.ContextKeyValues.member.1", "eu-west-1"),
                ("ContextEntries.member.2.ContextKeyType", "string"),
            ],
        );
    assert_eq!(decision(&world.root(&told).await.ok()), ["allowed"]);
    let keys = world.root(&call("GetContextKeysForCustomPolicy", &asked[..1])).await.ok();
    let keys: Vec<_> = keys.document.lines().filter(|line| line.contains("<member>")).collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(reply.document.contains("<member>aws:UserName</member>"), "{}", reply.document);
}

#[tokio::test]
async fn limits_are_told_apart_from_what_grants() {
    let world = World::new().await;
    let all =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let none =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:*","Resource":"*"}}"#;
    let asked = [("PolicyInputList.member.1", all), ("ActionNames.member.1", "iam:GetUser")];
    let bounded = [&asked[..], &[("PermissionsBoundaryPolicyInputList.member.1", READ)]].concat();
    let reply = custom(&world, &bounded).await.ok();
    assert_eq!(decision(&reply), ["implicitDeny"]);
    assert_eq!(reply.text("AllowedByPermissionsBoundary"), "false");
    let level =
        "OrderedOrganizationPolicyInputList.member.1.ServiceControlPolicyInputList.member.1";
    let reply = custom(&world, &[&asked[..], &[(level, none)]].concat()).await.ok();
    assert_eq!(decision(&reply), ["explicitDeny"]);
    assert_eq!(reply.text("AllowedByOrganizations"), "false");
}

#[tokio::test]
async fn what_is_malformed_is_no_policy_to_try() {
    let world = World::new().await;
    let reply = custom(
        &world,
        &[("PolicyInputList.member.1", "{}"), ("ActionNames.member.1", "iam:GetUser")],
    )
    .await;
    assert_eq!(
        reply.told(),
        "400 InvalidInput: The policy PolicyInputList.1 is invalid at line 1, column 1: Syntax errors \
         in policy."
    );
    let source = "PolicySourceArn=arn:aws:sts::123456789012:assumed-role/r/s";
    let reply =
        world.root(&format!("SimulatePrincipalPolicy ActionNames.member.1=a:b {source}")).await;
    assert_eq!(
        reply.told(),
        "400 InvalidInput: Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/r/s does \
         not clearly define entity type and name."
    );
    let source = "PolicySourceArn=arn:aws:iam::123456789012:user/nobody";
    let reply = world.root(&format!("GetContextKeysForPrincipalPolicy {source}")).await;
    assert_eq!(reply.told(), "404 NoSuchEntity: The user with name nobody cannot be found.");
}

/// So clients write a list that is empty.
#[tokio::test]
async fn a_boundary_of_no_policies_is_none() {
    let world = World::new().await;
    let parameters = [
        ("PolicyInputList.member.1", READ),
        ("PermissionsBoundaryPolicyInputList", ""),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ResourceArns.member.1", "arn:aws:s3:::b/k"),
    ];
    assert_eq!(decision(&custom(&world, &parameters).await.ok()), ["allowed"]);
}

/// A large policy, tried very often, is told of in short pages: together they are the
/// whole list.
#[tokio::test]
async fn a_page_is_the_shorter_the_longer_the_policies_are() {
    let world = World::new().await;
    let policy = READ.replacen('{', &format!("{{{}", " ".repeat(130_000)), 1);
    let actions: Vec<_> = (1..=100).map(|at| format!("ActionNames.member.{at}")).collect();
    let mut asked: Vec<_> = actions.iter().map(|name| (&**name, "s3:GetObject")).collect();
    asked.extend([("PolicyInputList.member.1", &*policy), ("MaxItems", "1000")]);
    let (mut pages, mut marker) = (Vec::new(), None::<String>);
    loop {
        let from = marker.iter().map(|marker| ("Marker", &**marker));
        let reply = custom(&world, &asked.iter().copied().chain(from).collect::<Vec<_>>()).await;
        let reply = reply.ok();
        pages.push(decision(&reply).len());
        if reply.text("IsTruncated") == "false" {
            break;
        }
        marker = Some(reply.text("Marker"));
    }
    assert_eq!(pages.iter().sum::<usize>(), 100);
    assert!(pages.iter().all(|results| (1..50).contains(results)), "{pages:?}");
}
