//! Policies: documents and a request in, a decision with its reasons out.
//!
//! Nothing here knows the time, the store or HTTP: what a condition asks about is
//! looked up in facts, which the caller brings.

pub mod document;
