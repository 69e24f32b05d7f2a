//! The tests of the whole: one program, so that one link serves them all.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod authenticate;
mod differential;
mod http2;
mod ladder;
mod listening;
mod properties;
mod raw;
mod signer;
mod sigv4;
mod still;
mod vectors;
