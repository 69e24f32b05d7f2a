//! No secret of any request is told on the admin listener, however it was sent.

use std::fmt::Write;

use super::{Watched, events};
use crate::raw::{exchange, get};
use crate::running::{ROOT_ID, ROOT_SECRET};
use crate::signer::{Signer, encoded};

/// Every action that is sent a secret, whether it is served or not, and in which
/// parameters.
const SECRETS: &[(&str, &str, &[&str])] = &[
    ("CreateLoginProfile", IAM, &["Password"]),
    ("UpdateLoginProfile", IAM, &["Password"]),
    ("ChangePassword", IAM, &["OldPassword", "NewPassword"]),
    ("EnableMFADevice", IAM, &["AuthenticationCode1", "AuthenticationCode2"]),
    ("ResyncMFADevice", IAM, &["AuthenticationCode1", "AuthenticationCode2"]),
    ("UploadServerCertificate", IAM, &["PrivateKey"]),
    ("CreateSAMLProvider", IAM, &["AddPrivateKey"]),
    ("UpdateSAMLProvider", IAM, &["AddPrivateKey"]),
    ("AssumeRole", STS, &["TokenCode", "ExternalId"]),
    ("GetSessionToken", STS, &["TokenCode"]),
    ("AssumeRoleWithSAML", STS, &["SAMLAssertion"]),
    ("AssumeRoleWithWebIdentity", STS, &["WebIdentityToken"]),
    ("GetDelegatedAccessToken", STS, &["TradeInToken"]),
    ("DecodeAuthorizationMessage", STS, &["EncodedMessage"]),
    ("SomethingOfTomorrow", IAM, &["Whatever"]),
];
const IAM: &str = "2010-05-08";
const STS: &str = "2011-06-15";

/// A secret that stands nowhere else, with letters that are written in more ways than one.
fn secret(nth: usize) -> String {
    format!("hush{nth:04}+/=é\u{7f}secret\u{ff}end")
}

/// How a secret may be written, wherever it is.
fn spellings(secret: &str) -> [String; 4] {
    let json = serde_json::to_string(secret).unwrap();
    let coded = encoded(secret.as_bytes(), false);
    [secret.to_owned(), json.trim_matches('"').to_owned(), coded.to_lowercase(), coded]
}

/// Everything that the admin listener tells of requests.
fn all(watched: &Watched) -> String {
    let admin = watched.serving.admin();
    let listed = watched.list();
    let last = listed.last().unwrap()["id"].as_str().unwrap().to_owned();
    let mut told = get(&admin, "/inspector/requests.json").body;
    for request in &listed {
        let id = request["id"].as_str().unwrap();
        told.push_str(&get(&admin, &format!("/inspector/requests/{id}.json")).body);
    }
    told.push_str(events(&admin, None).until(&last));
    told.push_str(&get(&admin, "/metrics").body);
    told
}

fn assert_untold(told: &str, secrets: &[String]) {
    for secret in secrets {
        for spelling in spellings(secret) {
            // The beginning alone gives it away as well.
            for part in [&spelling[..], spelling.get(..16).unwrap_or(&spelling)] {
                let at = told.find(part);
                assert!(
                    at.is_none(),
                    "{part}: {}",
                    &told[at.unwrap().saturating_sub(300)..][..400]
                );
            }
        }
    }
}

#[test]
fn what_an_action_is_sent_in_secret_is_told_nowhere() {
    let watched = Watched::start();
    let root = || Signer::new(ROOT_ID, ROOT_SECRET);
    let mut secrets = Vec::new();
    for (action, version, names) in SECRETS {
        let mut body = format!("Action={action}&Version={version}&UserName=ann");
        for name in *names {
            secrets.push(secret(secrets.len()));
            let coded = encoded(secrets[secrets.len() - 1].as_bytes(), false);
            write!(body, "&{name}={coded}").unwrap();
        }
        // In a body that is verified, in one that is not, and in a query.
        watched.signed(root(), &body);
        watched.guess(&body);
        let address = watched.serving.address();
        let query =
            format!("GET /?{body} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        exchange(&address, &query);
    }
    let told = all(&watched);
    assert_untold(&told, &secrets);
    for (action, ..) in SECRETS {
        assert!(told.contains(action), "{action}");
    }
}

#[test]
fn signatures_and_session_tokens_are_told_nowhere() {
    let watched = Watched::start();
    let (address, token) =
        (watched.serving.address(), "IQoJb3JpZ2luX2VjEtokenOfASession//////////==");
    let signature = "0123456789abcdef".repeat(4);
    let scope = "20261130/us-east-1/iam/aws4_request";
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ROOT_ID}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    );
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={ROOT_ID}%2F{}&X-Amz-Date=20261130T000000Z\
         &X-Amz-SignedHeaders=host&X-Amz-Security-Token={}&X-Amz-Signature={signature}",
        scope.replace('/', "%2F"),
        encoded(token.as_bytes(), false),
    );
    for (target, header) in [
        ("/?Action=GetUser".to_owned(), authorization.clone()),
        // Such a header is repeated to whoever sent it.
        ("/?Action=GetUser".to_owned(), authorization.replace("Signature=", "Signature ")),
        ("/?Action=GetUser".to_owned(), authorization.replace("SignedHeaders=", "SignedHeaders ")),
        ("/?Action=GetUser".to_owned(), format!("Bearer {signature}")),
        (format!("/?{query}&Action=GetUser"), String::new()),
        (format!("/?Action=GetUser&X-Amz-Credential={signature}"), String::new()),
    ] {
        let header =
            if header.is_empty() { header } else { format!("Authorization: {header}\r\n") };
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-Amz-Date: 20261130T000000Z\r\n\
             X-Amz-Security-Token: {token}\r\n{header}\r\n"
        );
        assert!(exchange(&address, &request).status >= 400);
    }
    watched.signed(
        Signer::new(ROOT_ID, "guessed").token(token),
        "Action=ListUsers&Version=2010-05-08",
    );
    let told = all(&watched);
    assert!(told.contains("x-amz-security-token:…hidden"), "{told}");
    assert_untold(&told, &[token.to_owned(), signature]);
}

#[test]
fn what_answers_hand_out_in_secret_is_told_nowhere() {
    let watched = Watched::start();
    watched.root("Action=CreateUser&Version=2010-05-08&UserName=ann");
    let key = watched.root("Action=CreateAccessKey&Version=2010-05-08&UserName=ann").body;
    let seed = watched
        .root("Action=CreateVirtualMFADevice&Version=2010-05-08&VirtualMFADeviceName=a")
        .body;
    let session = watched.root("Action=GetSessionToken&Version=2011-06-15").body;
    let between = |text: &str, name: &str| {
        let rest = text.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{text}")).1;
        rest.split('<').next().unwrap().to_owned()
    };
    let secrets = [
        between(&key, "SecretAccessKey"),
        between(&seed, "Base32StringSeed"),
        between(&session, "SecretAccessKey"),
        between(&session, "SessionToken"),
        ROOT_SECRET.to_owned(),
    ];
    assert_untold(&all(&watched), &secrets);
}

#[test]
fn who_sends_the_secret_in_the_place_of_the_key_id_sees_it_nowhere() {
    let watched = Watched::start();
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    for swapped in [secret, &secret.replace('/', "0")] {
        watched.signed(Signer::new(swapped, ROOT_ID), "Action=ListUsers&Version=2010-05-08");
    }
    assert_untold(&all(&watched), &[secret.to_owned(), secret.replace('/', "0")]);
}
