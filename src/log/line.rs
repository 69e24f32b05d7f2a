//! An event as one line: text for people, or JSON for machines.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::config::LogFormat;

/// How an event becomes a line. Whatever is in it, it stays one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line(pub(super) LogFormat);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (level, target) = (event.metadata().level(), event.metadata().target());
        match self.0 {
            LogFormat::Text => {
                SystemTime.format_time(&mut writer)?;
                append(&mut writer, &[if level.as_str().len() < 5 { "  " } else { " " }])?;
                append(&mut writer, &[level.as_str(), " ", target])?;
            }
            LogFormat::Json => {
                writer.write_str("{\"time\":\"")?;
                SystemTime.format_time(&mut writer)?;
                append(&mut writer, &["\",\"level\":\"", level.as_str()])?;
                append(&mut writer, &["\",\"target\":\"", target, "\""])?;
            }
        }
        let mut fields = Fields { format: self.0, out: writer, result: Ok(()) };
        event.record(&mut fields);
        let Fields { mut out, result, .. } = fields;
        result?;
        out.write_str(match self.0 {
            LogFormat::Text => "\n",
            LogFormat::Json => "}\n",
        })
    }
}

/// Writes the fields of an event.
struct Fields<'a> {
    format: LogFormat,
    out: Writer<'a>,
    result: fmt::Result,
}

impl Fields<'_> {
    fn write(&mut self, field: &Field, value: &Value<'_>) {
        if self.result.is_ok() {
            self.result = match self.format {
                LogFormat::Text => self.text(field.name(), value),
                LogFormat::Json => self.json(field.name(), value),
            };
        }
    }

    fn text(&mut self, name: &str, value: &Value<'_>) -> fmt::Result {
        if name == "message" {
            self.out.write_char(' ')?;
            return match value {
                Value::Plain(value) => write!(self.out, "{value}"),
                Value::Word(word) => word.chars().try_for_each(|character| self.in_line(character)),
            };
        }
        append(&mut self.out, &[" ", name, "="])?;
        match value {
            Value::Plain(value) => write!(self.out, "{value}"),
            Value::Word(word) if is_plain(word) => self.out.write_str(word),
            Value::Word(word) => write!(self.out, "{word:?}"),
        }
    }

    /// Writes a character so that it cannot end the line, nor move the cursor.
    fn in_line(&mut self, character: char) -> fmt::Result {
        if character.is_control() {
            return write!(self.out, "{}", character.escape_default());
        }
        self.out.write_char(character)
    }

    fn json(&mut self, name: &str, value: &Value<'_>) -> fmt::Result {
        append(&mut self.out, &[",\"", name, "\":"])?;
        match value {
            Value::Plain(value) => write!(self.out, "{value}"),
            Value::Word(word) if is_plain(word) && !word.contains('\\') => {
                append(&mut self.out, &["\"", word, "\""])
            }
            Value::Word(word) => write!(self.out, "{}", serde_json::Value::from(*word)),
        }
    }
}

/// A field's value: what stands as it is, and what may need quotes.
enum Value<'a> {
    Plain(&'a dyn fmt::Display),
    Word(&'a str),
}

/// Appends `parts` as they are: the formatting machinery costs more than they do,
/// and there is a line for every request.
fn append(out: &mut Writer<'_>, parts: &[&str]) -> fmt::Result {
    parts.iter().try_for_each(|part| out.write_str(part))
}

/// Whether a word reads as one without quotes.
fn is_plain(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'=';
    !word.is_empty() && word.bytes().all(is_letter)
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, &Value::Word(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, &Value::Plain(&value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, &Value::Plain(&value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, &Value::Plain(&value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, &Value::Word(&format!("{value:?}")));
    }
}
