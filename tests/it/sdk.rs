//! The official Rust SDKs lead an access key through its life, end to end over a socket.

use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::types::{StatusType, Tag};
use aws_sdk_sts::operation::get_caller_identity::{
    GetCallerIdentityError, GetCallerIdentityOutput,
};
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::auth::AuthSchemeId;

use crate::running::{ACCOUNT, Gateway, REGION, ROOT_ID, ROOT_SECRET};

/// Builds a client of either SDK, which signs with this key pair and asks once.
macro_rules! client {
    ($sdk:ident, $url:expr, $id:expr, $secret:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .http_client(Builder::new().build_http())
                .retry_config(RetryConfig::disabled())
                .region($sdk::config::Region::new(REGION))
                .endpoint_url($url)
                .credentials_provider($sdk::config::Credentials::new(
                    $id, $secret, None, None, "test",
                ))
                .build(),
        )
    };
}

const INVALID: &str = "The security token included in the request is invalid.";

async fn who(
    url: &str,
    id: &str,
    secret: &str,
) -> Result<GetCallerIdentityOutput, SdkError<GetCallerIdentityError>> {
    client!(aws_sdk_sts, url, id, secret).get_caller_identity().send().await
}

/// The status, code and sentence of a refusal.
fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata>(
    answer: Result<T, SdkError<E>>,
) -> (u16, String, String) {
    let error = answer.unwrap_err();
    let status = error.raw_response().unwrap().status().as_u16();
    (
        status,
        error.code().unwrap_or_default().to_owned(),
        error.message().unwrap_or_default().to_owned(),
    )
}

fn invalid() -> (u16, String, String) {
    (403, "InvalidClientTokenId".to_owned(), INVALID.to_owned())
}

#[tokio::test]
async fn the_rust_sdks_lead_a_key_through_its_life() {
    let gateway = Gateway::start();
    let url = gateway.url.as_str();
    let root = client!(aws_sdk_iam, url, ROOT_ID, ROOT_SECRET);

    let user =
        root.create_user().user_name("Ann").path("/staff/").send().await.unwrap().user.unwrap();
    assert_eq!(user.arn(), format!("arn:aws:iam::{ACCOUNT}:user/staff/Ann"));
    let pair = root.create_access_key().user_name("Ann").send().await.unwrap().access_key.unwrap();
    let (id, secret) = (pair.access_key_id(), pair.secret_access_key());
    let set = async |status: StatusType| {
        root.update_access_key()
            .user_name("Ann")
            .access_key_id(id)
            .status(status)
            .send()
            .await
            .unwrap();
    };

    let me = who(url, id, secret).await.unwrap();
    assert_eq!((me.arn(), me.user_id()), (Some(user.arn()), Some(user.user_id())));
    set(StatusType::Inactive).await;
    assert_eq!(refusal(who(url, id, secret).await), invalid());
    set(StatusType::Active).await;
    assert_eq!(who(url, id, secret).await.unwrap().arn(), Some(user.arn()));

    root.delete_access_key().user_name("Ann").access_key_id(id).send().await.unwrap();
    assert_eq!(refusal(who(url, id, secret).await), invalid());
    root.delete_user().user_name("Ann").send().await.unwrap();
    let error = root.get_user().user_name("Ann").send().await.unwrap_err().into_service_error();
    assert!(error.is_no_such_entity_exception(), "{error:?}");
}

#[tokio::test]
async fn the_rust_sdk_signs_for_sts_by_a_key_pair() {
    let gateway = Gateway::start();
    let pair = |regions: &'static str, secret: &str| {
        let shared = client!(aws_sdk_sts, &gateway.url, ROOT_ID, secret);
        let config = shared.config().to_builder();
        let config = config.auth_scheme_preference([AuthSchemeId::from("sigv4a")]);
        aws_sdk_sts::Client::from_conf(config.sigv4a_signing_region_set(regions).build())
    };
    let who = pair("*", ROOT_SECRET).get_caller_identity().send().await.unwrap();
    assert_eq!(who.arn(), Some(format!("arn:aws:iam::{ACCOUNT}:root").as_str()));
    let wrong = refusal(pair("*", "wrong").get_caller_identity().send().await);
    assert_eq!(wrong.1, "SignatureDoesNotMatch");
    let far = refusal(pair("mars-1", ROOT_SECRET).get_caller_identity().send().await);
    assert_eq!(far.2, "Credential should be scoped to a valid region. ");
}

#[tokio::test]
async fn a_wrong_secret_is_a_mismatch_and_a_user_without_policies_may_not_list_users() {
    let gateway = Gateway::start();
    let url = gateway.url.as_str();
    let root = client!(aws_sdk_iam, url, ROOT_ID, ROOT_SECRET);
    root.create_user().user_name("Ann").send().await.unwrap();
    let pair = root.create_access_key().user_name("Ann").send().await.unwrap().access_key.unwrap();

    let wrong: String = pair.secret_access_key().chars().rev().collect();
    let (status, code, _) = refusal(who(url, pair.access_key_id(), &wrong).await);
    assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"));

    let ann = client!(aws_sdk_iam, url, pair.access_key_id(), pair.secret_access_key());
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/Ann");
    let sentence = format!(
        "User: {arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::{ACCOUNT}:user/ \
         because no identity-based policy allows the iam:ListUsers action"
    );
    assert_eq!(refusal(ann.list_users().send().await), (403, "AccessDenied".to_owned(), sentence));
}

#[tokio::test]
async fn the_rust_sdks_turn_pages_and_read_tags_back() {
    let gateway = Gateway::start();
    let root = client!(aws_sdk_iam, &gateway.url, ROOT_ID, ROOT_SECRET);
    for name in ["zoe", "Ann", "bob"] {
        let tag = Tag::builder().key("name").value(format!("{name} + ü = @")).build().unwrap();
        root.create_user().user_name(name).tags(tag).send().await.unwrap();
    }

    let mut pages = root.list_users().into_paginator().page_size(2).send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.push(page.unwrap().users.into_iter().map(|user| user.user_name).collect::<Vec<_>>());
    }
    assert_eq!(found, [vec!["Ann", "bob"], vec!["zoe"]]);

    let tags = root.list_user_tags().user_name("zoe").send().await.unwrap().tags;
    assert_eq!(
        tags.iter().map(|tag| (tag.key(), tag.value())).collect::<Vec<_>>(),
        [("name", "zoe + ü = @")]
    );
}
