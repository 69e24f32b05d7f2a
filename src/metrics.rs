//! The numbers that Prometheus reads.
//!
//! Labels come from known sets only, so that no caller can make the gateway
//! remember names of their choosing.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use arc_swap::ArcSwap;
use foldhash::fast::RandomState;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::layer::access_log::{Observer, Seen};

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 14] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0,
    5.0,
];

/// What a request is called whose action, or service, nobody here knows.
const UNKNOWN: &str = "unknown";

const METADATA: Metadata<'_> = Metadata::new("countersign", Level::INFO, None);

/// All numbers of one gateway.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    requests: Series<(&'static str, &'static str, &'static str), Counter>,
    latency: Series<(&'static str, &'static str), Histogram>,
    refusals: Series<&'static str, Counter>,
    /// Connections that are open.
    pub connections: Gauge,
    /// Connections that were ever accepted.
    pub accepted: Counter,
    /// TLS handshakes that came to nothing.
    pub handshakes_failed: Counter,
}

impl Metrics {
    /// Numbers that begin at nought.
    pub fn new() -> Self {
        let duration = Matcher::Full("countersign_request_duration_seconds".to_owned());
        // INVARIANT: there are buckets, which is all that can be amiss.
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(duration, &BUCKETS)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        describe(&recorder);
        let plain = |name| Key::from_static_name(name);
        Self {
            handle: recorder.handle(),
            connections: recorder.register_gauge(&plain("countersign_connections"), &METADATA),
            accepted: recorder
                .register_counter(&plain("countersign_connections_accepted_total"), &METADATA),
            handshakes_failed: recorder
                .register_counter(&plain("countersign_tls_handshakes_failed_total"), &METADATA),
            recorder,
            requests: Series::default(),
            latency: Series::default(),
            refusals: Series::default(),
        }
    }

    /// Sets a number that something else counts, as of now.
    pub fn set(&self, name: &'static str, value: u64) {
        let key = Key::from_static_name(name);
        if name.ends_with("_total") {
            self.recorder.register_counter(&key, &METADATA).absolute(value);
        } else {
            #[expect(clippy::cast_precision_loss, reason = "2^53 of anything will do")]
            self.recorder.register_gauge(&key, &METADATA).set(value as f64);
        }
    }

    /// All of them, in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds the latencies that came in since the last call into their buckets.
    /// They take up room until then: call it every second or so.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }

    fn request_counter(&self, labels: (&'static str, &'static str, &'static str)) -> Counter {
        let (service, action, code) = labels;
        let labels = [("service", service), ("action", action), ("code", code)];
        self.recorder.register_counter(&key("countersign_requests_total", &labels), &METADATA)
    }

    fn latency_of(&self, (service, action): (&'static str, &'static str)) -> Histogram {
        let labels = [("service", service), ("action", action)];
        let key = key("countersign_request_duration_seconds", &labels);
        self.recorder.register_histogram(&key, &METADATA)
    }

    fn refusal_counter(&self, reason: &'static str) -> Counter {
        let key = key("countersign_refusals_total", &[("reason", reason)]);
        self.recorder.register_counter(&key, &METADATA)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Observer for Metrics {
    fn observe(&self, seen: &Seen<'_>) {
        let (service, action) = seen
            .answered
            .map_or((UNKNOWN, UNKNOWN), |answered| (answered.service, answered.action));
        let request = (service, action, seen.code);
        self.requests.with(request, || self.request_counter(request), |count| count.increment(1));
        let seconds = seen.duration.as_secs_f64();
        let kind = (service, action);
        self.latency.with(kind, || self.latency_of(kind), |latency| latency.record(seconds));
        if let Some(reason) = seen.refused {
            self.refusals.with(reason, || self.refusal_counter(reason), |count| count.increment(1));
        }
    }
}

/// The handles of one number by their labels. Looking one up in the registry
/// costs more than the request's signature; here it is a load and a hash.
struct Series<K, H>(ArcSwap<HashMap<K, H, RandomState>>);

impl<K, H> Default for Series<K, H> {
    fn default() -> Self {
        Self(ArcSwap::from_pointee(HashMap::default()))
    }
}

impl<K: Copy + Eq + Hash, H: Clone> Series<K, H> {
    fn with(&self, labels: K, register: impl Fn() -> H, note: impl FnOnce(&H)) {
        if let Some(handle) = self.0.load().get(&labels) {
            return note(handle);
        }
        // The registry gives the same handle to all who ask at once.
        let handle = register();
        note(&handle);
        self.0.rcu(|handles| {
            let mut handles = HashMap::clone(handles);
            handles.insert(labels, handle.clone());
            Arc::new(handles)
        });
    }
}

fn key(name: &'static str, labels: &[(&'static str, &'static str)]) -> Key {
    let labels = labels.iter().map(|(name, value)| Label::from_static_parts(name, value));
    Key::from_parts(name, labels.collect::<Vec<_>>())
}

fn describe(recorder: &PrometheusRecorder) {
    let counter = |name: &'static str, what: &'static str| {
        recorder.describe_counter(name.into(), None, what.into());
    };
    let gauge = |name: &'static str, what: &'static str| {
        recorder.describe_gauge(name.into(), None, what.into());
    };
    counter("countersign_requests_total", "Requests by service, action and error code (or OK).");
    counter("countersign_refusals_total", "Requests turned down before their action, by reason.");
    counter("countersign_connections_accepted_total", "Connections accepted.");
    counter("countersign_tls_handshakes_failed_total", "TLS handshakes that came to nothing.");
    counter("countersign_commits_total", "Changes committed to the store.");
    counter("countersign_commit_conflicts_total", "Changes that another was before.");
    counter("countersign_commit_groups_total", "Waits for the disk; changes share them.");
    counter("countersign_commit_failures_total", "Waits for the disk that ended in a failure.");
    gauge("countersign_connections", "Connections that are open.");
    gauge("countersign_requests_in_flight", "Requests that are being served.");
    gauge("countersign_accounts", "Accounts that are loaded.");
    gauge("countersign_users", "Users in them.");
    gauge("countersign_access_keys", "Access keys in them, root's among them.");
    recorder.describe_histogram(
        "countersign_request_duration_seconds".into(),
        Some(Unit::Seconds),
        "From a request's head to its answer, by service and action.".into(),
    );
}
