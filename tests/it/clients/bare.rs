//! Commands in a bare environment, which end in time.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::running::{ACCOUNT, REGION, ROOT_ID, ROOT_SECRET};

/// No story takes a minute on an idle machine; a busy one is given time.
const LIMIT: Duration = Duration::from_mins(4);

/// A command that finds the gateway and its root key where AWS's clients look for them. Nothing else of the machine
/// reaches it but where its programs are: no profile, proxy or key of another cloud.
pub(super) fn command(program: impl AsRef<OsStr>, url: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(home)
        .env_clear()
        .env("PATH", path())
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("LANG", "C.UTF-8")
        .env("NO_PROXY", "127.0.0.1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ROOT_ID)
        .env("AWS_SECRET_ACCESS_KEY", ROOT_SECRET)
        .env("COUNTERSIGN_ACCOUNT", ACCOUNT);
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own programs are found as its owner finds them"
)]
pub(super) fn path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Runs to the end and gives all that was printed, to both channels in one; no status where the time was up. What the
/// command has started ends with it.
pub(super) fn bounded(command: &mut Command, home: &Path) -> (Option<ExitStatus>, String) {
    let path = home.join("output");
    let output = File::create(&path).unwrap();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .process_group(0)
        .spawn()
        .unwrap();
    let group = format!("-{}", child.id());
    let (tell, told) = mpsc::channel();
    let waiter = thread::spawn(move || tell.send(child.wait().unwrap()));
    let status = told.recv_timeout(LIMIT).ok();
    if status.is_none() {
        Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
    }
    waiter.join().unwrap().ok();
    (status, String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
}
