//! A document as it is written: what stands where, not yet judged.

use std::ops::Range;

use crate::policy::condition::is_operator;
use crate::policy::json::{Member, Node};

/// What a policy is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// `2008-10-17`, or nothing: without variables.
    Old,
    /// `2012-10-17`
    New,
}

/// A document.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) version: Version,
    pub(super) statements: Vec<WrittenStatement>,
}

/// A statement.
#[derive(Debug)]
pub(super) struct WrittenStatement {
    pub(super) range: Range<usize>,
    pub(super) sid: Option<String>,
    /// `Allow` or `Deny`, in any case.
    pub(super) effect: String,
    pub(super) principals: Option<Listed<WrittenPrincipal>>,
    pub(super) actions: Option<Listed<String>>,
    pub(super) resources: Option<Listed<String>>,
    pub(super) conditions: Vec<WrittenCondition>,
}

/// A list, or all but a list: `Action`, `NotAction`.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) is_negated: bool,
    pub(super) members: Vec<T>,
}

/// `"AWS": "arn:aws:iam::123456789012:root"`; `"*"` alone is of kind `AWS`.
#[derive(Clone, Debug)]
pub(super) struct WrittenPrincipal {
    pub(super) kind: String,
    pub(super) value: String,
    /// Where the value stands, its quotes included.
    pub(super) range: Range<usize>,
}

/// `{"StringEquals": {"aws:username": ["ann", "bob"]}}`
#[derive(Debug)]
pub(super) struct WrittenCondition {
    pub(super) operator: String,
    pub(super) key: String,
    pub(super) values: Vec<String>,
}

impl Written {
    /// What `text` says, if it has the shape of a policy.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (mut version, mut statements) = (Version::Old, None);
        for (name, node) in Node::of(text)?.members()? {
            match &*name {
                "Version" => {
                    version = match &*node.text()? {
                        "2008-10-17" => Version::Old,
                        "2012-10-17" => Version::New,
                        _ => return None,
                    }
                }
                "Id" => drop(node.text()?),
                "Statement" => statements = Some(node.one_or_many()),
                _ => return None,
            }
        }
        let statements = statements.filter(|statements| !statements.is_empty())?;
        let statements = statements.into_iter().map(WrittenStatement::read);
        Some(Self { version, statements: statements.collect::<Option<_>>()? })
    }
}

impl WrittenStatement {
    fn read(node: Node<'_>) -> Option<Self> {
        let mut effect = None;
        let mut read = Self {
            range: node.range(),
            sid: None,
            effect: String::new(),
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
        };
        for (name, node) in node.members()? {
            match &*name {
                "Sid" => read.sid = Some(node.text()?),
                "Effect" => effect = Some(node.text()?),
                "Principal" | "NotPrincipal" => {
                    only(&mut read.principals, &name, principals(node)?)?;
                }
                "Action" | "NotAction" => only(&mut read.actions, &name, texts(node)?)?,
                "Resource" | "NotResource" => only(&mut read.resources, &name, texts(node)?)?,
                "Condition" => read.conditions = conditions(node)?,
                _ => return None,
            }
        }
        read.effect = effect.filter(|effect| {
            effect.eq_ignore_ascii_case("allow") || effect.eq_ignore_ascii_case("deny")
        })?;
        Some(read)
    }
}

/// Keeps a list, unless the other one of its pair is there already.
fn only<T>(place: &mut Option<Listed<T>>, name: &str, members: Vec<T>) -> Option<()> {
    let is_first = place.is_none();
    *place = Some(Listed { is_negated: name.starts_with("Not"), members });
    is_first.then_some(())
}

fn texts(node: Node<'_>) -> Option<Vec<String>> {
    node.one_or_many().into_iter().map(Node::text).collect()
}

fn principals(node: Node<'_>) -> Option<Vec<WrittenPrincipal>> {
    let one = |kind: &str, node: Node<'_>| {
        let (kind, value) = (kind.to_owned(), node.text()?);
        Some(WrittenPrincipal { kind, value, range: node.range() })
    };
    match node.members() {
        None => one("AWS", node).filter(|only| only.value == "*").map(|only| vec![only]),
        Some(members) => {
            let all = members.iter().flat_map(|(kind, node)| {
                node.one_or_many().into_iter().map(move |node| one(kind, node))
            });
            all.collect()
        }
    }
}

fn conditions(node: Node<'_>) -> Option<Vec<WrittenCondition>> {
    let mut conditions = Vec::new();
    for (operator, node) in node.members()? {
        let keys = node.members()?;
        // An operator that is asked of nothing may be any: AWS does not look at it.
        if !keys.is_empty() && !is_operator(&operator) {
            return None;
        }
        for member in keys {
            conditions.push(condition(operator.clone(), member)?);
        }
    }
    Some(conditions)
}

fn condition(operator: String, (key, node): Member<'_>) -> Option<WrittenCondition> {
    let values = node.one_or_many().into_iter().map(Node::scalar).collect::<Option<_>>()?;
    Some(WrittenCondition { operator, key, values })
}
