//! What is wrong with the parameters of a request, all of it in one sentence.

use crate::error::{Code, Error, Result};
use crate::text::Breach;

/// The faults found in one request.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

/// A parameter, what it was, and the constraint that it breaks.
#[derive(Debug, Eq, PartialEq)]
struct Fault {
    name: String,
    value: Option<String>,
    breach: Breach,
}

/// Whether a service repeats in its answer what was sent: STS does, IAM does not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Echo {
    /// `Value 'a b' at 'userName' failed …`
    Value,
    /// `Value at 'userName' failed …`
    Nothing,
}

impl Faults {
    /// The input, or one error that tells every fault.
    pub fn or_error<T>(self, input: Option<T>, echo: Echo) -> Result<T> {
        match input {
            Some(input) if self.0.is_empty() => Ok(input),
            _ => Err(Error::new(Code::ValidationError, self.sentence(echo))),
        }
    }

    pub(super) fn note(&mut self, name: &str, value: Option<&str>, breach: Breach) {
        let fault = Fault { name: name.to_owned(), value: value.map(shortened), breach };
        // Of two bad members of one list, the list is told once.
        if self.0.last() != Some(&fault) {
            self.0.push(fault);
        }
    }

    fn sentence(&self, echo: Echo) -> String {
        let count = self.0.len();
        let s = if count == 1 { "" } else { "s" };
        let faults: Vec<_> = self.0.iter().map(|fault| fault.sentence(echo)).collect();
        format!("{count} validation error{s} detected: {}", faults.join("; "))
    }
}

impl Fault {
    fn sentence(&self, echo: Echo) -> String {
        let name = as_told(&self.name);
        let value = match (echo, &self.value) {
            (Echo::Nothing, _) => String::new(),
            (Echo::Value, None) => " null".to_owned(),
            (Echo::Value, Some(value)) => format!(" '{value}'"),
        };
        format!("Value{value} at '{name}' failed to satisfy constraint: {}", self.breach)
    }
}

/// As much of a value as an answer repeats.
fn shortened(value: &str) -> String {
    const MOST_ECHOED: usize = 2048;
    value.chars().take(MOST_ECHOED).collect()
}

/// AWS tells of `tags.1.member.key` where the parameter is `Tags.member.1.Key`.
fn as_told(name: &str) -> String {
    let mut parts = name.split('.').map(with_small_first);
    let mut told = parts.next().unwrap_or_default();
    while let Some(part) = parts.next() {
        let index = if part == "member" { parts.next() } else { None };
        for part in index.into_iter().chain([part]) {
            told.push('.');
            told.push_str(&part);
        }
    }
    told
}

fn with_small_first(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_a_member_as_aws_does() {
        assert_eq!(as_told("Tags.member.1.Key"), "tags.1.member.key");
        assert_eq!(as_told("UserName"), "userName");
    }
}
