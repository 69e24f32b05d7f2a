//! The files of `vectors/policy`: a topic each, of cases that keep one rule each.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::naive::Verdict;

/// The file that holds documents, not decisions.
const DOCUMENTS: &str = "documents";

/// A file of decisions.
pub(crate) struct Table {
    topic: String,
    pub(crate) cases: Vec<Value>,
}

impl Table {
    /// Every file of decisions, by its name.
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/policy");
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut tables: Vec<Self> = paths
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| Self::read(&path))
            .filter(|table| table.topic != DOCUMENTS)
            .collect();
        tables.sort_by(|a, b| a.topic.cmp(&b.topic));
        tables
    }

    fn read(path: &Path) -> Self {
        let topic = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let cases = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{topic}: {error}"));
        Self { topic, cases }
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().map(|case| case["rule"].as_str().unwrap())
    }

    /// The cases that something decides otherwise, in words.
    pub(crate) fn against(&self, decide: impl Fn(&Value) -> Verdict) -> Vec<String> {
        let differs = |case: &Value| {
            let rule = case["rule"].as_str().unwrap();
            let (expected, found) = (expected(case), decide(case));
            let words = || format!("{}: {rule}: {found:?} should be {expected:?}", self.topic);
            (found != expected).then(words)
        };
        self.cases.iter().filter_map(differs).collect()
    }
}

/// What a case says is decided.
pub(crate) fn expected(case: &Value) -> Verdict {
    let text = |name: &str| case["expect"][name].as_str().map(str::to_owned);
    Verdict { decision: text("decision").unwrap(), by: text("by") }
}
