//! The files of a case: read within bounds, and asked for what they must hold.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::fault::Fault;
use crate::request::Request;

/// How many bytes a file of a case may have.
pub(super) const LARGEST: u64 = 4 * 1024 * 1024;

/// What a file holds; nothing where there is none.
pub(super) fn read(file: &Path) -> Result<Option<Vec<u8>>, Fault> {
    let unreadable = |reason| Fault::Unreadable { file: file.to_owned(), reason };
    let open = match open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        open => open.map_err(unreadable)?,
    };
    let mut bytes = Vec::new();
    let bound = LARGEST.saturating_add(1);
    let count = open.take(bound).read_to_end(&mut bytes).map_err(unreadable)?;
    if count as u64 == bound {
        return Err(Fault::TooLarge { file: file.to_owned() });
    }
    Ok(Some(bytes))
}

/// Opens a plain file: a pipe would be waited for.
fn open(file: &Path) -> io::Result<File> {
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    File::open(file)
}

/// What a file that must be there holds.
pub(super) fn needed(file: &Path, holds: &'static str) -> Result<Vec<u8>, Fault> {
    read(file)?.ok_or_else(|| Fault::Missing { file: file.to_owned(), holds })
}

/// The request in a file that must be there.
pub(super) fn request(file: &Path, holds: &'static str) -> Result<Request, Fault> {
    let text = needed(file, holds)?;
    Request::read(&text).map_err(|why| Fault::NoRequest { file: file.to_owned(), why })
}

/// A context, which is a JSON object.
#[derive(Debug)]
pub(super) struct Context {
    file: PathBuf,
    object: Value,
}

impl Context {
    pub(super) fn read(file: PathBuf) -> Result<Self, Fault> {
        let text = needed(&file, "the credentials and the time of the case, in JSON")?;
        match serde_json::from_slice(&text) {
            Ok(object @ Value::Object(_)) => Ok(Self { file, object }),
            Ok(_) => Err(Fault::NoJson { file, why: "it is another value".to_owned() }),
            Err(error) => Err(Fault::NoJson { file, why: error.to_string() }),
        }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// What stands at a JSON pointer; `null` is as good as nothing.
    fn value(&self, key: &str) -> Option<&Value> {
        self.object.pointer(key).filter(|value| !value.is_null())
    }

    /// What stands at `key`, as `read` takes it.
    pub(super) fn optional<'c, T>(
        &'c self,
        key: &'static str,
        what: &'static str,
        read: impl FnOnce(&'c Value) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        let Some(value) = self.value(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Fault::value(&self.file, key, what))
    }

    /// The same of what must be there.
    pub(super) fn required<'c, T>(
        &'c self,
        key: &'static str,
        what: &'static str,
        read: impl FnOnce(&'c Value) -> Option<T>,
    ) -> Result<T, Fault> {
        let value = self.optional(key, what, read)?;
        value.ok_or_else(|| Fault::value(&self.file, key, what))
    }

    pub(super) fn text(&self, key: &'static str, what: &'static str) -> Result<&str, Fault> {
        self.required(key, what, Value::as_str)
    }

    pub(super) fn flag(&self, key: &'static str, or: bool) -> Result<bool, Fault> {
        Ok(self.optional(key, "true or false", Value::as_bool)?.unwrap_or(or))
    }

    pub(super) fn texts(&self, key: &'static str) -> Result<Option<Vec<&str>>, Fault> {
        self.optional(key, "a list of texts", |value| {
            value.as_array()?.iter().map(Value::as_str).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound_and_a_folder_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("request.txt");
        assert!(read(&file).unwrap().is_none());
        let largest = usize::try_from(LARGEST).unwrap();
        fs::write(&file, vec![b'a'; largest]).unwrap();
        assert_eq!(read(&file).unwrap().unwrap().len(), largest);
        fs::write(&file, vec![b'a'; largest + 1]).unwrap();
        assert!(matches!(read(&file), Err(Fault::TooLarge { .. })));
        assert!(matches!(read(dir.path()), Err(Fault::Unreadable { .. })));
    }

    #[test]
    fn a_context_says_which_value_is_wrong_and_what_it_must_be() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("context.json");
        let told = |text: &str| {
            fs::write(&file, text).unwrap();
            let context = Context::read(file.clone())?;
            context.text("/service", "the name of a service").map(str::to_owned)
        };
        assert_eq!(told(r#"{"service": "iam"}"#).unwrap(), "iam");
        for (text, ending) in [
            (r#"{"service": 1}"#, "context.json: /service must be the name of a service"),
            (r#"{"service": null}"#, "context.json: /service must be the name of a service"),
            ("[]", "context.json must be a JSON object: it is another value"),
            ("{", "line 1 column 1"),
        ] {
            let fault = told(text).unwrap_err().to_string();
            assert!(fault.ends_with(ending), "{fault}");
        }
    }
}
