//! The time as a log has it.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Time;

thread_local! {
    /// The second that was last written, and how: most lines share theirs with others.
    static SECOND: RefCell<(Time, String)> = RefCell::default();
}

/// Appends the time of now, to the microsecond: `2015-08-30T12:36:00.000123Z`.
#[expect(clippy::disallowed_methods, reason = "this is where the world is asked")]
pub fn append_now(out: &mut String) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = Time::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    SECOND.with_borrow_mut(|(last, text)| {
        if *last != second || text.is_empty() {
            (*last, *text) = (second, second.to_string());
        }
        out.push_str(text.strip_suffix('Z').unwrap_or(text));
    });
    // Writing to a string does not fail.
    let _ = write!(out, ".{:06}Z", since.subsec_micros());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_written_to_the_microsecond() {
        let mut lines = [String::new(), String::new()];
        lines.iter_mut().for_each(append_now);
        for line in &lines {
            let (second, rest) = line.split_at(19);
            assert!(Time::from_extended(format!("{second}Z").as_bytes()).is_some(), "{line}");
            let micros = rest.strip_prefix('.').and_then(|rest| rest.strip_suffix('Z')).unwrap();
            assert!(micros.len() == 6 && micros.bytes().all(|b| b.is_ascii_digit()), "{line}");
        }
        assert!(lines.is_sorted());
    }
}
