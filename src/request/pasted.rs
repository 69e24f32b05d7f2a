//! Requests in whatever form people paste them: as text, as a curl command line, or as an
//! address alone.

use thiserror::Error;

use super::curl::{self, AwsSigV4, Curl, User};
use super::url::Url;
use super::{Request, Unreadable};

/// A request, and what its text says beside it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pasted {
    /// The request.
    pub request: Request,
    /// Whether it goes over TLS, where that is said.
    pub is_secure: Option<bool>,
    /// What curl is to sign it for, where curl is to sign it.
    pub signing: Option<AwsSigV4>,
    /// Who curl says it is from.
    pub user: Option<User>,
}

/// Why what was pasted is no request.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum NotRead {
    /// It is no text of a request.
    #[error(transparent)]
    Text(#[from] Unreadable),
    /// It begins as a URL, and is none.
    #[error("it is no URL: white space in one is written as %20")]
    Url,
    /// It is a curl command line that says too little, or too much.
    #[error(transparent)]
    Curl(#[from] curl::Unreadable),
}

impl Pasted {
    /// Reads what is one of the three, and finds out which.
    ///
    /// ```
    /// use countersign::request::Pasted;
    ///
    /// for text in ["curl https://h/a", "GET /a\nHost: h", "https://h/a"] {
    ///     let pasted = Pasted::read(text.as_bytes()).unwrap();
    ///     assert_eq!(pasted.request.target, b"/a");
    /// }
    /// ```
    pub fn read(text: &[u8]) -> Result<Self, NotRead> {
        if text.trim_ascii().is_empty() {
            return Err(Unreadable::Empty.into());
        }
        if Curl::is_one(text) {
            let Curl { request, is_secure, signing, user } = Curl::read(text)?;
            return Ok(Self { request, is_secure: Some(is_secure), signing, user });
        }
        if let Some(url) = alone(text) {
            return Ok(Self::of(Request::to(&url), url.is_secure));
        }
        if Url::begins(text.trim_ascii_start()) {
            return Err(NotRead::Url);
        }
        let request = Request::read(text)?;
        let is_secure = Url::read(&request.target).and_then(|url| url.is_secure);
        Ok(Self::of(request, is_secure))
    }

    fn of(request: Request, is_secure: Option<bool>) -> Self {
        Self { request, is_secure, signing: None, user: None }
    }

    /// Whether it goes over TLS. Where nothing says so, only what stays on this machine
    /// does without.
    pub fn is_secure(&self) -> bool {
        self.is_secure.unwrap_or_else(|| {
            let host = self.request.header("host").unwrap_or_default().trim_ascii();
            let is_near = ["localhost", "127.", "[::1]"];
            !is_near.iter().any(|near| host.starts_with(near.as_bytes()))
        })
    }
}

/// The address, if there is nothing else.
fn alone(text: &[u8]) -> Option<Url> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text);
    Url::read(text).filter(|url| url.is_secure.is_some())
}

impl Request {
    /// What a browser asks for at an address.
    fn to(url: &Url) -> Self {
        Self {
            method: "GET".to_owned(),
            target: url.target.clone(),
            headers: vec![("Host".to_owned(), format!(" {}", url.host).into_bytes())],
            body: Vec::new(),
        }
    }
}
