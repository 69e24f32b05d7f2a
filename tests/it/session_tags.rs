//! Session tags: whose they are, which go along, and which are refused.

use crate::session::{allowing, trusting_account};
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
    assert_eq!(reserved.code(), "InvalidParameterValue");
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
