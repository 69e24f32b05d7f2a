//! The words of a command line, as a POSIX shell takes it apart: quotes are taken off,
//! and nothing is expanded.

use super::Unreadable;

/// The longest name of a variable that is told.
const LONGEST_NAME: usize = 64;

/// A word, and the line on which it begins.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) text: Vec<u8>,
    pub(super) line: usize,
}

/// The words of the first command of `text`. What it is piped or written to is left out.
/// Behind a `prompt` continued lines may have one as well.
pub(super) fn split(text: &[u8], has_prompt: bool) -> Result<Vec<Word>, Unreadable> {
    let mut shell = Shell { rest: text, line: 1, has_prompt, ..Shell::default() };
    while let Some(byte) = shell.next() {
        if shell.take(byte)?.is_end() {
            break;
        }
    }
    shell.end_word();
    shell.check_rest()?;
    Ok(shell.words)
}

#[derive(Default)]
struct Shell<'t> {
    rest: &'t [u8],
    line: usize,
    has_prompt: bool,
    words: Vec<Word>,
    word: Option<Word>,
    /// The next word is the name of a file that something is written to.
    is_redirected: bool,
}

/// Whether the command goes on.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Flow {
    On,
    End,
}

impl Flow {
    fn is_end(self) -> bool {
        self == Self::End
    }
}

impl Shell<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.line = self.line.saturating_add(usize::from(*first == b'\n'));
        Some(*first)
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Goes past `text`, if it is what comes next.
    fn skip(&mut self, text: &[u8]) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.line = self.line.saturating_add(usize::from(text.ends_with(b"\n")));
        self.rest = rest;
        true
    }

    /// A byte outside of quotes.
    fn take(&mut self, byte: u8) -> Result<Flow, Unreadable> {
        match byte {
            b'\'' => self.single()?,
            b'"' => self.double()?,
            b'\\' => self.escaped(),
            b'$' => self.dollar(false)?,
            b'`' => return Err(Unreadable::Substitution(self.line)),
            b'^' if self.is_for_windows() => return Err(Unreadable::ForWindows(self.line)),
            b' ' | b'\t' | b'\r' => self.end_word(),
            b'#' if self.word.is_none() => return Ok(Flow::End),
            b'&' if self.is_ampersand_of_url() => return Err(Unreadable::Ampersand(self.line)),
            b'\n' | b';' | b'|' | b'&' => return Ok(Flow::End),
            b'<' | b'>' => self.redirect(),
            _ => self.push(byte),
        }
        Ok(Flow::On)
    }

    fn push(&mut self, byte: u8) {
        self.open_word().push(byte);
    }

    /// Quotes make a word, though it may be empty.
    fn open_word(&mut self) -> &mut Vec<u8> {
        let line = self.line;
        &mut self.word.get_or_insert_with(|| Word { text: Vec::new(), line }).text
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if self.is_redirected {
            self.is_redirected = false;
        } else {
            self.words.push(word);
        }
    }

    fn single(&mut self) -> Result<(), Unreadable> {
        let opened = self.line;
        self.open_word();
        loop {
            match self.next().ok_or(Unreadable::OpenQuote(opened))? {
                b'\'' => return Ok(()),
                byte => self.push(byte),
            }
        }
    }

    fn double(&mut self) -> Result<(), Unreadable> {
        let opened = self.line;
        self.open_word();
        loop {
            match self.next().ok_or(Unreadable::OpenQuote(opened))? {
                b'"' => return Ok(()),
                b'`' => return Err(Unreadable::Substitution(self.line)),
                b'$' => self.dollar(true)?,
                b'\\' => match self.peek() {
                    Some(b'"' | b'\\' | b'$' | b'`' | b'\n') => self.escaped(),
                    _ => self.push(b'\\'),
                },
                byte => self.push(byte),
            }
        }
    }

    /// What stands behind a backslash: itself, or the end of a line that goes on.
    fn escaped(&mut self) {
        if self.skip(b"\n") || self.skip(b"\r\n") {
            if self.has_prompt {
                self.skip(b"> ");
            }
        } else if let Some(byte) = self.next() {
            self.push(byte);
        }
    }

    fn dollar(&mut self, is_quoted: bool) -> Result<(), Unreadable> {
        match self.peek() {
            Some(b'\'') if !is_quoted => {
                self.next();
                self.ansi()
            }
            Some(b'"') if !is_quoted => {
                self.next();
                self.double()
            }
            Some(b'(') => Err(Unreadable::Substitution(self.line)),
            Some(byte) if is_of_name(byte) || b"{?$#@*!".contains(&byte) => {
                Err(Unreadable::Variable { line: self.line, name: self.name() })
            }
            _ => {
                self.push(b'$');
                Ok(())
            }
        }
    }

    /// The name of the variable that comes next.
    fn name(&self) -> String {
        let rest = self.rest.strip_prefix(b"{").unwrap_or(self.rest);
        let name = rest.iter().take_while(|byte| is_of_name(**byte)).take(LONGEST_NAME);
        let name: String = name.copied().map(char::from).collect();
        let sign = self.peek().map(char::from).unwrap_or_default();
        if name.is_empty() { sign.to_string() } else { name }
    }

    /// `$'…'`, which browsers copy whatever is not plain in.
    fn ansi(&mut self) -> Result<(), Unreadable> {
        let opened = self.line;
        self.open_word();
        loop {
            match self.next().ok_or(Unreadable::OpenQuote(opened))? {
                b'\'' => return Ok(()),
                b'\\' => {
                    let byte = self.next().ok_or(Unreadable::OpenQuote(opened))?;
                    self.ansi_escape(byte);
                }
                byte => self.push(byte),
            }
        }
    }

    fn ansi_escape(&mut self, byte: u8) {
        let plain = match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 0x07,
            b'b' => 0x08,
            b'e' | b'E' => 0x1b,
            b'f' => 0x0c,
            b'v' => 0x0b,
            b'x' => return self.byte_of(16, 2, 0),
            b'0'..=b'7' => return self.byte_of(8, 2, u32::from(byte.wrapping_sub(b'0'))),
            b'u' => return self.character_of(4),
            b'U' => return self.character_of(8),
            b'\\' | b'\'' | b'"' | b'?' => byte,
            _ => {
                self.push(b'\\');
                byte
            }
        };
        self.push(plain);
    }

    fn byte_of(&mut self, base: u32, most: usize, first: u32) {
        let number = self.number(base, most, first);
        let [.., byte] = number.to_be_bytes();
        self.push(byte);
    }

    fn character_of(&mut self, most: usize) {
        let character = char::from_u32(self.number(16, most, 0)).unwrap_or('\u{fffd}');
        let mut bytes = [0; 4];
        let text = character.encode_utf8(&mut bytes).as_bytes();
        self.open_word().extend_from_slice(text);
    }

    fn number(&mut self, base: u32, most: usize, first: u32) -> u32 {
        let mut number = first;
        for _ in 0..most {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(base)) else {
                break;
            };
            self.next();
            number = number.saturating_mul(base).saturating_add(digit);
        }
        number
    }

    /// `> file`, `2>&1`: where the answer goes is of no interest.
    fn redirect(&mut self) {
        let is_number = |word: &Word| word.text.iter().all(u8::is_ascii_digit);
        if self.word.as_ref().is_some_and(is_number) {
            self.word = None;
        }
        self.end_word();
        while self.peek().is_some_and(|byte| b"<>&".contains(&byte)) {
            self.next();
        }
        self.is_redirected = true;
    }

    /// Whether a caret quotes, as it does in the other shell that browsers copy for.
    fn is_for_windows(&self) -> bool {
        self.rest.starts_with(b"\"") || self.rest.starts_with(b"\n") || self.rest.starts_with(b"\r")
    }

    /// Whether the `&` was meant to stand between parameters.
    fn is_ampersand_of_url(&self) -> bool {
        self.word.is_some() && self.peek().is_some_and(is_of_name)
    }

    /// A line that begins with an option belongs to the command: a backslash got lost.
    fn check_rest(&self) -> Result<(), Unreadable> {
        let next = self.rest.trim_ascii_start();
        let is_option =
            |second: u8| second.is_ascii_alphabetic() || second == b'-' || second == b'\'';
        match next {
            [b'-', second, ..] if is_option(*second) => {
                let blank = self.rest.len().saturating_sub(next.len());
                let ends = self.rest.iter().take(blank).filter(|byte| **byte == b'\n').count();
                Err(Unreadable::NoBackslash(self.line.saturating_add(ends)))
            }
            _ => Ok(()),
        }
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let words = split(text.as_bytes(), true).unwrap();
        words.into_iter().map(|word| String::from_utf8(word.text).unwrap()).collect()
    }

    #[test]
    fn quotes_are_taken_off_as_a_shell_takes_them_off() {
        assert_eq!(
            words(r#"a 'b c' "d \"e\" \x" f\ g '' h'i'"j""#),
            ["a", "b c", r#"d "e" \x"#, "f g", "", "hij"]
        );
        assert_eq!(words(r"$'a\'b\n\x41\u0021\101\q' $ a$ $"), ["a'b\nA!A\\q", "$", "a$", "$"]);
    }

    #[test]
    fn a_backslash_goes_on_in_the_next_line_behind_its_prompt() {
        assert_eq!(words("a \\\n b \\\r\n> c\\\nd"), ["a", "b", "cd"]);
    }

    #[test]
    fn a_command_ends_where_another_begins_and_what_it_is_written_to_is_no_word() {
        for text in ["a b", "a b | jq .", "a b; c", "a b && c", "a b &", "a b\nc", "a b # c"] {
            assert_eq!(words(text), ["a", "b"], "{text}");
        }
        assert_eq!(words("a > out.json 2>&1 b 2>/dev/null"), ["a", "b"]);
        assert_eq!(words("a#b"), ["a#b"]);
    }

    #[test]
    fn what_only_a_shell_could_know_is_told_with_its_line() {
        let variable = |line, name: &str| Unreadable::Variable { line, name: name.to_owned() };
        for (text, why) in [
            ("a 'b", Unreadable::OpenQuote(1)),
            ("a \\\n\"b", Unreadable::OpenQuote(2)),
            ("a $'b\\", Unreadable::OpenQuote(1)),
            ("a $AWS_SESSION_TOKEN", variable(1, "AWS_SESSION_TOKEN")),
            ("a \\\n \"b ${HOME}/\"", variable(2, "HOME")),
            ("a $?", variable(1, "?")),
            ("a \"$(date)\"", Unreadable::Substitution(1)),
            ("a `date`", Unreadable::Substitution(1)),
            ("a http://h/?b=c&d=e", Unreadable::Ampersand(1)),
            ("a ^\"b^\"", Unreadable::ForWindows(1)),
            ("a b\n\n  -H c", Unreadable::NoBackslash(3)),
        ] {
            assert_eq!(split(text.as_bytes(), false).unwrap_err(), why, "{text:?}");
        }
        assert!(split(b"a '$HOME' \\$HOME \"\\$HOME\"", false).is_ok());
    }
}
