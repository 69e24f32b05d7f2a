//! Numbers as conditions compare them: decimal, and exact.

/// How many digits behind the point are told apart.
const SCALE: u32 = 18;

/// A decimal number, in billionths of a billionth.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Number(i128);

impl Number {
    /// Reads an integer or a decimal: `-12`, `3.50`. Nothing else is a number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let missing = SCALE.checked_sub(u32::try_from(fraction.len()).ok()?)?;
        let fraction = unsigned(fraction)?.checked_mul(10_i128.checked_pow(missing)?)?;
        let whole = unsigned(whole)?.checked_mul(10_i128.checked_pow(SCALE)?)?;
        let amount = whole.checked_add(fraction)?;
        Some(Self(if is_negative { amount.checked_neg()? } else { amount }))
    }
}

fn unsigned(digits: &str) -> Option<i128> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
