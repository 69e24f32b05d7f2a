//! Countersign verifies AWS Signature Version 4, and serves IAM and STS behind it, as
//! far as policies allow.
//!
//! As a program it is a gateway: see the README. As a library it is a verifier and
//! the tower layers around it; with `default-features = false` nothing else is
//! built. The verifier takes one request through AWS's ladder of checks, step by
//! step, and each step can only be taken with what the one before it gave:
//!
//! ```
//! use countersign::clock::{Clock, SystemClock};
//! use countersign::secret::Secret;
//! use countersign::sigv4::{Head, Key, Presented, Refusal, Rules, Verifier};
//! use http::Request;
//!
//! let clock = SystemClock::start();
//! let rules = Rules::rest("orders");
//! let key = Key::new("AKIAEXAMPLEOFACALLER", 1, Secret::new("a secret".to_owned()));
//! let verifier = Verifier::default();
//!
//! let (parts, body) = Request::get("https://orders.example.com/").body("").unwrap().into_parts();
//! let signed_by = Presented::read(Head::of(&parts), &rules, clock.now())
//!     .and_then(|presented| {
//!         let scoped = presented.in_scope(&rules)?;
//!         verifier.verify(&scoped, body.as_bytes(), Some(&key))
//!     });
//! assert_eq!(signed_by, Err(Refusal::Unsigned));
//! ```
//!
//! A server puts [`layer::authenticate`] in front of what it serves instead.
//!
//! Modules stand on floors: each uses only what stands above it here.
//!
//! | modules | what they know |
//! |---|---|
//! | `text` `clock` `secret` | checked words, the time, what does not print |
//! | `arn` `ids` `error` `qr` `totp` | names, new ids, AWS's error codes; one-time codes, and their pictures |
//! | `wire` | forms in, XML or JSON out, percent encoding |
//! | `sigv4` `policy` `federation` | what a signature must be; what policies say; what identity providers vouch for |
//! | `catalog` `request` `doctor` | the policies that AWS manages; requests as text; why a request is refused |
//! | `signing` | signs requests |
//! | `vectors` | test vectors of signers, in every known format |
//! | `store` | what exists, and how it is kept |
//! | `action` `page` | the life of one action; long lists |
//! | `iam` `sts` | the actions themselves |
//! | `layer` | HTTP: tower middleware |
//! | `dispatch` | which action a request asks for, and who may |
//! | `config` `log` `metrics` `operate` `gateway` `command` | the program |

#[cfg(feature = "server")]
pub mod action;
#[cfg(feature = "server")]
pub mod arn;
#[cfg(feature = "server")]
pub mod catalog;
pub mod clock;
#[cfg(feature = "server")]
pub mod command;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod dispatch;
pub mod doctor;
pub mod error;
#[cfg(feature = "server")]
pub mod federation;
#[cfg(feature = "server")]
pub mod gateway;
#[cfg(feature = "server")]
pub mod iam;
#[cfg(feature = "server")]
pub mod ids;
pub mod layer;
#[cfg(feature = "server")]
pub mod log;
#[cfg(feature = "server")]
pub mod metrics;
#[cfg(feature = "server")]
pub mod operate;
#[cfg(feature = "server")]
pub mod page;
#[cfg(feature = "server")]
pub mod policy;
#[cfg(feature = "server")]
pub mod qr;
pub mod request;
pub mod secret;
pub mod signing;
pub mod sigv4;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod sts;
#[cfg(feature = "server")]
pub mod text;
#[cfg(feature = "server")]
pub mod totp;
#[cfg(feature = "server")]
pub mod vectors;
pub mod wire;

/// The README's example is compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
