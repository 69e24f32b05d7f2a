//! The tests of the whole: one program, so that one link serves them all.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod engine;
mod seal;
mod sqlite;
