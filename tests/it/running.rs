//! A gateway that keeps one account in memory, for clients of every kind.

use crate::program::Serving;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "us-east-1";
/// The root key that the gateway is started with.
pub(crate) const ROOT_ID: &str = "AKIAROOTOFTHEGATEWAY";
pub(crate) const ROOT_SECRET: &str = "rootOfThisGateway/only+forTheseTests0000";
/// The same as variables.
pub(crate) const ROOT_KEY: [(&str, &str); 2] = [
    ("COUNTERSIGN_ROOT_ACCESS_KEY_ID", ROOT_ID),
    ("COUNTERSIGN_ROOT_SECRET_ACCESS_KEY", ROOT_SECRET),
];

/// The gateway; it ends with its test.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) url: String,
    serving: Serving,
}

impl Gateway {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(args: &[&str]) -> Self {
        let serving = Serving::in_memory(&[&["--account", ACCOUNT], args].concat(), &ROOT_KEY);
        Self { url: serving.url(), serving }
    }

    /// `127.0.0.1:…`, where requests come in.
    pub(crate) fn address(&self) -> String {
        self.serving.address()
    }

    /// What the gateway has written to its log so far.
    pub(crate) fn log(&self) -> String {
        self.serving.log()
    }
}
