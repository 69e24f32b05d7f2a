//! Folders of vectors that a test may spoil.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::official;
use crate::program::{Ended, run};

/// A folder with cases of one format, which goes with the test.
#[derive(Debug)]
pub(super) struct Suite {
    dir: TempDir,
}

impl Suite {
    /// Some cases of AWS's suite of shared secrets (`v4`) or of key pairs (`v4a`).
    pub(super) fn of_aws(kind: &str, cases: &[&str]) -> Self {
        let suite = Self::empty();
        for case in cases {
            copy(&official::packaged().join(kind).join(case), &suite.path().join(case));
        }
        suite
    }

    /// Some of our cases.
    pub(super) fn of_ours(cases: &[&str]) -> Self {
        let suite = Self::empty();
        for case in cases {
            copy(&super::ours().join(case), &suite.path().join(case));
        }
        suite
    }

    /// A case of AWS's suite in the files of the classic one, `get-vanilla` in its folder and
    /// `flat` without one.
    pub(super) fn classic() -> Self {
        let suite = Self::of_aws("v4", &["get-vanilla"]);
        let aws = suite.path().join("get-vanilla");
        let read = |name: &str| fs::read_to_string(aws.join(name)).unwrap();
        let signed = read("header-signed-request.txt");
        let authorization = signed.lines().find_map(|line| line.strip_prefix("Authorization:"));
        let files = [
            ("req", read("request.txt")),
            ("creq", read("header-canonical-request.txt")),
            ("sts", read("header-string-to-sign.txt")),
            ("authz", authorization.unwrap().to_owned()),
            ("sreq", signed.clone()),
        ];
        fs::remove_dir_all(&aws).unwrap();
        fs::create_dir(&aws).unwrap();
        for (ending, text) in files {
            fs::write(aws.join(format!("get-vanilla.{ending}")), &text).unwrap();
            fs::write(suite.path().join(format!("flat.{ending}")), &text).unwrap();
        }
        suite
    }

    pub(super) fn empty() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// Every file in it.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let list = |folder: &Path| {
            let entries = fs::read_dir(folder).unwrap();
            entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
        };
        let (folders, mut files): (Vec<_>, Vec<_>) =
            list(self.path()).into_iter().partition(|path| path.is_dir());
        files.extend(folders.iter().flat_map(|folder| list(folder)));
        files
    }

    /// Puts `to` in the place of `from`, which is there.
    pub(super) fn alter(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{from} in {name}");
        fs::write(self.file(name), text.replace(from, to)).unwrap();
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.file(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Runs the program on it.
    pub(super) fn run(&self, args: &[&str]) -> Ended {
        run(&[&["vectors", "run", self.path().to_str().unwrap()], args].concat(), &[])
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read(entry.path()).unwrap();
        fs::write(to.join(entry.file_name()), text).unwrap();
    }
}
