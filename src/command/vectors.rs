//! `countersign vectors run`: test vectors in folders, signed by whoever made them, by
//! somebody who left his requests in files, or by a client that sends them.

mod left;
mod listen;
mod progress;
mod show;

use std::io::Write;
use std::path::Path;

use crate::command::Failed;
use crate::config::{ReportFormat, Signer, Vectors};
use crate::vectors::{Case, Counts, Found, Report, Table, Verdict, find, run as run_case};

use progress::Progress;

pub(super) async fn run(
    vectors: Vectors,
    out: &mut (impl Write + Send),
    log: &mut (impl Write + Send),
) -> Result<(), Failed> {
    let folders: Vec<&Path> = vectors.folders.iter().map(AsRef::as_ref).collect();
    let all = find(&folders).map_err(Failed::unusable)?;
    let known: Vec<String> = all.iter().map(|found| found.name().to_owned()).collect();
    let found = filtered(all, vectors.filter.as_deref())?;
    let is_of_others = vectors.signer != Signer::Their;
    let table = Table::new(found.iter().map(Found::name), is_of_others);
    let is_shown = vectors.report.format == ReportFormat::Table;
    let reports = match vectors.signer {
        Signer::Their => each(found, |case| run_case(&case)),
        Signer::Left { path, case } => {
            let found = left::chosen(found, case.as_deref(), &path)?;
            if path.is_dir() {
                left::tell_strangers(&path, &known, log)?;
            }
            each(found, |case| left::check_left(&case, &path))
        }
        Signer::Client { listen, until_complete } => {
            let rows = is_shown.then(|| (table.clone(), vectors.report.is_failing_only));
            let exam = listen::Exam { address: listen, rows, until_complete };
            let reports = exam.run(found, out, log).await?;
            show::files(&reports, &vectors.report)?;
            // The table was printed as its lines came.
            if is_shown {
                writeln!(out, "{}", Counts::of(&reports))?;
                return end(&reports);
            }
            reports
        }
    };
    show::files(&reports, &vectors.report)?;
    show::whole(&reports, &table, &vectors.report, out)?;
    end(&reports)
}

/// What is to be run of what was found.
fn filtered(mut all: Vec<Found>, filter: Option<&str>) -> Result<Vec<Found>, Failed> {
    let Some(filter) = filter else { return Ok(all) };
    let count = all.len();
    all.retain(|found| found.name().contains(filter));
    if all.is_empty() {
        return Err(Failed::unusable(format_args!(
            "none of the {count} cases has {filter:?} in its name: run it without --filter to \
             see their names"
        )));
    }
    Ok(all)
}

/// What becomes of each, with a word on how far it has come.
fn each(found: Vec<Found>, mut judge: impl FnMut(Case) -> Report) -> Vec<Report> {
    let mut progress = Progress::of(found.len());
    let judged = found.into_iter().map(|found| {
        let report = reported(found, &mut judge);
        progress.step(&report);
        report
    });
    judged.collect()
}

fn reported(found: Found, judge: &mut impl FnMut(Case) -> Report) -> Report {
    match found {
        Found::Case(case) => judge(*case),
        Found::Broken { name, place, fault } => {
            Report { name, place, verdict: Verdict::Broken(fault.to_string()) }
        }
        Found::Skipped { name, place, why } => {
            Report { name, place, verdict: Verdict::Skipped(why.to_owned()) }
        }
    }
}

/// How it ends.
fn end(reports: &[Report]) -> Result<(), Failed> {
    let counts = Counts::of(reports);
    if let Some(first) = reports.iter().find(|report| report.is_failed()) {
        return Err(Failed::new(format_args!(
            "{} of {} cases failed, {} first",
            counts.failed,
            counts.all(),
            first.name
        )));
    }
    if counts.passed == 0 {
        return Err(Failed::unusable(format_args!(
            "nothing was run: all {} cases were skipped, for the reasons that are told",
            counts.skipped
        )));
    }
    Ok(())
}
