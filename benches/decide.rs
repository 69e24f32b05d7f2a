//! One decision for a caller with 1, 10 and 100 policies of ten statements each: the
//! documents read once, and read for every decision, which is the plain way.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::fmt::Write;
use std::hint::black_box;

use countersign::policy::{
    Bearing, Decision, Fact, Facts, Kind, Policy, Principal, Purpose, Question, Source, decide,
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const ARN: &str = "arn:aws:iam::123456789012:user/dev/ann";

/// What is known of a request, as the gateway knows it.
struct Known;

impl Facts for Known {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        match key {
            "aws:username" => Some(Fact::one("ann")),
            "aws:sourceip" => Some(Fact::one("10.1.2.3")),
            "aws:principaltag/team" => Some(Fact::one("blue")),
            _ => None,
        }
    }
}

/// Ten statements as people write them: lists of actions, patterns, variables,
/// conditions. The last of the last policy is the one that allows.
fn document(number: usize) -> String {
    let mut statements = String::new();
    for statement in 0..8 {
        write!(
            statements,
            r#"{{"Sid":"S{statement}","Effect":"Allow","Action":["s3:Get*","s3:List*","ec2:Describe{statement}"],
               "Resource":"arn:aws:s3:::bucket-{number}-{statement}/*",
               "Condition":{{"IpAddress":{{"aws:SourceIp":"10.0.0.0/8"}}}}}},"#
        )
        .unwrap();
    }
    statements.push_str(
        r#"{"Effect":"Deny","Action":"iam:Delete*","Resource":"*",
            "Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"blue"}}},
           {"Effect":"Allow","Action":["iam:*AccessKey*","iam:GetUser"],
            "Resource":"arn:aws:iam::123456789012:user/dev/${aws:username}"}"#,
    );
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn sources(count: usize) -> Vec<Source> {
    (0..count).map(|number| source(&document(number))).collect()
}

fn source(text: &str) -> Source {
    let policy = Policy::read(text, Purpose::Managed).unwrap();
    Source { name: "p".into(), arn: None, policy }
}

fn decides(sources: &[Source]) -> Decision {
    let principal =
        Principal { kind: Kind::User, account: "123456789012", arn: ARN, id: "AIDAEXAMPLE" };
    let question = Question {
        action: black_box("iam:CreateAccessKey"),
        resource: black_box(ARN),
        owner: "123456789012",
        principal,
        facts: &Known,
    };
    decide(&question, &Bearing { identity: sources, ..Bearing::default() })
}

fn one_decision(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one decision");
    for count in [1, 10, 100] {
        let sources = sources(count);
        assert_eq!(decides(&sources), Decision::Allowed);
        group.bench_with_input(BenchmarkId::new("policies read before", count), &count, |b, _| {
            b.iter(|| decides(&sources));
        });
        let texts: Vec<_> = (0..count).map(document).collect();
        group.bench_with_input(BenchmarkId::new("policies read for it", count), &count, |b, _| {
            b.iter(|| decides(&texts.iter().map(|text| source(text)).collect::<Vec<_>>()));
        });
    }
    group.finish();
}

criterion_group!(benches, one_decision);
criterion_main!(benches);
