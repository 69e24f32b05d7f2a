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
    /// What a user is called where its name may change: `AIDA…`.
    UserId, 16..=128, r"[\w]+", |raw| raw.chars().all(is_word)
);

impl From<AskedKeyId> for AccessKeyId {
    fn from(id: AskedKeyId) -> Self {
        Self(id.0)
    }
}
