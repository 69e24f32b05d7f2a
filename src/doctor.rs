//! The signature doctor: tells why a request was refused, and proves it where it can.

mod diagnosis;

pub use diagnosis::{Cause, Diagnosis, Group, Proof, Sign, Stages};
