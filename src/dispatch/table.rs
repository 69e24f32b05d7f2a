//! The table of services and their actions.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::action::{Route, Service};
use crate::{iam, sts};

/// Every action of one service, by name.
type Actions = HashMap<&'static str, &'static Route, RandomState>;

/// The services, each with its actions.
#[derive(Debug)]
pub struct Table([(&'static Service, Actions); 2]);

impl Table {
    /// The actions that are served.
    pub fn new() -> Self {
        let iam = iam::routes().map(|route| (route.action.name, route)).collect();
        let sts = sts::routes().map(|route| (route.action.name, route)).collect();
        Self([(&iam::IAM, iam), (&sts::STS, sts)])
    }

    /// The service of that version.
    pub fn of_version(&self, version: &str) -> Option<&'static Service> {
        self.0.iter().map(|(service, _)| *service).find(|service| service.version == version)
    }

    /// The service that offers an action of that name.
    pub fn offering(&self, action: &str) -> Option<&'static Service> {
        let offers = self.0.iter().find(|(_, actions)| actions.contains_key(action));
        offers.map(|(service, _)| *service)
    }

    /// The action of that name, if `service` offers it.
    pub fn find(&self, service: &Service, action: &str) -> Option<&'static Route> {
        let actions = self.0.iter().find(|(offering, _)| offering.prefix == service.prefix);
        actions.and_then(|(_, actions)| actions.get(action).copied())
    }
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}
