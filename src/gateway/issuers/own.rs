//! The gateway's own keys, for tokens that it issued itself.

use crate::federation::web::{Answer, Keys, Unreachable, Wanted};
use crate::store::Store;

/// Answers for the issuers of a store; any other is nobody.
#[derive(Clone, Debug)]
pub struct Own(Store);

impl Own {
    /// Answers for the issuers of `store`.
    pub fn of(store: Store) -> Self {
        Self(store)
    }
}

impl Keys for Own {
    fn keys(&self, wanted: Wanted) -> Answer<'_> {
        Box::pin(async move {
            let id = self.0.issuer_base().id_in(&wanted.issuer);
            let is_known = match &id {
                Some(id) => self.0.is_issuer(id).await,
                None => Ok(false),
            };
            match is_known {
                Ok(true) => Ok(self.0.own_keys()),
                Ok(false) => Err(Unreachable::Address(wanted.issuer)),
                Err(failure) => Err(Unreachable::Silent(failure.to_string())),
            }
        })
    }
}
