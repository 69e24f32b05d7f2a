//! One client's story, told to a gateway of its own in a bare environment.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::install::sources;
use crate::running::{ACCOUNT, Gateway, REGION, ROOT_ID, ROOT_SECRET};

/// No story takes a minute on an idle machine; a busy one is given time.
const LIMIT: Duration = Duration::from_mins(4);

/// The last line of every story: a script that ends early, whatever its status, has not told it.
const END: &str = "the life of a key is complete";

/// A program and the script that it runs.
#[derive(Debug)]
pub(super) struct Story {
    program: OsString,
    args: Vec<OsString>,
}

impl Story {
    /// The script's path is seen from `tests/clients`.
    pub(super) fn of(program: impl AsRef<OsStr>, script: &str) -> Self {
        Self { program: program.as_ref().to_owned(), args: vec![sources().join(script).into()] }
    }

    /// Adds an argument behind the script.
    pub(super) fn arg(mut self, value: impl AsRef<OsStr>) -> Self {
        self.args.push(value.as_ref().to_owned());
        self
    }

    /// Adds an argument before the script.
    pub(super) fn option(mut self, value: &str) -> Self {
        self.args.insert(0, value.into());
        self
    }

    pub(super) fn run(&self, client: &str) {
        let gateway = Gateway::start();
        let home = TempDir::new().unwrap();
        let output = home.path().join("output");
        let status = bounded(self.command(&gateway, home.path(), &File::create(&output).unwrap()));
        let told = String::from_utf8_lossy(&fs::read(output).unwrap()).into_owned();
        let complete = status.is_some_and(|status| status.success()) && told.contains(END);
        let status =
            status.map_or_else(|| "no end in time".to_owned(), |status| status.to_string());
        assert!(complete, "{client}: {status}\n{told}\nthe gateway's log:\n{}", gateway.log());
    }

    /// Nothing of the machine reaches the client but where its programs are: no profile, proxy or key of another cloud.
    fn command(&self, gateway: &Gateway, home: &Path, output: &File) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
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
            .env("AWS_ENDPOINT_URL", &gateway.url)
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", ROOT_ID)
            .env("AWS_SECRET_ACCESS_KEY", ROOT_SECRET)
            .env("COUNTERSIGN_ACCOUNT", ACCOUNT)
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output.try_clone().unwrap())
            .process_group(0);
        command
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the machine's own programs are found as its owner finds them"
)]
fn path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Runs to the end, or ends it with all that it has started when its time is up.
fn bounded(mut command: Command) -> Option<ExitStatus> {
    let mut child = command.spawn().unwrap();
    let group = format!("-{}", child.id());
    let (tell, told) = mpsc::channel();
    let waiter = thread::spawn(move || tell.send(child.wait().unwrap()));
    let status = told.recv_timeout(LIMIT).ok();
    if status.is_none() {
        Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
    }
    waiter.join().unwrap().ok();
    status
}
