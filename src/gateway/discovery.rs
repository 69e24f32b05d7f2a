//! What anybody may read of the gateway as an issuer of web identity tokens: who it is,
//! and the keys that its tokens are verified by (OIDC Discovery section 4).

use std::convert::Infallible;
use std::mem;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::{BoxFuture, Either};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::Full;
use serde_json::json;
use tower::{Layer, Service};

use crate::layer::{Answered, refusal};
use crate::store::{Store, told};
use crate::sts::STS;
use crate::text::{IssuerId, Text};

/// What stands in every path that is looked at.
const WELL_KNOWN: &str = "/.well-known/";

const CONFIGURATION: &str = "openid-configuration";
const KEYS: &str = "jwks.json";

/// For how long a document may be kept: much less than keys are published before they
/// sign.
const KEPT: &str = "public, max-age=3600";

/// Wraps services in [`Discovery`].
#[derive(Clone, Debug)]
pub struct DiscoveryLayer(Store);

impl DiscoveryLayer {
    /// A layer that answers for the issuers of `store`.
    pub fn new(store: Store) -> Self {
        Self(store)
    }
}

impl<S> Layer<S> for DiscoveryLayer {
    type Service = Discovery<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Discovery { store: self.0.clone(), inner }
    }
}

/// Answers whoever asks for a document of an issuer that there is; passes on all else.
#[derive(Clone, Debug)]
pub struct Discovery<S> {
    store: Store,
    inner: S,
}

/// The documents of an issuer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Document {
    Configuration,
    Keys,
}

impl<S, B> Service<Request<B>> for Discovery<S>
where
    S: Service<Request<B>, Response = Response<Full<Bytes>>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, BoxFuture<'static, Result<S::Response, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Some(asked) = Asked::of(&request, self.store.issuer_base().path()) else {
            return Either::Left(self.inner.call(request));
        };
        // `self.inner` is the one that said it was ready: it goes, the clone stays.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let store = self.store.clone();
        Either::Right(Box::pin(async move {
            match store.is_issuer(&asked.id).await {
                Ok(true) => Ok(asked.answer(&store)),
                Ok(false) => inner.call(request).await,
                Err(failure) => Ok(refusal(told(&failure))),
            }
        }))
    }
}

/// Which document of which issuer is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Asked {
    id: IssuerId,
    document: Document,
    is_head: bool,
}

impl Asked {
    /// What a request asks for, if it is one of these. A proxy may have taken `before`
    /// away from the path, or not.
    fn of<B>(request: &Request<B>, before: &str) -> Option<Self> {
        let path = request.uri().path();
        let is_head = match *request.method() {
            Method::GET => false,
            Method::HEAD => true,
            _ => return None,
        };
        let (issuer, name) = path.split_once(WELL_KNOWN)?;
        let id = issuer.strip_prefix(before).unwrap_or(issuer).strip_prefix('/')?;
        let document = match name {
            CONFIGURATION => Document::Configuration,
            KEYS => Document::Keys,
            _ => return None,
        };
        Some(Self { id: IssuerId::parse(id).ok()?, document, is_head })
    }

    fn answer(&self, store: &Store) -> Response<Full<Bytes>> {
        let (action, document) = match self.document {
            Document::Configuration => (CONFIGURATION, self.configuration(store)),
            Document::Keys => (KEYS, store.published_keys().to_string()),
        };
        let length = HeaderValue::from(document.len());
        let body = if self.is_head { Bytes::new() } else { Bytes::from(document) };
        let mut response = Response::new(Full::new(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT));
        headers.insert(CONTENT_LENGTH, length);
        let (namespace, service) = (STS.namespace, STS.prefix);
        Answered { namespace, service, action, caller: None }.on(response)
    }

    /// What AWS says of its issuers, and the one more that OIDC Discovery asks for.
    fn configuration(&self, store: &Store) -> String {
        let issuer = store.issuer_base().of(&self.id);
        let claims = ["sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"];
        json!({
            "claims_supported": claims,
            "id_token_signing_alg_values_supported": ["RS256", "ES384"],
            "issuer": issuer,
            "jwks_uri": format!("{issuer}{WELL_KNOWN}{KEYS}"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "a1faa616-d595-447d-bdfd-64b774ab199c";

    fn asked(method: Method, path: &str, before: &str) -> Option<Document> {
        let request = Request::builder().method(method).uri(path).body(()).unwrap();
        Asked::of(&request, before).map(|asked| asked.document)
    }

    #[test]
    fn two_documents_of_an_issuer_are_read_and_nothing_else() {
        let keys = format!("/{ID}/.well-known/jwks.json");
        assert_eq!(asked(Method::GET, &keys, ""), Some(Document::Keys));
        assert_eq!(asked(Method::HEAD, &format!("{keys}?x"), ""), Some(Document::Keys));
        let who = format!("/{ID}/.well-known/openid-configuration");
        assert_eq!(asked(Method::GET, &who, ""), Some(Document::Configuration));
        assert_eq!(asked(Method::POST, &keys, ""), None);
        for other in [
            "/",
            "/.well-known/jwks.json",
            &format!("/{ID}"),
            &format!("/{ID}/.well-known/"),
            &format!("/{ID}/.well-known/jwks.json/"),
            &format!("//{ID}/.well-known/jwks.json"),
            &format!("/x/{ID}/.well-known/jwks.json"),
            &format!("/{}/.well-known/jwks.json", ID.to_uppercase()),
        ] {
            assert_eq!(asked(Method::GET, other, ""), None, "{other}");
        }
    }

    #[test]
    fn a_path_before_issuers_may_be_there_or_be_taken_away() {
        for path in
            [format!("/iam/{ID}/.well-known/jwks.json"), format!("/{ID}/.well-known/jwks.json")]
        {
            assert_eq!(asked(Method::GET, &path, "/iam"), Some(Document::Keys), "{path}");
        }
    }
}
