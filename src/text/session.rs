//! What is said of temporary credentials.

use super::is_word;

text!(
    /// An ARN as a caller of STS writes it, not yet looked into.
    StsArn, 20..=2048,
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
    |raw| raw.chars().all(is_printable)
);

text!(
    /// What a session of a role is called by whoever assumes it.
    SessionName, 2..=64, r"[\w+=,.@-]*", is_session_word
);

text!(
    /// What somebody is called for whom a user makes credentials.
    FederatedName, 2..=32, r"[\w+=,.@-]*", is_session_word
);

text!(
    /// Who stands behind a session, and behind all that are made with it.
    SourceIdentity, 2..=64, r"[\w+=,.@-]*", is_session_word
);

text!(
    /// What a role's owner and somebody of another account have agreed upon.
    ExternalId, 2..=1224, r"[\w+=,.@:\/-]*",
    |raw| raw.chars().all(|c| is_word(c) || "+=,.@:/-".contains(c))
);

text!(
    /// An MFA device, as STS reads it.
    AskedSerial, 9..=256, r"[\w+=/:,.@-]*",
    |raw| raw.chars().all(|c| is_word(c) || "+=/:,.@-".contains(c))
);

text!(
    /// What an MFA device shows.
    TokenCode, 6..=6, r"[\d]*", |raw| raw.bytes().all(|b| b.is_ascii_digit())
);

text!(
    /// A policy that a session is limited by.
    SessionPolicyText, 1..=2048, r"[\u0009\u000A\u000D\u0020-\u00FF]+", is_policy
);

text!(
    /// A policy that a session of a role is limited by: as long as it can be packed.
    LongSessionPolicyText, 1.., r"[\u0009\u000A\u000D\u0020-\u00FF]+", is_policy
);

text!(
    /// What a provider of contexts asserts.
    ContextAssertion, 4..=2048
);

text!(
    /// What another account hands on.
    TradeInToken, ..
);

text!(
    /// Who gave an access token: `www.amazon.com`.
    ProviderId, 4..=2048
);

text!(
    /// What an identity provider says of somebody, signed.
    WebToken, 4..=20_000
);

text!(
    /// The same as an assertion of SAML.
    SamlAssertion, 4..=100_000
);

text!(
    /// The root of a member account, or the account itself.
    TargetPrincipal, 12..=2048
);

text!(
    /// What a refusal was explained in, for those who may read it.
    EncodedMessage, 1..=10_240
);

number!(
    /// For how many seconds a role is assumed: an hour where nothing is said.
    RoleDuration(u32 as i64), 900..=43200, 3600
);

number!(
    /// For how many seconds a user's session lasts: twelve hours where nothing is said.
    SessionDuration(u32 as i64), 900..=129_600, 43200
);

number!(
    /// For how many seconds an account's root is assumed: a quarter of an hour at most.
    RootDuration(u32 as i64), 0..=900, 900
);

number!(
    /// How many characters a session token has at least.
    TokenSize(u32 as u32), 0..=4096, 0
);

/// What XML allows in text, but for the control characters.
fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
}

fn is_session_word(raw: &str) -> bool {
    raw.chars().all(|c| is_word(c) || "+=,.@-".contains(c))
}

fn is_policy(raw: &str) -> bool {
    !raw.is_empty() && raw.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FF}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Breach, Text};

    #[test]
    fn a_session_is_called_by_two_letters_at_least() {
        assert!(SessionName::parse("ab").is_ok());
        assert_eq!(SessionName::parse("a"), Err(vec![Breach::TooShort(2)]));
        assert_eq!(SessionName::parse("Session1:2"), Err(vec![Breach::OffPattern(r"[\w+=,.@-]*")]));
    }

    #[test]
    fn a_policy_of_a_role_may_be_longer_than_one_of_a_user() {
        assert!(LongSessionPolicyText::parse(&"x".repeat(2049)).is_ok());
        assert_eq!(SessionPolicyText::parse(&"x".repeat(2049)), Err(vec![Breach::TooLong(2048)]));
    }

    #[test]
    fn durations_have_the_bounds_of_their_operations() {
        assert_eq!(RoleDuration::default().get(), 3600);
        assert_eq!(RoleDuration::parse("899"), Err(vec![Breach::TooSmall(900)]));
        assert_eq!(RoleDuration::parse("43201"), Err(vec![Breach::TooLarge(43200)]));
        assert_eq!(SessionDuration::parse("129601"), Err(vec![Breach::TooLarge(129_600)]));
        assert_eq!(RootDuration::parse("901"), Err(vec![Breach::TooLarge(900)]));
    }
}
