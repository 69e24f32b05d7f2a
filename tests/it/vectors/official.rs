//! AWS's suites as they come with the official signer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::plain::RawRequest;

/// Cases that hold no context and no true signature; only their path is looked at.
const PATHS_ONLY: &[&str] = &["double-encode-path", "double-url-encode"];

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
