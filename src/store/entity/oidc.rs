//! OIDC providers: who vouches for people by tokens.

use crate::clock::Time;
use crate::store::entity::{Tags, entity, tagged};
use crate::text::{ClientId, Folded, Issuer, Thumbprint};

/// An OIDC provider whose tokens are taken.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// Its URL without `https://`.
    pub name: Issuer,
    /// To whom its tokens may be given: none twice, in the order in which they came.
    pub clients: Vec<ClientId>,
    /// What is known of its certificates: digests in lower case.
    pub thumbprints: Vec<Thumbprint>,
    /// When it was registered.
    pub created: Time,
    /// The labels.
    pub tags: Tags,
}

entity! {
    OidcProvider: Issuer = "oidc-provider", oidc, Oidc;

    fn place_of(name: &Issuer) -> Folded {
        Folded::exactly(name)
    }
}

tagged!(OidcProvider, Counts);
