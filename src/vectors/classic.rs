//! The classic suite: `X.req` before signing, `X.sreq` after it, and the stages between
//! them in `X.creq`, `X.sts` and `X.authz`. All are signed by one key, at one time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fault::Fault;
use super::file;
use super::server::{Answer, Server, key};
use super::task::{Task, unsigned};
use super::{Case, Expected, Signed};
use crate::clock::Time;
use crate::request::Request;
use crate::sigv4::{Algorithm, Form, Rules};

/// What the files of a case end in.
pub(super) const ENDINGS: &[&str] = &["req", "creq", "sts", "authz", "sreq"];

/// 2015-08-30T12:36:00Z.
const NOW: Time = Time::from_unix(1_440_938_160);
const REGION: &str = "us-east-1";
const SERVICE: &str = "service";
const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Published with the signature of `get-vanilla`, which has no token; its own stands in its
/// `.authz`.
const MISPRINTED: (&str, &str) = (
    "get-vanilla-with-session-token",
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
);

/// The names of the cases whose files are called `names`.
pub(super) fn stems(names: &[String]) -> Vec<&str> {
    let stem = |name: &'_ String| {
        let (stem, ending) = name.rsplit_once('.')?;
        let at = (ENDINGS.contains(&ending) && !stem.is_empty()).then_some(stem.len())?;
        Some((at, name.len()))
    };
    let stems = names.iter().filter_map(|name| name.get(..stem(name)?.0));
    let mut stems: Vec<_> = stems.collect();
    stems.dedup();
    stems
}

/// Reads the case `stem` of a folder.
pub(super) fn read(folder: &Path, name: &str, stem: &str) -> Result<Case, Fault> {
    let of = |ending: &str| folder.join(format!("{stem}.{ending}"));
    let mut request = file::request(&of("sreq"), "the request as it is signed")?;
    let authorization = file::read(&of("authz"))?.map(|text| text.trim_ascii().to_vec());
    if let Some(authorization) = authorization.as_deref().filter(|_| is_misprinted(stem, &request))
    {
        request.set("Authorization", &String::from_utf8_lossy(authorization));
    }
    let canonical_request = file::read(&of("creq"))?;
    let asked = file::read(&of("req"))?
        .map(|text| Request::read(&text).map_err(|why| Fault::NoRequest { file: of("req"), why }));
    let task = Task {
        request: asked.transpose()?.unwrap_or_else(|| unsigned(&request, Form::Header)),
        form: Form::Header,
        algorithm: Algorithm::HmacSha256,
        region: REGION.to_owned(),
        expires: None,
        signs_body_hash: false,
        normalizes_path: true,
        adds_token_late: is_token_late(&request, canonical_request.as_deref()),
    };
    Ok(Case {
        name: name.to_owned(),
        place: place(folder, stem),
        server: server(&request, task.adds_token_late),
        expected: Expected {
            canonical_request,
            string_to_sign: file::read(&of("sts"))?,
            signature: authorization.map(|text| signed(&text, &of("authz"))).transpose()?,
            answer: Answer::let_in(),
        },
        task: Some(task),
        not_over_http: Case::seen_not_over_http(&request),
        request,
    })
}

/// The folder, and the file where it holds several cases.
fn place(folder: &Path, stem: &str) -> PathBuf {
    let is_of_folder = folder.file_name().is_some_and(|name| name == stem);
    if is_of_folder { folder.to_owned() } else { folder.join(format!("{stem}.sreq")) }
}

fn is_misprinted(stem: &str, request: &Request) -> bool {
    let (name, signature) = MISPRINTED;
    let is_it = |text: &[u8]| text.trim_ascii().ends_with(signature.as_bytes());
    stem == name && request.header("authorization").is_some_and(is_it)
}

fn signed(authorization: &[u8], file: &Path) -> Result<Signed, Fault> {
    let digits = authorization.rsplit(|byte| *byte == b'=').next().unwrap_or_default();
    if digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit) {
        return Ok(Signed::ByMac(digits.to_vec()));
    }
    Err(Fault::text(file, "an Authorization header that ends in Signature= and 64 digits"))
}

/// Whether a token is there that was added when everything else was signed.
fn is_token_late(request: &Request, canonical_request: Option<&[u8]>) -> bool {
    let line = b"\nx-amz-security-token:";
    let is_signed = |text: &[u8]| text.windows(line.len()).any(|window| window == line);
    request.header("x-amz-security-token").is_some()
        && canonical_request.is_some_and(|text| !is_signed(text))
}

fn server(request: &Request, takes_late_token: bool) -> Server {
    let rules = Rules::rest(SERVICE).in_regions([REGION]);
    let rules = if takes_late_token { rules.taking_late_tokens() } else { rules };
    let token = request.header("x-amz-security-token").map(String::from_utf8_lossy);
    let key = key(KEY_ID, SECRET, token.as_deref().map(str::trim));
    Server { rules, now: NOW, key: Some(Arc::new(key)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_may_hold_one_case_or_many() {
        let names = ["a.authz", "a.creq", "a.sreq", "b.req", "c.txt", ".req", "req"];
        assert_eq!(stems(&names.map(str::to_owned)), ["a", "b"]);
    }

    #[test]
    fn a_signature_is_the_end_of_an_authorization() {
        let file = Path::new("x.authz");
        let text = format!("AWS4-HMAC-SHA256 Credential=c, Signature={}", "0a".repeat(32));
        assert!(signed(text.as_bytes(), file).is_ok());
        let fault = signed(b"AWS4-HMAC-SHA256 Signature=0a", file).err().unwrap();
        assert!(fault.to_string().starts_with("x.authz must hold"), "{fault}");
    }
}
