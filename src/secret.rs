//! What nobody may read but its owner.

use std::fmt;

use ctutils::CtEq;
use zeroize::Zeroizing;

/// A secret: it prints as `…`, compares in constant time, and is wiped when it
/// goes.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes `secret` in; the caller keeps no copy.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself, to sign with or to show to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it is what somebody shows, who may not know it.
    pub fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).to_bool()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hush".to_owned())), "…");
    }

    #[test]
    fn secrets_are_equal_where_every_byte_is() {
        let secret = |text: &str| Secret::new(text.to_owned());
        assert_eq!(secret("hush"), secret("hush"));
        assert_ne!(secret("hush"), secret("hus"));
        assert_ne!(secret("hush"), secret("husk"));
    }
}
