//! A listening socket, and the connections that come out of it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

use crate::config::Bounds;
use crate::gateway::connection::{Content, Speaker, Stack, TimedBody};
use crate::gateway::stop::Stop;
use crate::layer::Peer;
use crate::metrics::Metrics;

/// How long to wait where nothing can be accepted: a full table of files does not
/// empty itself by asking.
const SHORT_PAUSE: Duration = Duration::from_millis(50);
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// How long what was left may take to fall over.
const ABORT: Duration = Duration::from_secs(1);

/// An address that cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen on {address}: {}", self.why())]
pub struct CannotListen {
    address: SocketAddr,
    reason: io::Error,
}

impl CannotListen {
    fn why(&self) -> String {
        if self.reason.kind() == io::ErrorKind::AddrInUse {
            return "another process listens there".to_owned();
        }
        self.reason.to_string()
    }
}

/// A socket that is bound; connections wait in its backlog.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `address`; port 0 takes a free one.
    pub async fn bind(address: SocketAddr) -> Result<Self, CannotListen> {
        let failed = |reason| CannotListen { address, reason };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    /// The address as it became.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next connection, however long it takes.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        let mut pause = SHORT_PAUSE;
        loop {
            match self.socket.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    tracing::warn!(reason = %error, "cannot accept connections; trying again");
                    sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONG_PAUSE);
                }
            }
        }
    }
}

/// Whether it was the connection that failed, not the listening.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// What every connection of a listener shares.
#[derive(Clone)]
pub struct Connections {
    /// What they are held to.
    pub bounds: Bounds,
    /// What is spoken below HTTP, if anything.
    pub tls: Option<TlsAcceptor>,
    /// Where they are counted.
    pub metrics: Arc<Metrics>,
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

impl Connections {
    /// Serves what comes in with clones of `stack`, until `stop` is called; then
    /// finishes what is under way, for as long as the bounds allow.
    pub async fn serve<S, C>(self, listener: Listener, stack: S, stop: Stop)
    where
        S: Stack<TimedBody, C>,
        C: Content,
    {
        let open = TaskTracker::new();
        let places = Arc::new(Semaphore::new(self.bounds.connections));
        let speaker = Speaker::new(self.bounds);
        while let Some((connection, place)) = next(&listener, &places, &stop).await {
            let one = One { shared: self.clone(), speaker: speaker.clone(), stop: stop.child() };
            open.spawn(one.serve(connection, stack.clone(), place));
        }
        // The port is free for a successor from here on.
        drop(listener);
        open.close();
        tokio::select! {
            () = open.wait() => return,
            () = sleep(self.bounds.drain_timeout) => {}
            () = stop.left() => {}
        }
        tracing::warn!(connections = open.len(), "not everything was finished in time");
        stop.leave();
        let _ = timeout(ABORT, open.wait()).await;
    }
}

/// The next connection, once there is a place for it; none when it is over.
async fn next(
    listener: &Listener,
    places: &Arc<Semaphore>,
    stop: &Stop,
) -> Option<((TcpStream, SocketAddr), OwnedSemaphorePermit)> {
    tokio::select! {
        biased;
        () = stop.draining() => None,
        next = async {
            let place = Arc::clone(places).acquire_owned().await.ok()?;
            Some((listener.accept().await, place))
        } => next,
    }
}

/// One connection.
struct One {
    shared: Connections,
    speaker: Speaker,
    stop: Stop,
}

impl One {
    async fn serve<S, C>(
        self,
        (stream, peer): (TcpStream, SocketAddr),
        stack: S,
        place: OwnedSemaphorePermit,
    ) where
        S: Stack<TimedBody, C>,
        C: Content,
    {
        let metrics = &self.shared.metrics;
        metrics.accepted.increment(1);
        metrics.connections.increment(1.0);
        let _open = Open(Arc::clone(metrics), place);
        // A socket that cannot be told so is slower, and no worse.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.shared.tls else {
            let end = (TokioIo::new(stream), Peer::new(peer));
            return self.speaker.speak(end, stack, &self.stop).await;
        };
        if let Some(stream) = self.shake_hands(tls, stream, peer).await {
            let end = (TokioIo::new(stream), Peer::new(peer).secured());
            self.speaker.speak(end, stack, &self.stop).await;
        }
    }

    async fn shake_hands(
        &self,
        tls: &TlsAcceptor,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
        let handshake = timeout(self.shared.bounds.handshake_timeout, tls.accept(stream));
        let failed = tokio::select! {
            () = self.stop.draining() => return None,
            handshake = handshake => match handshake {
                Ok(Ok(stream)) => return Some(stream),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it took too long".to_owned(),
            },
        };
        self.shared.metrics.handshakes_failed.increment(1);
        tracing::debug!(%peer, reason = failed, "a TLS handshake came to nothing");
        None
    }
}

/// Counts a connection, and holds its place, for as long as it is open.
struct Open(Arc<Metrics>, #[expect(dead_code, reason = "held for its end")] OwnedSemaphorePermit);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.connections.decrement(1.0);
    }
}
