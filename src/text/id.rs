//! Numbers of accounts, and ids that stay where names change.

use super::is_word;

text!(
    /// The number of an account.
    AccountId, 12..=12, r"\d{12}", |raw| raw.bytes().all(|b| b.is_ascii_digit())
);

text!(
    /// What an access key is called: `AKIA…` a user's or root's, `ASIA…` a session's.
    AccessKeyId, 16..=128, r"[\w]+", |raw| raw.chars().all(is_word)
);

text!(
    /// What an access key is called, as STS reads it.
    AskedKeyId, 16..=128, r"[\w]*", |raw| raw.chars().all(is_word)
);

text!(
    /// What an entity is called where its name may change: `AIDA…` a user, `AGPA…` a
    /// group, `AROA…` a role, `ANPA…` a managed policy, `AIPA…` an instance profile.
    EntityId, 16..=128, r"[\w]+", |raw| raw.chars().all(is_word)
);

text!(
    /// A version of a managed policy: `v1`.
    VersionId, .., r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", is_version
);

text!(
    /// What the removal of a service-linked role is called.
    DeletionTaskId, 1..=1000
);

impl AccountId {
    /// A number that no account has which we give one.
    pub fn nobodys() -> Self {
        Self("000000000000".to_owned())
    }
}

impl From<AskedKeyId> for AccessKeyId {
    fn from(id: AskedKeyId) -> Self {
        Self(id.0)
    }
}

impl VersionId {
    /// The version of that number.
    pub fn of(number: u32) -> Self {
        Self(format!("v{number}"))
    }

    /// Its number; none where it is not a version that we give.
    pub fn number(&self) -> Option<u32> {
        self.0.strip_prefix('v')?.parse().ok()
    }
}

fn is_version(raw: &str) -> bool {
    let Some(rest) = raw.strip_prefix('v') else { return false };
    let (number, more) = rest.split_once('.').unwrap_or((rest, ""));
    number.starts_with(|c: char| matches!(c, '1'..='9'))
        && number.bytes().all(|b| b.is_ascii_digit())
        && more.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn a_version_is_a_number_that_begins_with_no_zero() {
        for (good, number) in [("v1", Some(1)), ("v10", Some(10)), ("v1.", None), ("v2.a-b", None)]
        {
            assert_eq!(VersionId::parse(good).map(|v| v.number()), Ok(number), "{good}");
        }
        for bad in ["", "v", "v0", "v01", "1", "V1", "v1.a.b", "v1a"] {
            assert!(VersionId::parse(bad).is_err(), "{bad}");
        }
    }
}
