//! Verifies AWS Signature Version 4, and serves IAM and STS behind it.

#[cfg(feature = "server")]
pub mod action;
#[cfg(feature = "server")]
pub mod arn;
pub mod clock;
pub mod error;
#[cfg(feature = "server")]
pub mod iam;
#[cfg(feature = "server")]
pub mod ids;
#[cfg(feature = "server")]
pub mod page;
pub mod secret;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod sts;
#[cfg(feature = "server")]
pub mod text;
pub mod wire;
