//! What limits sessions: policies that are sent along, and policies that are named.

use crate::session::{allowing, trusting, trusting_account};
use crate::world::{ACCOUNT, Person, World};

fn named(arns: &[&str]) -> String {
    let one = |(at, arn): (usize, &&str)| format!("PolicyArns.member.{}.arn={arn} ", at + 1);
    arns.iter().enumerate().map(one).collect()
}

fn inline(action: &str) -> String {
    format!("Policy={}", allowing(action))
}

/// How many hundredths of the room are taken.
fn packed(reply: &crate::world::Reply) -> u32 {
    reply.text("PackedPolicySize").parse().unwrap()
}

impl World {
    async fn may(&self, who: &Person) -> [bool; 3] {
        let mut may = [false; 3];
        for (at, call) in ["ListUsers", "ListRoles", "ListGroups"].iter().enumerate() {
            may[at] = self.asks(who, call).await.status == 200;
        }
        may
    }

    async fn limited(&self, policy: &str, more: &str) -> [bool; 3] {
        let ann = self.user_who("ann", &allowing("sts:*")).await;
        self.assumable("r", &trusting_account(), policy).await;
        let session = self.becomes(&ann, "r", more).await;
        self.may(&session).await
    }
}

#[tokio::test]
async fn a_policy_that_is_sent_along_narrows_and_grants_nothing() {
    let two = allowing("iam:ListUsers\",\"iam:ListRoles").replace(
        r#""Action":"iam:ListUsers","iam:ListRoles""#,
        r#""Action":["iam:ListUsers","iam:ListRoles"]"#,
    );
    assert_eq!(World::new().await.limited(&two, "").await, [true, true, false]);
    assert_eq!(
        World::new().await.limited(&two, &inline("iam:ListUsers")).await,
        [true, false, false]
    );
    assert_eq!(World::new().await.limited(&two, &inline("iam:ListGroups")).await, [false; 3]);
    assert_eq!(World::new().await.limited(&two, &inline("*")).await, [true, true, false]);
}

#[tokio::test]
async fn policies_that_are_named_count_together_with_the_one_sent_along() {
    let read = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let none = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let all = allowing("iam:*");
    for (more, may) in [
        (named(&[read]), [true; 3]),
        (named(&[none]), [false; 3]),
        (named(&[none, read]), [true; 3]),
        (format!("{} {}", named(&[none]), inline("iam:ListUsers")), [true, false, false]),
    ] {
        assert_eq!(World::new().await.limited(&all, &more).await, may, "{more}");
    }
    assert_eq!(World::new().await.limited(&allowing("s3:*"), &named(&[read])).await, [false; 3]);
}

#[tokio::test]
async fn a_named_policy_that_goes_denies_and_one_that_changes_counts_as_it_is() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    let call = format!("CreatePolicy PolicyName=p PolicyDocument={}", allowing("iam:*"));
    world.root(&call).await.ok();
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/p");
    let more = format!("{} {}", named(&[&arn]), inline("iam:ListUsers"));
    let session = world.becomes(&ann, "r", &named(&[&arn])).await;
    let both = world.becomes(&ann, "r", &more).await;
    assert_eq!(world.may(&session).await, [true; 3]);
    let less = allowing("iam:ListRoles");
    let call =
        format!("CreatePolicyVersion PolicyArn={arn} SetAsDefault=true PolicyDocument={less}");
    world.root(&call).await.ok();
    assert_eq!(world.may(&session).await, [false, true, false]);
    assert_eq!(world.may(&both).await, [true, true, false]);
    world.root(&format!("DeletePolicyVersion PolicyArn={arn} VersionId=v1")).await.ok();
    world.root(&format!("DeletePolicy PolicyArn={arn}")).await.ok();
    assert_eq!(world.may(&session).await, [false; 3]);
    assert_eq!(world.may(&both).await, [false; 3]);
}

#[tokio::test]
async fn policies_that_are_none_are_refused() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    let none = format!("arn:aws:iam::{ACCOUNT}:policy/none");
    for arn in [&*none, "arn:aws:iam::210987654321:policy/p", "arn:aws:iam::aws:policy/None"] {
        let reply = world.assumes(&ann, "r", &named(&[arn])).await;
        assert_eq!(reply.code(), "MalformedPolicyDocument", "{}", reply.document);
    }
    for policy in ["{", "{}", "[]", &trusting("*")] {
        let reply = world.assumes(&ann, "r", &format!("Policy={policy}")).await;
        assert_eq!(reply.code(), "MalformedPolicyDocument", "{}", reply.document);
    }
    let read = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    world.assumes(&ann, "r", &named(&[read; 10])).await.ok();
    assert_eq!(world.assumes(&ann, "r", &named(&[read; 11])).await.code(), "ValidationError");
}

#[tokio::test]
async fn a_guest_can_do_what_both_its_user_and_its_policy_allow_and_nothing_without_one() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let info = format!("GetAccessKeyInfo AccessKeyId={}", ann.id);
    let refused = "403 InvalidClientTokenId: The security token included in the request is invalid";
    for (who, more) in [(&ann, ""), (&ann, "Policy=x"), (&world.root, "")] {
        let more = if more.is_empty() { String::new() } else { inline("*") };
        let reply = world.asks(who, &format!("GetFederationToken Name=guest {more}")).await.ok();
        assert_eq!(reply.text("FederatedUserId"), format!("{ACCOUNT}:guest"));
        let guest = Person::in_reply(&reply);
        let own = world.asks(&guest, "GetCallerIdentity").await.ok();
        assert_eq!(own.text("UserId"), format!("{ACCOUNT}:guest"));
        assert_eq!(own.text("Arn"), format!("arn:aws:sts::{ACCOUNT}:federated-user/guest"));
        assert_eq!(world.asks(&guest, "ListUsers").await.told(), refused);
        assert_eq!(world.asks(&guest, &info).await.code(), "AccessDenied");
    }
}

#[tokio::test]
async fn it_is_told_how_much_room_policies_and_tags_take() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    assert!(world.assumes(&ann, "r", "").await.ok().texts("PackedPolicySize").is_empty());
    let little = packed(&world.assumes(&ann, "r", &inline("iam:ListUsers")).await.ok());
    let read = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let more = format!("{} {}", inline("iam:ListUsers"), named(&[read]));
    let more = packed(&world.assumes(&ann, "r", &more).await.ok());
    assert!(0 < little && little < more && more < 100, "{little} {more}");
    let guest = world.asks(&ann, "GetFederationToken Name=guest").await.ok();
    assert_eq!(packed(&guest), 0);
    let tag = "Tags.member.1.Key=k Tags.member.1.Value=v";
    assert!(packed(&world.assumes(&ann, "r", tag).await.ok()) > 0);
}

#[tokio::test]
async fn policies_and_tags_that_take_too_much_room_are_refused() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    let long: String = (0..700_u64)
        .map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect::<Vec<_>>()
        .concat();
    let policy = allowing("iam:ListUsers")
        .replace("\"Resource\":\"*\"", &format!("\"Resource\":\"arn:aws:s3:::{long}\""));
    let reply = world.assumes(&ann, "r", &format!("Policy={policy}")).await;
    assert_eq!(reply.code(), "PackedPolicyTooLarge");
    assert!(reply.message().starts_with("Packed policy consumes "), "{}", reply.message());
    assert!(reply.message().ends_with("% of allotted space, please use smaller policy."));
    let tags: Vec<String> = (0..50)
        .map(|n| {
            let value = &long[n * 200..n * 200 + 200];
            format!("Tags.member.{0}.Key=k{n} Tags.member.{0}.Value={value} ", n + 1)
        })
        .collect();
    let reply = world.assumes(&ann, "r", &tags.concat()).await;
    assert_eq!(reply.code(), "PackedPolicyTooLarge");
    assert!(reply.message().starts_with("Packed size of session tags consumes "));
    assert!(reply.message().ends_with("% of allotted space."));
}

#[tokio::test]
async fn a_policy_of_the_session_narrows_what_the_role_is_trusted_with_but_not_the_session_itself()
{
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("first", &trusting_account(), &allowing("iam:ListUsers")).await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/first");
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/first/session");
    for (name, who) in [("by-role", &role), ("by-session", &session)] {
        world.assumable(name, &trusting(who), &allowing("*")).await;
    }
    let deny = allowing("sts:AssumeRole").replace("Allow", "Deny");
    for (more, by_role, by_session) in [
        (String::new(), 200, 200),
        (inline("sts:AssumeRole"), 200, 200),
        (inline("iam:ListUsers"), 403, 200),
        (format!("Policy={deny}"), 403, 403),
    ] {
        let first = world.becomes(&ann, "first", &more).await;
        assert_eq!(world.assumes(&first, "by-role", "").await.status, by_role, "{more}");
        assert_eq!(world.assumes(&first, "by-session", "").await.status, by_session, "{more}");
    }
}

#[tokio::test]
async fn a_boundary_of_the_role_limits_its_sessions_beside_their_own_policies() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    let create = format!("CreatePolicy PolicyName=b PolicyDocument={}", allowing("iam:List*"));
    world.root(&create).await.ok();
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/b");
    let both = world.becomes(&ann, "r", &inline("iam:*Users")).await;
    let plain = world.becomes(&ann, "r", "").await;
    let get = "GetUser UserName=ann";
    world.asks(&plain, get).await.ok();
    let put = format!("PutRolePermissionsBoundary RoleName=r PermissionsBoundary={arn}");
    world.root(&put).await.ok();
    assert_eq!(world.may(&plain).await, [true; 3]);
    assert_eq!(world.may(&both).await, [true, false, false]);
    let told = world.asks(&plain, get).await.told();
    assert!(
        told.ends_with("because no permissions boundary allows the iam:GetUser action"),
        "{told}"
    );
}

#[tokio::test]
async fn a_refusal_by_a_session_policy_is_told_as_one() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("sts:*")).await;
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    let some = world.becomes(&ann, "r", &inline("iam:ListUsers")).await;
    let deny = allowing("iam:ListRoles").replace("Allow", "Deny");
    let create = format!("CreatePolicy PolicyName=no PolicyDocument={deny}");
    world.root(&create).await.ok();
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/no");
    let none = world.becomes(&ann, "r", &format!("{} {}", inline("*"), named(&[&arn]))).await;
    let sent = world.becomes(&ann, "r", &format!("Policy={deny}")).await;
    for (who, end) in [
        (&some, "because no session policy allows the iam:ListRoles action".to_owned()),
        (&none, format!("with an explicit deny in a session policy: {arn}")),
        (&sent, "with an explicit deny in a session policy".to_owned()),
    ] {
        let told = world.asks(who, "ListRoles").await.told();
        let whole = format!(
            "403 AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/r/session is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::{ACCOUNT}:role/ {end}"
        );
        assert_eq!(told, whole);
    }
}
