//! Hears every line that is logged on a thread while a test listens, at every level.

use std::cell::RefCell;
use std::fmt::{Debug, Write as _};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::subscriber::{Interest, set_global_default};
use tracing::{Event, Metadata, Subscriber, span};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry;

thread_local! {
    static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Listens on this thread from now on.
pub(crate) fn listen() {
    // One for all threads: which lines are wanted is asked anew for each, because what is known
    // of a line may be older than the test that listens.
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_global_default(registry().with(Ears)).unwrap());
    HEARD.set(Some(String::new()));
}

/// All that was logged on this thread since this was asked last.
pub(crate) fn heard() -> String {
    HEARD.replace(Some(String::new())).unwrap()
}

struct Ears;

impl<S: Subscriber> Layer<S> for Ears {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>, _: Context<'_, S>) -> bool {
        HEARD.with_borrow(Option::is_some)
    }

    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        HEARD.with_borrow_mut(|heard| attributes.record(&mut Line(heard.get_or_insert_default())));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        HEARD.with_borrow_mut(|heard| {
            let heard = heard.get_or_insert_default();
            writeln!(heard, "{}", event.metadata().target()).unwrap();
            event.record(&mut Line(heard));
        });
    }
}

struct Line<'l>(&'l mut String);

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        writeln!(self.0, "{field}={value}").unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0, "{field}={value:?}").unwrap();
    }
}
