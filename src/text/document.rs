//! Policies as callers write them, and what is said of roles and policies.

text!(
    /// A policy document as a caller writes it, not yet looked into.
    PolicyText, 1..=131_072, r"[\u0009\u000A\u000D\u0020-\u00FF]+",
    |raw| raw.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FF}'))
);

text!(
    /// What a role is for.
    RoleDescription, ..=1000, r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
    |raw| raw.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{A1}'..='\u{FF}'))
);

text!(
    /// What a managed policy is for.
    PolicyDescription, ..=1000
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Breach, Text};

    #[test]
    fn a_document_holds_nothing_but_western_letters_and_white_space() {
        assert!(PolicyText::parse("{\t\r\n\"é\u{FF}\"}").is_ok());
        for bad in ["\u{100}", "\0", "\u{B}"] {
            let pattern = r"[\u0009\u000A\u000D\u0020-\u00FF]+";
            assert_eq!(PolicyText::parse(bad), Err(vec![Breach::OffPattern(pattern)]));
        }
    }

    #[test]
    fn what_a_role_is_for_may_be_left_empty_but_is_printable() {
        assert!(RoleDescription::parse("").is_ok());
        assert!(RoleDescription::parse("a\u{A0}b").is_err());
        assert_eq!(RoleDescription::parse(&"x".repeat(1001)), Err(vec![Breach::TooLong(1000)]));
    }
}
