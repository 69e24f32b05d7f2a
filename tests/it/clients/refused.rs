//! Stock clients sign wrongly, as people let them: with a secret that was pasted badly, for another region, by a wrong
//! clock, with a key that was rotated away. Each refusal names its cause, as `real_life` has it.

use std::collections::BTreeMap;

use super::install::{Absent, Installed, curl, faketime};
use super::{Story, here};
use crate::real_life::causes;
use crate::running::{Gateway, REGION};

/// The last line of a story of refusals.
const EXPLAINED: &str = "every refusal is explained";

/// Runs a story that ends in explanations: what was wrong, and the cause that the gateway named for it, each time.
pub(crate) fn explained(story: Story, gateway: &Gateway, client: &str) -> BTreeMap<String, String> {
    let told = story.ending(EXPLAINED).run_at(gateway, client);
    let lines = told.lines().filter_map(|line| line.strip_prefix("refused | "));
    let pairs = lines.map(|line| line.split_once(" | ").unwrap());
    pairs.map(|(fault, cause)| (fault.to_owned(), cause.to_owned())).collect()
}

/// Runs the story, if its client is here, and expects that what it tells is what the table has.
fn is_explained_to(client: &str, story: Result<Story, Absent>) {
    if let Some(story) = here(client, story) {
        let gateway = Gateway::start_with(&["--region", REGION]);
        assert_eq!(explained(story, &gateway, client), causes(client), "{client}");
    }
}

#[test]
fn every_refusal_is_explained_to_boto3() {
    let story = faketime().and_then(|()| Installed::python("boto3"));
    let story = story.map(|boto3| Story::of(boto3.program("python"), "boto3/refused.py"));
    is_explained_to("boto3", story);
}

#[test]
fn every_refusal_is_explained_to_aws_cli_1() {
    let story = faketime().and_then(|()| Installed::python("aws-cli"));
    let story = story.map(|cli| Story::of("bash", "aws-cli/refused.sh").arg(cli.program("aws")));
    is_explained_to("aws-cli 1", story);
}

#[test]
fn every_refusal_is_explained_to_aws_cli_2() {
    let story = faketime().and_then(|()| Installed::aws_cli_2());
    is_explained_to("aws-cli 2", story.map(|cli| Story::of("bash", "aws-cli/refused.sh").arg(cli)));
}

#[test]
fn every_refusal_is_explained_to_curl() {
    let story = faketime().and_then(|()| curl());
    is_explained_to("curl", story.map(|()| Story::of("bash", "curl/refused.sh")));
}

#[test]
fn every_refusal_is_explained_to_the_javascript_sdk() {
    let story = Installed::javascript();
    let story = story.map(|sdk| Story::of("node", "javascript/refused.js").arg(sdk.folder()));
    is_explained_to("the JavaScript SDK", story);
}
