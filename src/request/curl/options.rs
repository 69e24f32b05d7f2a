//! The options of curl: which of them take a value.

use super::Unreadable;
use super::words::Word;

/// One option, by its long name, and its value, where it takes one.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) name: &'static str,
    pub(super) value: Word,
}

/// A word of a command line, as curl reads it.
#[derive(Debug)]
pub(super) enum Piece {
    Option(Given),
    Address(Word),
}

/// Letters, and the long names that they stand for.
const SHORT: &[(u8, &str)] = &[
    (b'A', "user-agent"),
    (b'F', "form"),
    (b'G', "get"),
    (b'H', "header"),
    (b'I', "head"),
    (b'K', "config"),
    (b'T', "upload-file"),
    (b'X', "request"),
    (b'b', "cookie"),
    (b'd', "data"),
    (b'e', "referer"),
    (b'r', "range"),
    (b'u', "user"),
    (b':', "next"),
];

/// Letters that take a value which does not change what is sent.
const SHORT_VALUED: &[u8] = b"CDEPQUYcmotwxyz";

/// Letters that take none, and do not change what is sent.
const SHORT_FLAGS: &[u8] = b"#01234:6BJLMNORSVZafgijklnpqsv";

/// Options that decide what is sent, and take a value.
const TOLD: &[&str] = &[
    "aws-sigv4",
    "config",
    "cookie",
    "data",
    "data-ascii",
    "data-binary",
    "data-raw",
    "data-urlencode",
    "form",
    "form-string",
    "header",
    "json",
    "oauth2-bearer",
    "range",
    "referer",
    "request",
    "request-target",
    "upload-file",
    "url",
    "url-query",
    "user",
    "user-agent",
];

/// Options that decide what is sent, and take none.
const TOLD_FLAGS: &[&str] =
    &["anyauth", "digest", "get", "head", "negotiate", "next", "ntlm", "path-as-is"];

/// Other options that take a value.
const VALUED: &str = "\
    abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout connect-to \
    continue-at cookie-jar create-file-mode crlfile curves delegation dns-interface \
    dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare \
    etag-save expect100-timeout ftp-account ftp-alternative-to-user ftp-method ftp-port \
    ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip hostpubmd5 hostpubsha256 hsts \
    interface ip-tos ipfs-gateway keepalive-cnt keepalive-time key key-type krb libcurl \
    limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs \
    max-time netrc-file noproxy output output-dir parallel-max pass pinnedpubkey preproxy proto \
    proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type \
    proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass \
    proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype \
    proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file rate resolve \
    retry retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5 \
    socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option \
    tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace \
    trace-ascii trace-config unix-socket vlan-priority write-out";

/// Other options that take none; any of them may be told off with `no-`.
const FLAGS: &str = "\
    append basic ca-native cert-status compressed compressed-ssh create-dirs crlf disable \
    disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure fail \
    fail-early fail-with-body false-start form-escape ftp-create-dirs ftp-pasv ftp-pret \
    ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control globoff haproxy-protocol http0.9 http1.0 \
    http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include insecure \
    ipv4 ipv6 junk-session-cookies list-only location location-trusted mail-rcpt-allowfails \
    manual mptcp netrc netrc-optional ntlm-wb parallel parallel-immediate post301 post302 \
    post303 progress-bar proxy-anyauth proxy-basic proxy-ca-native proxy-digest proxy-http2 \
    proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-ssl-auto-client-cert \
    proxy-tlsv1 proxytunnel raw remote-header-name remote-name remote-name-all remote-time \
    remove-on-error retry-all-errors retry-connrefused sasl-ir show-error show-headers silent \
    skip-existing socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast \
    ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output \
    suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tls-earlydata tlsv1 \
    tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose xattr \
    alpn npn buffer clobber keepalive progress-meter sessionid";

/// What the words behind `curl` are. Options that do not change what is sent are left out.
pub(super) fn read(words: Vec<Word>) -> Result<Vec<Piece>, Unreadable> {
    let mut words = words.into_iter();
    let mut pieces = Vec::new();
    let mut is_behind_options = false;
    while let Some(word) = words.next() {
        match word.text.as_slice() {
            b"--" if !is_behind_options => is_behind_options = true,
            [b'-', b'-', ..] if !is_behind_options => {
                pieces.extend(long(&word, &mut words)?.map(Piece::Option));
            }
            [b'-', _, ..] if !is_behind_options => {
                letters(&word, &mut words, &mut pieces)?;
            }
            _ => pieces.push(Piece::Address(word)),
        }
    }
    Ok(pieces)
}

/// `--name`, `--name value`, `--name=value`.
fn long(word: &Word, rest: &mut impl Iterator<Item = Word>) -> Result<Option<Given>, Unreadable> {
    let text = word.text.strip_prefix(b"--").unwrap_or_default();
    let mut parts = text.splitn(2, |byte| *byte == b'=');
    let (name, inline) = (parts.next().unwrap_or_default(), parts.next());
    let find =
        |names: &[&'static str]| names.iter().copied().find(|other| other.as_bytes() == name);
    let line = word.line;
    if let Some(name) = find(TOLD_FLAGS) {
        return Ok(Some(Given { name, value: Word { text: Vec::new(), line } }));
    }
    let has = |names: &str, name: &[u8]| names.split(' ').any(|other| other.as_bytes() == name);
    let is_valued = find(TOLD).is_some() || has(VALUED, name);
    if is_valued {
        let inline = inline.map(|text| Word { text: text.to_vec(), line });
        let value = inline.or_else(|| rest.next()).ok_or_else(|| no_value(word))?;
        return Ok(find(TOLD).map(|name| Given { name, value }));
    }
    let positive = name.strip_prefix(b"no-").unwrap_or(name);
    let is_told_off = TOLD_FLAGS.iter().any(|flag| flag.as_bytes() == positive);
    if is_told_off || has(FLAGS, positive) { Ok(None) } else { Err(unknown(word)) }
}

/// `-sXPOST`, `-H value`: letters without a value, and perhaps one whose value is what follows.
fn letters(
    word: &Word,
    rest: &mut impl Iterator<Item = Word>,
    pieces: &mut Vec<Piece>,
) -> Result<(), Unreadable> {
    let mut left = word.text.strip_prefix(b"-").unwrap_or_default();
    while let Some((letter, behind)) = left.split_first() {
        left = behind;
        let name = SHORT.iter().find(|(other, _)| other == letter).map(|(_, name)| *name);
        let is_told_flag = name.is_some_and(|name| TOLD_FLAGS.contains(&name));
        let line = word.line;
        if name.is_none() && SHORT_FLAGS.contains(letter) {
            continue;
        }
        if name.is_none() && !SHORT_VALUED.contains(letter) {
            return Err(unknown(word));
        }
        let value = match left {
            _ if is_told_flag => Word { text: Vec::new(), line },
            [] => rest.next().ok_or_else(|| no_value(word))?,
            _ => Word { text: std::mem::take(&mut left).to_vec(), line },
        };
        pieces.extend(name.map(|name| Piece::Option(Given { name, value })));
    }
    Ok(())
}

fn unknown(word: &Word) -> Unreadable {
    Unreadable::Option { line: word.line, name: shown(word) }
}

fn no_value(word: &Word) -> Unreadable {
    Unreadable::NoValue { line: word.line, name: shown(word) }
}

/// The option without its value, which may be a secret.
fn shown(word: &Word) -> String {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte);
    let most = if word.text.starts_with(b"--") { 32 } else { 2 };
    let name = word.text.iter().copied().take_while(is_of_name).take(most);
    name.map(char::from).collect()
}
