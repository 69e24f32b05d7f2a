//! Every folder of vectors, walked: through the library a stage at a time, and as
//! requests to a listening server.

mod official;
mod ours;

use std::fs;
use std::path::{Path, PathBuf};

use countersign::clock::Time;
use countersign::sigv4::{
    EcdsaSignature, Head, Key, PayloadLine, Presented, PublicKey, Reading, Rules, SigningKey,
    Verifier,
};

use crate::listening::{self, House};
use crate::plain::{self, RawRequest};

const NOW: Time = Time::from_unix(1_440_938_160);

/// Cases that no server lets through, and why. One that gets through is an error.
const NOT_OVER_HTTP: &[(&str, &str)] = &[
    ("get-header-value-multiline", "HTTP/1.1 servers refuse folded headers (RFC 9112 section 5.2)"),
    ("get-space", "a space ends the request target"),
];

/// A signed request, what it is verified against, and what is made of it on the way.
struct Case {
    name: String,
    request: RawRequest,
    house: House,
    stages: Stages,
}

struct Stages {
    canonical_request: Vec<u8>,
    string_to_sign: Vec<u8>,
    signed: Signed,
}

/// How the string to sign is signed.
enum Signed {
    /// As the request itself says.
    Somehow,
    /// By a shared secret, which has one answer.
    Mac(Vec<u8>),
    /// By a key pair, which has many: this is another than the request's.
    ByPair { point: String, signature: Vec<u8> },
}

#[test]
fn awss_suite_passes_stage_by_stage() {
    let cases = official::suite(&official::packaged().join("v4"));
    assert_eq!(cases.len(), 76);
    cases.iter().for_each(Case::check);
}

#[tokio::test]
async fn awss_suite_passes_over_a_socket() {
    let cases = official::suite(&official::packaged().join("v4"));
    check_over_http(&cases).await;
}

#[test]
fn awss_suite_of_sigv4a_passes_stage_by_stage() {
    check_sigv4a(&official::suite(&official::packaged().join("v4a")));
}

#[tokio::test]
async fn awss_suite_of_sigv4a_passes_over_a_socket() {
    check_over_http(&official::suite(&official::packaged().join("v4a"))).await;
}

fn check_sigv4a(cases: &[Case]) {
    let is_by_pair = |case: &&Case| matches!(case.stages.signed, Signed::ByPair { .. });
    assert_eq!((cases.len(), cases.iter().filter(is_by_pair).count()), (76, 76));
    cases.iter().for_each(Case::check);
}

#[test]
fn awss_paths_are_encoded_twice() {
    for (sent, signed) in official::paths(&official::packaged().join("v4")) {
        let authorization =
            b"AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/lambda/aws4_request, \
            SignedHeaders=host, Signature=00";
        let headers: &[(&str, &[u8])] = &[
            ("Host", b"h"),
            ("X-Amz-Date", b"20150830T123600Z"),
            ("Authorization", authorization),
        ];
        let rules = Rules::rest("lambda");
        let presented = Presented::read(Head::raw("POST", &sent, headers), &rules, NOW).unwrap();
        let (canonical, _) =
            presented.canonical_request(&rules, &PayloadLine::of(b""), Reading::ALL[0]);
        assert_eq!(canonical.split(|byte| *byte == b'\n').nth(1).unwrap(), signed);
    }
}

#[tokio::test]
async fn the_newer_copy_of_awss_suite_passes() {
    let Some(folder) = shared("aws-signing-test-suite/v4") else { return };
    let cases = official::suite(&folder);
    assert_eq!(cases.len(), 76);
    cases.iter().for_each(Case::check);
    check_over_http(&cases).await;
}

#[tokio::test]
async fn the_newer_copy_of_awss_suite_of_sigv4a_passes() {
    let Some(folder) = shared("aws-signing-test-suite/v4a") else { return };
    let cases = official::suite(&folder);
    check_sigv4a(&cases);
    check_over_http(&cases).await;
}

#[tokio::test]
async fn the_classic_suite_passes() {
    let Some(folder) = shared("aws4_testsuite") else { return };
    let cases = official::classic(&folder);
    assert_eq!(cases.len(), 34);
    cases.iter().for_each(Case::check);
    check_over_http(&cases).await;
}

#[test]
fn our_cases_pass_stage_by_stage() {
    let cases = ours::cases();
    let accepted = cases.iter().filter(|case| case.is_accepted()).count();
    assert!(accepted > 50 && cases.len() - accepted > 100, "{accepted} of {}", cases.len());
    cases.into_iter().for_each(ours::OurCase::check);
}

#[tokio::test]
async fn our_cases_pass_over_a_socket() {
    for case in ours::cases() {
        case.check_over_http().await;
    }
}

impl Case {
    fn check(&self) {
        let name = &self.name;
        let House { rules, now, key } = &self.house;
        let key = key.as_deref().unwrap();
        plain::with_head(&self.request, |head| {
            let presented = Presented::read(head, rules, *now)
                .unwrap_or_else(|refusal| panic!("{name}: reading: {refusal:?}"));
            let payload = presented.payload(rules, &self.request.body).unwrap();
            let canonical = presented
                .readings(rules)
                .map(|reading| presented.canonical_request(rules, &payload, reading).0);
            let canonical: Vec<_> = canonical.collect();
            let expected = &self.stages.canonical_request;
            let Some(canonical) = canonical.iter().find(|canonical| *canonical == expected) else {
                let [canonical, expected] =
                    [&canonical[0], expected].map(|text| String::from_utf8_lossy(text));
                panic!("{name}: canonical request:\n{canonical}\nshould be\n{expected}");
            };
            let string_to_sign = presented.string_to_sign(canonical);
            assert_eq!(string_to_sign, self.stages.string_to_sign, "{name}: string to sign");
            self.check_signature(&presented, key, &string_to_sign);
            let scoped = presented
                .in_scope(rules)
                .unwrap_or_else(|refusal| panic!("{name}: scope: {refusal:?}"));
            let verified = Verifier::default().verify(&scoped, &self.request.body, Some(key));
            verified.unwrap_or_else(|refusal| panic!("{name}: verification: {refusal:?}"));
        });
    }
}

impl Case {
    fn check_signature(&self, presented: &Presented<'_>, key: &Key, string_to_sign: &[u8]) {
        let (name, credential) = (&self.name, presented.credential());
        match &self.stages.signed {
            Signed::Somehow => {}
            Signed::Mac(signature) => {
                let region = credential.region().unwrap();
                let made_for = [credential.date(), region, credential.service()];
                let ours = SigningKey::derive(key.secret(), made_for).sign(string_to_sign);
                assert_eq!(hex::encode(ours).as_bytes(), signature, "{name}: signature");
            }
            Signed::ByPair { point, signature } => {
                let public = PublicKey::derive(key.secret(), credential.key_id()).unwrap();
                assert_eq!(hex::encode(public.as_bytes()), *point, "{name}: public key");
                let signature = EcdsaSignature::read(signature).unwrap();
                assert!(public.made(&signature, string_to_sign), "{name}: signature");
                assert!(!public.made(&signature, b"another"), "{name}: signature of another");
            }
        }
    }
}

async fn check_over_http(cases: &[Case]) {
    let mut skipped: Vec<&(&str, &str)> = Vec::new();
    for case in cases {
        let reply = listening::send(case.house.clone(), &plain::to_wire(&case.request)).await;
        let skip = NOT_OVER_HTTP.iter().find(|(name, _)| case.name.starts_with(name));
        assert_eq!(
            reply.status == 200,
            skip.is_none(),
            "{}: {reply:?}, to be skipped: {skip:?}",
            case.name
        );
        skipped.extend(skip);
    }
    println!("{} of {} over HTTP; skipped: {skipped:?}", cases.len() - skipped.len(), cases.len());
}

/// A folder of vectors that lies beside the project where it is made; elsewhere
/// it is left out, which is said.
fn shared(suite: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(suite);
    if !folder.is_dir() {
        println!("SKIPPED: {} is not here", folder.display());
    }
    folder.is_dir().then_some(folder)
}

/// The folders in `folder`, by name, sorted.
fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path))
        .collect();
    folders.sort();
    folders
}
