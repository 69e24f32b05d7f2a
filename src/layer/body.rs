//! Reads the whole body, and no more of it than a limit.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::error::{Code, Error, Result};

/// What a body may fail with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of `body`, if they are no more than `limit`. One that announces more
/// is refused before any of it is read.
pub async fn read<B>(headers: &HeaderMap, body: B, limit: usize) -> Result<Bytes>
where
    B: BodyExt<Error: Into<BoxError>>,
{
    if announced(headers).is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => Err(Error::new(Code::RequestAbortedException, "The body broke off.")),
    }
}

/// The length that the headers announce; that of no body, if it is no number.
fn announced(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    Some(length.trim().parse().unwrap_or(usize::MAX))
}

fn too_large(limit: usize) -> Error {
    Error::new(Code::RequestEntityTooLarge, format!("The body is larger than {limit} bytes."))
}
