//! Session tags: whose they are, which go along, and which are refused.

use crate::session::{allowing, trusting, trusting_account};
use crate::session_trust::{ELSEWHERE, stranger};
use crate::world::{Person, World};

fn tags(pairs: &[(&str, &str)]) -> String {
    let one = |(at, (key, value)): (usize, &(&str, &str))| {
        format!("Tags.member.{0}.Key={key} Tags.member.{0}.Value={value} ", at + 1)
    };
    pairs.iter().enumerate().map(one).collect()
}

/// Lists users where the caller has that label, and may become any role.
fn where_tagged(key: &str, value: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:*","Resource":"*"}},{{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{{"StringEquals":{{"aws:PrincipalTag/{key}":"{value}"}}}}}}]}}"#
    )
}

impl World {
    async fn lists(&self, who: &Person) -> bool {
        self.asks(who, "ListUsers").await.status == 200
    }
}

#[tokio::test]
async fn a_session_has_the_tags_of_its_role_and_its_own_before_them() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &where_tagged("team", "red")).await;
    let plain = world.becomes(&ann, "r", "").await;
    assert!(!world.lists(&plain).await);
    let red = world.becomes(&ann, "r", &tags(&[("TEAM", "red")])).await;
    assert!(world.lists(&red).await);
    world.root("TagRole RoleName=r Tags.member.1.Key=Team Tags.member.1.Value=red").await.ok();
    assert!(world.lists(&plain).await);
    let blue = world.becomes(&ann, "r", &tags(&[("tEAM", "blue")])).await;
    assert!(!world.lists(&blue).await);
}

#[tokio::test]
async fn a_transitive_tag_goes_along_the_whole_chain_and_others_do_not() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for role in ["one", "two", "three"] {
        world.assumable(role, &trusting_account(), &where_tagged("team", "red")).await;
    }
    let team = tags(&[("team", "red"), ("cost", "low")]);
    let one = world.becomes(&ann, "one", &format!("{team} TransitiveTagKeys.member.1=TEAM")).await;
    let two = world.becomes(&one, "two", "").await;
    let three = world.becomes(&two, "three", "").await;
    assert!(world.lists(&one).await && world.lists(&two).await && world.lists(&three).await);
    let one = world.becomes(&ann, "one", &team).await;
    let two = world.becomes(&one, "two", "").await;
    assert!(world.lists(&one).await);
    assert!(!world.lists(&two).await);
}

#[tokio::test]
async fn an_inherited_tag_stands_before_that_of_the_next_role() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("one", &trusting_account(), &where_tagged("team", "red")).await;
    let trust = trusting_account().replace(
        r#""Action""#,
        r#""Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}},"Action""#,
    );
    world.assumable("two", &trust, &where_tagged("team", "red")).await;
    world.root("TagRole RoleName=two Tags.member.1.Key=team Tags.member.1.Value=blue").await.ok();
    let one = world.becomes(&ann, "one", "").await;
    assert_eq!(world.assumes(&one, "two", "").await.code(), "AccessDenied");
    let more = format!("{} TransitiveTagKeys.member.1=team", tags(&[("Team", "red")]));
    let one = world.becomes(&ann, "one", &more).await;
    let two = world.becomes(&one, "two", "").await;
    assert!(world.lists(&two).await);
}

#[tokio::test]
async fn tags_that_are_at_fault_are_refused() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("one", &trusting_account(), &allowing("sts:*")).await;
    world.assumable("two", &trusting_account(), &allowing("sts:*")).await;
    let lacks = "400 InvalidParameterValue: The specified transitive tag key must be included in the requested tags.";
    let conflicts = "400 InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
    let none = "TransitiveTagKeys.member.1=k";
    assert_eq!(world.assumes(&ann, "one", none).await.told(), lacks);
    let more = format!("{}{none}", tags(&[("K", "v")]));
    let one = world.becomes(&ann, "one", &more).await;
    assert_eq!(world.assumes(&one, "two", &tags(&[("k", "w")])).await.told(), conflicts);
    assert_eq!(world.assumes(&one, "two", none).await.told(), conflicts);
    let twice = world.assumes(&ann, "one", &tags(&[("k", "v"), ("K", "v")])).await;
    assert_eq!(
        twice.told(),
        "400 InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    let reserved = world.assumes(&ann, "one", &tags(&[("AWS:k", "v")])).await;
    assert_eq!(
        reserved.told(),
        "400 InvalidParameterValue: Tag keys that begin with aws: are reserved for system use."
    );
    let many: Vec<_> = (0..51).map(|n| format!("k{n}")).collect();
    let many: Vec<_> = many.iter().map(|key| (key.as_str(), "v")).collect();
    assert_eq!(world.assumes(&ann, "one", &tags(&many)).await.code(), "ValidationError");
    world.assumes(&ann, "one", &tags(&many[..50])).await.ok();
}

#[tokio::test]
async fn what_is_asked_of_tags_is_seen_by_conditions() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    let only = |condition: &str| {
        trusting_account().replace(r#""Action""#, &format!(r#""Condition":{condition},"Action""#))
    };
    let red = tags(&[("team", "red")]);
    let both = tags(&[("team", "red"), ("cost", "low")]);
    let transitive = format!("{red} TransitiveTagKeys.member.1=team");
    for (role, condition, may, may_not) in [
        ("a", r#"{"StringEquals":{"aws:RequestTag/Team":"red"}}"#, &red, tags(&[("team", "blue")])),
        ("b", r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}"#, &red, both),
        (
            "c",
            r#"{"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"team"}}"#,
            &transitive,
            red.clone(),
        ),
    ] {
        world.assumable(role, &only(condition), &allowing("*")).await;
        world.assumes(&ann, role, may).await.ok();
        assert_eq!(world.assumes(&ann, role, &may_not).await.code(), "AccessDenied", "{role}");
    }
}

#[tokio::test]
async fn a_guest_has_the_tags_of_its_user_and_its_own_and_hands_none_on() {
    let world = World::new().await;
    let may = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["sts:GetFederationToken"],"Resource":"*"}}"#;
    let ann = world.user_who("ann", may).await;
    let call = format!("GetFederationToken Name=guest {}", tags(&[("team", "red")]));
    let told = "403 AccessDenied: User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:TagSession on resource: arn:aws:sts::123456789012:federated-user/guest";
    assert_eq!(world.asks(&ann, &call).await.told(), told);
    let bob = world.user_who("bob", &allowing("sts:*")).await;
    world.asks(&bob, &call).await.ok();
}

#[tokio::test]
async fn tags_are_as_long_as_those_of_roles_and_no_longer() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("one", &trusting_account(), &allowing("sts:*")).await;
    let (key, value) = ("k".repeat(128), "v".repeat(256));
    world.assumes(&ann, "one", &tags(&[(&key, &value), ("Größe", "")])).await.ok();
    let (longer, more) = (format!("{key}k"), format!("{value}v"));
    for (key, value) in [(&*longer, "v"), ("k", &*more), ("", "v"), ("a!", "v"), ("k", "*")] {
        let reply = world.assumes(&ann, "one", &tags(&[(key, value)])).await;
        assert_eq!(reply.code(), "ValidationError", "{key}={value}");
    }
}

#[tokio::test]
async fn a_tag_that_is_not_handed_on_may_be_passed_anew_and_handed_on_then() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for role in ["one", "two", "three"] {
        world.assumable(role, &trusting_account(), &where_tagged("team", "blue")).await;
    }
    let one = world.becomes(&ann, "one", &tags(&[("team", "red")])).await;
    let more = format!("{} TransitiveTagKeys.member.1=Team", tags(&[("TEAM", "blue")]));
    let two = world.becomes(&one, "two", &more).await;
    let three = world.becomes(&two, "three", &tags(&[("cost", "low")])).await;
    assert!(!world.lists(&one).await && world.lists(&two).await && world.lists(&three).await);
}

#[tokio::test]
async fn between_accounts_both_sides_must_let_tags_pass() {
    let world = World::new().await;
    let eve = stranger(&world, &allowing("sts:AssumeRole")).await;
    let who = format!("arn:aws:iam::{ELSEWHERE}:user/eve");
    world.assumable("one", &trusting(&who), &where_tagged("team", "red")).await;
    world.assumes(&eve, "one", "").await.ok();
    let red = tags(&[("team", "red")]);
    let told = format!(
        "403 AccessDenied: User: {who} is not authorized to perform: sts:TagSession on resource: arn:aws:iam::123456789012:role/one"
    );
    assert_eq!(world.assumes(&eve, "one", &red).await.told(), told);
    let world = World::new().await;
    let eve = stranger(&world, &allowing("sts:*")).await;
    let alone = trusting(&who).replace(r#","sts:TagSession""#, "");
    world.assumable("one", &alone, &allowing("*")).await;
    assert_eq!(world.assumes(&eve, "one", &red).await.told(), told);
    world.assumable("two", &trusting(&who), &where_tagged("team", "red")).await;
    let two = world.becomes(&eve, "two", &red).await;
    assert!(world.lists(&two).await);
}

#[tokio::test]
async fn the_caller_s_own_policy_sees_what_is_asked_of_tags_as_well() {
    let world = World::new().await;
    let red = tags(&[("team", "red")]);
    let blue = tags(&[("team", "blue")]);
    let policy = allowing("sts:*").replace(
        r#""Effect""#,
        r#""Condition":{"StringEqualsIfExists":{"aws:RequestTag/team":"red"}},"Effect""#,
    );
    let ann = world.user_who("ann", &policy).await;
    world.assumable("one", &trusting_account(), &allowing("*")).await;
    world.assumes(&ann, "one", "").await.ok();
    world.assumes(&ann, "one", &red).await.ok();
    assert_eq!(world.assumes(&ann, "one", &blue).await.code(), "AccessDenied");
    world.asks(&ann, &format!("GetFederationToken Name=guest {red}")).await.ok();
    let reply = world.asks(&ann, &format!("GetFederationToken Name=guest {blue}")).await;
    assert_eq!(reply.code(), "AccessDenied");
}

#[tokio::test]
async fn faulty_tags_make_no_guest_either() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    for (faulty, code) in [
        (tags(&[("k", "v"), ("K", "w")]), "InvalidParameterValue"),
        (tags(&[("aws:k", "v")]), "InvalidParameterValue"),
        (tags(&[("k", "*")]), "ValidationError"),
    ] {
        let reply = world.asks(&ann, &format!("GetFederationToken Name=guest {faulty}")).await;
        // The model names no other code for this action.
        assert!(reply.status == 400, "{}", reply.document);
        assert_eq!(reply.code(), code, "{faulty}");
    }
}

#[tokio::test]
async fn what_is_inherited_takes_room_beside_what_is_passed() {
    let world = World::new().await;
    let mut who = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("sts:*")).await;
    let letters = |n: u64| format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    for round in 0..20_u64 {
        let long = |at: u64| (0..15).map(|n| letters(round * 1000 + at * 100 + n + 1)).collect();
        let passed: Vec<(String, String)> =
            (0..5).map(|at| (format!("k{round}-{at}"), long(at))).collect();
        let passed: Vec<_> = passed.iter().map(|(key, value)| (&**key, &**value)).collect();
        let keys = passed.iter().enumerate();
        let keys = keys.map(|(at, (key, _))| format!("TransitiveTagKeys.member.{}={key} ", at + 1));
        let more = format!("{}{}", tags(&passed), keys.collect::<String>());
        let reply = world.assumes(&who, "r", &more).await;
        if reply.status != 200 {
            assert!(round > 0, "{}", reply.document);
            assert_eq!(reply.code(), "PackedPolicyTooLarge");
            return;
        }
        who = Person::in_reply(&reply);
    }
    panic!("tags without end");
}
