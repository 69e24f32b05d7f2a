//! The table of all causes, made by asking the gateway and the library about every fault:
//! `docs/doctor.md` is what they found.
//!
//! `COUNTERSIGN_WRITE_DOCS=1 cargo test --test it -- doctor` writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use countersign::doctor::{Cause, Diagnosis, Group, Proof, causes};

use super::canonical::Canonical;
use super::client::{Client, Door, derived, hmac};
use super::examined::{self, Cast, Finding, ID, SECRET, in_library};
use super::faults::{self, Fault};
use crate::real_life::REAL_LIFE;
use crate::support::{in_repository, is_to_be_written};

/// What writes the table anew.
const WRITE: &str = "COUNTERSIGN_WRITE_DOCS=1 cargo test --test it -- doctor";

/// The sentence that AWS has for a signature that does not match.
pub(super) const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
     Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/// Causes that no fault here makes, each with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("not-examined", "held by a test of its own: it is said when there are too many at once"),
    ("proxy-in-path", "a sign that stands beside other causes, and is held by a test of its own"),
    (
        "host-names-no-port",
        "a sign that stands beside other causes, and is held by a test of its own",
    ),
    ("content-encoded", "a sign that stands beside other causes, and is held by a test of its own"),
];

/// As many faults are put to one gateway: one key may not fail more often at once.
const AT_ONCE: usize = 15;

/// What was found of one fault.
struct Row {
    causes: &'static str,
    how: String,
    found: String,
    is_proven: bool,
}

impl Row {
    fn let_in(causes: &'static str, how: String) -> Self {
        Self { causes, how, found: "let in".to_owned(), is_proven: false }
    }

    fn is_hit(&self) -> bool {
        self.causes.split(" | ").any(|causes| causes == self.found)
    }

    /// The one cause that it was made for, or both.
    fn meant(&self) -> impl Iterator<Item = &'static str> {
        self.causes.split(" | ").next().unwrap_or_default().split(", ")
    }
}

async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut cast = Cast::open().await;
    let count = faults::all(&cast).len();
    for at in (0..count).step_by(AT_ONCE) {
        cast = Cast::open().await;
        for fault in faults::all(&cast).into_iter().skip(at).take(AT_ONCE) {
            rows.push(found(&cast, fault).await);
        }
    }
    rows
}

async fn found(cast: &Cast, Fault { causes, how, client }: Fault) -> Row {
    let request = client.send();
    let (found, diagnosis) = if client.door == Door::Gateway && client.served_at.is_none() {
        let Some(finding) = cast.asks(&request).await else { return Row::let_in(causes, how) };
        keeps_to_awss_words(&finding, &client, &how);
        (finding.causes, finding.diagnosis)
    } else {
        let now = client.served_at.unwrap_or(cast.now);
        let Some(found) = in_library(&request, client.door, now) else {
            return Row::let_in(causes, how);
        };
        (examined::causes(&found), Some(Arc::new(found)))
    };
    let Some(diagnosis) = diagnosis else {
        return Row { causes, how, found: "nothing".to_owned(), is_proven: false };
    };
    if client.key_id == ID {
        tells_what_was_signed(&diagnosis, &client, &how);
    }
    Row { causes, how, found, is_proven: diagnosis.proof == Proof::Proven }
}

/// A proof holds what the client has signed: signed again, it gives the signature that was sent.
fn tells_what_was_signed(found: &Diagnosis, client: &Client, how: &str) {
    let Some(theirs) = found.theirs.as_ref().filter(|_| found.proof == Proof::Proven) else {
        return;
    };
    let request = client.send();
    let sent = String::from_utf8(
        [request.target.clone(), request.header("authorization").unwrap_or_default().to_vec()]
            .concat(),
    );
    let key = derived(SECRET.as_bytes(), &client.scope);
    let signature = hmac(&key, &theirs.string_to_sign);
    let sent = sent.unwrap();
    let is_it = sent.contains(&hex::encode(signature));
    let is_another_key =
        found.cause.group == Group::Key || found.and.is_some_and(|and| and.group == Group::Key);
    let is_of_scope =
        |cause: &Cause| ["key-of", "string-of"].iter().any(|of| cause.id.starts_with(of));
    let is_other_scope = is_of_scope(found.cause) || found.and.is_some_and(is_of_scope);
    assert!(
        is_it || is_another_key || is_other_scope || found.cause.id.starts_with("signature-in"),
        "{how}: {}",
        found.cause.id
    );
}

/// What is said is added to AWS's words, and changes none of them.
fn keeps_to_awss_words(found: &Finding, client: &Client, how: &str) {
    let Some((first, rest)) = found.message.split_once("\n\n") else {
        return assert!(found.proof == Proof::Seen, "{how}: {}", found.message);
    };
    assert_eq!(
        (found.status, found.code.as_str(), first),
        (403, "SignatureDoesNotMatch", MISMATCH),
        "{how}"
    );
    assert!(rest.contains(&format!("({}, ", found.causes)), "{how}: {rest}");
    if found.proof == Proof::Proven && found.causes != "header-values-in-latin-1" {
        let told = honest(client).unwrap();
        assert!(rest.contains(&told), "{how}: {told}\nis not in\n{rest}");
    }
}

/// The canonical request of what arrives, as a client without fault has it.
pub(super) fn honest(client: &Client) -> Option<String> {
    let mut request = client.send();
    let target = String::from_utf8(request.target.clone()).unwrap();
    let names = match request.header("authorization") {
        Some(value) => String::from_utf8(value.to_vec()).unwrap(),
        None => target.replace("%3B", ";").replace("X-Amz-SignedHeaders", "SignedHeaders"),
    };
    let names = names.split("SignedHeaders=").nth(1)?;
    let names = names.split([',', '&']).next()?.split(';').map(str::to_owned);
    let is_signature = |piece: &&str| !piece.starts_with("X-Amz-Signature=");
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter(is_signature).collect::<Vec<_>>().join("&");
    request.target = format!("{path}?{query}").into_bytes();
    let canonical = Canonical::of(&request, &names.collect::<Vec<_>>(), client.door);
    String::from_utf8(canonical.text()).ok()
}

/// What a cause's row says.
#[derive(Default)]
struct Tally {
    made: usize,
    hit: usize,
    proven: usize,
}

fn tallies(rows: &[Row]) -> BTreeMap<&'static str, Tally> {
    let mut tallies = BTreeMap::<_, Tally>::new();
    for row in rows {
        for cause in row.meant() {
            let tally = tallies.entry(cause).or_default();
            tally.made += 1;
            tally.hit += usize::from(row.is_hit());
            tally.proven += usize::from(row.is_hit() && row.is_proven);
        }
    }
    tallies
}

const INTRODUCTION: &str = "# What the signature doctor knows

A request that is refused is looked into: whoever knows the secret can sign it once more in each way in which clients,
and what stands between, are known to get it wrong. If one of these signatures is the one that was sent, the mistake is
**proven**; what stands in the request itself is **seen**; and where nothing fits, that is said as well.

It keeps to these rules. A mistake that is found lets nobody in. Callers are told only where that is switched on; the log
is always told. No expected signature, no key and no character of a secret is ever said or written down. No guess is held
against a signature that depends on fewer than 32 characters of a secret, or on a secret of anybody but the same user.
Examinations are bounded: so many at once and each second for a key, an address and all together, and so much work in
each.

Below, for every cause: what is wrong, how many faulty requests were made with it, and what was found of them. The
requests are made by clients written for that, which know nothing of the doctor; each *miss* is one that it did not tell,
or told otherwise.
";

/// The whole of `docs/doctor.md`.
fn page(rows: &[Row]) -> String {
    let tallies = tallies(rows);
    let all = rows.len();
    let hits = rows.iter().filter(|row| row.is_hit()).count();
    let mut page = INTRODUCTION.to_owned();
    write!(
        page,
        "\n{} causes, {all} faulty requests: {hits} hits, {} misses.\n",
        causes().count(),
        all - hits
    )
    .unwrap();
    write!(page, "\nThis page is made from what the tests find, by `{WRITE}`.\n").unwrap();
    for (group, title) in GROUPS {
        write!(page, "\n## {title}\n\n| cause | what is wrong | made | found | how sure |\n|---|---|---|---|---|\n").unwrap();
        for cause in causes().filter(|cause| cause.group == *group) {
            page.push_str(&line(cause, tallies.get(cause.id)));
        }
    }
    page.push_str("\n## Real clients, and real proxies\n\nWhat they are told; the tests hold each row to the client, and to nginx or a proxy that does the fault.\n\n| who | what is wrong | told |\n|---|---|---|\n");
    for (who, fault, told) in REAL_LIFE {
        writeln!(page, "| {who} | {} | `{told}` |", fault.replace('|', "\\|")).unwrap();
    }
    page.push_str("\n## Misses\n\n| meant | the fault | told instead |\n|---|---|---|\n");
    for row in rows.iter().filter(|row| !row.is_hit()) {
        let meant = row.meant().collect::<Vec<_>>().join(", ");
        writeln!(
            page,
            "| `{meant}` | {} | `{}` |",
            row.how.escape_debug().to_string().replace('|', "\\|"),
            row.found
        )
        .unwrap();
    }
    page
}

const GROUPS: &[(Group, &str)] = &[
    (Group::Key, "Secrets and keys"),
    (Group::Scope, "Scope and time"),
    (Group::Assembly, "How the strings are put together"),
    (Group::Body, "Bodies"),
    (Group::Target, "Methods, paths and queries"),
    (Group::Headers, "Hosts and headers"),
    (Group::Form, "The form of the request"),
];

fn line(cause: &Cause, tally: Option<&Tally>) -> String {
    let sentence = cause.sentence.replace("{}", "…").replace('|', "\\|");
    let Some(Tally { made, hit, proven }) = tally else {
        let why = ELSEWHERE.iter().find(|(id, _)| *id == cause.id);
        let why = why.unwrap_or_else(|| panic!("no fault is made for {}", cause.id)).1;
        return format!("| `{}` | {sentence} | – | {why} | |\n", cause.id);
    };
    let found = match made - hit {
        0 => "hit".to_owned(),
        misses if *hit == 0 => format!("miss ({misses})"),
        misses => format!("{hit} hit, {misses} miss"),
    };
    let sure = match (*proven, *hit) {
        (_, 0) => "",
        (0, _) => "seen",
        (proven, hit) if proven == hit => "proven",
        _ => "proven or seen",
    };
    format!("| `{}` | {sentence} | {made} | {found} | {sure} |\n", cause.id)
}

#[tokio::test]
async fn the_table_of_the_doctor_says_what_is_found_and_every_cause_has_its_fault() {
    let rows = rows().await;
    for row in rows.iter().filter(|row| !row.is_hit()) {
        println!("miss: {} ({}): told {}", row.causes, row.how, row.found);
    }
    let (file, page) = (in_repository("docs/doctor.md"), page(&rows));
    if is_to_be_written() {
        fs::write(&file, &page).unwrap();
    }
    let is_so = fs::read_to_string(&file).is_ok_and(|text| text == page);
    assert!(is_so, "docs/doctor.md is not what is found; this writes it: {WRITE}");
}

#[test]
fn each_cause_has_a_name_of_its_own() {
    let ids: Vec<_> = causes().map(|cause| cause.id).collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    let is_word =
        |id: &&str| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    assert!(ids.iter().all(is_word));
}
