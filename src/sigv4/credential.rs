//! The credential of a signature: a key, and the scope it signs in.

use std::borrow::Cow;

/// `keyid/date/region/service/aws4_request`, its parts told apart; without a region
/// where the algorithm has none in its scopes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential<'r> {
    text: Cow<'r, str>,
    /// Where its slashes stand. Where there is no region, the one before it is the
    /// one behind it.
    slashes: [usize; 4],
}

/// The last part of every scope.
pub(super) const TERMINATOR: &str = "aws4_request";

impl<'r> Credential<'r> {
    /// Reads a credential that has exactly five parts, or four without a region,
    /// whatever they are.
    pub(super) fn parse(text: Cow<'r, str>, has_region: bool) -> Result<Self, Cow<'r, str>> {
        let bytes = text.bytes().enumerate();
        let mut slashes = bytes.filter(|(_, byte)| *byte == b'/').map(|(at, _)| at);
        let (date, region) = (slashes.next(), slashes.next());
        let service = if has_region { slashes.next() } else { region };
        let four = [date, region, service, slashes.next()];
        match (four, slashes.next()) {
            ([Some(a), Some(b), Some(c), Some(d)], None) => {
                Ok(Self { text, slashes: [a, b, c, d] })
            }
            _ => Err(text),
        }
    }

    /// The same, of its own.
    pub(super) fn into_owned(self) -> Credential<'static> {
        Credential { text: Cow::Owned(self.text.into_owned()), slashes: self.slashes }
    }

    /// The whole of it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Who signs.
    pub fn key_id(&self) -> &str {
        let [end, ..] = self.slashes;
        self.text.get(..end).unwrap_or_default()
    }

    /// All but the key's id, as it stands in the string to sign.
    pub fn scope(&self) -> &str {
        let [key_id, ..] = self.slashes;
        self.after(key_id, self.text.len())
    }

    /// The day that the key is made for: `yyyymmdd`.
    pub fn date(&self) -> &str {
        let [start, end, ..] = self.slashes;
        self.after(start, end)
    }

    /// The region that the key is made for, if it is made for one.
    pub fn region(&self) -> Option<&str> {
        let [_, start, end, _] = self.slashes;
        (start < end).then(|| self.after(start, end))
    }

    /// The service that the key is made for.
    pub fn service(&self) -> &str {
        let [.., start, end] = self.slashes;
        self.after(start, end)
    }

    /// What should be `aws4_request`.
    pub fn terminator(&self) -> &str {
        let [.., start] = self.slashes;
        self.after(start, self.text.len())
    }

    /// What one and the same key is made for: all of this, or whatever its owner
    /// signs, where no region is named.
    pub(super) fn key_made_for(&self) -> &str {
        if self.region().is_some() { self.as_str() } else { self.key_id() }
    }

    fn after(&self, slash: usize, end: usize) -> &str {
        self.text.get(slash.saturating_add(1)..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_has_five_parts() {
        let credential =
            Credential::parse("AKIA/20150830/us-east-1/iam/aws4_request".into(), true).unwrap();
        assert_eq!(credential.key_id(), "AKIA");
        assert_eq!(credential.date(), "20150830");
        assert_eq!(credential.region(), Some("us-east-1"));
        assert_eq!(credential.service(), "iam");
        assert_eq!(credential.terminator(), "aws4_request");
        assert_eq!(credential.scope(), "20150830/us-east-1/iam/aws4_request");
        for text in ["", "a/b/c/d", "a/b/c/d/e/f"] {
            assert!(Credential::parse(text.into(), true).is_err(), "{text}");
        }
        assert_eq!(Credential::parse("////".into(), true).unwrap().region(), Some(""));
    }

    #[test]
    fn a_credential_without_a_region_has_four_parts() {
        let credential = Credential::parse("AKIA/20150830/iam/aws4_request".into(), false).unwrap();
        assert_eq!(credential.key_id(), "AKIA");
        assert_eq!(credential.date(), "20150830");
        assert_eq!(credential.region(), None);
        assert_eq!(credential.service(), "iam");
        assert_eq!(credential.terminator(), "aws4_request");
        assert_eq!(credential.scope(), "20150830/iam/aws4_request");
        for text in ["", "a/b/c", "a/b/c/d/e"] {
            assert!(Credential::parse(text.into(), false).is_err(), "{text}");
        }
        assert_eq!(Credential::parse("///".into(), false).unwrap().region(), None);
    }
}
