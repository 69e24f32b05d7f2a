//! Bytes in answers that are their reader's alone.

use data_encoding::BASE64;

use crate::secret::Secret;
use crate::wire::answer::{Answer, Element};

/// Bytes, written in base 64 (RFC 4648 section 4); they do not print.
#[derive(Clone, Debug)]
pub struct Blob(Secret);

impl Blob {
    /// These bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Secret::new(BASE64.encode(bytes)))
    }
}

impl Element for Blob {
    fn write(&self, name: &str, answer: &mut Answer) {
        self.0.write(name, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::answer::Format;

    #[test]
    fn bytes_are_written_in_base_64_and_do_not_print() {
        let blob = Blob::of(b"\0\xffa");
        let written = Answer::document(Format::Xml, "r", "n", |answer| blob.write("b", answer));
        assert_eq!(written, "<r xmlns=\"n\">\n  <b>AP9h</b>\n</r>\n");
        assert_eq!(format!("{blob:?}"), "Blob(…)");
    }
}
