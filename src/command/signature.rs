//! The commands on a single request: sign, presign, verify, explain.

mod compare;
mod curl;
mod diagnosis;
mod explain;
mod input;
mod sign;
mod stages;
mod subject;
mod verdict;
mod verify;
mod visible;

use std::io::Write;

use crate::clock::{Clock, SystemClock};
use crate::command::{Ended, Failed};
use crate::config::signature::{Signature, Task};

use subject::Subject;

/// Reads the request and does with it what is wanted; what is beside the matter goes to
/// `notes`.
pub(super) fn run(
    wish: &Signature,
    out: &mut impl Write,
    notes: &mut impl Write,
) -> Result<Ended, Failed> {
    let subject = Subject::read(wish, SystemClock::start().now(), notes)?;
    match &wish.task {
        Task::Sign { output, algorithm } => sign::sign(&subject, *algorithm, *output, out),
        Task::Presign { seconds, algorithm } => {
            sign::presign(&subject, (*algorithm, *seconds), out, notes)
        }
        Task::Verify(output) => verify::run(&subject, *output, out),
        Task::Explain(output, theirs) => explain::run(&subject, theirs, *output, out),
    }
}
