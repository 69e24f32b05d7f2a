//! Tower middleware, each piece usable without the rest of the gateway.

pub mod authenticate;
pub mod body;
