//! Words out of a few.

words!(
    /// Whether a key signs.
    Status {
        /// It does.
        Active,
        /// It does not, until it is made active again.
        Inactive,
        /// It does not any more.
        Expired,
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Breach, Text};

    #[test]
    fn a_word_is_spelt_exactly() {
        assert_eq!(Status::parse("Active"), Ok(Status::Active));
        assert_eq!(Status::parse("active"), Err(vec![Breach::UnknownWord]));
    }
}
