//! Writes results as AWS clients read them: XML, or JSON where it is asked for.
//!
//! Layout is AWS's, byte for byte: XML is indented by two spaces and ends in a
//! newline; JSON has no white space, and times are numbers in it.

use std::sync::Arc;

use quick_xml::escape::partial_escape;

use crate::arn::Arn;
use crate::clock::Time;
use crate::secret::Secret;
use crate::text::Text;

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// What AWS's Query protocol answers.
    #[default]
    Xml,
    /// What it answers to `Accept: application/json`.
    Json,
}

impl Format {
    /// The media type of an answer.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "text/xml",
            Self::Json => "application/json",
        }
    }
}

/// A document in the making. Text is escaped on its way in, and an element ends
/// where the closure that fills it ends, so the document is always well formed.
#[derive(Debug)]
pub struct Answer {
    out: String,
    format: Format,
    depth: usize,
    /// In JSON: what is written next has nothing before it in its object or list.
    is_first: bool,
}

impl Answer {
    /// The whole document: one root element. `namespace` stands only in XML.
    pub fn document(
        format: Format,
        root: &str,
        namespace: &str,
        fill: impl FnOnce(&mut Self),
    ) -> String {
        let mut answer = Self { out: String::with_capacity(512), format, depth: 0, is_first: true };
        match format {
            Format::Xml => {
                answer.push(&["<", root, " xmlns=\"", namespace, "\">\n"]);
                answer.inside(fill);
                answer.push(&["</", root, ">\n"]);
            }
            Format::Json => {
                answer.out.push('{');
                answer.object(root, fill);
                answer.out.push('}');
            }
        }
        answer.out
    }

    /// Something with fields.
    pub fn object(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        match self.format {
            Format::Xml => {
                self.indent();
                self.push(&["<", name, ">\n"]);
                self.inside(fill);
                self.indent();
                self.push(&["</", name, ">\n"]);
            }
            Format::Json => {
                self.key(name);
                self.bracketed(['{', '}'], fill);
            }
        }
    }

    /// Several of a kind.
    pub fn list<T: Element>(&mut self, name: &str, items: &[T]) {
        let fill = |answer: &mut Self| items.iter().for_each(|item| item.write("member", answer));
        match self.format {
            Format::Xml if items.is_empty() => {
                self.indent();
                self.push(&["<", name, "/>\n"]);
            }
            Format::Xml => self.object(name, fill),
            Format::Json => {
                self.key(name);
                self.bracketed(['[', ']'], fill);
            }
        }
    }

    /// A value of a map, by its name.
    pub fn entry(&mut self, key: &str, value: &impl Element) {
        match self.format {
            Format::Xml => self.object("entry", |entry| {
                entry.text("key", key);
                value.write("value", entry);
            }),
            Format::Json => value.write(key, self),
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str, text: &str) {
        match self.format {
            Format::Xml => self.leaf(name, text),
            Format::Json => {
                self.key(name);
                self.quoted(text);
            }
        }
    }

    /// A number or truth value, which JSON does not quote.
    pub fn bare(&mut self, name: &str, value: &str) {
        match self.format {
            Format::Xml => self.leaf(name, value),
            Format::Json => {
                self.key(name);
                self.out.push_str(value);
            }
        }
    }

    fn inside(&mut self, fill: impl FnOnce(&mut Self)) {
        self.depth = self.depth.saturating_add(1);
        fill(self);
        self.depth = self.depth.saturating_sub(1);
    }

    fn bracketed(&mut self, [open, close]: [char; 2], fill: impl FnOnce(&mut Self)) {
        self.out.push(open);
        self.is_first = true;
        fill(self);
        self.out.push(close);
        self.is_first = false;
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.indent();
        self.push(&["<", name, ">"]);
        if text.bytes().all(stands_for_itself) {
            self.out.push_str(text);
        } else {
            self.escaped(text);
        }
        self.push(&["</", name, ">\n"]);
    }

    fn escaped(&mut self, text: &str) {
        for (place, part) in text.split(|c| !is_plain(c)).enumerate() {
            if place > 0 {
                self.out.push('\u{FFFD}');
            }
            self.out.push_str(&partial_escape(part));
        }
    }

    fn key(&mut self, name: &str) {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        if name != "member" {
            self.quoted(name);
            self.out.push(':');
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push_str(&serde_json::Value::from(text).to_string());
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn push(&mut self, parts: &[&str]) {
        self.out.extend(parts.iter().copied());
    }
}

/// Whether a byte needs no second look: most of what is answered is made of these.
fn stands_for_itself(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>')
}

/// Whether XML has a way to write `c`: it has none for most controls (XML 1.0,
/// section 2.2).
fn is_plain(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

/// What an element is made of, for the tests that hold it against AWS's model.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Nothing: no element.
    Empty,
    /// One value.
    Value,
    /// Several of a kind.
    List(&'static Self),
    /// Values by their names.
    Map(&'static Self),
    /// Named elements, in this order.
    Fields(&'static [(&'static str, &'static Self)]),
}

/// What can stand as a named element.
pub trait Element {
    /// What it is made of.
    const SHAPE: Shape = Shape::Value;

    /// Writes itself under `name`; a value that is not there writes nothing.
    fn write(&self, name: &str, answer: &mut Answer);
}

impl<T: Text> Element for T {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(name, &self.text());
    }
}

impl Element for Arc<str> {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(name, self);
    }
}

impl Element for Arn {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(name, self.as_str());
    }
}

impl Element for Secret {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(name, self.expose());
    }
}

impl Element for String {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(name, self);
    }
}

impl Element for Time {
    fn write(&self, name: &str, answer: &mut Answer) {
        match answer.format {
            Format::Xml => answer.text(name, &self.to_string()),
            Format::Json => answer.bare(name, &self.unix().to_string()),
        }
    }
}

impl Element for usize {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.bare(name, &self.to_string());
    }
}

impl Element for bool {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.bare(name, if *self { "true" } else { "false" });
    }
}

/// The answer of the many actions that answer nothing.
impl Element for () {
    const SHAPE: Shape = Shape::Empty;

    fn write(&self, _: &str, _: &mut Answer) {}
}

impl<T: Element> Element for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    fn write(&self, name: &str, answer: &mut Answer) {
        if let Some(value) = self {
            value.write(name, answer);
        }
    }
}

impl<T: Element> Element for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);

    fn write(&self, name: &str, answer: &mut Answer) {
        answer.list(name, self);
    }
}

/// Declares what an action answers: the struct, and the element that each
/// field becomes, in this order.
macro_rules! output {
    ($(#[$doc:meta])* $visible:vis struct $name:ident {
        $($(#[$note:meta])* $field:ident: $type:ty = $wire:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        $visible struct $name { $($(#[$note])* $field: $type,)* }

        impl $crate::wire::answer::Element for $name {
            const SHAPE: $crate::wire::answer::Shape = $crate::wire::answer::Shape::Fields(&[
                $(($wire, &<$type as $crate::wire::answer::Element>::SHAPE),)*
            ]);

            fn write(&self, name: &str, answer: &mut $crate::wire::answer::Answer) {
                answer.object(name, |answer| {
                    let _ = &answer; // unused where there is no field
                    $($crate::wire::answer::Element::write(&self.$field, $wire, answer);)*
                });
            }
        }
    };
}
pub(crate) use output;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_caller_wrote_opens_no_element() {
        assert_eq!(
            written("</a><b>&"),
            "<r xmlns=\"n\">\n  <a>&lt;/a&gt;&lt;b&gt;&amp;</a>\n</r>\n"
        );
    }

    #[test]
    fn what_xml_cannot_write_is_replaced() {
        let document = written("1\u{0}2\n3\r");
        assert_eq!(document, "<r xmlns=\"n\">\n  <a>1\u{FFFD}2\n3&#13;</a>\n</r>\n");
    }

    #[test]
    fn json_has_lists_numbers_and_truth() {
        let document = Answer::document(Format::Json, "r", "n", |answer| {
            vec![Time::from_unix(1), Time::from_unix(2)].write("times", answer);
            Vec::<String>::new().write("none", answer);
            answer.object("o", |answer| true.write("yes", answer));
            Some("é\"".to_owned()).write("t", answer);
            None::<String>.write("absent", answer);
        });
        let expected = r#"{"r":{"times":[1,2],"none":[],"o":{"yes":true},"t":"é\""}}"#;
        assert_eq!(document, expected);
    }

    fn written(text: &str) -> String {
        Answer::document(Format::Xml, "r", "n", |answer| answer.text("a", text))
    }
}
