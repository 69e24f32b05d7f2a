//! Policy documents on their way in and out.

use crate::error::{Code, Error, Result};
use crate::policy::{Policy, Purpose};
use crate::text::PolicyText;
use crate::wire::answer::{Answer, Element};
use crate::wire::percent::encode_into;

/// A document as answers carry it: percent-encoded (RFC 3986), so that no client
/// takes its signs for markup.
#[derive(Clone, Debug)]
pub(super) struct Encoded(String);

impl Encoded {
    /// The document that `text` is.
    pub(super) fn of(text: &str) -> Self {
        let mut encoded = Vec::with_capacity(text.len().saturating_mul(2));
        encode_into(&mut encoded, text.as_bytes());
        Self(String::from_utf8(encoded).unwrap_or_default())
    }
}

impl Element for Encoded {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(name, &self.0);
    }
}

/// The policy that a caller sends, or what is wrong with it in AWS's words.
pub(super) fn read(text: &PolicyText, purpose: Purpose) -> Result<Policy> {
    Policy::read(text.as_str(), purpose)
        .map_err(|malformed| Error::new(Code::MalformedPolicyDocument, malformed.to_string()))
}
