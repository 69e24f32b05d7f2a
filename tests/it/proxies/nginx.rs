//! The nginx of the system with a server for each fault, on ports of its own.

use std::fmt::Write;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::program::PATIENCE;

/// What a fault is called, and the lines of the server that makes it; `GATEWAY` stands for an address.
pub(super) type Fault = (&'static str, &'static str);

/// An nginx that runs until the test is over.
#[derive(Debug)]
pub(super) struct Nginx {
    child: Child,
    folder: TempDir,
    addresses: Vec<(&'static str, String)>,
}

impl Nginx {
    /// Starts with a server for each of `faults` in front of the gateway.
    pub(super) fn start(program: &Path, faults: &[Fault], gateway: &str) -> Self {
        // A port that is free may be taken before nginx has it: then other ports are tried.
        let tries = (0..5).find_map(|_| Self::try_to_start(program, faults, gateway));
        tries.unwrap()
    }

    fn try_to_start(program: &Path, faults: &[Fault], gateway: &str) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let held: Vec<_> =
            faults.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let names = faults.iter().map(|(name, _)| *name);
        let addresses = held.iter().map(|held| held.local_addr().unwrap().to_string());
        let addresses: Vec<_> = names.zip(addresses).collect();
        let servers = faults.iter().map(|(_, lines)| lines.replace("GATEWAY", gateway));
        let text = configuration(folder.path(), addresses.iter().map(|(_, at)| at).zip(servers));
        fs::write(folder.path().join("nginx.conf"), text).unwrap();
        drop(held);
        let child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut nginx = Self { child, folder, addresses };
        nginx.listens().then_some(nginx)
    }

    /// Waits until it listens, or has ended.
    fn listens(&mut self) -> bool {
        let pause = Duration::from_millis(10);
        for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            // Its log is empty where all ports were free.
            if self.addresses.iter().all(|(_, at)| TcpStream::connect(at).is_ok()) {
                return fs::read_to_string(self.folder.path().join("error.log"))
                    .is_ok_and(|log| log.is_empty());
            }
            thread::sleep(pause);
        }
        false
    }

    /// Each fault, and where it is made.
    pub(super) fn addresses(&self) -> &[(&'static str, String)] {
        &self.addresses
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended already, and nothing is lost with it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One process, which keeps to its folder.
fn configuration<'a>(folder: &Path, servers: impl Iterator<Item = (&'a String, String)>) -> String {
    let mut text =
        "daemon off;\nmaster_process off;\npid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n"
            .to_owned();
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        writeln!(text, "{kind}_temp_path {}/{kind};", folder.display()).unwrap();
    }
    for (address, lines) in servers {
        writeln!(text, "server {{\nlisten {address};\n{lines}\n}}").unwrap();
    }
    text.push_str("}\n");
    text
}
