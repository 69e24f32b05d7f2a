//! The signer of the library: what it signs is what others sign, and what is verified.

use bytes::Bytes;
use countersign::clock::Time;
use countersign::request::Request as Text;
use countersign::secret::Secret;
use countersign::signing::{Credentials, Signatory, Unable, rules_of};
use countersign::sigv4::{Algorithm, Refusal, Rules};
use http::Request;
use proptest::prelude::*;

use crate::listening::House;
use crate::plain::{put_down, with_head};
use crate::properties::{house, request, service, signer};

const NOW: Time = Time::from_unix(1_440_938_160);

fn ann(token: Option<&str>) -> Credentials {
    let secret = |text: &str| Secret::new(text.to_owned());
    Credentials { key_id: "AKIAANN".to_owned(), secret: secret("hers"), token: token.map(secret) }
}

fn signatory<'s>(credentials: &'s Credentials, rules: &'s Rules) -> Signatory<'s> {
    let algorithm = Algorithm::HmacSha256;
    Signatory { credentials, rules, region: "us-east-1", time: NOW, algorithm }
}

fn verified(house: &House, request: &Text) -> Result<(), Refusal> {
    with_head(request, |head| house.verify_head(&head, &request.body)).map(drop)
}

/// The request as text, with the host that only its URI names.
fn text(request: &Request<Bytes>) -> Text {
    let mut text = put_down(request);
    text.set("Host", "localhost:7448");
    text
}

fn signature(target: &[u8]) -> String {
    let target = String::from_utf8(target.to_vec()).unwrap();
    target.rsplit_once("X-Amz-Signature=").unwrap().1.to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_signature_is_that_of_the_independent_signer(
        (request, service, token) in (request(), service(), any::<bool>()),
    ) {
        let token = token.then_some("to/ken==");
        let credentials = ann(token);
        let rules = house(service).rules;
        let theirs = token.map_or_else(|| signer(service), |token| signer(service).token(token));
        let ours = signatory(&credentials, &rules).sign(&text(&request)).unwrap();
        let signed = put_down(&theirs.sign(request.clone()));
        prop_assert_eq!(ours.header("authorization"), signed.header("authorization"));

        let mut bare = request;
        bare.headers_mut().retain_amz();
        let ours = signatory(&credentials, &rules).presign(&text(&bare), 60).unwrap();
        let signed = put_down(&theirs.presign(bare));
        prop_assert_eq!(signature(&ours.target), signature(&signed.target));
    }

    #[test]
    fn what_is_signed_here_is_verified((request, service) in (request(), service())) {
        let credentials = ann(None);
        let house = house(service);
        let signatory = signatory(&credentials, &house.rules);
        let signed = signatory.sign(&text(&request)).unwrap();
        prop_assert_eq!(verified(&house, &signed), Ok(()));
        let presigned = signatory.presign(&signed, 60).unwrap();
        prop_assert_eq!(verified(&house, &presigned), Ok(()));
        let again = signatory.sign(&presigned).unwrap();
        prop_assert_eq!(verified(&house, &again), Ok(()));
    }
}

/// A URL signs no other headers.
trait RetainAmz {
    fn retain_amz(&mut self);
}

impl RetainAmz for http::HeaderMap {
    fn retain_amz(&mut self) {
        let names: Vec<_> = self.keys().cloned().collect();
        for name in names.into_iter().filter(|name| !name.as_str().starts_with("x-amz-")) {
            self.remove(name);
        }
    }
}

fn read(text: &str) -> Text {
    Text::read(text.as_bytes()).unwrap()
}

#[test]
fn a_signature_that_is_there_is_replaced_by_the_new_one() {
    let credentials = ann(None);
    let rules = Rules::rest("orders");
    let stale = read(
        "POST http://h/a?b&X-Amz-Signature=1&X-Amz-Algorithm=x&c HTTP/1.1\nX-Amz-Date: 1\n\
         X-Amz-Security-Token: gone\nX-Amz-Content-Sha256: \
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
         Authorization: Basic x\n\nbody",
    );
    let signed = signatory(&credentials, &rules).sign(&stale).unwrap();
    assert_eq!(signed.target, b"/a?b&c");
    assert_eq!(signed.header("host"), Some(&b"h"[..]));
    assert_eq!(signed.header("x-amz-security-token"), None);
    let house = House::new(rules, "AKIAANN", "hers");
    assert_eq!(verified(&house, &signed), Ok(()));
}

#[test]
fn s3_is_told_the_hash_of_the_body_in_a_header_and_not_in_a_url() {
    let credentials = ann(None);
    let rules = rules_of("s3", None);
    let request = read("PUT /a//../b\nHost: bucket.s3.amazonaws.com\n\nbody");
    let signed = signatory(&credentials, &rules).sign(&request).unwrap();
    let hash = crate::signer::sha256(b"body");
    assert_eq!(signed.header("x-amz-content-sha256"), Some(hash.as_bytes()));
    let presigned = signatory(&credentials, &rules).presign(&request, 60).unwrap();
    assert_eq!(presigned.header("x-amz-content-sha256"), None);
    let house = House::new(rules, "AKIAANN", "hers");
    assert_eq!(verified(&house, &presigned), Ok(()));
}

#[test]
fn what_no_server_would_take_is_not_signed() {
    let (credentials, rules) = (ann(None), Rules::query("iam"));
    let sign = |text: &str| signatory(&credentials, &rules).sign(&read(text)).unwrap_err();
    assert_eq!(sign("POST /"), Unable::NoHost);
    assert_eq!(sign("GET /\nHost: h"), Unable::Refused(Refusal::NoCall));
    assert_eq!(sign("POST /..\nHost: h"), Unable::Refused(Refusal::BadPath));
    let undeclared = sign("POST /\nHost: h\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD");
    assert_eq!(undeclared, Unable::Payload);
    for id in ["", "AK IA", "AKIA\n", "AKIA/x", "AKIA,"] {
        let credentials = Credentials { key_id: id.to_owned(), ..ann(None) };
        let refused = signatory(&credentials, &rules).sign(&read("POST /\nHost: h"));
        assert_eq!(refused, Err(Unable::KeyId), "{id}");
    }
    let with_token = ann(Some("a\nb"));
    let refused = signatory(&with_token, &rules).sign(&read("POST /\nHost: h"));
    assert_eq!(refused, Err(Unable::Token));
    let elsewhere = Signatory { region: "a/b", ..signatory(&credentials, &rules) };
    assert_eq!(elsewhere.sign(&read("POST /\nHost: h")), Err(Unable::Scope));
}

#[test]
fn a_key_pair_signs_for_a_set_of_regions_in_both_forms() {
    let credentials = ann(None);
    let rules = rules_of("sts", None);
    let algorithm = Algorithm::EcdsaP256Sha256;
    let signatory =
        Signatory { region: "eu-*,us-east-1", algorithm, ..signatory(&credentials, &rules) };
    let request = read("POST /\nHost: sts.amazonaws.com\n\nAction=GetCallerIdentity");
    let house = House::new(rules.clone(), "AKIAANN", "hers");
    assert_eq!(verified(&house, &signatory.sign(&request).unwrap()), Ok(()));
    assert_eq!(verified(&house, &signatory.presign(&request, 60).unwrap()), Ok(()));
    let iam = rules_of("iam", None);
    let refused = Signatory { rules: &iam, ..signatory }.sign(&request).unwrap_err();
    assert!(matches!(refused, Unable::Refused(Refusal::Algorithm(_))), "{refused}");
}
