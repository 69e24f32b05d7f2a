//! A curl command line, as it is copied from a terminal, a browser or a document, read
//! as the request that curl would send.
//!
//! Nothing is run, nothing expanded, and no file read because a pasted command says so.

mod compose;
mod options;
mod words;

use thiserror::Error;

use super::Request;
use crate::secret::Secret;
use crate::sigv4::Bound;

/// What a curl command line asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Curl {
    /// The request, with the headers that curl adds itself, but for the ones that are
    /// another in each version.
    pub request: Request,
    /// Whether it goes over TLS.
    pub is_secure: bool,
    /// What curl is to sign it for, where it is to sign it.
    pub signing: Option<AwsSigV4>,
    /// Who `--user` says it is from.
    pub user: Option<User>,
}

/// What `--aws-sigv4` says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AwsSigV4 {
    /// The region, where it is named.
    pub region: Option<String>,
    /// The service, where it is named.
    pub service: Option<String>,
}

/// A name, and what proves it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// The name; with `--aws-sigv4` the id of an access key.
    pub name: String,
    /// The password, or the secret of the key.
    pub secret: Option<Secret>,
}

/// Why a command line is not read. Lines are counted from one; values are not told, as
/// they may be secret.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Unreadable {
    /// It does not begin with curl.
    #[error("it is no curl command line")]
    NotCurl,
    /// A quote has no end.
    #[error("line {0} opens a quote that nothing closes: close it, or paste the rest")]
    OpenQuote(usize),
    /// A variable of the shell.
    #[error(
        "line {line} holds the variable {name} of a shell, which is not expanded here: write its \
         value in its place, or put it in single quotes if it is meant as it stands"
    )]
    Variable {
        /// Where.
        line: usize,
        /// Its name.
        name: String,
    },
    /// The output of another command.
    #[error(
        "line {0} wants the output of another command, and nothing is run here: write it in its \
         place"
    )]
    Substitution(usize),
    /// An `&` that ends the command.
    #[error(
        "line {0} has an & outside of quotes, and a shell ends the command there: put the URL in \
         quotes"
    )]
    Ampersand(usize),
    /// A line that a backslash should join to the one before it.
    #[error(
        "line {0} begins with an option, but the line before it does not end in a backslash: put \
         one there"
    )]
    NoBackslash(usize),
    /// Quoted for another shell.
    #[error("line {0} is quoted for cmd.exe: copy it as cURL (bash) instead")]
    ForWindows(usize),
    /// An option that curl may have, and that may change what is sent.
    #[error(
        "line {line}: the option {name} is not known here: take it out if nothing depends on it"
    )]
    Option {
        /// Where.
        line: usize,
        /// Its name.
        name: String,
    },
    /// An option at the end that wants something behind it.
    #[error("line {line}: {name} comes without its value: write it behind it")]
    NoValue {
        /// Where.
        line: usize,
        /// Its name.
        name: String,
    },
    /// Something is in a file.
    #[error(
        "line {line}: --{name} names a file, and none is read because a command says so: write \
         what is in it in its place"
    )]
    File {
        /// Where.
        line: usize,
        /// The option.
        name: &'static str,
    },
    /// A form in several parts.
    #[error(
        "line {0}: the boundary of a form in parts is another one each time: paste the request \
         itself, as curl --trace-ascii shows it"
    )]
    Parts(usize),
    /// No address.
    #[error("there is no URL: write it at the end")]
    NoUrl,
    /// More requests than one.
    #[error("line {0} begins another request: paste one at a time")]
    SeveralRequests(usize),
    /// No address of HTTP.
    #[error("line {0}: the URL is none of http or https, or holds a space: write a space as %20")]
    Url(usize),
    /// No method.
    #[error("line {0}: the method is no word, as POST is")]
    Method(usize),
    /// No header.
    #[error("line {0}: a header is written as -H 'Host: example.com' is, on one line")]
    Header(usize),
    /// No value of `--aws-sigv4`.
    #[error("line {0}: --aws-sigv4 is written as aws:amz:us-east-1:iam is")]
    AwsSigV4(usize),
    /// More headers than anyone takes.
    #[error("there are more than {} headers", Bound::Headers.limit())]
    TooManyHeaders,
}

/// What a shell writes before a command ends in one of these.
const PROMPTS: &[&[u8]] = &[b"$", b"#", b"%", b">", "❯".as_bytes(), "➜".as_bytes()];

impl Curl {
    /// Whether `text` is a curl command line, with a shell's prompt before it or not.
    pub fn is_one(text: &[u8]) -> bool {
        behind_prompt(text).is_some()
    }

    /// Reads a command line: the first one, if there are more.
    ///
    /// ```
    /// use countersign::request::curl::Curl;
    ///
    /// let text = b"$ curl -H 'X-A: b' https://example.com/?c";
    /// let curl = Curl::read(text).unwrap();
    /// assert_eq!((curl.request.method.as_str(), &*curl.request.target), ("GET", &b"/?c"[..]));
    /// assert_eq!(curl.request.header("x-a"), Some(&b" b"[..]));
    /// ```
    pub fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let command = behind_prompt(text).ok_or(Unreadable::NotCurl)?;
        let skipped = text.len().saturating_sub(command.len());
        let before = text.iter().take(skipped).filter(|byte| **byte == b'\n').count();
        let has_prompt = text.trim_ascii_start().len() > command.len();
        let mut words = words::split(command, has_prompt).map_err(|why| why.further(before))?;
        // The first is curl itself.
        words.drain(..1.min(words.len()));
        let read = options::read(words).and_then(compose::compose);
        read.map_err(|why| why.further(before))
    }
}

/// The text from `curl` on.
fn behind_prompt(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.trim_ascii_start();
    for _ in 0..3 {
        let end = rest.iter().position(u8::is_ascii_whitespace)?;
        let (word, behind) = rest.split_at_checked(end)?;
        if is_curl(word) {
            return Some(rest);
        }
        let after = behind.trim_ascii_start();
        let is_prompt = PROMPTS.iter().any(|sign| word.ends_with(sign));
        let goes_on = is_prompt
            || after
                .split(u8::is_ascii_whitespace)
                .next()
                .is_some_and(|next| PROMPTS.contains(&next));
        if !goes_on || behind.starts_with(b"\n") {
            return None;
        }
        rest = after;
    }
    None
}

fn is_curl(word: &[u8]) -> bool {
    let name = word.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    matches!(name, b"curl" | b"curl.exe")
}

impl Unreadable {
    /// The same, so many lines further down.
    fn further(mut self, lines: usize) -> Self {
        match &mut self {
            Self::OpenQuote(line)
            | Self::Variable { line, .. }
            | Self::Substitution(line)
            | Self::Ampersand(line)
            | Self::NoBackslash(line)
            | Self::ForWindows(line)
            | Self::Option { line, .. }
            | Self::NoValue { line, .. }
            | Self::File { line, .. }
            | Self::Parts(line)
            | Self::SeveralRequests(line)
            | Self::Url(line)
            | Self::Method(line)
            | Self::Header(line)
            | Self::AwsSigV4(line) => *line = line.saturating_add(lines),
            Self::NotCurl | Self::NoUrl | Self::TooManyHeaders => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Curl {
        Curl::read(text.as_bytes()).unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    /// The request in one line, without what curl always adds.
    fn told(text: &str) -> String {
        let Request { method, target, headers, body } = read(text).request;
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let plain = ["host", "accept"];
        let headers = headers.iter().filter(|(name, value)| {
            !plain.contains(&name.to_lowercase().as_str()) || !matches!(&**value, b" h" | b" */*")
        });
        let headers = headers.map(|(name, value)| format!(" {name}:{}", shown(value)));
        let headers = headers.collect::<String>();
        format!("{method} {}{headers} [{}]", shown(&target), shown(&body))
    }

    #[test]
    fn a_command_is_known_with_its_prompt_and_its_path() {
        for text in [
            "curl h",
            "  \n$ curl h",
            "# curl h",
            "ann@home:~$ curl h",
            "~/src ❯ curl h",
            "/usr/bin/curl h",
            "curl.exe h",
        ] {
            assert!(Curl::is_one(text.as_bytes()), "{text}");
        }
        for text in ["", "curl", "GET /curl HTTP/1.1", "GET curl HTTP/1.1", "curly h", "a curl h"] {
            assert!(!Curl::is_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn data_makes_a_form_that_is_posted() {
        let form = " Content-Type: application/x-www-form-urlencoded";
        for (text, made) in [
            ("curl h", "GET / []".to_owned()),
            ("curl h -d a=b --data-raw @c", format!("POST /{form} [a=b&@c]")),
            ("curl -XPUT h --data-binary 'a b'", format!("PUT /{form} [a b]")),
            (
                "curl h --data-urlencode 'n=a b+é' --data-urlencode =c/d",
                format!("POST /{form} [n=a+b%2B%C3%A9&c%2Fd]"),
            ),
            (
                "curl h -d a -H 'content-type: text/plain'",
                "POST / content-type: text/plain [a]".to_owned(),
            ),
            ("curl h -d a -H 'Content-Type:'", "POST / [a]".to_owned()),
            ("curl -G h?x -d a=1 -d b", "GET /?x&a=1&b []".to_owned()),
            ("curl -G h -d a=1 -I", "HEAD /?a=1 []".to_owned()),
            ("curl h --url-query 'a=b c' --url-query +d=e", "GET /?a=b+c&d=e []".to_owned()),
            (
                "curl h --json '{\"a\":' --json=1}",
                "POST / Accept: application/json Content-Type: application/json [{\"a\":1}]"
                    .to_owned(),
            ),
        ] {
            assert_eq!(told(text), made, "{text}");
        }
    }

    #[test]
    fn headers_are_curls_own_unless_they_are_given() {
        for (text, made) in [
            (
                "curl h -A me -e 'r;auto' -b a=b -b c=d -r 0-9",
                "GET / User-Agent: me Range: bytes=0-9 Referer: r Cookie: a=b; c=d []",
            ),
            ("curl h -A me -H 'User-Agent: you'", "GET / User-Agent: you []"),
            ("curl h -A '' -e ''", "GET / []"),
            ("curl h -H 'X-E;' -H 'X-A:  b ' -H 'Accept:'", "GET / X-E: X-A:  b  []"),
            ("curl h -H 'Host: i'", "GET / Host: i []"),
            ("curl -u a:b h", "GET / Authorization: Basic YTpi []"),
            ("curl http://a:b@h", "GET / Authorization: Basic YTpi []"),
            ("curl --digest -u a:b h", "GET / []"),
            ("curl --oauth2-bearer t h", "GET / Authorization: Bearer t []"),
        ] {
            assert_eq!(told(text), made, "{text}");
        }
    }

    #[test]
    fn options_that_change_nothing_are_gone_past() {
        for text in [
            "curl -sSLv -o /dev/null --max-time 3 --no-progress-meter h/a",
            "curl -w '%{http_code}' -m3 --compressed --http2 -k h/a",
            "curl --proxy http://p -x p2 --cacert=c.pem -fsS -- h/a",
            "curl --url h/a --retry 3 | jq .",
        ] {
            assert_eq!(told(text), "GET /a []", "{text}");
        }
    }

    #[test]
    fn a_target_is_what_curl_makes_of_the_address() {
        for (text, made) in [
            ("curl 'h/a/../é?ü#f'", "GET /%c3%a9?ü []"),
            ("curl --path-as-is h/a/../b", "GET /a/../b []"),
            ("curl --request-target '*' h", "GET * []"),
        ] {
            assert_eq!(told(text), made, "{text}");
        }
        assert_eq!(read("curl https://h:8443").request.header("host"), Some(&b" h:8443"[..]));
        assert!(read("curl https://h").is_secure && !read("curl h").is_secure);
    }

    #[test]
    fn what_curl_is_to_sign_is_not_proven_by_a_password() {
        let curl = read("curl --aws-sigv4 aws:amz:eu-west-1:sts -u AKIA:hush https://h");
        let signing = curl.signing.unwrap();
        assert_eq!(
            (signing.region.as_deref(), signing.service.as_deref()),
            (Some("eu-west-1"), Some("sts"))
        );
        assert!(curl.user.as_ref().unwrap().secret.as_ref().unwrap().is("hush"));
        assert_eq!(curl.request.header("authorization"), None);
        assert!(!format!("{:?}", curl.user).contains("hush"));
        assert_eq!(read("curl --aws-sigv4 aws:amz h").signing.unwrap().region, None);
    }

    #[test]
    fn what_is_not_read_is_told_with_its_line() {
        let option = |line, name: &str| Unreadable::Option { line, name: name.to_owned() };
        for (text, why) in [
            ("curl", Unreadable::NotCurl),
            ("curl -s", Unreadable::NoUrl),
            ("curl a b", Unreadable::SeveralRequests(1)),
            ("curl a \\\n --next b", Unreadable::SeveralRequests(2)),
            ("\n\n$ curl ftp://h", Unreadable::Url(3)),
            ("curl 'h/a b'", Unreadable::Url(1)),
            ("curl h -d @a", Unreadable::File { line: 1, name: "data" }),
            ("curl h --data-urlencode a@b", Unreadable::File { line: 1, name: "data-urlencode" }),
            ("curl h -T a", Unreadable::File { line: 1, name: "upload-file" }),
            ("curl h -b a", Unreadable::File { line: 1, name: "cookie" }),
            ("curl h -H @a", Unreadable::File { line: 1, name: "header" }),
            ("curl h -F a=b", Unreadable::Parts(1)),
            ("curl h -X 'A B'", Unreadable::Method(1)),
            ("curl h -H nocolon", Unreadable::Header(1)),
            ("curl h -H $'a: b\\nc: d'", Unreadable::Header(1)),
            ("curl h --aws-sigv4 gcp", Unreadable::AwsSigV4(1)),
            ("curl h \\\n --hush=secret", option(2, "--hush")),
            ("curl h -Ysecret -9", option(1, "-9")),
            ("curl h -H", Unreadable::NoValue { line: 1, name: "-H".to_owned() }),
        ] {
            assert_eq!(Curl::read(text.as_bytes()), Err(why), "{text}");
        }
        let many = "curl h".to_owned() + &" -H a:b".repeat(257);
        assert_eq!(Curl::read(many.as_bytes()), Err(Unreadable::TooManyHeaders));
    }
}
