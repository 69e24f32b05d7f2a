//! Writes reports: to standard output, and to files beside it.

use std::fmt::Display;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::command::Failed;
use crate::config::{ReportFormat, ReportWriting};
use crate::vectors::{Counts, Report, Table, failure, junit, whole as as_json};

/// The report as `writing` says.
pub(super) fn whole(
    reports: &[Report],
    table: &Table,
    writing: &ReportWriting,
    out: &mut impl Write,
) -> Result<(), Failed> {
    match writing.format {
        ReportFormat::Json => writeln!(out, "{:#}", as_json(reports))?,
        ReportFormat::Junit => out.write_all(&junit(reports)?)?,
        ReportFormat::Table => lines(reports, table, writing.is_failing_only, out)?,
    }
    out.flush()?;
    Ok(())
}

/// The lines of the cases, then what went wrong with each, then how many came to what.
fn lines(
    reports: &[Report],
    table: &Table,
    is_failing_only: bool,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let mut shown = reports.iter().filter(|report| is_shown(report, is_failing_only)).peekable();
    if shown.peek().is_some() {
        out.write_all(table.head().as_bytes())?;
    }
    for report in shown {
        out.write_all(table.row(report).as_bytes())?;
    }
    for failure in reports.iter().filter_map(failure) {
        write!(out, "\n{failure}")?;
    }
    if reports.iter().any(|report| is_shown(report, is_failing_only)) {
        writeln!(out)?;
    }
    writeln!(out, "{}", Counts::of(reports))?;
    Ok(())
}

/// Whether a case has a line.
pub(super) fn is_shown(report: &Report, is_failing_only: bool) -> bool {
    report.is_failed() || !is_failing_only
}

/// The files beside standard output.
pub(super) fn files(reports: &[Report], writing: &ReportWriting) -> Result<(), Failed> {
    if let Some(path) = &writing.json {
        keep("--json", path, format!("{:#}\n", as_json(reports)).as_bytes())?;
    }
    if let Some(path) = &writing.junit {
        keep("--junit", path, &junit(reports)?)?;
    }
    Ok(())
}

fn keep(flag: impl Display, path: &Path, text: &[u8]) -> Result<(), Failed> {
    fs::write(path, text).map_err(|error| {
        Failed::unusable(format_args!("{flag} {} cannot be written: {error}", path.display()))
    })
}
