//! Faults, by what is at fault.
#![expect(clippy::too_many_lines, reason = "a table is as long as its rows are many")]

mod assembly;
pub(crate) mod bodies;
mod clocks;
mod forms;
mod headers;
mod hosts;
mod lines;
mod pairs;
mod paths;
mod queries;
mod rewritten;
mod scopes;
mod secrets;
mod signatures;
mod targets;

use super::client::Client;
use super::examined::Cast;

/// A request in which something goes wrong, and what that is.
pub(crate) struct Fault {
    /// The cause, or `cause, cause`; several that mean the same are parted by ` | `.
    pub(crate) causes: &'static str,
    /// What the client or the way does.
    pub(crate) how: String,
    pub(crate) client: Client,
}

fn fault(causes: &'static str, how: impl Into<String>, client: Client) -> Fault {
    Fault { causes, how: how.into(), client }
}

/// All of them.
pub(crate) fn all(cast: &Cast) -> Vec<Fault> {
    let rooms = [
        secrets::faults,
        scopes::faults,
        assembly::faults,
        bodies::faults,
        rewritten::faults,
        targets::faults,
        paths::faults,
        queries::faults,
        headers::faults,
        lines::faults,
        hosts::faults,
        clocks::faults,
        forms::faults,
        signatures::faults,
        pairs::faults,
    ];
    rooms.into_iter().flat_map(|faults| faults(cast)).collect()
}
