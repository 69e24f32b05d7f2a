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

/// What was read, or where in the text it ended, in bytes.
pub(super) type Read<T> = Result<T, usize>;

impl Written {
    /// What `whole` says, if it has the shape of a policy.
    pub(super) fn read(whole: Node<'_>) -> Read<Self> {
        let (mut version, mut statements) = (Version::Old, None);
        for (name, node) in members(whole)? {
            match &*name {
                "Version" => version = self::version(node)?,
                "Id" => drop(text(node)?),
                "Statement" => statements = Some(node.one_or_many()),
                _ => return Err(node.range().start),
            }
        }
        let statements = statements.filter(|all| !all.is_empty()).ok_or(whole.range().start)?;
        let statements = statements.into_iter().map(WrittenStatement::read);
        Ok(Self { version, statements: statements.collect::<Read<_>>()? })
    }
}

fn version(node: Node<'_>) -> Read<Version> {
    match &*text(node)? {
        "2008-10-17" => Ok(Version::Old),
        "2012-10-17" => Ok(Version::New),
        _ => Err(node.range().start),
    }
}

impl WrittenStatement {
    fn read(node: Node<'_>) -> Read<Self> {
        let mut read = Self {
            range: node.range(),
            sid: None,
            effect: String::new(),
            principals: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
        };
        for (name, node) in members(node)? {
            let lists = match &*name {
                "Sid" => {
                    read.sid = Some(text(node)?);
                    true
                }
                "Effect" => {
                    read.effect = text(node)?;
                    true
                }
                "Principal" | "NotPrincipal" => {
                    only(&mut read.principals, &name, principals(node)?)
                }
                "Action" | "NotAction" => only(&mut read.actions, &name, texts(node)?),
                "Resource" | "NotResource" => only(&mut read.resources, &name, texts(node)?),
                "Condition" => {
                    read.conditions = conditions(node)?;
                    true
                }
                _ => false,
            };
            if !lists {
                return Err(node.range().start);
            }
        }
        let is_effect =
            ["allow", "deny"].iter().any(|known| read.effect.eq_ignore_ascii_case(known));
        if is_effect { Ok(read) } else { Err(node.range().start) }
    }
}

/// Keeps a list, unless the other one of its pair is there already.
fn only<T>(place: &mut Option<Listed<T>>, name: &str, members: Vec<T>) -> bool {
    let is_first = place.is_none();
    *place = Some(Listed { is_negated: name.starts_with("Not"), members });
    is_first
}

fn members(node: Node<'_>) -> Read<Vec<Member<'_>>> {
    node.members().ok_or(node.range().start)
}

fn text(node: Node<'_>) -> Read<String> {
    node.text().ok_or(node.range().start)
}

fn texts(node: Node<'_>) -> Read<Vec<String>> {
    node.one_or_many().into_iter().map(text).collect()
}

fn principals(node: Node<'_>) -> Read<Vec<WrittenPrincipal>> {
    let one = |kind: &str, node: Node<'_>| -> Read<WrittenPrincipal> {
        Ok(WrittenPrincipal { kind: kind.to_owned(), value: text(node)?, range: node.range() })
    };
    match node.members() {
        None => match one("AWS", node)? {
            only if only.value == "*" => Ok(vec![only]),
            _ => Err(node.range().start),
        },
        Some(members) => {
            let all = members.iter().flat_map(|(kind, node)| {
                node.one_or_many().into_iter().map(move |node| one(kind, node))
            });
            all.collect()
        }
    }
}

fn conditions(node: Node<'_>) -> Read<Vec<WrittenCondition>> {
    let mut conditions = Vec::new();
    for (operator, node) in members(node)? {
        let keys = members(node)?;
        // An operator that is asked of nothing may be any: AWS does not look at it.
        if !keys.is_empty() && !is_operator(&operator) {
            return Err(node.range().start);
        }
        for key in keys {
            conditions.push(condition(operator.clone(), key)?);
        }
    }
    Ok(conditions)
}

fn condition(operator: String, (key, node): Member<'_>) -> Read<WrittenCondition> {
    let value = |node: Node<'_>| node.scalar().ok_or(node.range().start);
    let values = node.one_or_many().into_iter().map(value).collect::<Read<_>>()?;
    Ok(WrittenCondition { operator, key, values })
}
