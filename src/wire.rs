//! The AWS Query protocol: forms come in, XML or JSON goes out.

#[cfg(feature = "server")]
pub mod answer;
#[cfg(feature = "server")]
pub mod blob;
#[cfg(feature = "server")]
pub mod faults;
#[cfg(feature = "server")]
pub mod form;
#[cfg(feature = "server")]
pub mod hidden;
#[cfg(feature = "server")]
pub mod map;
pub mod percent;
#[cfg(feature = "server")]
pub mod refusal;
#[cfg(feature = "server")]
pub mod several;
