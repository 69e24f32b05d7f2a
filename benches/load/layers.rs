//! What each layer adds to a request, and what naming it in the log and the
//! numbers costs.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use countersign::clock::{Clock, SystemClock};
use countersign::config::{Log, LogFormat};
use countersign::ids::request_id;
use countersign::layer::access_log::{AccessLogLayer, Observer, Seen};
use countersign::layer::answer::AnswerLayer;
use countersign::layer::inspect::{InspectLayer, Recent};
use countersign::layer::request_id::RequestIdLayer;
use countersign::layer::shed::{Serving, ShedLayer};
use countersign::layer::{Answered, Peer};
use countersign::log;
use countersign::metrics::Metrics;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};

use crate::load::runtime;
use crate::median;

const CALLS: u32 = 50_000;
const ROUNDS: usize = 9;

pub(crate) fn measure() {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let bare = service_fn(|_: Request<Bytes>| std::future::ready(Ok(answer())));
    let floor = cost(bare);
    println!("\nwhat a layer adds to a request, ns (median of {ROUNDS} times {CALLS})");
    let show = |name: &str, ns: f64| println!("{name:32} {:6.0}", ns - floor);
    let ids = RequestIdLayer::new(Arc::clone(&clock), request_id);
    show("request id and date", cost(ids.layer(bare)));
    let nobody = AccessLogLayer::new(Arc::clone(&clock), Arc::new(()));
    show("access log, nobody listening", cost(nobody.layer(bare)));
    let inspect = |recent| InspectLayer::new(Arc::clone(&clock), recent);
    show("inspect, off", cost(inspect(None).layer(bare)));
    // Nearly all that come in a second are too many to be kept.
    show("inspect", cost(inspect(Some(Recent::default())).layer(bare)));
    show("answer", cost(AnswerLayer.layer(bare)));
    show("shed", cost(ShedLayer::new(10, Serving::default()).layer(bare)));
    println!("{:32} {:6.0}", "counting it, alone", observing());
    let filter = "info".to_owned();
    let _flush = log::start(&Log { format: LogFormat::Text, filter }, io::sink()).unwrap();
    show("access log, text", cost(nobody.layer(bare)));
}

fn answer() -> Response<Full<Bytes>> {
    let mut response = Response::default();
    response.extensions_mut().insert(answered());
    response
}

fn answered() -> Answered {
    let namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    let caller = Some("arn:aws:iam::123456789012:user/ann".into());
    Answered { namespace, service: "sts", action: "GetCallerIdentity", caller }
}

/// Nanoseconds of a call.
fn cost<S>(mut service: S) -> f64
where
    S: Service<Request<Bytes>, Error = Infallible>,
{
    let runtime = runtime();
    let peer = Peer::new("127.0.0.1:7448".parse().unwrap());
    per_call(|| {
        let mut request = Request::new(Bytes::new());
        request.extensions_mut().insert(peer.clone());
        runtime.block_on(service.call(request)).ok();
    })
}

fn observing() -> f64 {
    let (metrics, answered) = (Metrics::new(), answered());
    let seen = Seen {
        answered: Some(&answered),
        code: "OK",
        refused: None,
        status: StatusCode::OK,
        duration: std::time::Duration::from_micros(50),
    };
    per_call(|| metrics.observe(&seen))
}

fn per_call(mut call: impl FnMut()) -> f64 {
    let clock = SystemClock::start();
    let round = |_| {
        let before = clock.elapsed();
        (0..CALLS).for_each(|_| call());
        (clock.elapsed() - before).as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    median((0..ROUNDS).map(round).collect())
}
