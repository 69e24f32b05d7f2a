//! STS: who one is, and what a key says. A file a noun.

mod access_key_info;
mod caller_identity;

use crate::action::{Route, Service};
use crate::wire::faults::Echo;

/// What STS's actions share (AWS Security Token Service API Reference,
/// 2011-06-15).
pub static STS: Service = Service {
    prefix: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    echo: Echo::Value,
    tells_why: false,
};

/// Every action of the service.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    [access_key_info::ROUTES, caller_identity::ROUTES].into_iter().flatten()
}
