//! Clients that send what is ready, wait for the answer, and send the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign::clock::{Clock, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, yield_now};

/// One thread for all clients: that it keeps up is seen from the server's core,
/// which is busy all the time.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().event_interval(4).build().unwrap()
}

/// Sends `requests` over and over on so many connections for `span`; how many were
/// answered.
pub(crate) fn over_and_over(
    runtime: &Runtime,
    address: &str,
    (requests, connections): (&Arc<Vec<Vec<u8>>>, usize),
    span: Duration,
) -> usize {
    let next = Arc::new(AtomicUsize::new(0));
    runtime.block_on(async {
        let clock = Arc::new(SystemClock::start());
        let mut clients = JoinSet::new();
        // Keeps this core awake: a server that is slower than the clients would
        // else wake it for each answer, and be charged for that.
        let awake = Arc::clone(&clock);
        clients.spawn(async move {
            while awake.elapsed() < span {
                yield_now().await;
            }
            0
        });
        for _ in 0..connections {
            let mut client = Client::connect(address).await;
            let (requests, next, clock) =
                (Arc::clone(requests), Arc::clone(&next), Arc::clone(&clock));
            clients.spawn(async move {
                let mut answered = 0;
                while clock.elapsed() < span {
                    let n = next.fetch_add(1, Ordering::Relaxed) % requests.len();
                    client.ask(&requests[n]).await;
                    answered += 1;
                }
                answered
            });
        }
        clients.join_all().await.into_iter().sum()
    })
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 16 * 1024] }
    }

    /// Sends a request, and gives the body of the answer, which must be good.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> &str {
        let (start, end) = self.exchange(request).await;
        let answer = &self.buffer[..end];
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(answer));
        std::str::from_utf8(&self.buffer[start..end]).unwrap()
    }

    /// Sends a request, and tells where the body of the answer begins and ends.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> (usize, usize) {
        self.stream.write_all(request).await.unwrap();
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            filled += read;
            if let Some(body) = body(&self.buffer[..filled]) {
                return body;
            }
        }
    }
}

/// Where the body of an answer begins and ends, once it is there.
fn body(bytes: &[u8]) -> Option<(usize, usize)> {
    let start = find(bytes, b"\r\n\r\n")? + 4;
    let name = b"content-length: ";
    let length = find(&bytes[..start], name)? + name.len();
    let digits = bytes[length..].iter().take_while(|byte| byte.is_ascii_digit());
    let end = start + digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    (bytes.len() >= end).then_some((start, end))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    // The first byte is rare: most places are left at once.
    bytes.windows(what.len()).position(|window| window[0] == what[0] && window == what)
}
