//! Tags, as a caller sees them.

use crate::world::{ACCOUNT, World};

fn tags(pairs: &[(&str, &str)]) -> String {
    let tag = |(index, (key, value)): (usize, &(&str, &str))| {
        let at = index + 1;
        format!(" Tags.member.{at}.Key={key} Tags.member.{at}.Value={value}")
    };
    pairs.iter().enumerate().map(tag).collect()
}

#[tokio::test]
async fn tags_are_kept_in_their_case_and_listed_without_regard_to_it() {
    let world = World::new().await;
    world
        .root(&format!("CreateUser UserName=ann{}", tags(&[("team", "a"), ("Cost", "")])))
        .await
        .ok();
    world.root(&format!("TagUser UserName=ann{}", tags(&[("Badge", "%C3%A9")]))).await.ok();
    let reply = world.root("ListUserTags UserName=ann").await.ok();
    assert_eq!(reply.texts("Key"), ["Badge", "Cost", "team"]);
    assert_eq!(reply.texts("Value"), ["é", "", "a"]);
    assert_eq!(reply.text("IsTruncated"), "false");
    let user = world.root("GetUser UserName=ann").await.ok();
    assert_eq!(user.texts("Key"), ["Badge", "Cost", "team"]);
    assert!(world.root("ListUsers").await.ok().texts("Key").is_empty(), "lists tell no tags");
}

#[tokio::test]
async fn a_tag_takes_the_place_of_one_that_differs_in_case() {
    let world = World::new().await;
    world.root(&format!("CreateUser UserName=ann{}", tags(&[("Team", "a")]))).await.ok();
    world.root(&format!("TagUser UserName=ann{}", tags(&[("TEAM", "b")]))).await.ok();
    let reply = world.root("ListUserTags UserName=ann").await.ok();
    assert_eq!((reply.text("Key"), reply.text("Value")), ("TEAM".to_owned(), "b".to_owned()));
}

#[tokio::test]
async fn a_key_stands_once_in_a_request() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let reply =
        world.root(&format!("TagUser UserName=ann{}", tags(&[("a", "1"), ("A", "2")]))).await;
    assert_eq!(
        reply.told(),
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    assert!(world.root("ListUserTags UserName=ann").await.texts("Key").is_empty());
}

#[tokio::test]
async fn fifty_tags_are_enough() {
    let world = World::new().await;
    let names: Vec<_> = (0..51).map(|number| format!("k{number}")).collect();
    let pairs: Vec<_> = names.iter().map(|name| (name.as_str(), "v")).collect();
    world.root(&format!("CreateUser UserName=ann{}", tags(&pairs[..50]))).await.ok();
    let reply = world.root(&format!("TagUser UserName=ann{}", tags(&pairs[50..]))).await;
    let told = "409 LimitExceeded: The number of tags has reached the maximum limit.";
    assert_eq!(reply.told(), told);
    world.root(&format!("TagUser UserName=ann{}", tags(&[("K7", "new")]))).await.ok();
    let reply = world.root(&format!("TagUser UserName=ann{}", tags(&pairs))).await;
    assert_eq!(
        reply.told(),
        "400 ValidationError: 1 validation error detected: Value at 'tags' failed to satisfy \
         constraint: Member must have length less than or equal to 50"
    );
}

#[tokio::test]
async fn tags_are_listed_a_page_at_a_time_however_long_their_keys_are() {
    let world = World::new().await;
    let keys: Vec<_> = ["%E0%A4%85", "%E3%81%82", "%C3%A9"].map(|c| c.repeat(128)).into();
    let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "v")).collect();
    world.root(&format!("CreateUser UserName=ann{}", tags(&pairs))).await.ok();
    let (mut seen, mut next) = (Vec::new(), "ListUserTags UserName=ann MaxItems=1".to_owned());
    for page in 1..=3 {
        let reply = world.root(&next).await.ok();
        seen.push(reply.text("Key"));
        assert_eq!(reply.text("IsTruncated"), if page < 3 { "true" } else { "false" });
        let marker = reply.texts("Marker").concat();
        next = format!("ListUserTags UserName=ann MaxItems=1 Marker={marker}");
    }
    assert_eq!(seen, ["é", "अ", "あ"].map(|letter| letter.repeat(128)));
}

#[tokio::test]
async fn untagging_takes_what_is_there_and_does_not_mind_what_is_not() {
    let world = World::new().await;
    world.root(&format!("CreateUser UserName=ann{}", tags(&[("a", "1"), ("b", "2")]))).await.ok();
    world.root("UntagUser UserName=ann TagKeys.member.1=A TagKeys.member.2=zzz").await.ok();
    assert_eq!(world.root("ListUserTags UserName=ann").await.ok().texts("Key"), ["b"]);
}

#[tokio::test]
async fn what_aws_keeps_for_itself_is_nobody_elses() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let put = world.root(&format!("TagUser UserName=ann{}", tags(&[("AWS:x", "1")]))).await;
    assert_eq!(put.code(), "InvalidInput");
}

#[tokio::test]
async fn the_fault_of_a_tag_is_told_of_its_place_and_that_of_a_key_of_its_list() {
    let world = World::new().await;
    world.root("CreateUser UserName=ann").await.ok();
    let reply =
        world.root(&format!("TagUser UserName=ann{}", tags(&[("a", "1"), ("b!", "2")]))).await;
    assert_eq!(
        reply.message(),
        "1 validation error detected: Value at 'tags.2.member.key' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"
    );
    let reply = world.root("UntagUser UserName=ann TagKeys.member.1=b!").await;
    assert!(
        reply.message().contains(
            "Value at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: ["
        ),
        "{}",
        reply.message()
    );
}

/// A managed policy of the account, which stands at `/dev/`.
async fn policy(world: &World) -> String {
    let all = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    let document = format!(r#"{{"Version":"2012-10-17","Statement":{all}}}"#);
    let call = format!("CreatePolicy PolicyName=reads Path=/dev/ PolicyDocument={document}");
    world.root(&call).await.ok().text("Arn")
}

#[tokio::test]
async fn roles_profiles_and_policies_carry_tags_as_users_do() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    world.root("CreateInstanceProfile InstanceProfileName=p").await.ok();
    let arn = policy(&world).await;
    let (tag, untag) = (tags(&[("b", "2"), ("a", "1")]), "TagKeys.member.1=b");
    let named = [
        ("TagRole", "ListRoleTags", "UntagRole", "RoleName=R".to_owned()),
        (
            "TagInstanceProfile",
            "ListInstanceProfileTags",
            "UntagInstanceProfile",
            "InstanceProfileName=P".to_owned(),
        ),
        ("TagPolicy", "ListPolicyTags", "UntagPolicy", format!("PolicyArn={arn}")),
    ];
    for (put, list, remove, name) in named {
        world.root(&format!("{put} {name}{tag}")).await.ok();
        let listed = world.root(&format!("{list} {name} MaxItems=1")).await.ok();
        assert_eq!((listed.text("Key"), listed.text("IsTruncated")), ("a".into(), "true".into()));
        world.root(&format!("{remove} {name} {untag}")).await.ok();
        let listed = world.root(&format!("{list} {name}")).await.ok();
        assert_eq!(
            (listed.texts("Key"), listed.texts("Value")),
            (vec!["a".into()], vec!["1".into()])
        );
    }
}

#[tokio::test]
async fn case_tells_the_tags_of_profiles_and_policies_apart_and_no_others() {
    let world = World::new().await;
    world.role("r", "").await.ok();
    world.root("CreateInstanceProfile InstanceProfileName=p").await.ok();
    let arn = policy(&world).await;
    let (both, twice) = (tags(&[("a", "1"), ("A", "2")]), tags(&[("a", "1"), ("a", "2")]));
    let duplicate = "400 InvalidInput: Duplicate tag keys found.";
    let ignored = format!("{duplicate} Please note that Tag keys are case insensitive.");
    assert_eq!(world.root(&format!("TagRole RoleName=r{both}")).await.told(), ignored);
    for put in ["TagInstanceProfile InstanceProfileName=p", &format!("TagPolicy PolicyArn={arn}")] {
        world.root(&format!("{put}{both}")).await.ok();
        assert_eq!(world.root(&format!("{put}{twice}")).await.told(), duplicate);
    }
    let listed = world.root(&format!("ListPolicyTags PolicyArn={arn}")).await.ok();
    assert_eq!(listed.texts("Key"), ["A", "a"]);
}

#[tokio::test]
async fn tags_are_put_on_what_is_there_and_not_on_what_is_aws_own() {
    let world = World::new().await;
    let one = tags(&[("a", "1")]);
    let (none, aws) = (
        format!("arn:aws:iam::{ACCOUNT}:policy/none"),
        "arn:aws:iam::aws:policy/AdministratorAccess",
    );
    for (call, told) in [
        (
            format!("TagRole RoleName=r{one}"),
            "404 NoSuchEntity: The role with name r cannot be found.",
        ),
        (
            format!("TagInstanceProfile InstanceProfileName=p{one}"),
            "404 NoSuchEntity: Instance Profile p cannot be found.",
        ),
        (
            format!("TagPolicy PolicyArn={none}{one}"),
            &format!("404 NoSuchEntity: Policy {none} was not found."),
        ),
        (
            format!("TagPolicy PolicyArn=no-arn-at-all-but-long-enough{one}"),
            "400 ValidationError: ARN no-arn-at-all-but-long-enough is not valid.",
        ),
        (
            format!("TagPolicy PolicyArn={aws}{one}"),
            "403 AccessDenied: Cannot update policies outside your own account.",
        ),
        (
            format!("UntagPolicy PolicyArn={aws} TagKeys.member.1=a"),
            "403 AccessDenied: Cannot update policies outside your own account.",
        ),
    ] {
        assert_eq!(world.root(&call).await.told(), told, "{call}");
    }
    let listed = world.root(&format!("ListPolicyTags PolicyArn={aws}")).await.ok();
    assert!(listed.texts("Key").is_empty());
}
