//! Stock AWS clients of pinned versions lead an access key through its life: made, signing, disabled, refused,
//! enabled, signing, deleted, refused. Some show what policies decide, too. Each has a story in its own language under
//! `tests/clients`, and a gateway of its own.
//!
//! A client that is not to be had here is skipped, and the test says so on the terminal; where
//! `COUNTERSIGN_REQUIRE_CLIENTS=1`, as in CI, it fails.

mod bare;
mod install;
mod refused;
mod story;
mod terminal;

use std::io::{self, Write};

pub(crate) use install::{Absent, Installed, curl, nginx, sources};
pub(crate) use refused::explained;
pub(crate) use story::Story;
pub(crate) use terminal::Terminal;

/// The last line of a story of policies.
const DECIDED: &str = "the policies have decided";

/// The last line of a story of temporary credentials.
const ENDED: &str = "the life of a session is complete";

/// Runs the story of a session, if its client is here.
fn tell_of_session(client: &str, story: Result<Story, Absent>) {
    if let Some(story) = here(client, story) {
        story.ending(ENDED).run_on_the_clock(client);
    }
}

/// Runs the story, if its client is here.
fn tell(client: &str, story: Result<Story, Absent>) {
    if let Some(story) = here(client, story) {
        story.run(client);
    }
}

/// The client, or nothing and a word on the terminal.
pub(crate) fn here<T>(client: &str, found: Result<T, Absent>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(reason) if required() => panic!("{client} is required, and not to be had: {reason}"),
        Err(reason) => {
            // Not by a macro: the test runner would keep that to itself.
            io::stderr().write_all(format!("skipped: {client}: {reason}\n").as_bytes()).unwrap();
            None
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whether a missing client is a failure is up to the machine"
)]
fn required() -> bool {
    std::env::var("COUNTERSIGN_REQUIRE_CLIENTS").is_ok_and(|value| value == "1")
}

#[test]
fn aws_cli_1_leads_a_key_through_its_life() {
    let story = Installed::python("aws-cli")
        .map(|cli| Story::of("bash", "aws-cli/life.sh").arg(cli.program("aws")));
    tell("aws-cli 1", story);
}

#[test]
fn aws_cli_2_leads_a_key_through_its_life() {
    let story = Installed::aws_cli_2().map(|cli| Story::of("bash", "aws-cli/life.sh").arg(cli));
    tell("aws-cli 2", story);
}

#[test]
fn aws_cli_1_is_told_what_policies_decide() {
    let story = Installed::python("aws-cli").map(|cli| {
        let story = Story::of("bash", "aws-cli/policies.sh").arg(cli.program("aws"));
        story.ending(DECIDED)
    });
    tell("aws-cli 1", story);
}

#[test]
fn aws_cli_2_is_told_what_policies_decide() {
    let story = Installed::aws_cli_2()
        .map(|cli| Story::of("bash", "aws-cli/policies.sh").arg(cli).ending(DECIDED));
    tell("aws-cli 2", story);
}

#[test]
fn boto3_is_told_what_policies_decide() {
    let story = Installed::python("boto3")
        .map(|boto3| Story::of(boto3.program("python"), "boto3/policies.py").ending(DECIDED));
    tell("boto3", story);
}

#[test]
fn boto3_signs_by_a_key_pair() {
    let story = Installed::python("boto3").map(|boto3| {
        let story = Story::of(boto3.program("python"), "boto3/sigv4a.py");
        story.ending("a key pair has signed")
    });
    tell("boto3", story);
}

#[test]
fn boto3_leads_a_key_through_its_life() {
    let story =
        Installed::python("boto3").map(|boto3| Story::of(boto3.program("python"), "boto3/life.py"));
    tell("boto3", story);
}

#[test]
fn the_javascript_sdk_leads_a_key_through_its_life() {
    let story = Installed::javascript()
        .map(|sdk| Story::of("node", "javascript/life.js").arg(sdk.folder()));
    tell("the JavaScript SDK", story);
}

#[test]
fn aws_cli_1_leads_a_session_through_its_life() {
    let story = Installed::python("aws-cli")
        .map(|cli| Story::of("bash", "aws-cli/session.sh").arg(cli.program("aws")));
    tell_of_session("aws-cli 1", story);
}

#[test]
fn aws_cli_2_leads_a_session_through_its_life() {
    let story = Installed::aws_cli_2().map(|cli| Story::of("bash", "aws-cli/session.sh").arg(cli));
    tell_of_session("aws-cli 2", story);
}

#[test]
fn boto3_leads_a_session_through_its_life() {
    let story = Installed::python("boto3")
        .map(|boto3| Story::of(boto3.program("python"), "boto3/session.py"));
    tell_of_session("boto3", story);
}

#[test]
fn the_javascript_sdk_leads_a_session_through_its_life() {
    let story = Installed::javascript()
        .map(|sdk| Story::of("node", "javascript/session.js").arg(sdk.folder()));
    tell_of_session("the JavaScript SDK", story);
}

#[test]
fn curl_leads_a_key_through_its_life() {
    let story = curl().map(|()| Story::of("bash", "curl/life.sh"));
    tell("curl", story);
}

#[test]
fn awscurl_leads_a_key_through_its_life() {
    let story = Installed::python("awscurl")
        .map(|tool| Story::of("bash", "awscurl/life.sh").arg(tool.program("awscurl")));
    tell("awscurl", story);
}

#[test]
fn the_go_sdk_leads_a_key_through_its_life() {
    let story = Installed::go().map(|go| Story::of(go.folder().join("life"), "go/life.go"));
    tell("the Go SDK", story);
}

#[test]
fn ansible_leads_a_key_through_its_life() {
    let story = Installed::python("ansible").map(|ansible| {
        Story::of(ansible.program("ansible-playbook"), "ansible/life.yml")
            .option("--inventory=localhost,")
    });
    tell("Ansible", story);
}
