//! An event as one line: text for people, or JSON for machines.

use std::fmt::{self, Write};

use tracing::Event;
use tracing::field::{Field, Visit};

use crate::clock;
use crate::config::LogFormat;

/// Appends `event` to `out`. Whatever is in it, it stays one line.
pub(super) fn append(out: &mut String, format: LogFormat, event: &Event<'_>) {
    let (level, target) = (event.metadata().level().as_str(), event.metadata().target());
    match format {
        LogFormat::Text => {
            clock::append_now(out);
            out.push_str(if level.len() < 5 { "  " } else { " " });
            push(out, &[level, " ", target]);
        }
        LogFormat::Json => {
            out.push_str("{\"time\":\"");
            clock::append_now(out);
            push(out, &["\",\"level\":\"", level, "\",\"target\":\"", target, "\""]);
        }
    }
    event.record(&mut Fields { format, out });
    out.push_str(match format {
        LogFormat::Text => "\n",
        LogFormat::Json => "}\n",
    });
}

/// Writes the fields of an event.
struct Fields<'a> {
    format: LogFormat,
    out: &'a mut String,
}

impl Fields<'_> {
    fn word(&mut self, field: &Field, word: &str) {
        match (self.format, field.name()) {
            (LogFormat::Text, "message") => self.in_line(word),
            (LogFormat::Text, name) if is_plain(word) => push(self.out, &[" ", name, "=", word]),
            (LogFormat::Text, name) => {
                push(self.out, &[" ", name, "="]);
                self.written(format_args!("{word:?}"));
            }
            (LogFormat::Json, name) if is_plain(word) && !word.contains('\\') => {
                push(self.out, &[",\"", name, "\":\"", word, "\""]);
            }
            (LogFormat::Json, name) => {
                push(self.out, &[",\"", name, "\":"]);
                self.written(format_args!("{}", serde_json::Value::from(word)));
            }
        }
    }

    fn bare(&mut self, field: &Field, value: impl fmt::Display) {
        match self.format {
            LogFormat::Text => push(self.out, &[" ", field.name(), "="]),
            LogFormat::Json => push(self.out, &[",\"", field.name(), "\":"]),
        }
        self.written(format_args!("{value}"));
    }

    /// Writes characters so that none can end the line, nor move the cursor.
    fn in_line(&mut self, message: &str) {
        self.out.push(' ');
        for character in message.chars() {
            if character.is_control() {
                self.out.extend(character.escape_default());
            } else {
                self.out.push(character);
            }
        }
    }

    fn written(&mut self, value: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(value);
    }
}

fn push(out: &mut String, parts: &[&str]) {
    out.extend(parts.iter().copied());
}

/// Whether a word reads as one without quotes.
fn is_plain(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'=';
    !word.is_empty() && word.bytes().all(is_letter)
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.word(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.word(field, &format!("{value:?}"));
    }
}
