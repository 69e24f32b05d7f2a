//! Asks the gateway that runs to do what an operator wants.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::command::Failed;
use crate::command::place::{ADMIN_ADDRESS, ADMIN_TOKEN, Place};
use crate::config::Operation;
use crate::gateway::admin::protocol;
use crate::operate::Outcome;

/// How long a gateway that runs may take to let us in, and to answer.
const KNOCK: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_mins(10);

/// The gateway that runs on a data directory.
#[derive(Debug)]
pub(super) struct Running {
    stream: TcpStream,
    address: SocketAddr,
    token: String,
}

impl Running {
    /// Knocks where the gateway says that it is; nothing where none runs, or nobody
    /// answers.
    pub(super) async fn find(place: &Place) -> Result<Option<Self>, Failed> {
        if !place.is_in_use()? {
            return Ok(None);
        }
        let Some(address) = place.read(ADMIN_ADDRESS)? else { return Ok(None) };
        let Ok(address) = address.trim_end().parse() else { return Ok(None) };
        let Ok(Ok(stream)) = timeout(KNOCK, TcpStream::connect(address)).await else {
            return Ok(None);
        };
        let token = place.read(ADMIN_TOKEN)?.unwrap_or_default().trim_end().to_owned();
        Ok(Some(Self { stream, address, token }))
    }

    /// Sends the wish, and reads what became of it.
    pub(super) async fn ask(self, operation: &Operation) -> Result<Outcome, Failed> {
        let address = self.address;
        let answer = timeout(ANSWER, self.send(operation)).await;
        let answer = answer.map_err(|_| Failed::new(format_args!("{address} does not answer")))?;
        let (status, body) = answer?;
        if status == StatusCode::OK {
            return protocol::read_outcome(operation, &body).ok_or_else(|| stranger(address));
        }
        Err(protocol::read_fault(&body).map_or_else(|| stranger(address), Failed::new))
    }

    async fn send(self, operation: &Operation) -> Result<(StatusCode, Bytes), Failed> {
        let (method, path, body) = protocol::write(operation);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.address.to_string())
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::<Bytes>::from(body))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(self.stream)).await?;
        let exchange = async {
            let response = sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            Ok::<_, hyper::Error>((head.status, body.collect().await?.to_bytes()))
        };
        tokio::select! {
            answer = exchange => Ok(answer?),
            end = connection => Err(end.err().map_or_else(|| stranger(self.address), Failed::from)),
        }
    }
}

fn stranger(address: SocketAddr) -> Failed {
    Failed::new(format_args!("what answers on {address} is not this gateway"))
}
