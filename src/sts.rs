//! STS: who one is, and whom one may be for a while. A file a noun.

mod access_key_info;
mod assume_role;
mod assume_root;
mod assumed;
mod authorization_message;
mod caller_identity;
mod credentials;
mod delegated;
mod federation_token;
mod narrowed;
mod saml;
mod session_token;
mod tag;
mod vouched;
mod web_identity;
mod web_identity_token;

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
    let nouns = [
        access_key_info::ROUTES,
        assume_role::ROUTES,
        assume_root::ROUTES,
        authorization_message::ROUTES,
        caller_identity::ROUTES,
        delegated::ROUTES,
        federation_token::ROUTES,
        saml::ROUTES,
        session_token::ROUTES,
        web_identity::ROUTES,
        web_identity_token::ROUTES,
    ];
    nouns.into_iter().flatten()
}
