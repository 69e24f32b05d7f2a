//! An address of HTTP, as far as a request is made of it.

/// Who is asked, and for what.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Url {
    /// Whether TLS is spoken, where the scheme says so.
    pub(super) is_secure: Option<bool>,
    /// What stands before an `@`, where there is one.
    pub(super) user: Option<Vec<u8>>,
    /// What clients send as `Host`: the port only where it is not the scheme's own.
    pub(super) host: String,
    /// The path, and the query with its question mark.
    pub(super) target: Vec<u8>,
}

impl Url {
    /// Reads an address, which need not have a scheme. White space, and schemes other than
    /// HTTP's, make it none. What follows a `#` is sent to nobody.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let text = text.split(|byte| *byte == b'#').next()?;
        if text.iter().any(|byte| byte.is_ascii_control() || *byte == b' ') {
            return None;
        }
        let (is_secure, rest) = scheme(text)?;
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end)?;
        let at = authority.iter().rposition(|byte| *byte == b'@');
        let (user, host) = match at {
            Some(at) => (authority.get(..at), authority.get(at.checked_add(1)?..)?),
            None => (None, authority),
        };
        let host = std::str::from_utf8(host).ok().filter(|host| is_host(host))?;
        let own = if is_secure == Some(true) { ":443" } else { ":80" };
        Some(Self {
            is_secure,
            user: user.map(<[u8]>::to_vec),
            host: host.strip_suffix(own).unwrap_or(host).to_owned(),
            target: if target.starts_with(b"/") {
                target.to_vec()
            } else {
                [b"/", target].concat()
            },
        })
    }

    /// Whether `text` begins as one with a scheme does.
    pub(super) fn begins(text: &[u8]) -> bool {
        scheme(text).is_some_and(|(is_secure, _)| is_secure.is_some())
    }

    /// The same without dot segments, which most clients take out of a path themselves
    /// (RFC 3986 section 5.2.4).
    pub(super) fn without_dots(self) -> Self {
        let end = self.target.iter().position(|byte| *byte == b'?');
        let end = end.unwrap_or(self.target.len());
        let (path, query) = self.target.split_at_checked(end).unwrap_or((&self.target, &[]));
        let mut kept: Vec<&[u8]> = Vec::new();
        let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            match segment {
                b"." | b".." => {
                    if segment == b".." {
                        kept.pop();
                    }
                    kept.extend(is_last.then_some(&b""[..]));
                }
                _ => kept.push(segment),
            }
        }
        let target = [b"/", kept.join(&b'/').as_slice(), query].concat();
        Self { target, ..self }
    }
}

fn scheme(text: &[u8]) -> Option<(Option<bool>, &[u8])> {
    let Some(colon) = text.windows(3).position(|three| three == b"://") else {
        return Some((None, text));
    };
    let (scheme, rest) = text.split_at_checked(colon)?;
    let rest = rest.get(3..)?;
    match scheme {
        _ if scheme.eq_ignore_ascii_case(b"https") => Some((Some(true), rest)),
        _ if scheme.eq_ignore_ascii_case(b"http") => Some((Some(false), rest)),
        // It stands in the query of an address without a scheme.
        _ if scheme.iter().any(|byte| matches!(byte, b'/' | b'?')) => Some((None, text)),
        _ => None,
    }
}

fn is_host(host: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%[]:".contains(&byte);
    !host.is_empty() && !host.starts_with(':') && host.bytes().all(is_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Url {
        Url::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_port_is_left_out_of_the_host_where_it_is_the_schemes_own() {
        for (text, is_secure, host) in [
            ("https://h:443/", Some(true), "h"),
            ("https://h:80/", Some(true), "h:80"),
            ("HTTP://h:80", Some(false), "h"),
            ("h:7448/a", None, "h:7448"),
            ("http://u:p@[::1]:80/", Some(false), "[::1]"),
        ] {
            let url = read(text);
            assert_eq!((url.is_secure, url.host.as_str()), (is_secure, host), "{text}");
        }
        assert_eq!(read("http://u:p@h").user.as_deref(), Some(&b"u:p"[..]));
    }

    #[test]
    fn a_target_begins_at_the_root_and_ends_at_the_fragment() {
        for (text, target) in [
            ("h", "/"),
            ("h?a=http://b", "/?a=http://b"),
            ("http://h/a?b#c", "/a?b"),
            ("h/a@b", "/a@b"),
        ] {
            assert_eq!(read(text).target, target.as_bytes(), "{text}");
        }
    }

    #[test]
    fn dots_are_taken_out_of_paths_and_of_nothing_else() {
        for (path, without) in [
            ("/a/../b?c/../d", "/b?c/../d"),
            ("/..", "/"),
            ("/a/.", "/a/"),
            ("/a/./b/..", "/a/"),
            ("/%2e/a//b", "/%2e/a//b"),
            ("/", "/"),
        ] {
            assert_eq!(
                read(&format!("h{path}")).without_dots().target,
                without.as_bytes(),
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_no_address_of_http_is_none() {
        for text in
            ["", "/a", "http://", "ftp://h/", "http://h/a b", "http://h/\n", "http://:80/", "h\"/"]
        {
            assert!(Url::read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
