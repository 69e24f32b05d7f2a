//! What exists, and how it is kept.

pub mod engine;
