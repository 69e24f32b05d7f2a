//! Holds what the documents say of the actions that are served to the code: `docs/support.md` is made from the tables
//! of actions and the models, and the README names every action that is served, every condition key that is known, and
//! no other.
//!
//! `COUNTERSIGN_WRITE_DOCS=1 cargo test --test it -- support` writes `docs/support.md` anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use countersign::action::{Route, Service};
use countersign::iam::{self, IAM};
use countersign::sts::{self, STS};

use crate::authz::stated_keys;
use crate::model::{NOT_YET, modelled};

/// What writes the table anew.
const WRITE: &str = "COUNTERSIGN_WRITE_DOCS=1 cargo test --test it -- support";

/// How many actions were served last, IAM's and STS's. It may grow and not shrink.
const LEAST: [usize; 2] = [124, 11];

/// What `…` stands for in the README.
const NOUNS: [&str; 8] = [
    "User",
    "Group",
    "Role",
    "Policy",
    "InstanceProfile",
    "MFADevice",
    "OpenIDConnectProvider",
    "SAMLProvider",
];

/// A service, with what is served of what its model has.
struct Offer {
    service: &'static Service,
    title: &'static str,
    served: BTreeSet<&'static str>,
    all: BTreeSet<&'static str>,
}

impl Offer {
    fn of(
        service: &'static Service,
        title: &'static str,
        routes: impl Iterator<Item = &'static Route>,
    ) -> Self {
        let served = routes.map(|route| route.action.name).collect();
        Self { service, title, served, all: modelled(service.prefix).collect() }
    }

    /// Both services.
    fn both() -> [Self; 2] {
        [Self::of(&IAM, "IAM", iam::routes()), Self::of(&STS, "STS", sts::routes())]
    }

    fn count(&self) -> String {
        let Self { service, title, served, all } = self;
        format!("{title} {}: {} of {} actions served", service.version, served.len(), all.len())
    }

    fn table(&self) -> String {
        let rows = self.all.iter().map(|action| {
            let word = if self.served.contains(action) { "served" } else { reason(action) };
            format!("| `{action}` | {word} |\n")
        });
        format!("\n## {}\n\n| action | |\n|---|---|\n{}", self.title, rows.collect::<String>())
    }
}

/// Why an action is not served.
fn reason(action: &str) -> &'static str {
    let found = NOT_YET.iter().find(|(_, actions)| actions.contains(&action));
    found.unwrap_or_else(|| panic!("{action} is neither served nor awaited")).0
}

/// The whole of `docs/support.md`.
fn page() -> String {
    let mut page = "# Which actions are served\n\n\
         Every action that AWS's models of the two services know. What is served is held against its model and\n\
         against AWS's Service Authorization Reference by tests; what is not answers `InvalidAction`.\n\n"
        .to_owned();
    let offers = Offer::both();
    for offer in &offers {
        writeln!(page, "- {}", offer.count()).unwrap();
    }
    write!(page, "\nThis page is made from the code, by `{WRITE}`.\n").unwrap();
    page + &offers.iter().map(Offer::table).collect::<String>()
}

pub(crate) fn in_repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says whether they write")]
pub(crate) fn is_to_be_written() -> bool {
    std::env::var("COUNTERSIGN_WRITE_DOCS").is_ok_and(|value| value == "1")
}

fn text(path: &str) -> String {
    fs::read_to_string(in_repository(path)).unwrap()
}

/// A section of the README.
fn section(title: &str) -> String {
    let readme = text("README.md");
    let (_, rest) = readme.split_once(&format!("\n## {title}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

/// What stands between backticks.
fn in_code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The actions that the README's rows of a service name.
fn told(section: &str, offer: &Offer) -> BTreeSet<String> {
    let start = format!("| **{}**", offer.title);
    let rows = section.lines().filter(|line| line.starts_with(&start));
    rows.flat_map(in_code).flat_map(|name| meant(name, offer)).collect()
}

/// What a name in the README means: itself, or one action of each noun that has it.
fn meant(name: &str, offer: &Offer) -> Vec<String> {
    if !name.contains('…') {
        return vec![name.to_owned()];
    }
    let of_nouns = NOUNS.iter().map(|noun| name.replace('…', noun));
    let meant: Vec<_> = of_nouns.filter(|name| offer.all.contains(name.as_str())).collect();
    assert!(!meant.is_empty(), "{name} means nothing");
    meant
}

/// A condition key without regard to case, and without the key of a tag.
fn plain(key: &str) -> String {
    key.split_inclusive('/').next().unwrap_or_default().to_lowercase()
}

/// Whether it is a condition key of AWS's own.
fn is_key(word: &str) -> bool {
    ["aws:", "iam:", "sts:"].iter().any(|service| word.starts_with(service))
}

/// The condition keys that are looked up for every request.
fn looked_up() -> BTreeSet<String> {
    let rooms = ["src/dispatch.rs", "src/dispatch/sent.rs", "src/dispatch/leave/known.rs"];
    let sources = rooms.map(text).concat();
    let quoted = sources.split('"').skip(1).step_by(2).map(str::to_owned);
    quoted.filter(|word| is_key(word)).collect()
}

#[test]
fn the_table_of_support_says_what_is_served() {
    let (file, page) = (in_repository("docs/support.md"), page());
    if is_to_be_written() {
        fs::write(&file, &page).unwrap();
    }
    let is_so = fs::read_to_string(&file).is_ok_and(|text| text == page);
    assert!(is_so, "docs/support.md is not what the code says; this writes it: {WRITE}");
}

#[test]
fn the_readme_supports_what_is_served_and_nothing_else() {
    let section = section("What is supported");
    for offer in Offer::both() {
        assert!(section.contains(&offer.count()), "README.md does not say: {}", offer.count());
        let served = offer.served.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let told = told(&section, &offer);
        let (lacks, invents) = (served.difference(&told), told.difference(&served));
        let (lacks, invents): (Vec<_>, Vec<_>) = (lacks.collect(), invents.collect());
        assert!(lacks.is_empty(), "README.md does not name {lacks:?}");
        assert!(invents.is_empty(), "README.md names what is not served: {invents:?}");
    }
}

#[test]
fn the_readme_tells_every_condition_key_that_is_known_and_no_other() {
    let section = section("What a policy can do here");
    let rows: String = section.lines().filter(|line| line.starts_with('|')).collect();
    let keys = in_code(&rows).filter(|word| is_key(word));
    let told: BTreeSet<_> = keys.map(plain).filter(|key| key != "iam:passrole").collect();
    let known: BTreeSet<_> = looked_up().union(&stated_keys()).map(|key| plain(key)).collect();
    assert_eq!(told, known);
}

#[test]
fn what_was_supported_once_stays_supported() {
    let served = Offer::both().map(|offer| offer.served.len());
    assert_eq!(served, LEAST, "fewer is a loss; more is a gain, to be written down here");
}
