//! The time as it is written again and again: once a second, and not once a use.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Time;

/// What was made of the moment that was asked for last; one for each thread.
#[derive(Debug)]
pub struct Latest<T>(RefCell<Option<(Time, T)>>);

impl<T> Latest<T> {
    /// One of which nothing was asked yet.
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Passes to `take` what `make` makes of `time`, or made of it before.
    pub fn with<R>(
        &self,
        time: Time,
        make: impl FnOnce(Time) -> T,
        take: impl FnOnce(&T) -> R,
    ) -> R {
        let mut latest = self.0.borrow_mut();
        let known = latest.take().filter(|(last, _)| *last == time);
        let (_, latest) = latest.insert(known.unwrap_or_else(|| (time, make(time))));
        take(latest)
    }
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self::new()
    }
}

thread_local! {
    static SECOND: Latest<String> = const { Latest::new() };
}

/// Appends the time of now, to the microsecond: `2015-08-30T12:36:00.000123Z`.
#[expect(clippy::disallowed_methods, reason = "this is where the world is asked")]
pub fn append_now(out: &mut String) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let second = Time::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    let append = |text: &String| out.push_str(text.strip_suffix('Z').unwrap_or(text));
    SECOND.with(|latest| latest.with(second, |second| second.to_string(), append));
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
