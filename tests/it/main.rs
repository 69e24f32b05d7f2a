//! The tests of the whole: one program, so that one link serves them all.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod authenticate;
mod listening;
mod raw;
mod signer;
mod still;
mod vectors;
