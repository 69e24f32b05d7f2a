//! Puts clients in place under `target/clients`, each once for as long as its pins stay as they are.

use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sha2::{Digest, Sha256};

/// Why a client is not to be had on this machine.
#[derive(Debug)]
pub(crate) struct Absent(String);

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder of a client that is in place.
#[derive(Debug)]
pub(crate) struct Installed(PathBuf);

impl Installed {
    /// A Python package and all that it needs, by version and hash, in an environment of its own.
    pub(crate) fn python(name: &str) -> Result<Self, Absent> {
        let python = said(Command::new("python3").arg("--version"))?;
        let pins = sources().join(name).join("requirements.txt");
        Self::once(name, &[&python, &read(&pins)], |folder| {
            said(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
            said(
                Command::new(folder.join("bin/python"))
                    .args([
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--no-input",
                        "--no-deps",
                        "--require-hashes",
                    ])
                    .arg("--requirement")
                    .arg(&pins),
            )
        })
    }

    pub(crate) fn javascript() -> Result<Self, Absent> {
        Self::npm("javascript", &sources().join("javascript"))
    }

    /// What drives the system's Chromium.
    pub(crate) fn browser() -> Result<Self, Absent> {
        said(Command::new("/usr/bin/chromium").arg("--version"))?;
        Self::npm("browser", &sources().with_file_name("browser"))
    }

    /// The packages of a folder's `package-lock.json`.
    pub(crate) fn npm(name: &str, from: &Path) -> Result<Self, Absent> {
        let node = said(Command::new("node").arg("--version"))?;
        let files = ["package.json", "package-lock.json"];
        let pins = files.map(|file| read(&from.join(file)));
        Self::once(name, &[&node, &pins[0], &pins[1]], |folder| {
            for file in files {
                fs::copy(from.join(file), folder.join(file)).unwrap();
            }
            said(
                Command::new("npm")
                    .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
                    .current_dir(folder),
            )
        })
    }

    /// The story in Go, built with the SDK that Debian packages.
    pub(super) fn go() -> Result<Self, Absent> {
        let go = said(Command::new("go").arg("version"))?;
        let root = Path::new("/usr/share/gocode");
        if !root.join("src/github.com/aws/aws-sdk-go-v2").is_dir() {
            return Err(Absent(
                "no SDK in /usr/share/gocode (golang-github-aws-aws-sdk-go-v2-dev)".to_owned(),
            ));
        }
        let story = sources().join("go/life.go");
        Self::once("go", &[&go, &read(&story)], |folder| {
            said(
                Command::new("go")
                    .args(["build", "-o"])
                    .arg(folder.join("life"))
                    .arg(&story)
                    .env("GO111MODULE", "off")
                    .env("GOPATH", root)
                    .env("GOCACHE", folder.join("cache"))
                    .env_remove("GOFLAGS"),
            )
        })
    }

    /// The second generation of the `aws` command, which comes with the system and not with Python's packages.
    pub(super) fn aws_cli_2() -> Result<PathBuf, Absent> {
        // By its path: the first generation may stand before it in PATH.
        let path = PathBuf::from("/usr/bin/aws");
        let version = said(Command::new(&path).arg("--version"))?;
        if version.starts_with("aws-cli/2.") {
            Ok(path)
        } else {
            Err(Absent(format!("/usr/bin/aws is {}", version.trim())))
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// A program of a Python environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join("bin").join(name)
    }

    /// Gives the client's folder, which `set_up` fills where it has not done so for these pins.
    fn once(
        name: &str,
        pins: &[&str],
        set_up: impl FnOnce(&Path) -> Result<String, Absent>,
    ) -> Result<Self, Absent> {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("clients");
        fs::create_dir_all(&kept).unwrap();
        let folder = kept.join(format!("{name}-{}", digest(pins)));
        let ready = folder.join("ready");
        // Another run of the tests may be at it.
        let lock = File::create(folder.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        if !ready.exists() {
            if folder.exists() {
                fs::remove_dir_all(&folder).unwrap();
            }
            fs::create_dir(&folder).unwrap();
            set_up(&folder)?;
            File::create(ready).unwrap();
        }
        Ok(Self(folder))
    }
}

/// A program that gives others another time.
pub(super) fn faketime() -> Result<(), Absent> {
    said(Command::new("faketime").arg("--version")).map(drop)
}

/// The proxy that Debian packages, which is not always where programs are looked for.
pub(crate) fn nginx() -> Result<PathBuf, Absent> {
    let path = PathBuf::from("/usr/sbin/nginx");
    said(Command::new(&path).arg("-v")).map(|_| path)
}

/// Curl signs since 7.75.
pub(crate) fn curl() -> Result<(), Absent> {
    said(Command::new("bash").arg("--version"))?;
    let help = said(Command::new("curl").args(["--help", "all"]))?;
    if help.contains("--aws-sigv4") {
        Ok(())
    } else {
        Err(Absent("this curl does not sign".to_owned()))
    }
}

/// Where the stories and the pins are.
pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn digest(pins: &[&str]) -> String {
    hex::encode(&Sha256::digest(pins.join("\0"))[..8])
}

/// What a command prints, or that it is missing or fails.
fn said(command: &mut Command) -> Result<String, Absent> {
    let name =
        Path::new(command.get_program()).file_name().unwrap_or_else(|| OsStr::new("?")).to_owned();
    let name = name.to_string_lossy();
    let Output { status, stdout, stderr } = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Absent(format!("{name}: {error}")))?;
    if status.success() {
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    } else {
        let complaint = String::from_utf8_lossy(&stderr);
        let last = complaint.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no word why");
        Err(Absent(format!("{name}: {status}: {last}")))
    }
}
