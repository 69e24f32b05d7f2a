//! The tests of the whole: one program, so that one link serves them all.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops at the first surprise"
)]

mod access_key;
mod account;
mod accounts;
mod admin;
mod authenticate;
mod authz;
mod bounds;
mod caller;
mod catalog;
mod cli;
mod clients;
mod commit;
mod corpora;
mod crash;
mod differential;
mod disk;
mod engine;
mod entities;
mod floors;
mod group;
mod http2;
mod ladder;
mod layers;
mod listening;
mod logs;
mod model;
mod plain;
mod policy;
mod program;
mod properties;
mod raw;
mod readme;
mod running;
mod sdk;
mod seal;
mod signer;
mod sigv4;
mod simulate;
mod sqlite;
mod start;
mod still;
mod stored;
mod table;
mod tag;
mod tls;
mod user;
mod values;
mod vectors;
mod world;
