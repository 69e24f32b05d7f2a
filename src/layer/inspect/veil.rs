//! What of a request may be shown, and what never is: decided here, and nowhere else.
//!
//! Two rules, one behind the other. By name: the value of a header or parameter is shown
//! where it is known to be harmless, and all others are hidden, so that what somebody
//! invents tomorrow is hidden too. By value: what was hidden by its name, and what the
//! body holds under such a name, is hidden wherever else it turns up: in the sentence of
//! an error, in a path, in what a diagnosis says.

use std::borrow::Cow;

use crate::layer::inspect::head::Head;
use crate::secret::Secret;
use crate::wire::percent::{self, Plus};

/// Headers whose values may be shown, in lower case.
const HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-amz-api-version",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-region-set",
    "x-amz-target",
    "x-amz-user-agent",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
];

/// Parameters whose values may be shown, in lower case; of lists without `member.N`.
const PARAMETERS: &[&str] = &[
    "accesskeyid",
    "accountalias",
    "action",
    "actionnames",
    "audience",
    "awsservicename",
    "clientid",
    "clientidlist",
    "deletiontaskid",
    "durationseconds",
    "entityfilter",
    "globalendpointtokenversion",
    "groupname",
    "instanceprofilename",
    "maxitems",
    "maxsessionduration",
    "newgroupname",
    "newpath",
    "newusername",
    "onlyattached",
    "openidconnectproviderarn",
    "path",
    "pathprefix",
    "permissionsboundary",
    "policyarn",
    "policyarns.arn",
    "policyname",
    "policysourcearn",
    "policyusagefilter",
    "principalarn",
    "providerid",
    "resourcearns",
    "rolearn",
    "rolename",
    "rolesessionname",
    "samlproviderarn",
    "scope",
    "serialnumber",
    "setasdefault",
    "signingalgorithm",
    "sourceidentity",
    "status",
    "tagkeys",
    "tags.key",
    "targetprincipal",
    "thumbprint",
    "thumbprintlist",
    "transitivetagkeys",
    "url",
    "username",
    "version",
    "versionid",
    "virtualmfadevicename",
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-region-set",
    "x-amz-signedheaders",
];

/// What the names of parameters have in them that hold secrets. What stands under such a
/// name is looked for first, and everywhere.
const TELLING: &[&str] =
    &["password", "secret", "token", "code", "assertion", "private", "signature", "seed"];

/// The shortest value that is looked for: shorter ones stand everywhere by chance.
const SHORTEST: usize = 6;

/// As much of a value as gives it away, though the rest were cut off.
const TELLTALE: usize = 16;

/// How many values of each kind are looked for.
const MOST: usize = 64;

/// How long the name of a parameter is that is shown.
const LONGEST_NAME: usize = 64;

/// Hides what must not be shown of one request.
#[derive(Debug, Default)]
pub(super) struct Veil {
    secrets: Vec<Secret>,
    others: Vec<Secret>,
}

impl Veil {
    /// Knows what the head of a request, and its body, have to hide.
    pub(super) fn of(head: &Head, body: &[u8]) -> Self {
        let mut veil = Self::default();
        veil.hide_words(head.authorization().unwrap_or_default());
        veil.keep_secret(head.token().unwrap_or_default());
        for raw in [head.query().as_bytes(), body] {
            for (name, value) in pairs(raw) {
                veil.note(&name, &value);
            }
        }
        veil
    }

    /// Knows what stands in a canonical request, too: headers that are signed.
    pub(super) fn learn(&mut self, canonical_request: &[u8]) {
        let text = String::from_utf8_lossy(canonical_request);
        let headers = text.split('\n').skip(3).filter_map(|line| line.split_once(':'));
        let hidden = headers.filter(|(name, _)| !is_shown_header(name));
        hidden.for_each(|(_, value)| self.keep_other(value));
    }

    /// A sentence, or anything else that may repeat what the request says.
    pub(super) fn text(&self, text: &str) -> String {
        let known = self.without_secrets(text.to_owned());
        self.others.iter().fold(known, |text, other| {
            let other = other.expose();
            text.replace(other, &hidden(other.len()))
        })
    }

    /// A canonical request or a string to sign, whoever wrote it: line by line, each as
    /// long as its kind is.
    pub(super) fn stage(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let lines: Vec<_> = text.split('\n').map(line).collect();
        let shown = lines.join("\n");
        self.without_secrets(shown)
    }

    fn without_secrets(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| without(&text, secret))
    }

    /// Path and query.
    pub(super) fn target(&self, path: &str, query: &str) -> String {
        let target = if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", parameters(query))
        };
        self.text(&target)
    }

    fn note(&mut self, name: &str, value: &str) {
        let name = plain_name(name);
        if is_shown(&name, value) {
            return;
        }
        if TELLING.iter().any(|word| name.contains(word)) {
            self.keep_secret(value);
        } else {
            self.keep_other(value);
        }
    }

    fn keep_other(&mut self, value: &str) {
        if self.others.len() < MOST && value.len() >= SHORTEST {
            self.others.push(Secret::new(value.to_owned()));
        }
    }

    fn keep_secret(&mut self, value: &str) {
        if value.len() < SHORTEST || self.secrets.len() >= MOST {
            return;
        }
        let mut coded = Vec::new();
        percent::encode_into(&mut coded, value.as_bytes());
        let coded = String::from_utf8(coded).unwrap_or_default();
        if coded != value {
            self.secrets.push(Secret::new(coded));
        }
        self.secrets.push(Secret::new(value.to_owned()));
    }

    /// Of an Authorization header all but its scheme, credential and signed headers.
    fn hide_words(&mut self, authorization: &str) {
        let words = authorization.split([' ', ',', '\t']).filter(|word| !word.is_empty());
        let is_scheme =
            |nth: usize, word: &str| nth == 0 && word.len() <= "AWS4-ECDSA-P256-SHA256".len();
        for (nth, word) in words.enumerate() {
            match word.split_once('=') {
                Some(("SignedHeaders", _)) => {}
                Some(("Credential", value)) if names_key(value) => {}
                Some((_, value)) if !value.is_empty() => self.keep_secret(value),
                _ if is_scheme(nth, word) => {}
                _ => self.keep_secret(word),
            }
        }
    }
}

/// What stands in the place of what is hidden.
fn hidden(bytes: usize) -> String {
    format!("…hidden ({bytes} bytes)…")
}

/// The names and values of a query or a form, decoded as far as they can be.
fn pairs(raw: &[u8]) -> Vec<(String, String)> {
    let pieces = raw.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let decoded = |bytes: Option<&[u8]>| {
        let bytes = bytes.unwrap_or_default();
        let plain = percent::decode(bytes, Plus::Space).unwrap_or(Cow::Borrowed(bytes));
        String::from_utf8_lossy(&plain).into_owned()
    };
    let pair = |piece: &[u8]| {
        let mut halves = piece.splitn(2, |byte| *byte == b'=');
        (decoded(halves.next()), decoded(halves.next()))
    };
    pieces.take(crate::wire::form::MOST_PARAMETERS).map(pair).collect()
}

/// A name as [`PARAMETERS`] has it: `Tags.member.1.Key` is `tags.key`.
fn plain_name(name: &str) -> String {
    let is_place = |part: &&str| *part != "member" && !part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<_> = name.split('.').filter(is_place).collect();
    parts.join(".").to_ascii_lowercase()
}

fn is_shown(plain_name: &str, value: &str) -> bool {
    match plain_name {
        "x-amz-credential" => names_key(value),
        _ => PARAMETERS.contains(&plain_name),
    }
}

/// Whether a credential begins with the id of a key. Who mixes up both halves of a key
/// pair puts the secret there, which may have slashes of its own.
pub(super) fn names_key(credential: &str) -> bool {
    let credential = credential.replace("%2F", "/");
    let parts: Vec<_> = credential.split('/').collect();
    let id = parts.first().copied().unwrap_or_default();
    let is_word = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let has_kind = ["AKIA", "ASIA"].iter().any(|kind| id.starts_with(kind));
    let is_dated = parts.get(1).is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit()));
    let is_scoped = matches!(parts.len(), 4 | 5) && is_dated;
    is_word && (1..=128).contains(&id.len()) && id.len() != 40 && (has_kind || is_scoped)
}

/// A line of a canonical request: a path, a header, a query, or a bare word.
fn line(line: &str) -> String {
    if line.starts_with('/') {
        let (path, query) = line.split_once('?').unwrap_or((line, ""));
        return if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", parameters(query))
        };
    }
    match line.find([':', '=']).and_then(|at| line.split_at_checked(at)) {
        Some((name, value)) if value.starts_with(':') => header(name, value, line),
        Some(_) => parameters(line),
        None => line.to_owned(),
    }
}

fn header(name: &str, value: &str, line: &str) -> String {
    if is_shown_header(name) {
        return line.to_owned();
    }
    format!("{name}:{}", hidden(value.len().saturating_sub(1)))
}

fn is_shown_header(name: &str) -> bool {
    HEADERS.contains(&name.trim().to_ascii_lowercase().as_str())
}

fn parameters(query: &str) -> String {
    query.split('&').map(parameter).collect::<Vec<_>>().join("&")
}

fn parameter(piece: &str) -> String {
    let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
    let plain = pairs(piece.as_bytes()).into_iter().next().unwrap_or_default();
    if value.is_empty() && name.len() <= LONGEST_NAME || is_shown(&plain_name(&plain.0), &plain.1) {
        return piece.to_owned();
    }
    let name = if name.len() <= LONGEST_NAME { name.to_owned() } else { hidden(name.len()) };
    format!("{name}={}", hidden(value.len()))
}

/// `text` with what it has of `secret` hidden, even where the rest is cut off.
fn without(text: &str, secret: &Secret) -> String {
    let secret = secret.expose();
    let probe: String = secret.chars().take(TELLTALE).collect();
    let tail = secret.strip_prefix(probe.as_str()).unwrap_or_default();
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(probe.as_str()) {
        let same = after.chars().zip(tail.chars()).take_while(|(one, other)| one == other);
        let length = same.map(|(one, _)| one.len_utf8()).fold(0, usize::saturating_add);
        shown.push_str(before);
        shown.push_str(&hidden(probe.len().saturating_add(length)));
        rest = after.get(length..).unwrap_or_default();
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_what_is_known_to_be_harmless_and_nothing_else() {
        for (written, shown) in [
            ("GET", "GET"),
            ("/", "/"),
            ("/?Action=GetUser&Password=hushhush", "/?Action=GetUser&Password=…hidden (8 bytes)…"),
            ("host:a:443", "host:a:443"),
            ("X-Amz-Security-Token:hush=", "X-Amz-Security-Token:…hidden (5 bytes)…"),
            (
                "Tags.member.1.Key=a&Tags.member.1.Value=b",
                "Tags.member.1.Key=a&Tags.member.1.Value=…hidden (1 bytes)…",
            ),
            ("X-Amz-Credential=AKIAANN%2F20150830", "X-Amz-Credential=AKIAANN%2F20150830"),
            ("X-Amz-Signature=abc", "X-Amz-Signature=…hidden (3 bytes)…"),
            ("host;x-amz-date", "host;x-amz-date"),
            ("", ""),
        ] {
            assert_eq!(line(written), shown);
        }
    }

    #[test]
    fn a_secret_in_the_place_of_a_key_id_is_hidden() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        assert!(names_key("AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/iam/aws4_request"));
        assert!(names_key("me%2F20150830%2Fus-east-1%2Fiam%2Faws4_request"));
        for secret in [secret, &secret.replace('/', "a")] {
            assert!(!names_key(&format!("{secret}/20150830/us-east-1/iam/aws4_request")));
        }
        assert!(!line(&format!("X-Amz-Credential={secret}")).contains("wJalr"));
    }

    #[test]
    fn a_value_is_hidden_wherever_it_turns_up_and_though_its_end_is_cut_off() {
        let hiding = |text: &str, secret: &str| without(text, &Secret::new(secret.to_owned()));
        let shown = hiding("a 0123456789abcdefghij b 0123456789abcdefgh", "0123456789abcdefghij");
        assert_eq!(shown, "a …hidden (20 bytes)… b …hidden (18 bytes)…");
        assert_eq!(hiding("a 123456 b", "123456"), "a …hidden (6 bytes)… b");
    }
}
