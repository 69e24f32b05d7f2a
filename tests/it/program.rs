//! The program as a shell sees it: arguments, environment, what it prints, how it ends.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::NamedTempFile;

/// How long anything may take on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The program itself.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// A call of the program that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program, with nothing in its environment but what is given.
pub(crate) fn program(args: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).env_clear().envs(variables.iter().copied());
    command
}

/// Runs the program to its end.
pub(crate) fn run(args: &[&str], variables: &[(&str, &str)]) -> Ended {
    ended(program(args, variables).stdin(Stdio::null()).output().unwrap())
}

/// Runs the program to its end, with this on its standard input.
pub(crate) fn run_on(input: &[u8], args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = program(args, variables).stdin(holding(input)).output().unwrap();
    ended(output)
}

/// The same, where nobody reads what it prints.
pub(crate) fn run_unread(input: &[u8], args: &[&str], variables: &[(&str, &str)]) -> Ended {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = program(args, variables);
    let command = command.stdin(holding(input)).stdout(writer).stderr(Stdio::piped());
    ended(command.spawn().unwrap().wait_with_output().unwrap())
}

fn holding(input: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input).unwrap();
    file.rewind().unwrap();
    file
}

fn ended(output: Output) -> Ended {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A gateway that runs until the test is over.
#[derive(Debug)]
pub(crate) struct Serving {
    child: Child,
    /// What it printed until it listened, line by line.
    pub(crate) printed: Vec<String>,
    log: NamedTempFile,
}

impl Serving {
    /// Starts on free ports, with its data in `dir`, and waits until it listens.
    pub(crate) fn in_dir(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::in_dir_by(Command::new(PROGRAM), dir, (args, variables))
    }

    /// The same by a command that becomes the program.
    pub(crate) fn in_dir_by(
        command: Command,
        dir: &Path,
        (args, variables): (&[&str], &[(&str, &str)]),
    ) -> Self {
        let dir = dir.to_str().unwrap();
        Self::start(command, &[&["--data-dir", dir], args].concat(), variables)
    }

    /// The same, without data that lasts.
    pub(crate) fn in_memory(args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start(Command::new(PROGRAM), &[&["--memory"], args].concat(), variables)
    }

    fn start(mut command: Command, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let ports = ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        let log = NamedTempFile::new().unwrap();
        let mut child = command
            .args(ports)
            .args(args)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let lines = lines(child.stdout.take().unwrap());
        let mut serving = Self { child, printed: Vec::new(), log };
        while !serving.printed.last().is_some_and(|line| line.starts_with("listening on ")) {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => serving.printed.push(line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("it does not listen: {:?}", serving.stop("KILL"))
                }
            }
        }
        serving
    }

    /// `http://127.0.0.1:…`, where requests come in.
    pub(crate) fn url(&self) -> String {
        self.told("listening on ")
    }

    /// `127.0.0.1:…`, where requests come in.
    pub(crate) fn address(&self) -> String {
        self.url().split_once("://").unwrap().1.to_owned()
    }

    /// `127.0.0.1:…`, where operators come in.
    pub(crate) fn admin(&self) -> String {
        self.told("admin on http://")
    }

    /// What a line that begins so goes on with.
    pub(crate) fn told(&self, beginning: &str) -> String {
        let line = self.printed.iter().find_map(|line| line.strip_prefix(beginning));
        line.unwrap_or_else(|| panic!("no line {beginning}")).to_owned()
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal: `TERM`, `INT`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end.
    pub(crate) fn end(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.log())
    }

    /// What it has written to its log so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    /// Sends a signal, and waits for the end.
    pub(crate) fn stop(&mut self, signal: &str) -> (ExitStatus, String) {
        self.signal(signal);
        self.end()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, and nothing is lost with it.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Looks again and again.
pub(crate) fn wait_until(is_so: impl Fn() -> bool) {
    let pause = Duration::from_millis(20);
    for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
        if is_so() {
            return;
        }
        thread::sleep(pause);
    }
    panic!("it does not come to be");
}

fn lines(out: ChildStdout) -> Receiver<String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            tell.send(line).ok();
        }
    });
    told
}
