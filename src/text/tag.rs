//! Tags: labels in any script.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

text!(
    /// The name of a tag. Tags of one user are told apart without regard to case.
    TagKey, 1..=128, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", |raw| raw.chars().all(is_label)
);

text!(
    /// What a tag says.
    TagValue, 0..=256, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", |raw| raw.chars().all(is_label)
);

/// What tags are written in: letters, separators and numbers of any script, and
/// few signs.
fn is_label(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Separator};
    c.is_ascii_alphanumeric()
        || " _.:/=+-@".contains(c)
        || matches!(c.general_category_group(), Letter | Separator | Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn length_is_counted_in_characters_not_in_bytes() {
        assert!(TagKey::parse(&"é".repeat(128)).is_ok());
    }

    #[test]
    fn tags_are_written_in_letters_of_any_script_but_not_in_signs() {
        for good in ["Ümlaut", "日本", "a b", "x:y/z=+-@_.1", "½"] {
            assert!(TagKey::parse(good).is_ok(), "{good}");
        }
        for bad in ["a!", "a*", "😀", "a\tb", "e\u{301}"] {
            assert!(TagKey::parse(bad).is_err(), "{bad}");
        }
    }
}
