//! Requests as text, the way vectors hold them, made of those of the HTTP stack.

use bytes::Bytes;
pub(crate) use countersign::request::Request as RawRequest;
use countersign::sigv4::Head;
use http::{HeaderName, HeaderValue};

/// The same request, put down in full.
pub(crate) fn put_down(request: &http::Request<Bytes>) -> RawRequest {
    let header =
        |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), value.as_bytes().to_vec());
    let target = request.uri().path_and_query().unwrap().as_str();
    RawRequest {
        method: request.method().to_string(),
        target: target.as_bytes().to_vec(),
        headers: request.headers().iter().map(header).collect(),
        body: request.body().to_vec(),
    }
}

/// Calls `look` with the head of the request.
pub(crate) fn with_head<T>(request: &RawRequest, look: impl FnOnce(Head<'_>) -> T) -> T {
    look(request.head(&request.raw_headers()))
}

/// What goes over the wire. The connection ends with the answer.
pub(crate) fn to_wire(request: &RawRequest) -> Vec<u8> {
    let mut request = request.clone();
    request.headers.push(("Connection".to_owned(), b" close".to_vec()));
    request.to_wire()
}
