//! Where the keys of providers come from, as seen by who needs them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use thiserror::Error as Failure;

use crate::error::{Code, Error};
use crate::federation::web::{KeySet, NotKeys};

/// What AWS says where it has no key to verify a token by, two spaces and all.
pub(super) const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  \
     please reference AssumeRoleWithWebIdentity documentation for requirements";

/// Whose keys are wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// The issuer's URL, with `https://`.
    pub issuer: String,
    /// The key that the token names: keys without it may be out of date.
    pub key_id: Option<String>,
    /// SHA-1 digests in hexadecimal of certificates that the account trusts to sign
    /// the provider's, where nobody else does.
    pub thumbprints: Vec<String>,
}

/// Keys, when they are there.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Arc<KeySet>, Unreachable>> + Send + 'a>>;

/// Where the keys of providers come from.
pub trait Keys: fmt::Debug + Send + Sync + 'static {
    /// The keys of an issuer, the newest where its last ones lack the key that is
    /// named. That one is there is not said: [`super::Claimed::verify`] finds out.
    fn keys(&self, wanted: Wanted) -> Answer<'_>;
}

/// Why there are no keys.
#[derive(Clone, Debug, Eq, Failure, PartialEq)]
pub enum Unreachable {
    /// An address that nobody is asked at: only `https://` is spoken.
    #[error("{0} is not an address that is asked")]
    Address(String),
    /// Nobody answers there.
    #[error("cannot be reached: {0}")]
    Silent(String),
    /// It took too long.
    #[error("it did not answer in time")]
    Slow,
    /// Nobody who is trusted signed the server's certificate.
    #[error("its certificate is signed by nobody who is trusted, and by none of the thumbprints")]
    Untrusted,
    /// The answer is not "here it is".
    #[error("it answered {0}")]
    Status(u16),
    /// The answer is too large, or breaks off.
    #[error("its answer is too large, or breaks off")]
    Unreadable,
    /// The discovery document is none, or another issuer's.
    #[error("its discovery document is not one: {0}")]
    Discovery(&'static str),
    /// The keys are none.
    #[error("its keys are not keys: {0}")]
    Keys(#[from] NotKeys),
}

/// What a caller is told, who need not know of the network what the log knows. AWS
/// says it with these two sentences of its own code for tokens.
impl From<Unreachable> for Error {
    fn from(unreachable: Unreachable) -> Self {
        let sentence = if unreachable == Unreachable::Untrusted {
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
        } else {
            NO_KEY
        };
        Self::new(Code::InvalidIdentityToken, sentence)
    }
}
