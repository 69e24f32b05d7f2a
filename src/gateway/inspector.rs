//! The inspector: a page on the operator's door that shows the last requests as they
//! come, and what became of them.
//!
//! Page, style and scripts are part of the program and load nothing from elsewhere. What
//! they show comes as JSON, and is put into the page as text.

mod events;
mod written;

use std::sync::Arc;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use tokio::sync::Semaphore;

use crate::gateway::admin::told::Told;
use crate::gateway::inspector::events::Events;
use crate::gateway::stop::Stop;
use crate::ids::request_id;
use crate::layer::inspect::Recent;

/// How many pages are told of requests as they come, at a time: each takes a connection,
/// and there are others who need one.
const MOST_PAGES: usize = 8;

const EVENTS: &str = "/inspector/events";
const REQUESTS: &str = "/inspector/requests.json";
const REQUEST: &str = "/inspector/requests/";

/// The page and what it is made of, and of what kind that is.
const FILES: &[(&str, &str, &str)] = &[
    ("/", "text/html; charset=utf-8", include_str!("inspector/page.html")),
    ("/inspector/style.css", "text/css; charset=utf-8", include_str!("inspector/style.css")),
    ("/inspector/icon.svg", "image/svg+xml", include_str!("inspector/icon.svg")),
    ("/inspector/page.js", SCRIPT, include_str!("inspector/page.js")),
    ("/inspector/list.js", SCRIPT, include_str!("inspector/list.js")),
    ("/inspector/details.js", SCRIPT, include_str!("inspector/details.js")),
    ("/inspector/stages.js", SCRIPT, include_str!("inspector/stages.js")),
    ("/inspector/stream.js", SCRIPT, include_str!("inspector/stream.js")),
    ("/inspector/elements.js", SCRIPT, include_str!("inspector/elements.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Nothing but what is the page's own is loaded, nothing is run that stands in it, and
/// nobody shows it inside of another page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";

/// What the page is made of. A clone shows the same requests.
#[derive(Clone, Debug)]
pub struct Inspector {
    recent: Recent,
    /// Where requests come in, to be shown to who has not sent one yet.
    endpoint: Arc<str>,
    /// Whose numbers the records have: another start counts anew.
    run: Arc<str>,
    stop: Stop,
    places: Arc<Semaphore>,
}

/// What there is below the inspector's paths.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place<'p> {
    /// A part of the page itself: nothing in it is anyone's.
    File(&'static str, &'static str),
    /// The requests as they come.
    Events,
    /// The requests that are kept, in short.
    Requests,
    /// One of them, with all that is known of it.
    Request(&'p str),
}

impl<'p> Place<'p> {
    /// What stands at `path`; nothing where that is not the inspector's.
    pub(super) fn at(path: &'p str) -> Option<Self> {
        if let Some((_, kind, text)) = FILES.iter().find(|(at, ..)| *at == path) {
            return Some(Self::File(kind, text));
        }
        match path {
            EVENTS => Some(Self::Events),
            REQUESTS => Some(Self::Requests),
            _ => path.strip_prefix(REQUEST)?.strip_suffix(".json").map(Self::Request),
        }
    }

    /// Whether it tells of requests.
    pub(super) fn tells(self) -> bool {
        !matches!(self, Self::File(..))
    }
}

impl Inspector {
    /// Shows what `recent` keeps of the requests that come in at `endpoint`, until the
    /// gateway stops.
    pub fn new(recent: Recent, endpoint: &str, stop: Stop) -> Self {
        let places = Arc::new(Semaphore::new(MOST_PAGES));
        Self { recent, endpoint: endpoint.into(), run: request_id().into(), stop, places }
    }

    pub(super) fn show<B>(&self, place: Place<'_>, request: &mut Request<B>) -> Response<Told> {
        match place {
            Place::File(kind, text) => answer(StatusCode::OK, kind, text),
            Place::Requests => {
                let all = self.recent.since(0);
                let text = written::all(&self.run, self.recent.not_kept(), &all);
                answer(StatusCode::OK, "application/json", text)
            }
            Place::Request(id) => match self.recent.of(id) {
                Some(record) => {
                    answer(StatusCode::OK, "application/json", written::record(&record))
                }
                None => fault(
                    StatusCode::NOT_FOUND,
                    "this request is not kept: send it again, and look for it in the list",
                ),
            },
            Place::Events => self.events(request),
        }
    }

    fn events<B>(&self, request: &mut Request<B>) -> Response<Told> {
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => {
                let events = Events::of(self, request, place);
                answer(StatusCode::OK, "text/event-stream", Told::Running(events.stream()))
            }
            Err(_) => fault(
                StatusCode::SERVICE_UNAVAILABLE,
                "as many inspectors are open as there may be: close one of the other pages",
            ),
        }
    }
}

fn fault(status: StatusCode, why: &'static str) -> Response<Told> {
    answer(status, "application/json", super::admin::protocol::fault(&why))
}

fn answer(status: StatusCode, kind: &'static str, content: impl Into<Told>) -> Response<Told> {
    const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
    const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let mut response = Response::new(content.into());
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (OPENER, "same-origin"),
        (RESOURCE, "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
