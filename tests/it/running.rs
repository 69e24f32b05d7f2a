//! The program itself, started for one test and stopped with it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "us-east-1";
/// The root key that the gateway is started with.
pub(crate) const ROOT_ID: &str = "AKIAROOTOFTHEGATEWAY";
pub(crate) const ROOT_SECRET: &str = "rootOfThisGateway/only+forTheseTests0000";

/// How long a start may take on a machine that is busy with other tests.
const START: Duration = Duration::from_mins(1);

/// A gateway that keeps its account in memory and listens on a port of its own.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) url: String,
    child: Child,
    home: TempDir,
}

impl Gateway {
    pub(crate) fn start() -> Self {
        let home = TempDir::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["serve", "--memory", "--account", ACCOUNT])
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .current_dir(home.path())
            .env_clear()
            .env("COUNTERSIGN_ROOT_ACCESS_KEY_ID", ROOT_ID)
            .env("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", ROOT_SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(home.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let urls = listens(child.stdout.take().unwrap());
        // Built before the wait, so that a start that fails ends the process too.
        let mut gateway = Self { url: String::new(), child, home };
        match urls.recv_timeout(START) {
            Ok(url) => gateway.url = url,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                panic!("the gateway did not start:\n{}", gateway.log())
            }
        }
        gateway
    }

    /// What the gateway has written to its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself, and nothing is lost with it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Gives the address that the gateway names, and reads on, so that it never waits for a reader.
fn listens(stdout: ChildStdout) -> Receiver<String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("listening on ") {
                tell.send(url.trim().to_owned()).ok();
            }
        }
    });
    told
}
