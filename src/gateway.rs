//! The gateway: what listens, and what every request passes through.

pub mod admin;
pub mod connection;
pub mod listen;
pub mod stop;
pub mod tls;
