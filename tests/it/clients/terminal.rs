//! A shell in which the `aws` command speaks to a gateway.

use std::env::{join_paths, split_paths};
use std::ffi::OsString;
use std::iter;
use std::path::PathBuf;

use tempfile::TempDir;

use super::install::Installed;
use super::{bare, here};
use crate::running::Gateway;

/// A gateway, and a bare shell beside it.
#[derive(Debug)]
pub(crate) struct Terminal {
    gateway: Gateway,
    home: TempDir,
    programs: PathBuf,
}

impl Terminal {
    /// Nothing where the `aws` command is not to be had.
    pub(crate) fn open() -> Option<Self> {
        let cli = here("the README's session", Installed::python("aws-cli"))?;
        let programs = cli.folder().join("bin");
        Some(Self { gateway: Gateway::start(), home: TempDir::new().unwrap(), programs })
    }

    pub(crate) fn url(&self) -> &str {
        &self.gateway.url
    }

    /// What the shell prints for these lines.
    pub(crate) fn types(&self, lines: &str) -> String {
        let mut shell = bare::command("bash", &self.gateway.url, self.home.path());
        bare::bounded(shell.args(["-c", lines]).env("PATH", self.path()), self.home.path()).1
    }

    fn path(&self) -> OsString {
        join_paths(iter::once(self.programs.clone()).chain(split_paths(&bare::path()))).unwrap()
    }
}
