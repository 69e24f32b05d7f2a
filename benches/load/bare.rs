//! The floor: hyper and tokio, and nothing else. It reads each request's body, and
//! answers the same bytes with the same headers.

use std::convert::Infallible;
use std::io::Write;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// The argument that makes this program the bare server.
pub(crate) const WORD: &str = "bare-hyper";

pub(crate) fn serve(answer: &str) {
    let answer = Bytes::from(answer.to_owned());
    tokio::runtime::Runtime::new().unwrap().block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening on http://{}", listener.local_addr().unwrap());
        std::io::stdout().flush().unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let answer = answer.clone();
            let service = service_fn(move |request| respond(request, answer.clone()));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
}

async fn respond(
    request: Request<Incoming>,
    answer: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    request.into_body().collect().await.unwrap();
    let mut response = Response::new(Full::new(answer));
    let id = HeaderValue::from_static("16fc956c-311e-4199-bee1-1680236e9698");
    response.headers_mut().insert("x-amzn-requestid", id);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    Ok(response)
}
