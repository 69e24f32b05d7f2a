//! Sessions of uncommon make, and what happens to common ones at an uncommon moment.

use countersign::store::session::Delegation;
use countersign::text::{AccountId, Text, UserName};

use crate::phone::Phone;
use crate::session::{allowing, trusting, trusting_account};
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, World};

const ROLE: &str = "AssumeRole RoleArn=arn:aws:iam::123456789012:role/r RoleSessionName=session";
const TOKEN: &str = "GetWebIdentityToken Audience.member.1=app SigningAlgorithm=ES384";

/// Lets in who shows a second factor.
fn with_factor(trust: &str) -> String {
    let condition = r#""Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}},"Action""#;
    trust.replace(r#""Action""#, condition)
}

#[tokio::test]
async fn a_session_for_a_task_makes_no_other_session() {
    let world = World::new().await;
    let member = world.store.create_account(None, None).await.unwrap();
    let root = Person::new(member.id.as_str(), member.secret.expose());
    let create = format!("CreateRole RoleName=r AssumeRolePolicyDocument={}", trusting("*"));
    world.asks(&root, &create).await.ok();
    world.asks(&root, "EnableOutboundWebIdentityFederation").await.ok();
    let ann = world.user_who("ann", &allowing("sts:AssumeRoot")).await;
    let call = format!(
        "AssumeRoot TargetPrincipal={} TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
        member.account
    );
    let task = Person::in_reply(&world.asks(&ann, &call).await.ok());
    let own =
        format!("AssumeRole RoleArn=arn:aws:iam::{}:role/r RoleSessionName=xy", member.account);
    let back = format!(
        "AssumeRoot TargetPrincipal={ACCOUNT} TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    );
    for call in [&own, ROLE, "GetSessionToken", "GetFederationToken Name=guest", &back, TOKEN] {
        let reply = world.asks(&task, call).await;
        assert_eq!(reply.code(), "AccessDenied", "{call}: {}", reply.document);
    }
}

#[tokio::test]
async fn who_has_a_users_rights_handed_on_assumes_roles_within_their_policy() {
    let world = World::new().await;
    world.user_who("ann", &allowing("*")).await;
    let member = world.store.create_account(None, None).await.unwrap();
    let stranger = Person::new(member.id.as_str(), member.secret.expose());
    world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
    for (policy, may) in [(None, true), (Some("sts:AssumeRole"), true), (Some("iam:*"), false)] {
        let delegation = Delegation {
            account: AccountId::parse(ACCOUNT).unwrap(),
            user: UserName::parse("ann").unwrap(),
            policy: policy.map(allowing),
            seconds: 43_200,
        };
        let token = world.store.delegate(&delegation).await.unwrap();
        let token = encoded(token.expose().as_bytes(), false);
        let call = format!("GetDelegatedAccessToken TradeInToken={token}");
        let delegate = Person::in_reply(&world.asks(&stranger, &call).await.ok());
        assert_eq!(world.asks(&delegate, ROLE).await.status == 200, may, "{policy:?}");
        let long = format!("{ROLE} DurationSeconds=3601");
        assert_ne!(world.asks(&delegate, &long).await.status, 200);
    }
}

#[tokio::test]
async fn a_second_factor_is_the_users_and_no_further_links() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let phone = Phone::enabled_for(&world, "ann").await;
    let user = trusting(&format!("arn:aws:iam::{ACCOUNT}:user/ann"));
    let role = |name: &str| trusting(&format!("arn:aws:iam::{ACCOUNT}:role/{name}"));
    world.assumable("one", &with_factor(&user), &allowing("*")).await;
    world.assumable("two", &role("one"), &allowing("*")).await;
    world.assumable("three", &with_factor(&role("two")), &allowing("*")).await;
    world.passes(300);
    let (serial, code) = (&phone.serial, phone.code(&world, 0));
    let call = format!("GetSessionToken SerialNumber={serial} TokenCode={code}");
    let own = Person::in_reply(&world.asks(&ann, &call).await.ok());
    let one = world.becomes(&own, "one", "").await;
    let two = world.becomes(&one, "two", "").await;
    assert_eq!(world.assumes(&two, "three", "").await.code(), "AccessDenied");
    // Nor may a session that is no user's show one.
    world.passes(300);
    let shown = format!("SerialNumber={serial} TokenCode={}", phone.code(&world, 0));
    assert_eq!(world.assumes(&one, "two", &shown).await.code(), "AccessDenied");
}

#[tokio::test]
async fn a_change_that_a_session_asks_for_as_its_role_goes_is_made_before_or_not_at_all() {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let mut refused = 0;
    for round in 0..20 {
        world.assumable("r", &trusting_account(), &allowing("iam:*")).await;
        let session = world.becomes(&ann, "r", "").await;
        world.root("DeleteRolePolicy RoleName=r PolicyName=p").await.ok();
        world
            .root("AttachRolePolicy RoleName=r PolicyArn=arn:aws:iam::aws:policy/IAMFullAccess")
            .await
            .ok();
        let create = format!("CreateUser UserName=u{round}");
        let (_, made) = tokio::join!(
            world.root(
                "DetachRolePolicy RoleName=r PolicyArn=arn:aws:iam::aws:policy/IAMFullAccess"
            ),
            world.asks(&session, &create)
        );
        let is_there = world.root(&format!("GetUser UserName=u{round}")).await.status == 200;
        assert_eq!(made.status == 200, is_there, "{}", made.document);
        refused += usize::from(!is_there);
        world.root("DeleteRole RoleName=r").await.ok();
        assert_eq!(world.asks(&session, &create).await.code(), "InvalidClientTokenId");
    }
    assert!(refused <= 20);
}

#[tokio::test]
async fn a_guest_is_limited_by_a_policy_that_goes_and_by_the_moment_it_was_made() {
    let world = World::new().await;
    world.root("EnableOutboundWebIdentityFederation").await.ok();
    let ann = world.user_who("ann", &allowing("*")).await;
    let create = format!("CreatePolicy PolicyName=may PolicyDocument={}", allowing("*"));
    let may = world.root(&create).await.ok().text("Arn");
    let inline = format!("Policy={}", allowing("*"));
    let mut guests = Vec::new();
    for more in [format!("PolicyArns.member.1.arn={may}"), inline] {
        let call = format!("GetFederationToken Name=guest {more}");
        let guest = Person::in_reply(&world.asks(&ann, &call).await.ok());
        world.asks(&guest, TOKEN).await.ok();
        guests.push(guest);
    }
    world.root(&format!("DeletePolicy PolicyArn={may}")).await.ok();
    assert_eq!(world.asks(&guests[0], TOKEN).await.code(), "AccessDenied");
    world.asks(&guests[1], TOKEN).await.ok();
    world.passes(1);
    let now = world.now().to_string();
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"DateLessThan":{{"aws:TokenIssueTime":"{now}"}}}}}}}}"#
    );
    let put = format!("PutUserPolicy UserName=ann PolicyName=d PolicyDocument={deny}");
    world.root(&put).await.ok();
    assert_eq!(world.asks(&guests[1], TOKEN).await.code(), "AccessDenied");
}
