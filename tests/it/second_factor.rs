//! Sessions for which a second factor was shown.

use crate::phone::Phone;
use crate::session::{allowing, trusting_account};
use crate::signer::encoded;
use crate::world::{ACCOUNT, Person, World};

const WRONG: &str =
    "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code.";
const NOT_THEIRS: &str = "403 AccessDenied: MultiFactorAuthentication failed, unable to validate \
    MFA code.  Please verify your MFA serial number is valid and associated with this user.";
const HALF: &str = "403 AccessDenied: MultiFactorAuthentication failed, must provide both MFA \
    serial number and one time pass code.";

/// Ann with a phone, and a role that asks for a second factor.
async fn scene() -> (World, Person, Phone) {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    let phone = Phone::enabled_for(&world, "ann").await;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:user/ann"}},"Action":"sts:AssumeRole","Condition":{{"Bool":{{"aws:MultiFactorAuthPresent":"true"}}}}}}}}"#
    );
    world.assumable("safe", &trust, &allowing("iam:*")).await;
    world.passes(300);
    (world, ann, phone)
}

fn shown(phone: &Phone, code: &str) -> String {
    format!("SerialNumber={} TokenCode={code}", phone.serial)
}

#[tokio::test]
async fn a_role_that_asks_for_a_second_factor_is_assumed_with_one_once() {
    let (world, ann, phone) = scene().await;
    assert_eq!(world.assumes(&ann, "safe", "").await.code(), "AccessDenied");
    let code = shown(&phone, &phone.code(&world, 0));
    let session = Person::in_reply(&world.assumes(&ann, "safe", &code).await.ok());
    world.asks(&session, "ListUsers").await.ok();
    assert_eq!(world.assumes(&ann, "safe", &code).await.told(), WRONG);
}

#[tokio::test]
async fn what_proves_nothing_is_told_in_three_ways() {
    let (world, ann, phone) = scene().await;
    let bob = world.user_who("bob", &allowing("*")).await;
    let code = phone.code(&world, 0);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for call in [
        "GetSessionToken",
        "AssumeRole RoleArn=arn:aws:iam::123456789012:role/safe RoleSessionName=session",
    ] {
        let with = |more: &str| format!("{call} {more}");
        assert_eq!(world.asks(&ann, &with(&shown(&phone, wrong))).await.told(), WRONG);
        let serial = format!("SerialNumber={}", phone.serial);
        assert_eq!(world.asks(&ann, &with(&serial)).await.told(), HALF);
        assert_eq!(world.asks(&ann, &with("TokenCode=123456")).await.told(), HALF);
        assert_eq!(world.asks(&bob, &with(&shown(&phone, &code))).await.told(), NOT_THEIRS);
        let other = format!("SerialNumber=arn:aws:iam::{ACCOUNT}:mfa/none TokenCode={code}");
        assert_eq!(world.asks(&ann, &with(&other)).await.told(), NOT_THEIRS);
    }
}

#[tokio::test]
async fn only_with_a_second_factor_does_a_session_of_ones_own_reach_iam() {
    let (world, ann, phone) = scene().await;
    let without = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let told = "403 InvalidClientTokenId: The security token included in the request is invalid";
    assert_eq!(world.asks(&without, "ListUsers").await.told(), told);
    let call = format!("GetSessionToken {}", shown(&phone, &phone.code(&world, 0)));
    let with = Person::in_reply(&world.asks(&ann, &call).await.ok());
    world.asks(&with, "ListUsers").await.ok();
    let safe = Person::in_reply(&world.assumes(&with, "safe", "").await.ok());
    world.asks(&safe, "ListUsers").await.ok();
    assert_eq!(world.assumes(&without, "safe", "").await.code(), "AccessDenied");
}

#[tokio::test]
async fn conditions_see_the_factor_and_its_age_and_of_keys_that_last_neither() {
    let (world, ann, phone) = scene().await;
    let deny = |condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*","Condition":{condition}}}]}}"#
        )
    };
    let call = format!("GetSessionToken {}", shown(&phone, &phone.code(&world, 0)));
    let with = Person::in_reply(&world.asks(&ann, &call).await.ok());
    world.passes(600);
    for (condition, of_key, of_session) in [
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#, 200, 200),
        (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#, 403, 200),
        (r#"{"Null":{"aws:MultiFactorAuthAge":"true"}}"#, 403, 200),
        (r#"{"NumericGreaterThan":{"aws:MultiFactorAuthAge":"599"}}"#, 200, 403),
        (r#"{"NumericGreaterThan":{"aws:MultiFactorAuthAge":"600"}}"#, 200, 200),
        (r#"{"Null":{"aws:TokenIssueTime":"false"}}"#, 200, 403),
    ] {
        let document = encoded(deny(condition).as_bytes(), false);
        let put = format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={document}");
        world.root(&put).await.ok();
        assert_eq!(world.asks(&ann, "ListUsers").await.status, of_key, "{condition}");
        assert_eq!(world.asks(&with, "ListUsers").await.status, of_session, "{condition}");
    }
}

#[tokio::test]
async fn a_code_is_used_once_whatever_for() {
    let (world, ann, phone) = scene().await;
    let code = shown(&phone, &phone.code(&world, 0));
    world.asks(&ann, &format!("GetSessionToken {code}")).await.ok();
    assert_eq!(world.asks(&ann, &format!("GetSessionToken {code}")).await.told(), WRONG);
    assert_eq!(world.assumes(&ann, "safe", &code).await.told(), WRONG);
    world.passes(30);
    world.assumes(&ann, "safe", &shown(&phone, &phone.code(&world, 0))).await.ok();
}

#[tokio::test]
async fn a_device_that_is_taken_away_proves_nothing_and_sessions_with_it_go_on() {
    let (world, ann, phone) = scene().await;
    let code = phone.code(&world, 0);
    let call = format!("GetSessionToken {}", shown(&phone, &code));
    let session = Person::in_reply(&world.asks(&ann, &call).await.ok());
    let serial = &phone.serial;
    world.root(&format!("DeactivateMFADevice UserName=ann SerialNumber={serial}")).await.ok();
    world.passes(30);
    let call = format!("GetSessionToken {}", shown(&phone, &phone.code(&world, 0)));
    assert_eq!(world.asks(&ann, &call).await.told(), NOT_THEIRS);
    world.asks(&session, "ListUsers").await.ok();
}

/// A role that asks for that, and whom it lets in.
async fn asking(world: &World, name: &str, condition: &str) {
    let trust =
        trusting_account().replace(r#""Action""#, &format!(r#""Condition":{condition},"Action""#));
    world.assumable(name, &trust, &allowing("*")).await;
}

#[tokio::test]
async fn trust_policies_tell_who_has_none_from_who_has_shown_none() {
    let (world, ann, phone) = scene().await;
    let without = Person::in_reply(&world.asks(&ann, "GetSessionToken").await.ok());
    let call = format!("GetSessionToken {}", shown(&phone, &phone.code(&world, 0)));
    let with = Person::in_reply(&world.asks(&ann, &call).await.ok());
    world.passes(60);
    for (role, condition, may) in [
        ("a", r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, [false, false, true]),
        ("b", r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#, [false, true, false]),
        ("c", r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#, [true, false, true]),
        ("d", r#"{"Null":{"aws:MultiFactorAuthPresent":"true"}}"#, [true, false, false]),
        ("e", r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"61"}}"#, [false, false, true]),
        ("f", r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}"#, [false; 3]),
        ("g", r#"{"NumericLessThanIfExists":{"aws:MultiFactorAuthAge":"9"}}"#, [true, true, false]),
    ] {
        asking(&world, role, condition).await;
        for (who, may) in [&ann, &without, &with].into_iter().zip(may) {
            let reply = world.assumes(who, role, "").await;
            assert_eq!(reply.status == 200, may, "{condition}: {}", reply.document);
        }
    }
    world.passes(30);
    let code = shown(&phone, &phone.code(&world, 0));
    world.assumes(&ann, "f", &code).await.ok();
}

#[tokio::test]
async fn a_session_of_a_role_has_the_factor_that_it_was_made_with_and_hands_it_on_to_none() {
    let (world, ann, phone) = scene().await;
    for role in ["one", "two"] {
        asking(&world, role, r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#).await;
    }
    let code = shown(&phone, &phone.code(&world, 0));
    let one = world.becomes(&ann, "one", &code).await;
    let two = world.becomes(&one, "two", "").await;
    assert_eq!(world.assumes(&two, "one", "").await.code(), "AccessDenied");
    world.passes(30);
    let code = shown(&phone, &phone.code(&world, 0));
    assert_eq!(world.assumes(&one, "two", &code).await.told(), NOT_THEIRS);
}
