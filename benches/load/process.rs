//! Servers as processes of their own.

use std::env::current_exe;
use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::time::Duration;

use crate::bare;

pub(crate) const ROOT_ID: &str = "AKIAROOTOFTHISBENCH0";
pub(crate) const ROOT_SECRET: &str = "rootOfThisBench/only+forThisMachine00000";

/// The system counts a process's time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:…`
    pub(crate) address: String,
}

impl Server {
    /// The gateway, with root's key as it stands above.
    pub(crate) fn gateway(args: &[&str], log: &Path, cores: Cores) -> Self {
        Self::gateway_on(&Disk::AsItIs, args, log, cores)
    }

    /// The same, on a disk of that kind.
    pub(crate) fn gateway_on(disk: &Disk, args: &[&str], log: &Path, cores: Cores) -> Self {
        let mut command = gateway(args, log, cores);
        command.env("COUNTERSIGN_ROOT_ACCESS_KEY_ID", ROOT_ID);
        command.env("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", ROOT_SECRET);
        if let Disk::Slow(library) = disk {
            command.env("LD_PRELOAD", library);
        }
        Self::start(&mut command)
    }

    /// The gateway, with what it kept.
    pub(crate) fn gateway_again(args: &[&str], log: &Path, cores: Cores) -> Self {
        Self::start(&mut gateway(args, log, cores))
    }

    /// The bare server, which answers `answer`.
    pub(crate) fn bare(answer: &str, cores: Cores) -> Self {
        let program = current_exe().unwrap();
        Self::start(on(cores, program.to_str().unwrap()).args([bare::WORD, answer]))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| line.unwrap().strip_prefix("listening on http://").map(str::to_owned));
        let address = address.unwrap_or_else(|| panic!("it does not listen"));
        Self { child, address }
    }

    /// What the process has used of a core so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks = |n| fields.split(' ').nth(n).unwrap().parse::<u32>().unwrap();
        TICK * (ticks(11) + ticks(12))
    }

    /// What the process has in memory, in MiB.
    pub(crate) fn memory(&self) -> f64 {
        let status = read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// How long the disk makes the gateway wait.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Disk {
    /// As long as it does.
    AsItIs,
    /// Two milliseconds longer, as many disks do: by this library.
    Slow(PathBuf),
}

impl Disk {
    /// A slow one, made in `folder`, where there is a C compiler.
    pub(crate) fn slow(folder: &Path) -> Option<Self> {
        let library = folder.join("slow_disk.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/load/slow_disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).args([source, "-ldl"]);
        compiler.status().is_ok_and(|status| status.success()).then_some(Self::Slow(library))
    }
}

/// Where servers and load run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cores {
    /// The server on the first core, and the load on the last: what is measured is
    /// what the server makes of one core.
    Apart,
    /// All on all of them, as where somebody tries it out.
    Shared,
}

fn gateway(args: &[&str], log: &Path, cores: Cores) -> Command {
    let mut command = on(cores, env!("CARGO_BIN_EXE_countersign"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    command.args(args).env_clear().stderr(File::create(log).unwrap());
    command
}

fn on(cores: Cores, program: &str) -> Command {
    let mut command = Command::new("taskset");
    let first = if cores == Cores::Apart { "0".to_owned() } else { all() };
    command.args(["-c", &first, program]);
    command
}

/// Moves this process to where the load belongs.
pub(crate) fn load_on(cores: Cores) {
    let last = if cores == Cores::Apart { (count() - 1).to_string() } else { all() };
    let done = Command::new("taskset").args(["-apc", &last, &id().to_string()]).output().unwrap();
    assert!(done.status.success(), "taskset of util-linux is needed");
}

fn all() -> String {
    format!("0-{}", count() - 1)
}

/// How many cores the machine has, whatever this process may use.
fn count() -> usize {
    let listed = read_to_string("/proc/cpuinfo").unwrap();
    listed.lines().filter(|line| line.starts_with("processor")).count()
}
