//! SAML providers: who vouches for people by assertions.

use std::sync::Arc;

use crate::clock::Time;
use crate::federation::metadata::{Metadata, Unreadable};
use crate::secret::Secret;
use crate::store::entity::{Tags, entity, tagged};
use crate::text::{EncryptionMode, SamlId, SamlProviderName};

/// A SAML provider whose assertions are taken.
#[derive(Clone, Debug)]
pub struct SamlProvider {
    /// The name, in the case in which it was given.
    pub name: SamlProviderName,
    /// What no other provider has, not even one of the same name.
    pub id: SamlId,
    /// What it says of itself, as it was sent.
    pub document: Arc<str>,
    /// When what it says stops to hold.
    pub valid_until: Time,
    /// Whether its assertions come encrypted.
    pub encryption: EncryptionMode,
    /// What opens encrypted assertions, oldest first.
    pub keys: Vec<PrivateKey>,
    /// When it was registered.
    pub created: Time,
    /// The labels.
    pub tags: Tags,
}

/// What opens encrypted assertions.
#[derive(Clone, Debug)]
pub struct PrivateKey {
    /// What it is called.
    pub id: SamlId,
    /// The key itself, in PEM.
    pub pem: Secret,
    /// When it came.
    pub created: Time,
}

impl SamlProvider {
    /// What it says of itself. It was read once before it was kept; a later version of
    /// ours may read it more strictly.
    pub fn metadata(&self) -> Result<Metadata, Unreadable> {
        Metadata::read(&self.document)
    }
}

entity! {
    SamlProvider: SamlProviderName = "saml-provider", saml, Saml;
}

tagged!(SamlProvider, Counts);
