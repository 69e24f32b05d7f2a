//! Verifies AWS Signature Version 4, and serves IAM and STS behind it.

#[cfg(feature = "server")]
pub mod arn;
pub mod clock;
pub mod error;
#[cfg(feature = "server")]
pub mod ids;
pub mod layer;
pub mod secret;
pub mod sigv4;
#[cfg(feature = "server")]
pub mod text;
pub mod wire;
