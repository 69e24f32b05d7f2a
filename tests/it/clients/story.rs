//! One client's story, told to a gateway of its own.

use std::ffi::{OsStr, OsString};
use std::process::ExitStatus;

use tempfile::TempDir;

use super::bare;
use super::install::sources;
use crate::clocked::Clocked;
use crate::running::Gateway;

/// The last line of a story: a script that ends early, whatever its status, has not told it.
const END: &str = "the life of a key is complete";

/// A program and the script that it runs.
#[derive(Debug)]
pub(crate) struct Story {
    program: OsString,
    args: Vec<OsString>,
    end: &'static str,
}

impl Story {
    /// The script's path is seen from `tests/clients`.
    pub(crate) fn of(program: impl AsRef<OsStr>, script: &str) -> Self {
        let args = vec![sources().join(script).into()];
        Self { program: program.as_ref().to_owned(), args, end: END }
    }

    /// Adds an argument behind the script.
    pub(crate) fn arg(mut self, value: impl AsRef<OsStr>) -> Self {
        self.args.push(value.as_ref().to_owned());
        self
    }

    /// Adds an argument before the script.
    pub(super) fn option(mut self, value: &str) -> Self {
        self.args.insert(0, value.into());
        self
    }

    /// Gives it another last line.
    pub(crate) fn ending(mut self, end: &'static str) -> Self {
        self.end = end;
        self
    }

    pub(super) fn run(&self, client: &str) {
        self.run_at(&Gateway::start(), client);
    }

    /// Runs it against that gateway, and gives what it printed.
    pub(crate) fn run_at(&self, gateway: &Gateway, client: &str) -> String {
        let home = TempDir::new().unwrap();
        let mut command = bare::command(&self.program, &gateway.url, home.path());
        let ended = bare::bounded(command.args(&self.args), home.path());
        self.told(client, ended, &gateway.log())
    }

    /// Runs it against a gateway whose clock it sets.
    pub(super) fn run_on_the_clock(&self, client: &str) {
        let gateway = Clocked::start();
        let home = TempDir::new().unwrap();
        let mut command = bare::command(&self.program, &gateway.url, home.path());
        command.env("COUNTERSIGN_CONTROL", &gateway.control);
        let ended = bare::bounded(command.args(&self.args), home.path());
        self.told(client, ended, "not kept");
    }

    fn told(
        &self,
        client: &str,
        (status, told): (Option<ExitStatus>, String),
        log: &str,
    ) -> String {
        let complete = status.is_some_and(|status| status.success()) && told.contains(self.end);
        let status =
            status.map_or_else(|| "no end in time".to_owned(), |status| status.to_string());
        assert!(complete, "{client}: {status}\n{told}\nthe gateway's log:\n{log}");
        told
    }
}
