//! The request that options and an address make.

use data_encoding::BASE64;

use super::options::{Given, Piece};
use super::words::Word;
use super::{AwsSigV4, Curl, Unreadable, User};
use crate::request::url::Url;
use crate::request::{Request, is_token};
use crate::secret::Secret;
use crate::sigv4::Bound;
use crate::wire::percent;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

pub(super) fn compose(pieces: Vec<Piece>) -> Result<Curl, Unreadable> {
    let mut wish = Wish::default();
    for piece in pieces {
        match piece {
            Piece::Option(given) => wish.take(given)?,
            Piece::Address(word) => wish.ask(word)?,
        }
    }
    wish.grant()
}

/// What the options say, until the address is known as well.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is given or not")]
struct Wish {
    address: Option<Word>,
    method: Option<String>,
    target: Option<Word>,
    /// Headers that are given; one without a value takes curl's own away.
    headers: Vec<(String, Option<Vec<u8>>)>,
    agent: Option<Vec<u8>>,
    referer: Option<Vec<u8>>,
    range: Option<Vec<u8>>,
    cookies: Vec<Vec<u8>>,
    bearer: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
    query: Vec<Vec<u8>>,
    user: Option<Vec<u8>>,
    signing: Option<AwsSigV4>,
    is_json: bool,
    is_get: bool,
    is_head: bool,
    keeps_dots: bool,
    /// `--user` is for a way to prove it that takes more than one request.
    is_not_basic: bool,
}

impl Wish {
    fn ask(&mut self, address: Word) -> Result<(), Unreadable> {
        if self.address.is_some() {
            return Err(Unreadable::SeveralRequests(address.line));
        }
        self.address = Some(address);
        Ok(())
    }

    fn take(
        &mut self,
        Given { name, value: Word { text, line } }: Given,
    ) -> Result<(), Unreadable> {
        match name {
            "url" => self.ask(Word { text, line })?,
            "request" => self.method = Some(method(&text, line)?),
            "request-target" => self.target = Some(Word { text, line }),
            "header" => self.add_header(&text, line)?,
            "user-agent" => self.agent = Some(text),
            "referer" => self.referer = Some(without_auto(&text).to_vec()),
            "range" => self.range = Some([b"bytes=", text.as_slice()].concat()),
            "cookie" if !text.contains(&b'=') => return Err(Unreadable::File { line, name }),
            "cookie" => self.cookies.push(text),
            "oauth2-bearer" => self.bearer = Some([b"Bearer ", text.as_slice()].concat()),
            "user" => self.user = Some(text),
            "aws-sigv4" => self.signing = Some(signing(&text, line)?),
            "data-raw" => self.add_data(&text),
            "data-urlencode" => self.add_data(&encoded(&text, line, name)?),
            "url-query" => self.query.push(parameter(&text, line)?),
            "json" | "data" | "data-ascii" | "data-binary" => self.add_posted(&text, line, name)?,
            "config" | "upload-file" => return Err(Unreadable::File { line, name }),
            "form" | "form-string" => return Err(Unreadable::Parts(line)),
            "next" => return Err(Unreadable::SeveralRequests(line)),
            "get" => self.is_get = true,
            "head" => self.is_head = true,
            "path-as-is" => self.keeps_dots = true,
            _ => self.is_not_basic = true,
        }
        Ok(())
    }

    fn add_header(&mut self, text: &[u8], line: usize) -> Result<(), Unreadable> {
        if text.starts_with(b"@") {
            return Err(Unreadable::File { line, name: "header" });
        }
        let end = text.iter().position(|byte| matches!(byte, b':' | b';'));
        let (name, value) =
            end.and_then(|end| text.split_at_checked(end)).ok_or(Unreadable::Header(line))?;
        let name = std::str::from_utf8(name).ok().map(str::trim).filter(|name| is_token(name));
        let name = name.ok_or(Unreadable::Header(line))?;
        let value = match value {
            b";" => Some(Vec::new()),
            [b':', value @ ..] if value.trim_ascii().is_empty() => None,
            [b':', value @ ..] if is_line(value) => Some(value.to_vec()),
            _ => return Err(Unreadable::Header(line)),
        };
        self.headers.push((name.to_owned(), value));
        Ok(())
    }

    fn add_posted(
        &mut self,
        text: &[u8],
        line: usize,
        name: &'static str,
    ) -> Result<(), Unreadable> {
        if text.starts_with(b"@") {
            return Err(Unreadable::File { line, name });
        }
        if name == "json" && self.data.is_some() {
            self.data.get_or_insert_default().extend_from_slice(text);
        } else {
            self.add_data(text);
        }
        self.is_json |= name == "json";
        Ok(())
    }

    fn add_data(&mut self, text: &[u8]) {
        match &mut self.data {
            Some(data) => {
                data.push(b'&');
                data.extend_from_slice(text);
            }
            None => self.data = Some(text.to_vec()),
        }
    }

    fn grant(mut self) -> Result<Curl, Unreadable> {
        let Word { text, line } = self.address.take().ok_or(Unreadable::NoUrl)?;
        let url = Url::read(&text).ok_or(Unreadable::Url(line))?;
        let url = if self.keeps_dots { url } else { url.without_dots() };
        if self.is_get {
            self.query.extend(self.data.take());
        }
        let user = self.user.take().or_else(|| url.user.clone());
        let target = match self.target.take() {
            Some(Word { text, line }) if !is_line(&text) || text.is_empty() => {
                return Err(Unreadable::Url(line));
            }
            Some(target) => target.text,
            None => with_query(encoded_path(&url.target), &self.query, line)?,
        };
        let request = Request {
            method: self.method(),
            target,
            headers: self.headers(&url.host, user.as_deref()),
            body: self.data.unwrap_or_default(),
        };
        if request.headers.len() > Bound::Headers.limit() {
            return Err(Unreadable::TooManyHeaders);
        }
        let user = user.as_deref().map(read_user);
        let is_secure = url.is_secure == Some(true);
        Ok(Curl { request, is_secure, signing: self.signing, user })
    }

    fn method(&self) -> String {
        let implied = match self.data {
            _ if self.is_head => "HEAD",
            Some(_) => "POST",
            None => "GET",
        };
        self.method.clone().unwrap_or_else(|| implied.to_owned())
    }

    fn headers(&self, host: &str, user: Option<&[u8]>) -> Vec<(String, Vec<u8>)> {
        let mut headers = Vec::new();
        let is_given =
            |name: &str| self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        let mut add = |name: &str, value: Option<Vec<u8>>| {
            let value = value.filter(|value| !is_given(name) && is_line(value));
            // One space stands before a value, as people write them.
            headers.extend(value.map(|value| (name.to_owned(), [b" ", value.as_slice()].concat())));
        };
        add("Host", Some(host.into()));
        add("Authorization", self.authorization(user));
        add("User-Agent", self.agent.clone().filter(|agent| !agent.is_empty()));
        let (accept, content) = if self.is_json { (JSON, JSON) } else { ("*/*", FORM) };
        add("Accept", Some(accept.into()));
        add("Range", self.range.clone());
        add("Referer", self.referer.clone().filter(|referer| !referer.is_empty()));
        add("Cookie", (!self.cookies.is_empty()).then(|| self.cookies.join(&b"; "[..])));
        add("Content-Type", self.data.as_ref().map(|_| content.into()));
        let given = self.headers.iter();
        headers.extend(given.filter_map(|(name, value)| Some((name.clone(), value.clone()?))));
        headers
    }

    /// What curl proves by itself in one request, if it does not sign it.
    fn authorization(&self, user: Option<&[u8]>) -> Option<Vec<u8>> {
        if self.signing.is_some() {
            return None;
        }
        let basic = || {
            let user = user.filter(|_| !self.is_not_basic)?;
            Some(format!("Basic {}", BASE64.encode(user)).into_bytes())
        };
        self.bearer.clone().or_else(basic)
    }
}

fn method(text: &[u8], line: usize) -> Result<String, Unreadable> {
    let text = std::str::from_utf8(text).ok().filter(|text| is_token(text));
    text.map(str::to_owned).ok_or(Unreadable::Method(line))
}

/// `aws:amz:us-east-1:iam`, of which only the first is needed.
fn signing(text: &[u8], line: usize) -> Result<AwsSigV4, Unreadable> {
    let text = std::str::from_utf8(text).map_err(|_| Unreadable::AwsSigV4(line))?;
    let mut parts = text.split(':').map(|part| Some(part).filter(|part| !part.is_empty()));
    let provider = parts.next().flatten();
    if provider.is_none_or(|provider| !provider.eq_ignore_ascii_case("aws")) {
        return Err(Unreadable::AwsSigV4(line));
    }
    let mut named = parts.skip(1).map(|part| part.map(str::to_owned));
    Ok(AwsSigV4 { region: named.next().flatten(), service: named.next().flatten() })
}

fn read_user(text: &[u8]) -> User {
    let text = String::from_utf8_lossy(text).into_owned();
    match text.split_once(':') {
        Some((name, secret)) => {
            User { name: name.to_owned(), secret: Some(Secret::new(secret.to_owned())) }
        }
        None => User { name: text, secret: None },
    }
}

/// `content`, `=content` or `name=content`, of which the content is encoded.
fn encoded(text: &[u8], line: usize, name: &'static str) -> Result<Vec<u8>, Unreadable> {
    let end = text.iter().position(|byte| matches!(byte, b'=' | b'@'));
    let Some((start, content)) = end.and_then(|end| text.split_at_checked(end)) else {
        return Ok(coded(text));
    };
    let content = content.strip_prefix(b"=").ok_or(Unreadable::File { line, name })?;
    let joint: &[u8] = if start.is_empty() { b"" } else { b"=" };
    Ok([start, joint, &coded(content)].concat())
}

/// The same of `--url-query`, where a plus sign says that it is encoded already.
fn parameter(text: &[u8], line: usize) -> Result<Vec<u8>, Unreadable> {
    match text.strip_prefix(b"+") {
        Some(whole) => Ok(whole.to_vec()),
        None => encoded(text, line, "url-query"),
    }
}

fn coded(text: &[u8]) -> Vec<u8> {
    let words = text.split(|byte| *byte == b' ').map(|word| {
        let mut coded = Vec::with_capacity(word.len());
        percent::encode_into(&mut coded, word);
        coded
    });
    words.collect::<Vec<_>>().join(&b'+')
}

fn with_query(target: Vec<u8>, query: &[Vec<u8>], line: usize) -> Result<Vec<u8>, Unreadable> {
    if query.is_empty() {
        return Ok(target);
    }
    let query = query.join(&b'&');
    if query.iter().any(|byte| byte.is_ascii_control() || *byte == b' ') {
        return Err(Unreadable::Url(line));
    }
    let joint: &[u8] = match target.last() {
        Some(b'?' | b'&') => b"",
        _ if target.contains(&b'?') => b"&",
        _ => b"?",
    };
    Ok([&target, joint, &query].concat())
}

/// The path with what is not ASCII escaped, as curl does it; a query is sent as it stands.
fn encoded_path(target: &[u8]) -> Vec<u8> {
    let end = target.iter().position(|byte| *byte == b'?').unwrap_or(target.len());
    let (path, query) = target.split_at_checked(end).unwrap_or((target, &[]));
    let mut coded = Vec::with_capacity(target.len());
    for &byte in path {
        if byte.is_ascii() {
            coded.push(byte);
        } else {
            coded.extend_from_slice(format!("%{byte:02x}").as_bytes());
        }
    }
    coded.extend_from_slice(query);
    coded
}

/// Whether it can stand in one line of a head.
fn is_line(text: &[u8]) -> bool {
    !text.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

fn without_auto(referer: &[u8]) -> &[u8] {
    referer.strip_suffix(b";auto").unwrap_or(referer)
}
