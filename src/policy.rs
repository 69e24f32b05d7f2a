//! Policies: documents and a request in, a decision with its reasons out.
//!
//! Nothing here knows the time, the store or HTTP: what a condition asks about is
//! looked up in [`Facts`], which the caller brings.

mod actions;
mod check;
mod condition;
pub mod document;
mod evaluate;
mod facts;
mod glob;
mod json;
mod malformed;
mod name;
mod number;
mod principal;
mod statement;
mod template;
mod written;

pub use document::{Fault, Malformed, Naming, Policy, Position, Purpose};
pub use evaluate::{
    Bearing, Decision, Denial, Explained, Layer, Match, Question, Source, Word, decide, explain,
};
pub use facts::{Fact, Facts};
pub use principal::{Kind, Principal};
pub use statement::Effect;
