//! The page in a real Chromium, driven by `tests/browser/inspector.mjs`, which says at its
//! end that the inspector is as it should be.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::TOKEN;
use crate::clients::{Installed, here};
use crate::program::Serving;
use crate::running::{ROOT_ID, ROOT_KEY, ROOT_SECRET};

#[test]
fn a_refusal_is_there_within_a_second_and_all_of_the_page_works_by_keys() {
    let Some(playwright) = here("Chromium", Installed::browser()) else { return };
    let open = Serving::in_memory(&[], &ROOT_KEY);
    let dir = TempDir::new().unwrap();
    let remote = ["--admin-allow-remote", "--inspect=on"];
    let locked = Serving::in_dir(dir.path(), &remote, &[("COUNTERSIGN_ADMIN_TOKEN", TOKEN)]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/inspector.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(playwright.folder())
        .env("ENDPOINT", open.url())
        .env("INSPECTOR", open.told("inspector on "))
        .env("GATEWAY", open.id().to_string())
        .env("KEY_ID", ROOT_ID)
        .env("SECRET", ROOT_SECRET)
        .env("LOCKED", locked.told("inspector on "))
        .env("TOKEN", TOKEN)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (said, complaint) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complaint}");
    assert!(said.trim_end().ends_with("the inspector is as it should be"), "{said}");
}
