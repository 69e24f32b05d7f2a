//! The tests of the whole: one program, so that one link serves them all.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod access_key;
mod accounts;
mod admin;
mod authenticate;
mod caller;
mod cli;
mod clients;
mod commit;
mod engine;
mod floors;
mod logs;
mod model;
mod program;
mod raw;
mod running;
mod sdk;
mod seal;
mod signer;
mod sqlite;
mod start;
mod still;
mod table;
mod tag;
mod user;
mod world;
