//! How lists are asked for, a page at a time.

text!(
    /// Where a list goes on; opaque to callers.
    MarkerText, 1..=320, r"[\u0020-\u00FF]+", |raw| raw.chars().all(|c| (' '..='\u{FF}').contains(&c))
);

number!(
    /// How many answers a list gives at a time: 1 to 1000, 100 where nothing is said.
    MaxItems(u16 as usize), 1..=1000, 100
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Breach, Text};

    #[test]
    fn a_list_may_be_asked_for_one_to_a_thousand_at_a_time() {
        assert_eq!(MaxItems::parse("1000").map(MaxItems::get), Ok(1000));
        assert_eq!(MaxItems::parse("1001"), Err(vec![Breach::TooLarge(1000)]));
        for small in ["0", "-1", "x", ""] {
            assert_eq!(MaxItems::parse(small), Err(vec![Breach::TooSmall(1)]), "{small}");
        }
    }
}
