//! The README keeps its word: its session with the `aws` command, replayed, says what it says there, but for what is
//! new with every run: ids, secrets, times.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::clients::Terminal;
use crate::running::{ROOT_ID, ROOT_SECRET};

/// Where the README's gateway listens.
const ADDRESS: &str = "http://127.0.0.1:7448";

/// One command and what was printed.
#[derive(Debug, Eq, PartialEq)]
struct Turn {
    command: String,
    said: String,
}

/// The turns of the first block that shows the `aws` command at work.
fn session(readme: &str) -> Vec<Turn> {
    let block = readme
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .find(|block| block.contains("\n$ aws ") || block.starts_with("$ aws "))
        .unwrap();
    let turns = format!("\n{block}");
    turns.split("\n$ ").skip(1).map(turn).collect()
}

/// A command goes on over lines that end in a backslash.
fn turn(text: &str) -> Turn {
    let mut command = String::new();
    let mut lines = text.split_inclusive('\n');
    for line in lines.by_ref() {
        command.push_str(line);
        if !line.ends_with("\\\n") {
            break;
        }
    }
    Turn {
        command: command.trim_end().to_owned(),
        said: lines.collect::<String>().trim().to_owned(),
    }
}

/// What differs from run to run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fresh {
    KeyId,
    UserId,
    Secret,
    Time,
}

fn fresh(word: &str) -> Option<Fresh> {
    let is_id = |length| {
        word.len() == length && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    match word {
        _ if word.starts_with("AKIA") && is_id(20) => Some(Fresh::KeyId),
        _ if word.starts_with("AIDA") && is_id(21) => Some(Fresh::UserId),
        _ if word.len() == 40 && !word.contains(':') => Some(Fresh::Secret),
        _ if word.len() >= 20 && word.as_bytes()[10] == b'T' && word.starts_with("20") => {
            Some(Fresh::Time)
        }
        _ => None,
    }
}

/// Splits into words and what stands between them.
fn words(text: &str) -> Vec<&str> {
    let within = |c: char| c.is_ascii_alphanumeric() || "+/:._@-".contains(c);
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| within(c) != within(first)).unwrap_or(rest.len());
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words
}

/// What the README's ids and secrets are called in this run.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// The command as it is typed in this run: a key that no answer has named is root's.
    fn typed(&self, command: &str, url: &str) -> String {
        let here = |word| match (self.0.get(word), fresh(word)) {
            (Some(name), _) => name.clone(),
            (None, Some(Fresh::KeyId)) => ROOT_ID.to_owned(),
            (None, Some(Fresh::Secret)) => ROOT_SECRET.to_owned(),
            (None, Some(Fresh::UserId | Fresh::Time) | None) => word.to_owned(),
        };
        words(command).into_iter().map(here).collect::<String>().replace(ADDRESS, url)
    }

    /// Whether the texts are the same but for fresh words; one word of the README stands for one of this run.
    fn agree(&mut self, readme: &str, run: &str) -> bool {
        let (readme, run) = (words(readme), words(run));
        readme.len() == run.len() && readme.iter().zip(&run).all(|(told, said)| self.is(told, said))
    }

    fn is(&mut self, told: &str, said: &str) -> bool {
        match (fresh(told), fresh(said)) {
            (Some(Fresh::Time), Some(Fresh::Time)) => true,
            (Some(a), Some(b)) if a == b => {
                self.0.entry(told.to_owned()).or_insert_with(|| said.to_owned()) == said
            }
            _ => told == said,
        }
    }
}

#[test]
fn the_session_in_the_readme_goes_as_it_is_told() {
    let Some(terminal) = Terminal::open() else { return };
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut names = Names::default();
    let mut exports = String::new();
    for Turn { command, said } in session(&readme) {
        let typed = names.typed(&command, terminal.url());
        if typed.starts_with("export ") {
            exports.push_str(&typed);
            exports.push('\n');
            continue;
        }
        let run = terminal.types(&format!("{exports}{typed}"));
        assert!(names.agree(&said, run.trim()), "$ {command}\nREADME:\n{said}\nthis run:\n{run}");
    }
}

#[test]
fn a_session_is_read_turn_by_turn() {
    let readme = "```console\n$ ls\n```\n```console\n$ export A=b\n$ aws iam \\\n    list\n{\n}\n$ aws sts\n```\n";
    let turn =
        |command: &str, said: &str| Turn { command: command.to_owned(), said: said.to_owned() };
    let told = [turn("export A=b", ""), turn("aws iam \\\n    list", "{\n}"), turn("aws sts", "")];
    assert_eq!(session(readme), told);
}

#[test]
fn only_what_is_fresh_may_differ_and_it_keeps_its_name() {
    let mut names = Names::default();
    assert!(names.agree("\"AKIAAAAAAAAAAAAAAAAA\" Ann", "\"AKIABBBBBBBBBBBBBBBB\" Ann"));
    assert!(!names.agree("\"AKIAAAAAAAAAAAAAAAAA\"", "\"AKIACCCCCCCCCCCCCCCC\""));
    assert!(!names.agree("Ann", "Bob"));
    assert_eq!(
        names.typed("x AKIAAAAAAAAAAAAAAAAA http://127.0.0.1:7448", "url"),
        "x AKIABBBBBBBBBBBBBBBB url"
    );
    assert!(names.typed("AKIADDDDDDDDDDDDDDDD", "url").contains(ROOT_ID));
}
