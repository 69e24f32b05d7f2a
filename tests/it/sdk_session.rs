//! The official Rust SDKs lead temporary credentials through their life.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as Provided;
use aws_credential_types::credential_fn::provide_credentials_fn;
use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_sts::config::IdentityCache;
use aws_sdk_sts::types::Credentials;
use aws_smithy_http_client::Builder;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::clocked::Clocked;
use crate::running::{ACCOUNT, REGION, ROOT_ID, ROOT_SECRET};
use crate::session::{allowing, trusting};

/// The settings of a client of either SDK, which asks once and as yet signs with nothing.
macro_rules! settings {
    ($sdk:ident, $gateway:expr) => {
        $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .http_client(Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .region($sdk::config::Region::new(REGION))
            .endpoint_url(&$gateway.url)
    };
}

/// Builds a client of either SDK, which signs with these credentials.
macro_rules! client {
    ($sdk:ident, $gateway:expr, $id:expr, $secret:expr, $token:expr) => {{
        let credentials = $sdk::config::Credentials::new($id, $secret, $token, None, "test");
        let settings = settings!($sdk, $gateway).credentials_provider(credentials);
        $sdk::Client::from_conf(settings.build())
    }};
}

/// The same with what STS answered.
macro_rules! of {
    ($sdk:ident, $gateway:expr, $session:expr) => {{
        let session: &Credentials = $session;
        let token = Some(session.session_token().to_owned());
        client!($sdk, $gateway, session.access_key_id(), session.secret_access_key(), token)
    }};
}

/// What the gateway's operator is answered.
async fn control(gateway: &Clocked, path: &str) -> String {
    let address = gateway.control.trim_start_matches("http://");
    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get(path).header("host", address).body(Empty::<Bytes>::new());
    let response = sender.send_request(request.unwrap()).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// A client that signs as a user, and the role that trusts her and may list.
async fn ann_and_her_role(
    gateway: &Clocked,
    root: &aws_sdk_iam::Client,
) -> (aws_sdk_sts::Client, String) {
    root.create_user().user_name("ann").send().await.unwrap();
    let pair = root.create_access_key().user_name("ann").send().await.unwrap().access_key.unwrap();
    let trust = trusting(&format!("arn:aws:iam::{ACCOUNT}:user/ann"));
    let role = root.create_role().role_name("deploy").assume_role_policy_document(trust);
    let role = role.send().await.unwrap().role.unwrap();
    let policy = root.put_role_policy().role_name("deploy").policy_name("list");
    policy.policy_document(allowing("iam:List*")).send().await.unwrap();
    let ann = client!(aws_sdk_sts, gateway, pair.access_key_id(), pair.secret_access_key(), None);
    (ann, role.arn)
}

#[tokio::test]
async fn the_rust_sdks_lead_a_session_through_its_life() {
    let gateway = Clocked::start();
    let root = client!(aws_sdk_iam, gateway, ROOT_ID, ROOT_SECRET, None);
    let (ann, role) = ann_and_her_role(&gateway, &root).await;
    let assume = async |seconds| {
        let call = ann.assume_role().role_arn(&role).role_session_name("rust");
        call.duration_seconds(seconds).send().await.unwrap().credentials.unwrap()
    };

    let session = assume(3600).await;
    let who = of!(aws_sdk_sts, gateway, &session).get_caller_identity().send().await.unwrap();
    assert_eq!(
        who.arn(),
        Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/rust").as_str())
    );
    let iam = of!(aws_sdk_iam, gateway, &session);
    assert_eq!(iam.list_users().send().await.unwrap().users().len(), 1);
    let refused = iam.create_user().user_name("bob").send().await.unwrap_err();
    assert_eq!(refused.into_service_error().code(), Some("AccessDenied"));
    let again = assume(3600).await;
    assert_ne!(again.access_key_id(), session.access_key_id());
    of!(aws_sdk_sts, gateway, &again).get_caller_identity().send().await.unwrap();

    control(&gateway, "/clock/-840").await;
    let late = assume(900).await;
    of!(aws_sdk_sts, gateway, &late).get_caller_identity().send().await.unwrap();
    control(&gateway, "/clock/120").await;
    // A client of its own: the other has set its clock by the gateway's.
    let over = of!(aws_sdk_sts, gateway, &late).get_caller_identity().send().await.unwrap_err();
    assert_eq!(over.into_service_error().code(), Some("ExpiredToken"));
    let over = of!(aws_sdk_iam, gateway, &late).list_users().send().await.unwrap_err();
    assert_eq!(over.into_service_error().code(), Some("ExpiredToken"));
}

#[tokio::test]
async fn the_rust_sdk_renews_by_itself_what_is_about_to_end_and_keeps_what_lasts() {
    let gateway = Clocked::start();
    let root = client!(aws_sdk_iam, gateway, ROOT_ID, ROOT_SECRET, None);
    let (ann, role) = ann_and_her_role(&gateway, &root).await;
    let assumed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&assumed);
    let provider = provide_credentials_fn(move || {
        count.fetch_add(1, Ordering::SeqCst);
        let call =
            ann.assume_role().role_arn(&role).role_session_name("rust").duration_seconds(900);
        async move {
            let session = call.send().await.unwrap().credentials.unwrap();
            let end = SystemTime::try_from(session.expiration).unwrap();
            let (id, secret) = (session.access_key_id, session.secret_access_key);
            Ok(Provided::new(id, secret, Some(session.session_token), Some(end), "test"))
        }
    });
    // The cache takes up to a half off what it keeps back.
    let cache = IdentityCache::lazy().buffer_time(Duration::from_mins(4)).build();
    let settings = settings!(aws_sdk_sts, gateway).identity_cache(cache);
    let lasting = aws_sdk_sts::Client::from_conf(settings.credentials_provider(provider).build());
    let asks = async || {
        lasting.get_caller_identity().send().await.unwrap();
        assumed.load(Ordering::SeqCst)
    };

    // A minute is left of the first session, a quarter of an hour of the second.
    control(&gateway, "/clock/-840").await;
    assert_eq!(asks().await, 1);
    control(&gateway, "/clock/0").await;
    assert_eq!(asks().await, 2);
    assert_eq!(asks().await, 2);
}

#[tokio::test]
async fn the_rust_sdk_becomes_a_role_by_a_token_and_without_a_signature() {
    let gateway = Clocked::start();
    let root = client!(aws_sdk_iam, gateway, ROOT_ID, ROOT_SECRET, None);
    let create = root.create_open_id_connect_provider().url("https://id.example.com");
    let provider = create.client_id_list("app").send().await.unwrap();
    let provider = provider.open_id_connect_provider_arn().unwrap().to_owned();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity"}}}}"#
    );
    let role = root.create_role().role_name("web").assume_role_policy_document(trust);
    let role = role.send().await.unwrap().role.unwrap();
    let token = control(&gateway, "/token").await;
    // It could not sign: it has no credentials.
    let nobody = aws_sdk_sts::Client::from_conf(settings!(aws_sdk_sts, gateway).build());
    nobody.get_caller_identity().send().await.unwrap_err();
    let by = async |token: &str| {
        let call = nobody.assume_role_with_web_identity().role_arn(role.arn());
        call.role_session_name("rust").web_identity_token(token).send().await
    };
    let (signed, _) = token.rsplit_once('.').unwrap();
    let refused = by(&format!("{signed}.AAAA")).await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_identity_token_exception(), "{refused:?}");
    let assumed = by(&token).await.unwrap();
    let session = assumed.credentials().unwrap();
    let who = of!(aws_sdk_sts, gateway, session).get_caller_identity().send().await.unwrap();
    assert_eq!(who.arn(), Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/web/rust").as_str()));
}
