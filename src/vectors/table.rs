//! Reports as a table, a line a case, for people.

use std::fmt::Write;

use super::diff::visible;
use super::report::{Report, Stage, Verdict};

/// A table of reports, whose columns are wide enough for the cases it is made for.
#[derive(Clone, Debug)]
pub struct Table {
    stages: Vec<Stage>,
    width: usize,
}

impl Table {
    /// A table of these cases; with the stage at which somebody else's request is held
    /// against the case's, where others sign.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>, is_of_others: bool) -> Self {
        let width = names.map(|name| visible(name.as_bytes()).chars().count()).max();
        let is_shown = |stage: &Stage| is_of_others || *stage != Stage::Request;
        let stages = Stage::ALL.into_iter().filter(is_shown).collect();
        Self { stages, width: width.unwrap_or_default().max("case".len()) }
    }

    /// The line above all others.
    pub fn head(&self) -> String {
        let titles = self.stages.iter().map(|stage| stage.title());
        self.line("case", titles)
    }

    /// The line of a report.
    pub fn row(&self, report: &Report) -> String {
        let name = visible(report.name.as_bytes());
        match &report.verdict {
            Verdict::Ran(_) => {
                let words = self.stages.iter().map(|stage| report.outcome(*stage).as_str());
                self.line(&name, words)
            }
            Verdict::Broken(why) => self.line(&name, [one_line("cannot be run", why).as_str()]),
            Verdict::Skipped(why) => self.line(&name, [one_line("skipped", why).as_str()]),
        }
    }

    fn line<'w>(&self, name: &str, words: impl IntoIterator<Item = &'w str>) -> String {
        let width = self.width;
        let mut line = format!("{name:<width$}");
        for (word, stage) in words.into_iter().zip(&self.stages) {
            let width = stage.title().len();
            let _ = write!(line, "  {word:<width$}");
        }
        format!("{}\n", line.trim_end())
    }
}

fn one_line(what: &str, why: &str) -> String {
    format!(
        "{what}: {}",
        why.lines().map(|line| visible(line.as_bytes())).collect::<Vec<_>>().join(" ")
    )
}

/// What went wrong with a case, below the table; nothing where nothing did.
pub fn failure(report: &Report) -> Option<String> {
    let name = visible(report.name.as_bytes());
    let place = visible(report.place.to_string_lossy().as_bytes());
    match (&report.verdict, report.first_difference()) {
        (Verdict::Broken(why), _) => Some(format!("{name}, in {place}:\n{}\n", why.trim_end())),
        (_, Some((stage, difference))) => {
            let difference = difference.trim_end();
            Some(format!("{name}, in {place}: {} differs\n{difference}\n", stage.title()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Outcome;

    fn report(name: &str, verdict: Verdict) -> Report {
        Report { name: name.to_owned(), place: "x".into(), verdict }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let table = Table::new(["a/long-name", "b\u{1b}"].into_iter(), false);
        let stages = vec![
            (Stage::CanonicalRequest, Outcome::Differs("x".to_owned())),
            (Stage::Verification, Outcome::Same),
        ];
        let rows = [
            table.head(),
            table.row(&report("a/long-name", Verdict::Ran(stages))),
            table.row(&report("b\u{1b}", Verdict::Skipped("nobody\nsigned it".to_owned()))),
        ];
        assert_eq!(
            rows.concat(),
            "case         canonical request  string to sign  signature  verification\n\
             a/long-name  differs            -               -          ok\n\
             b\\u{1b}      skipped: nobody signed it\n"
        );
    }
}
