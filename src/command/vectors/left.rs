//! Requests that somebody signed and left in files.

use std::io::Write;
use std::path::Path;

use crate::command::Failed;
use crate::doctor::Budget;
use crate::vectors::{Case, Found, Report, Sent, Verdict, check, sent_for, strangers};

/// The cases that are meant: of a folder all, of a file with one request the one that is
/// named, or the only one there is.
pub(super) fn chosen(
    found: Vec<Found>,
    case: Option<&str>,
    path: &Path,
) -> Result<Vec<Found>, Failed> {
    if !path.exists() {
        let path = path.display();
        let sentence = "is not there: give the file or the folder with the signed requests";
        return Err(Failed::unusable(format_args!("--signed {path} {sentence}")));
    }
    match case {
        Some(name) => named(found, name).map(|found| vec![found]),
        None if path.is_dir() || found.len() == 1 => Ok(found),
        None => Err(Failed::unusable(format_args!(
            "--signed {} is one request: say by --case NAME which of the {} cases it is of",
            path.display(),
            found.len()
        ))),
    }
}

/// The case of that name, or the only one whose name ends so.
fn named(found: Vec<Found>, name: &str) -> Result<Found, Failed> {
    let ending = format!("/{name}");
    let is_it = |other: &str| other == name || other.ends_with(&ending);
    let exact = found.iter().any(|found| found.name() == name);
    let mut fit: Vec<_> = found
        .into_iter()
        .filter(|found| if exact { found.name() == name } else { is_it(found.name()) })
        .collect();
    let names: Vec<_> = fit.iter().map(|found| found.name().to_owned()).collect();
    match (fit.pop(), fit.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(Failed::unusable(format_args!(
            "--case {name} may be any of {}: give the whole name",
            names.join(", ")
        ))),
        (None, _) => Err(Failed::unusable(format_args!(
            "no case is called {name}: run it without --signed to see their names"
        ))),
    }
}

/// Checks the request that was left for a case.
pub(super) fn check_left(case: &Case, path: &Path) -> Report {
    let sent = if case.task.is_none() {
        // It is skipped, whatever was sent.
        Ok(Sent::alone(case.request.clone(), case.place.clone()))
    } else if path.is_dir() {
        sent_for(case, path)
    } else {
        Sent::read(path).map_err(|fault| fault.to_string())
    };
    match sent {
        Ok(sent) => check(case, &sent, Budget::COMMAND),
        Err(why) => Report {
            name: case.name.clone(),
            place: path.to_owned(),
            verdict: Verdict::Broken(why),
        },
    }
}

/// Tells which signed requests are of no case, since their names are mistaken.
pub(super) fn tell_strangers(
    folder: &Path,
    known: &[String],
    log: &mut impl Write,
) -> Result<(), Failed> {
    for stranger in strangers(folder, known.iter().map(String::as_str)) {
        let stranger = stranger.display();
        writeln!(log, "countersign: {stranger} is of no case: call it as its case is called")?;
    }
    Ok(())
}
