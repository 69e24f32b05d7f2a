//! Reads the whole body, and no more of it than a limit.

use std::fmt;
use std::pin::Pin;

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http::header::EXPECT;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::error::{Code, Error, Result};

/// How much of a body that is too large is read on, as a multiple of the limit:
/// who is cut off in the middle of sending does not read the answer.
const PATIENCE: usize = 8;

/// What a body may fail with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a body fails with that takes longer than it may.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooSlow;

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body did not arrive in time")
    }
}

impl std::error::Error for TooSlow {}

/// The bytes of `body`, if they are no more than `limit`. One that announces more
/// is refused before any of it is kept.
pub async fn read<B>(headers: &HeaderMap, mut body: Pin<&mut B>, limit: usize) -> Result<Bytes>
where
    B: BodyExt<Error: Into<BoxError>>,
{
    if exceeds(&body, limit) {
        // Who waits for leave to send has not begun, and need not be heard out.
        if !headers.contains_key(EXPECT) {
            hear_out(body, limit).await;
        }
        return Err(too_large(limit));
    }
    match collect(Limited::new(body.as_mut(), limit)).await {
        Ok(whole) => Ok(whole),
        Err(error) if error.is::<LengthLimitError>() => {
            hear_out(body, limit).await;
            Err(too_large(limit))
        }
        Err(error) if error.is::<TooSlow>() => Err(too_slow()),
        Err(_) => Err(Error::new(Code::RequestAbortedException, "The body broke off.")),
    }
}

/// All of `body`. Most bodies come in one piece, which is taken as it is.
async fn collect<B>(mut body: B) -> std::result::Result<Bytes, BoxError>
where
    B: BodyExt<Error = BoxError> + Unpin,
{
    let (mut first, mut all) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame?.into_data() else { continue };
        let piece = data.copy_to_bytes(data.remaining());
        if first.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&piece);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Reads on for as long as patience lasts, and keeps nothing.
async fn hear_out<B>(body: Pin<&mut B>, limit: usize)
where
    B: BodyExt<Error: Into<BoxError>>,
{
    let most = limit.saturating_mul(PATIENCE);
    if !exceeds(&body, most) {
        let mut rest = Limited::new(body, most);
        while let Some(Ok(_)) = rest.frame().await {}
    }
}

/// Whether the body says itself that it is longer.
fn exceeds(body: &impl BodyExt, limit: usize) -> bool {
    u64::try_from(limit).is_ok_and(|limit| body.size_hint().lower() > limit)
}

fn too_large(limit: usize) -> Error {
    Error::new(Code::RequestEntityTooLarge, format!("The body is larger than {limit} bytes."))
}

fn too_slow() -> Error {
    Error::new(Code::RequestTimeout, "The body did not arrive in time.")
}
