//! Verifies AWS Signature Version 4, and serves IAM and STS behind it.

#[cfg(feature = "server")]
pub mod arn;
pub mod clock;
#[cfg(feature = "server")]
pub mod command;
#[cfg(feature = "server")]
pub mod config;
pub mod error;
#[cfg(feature = "server")]
pub mod gateway;
#[cfg(feature = "server")]
pub mod ids;
pub mod layer;
#[cfg(feature = "server")]
pub mod log;
#[cfg(feature = "server")]
pub mod metrics;
#[cfg(feature = "server")]
pub mod operate;
pub mod secret;
#[cfg(feature = "server")]
pub mod text;
pub mod wire;
