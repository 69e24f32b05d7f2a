//! What a client may ask of a connection: more of it is refused or cut short, and
//! never waited for.

use std::convert::Infallible;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use countersign::clock::SystemClock;
use countersign::config::Bounds;
use countersign::gateway::connection::{Stack, TimedBody};
use countersign::gateway::listen::{Connections, Listener};
use countersign::gateway::stop::Stop;
use countersign::layer::access_log::AccessLogLayer;
use countersign::layer::answer::AnswerLayer;
use countersign::layer::body;
use countersign::layer::refusal;
use countersign::layer::request_id::RequestIdLayer;
use countersign::layer::shed::{Serving, ShedLayer};
use countersign::metrics::Metrics;
use http::{Request, Response};
use http_body_util::Full;
use tokio::runtime::Runtime;
use tower::{ServiceBuilder, service_fn};

use crate::raw::{answer, connect, exchange, to_the_end};

const SOON: Duration = Duration::from_millis(300);
const NEVER: Duration = Duration::from_hours(24);

const BOUNDS: Bounds = Bounds {
    connections: 100,
    requests: 100,
    streams: 10,
    body: 100,
    header_bytes: 8192,
    headers: 20,
    handshake_timeout: NEVER,
    header_timeout: NEVER,
    body_timeout: NEVER,
    idle_timeout: NEVER,
    drain_timeout: SOON,
};

#[test]
fn who_sends_nothing_is_cut_off() {
    let echo = Echo::within(Bounds { header_timeout: SOON, ..BOUNDS });
    assert_eq!(to_the_end(&mut connect(&echo.address)), "");
}

#[test]
fn who_sends_the_head_slowly_is_cut_off() {
    let echo = Echo::within(Bounds { header_timeout: SOON, ..BOUNDS });
    let mut slow = connect(&echo.address);
    slow.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nSlow: ").unwrap();
    // However many letters come, it is the whole head that must be in time.
    while slow.write_all(b"s").is_ok() {
        std::thread::sleep(SOON / 10);
    }
    assert!(!to_the_end(&mut slow).contains("200 OK"));
}

#[test]
fn who_keeps_an_http2_connection_for_nothing_is_cut_off() {
    let echo = Echo::within(Bounds { header_timeout: SOON, idle_timeout: SOON, ..BOUNDS });
    let mut idle = connect(&echo.address);
    idle.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
    idle.set_read_timeout(Some(crate::program::PATIENCE)).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut idle, &mut bytes).unwrap();
}

#[test]
fn who_asks_nothing_more_is_cut_off() {
    let echo = Echo::within(Bounds { idle_timeout: SOON, header_timeout: SOON, ..BOUNDS });
    let mut idle = connect(&echo.address);
    idle.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na").unwrap();
    assert_eq!(answer(&mut idle).status, 200);
}

#[test]
fn who_sends_the_body_slowly_is_told_and_cut_off() {
    let echo = Echo::within(Bounds { body_timeout: SOON, ..BOUNDS });
    let mut slow = connect(&echo.address);
    slow.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na").unwrap();
    let told = answer(&mut slow);
    assert_eq!(told.status, 408);
    assert!(told.body.contains("<Code>RequestTimeout</Code>"), "{told:?}");
}

#[test]
fn a_head_of_too_many_bytes_or_lines_is_refused() {
    let echo = Echo::within(BOUNDS);
    let with = |headers: &str| {
        let request = format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        exchange(&echo.address, &request).status
    };
    assert_eq!(with(&"a: b\r\n".repeat(18)), 200);
    assert_eq!(with(&"a: b\r\n".repeat(19)), 431);
    assert_eq!(with(&format!("a: {}\r\n", "b".repeat(9000))), 431);
}

#[test]
fn a_target_that_is_too_long_is_refused() {
    let echo = Echo::within(Bounds { header_bytes: 200_000, ..BOUNDS });
    let long = "a".repeat(70_000);
    let request = format!("GET /{long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(exchange(&echo.address, &request).status, 414);
}

#[test]
fn what_is_no_http_is_refused() {
    let echo = Echo::within(BOUNDS);
    for rubbish in ["rubbish\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nA\r\n\r\n"] {
        assert_eq!(exchange(&echo.address, rubbish).status, 400, "{rubbish}");
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let echo = Echo::within(BOUNDS);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let exact = format!("{head}Content-Length: 100\r\n\r\n{}", "a".repeat(100));
    let announced = format!("{head}Content-Length: 101\r\n\r\n{}", "a".repeat(101));
    let far_too_large = format!("{head}Content-Length: 999999999999\r\n\r\n");
    let waiting = format!("{head}Expect: 100-continue\r\nContent-Length: 101\r\n\r\n");
    let chunked =
        format!("{head}Transfer-Encoding: chunked\r\n\r\n65\r\n{}\r\n0\r\n\r\n", "a".repeat(101));
    assert_eq!(exchange(&echo.address, &exact).status, 200);
    for large in [announced, far_too_large, waiting, chunked] {
        let told = exchange(&echo.address, &large);
        assert_eq!(told.status, 413, "{large}");
        assert!(told.body.contains("larger than 100 bytes"), "{told:?}");
    }
}

#[test]
fn one_connection_too_many_waits_until_another_ends() {
    let echo = Echo::within(Bounds { connections: 1, ..BOUNDS });
    let first = connect(&echo.address);
    let mut second = connect(&echo.address);
    second.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    second.set_read_timeout(Some(SOON)).unwrap();
    let nothing = std::io::Read::read(&mut second, &mut [0]).unwrap_err();
    assert!(matches!(nothing.kind(), std::io::ErrorKind::WouldBlock), "{nothing}");
    drop(first);
    second.set_read_timeout(Some(crate::program::PATIENCE)).unwrap();
    assert_eq!(answer(&mut second).status, 200);
}

#[test]
fn one_request_too_many_is_throttled_as_aws_does_it() {
    let echo = Echo::within(Bounds { requests: 1, ..BOUNDS });
    let (mut first, rest) = half_a_request(&echo);
    let told = exchange(&echo.address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(told.status, 400);
    assert!(told.body.contains("<Code>Throttling</Code>"), "{told:?}");
    assert!(told.body.contains("<Message>Rate exceeded</Message>"), "{told:?}");
    first.write_all(rest).unwrap();
    assert_eq!(answer(&mut first).status, 200);
    let again = exchange(&echo.address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(again.status, 200);
}

#[test]
fn a_place_is_free_again_when_its_client_is_gone() {
    let echo = Echo::within(Bounds { requests: 1, ..BOUNDS });
    drop(half_a_request(&echo));
    while echo.serving.get() > 0 {
        std::thread::yield_now();
    }
    let again = exchange(&echo.address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(again.status, 200);
}

#[test]
fn a_panic_is_an_internal_failure_and_the_connection_lives() {
    let echo = Echo::within(BOUNDS);
    let panic = "POST / HTTP/1.1\r\nHost: sts.x\r\nContent-Length: 5\r\n\r\npanic";
    let good = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let both = exchange(&echo.address, &format!("{panic}{good}"));
    assert_eq!(both.status, 500);
    assert!(both.body.contains("<Code>InternalFailure</Code>"), "{both:?}");
    assert!(both.body.contains("<Type>Receiver</Type>"), "{both:?}");
    assert!(both.body.contains("HTTP/1.1 200 OK"), "{both:?}");
    assert_eq!(echo.serving.get(), 0);
}

#[test]
fn a_flood_of_half_open_requests_leaves_room_for_nobody_but_stops_nothing() {
    let echo = Echo::within(Bounds { body_timeout: SOON, requests: 5, ..BOUNDS });
    let mut flood: Vec<_> = (0..20).map(|_| connect(&echo.address)).collect();
    for one in &mut flood {
        one.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na").unwrap();
    }
    let told: Vec<_> = flood.iter_mut().map(|one| answer(one).status).collect();
    assert!(told.iter().all(|status| [400, 408].contains(status)), "{told:?}");
    let good = exchange(&echo.address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(good.status, 200);
}

fn half_a_request(echo: &Echo) -> (TcpStream, &'static [u8]) {
    let mut stream = connect(&echo.address);
    let head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\na";
    stream.write_all(head).unwrap();
    while echo.serving.get() == 0 {
        std::thread::yield_now();
    }
    (stream, b"b")
}

/// A gateway that says what it is told, with all the layers but those that know
/// what a signature is.
struct Echo {
    address: String,
    serving: Serving,
    stop: Stop,
    _runtime: Runtime,
}

impl Echo {
    fn within(bounds: Bounds) -> Self {
        let runtime = Runtime::new().unwrap();
        let (serving, stop) = (Serving::default(), Stop::default());
        let stack = stack(bounds, serving.clone());
        let metrics = Arc::new(Metrics::new());
        let connections = Connections { bounds, tls: None, metrics };
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap());
        let listener = runtime.block_on(listener).unwrap();
        let address = listener.address().to_string();
        runtime.spawn(connections.serve(listener, stack, stop.clone()));
        Self { address, serving, stop, _runtime: runtime }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.stop.leave();
    }
}

fn stack(bounds: Bounds, serving: Serving) -> impl Stack {
    let clock = Arc::new(SystemClock::start());
    ServiceBuilder::new()
        .layer(RequestIdLayer::new(Arc::<SystemClock>::clone(&clock), || "id".to_owned()))
        .layer(AccessLogLayer::new(clock, Arc::new(())))
        .layer(AnswerLayer)
        .layer(ShedLayer::new(bounds.requests, serving))
        .service(service_fn(move |request| echo(bounds.body, request)))
}

async fn echo(
    limit: usize,
    request: Request<TimedBody>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    match body::read(&head.headers, std::pin::pin!(body), limit).await {
        Ok(body) if body == "panic" => panic!("as it was told"),
        Ok(body) => Ok(Response::new(Full::new(body))),
        Err(error) => Ok(refusal(error)),
    }
}
