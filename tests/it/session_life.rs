//! Whom sessions act as while they last: who they say they are, what they are for, and
//! what changes them.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::phone::Phone;
use crate::session::{allowing, trusting_account};
use crate::signer::Signer;
use crate::world::{ACCOUNT, Person, World, post};

const ROLE: &str = "AssumeRole RoleArn=arn:aws:iam::123456789012:role/r RoleSessionName=session";
const GUEST: &str = "GetFederationToken Name=guest";
const WRONG: &str =
    "403 InvalidClientTokenId: The security token included in the request is invalid";

/// Ann, who may do everything, and a role that may as well.
async fn scene() -> (World, Person) {
    let world = World::new().await;
    let ann = world.user_who("ann", &allowing("*")).await;
    world.assumable("r", &trusting_account(), &allowing("*")).await;
    (world, ann)
}

impl World {
    async fn made(&self, who: &Person, call: &str) -> Person {
        Person::in_reply(&self.asks(who, call).await.ok())
    }

    /// A session of Ann's own for which she shows a second factor.
    async fn proven(&self, ann: &Person) -> Person {
        let phone = Phone::enabled_for(self, "ann").await;
        self.passes(300);
        let (serial, code) = (&phone.serial, phone.code(self, 0));
        self.made(ann, &format!("GetSessionToken SerialNumber={serial} TokenCode={code}")).await
    }

    async fn arn(&self, who: &Person) -> String {
        self.asks(who, "GetCallerIdentity").await.ok().text("Arn")
    }
}

#[tokio::test]
async fn everyone_is_told_who_they_are_and_no_deny_hides_it() {
    let (world, ann) = scene().await;
    world.root("UpdateUser UserName=ann NewPath=/dev/").await.ok();
    let own = world.made(&ann, "GetSessionToken").await;
    let role = world.made(&ann, ROLE).await;
    let guest = world.made(&ann, GUEST).await;
    let roots_own = world.made(&world.root, "GetSessionToken").await;
    let roots_guest = world.made(&world.root, GUEST).await;
    let deny = allowing("*").replace("Allow", "Deny");
    for put in ["PutUserPolicy UserName=ann PolicyName=d", "PutRolePolicy RoleName=r PolicyName=d"]
    {
        world.root(&format!("{put} PolicyDocument={deny}")).await.ok();
    }
    let user_id = world.root("GetUser UserName=ann").await.ok().text("UserId");
    let role_id = world.root("GetRole RoleName=r").await.ok().text("RoleId");
    let (root, user) = ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/dev/ann");
    let session = "arn:aws:sts::123456789012:assumed-role/r/session";
    let federated = "arn:aws:sts::123456789012:federated-user/guest";
    let (guest_id, session_id) = (format!("{ACCOUNT}:guest"), format!("{role_id}:session"));
    for (who, id, arn) in [
        (&world.root, ACCOUNT, root),
        (&roots_own, ACCOUNT, root),
        (&ann, &user_id, user),
        (&own, &user_id, user),
        (&role, &session_id, session),
        (&guest, &guest_id, federated),
        (&roots_guest, &guest_id, federated),
    ] {
        let told = world.asks(who, "GetCallerIdentity").await.ok();
        assert_eq!((&*told.text("UserId"), &*told.text("Arn")), (id, arn));
        assert_eq!(told.text("Account"), ACCOUNT);
    }
}

#[tokio::test]
async fn the_path_of_a_role_is_no_part_of_its_sessions_names() {
    let (world, ann) = scene().await;
    let trust = trusting_account();
    let create = format!("CreateRole RoleName=Deep Path=/a/b/ AssumeRolePolicyDocument={trust}");
    world.root(&create).await.ok();
    let call =
        format!("AssumeRole RoleArn=arn:aws:iam::{ACCOUNT}:role/a/b/Deep RoleSessionName=xy");
    let deep = world.made(&ann, &call).await;
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/Deep/xy");
    assert_eq!(world.arn(&deep).await, arn);
    for wrong in ["role/Deep", "role/a/Deep", "role/a/b/c/Deep", "role/a/b/deep", "role//a/b/Deep"]
    {
        let call = format!("AssumeRole RoleArn=arn:aws:iam::{ACCOUNT}:{wrong} RoleSessionName=xy");
        assert_eq!(world.asks(&ann, &call).await.code(), "AccessDenied", "{wrong}");
    }
}

#[tokio::test]
async fn the_id_of_a_temporary_key_tells_its_account() {
    let (world, ann) = scene().await;
    let other = world.store.create_account(None, None).await.unwrap();
    let root = Person::new(other.id.as_str(), other.secret.expose());
    let theirs = world.made(&root, "GetSessionToken").await;
    for (id, account) in [
        (world.made(&ann, ROLE).await.id, ACCOUNT),
        (world.made(&ann, "GetSessionToken").await.id, ACCOUNT),
        (world.made(&ann, GUEST).await.id, ACCOUNT),
        (theirs.id, other.account.as_str()),
    ] {
        assert!(id.starts_with("ASIA") && id.len() == 20, "{id}");
        let told = world.asks(&ann, &format!("GetAccessKeyInfo AccessKeyId={id}")).await.ok();
        assert_eq!(told.text("Account"), account);
    }
}

#[tokio::test]
async fn no_two_sessions_have_a_key_a_secret_or_a_token_in_common() {
    let (world, ann) = scene().await;
    let mut seen = std::collections::BTreeSet::new();
    for call in [ROLE, GUEST, "GetSessionToken"].repeat(8) {
        let made = world.made(&ann, call).await;
        assert!(
            seen.insert(made.id) && seen.insert(made.secret) && seen.insert(made.token.unwrap())
        );
    }
}

#[tokio::test]
async fn sessions_go_on_while_the_key_that_made_them_rests() {
    let (world, ann) = scene().await;
    let mut made = Vec::new();
    for call in [ROLE, GUEST, "GetSessionToken"] {
        made.push(world.made(&ann, call).await);
    }
    let rest = format!("UpdateAccessKey UserName=ann AccessKeyId={} Status=Inactive", ann.id);
    world.root(&rest).await.ok();
    assert_eq!(world.asks(&ann, "GetCallerIdentity").await.code(), "InvalidClientTokenId");
    for session in &made {
        world.asks(session, "GetCallerIdentity").await.ok();
    }
}

#[tokio::test]
async fn whoever_is_renamed_goes_on_under_the_new_name() {
    let (world, ann) = scene().await;
    let proven = world.proven(&ann).await;
    let guest = world.made(&ann, GUEST).await;
    assert_eq!(world.asks(&proven, "GetUser").await.ok().text("UserName"), "ann");
    world.root("UpdateUser UserName=ann NewUserName=Zoe NewPath=/new/").await.ok();
    // Whoever bears the old name by now is somebody else.
    world.root("CreateUser UserName=ann").await.ok();
    assert_eq!(world.arn(&proven).await, format!("arn:aws:iam::{ACCOUNT}:user/new/Zoe"));
    assert_eq!(world.asks(&proven, "GetUser").await.ok().text("UserName"), "Zoe");
    world.asks(&guest, "GetCallerIdentity").await.ok();
    let named = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{"aws:username":"Zoe"}}}]}"#;
    let put = format!("PutUserPolicy UserName=Zoe PolicyName=p PolicyDocument={named}");
    world.root(&put).await.ok();
    assert_eq!(world.asks(&proven, "ListUsers").await.code(), "AccessDenied");
    world.asks(&proven, "ListRoles").await.ok();
}

#[tokio::test]
async fn a_session_of_a_user_has_the_policies_that_the_user_has_now() {
    let (world, ann) = scene().await;
    let proven = world.proven(&ann).await;
    world.asks(&proven, "ListUsers").await.ok();
    world.root("DeleteUserPolicy UserName=ann PolicyName=p").await.ok();
    let told = format!(
        "403 AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::{ACCOUNT}:user/ because no identity-based policy allows the iam:ListUsers action"
    );
    assert_eq!(world.asks(&proven, "ListUsers").await.told(), told);
    let limit = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let put = format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={}", allowing("*"));
    world.root(&put).await.ok();
    world
        .root(&format!("PutUserPermissionsBoundary UserName=ann PermissionsBoundary={limit}"))
        .await
        .ok();
    world.asks(&proven, "ListUsers").await.ok();
    let told = world.asks(&proven, "CreateUser UserName=bob").await.message();
    let end = "because no permissions boundary allows the iam:CreateUser action";
    assert!(told.ends_with(end), "{told}");
}

#[tokio::test]
async fn who_is_no_user_must_say_whom_they_mean_and_who_is_need_not() {
    let (world, ann) = scene().await;
    let role = world.made(&ann, ROLE).await;
    let told = "400 ValidationError: Must specify userName when calling with non-User credentials";
    let key = format!("AccessKeyId={}", ann.id);
    for call in [
        "GetUser",
        "CreateAccessKey",
        "ListAccessKeys",
        "ListMFADevices",
        &format!("UpdateAccessKey {key} Status=Inactive"),
        &format!("DeleteAccessKey {key}"),
    ] {
        assert_eq!(world.asks(&role, call).await.told(), told, "{call}");
    }
    let proven = world.proven(&ann).await;
    assert_eq!(world.asks(&proven, "ListAccessKeys").await.ok().text("AccessKeyId"), ann.id);
    assert_eq!(world.asks(&proven, "CreateAccessKey").await.ok().text("UserName"), "ann");
    world.asks(&role, "ListAccessKeys UserName=ann").await.ok();
}

#[tokio::test]
async fn to_sessions_that_are_not_for_iam_it_says_nothing_of_what_they_ask() {
    let (world, ann) = scene().await;
    let mut made = vec![world.made(&world.root, "GetSessionToken").await];
    for call in [format!("{GUEST} Policy={}", allowing("*")), "GetSessionToken".to_owned()] {
        made.push(world.made(&ann, &call).await);
    }
    made.push(world.made(&world.root, &format!("{GUEST} Policy={}", allowing("*"))).await);
    for session in &made {
        for call in [
            "GetUser",
            "GetUser UserName=none",
            "ListUsers",
            "ListAccessKeys",
            "DeleteRole RoleName=r",
        ] {
            assert_eq!(world.asks(session, call).await.told(), WRONG, "{call}");
        }
    }
}

#[tokio::test]
async fn a_second_factor_opens_iam_and_nothing_more_of_sts() {
    let (world, ann) = scene().await;
    let proven = world.proven(&ann).await;
    world.asks(&proven, "CreateUser UserName=bob").await.ok();
    world.asks(&proven, ROLE).await.ok();
    let told = format!(
        "403 AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: sts:GetAccessKeyInfo on resource: *"
    );
    let info = format!("GetAccessKeyInfo AccessKeyId={}", ann.id);
    assert_eq!(world.asks(&proven, &info).await.told(), told);
    let told = "403 AccessDenied: Cannot call GetFederationToken with session credentials";
    assert_eq!(world.asks(&proven, GUEST).await.told(), told);
}

#[tokio::test]
async fn a_deny_of_what_was_made_before_ends_a_users_sessions_but_not_their_keys() {
    let (world, ann) = scene().await;
    let proven = world.proven(&ann).await;
    let role = world.made(&ann, ROLE).await;
    world.passes(10);
    let until = world.now().to_string();
    let deny = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"DateLessThan":{{"aws:TokenIssueTime":"{until}"}}}}}}}}"#
    );
    let name = "PolicyName=AWSRevokeOlderSessions";
    world.root(&format!("PutUserPolicy UserName=ann {name} PolicyDocument={deny}")).await.ok();
    assert_eq!(world.asks(&proven, "ListUsers").await.code(), "AccessDenied");
    assert_eq!(world.asks(&proven, ROLE).await.code(), "AccessDenied");
    world.asks(&ann, "ListUsers").await.ok();
    // The role's own sessions go on, until they are revoked as well, chains included.
    world.asks(&role, ROLE).await.ok();
    world.root(&format!("PutRolePolicy RoleName=r {name} PolicyDocument={deny}")).await.ok();
    assert_eq!(world.asks(&role, ROLE).await.code(), "AccessDenied");
    let again = world.made(&ann, ROLE).await;
    world.asks(&again, ROLE).await.ok();
}

/// A question in a URL, signed there for an hour.
fn presigned(world: &World, who: &Person, token: Option<&str>) -> Request<Bytes> {
    let url = "http://127.0.0.1:7448/?Action=GetCallerIdentity&Version=2011-06-15";
    let request = Request::get(url).body(Bytes::new()).unwrap();
    let signer = Signer::new(&who.id, &who.secret).service("sts").at(world.now()).expires("3600");
    match token {
        Some(token) => signer.token(token).presign(request),
        None => signer.presign(request),
    }
}

#[tokio::test]
async fn a_url_carries_the_token_and_is_good_no_longer_than_its_session() {
    let (world, ann) = scene().await;
    let session = world.made(&ann, "GetSessionToken DurationSeconds=900").await;
    let other = world.made(&ann, "GetSessionToken").await;
    let token = session.token.as_deref();
    let request = presigned(&world, &session, token);
    world.sends(request.clone()).await.ok();
    let mixed = presigned(&world, &session, other.token.as_deref());
    assert_eq!(world.sends(mixed).await.told(), WRONG);
    let spaced = format!("{} ", token.unwrap());
    let spaced = presigned(&world, &session, Some(&spaced));
    assert_eq!(world.sends(spaced).await.told(), WRONG);
    let bare = presigned(&world, &session, None);
    assert_eq!(world.sends(bare).await.code(), "InvalidClientTokenId");
    world.passes(900);
    assert_eq!(world.sends(request).await.code(), "ExpiredToken");
}

#[tokio::test]
async fn credentials_in_json_sign_as_well() {
    let (world, ann) = scene().await;
    let mut request = post("Action=GetSessionToken&Version=2011-06-15");
    request.headers_mut().insert("accept", "application/json".parse().unwrap());
    let reply = world.sends(ann.signs("sts", world.now(), request)).await;
    let answer: Value = serde_json::from_str(&reply.document).unwrap();
    let result = &answer["GetSessionTokenResponse"]["GetSessionTokenResult"];
    let text = |name: &str| result["Credentials"][name].as_str().unwrap().to_owned();
    assert_eq!(result["Credentials"]["Expiration"], world.now().unix() + 43_200);
    let token = text("SessionToken");
    assert_eq!(result["SessionTokenSize"], token.len());
    let session =
        Person { id: text("AccessKeyId"), secret: text("SecretAccessKey"), token: Some(token) };
    world.asks(&session, "GetCallerIdentity").await.ok();
}
