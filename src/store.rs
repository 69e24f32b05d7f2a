//! What exists, and how it is kept.

pub mod engine;
pub mod private_file;
