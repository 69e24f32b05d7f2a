//! Finds cases: walks folders, and tells the formats from each other by the files in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::fault::Fault;
use super::file::{self, Context};
use super::{Found, classic, own, suite};

/// How deep folders may lie within each other.
const DEEPEST: usize = 24;

/// The formats that are known, in one sentence each.
pub const FORMATS: &str = "\
AWS's suites have a folder a case with context.json, request.txt and header- and query-*.txt;
the classic suite has X.req, X.creq, X.sts, X.authz and X.sreq;
ours has a folder a case with context.json, request.txt, canonical-request.txt and string-to-sign.txt";

/// Why there is nothing to run.
#[derive(Debug, Error)]
pub enum NotFound {
    /// A folder is none.
    #[error("{} is no folder: give folders that hold test vectors", .0.display())]
    NoFolder(PathBuf),
    /// The folders hold no case.
    #[error("no test vectors in {}. Known formats:\n{FORMATS}", shown(.0))]
    NoCase(Vec<PathBuf>),
}

fn shown(folders: &[PathBuf]) -> String {
    let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    folders.join(", ")
}

/// All cases in `folders` and below them, each folder's sorted by name. Where several
/// folders are given, the names of their cases begin with theirs.
pub fn find(folders: &[&Path]) -> Result<Vec<Found>, NotFound> {
    if let Some(none) = folders.iter().find(|folder| !folder.is_dir()) {
        return Err(NotFound::NoFolder((*none).to_owned()));
    }
    // The same folder given twice holds no case twice.
    let mut seen = BTreeSet::new();
    let is_new = |folder: &&&Path| folder.canonicalize().map_or(true, |whole| seen.insert(whole));
    let folders: Vec<_> = folders.iter().filter(is_new).copied().collect();
    let mut all = Vec::new();
    for (folder, label) in labelled(&folders) {
        let mut walk = Walk { found: Vec::new(), own_name: own_name(folder) };
        walk.folder(folder, &label, 0);
        all.append(&mut walk.found);
    }
    if all.is_empty() {
        return Err(NotFound::NoCase(folders.into_iter().map(ToOwned::to_owned).collect()));
    }
    Ok(all)
}

/// The folders, and what the names of their cases begin with: nothing where there is one,
/// else the folder's name, or all of its path where two are called the same.
fn labelled<'f>(folders: &[&'f Path]) -> Vec<(&'f Path, String)> {
    let names: Vec<_> = folders.iter().map(|folder| own_name(folder)).collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    let label = |(folder, name): (&&'f Path, &String)| match (folders.len(), distinct.len()) {
        (1, _) => (*folder, String::new()),
        (all, distinct) if all == distinct => (*folder, name.clone()),
        _ => (*folder, folder.display().to_string().trim_matches('/').to_owned()),
    };
    folders.iter().zip(&names).map(label).collect()
}

/// What a folder is called, whichever way it was given.
fn own_name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A walk through one of the folders that were given.
struct Walk {
    found: Vec<Found>,
    /// What the folder is called, for where it is a case itself.
    own_name: String,
}

impl Walk {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) {
        let listed = match list(folder) {
            Ok(_) if depth > DEEPEST => Err(Fault::TooDeep { folder: folder.to_owned() }),
            listed => listed,
        };
        let (files, folders) = match listed {
            Ok(listed) => listed,
            Err(fault) => return self.add(folder, name, Err(fault)),
        };
        self.cases(folder, name, &files);
        for inner in folders {
            let inner_name = joined(name, &inner);
            self.folder(&folder.join(&inner), &inner_name, depth.saturating_add(1));
        }
    }

    /// The cases whose files are in this very folder.
    fn cases(&mut self, folder: &Path, name: &str, files: &[String]) {
        let own_name = self.own_name.clone();
        let named = if name.is_empty() { &own_name } else { name };
        if files.iter().any(|file| file == "context.json") {
            self.with_context(folder, named, files);
        } else if files.iter().any(|file| file == "request.txt") {
            self.without_context(folder, named, files);
        }
        for stem in classic::stems(files) {
            let is_of_folder = named.rsplit('/').next() == Some(stem);
            let case = if is_of_folder { named.to_owned() } else { joined(name, stem) };
            let read = classic::read(folder, &case, stem);
            self.add(folder, &case, read.map(Box::new).map(Found::Case));
        }
    }

    fn with_context(&mut self, folder: &Path, name: &str, files: &[String]) {
        let context = match Context::read(folder.join("context.json")) {
            Ok(context) => context,
            Err(fault) => return self.add(folder, name, Err(fault)),
        };
        if context.has("/answer") || context.has("/rules") {
            let read = own::read(folder, name, &context);
            return self.add(folder, name, read.map(Box::new).map(Found::Case));
        }
        if !context.has("/credentials") {
            let file = context.file().to_owned();
            return self.add(folder, name, Err(Fault::NoFormat { file }));
        }
        let mut forms = suite::forms(files).peekable();
        if forms.peek().is_none() {
            let why = "nobody has signed it: it has no header-signed-request.txt and no \
                query-signed-request.txt";
            return self.skip(folder, name, why);
        }
        for form in forms {
            let read = suite::read(folder, name, form);
            self.add(folder, &joined(name, form.0), read.map(Box::new).map(Found::Case));
        }
    }

    /// AWS's suites hold cases of which only the path is to be looked at. Where there is a
    /// signature, the context is lost.
    fn without_context(&mut self, folder: &Path, name: &str, files: &[String]) {
        let is_signature = |file: &String| file.ends_with("signature.txt");
        if files.iter().any(is_signature) || suite::forms(files).next().is_none() {
            let file = folder.join("context.json");
            let fault = file::needed(&file, "who signs, for what and when, in JSON").map(drop);
            return self.add(folder, name, Err(fault.err().unwrap_or(Fault::NoFormat { file })));
        }
        self.skip(folder, name, "it has no context.json: who signs, for what and when is not said");
    }

    fn add(&mut self, folder: &Path, name: &str, read: Result<Found, Fault>) {
        let broken =
            |fault| Found::Broken { name: name.to_owned(), place: folder.to_owned(), fault };
        self.found.push(read.unwrap_or_else(broken));
    }

    fn skip(&mut self, folder: &Path, name: &str, why: &'static str) {
        let (name, place) = (name.to_owned(), folder.to_owned());
        self.found.push(Found::Skipped { name, place, why });
    }
}

fn joined(name: &str, inner: &str) -> String {
    if name.is_empty() { inner.to_owned() } else { format!("{name}/{inner}") }
}

/// The names of the files and of the folders in `folder`, sorted. Links to folders are not
/// followed: they may lead round in circles.
fn list(folder: &Path) -> Result<(Vec<String>, Vec<String>), Fault> {
    let unlisted = |reason| Fault::Unlisted { folder: folder.to_owned(), reason };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        // A name that is no UTF-8 is none of a case's.
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type().map_err(unlisted)?;
        if kind.is_dir() { &mut folders } else { &mut files }.push(name);
    }
    files.sort_unstable();
    folders.sort_unstable();
    Ok((files, folders))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_folders_are_told_apart_by_as_much_as_it_takes() {
        let labels = |folders: &[&'static str]| {
            let folders: Vec<_> = folders.iter().map(Path::new).collect();
            labelled(&folders).into_iter().map(|(_, label)| label).collect::<Vec<_>>()
        };
        assert_eq!(labels(&["x/v4"]), [""]);
        assert_eq!(labels(&["x/v4", "x/v4a"]), ["v4", "v4a"]);
        assert_eq!(labels(&["x/v4", "/y/v4"]), ["x/v4", "y/v4"]);
    }

    #[test]
    fn nothing_is_found_in_a_file_or_in_an_empty_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "").unwrap();
        assert!(matches!(find(&[&file]), Err(NotFound::NoFolder(_))));
        let nothing = find(&[dir.path()]).unwrap_err().to_string();
        assert!(nothing.contains("Known formats") && nothing.contains(".creq"), "{nothing}");
    }

    #[test]
    fn a_folder_that_is_no_case_is_walked_and_one_without_its_context_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("request.txt"), "GET /\n").unwrap();
        let found = find(&[dir.path()]).unwrap();
        let [Found::Broken { name, fault, .. }] = &found[..] else { panic!("{found:?}") };
        assert_eq!(name, "a/b");
        assert!(fault.to_string().contains("context.json is missing"), "{fault}");
    }
}
