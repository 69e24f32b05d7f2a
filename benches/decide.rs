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
    decides_by(sources, &Known)
}

fn decides_by(sources: &[Source], facts: &dyn Facts) -> Decision {
    let principal =
        Principal { kind: Kind::User, account: "123456789012", arn: ARN, id: "AIDAEXAMPLE" };
    let question = Question {
        action: black_box("iam:CreateAccessKey"),
        resource: black_box(ARN),
        owner: "123456789012",
        principal,
        facts,
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

/// About as many characters as AWS takes.
const LARGEST: usize = 130_000;

/// Documents as large as any may be, made to be slow, and a text of 2,048 letters to
/// hold them against.
fn a_large_document(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a document of 128 KiB");
    let filled = |piece: &str| piece.chars().cycle().take(LARGEST).collect::<String>();
    let like = |patterns: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*",
               "Condition":{{"StringLike":{{"k":[{patterns}]}}}}}}}}"#
        )
    };
    for (name, text) in [
        ("stars and signs", like(&format!("\"{}b\"", filled("*?")))),
        ("signs and letters", like(&format!("\"*{}b*\"", filled("a?")))),
        ("many patterns", like(&vec!["\"*a?a?b*\""; LARGEST / 10].join(","))),
        ("variables", like(&format!("\"{}\"", "*${k}".repeat(LARGEST / 5)))),
    ] {
        let facts = Letters("a".repeat(2048));
        group.bench_function(BenchmarkId::new("read", name), |b| {
            b.iter(|| Policy::read(&text, Purpose::Inline).unwrap());
        });
        let policy = Policy::read(&text, Purpose::Inline).unwrap();
        let source = [Source { name: "p".into(), arn: None, policy }];
        group.bench_function(BenchmarkId::new("decided", name), |b| {
            b.iter(|| decides_by(&source, &facts));
        });
    }
    group.finish();
}

/// A request in which every key is a long word.
struct Letters(String);

impl Facts for Letters {
    fn get(&self, _: &str) -> Option<Fact<'_>> {
        Some(Fact::one(&*self.0))
    }
}

criterion_group!(benches, one_decision, a_large_document);
criterion_main!(benches);
