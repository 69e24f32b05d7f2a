//! SAML providers, as a caller sees them.

use std::ops::ControlFlow;
use std::sync::Arc;

use countersign::store::draft::Limits;
use countersign::store::engine::Engine;
use countersign::store::engine::memory::Memory;

use crate::signer::encoded;
use crate::world::{ACCOUNT, World};

/// A private key in PEM, as a form has it.
const PEM: &str = "-----BEGIN%20PRIVATE%20KEY-----%0AMIIhushhush=%0A-----END%20PRIVATE%20KEY-----";

/// What a provider says of itself, with more attributes at its root; as long as AWS asks
/// for at least.
pub(crate) fn metadata(attributes: &str) -> String {
    let padding = ".".repeat(1000);
    format!(
        r#"<?xml version="1.0"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.acme.com" {attributes}>
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing">
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
        <X509Data><X509Certificate>MAMCAQA=</X509Certificate></X509Data>
      </KeyInfo>
    </KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.acme.com/sso"/>
  </IDPSSODescriptor>
  <!-- {padding} -->
</EntityDescriptor>
"#
    )
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:saml-provider/{name}")
}

fn by_arn(action: &str, name: &str) -> String {
    format!("{action} SAMLProviderArn={}", arn(name))
}

fn document(text: &str) -> String {
    format!("SAMLMetadataDocument={}", encoded(text.as_bytes(), false))
}

fn create(name: &str, more: &str) -> String {
    format!("CreateSAMLProvider Name={name} {} {more}", document(&metadata("")))
}

#[tokio::test]
async fn a_provider_is_registered_told_of_and_removed() {
    let world = World::new().await;
    let made = world.root(&create("Acme", "Tags.member.1.Key=a Tags.member.1.Value=b")).await.ok();
    assert_eq!(made.text("SAMLProviderArn"), arn("Acme"));
    assert_eq!(made.text("Key"), "a");
    let told = world.root(&by_arn("GetSAMLProvider", "Acme")).await.ok();
    assert_eq!(told.text("SAMLMetadataDocument"), metadata(""));
    let id = told.text("SAMLProviderUUID");
    assert!(id.starts_with("SAMLSP") && id.len() >= 22, "{id}");
    assert_eq!(told.text("CreateDate"), "2027-01-15T08:00:00Z");
    assert_eq!(told.text("ValidUntil"), "2127-01-15T08:00:00Z");
    assert_eq!(told.text("AssertionEncryptionMode"), "Allowed");
    assert_eq!(told.text("Value"), "b");
    assert!(told.document.contains("<PrivateKeyList/>"));
    let listed = world.root("ListSAMLProviders").await.ok();
    assert_eq!(listed.texts("Arn"), [arn("Acme")]);
    assert_eq!(listed.text("ValidUntil"), "2127-01-15T08:00:00Z");
    assert!(!listed.document.contains("IsTruncated"));
    world.root(&by_arn("DeleteSAMLProvider", "Acme")).await.ok();
    let listed = world.root("ListSAMLProviders").await.ok();
    assert!(listed.document.contains("<SAMLProviderList/>"));
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_missed_in_aws_words() {
    let world = World::new().await;
    world.root(&create("Acme", "")).await.ok();
    for name in ["none", "acme"] {
        let told = format!("404 NoSuchEntity: Manifest not found for arn {}", arn(name));
        for call in [
            by_arn("GetSAMLProvider", name),
            by_arn("DeleteSAMLProvider", name),
            by_arn("UpdateSAMLProvider", name),
            by_arn("ListSAMLProviderTags", name),
            by_arn("TagSAMLProvider", name) + " Tags=",
            by_arn("UntagSAMLProvider", name) + " TagKeys=",
        ] {
            assert_eq!(world.root(&call).await.told(), told, "{call}");
        }
    }
}

#[tokio::test]
async fn a_name_is_given_once_and_an_account_has_as_many_as_its_quota_says() {
    let limits = Limits { saml_per_account: 1, ..Limits::default() };
    let world = World::over(Arc::new(Memory::new()), limits).await;
    world.root(&create("Acme", "")).await.ok();
    let told = "409 EntityAlreadyExists: Provider with name acme already exists.";
    assert_eq!(world.root(&create("acme", "")).await.told(), told);
    let told = "409 LimitExceeded: Cannot exceed quota for SAMLProvidersPerAccount: 1";
    assert_eq!(world.root(&create("other", "")).await.told(), told);
    let reply = world.root(&create("a@b", "")).await;
    assert!(reply.message().ends_with(r"pattern: [\w._-]+"), "{}", reply.message());
}

#[tokio::test]
async fn metadata_that_says_nothing_of_use_is_refused() {
    let world = World::new().await;
    let good = metadata("");
    for (bad, why) in [
        (good.replace("</EntityDescriptor>", ""), "it is not well-formed XML"),
        (good.replace("IDPSSO", "SPSSO"), "it has no IDPSSODescriptor"),
        (good.replace("signing", "encryption"), "it has no X.509 certificate for signing"),
        (good.replace("MAMCAQA=", "MAMC"), "a certificate in it cannot be read"),
        (metadata(r#"validUntil="soon""#), "its validUntil is not a date and time"),
        (good.replace("?>", "?><!DOCTYPE x>"), "it must not declare a document type"),
    ] {
        let told = format!("400 InvalidInput: Could not parse metadata: {why}.");
        let call = format!("CreateSAMLProvider Name=Acme {}", document(&bad));
        assert_eq!(world.root(&call).await.told(), told);
    }
    let short = format!("CreateSAMLProvider Name=Acme {}", document("<a/>"));
    let told = "1 validation error detected: Value at 'sAMLMetadataDocument' failed to satisfy \
                constraint: Member must have length greater than or equal to 1000";
    assert_eq!(world.root(&short).await.message(), told);
}

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    let world = World::new().await;
    world.root(&create("Acme", "AssertionEncryptionMode=Required")).await.ok();
    let before = world.root(&by_arn("GetSAMLProvider", "Acme")).await.ok();
    let later = metadata(r#"validUntil="2030-01-01T00:00:00.000Z""#);
    let update = by_arn("UpdateSAMLProvider", "Acme");
    let updated = world.root(&format!("{update} {}", document(&later))).await.ok();
    assert_eq!(updated.text("SAMLProviderArn"), arn("Acme"));
    let after = world.root(&by_arn("GetSAMLProvider", "Acme")).await.ok();
    assert_eq!(after.text("SAMLMetadataDocument"), later);
    assert_eq!(after.text("ValidUntil"), "2030-01-01T00:00:00Z");
    assert_eq!(after.text("AssertionEncryptionMode"), "Required");
    assert_eq!(after.text("SAMLProviderUUID"), before.text("SAMLProviderUUID"));
    world.root(&format!("{update} AssertionEncryptionMode=Allowed")).await.ok();
    let after = world.root(&by_arn("GetSAMLProvider", "Acme")).await.ok();
    assert_eq!(after.text("AssertionEncryptionMode"), "Allowed");
    assert_eq!(after.text("ValidUntil"), "2030-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_provider_has_two_private_keys_at_the_most_and_never_shows_them() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    world.root(&create("Acme", &format!("AddPrivateKey={PEM}"))).await.ok();
    let update = by_arn("UpdateSAMLProvider", "Acme");
    world.passes(60);
    world.root(&format!("{update} AddPrivateKey={PEM}")).await.ok();
    let told = "409 LimitExceeded: Cannot exceed quota for PrivateKeysPerSAMLProvider: 2";
    assert_eq!(world.root(&format!("{update} AddPrivateKey={PEM}")).await.told(), told);
    let told = world.root(&by_arn("GetSAMLProvider", "Acme")).await.ok();
    assert!(!told.document.contains("hush"));
    let times = ["2027-01-15T08:00:00Z", "2027-01-15T08:01:00Z"];
    assert_eq!(told.texts("PrivateKeyList/member/Timestamp"), times);
    let keys = told.texts("PrivateKeyList/member/KeyId");
    let swap = format!("{update} AddPrivateKey={PEM} RemovePrivateKey={}", keys[0]);
    world.root(&swap).await.ok();
    let gone = format!("404 NoSuchEntity: The Private Key with id {} cannot be found.", keys[0]);
    assert_eq!(world.root(&swap).await.told(), gone);
    let after = World::over(engine.clone(), Limits::default()).await;
    let kept = after.root(&by_arn("GetSAMLProvider", "Acme")).await.ok();
    assert_eq!(kept.texts("PrivateKeyList/member/KeyId")[0], keys[1]);
    let mut is_plain = false;
    let look = &mut |_: &[u8], value: &[u8]| {
        is_plain |= String::from_utf8_lossy(value).contains("hushhush");
        ControlFlow::Continue(())
    };
    engine.scan(b"", look).unwrap();
    assert!(!is_plain);
}

#[tokio::test]
async fn a_private_key_that_is_none_is_refused() {
    let world = World::new().await;
    let told = "400 InvalidInput: The private key is not an unencrypted private key in PEM format.";
    for bad in
        ["key", &PEM.replace("PRIVATE", "PUBLIC"), &PEM.replace("PRIVATE", "ENCRYPTED%20PRIVATE")]
    {
        let call = create("Acme", &format!("AddPrivateKey={bad}"));
        assert_eq!(world.root(&call).await.told(), told);
    }
}

#[tokio::test]
async fn tags_of_a_provider_come_and_go_and_leave_may_hang_on_them() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.root(&create("Acme", "")).await.ok();
    let condition = r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#;
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{condition}}}}}"#
    );
    let put = format!("PutUserPolicy UserName=ann PolicyName=p PolicyDocument={document}");
    world.root(&put).await.ok();
    let get = by_arn("GetSAMLProvider", "Acme");
    assert_eq!(world.asks(&ann, &get).await.code(), "AccessDenied");
    let tag = by_arn("TagSAMLProvider", "Acme");
    world.root(&format!("{tag} Tags.member.1.Key=team Tags.member.1.Value=blue")).await.ok();
    world.asks(&ann, &get).await.ok();
    let list = by_arn("ListSAMLProviderTags", "Acme");
    assert_eq!(world.root(&list).await.ok().text("Value"), "blue");
    let untag = by_arn("UntagSAMLProvider", "Acme");
    world.root(&format!("{untag} TagKeys.member.1=team")).await.ok();
    assert!(world.root(&list).await.ok().document.contains("<Tags/>"));
}
