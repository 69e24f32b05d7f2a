//! AWS's own vectors: the suite that comes with the official signer, the same in
//! its newer form, and the classic one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use countersign::clock::Time;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Paths, Rules, Session};
use serde_json::Value;

use super::{Case, Signed, Stages};
use crate::listening::House;
use crate::plain::RawRequest;

/// Cases that hold no context and no true signature; only their path is looked at.
const PATHS_ONLY: &[&str] = &["double-encode-path", "double-url-encode"];

/// Cases by key pairs that nobody has signed.
const REQUESTS_ONLY: &[&str] = &["get-vanilla-query-order-key", "get-vanilla-query-order-value"];

/// The folder of the suites that come with the official signer.
pub(super) fn packaged() -> PathBuf {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(["--filter-platform", &host()])
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let signer = packages.iter().find(|package| package["name"] == "aws-sigv4").unwrap();
    let manifest = Path::new(signer["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().join("aws-signing-test-suite")
}

/// The machine this runs on: only packages for it are sure to be there.
fn host() -> String {
    let version = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// The cases of the suite in `folder`, each of them in both forms.
pub(super) fn suite(folder: &Path) -> Vec<Case> {
    let is_whole = |name: &str| ![PATHS_ONLY, REQUESTS_ONLY].concat().contains(&name);
    let names = super::folders(folder).into_iter().filter(|(name, _)| is_whole(name));
    let both = names.flat_map(|(name, path)| {
        ["header", "query"].map(|form| (name.clone(), path.clone(), form))
    });
    both.map(|(name, path, form)| {
        let read = |what: &str| fs::read(path.join(format!("{form}-{what}.txt"))).unwrap();
        let context: Value =
            serde_json::from_slice(&fs::read(path.join("context.json")).unwrap()).unwrap();
        Case {
            name: format!("{name} ({form})"),
            request: RawRequest::read(&read("signed-request")).unwrap(),
            house: house(&context),
            stages: Stages {
                canonical_request: read("canonical-request"),
                string_to_sign: read("string-to-sign"),
                signed: signed(&path, read("signature")),
            },
        }
    })
    .collect()
}

/// How a case is signed: by a key pair where its public key lies beside it.
fn signed(path: &Path, signature: Vec<u8>) -> Signed {
    let Ok(key) = fs::read(path.join("public-key.json")) else { return Signed::Mac(signature) };
    let key: Value = serde_json::from_slice(&key).unwrap();
    let point = ["X", "Y"].map(|name| key[name].as_str().unwrap().to_owned()).concat();
    Signed::ByPair { point: format!("04{point}"), signature: hex::decode(signature).unwrap() }
}

/// The paths of the cases that have nothing else: as sent, and as signed.
pub(super) fn paths(folder: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let read = |name: &str, what: &str| fs::read(folder.join(name).join(what)).unwrap();
    let pair = |name: &&str| {
        let canonical = read(name, "header-canonical-request.txt");
        let signed = canonical.split(|byte| *byte == b'\n').nth(1).unwrap().to_vec();
        (RawRequest::read(&read(name, "request.txt")).unwrap().target, signed)
    };
    PATHS_ONLY.iter().map(pair).collect()
}

fn house(context: &Value) -> House {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let credentials = &context["credentials"];
    let rules = Rules::rest(context["service"].as_str().unwrap()).taking_sigv4a();
    let rules = match context["normalize"].as_bool() {
        Some(false) => rules.paths(Paths::AsSent),
        _ => rules,
    };
    let is_late = context["omit_session_token"].as_bool() == Some(true);
    let rules = if is_late { rules.taking_late_tokens() } else { rules };
    let secret = text(&credentials["secret_access_key"]).unwrap();
    let key =
        key(&text(&credentials["access_key_id"]).unwrap(), secret, text(&credentials["token"]));
    let now = Time::from_extended(context["timestamp"].as_str().unwrap().as_bytes()).unwrap();
    House { rules, now, key: Some(key) }
}

/// The cases of the classic suite.
pub(super) fn classic(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, path) in super::folders(folder) {
        if path.join(format!("{name}.sreq")).exists() {
            cases.push(classic_case(&name, &path));
        } else {
            cases.extend(classic(&path));
        }
    }
    cases
}

fn classic_case(name: &str, path: &Path) -> Case {
    let read = |what: &str| fs::read(path.join(format!("{name}.{what}"))).unwrap();
    let mut request = RawRequest::read(&read("sreq")).unwrap();
    let authorization = String::from_utf8(read("authz")).unwrap();
    let same = request.header("authorization").unwrap().trim_ascii() == authorization.as_bytes();
    // This one carries the signature of get-vanilla; its .authz has its own.
    assert_eq!(same, name != "get-vanilla-with-session-token", "{name}: .sreq and .authz");
    request.set("Authorization", &authorization);
    let token = request
        .header("x-amz-security-token")
        .map(|token| String::from_utf8(token.to_vec()).unwrap());
    let rules = Rules::rest("service");
    let rules = if name == "post-sts-header-after" { rules.taking_late_tokens() } else { rules };
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned();
    let now = Time::from_basic(b"20150830T123600Z").unwrap();
    Case {
        name: name.to_owned(),
        house: House { rules, now, key: Some(key("AKIDEXAMPLE", secret, token)) },
        stages: Stages {
            canonical_request: read("creq"),
            string_to_sign: read("sts"),
            signed: Signed::Mac(authorization.rsplit('=').next().unwrap().as_bytes().to_vec()),
        },
        request,
    }
}

fn key(id: &str, secret: String, token: Option<String>) -> Arc<Key> {
    let key = Key::new(id, 1, Secret::new(secret));
    let session = |token| Session { token: Secret::new(token), expires: Time::from_unix(i64::MAX) };
    Arc::new(match token {
        Some(token) => key.in_session(session(token)),
        None => key,
    })
}
