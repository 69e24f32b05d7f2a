//! Faults, by what is at fault.

mod assembly;
mod bodies;
mod forms;
mod headers;
mod hosts;
mod pairs;
mod queries;
mod scopes;
mod secrets;
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
        targets::faults,
        queries::faults,
        headers::faults,
        hosts::faults,
        forms::faults,
        pairs::faults,
    ];
    rooms.into_iter().flat_map(|faults| faults(cast)).collect()
}
