//! What an operator is told: at once, or as it happens.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};

use crate::gateway::connection::Content;

/// The body of an answer.
pub enum Told {
    /// All of it is there.
    Whole(Full<Bytes>),
    /// It goes on.
    Running(BoxStream<'static, Bytes>),
}

impl Content for Told {
    const LASTS: bool = true;
}

impl Default for Told {
    fn default() -> Self {
        Self::Whole(Full::default())
    }
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self::Whole(Full::from(text))
    }
}

impl From<&'static str> for Told {
    fn from(text: &'static str) -> Self {
        Self::Whole(Full::from(text))
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

impl Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole).poll_frame(cx),
            Self::Running(stream) => {
                stream.poll_next_unpin(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Running(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Running(_) => SizeHint::default(),
        }
    }
}
