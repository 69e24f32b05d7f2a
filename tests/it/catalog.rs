//! The policies that AWS manages: they are real, and all of them are there.

use std::collections::BTreeSet;

use countersign::catalog::{self, AwsPolicy, PREFIX};
use countersign::clock::Time;
use countersign::policy::{Policy, Purpose};
use serde_json::{Value, json};

fn document(name: &str) -> Value {
    let policy = catalog::find(&format!("{PREFIX}{name}")).unwrap();
    serde_json::from_str(policy.document).unwrap()
}

#[test]
fn an_administrator_may_do_everything() {
    let allow_all = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
    });
    assert_eq!(document("AdministratorAccess"), allow_all);
}

#[test]
fn other_policies_say_what_aws_says() {
    let read_only = document("AmazonS3ReadOnlyAccess");
    let actions = read_only["Statement"][0]["Action"].as_array().unwrap();
    assert!(actions.contains(&json!("s3:Get*")), "{read_only}");
    let statements = document("PowerUserAccess");
    assert!(statements["Statement"][0]["NotAction"].is_array(), "{statements}");
}

#[test]
fn a_policy_is_told_with_all_that_is_known_of_it() {
    let policy = catalog::find("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess").unwrap();
    assert_eq!((policy.path, policy.name), ("/job-function/", "ViewOnlyAccess"));
    assert_eq!(Some(policy.created), Time::from_extended(b"2016-11-10T17:20:15Z"));
    assert!(policy.version >= 46 && policy.updated > policy.created, "{policy:?}");
}

#[test]
fn every_document_is_a_policy() {
    for policy in catalog::all() {
        let document: Value = serde_json::from_str(policy.document).unwrap();
        assert_eq!(document["Version"], "2012-10-17", "{}", policy.arn);
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.as_slice(),
            one => std::slice::from_ref(one),
        };
        assert!(!statements.is_empty(), "{}", policy.arn);
        for statement in statements {
            assert!(statement["Effect"].is_string(), "{}", policy.arn);
        }
    }
}

#[test]
fn every_policy_is_found_by_its_full_name_and_no_two_share_one() {
    for policy in catalog::all() {
        assert_eq!(policy.arn, format!("arn:aws:iam::aws:policy{}{}", policy.path, policy.name));
        assert_eq!(catalog::find(policy.arn), Some(policy));
        assert!(policy.version > 0 && policy.updated >= policy.created, "{}", policy.arn);
    }
    let names: BTreeSet<_> = catalog::all().map(|policy| policy.arn).collect();
    let ids: BTreeSet<_> = catalog::all().map(AwsPolicy::id).collect();
    let count = catalog::all().count();
    assert!(count > 1500, "{count}");
    assert_eq!((names.len(), ids.len()), (count, count));
}

#[test]
fn policies_are_listed_by_name_whatever_its_case() {
    let names: Vec<_> = catalog::all().map(|policy| policy.name.to_lowercase()).collect();
    assert!(names.is_sorted());
}

#[test]
fn what_is_not_of_aws_is_not_found() {
    for arn in [
        "",
        "AdministratorAccess",
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy/AdministratorAccess2",
        "arn:aws:iam::aws:policy/job-function/AdministratorAccess",
        "arn:aws:iam::123456789012:policy/AdministratorAccess",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
    ] {
        assert_eq!(catalog::find(arn), None, "{arn}");
    }
}

#[test]
fn an_id_stays_what_it_is() {
    let id = catalog::find("arn:aws:iam::aws:policy/AdministratorAccess").unwrap().id();
    assert_eq!(id, "ANPAIXUEARDEVTUHKHZ23");
    assert_eq!(id.len(), 21);
}

#[test]
fn what_aws_wrote_is_a_policy_by_awss_own_rules() {
    let wrong = catalog::all().filter_map(|policy| {
        let fault = Policy::read(policy.document, Purpose::Managed).err()?;
        Some(format!("{}: {fault} at {:?}", policy.arn, fault.at))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
