//! Time-based one-time codes (RFC 6238): six digits that change every thirty seconds,
//! made with HMAC-SHA-1 (RFC 4226).

use std::fmt;

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use data_encoding::BASE32;
use zeroize::Zeroizing;

use crate::clock::Time;
use crate::secret::Secret;

/// For how many seconds a code stands.
const STEP: i64 = 30;

/// How many digits a code has.
const DIGITS: usize = 6;

/// One more than the greatest code.
const CODES: u32 = 1_000_000;

/// Which code is the one of the moment: steps since the beginning of 1970.
pub const fn counter_at(time: Time) -> i64 {
    time.unix().div_euclid(STEP)
}

/// Makes the codes of one seed.
pub struct Generator(Key);

/// Two codes, one behind the other, as they are asked for to find out how a device's
/// clock goes.
#[derive(Clone, Copy)]
pub struct Pair<'c> {
    /// The earlier one.
    pub first: &'c str,
    /// The one behind it.
    pub second: &'c str,
}

impl Generator {
    /// What makes the codes of a seed that is written in base 32 (RFC 4648 section 6).
    pub fn of(seed: &Secret) -> Option<Self> {
        let seed = Zeroizing::new(BASE32.decode(seed.expose().as_bytes()).ok()?);
        Some(Self(Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, &seed)))
    }

    /// The code of a step, as it is shown.
    pub fn code(&self, counter: i64) -> Secret {
        let number = self.number(counter).unwrap_or_default();
        Secret::new(format!("{number:0DIGITS$}"))
    }

    /// The first of `counters` whose code it is.
    pub fn find(&self, code: &str, counters: impl IntoIterator<Item = i64>) -> Option<i64> {
        let number = digits(code)?;
        counters.into_iter().find(|counter| self.number(*counter) == Some(number))
    }

    /// The first of `counters` whose code is the pair's second, where the code before it
    /// is the first.
    pub fn find_pair(
        &self,
        pair: Pair<'_>,
        counters: impl IntoIterator<Item = i64>,
    ) -> Option<i64> {
        let (first, second) = (digits(pair.first)?, digits(pair.second)?);
        counters.into_iter().find(|counter| {
            self.number(*counter) == Some(second)
                && self.number(counter.saturating_sub(1)) == Some(first)
        })
    }

    /// RFC 4226 section 5.3; numbers, unlike texts, are compared in constant time.
    fn number(&self, counter: i64) -> Option<u32> {
        let tag = sign(&self.0, &counter.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last()? & 0xF);
        let four = tag.get(offset..)?.first_chunk()?;
        Some((u32::from_be_bytes(*four) & 0x7FFF_FFFF) % CODES)
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generator(…)")
    }
}

impl fmt::Debug for Pair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair(…)")
    }
}

/// Six digits, no more and no fewer.
fn digits(code: &str) -> Option<u32> {
    let is_code = code.len() == DIGITS && code.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| code.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seed of the RFCs' vectors: `12345678901234567890`.
    fn generator() -> Generator {
        Generator::of(&Secret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned())).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        // The vectors have eight digits; six are the last of them.
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let code = generator().code(counter_at(Time::from_unix(seconds)));
            assert_eq!(Some(code.expose()), eight.get(2..), "{seconds}");
        }
    }

    #[test]
    fn codes_are_those_of_rfc_4226_appendix_d() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, code) in (0..).zip(codes) {
            assert_eq!(generator().code(counter).expose(), code);
            assert_eq!(generator().find(code, 0..10), Some(counter));
        }
    }

    #[test]
    fn a_pair_is_found_in_its_order_alone() {
        let found = |first, second| generator().find_pair(Pair { first, second }, 0..10);
        assert_eq!(found("755224", "287082"), Some(1));
        assert_eq!(found("287082", "755224"), None);
        assert_eq!(found("287082", "287082"), None);
        assert_eq!(found("755224", "359152"), None);
    }

    #[test]
    fn a_code_is_six_digits() {
        for text in ["", "75522", "7552240", "75522a", "+55224", " 55224", "７55224"] {
            assert_eq!(generator().find(text, 0..1), None, "{text}");
        }
    }

    #[test]
    fn a_seed_is_base_32() {
        assert!(Generator::of(&Secret::new("not a seed".to_owned())).is_none());
    }

    #[test]
    fn neither_seeds_nor_codes_print() {
        assert_eq!(format!("{:?}", generator()), "Generator(…)");
        assert_eq!(format!("{:?}", Pair { first: "755224", second: "287082" }), "Pair(…)");
    }
}
