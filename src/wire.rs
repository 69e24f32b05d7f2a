//! The AWS Query protocol: forms come in, XML goes out.

pub mod fault;
pub mod percent;
