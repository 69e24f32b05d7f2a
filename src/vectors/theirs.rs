//! The requests that somebody else signed, in files: which of them is of which case.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Case;
use super::fault::Fault;
use super::file;
use crate::request::Request;

/// A request that somebody signed for a case.
pub struct Sent {
    /// The request as it was signed.
    pub request: Request,
    /// Where it is from.
    pub place: PathBuf,
    /// What is said to have been signed.
    pub claimed: Claimed,
}

/// What a signer says that it signed, where it wrote it down.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Claimed {
    /// The canonical request.
    pub canonical_request: Option<Vec<u8>>,
    /// The string to sign.
    pub string_to_sign: Option<Vec<u8>>,
}

/// What lies beside a signed request: its ending, and those of the stages.
const BESIDE: &[[&str; 3]] = &[
    ["signed-request.txt", "canonical-request.txt", "string-to-sign.txt"],
    ["request.txt", "canonical-request.txt", "string-to-sign.txt"],
    [".sreq", ".creq", ".sts"],
    [".txt", ".creq", ".sts"],
    ["", ".creq", ".sts"],
];

impl Sent {
    /// Reads a signed request, and what lies beside it.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let request = file::request(path, "a signed request")?;
        let claimed = match beside(path) {
            Some([canonical_request, string_to_sign]) => Claimed {
                canonical_request: file::read(&canonical_request)?,
                string_to_sign: file::read(&string_to_sign)?,
            },
            None => Claimed::default(),
        };
        Ok(Self { request, place: path.to_owned(), claimed })
    }
}

fn beside(path: &Path) -> Option<[PathBuf; 2]> {
    let name = path.file_name()?.to_str()?;
    let [ending, stages @ ..] = BESIDE.iter().find(|[ending, ..]| name.ends_with(ending))?;
    let stem = name.strip_suffix(ending)?;
    Some(stages.map(|stage| path.with_file_name(format!("{stem}{stage}"))))
}

/// The one signed request of a case in `folder`: `CASE`, `CASE.sreq`, `CASE.txt`,
/// `CASE-signed-request.txt`, or what its format calls it; slashes in the case's name are
/// folders, or hyphens. The fault names the first of these where there is none.
pub fn sent_for(case: &Case, folder: &Path) -> Result<Sent, String> {
    let mut there = candidates(&case.name).into_iter().map(|name| folder.join(name));
    let mut there = there.by_ref().filter(|path| path.is_file());
    match (there.next(), there.next()) {
        (Some(path), None) => Sent::read(&path).map_err(|fault| fault.to_string()),
        (Some(one), Some(other)) => Err(format!(
            "{} and {} are both its signed request: keep one of them",
            one.display(),
            other.display()
        )),
        (None, _) => Err(format!(
            "its signed request is missing: write it to {}.sreq",
            folder.join(&case.name).display()
        )),
    }
}

/// What the signed request of a case may be called.
fn candidates(name: &str) -> Vec<String> {
    let flat = name.replace('/', "-");
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    let half_flat = if folder.is_empty() { flat.clone() } else { format!("{folder}-{last}") };
    let mut all = Vec::new();
    for stem in [name, &half_flat, &flat] {
        let endings = ["", ".sreq", ".txt", "-signed-request.txt"];
        all.extend(endings.map(|ending| format!("{stem}{ending}")));
    }
    all.extend([
        format!("{name}/signed-request.txt"),
        format!("{name}/request.txt"),
        format!("{name}/{last}.sreq"),
    ]);
    let mut seen = BTreeSet::new();
    all.retain(|name| seen.insert(name.clone()));
    all
}

/// The signed requests below `folder` that are of none of the cases called `names`. Only
/// files that look like signed requests are looked at.
pub fn strangers<'n>(folder: &Path, names: impl Iterator<Item = &'n str>) -> Vec<PathBuf> {
    let known: BTreeSet<PathBuf> =
        names.flat_map(candidates).map(|name| folder.join(name)).collect();
    let mut strangers = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0_usize)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) && depth < DEEPEST {
                folders.push((path, depth.saturating_add(1)));
            } else if looks_signed(&path) && !known.contains(&path) {
                strangers.push(path);
            }
        }
    }
    strangers.sort();
    strangers
}

const DEEPEST: usize = 24;

fn looks_signed(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".sreq") || name.ends_with("signed-request.txt")
}

/// Requests hold signatures and tokens, so what was sent does not print.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").field("place", &self.place).finish_non_exhaustive()
    }
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_may_lie_in_folders_or_flat_and_is_called_as_its_format_has_it() {
        let names = candidates("v4/get-vanilla/header");
        for name in [
            "v4/get-vanilla/header",
            "v4/get-vanilla/header-signed-request.txt",
            "v4/get-vanilla-header",
            "v4-get-vanilla-header.sreq",
        ] {
            assert!(names.iter().any(|other| other == name), "{name} in {names:?}");
        }
        assert!(candidates("post-sts-token/a").contains(&"post-sts-token/a/a.sreq".to_owned()));
        let names = candidates("a");
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn what_was_signed_lies_beside_the_request() {
        let beside = |name: &str| {
            let found = beside(Path::new(name)).unwrap();
            found.map(|path| path.to_string_lossy().into_owned())
        };
        assert_eq!(
            beside("a/header-signed-request.txt"),
            ["a/header-canonical-request.txt", "a/header-string-to-sign.txt"]
        );
        assert_eq!(beside("a.sreq"), ["a.creq", "a.sts"]);
        assert_eq!(beside("a-header"), ["a-header.creq", "a-header.sts"]);
        assert_eq!(beside("a/request.txt"), ["a/canonical-request.txt", "a/string-to-sign.txt"]);
    }
}
