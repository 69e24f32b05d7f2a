//! Whom an account belongs to.

use crate::clock::Time;
use crate::store::entity::KeyPair;

/// Whom an account belongs to. Root may do everything in it, and has keys like a
/// user.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// When the account was made.
    pub created: Time,
    /// The keys, oldest first.
    pub keys: Vec<KeyPair>,
}
