//! Documents as large as any may be, made to be slow.

use std::cell::Cell;

use countersign::policy::{
    Bearing, Fact, Facts, Kind, Policy, Principal, Purpose, Question, Source, Word, decide, explain,
};

/// As many characters as AWS takes.
const MOST: usize = 131_072;

/// How often each is asked.
const ASKED: usize = 100;

/// Every key has a value, of which there are many letters; it is counted how often one
/// is asked for.
struct Counting(String, Cell<usize>);

impl Facts for Counting {
    fn get(&self, _: &str) -> Option<Fact<'_>> {
        self.1.set(self.1.get() + 1);
        Some(Fact::one(&*self.0))
    }
}

fn document(statement: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
}

fn allow(resource: &str, condition: &str) -> String {
    document(&format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"{resource}","Condition":{{{condition}}}}}"#
    ))
}

/// A document that allows where `k` is like `pattern`.
fn like(pattern: &str) -> String {
    allow("*", &format!(r#""StringLike":{{"k":"{pattern}"}}"#))
}

/// `piece`, again and again, as often as there is room for.
fn filled(piece: &str) -> String {
    piece.repeat((MOST - 300) / piece.len())
}

/// As many members as there is room for, each with its number in it.
fn listed(member: impl Fn(usize) -> String) -> String {
    let mut length = 0;
    let fits = |member: &String| {
        length += member.len() + 1;
        length < MOST - 300
    };
    (0..MOST).map(member).take_while(fits).collect::<Vec<_>>().join(",")
}

/// What each document is called, its text, and what it decides.
fn large() -> Vec<(&'static str, String, Word)> {
    use Word::{Allowed, Denied, Nothing};
    let user = |pattern: &str| allow(&format!("arn:aws:iam::123456789012:user/{pattern}"), "");
    let statements = filled(r#"{"Effect":"Allow","Action":"iam:*","Resource":"*"},"#);
    let actions = listed(|at| format!(r#""iam:*{at}?""#));
    let actions = format!(r#"{{"Effect":"Allow","NotAction":[{actions}],"Resource":"*"}}"#);
    let values = listed(|at| format!(r#""{at}""#));
    let keys = listed(|at| format!(r#""k{at}":"*""#));
    vec![
        ("stars", user(&filled("*")), Allowed),
        ("stars and signs", user(&format!("{}b", filled("*?"))), Nothing),
        ("stars and letters", user(&format!("{}b", filled("*a"))), Nothing),
        ("signs and letters", like(&format!("*{}b*", filled("a?"))), Nothing),
        ("a long piece", like(&format!("*{}b*", filled("a"))), Nothing),
        ("long pieces", like(&filled(&format!("*?{}b", "a".repeat(1000)))), Nothing),
        ("variables", user(&filled("${k}")), Nothing),
        ("variables and stars", like(&filled("*${k}")), Nothing),
        ("openings", like(&filled("${")), Nothing),
        ("actions", document(&actions), Allowed),
        ("values", allow("*", &format!(r#""StringEquals":{{"k":[{values}]}}"#)), Nothing),
        ("keys", allow("*", &format!(r#""StringLike":{{{keys}}}"#)), Allowed),
        ("statements", document(statements.trim_end_matches(',')), Allowed),
        // What cannot be read denies.
        ("nests", document(&filled("[")), Denied),
        ("nested conditions", allow("*", &filled(r#"{"a":"#)), Denied),
    ]
}

/// Steps by the square of a size would keep this test for hours. Values are counted:
/// each may be long.
#[test]
fn a_document_however_large_is_decided_in_steps_of_its_size() {
    let resource = format!("arn:aws:iam::123456789012:user/{}", "a".repeat(2048));
    for (name, text, word) in large() {
        assert!(text.len() <= MOST, "{name}");
        let read = Policy::read(&text, Purpose::Inline);
        let policy = read.unwrap_or_else(|_| Policy::kept(&text));
        let source = [Source { name: "p".into(), arn: None, policy }];
        let facts = Counting("a".repeat(2048), Cell::default());
        let question = Question {
            action: "iam:CreateUser",
            resource: &resource,
            owner: "123456789012",
            principal: Principal { kind: Kind::User, account: "123456789012", arn: "a", id: "b" },
            facts: &facts,
        };
        let bearing = Bearing { identity: &source, ..Bearing::default() };
        for _ in 0..ASKED {
            assert_eq!(decide(&question, &bearing).word(), word, "{name}");
        }
        let most = if name == "keys" { text.len() / 10 } else { 3 };
        assert!(facts.1.get() <= ASKED * most, "{name}: {}", facts.1.get());
        // Where each statement stands is found in one walk.
        assert_eq!(explain(&question, &bearing).decision.word(), word, "{name}");
    }
}
