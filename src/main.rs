//! The gateway as a program.

use std::io::{self, Write};
use std::process::ExitCode;

use countersign::command::{self, Ended};
use countersign::config::{self, Stop};

/// What a wrong setting, or a wrong command line, ends with.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let command = match config::from_process() {
        Ok(command) => command,
        Err(Stop::Told(text)) => return told(&text),
        Err(Stop::Wrong(sentence)) => return complain(&sentence, WRONG),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), 1),
    };
    match runtime.block_on(command::run(command, &mut io::stdout(), io::stderr())) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::FAILURE,
        Err(failed) => match failed.sentence() {
            Some(sentence) => complain(sentence, failed.code()),
            None => ExitCode::from(failed.code()),
        },
    }
}

fn told(text: &str) -> ExitCode {
    // Where nobody reads, nothing is to be done about it.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn complain(sentence: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "countersign: {sentence}");
    ExitCode::from(code)
}
