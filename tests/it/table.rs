//! The table of actions: no way in but through a signature and a decision.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use countersign::action::{Needs, Route};
use countersign::{iam, sts};
use http::Request;

use crate::values;
use crate::world::{World, post};

/// Actions that anyone may ask for who has signed, each with the reason.
const ASKS_NOTHING: &[(&str, &str)] = &[
    ("GetCallerIdentity", "STS API Reference: no permissions are required"),
    ("GetSessionToken", "STS API Reference: no permissions are required"),
];

/// Actions that anyone may ask for, signed or not, who brings a proof instead; each with what
/// is answered where it proves nothing.
const ASKS_A_PROOF: &[(&str, &str)] = &[
    ("AssumeRoleWithSAML", "400 InvalidIdentityToken: Specified provider doesn't exist"),
    (
        "AssumeRoleWithWebIdentity",
        "400 InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    ),
];

/// What is answered to who brings no proof, where one is asked for.
fn unproven(action: &str) -> Option<&'static str> {
    ASKS_A_PROOF.iter().find(|(name, _)| *name == action).map(|(_, told)| *told)
}

fn routes() -> impl Iterator<Item = &'static Route> {
    iam::routes().chain(sts::routes())
}

#[tokio::test]
async fn a_user_without_policies_may_ask_for_nothing_that_asks_leave() {
    let world = World::new().await;
    let ann = world.user("ann").await;
    world.user("bob").await;
    for route in routes() {
        let call = format!("{} {}", route.action.name, values::required(route));
        let reply = world.asks(&ann, &call).await;
        let is_free = ASKS_NOTHING.iter().any(|(name, _)| *name == route.action.name);
        if let Some(told) = unproven(route.action.name) {
            assert_eq!(reply.told(), told, "{}", route.action);
            continue;
        }
        let expected = if is_free { "" } else { "AccessDenied" };
        assert_eq!(reply.code(), expected, "{}: {}", route.action, reply.document);
    }
}

#[tokio::test]
async fn nobody_asks_for_anything_unsigned() {
    let world = World::new().await;
    for route in routes() {
        let version = route.action.service.version;
        let (name, parameters) = (route.action.name, values::required(route));
        let body = format!("Version={version}&Action={name}&{parameters}");
        let get = Request::get(format!("/?{body}")).header("host", "h").body(Bytes::new()).unwrap();
        for request in [post(body), get] {
            let missing = "403 MissingAuthenticationToken: Request is missing Authentication Token";
            let told = unproven(route.action.name).unwrap_or(missing);
            assert_eq!(world.sends(request).await.told(), told, "{}", route.action);
        }
    }
}

#[test]
fn who_asks_for_nothing_is_listed() {
    let none = Needs::nothing();
    assert!(none.leaves().unwrap().is_empty());
    let sources = ["src/iam", "src/sts"].map(texts).concat();
    let uses = sources.iter().map(|text| text.matches("Needs::nothing()").count()).sum::<usize>();
    assert_eq!(uses, ASKS_NOTHING.len());
}

#[test]
fn every_action_has_a_test_that_calls_it() {
    let tests = texts("tests/it").concat();
    for route in routes() {
        let name = route.action.name;
        let is_called = [' ', '"'].iter().any(|after| tests.contains(&format!("\"{name}{after}")));
        assert!(is_called, "{name}");
    }
}

/// Every source in a folder, and in those inside it.
fn texts(folder: impl AsRef<Path>) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}
