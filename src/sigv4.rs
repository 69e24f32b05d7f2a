//! Verifies Signature Version 4, and 4A where it is taken: a request and a key in, a [`Signer`] or a
//! [`Refusal`] out. Pure: it waits for nothing and asks the world for nothing.
//!
//! A verification has three steps, and the types keep their order:
//!
//! ```
//! use countersign::clock::Time;
//! use countersign::secret::Secret;
//! use countersign::sigv4::{Head, Key, Presented, Refusal, Rules, Signer, Verifier};
//! use http::request::Parts;
//!
//! fn who(parts: &Parts, body: &[u8], verifier: &Verifier, now: Time) -> Result<Signer, Refusal> {
//!     let rules = Rules::query("iam");
//!     let presented = Presented::read(Head::of(parts), &rules, now)?; // needs no body
//!     let scoped = presented.in_scope(&rules)?; // nor a key
//!     let key = Key::new(presented.key_id(), 1, Secret::new("looked up".to_owned()));
//!     verifier.verify(&scoped, body, Some(&key))
//! }
//! ```

mod authorization;
mod cache;
mod canonical;
mod claims;
mod credential;
mod front;
mod head;
mod header;
mod key;
mod noted;
mod path;
mod presented;
mod presigned;
#[cfg(feature = "sigv4a")]
mod private_key;
#[cfg(feature = "sigv4a")]
mod public_key;
mod query;
mod reason;
mod refusal;
mod region;
mod region_set;
mod required;
mod rules;
mod sentence;
mod stamp;
mod verifier;
mod verifying;
mod window;

pub(crate) use canonical::hex_digest;
pub use canonical::{Parts, PayloadLine, Reading};
pub use claims::{Algorithm, Form};
pub use credential::Credential;
pub use head::{Head, RawHeader};
pub use header::{Folding, SignedHeaders};
pub use key::{Key, Session, SigningKey};
pub use presented::{Presented, Scoped};
#[cfg(feature = "sigv4a")]
pub use private_key::PrivateKey;
#[cfg(feature = "sigv4a")]
pub use public_key::{EcdsaSignature, PublicKey};
pub use query::Query;
pub use refusal::{Bound, Cause, Echo, Lacking, Misscoped, Refusal, Skew};
pub use region::{REGIONS, is_known as is_known_region};
pub use rules::{Paths, Payload, Rules};
pub use stamp::Stamp;
pub use verifier::{Signer, Verifier};
pub use verifying::Signature;
pub(crate) use verifying::VerifyingKey;
