//! What a simulation answers.

use crate::error::{Code, Error, Result};
use crate::iam::simulate::asked::{Scene, Stage, Told, principal};
use crate::page::Page;
use crate::policy::{
    Bearing, Effect, Explained, Facts, Match, Position, Principal, Question, Word, explain,
};
use crate::text::{ActionText, ResourceText};
use crate::wire::answer::{Answer, Element, output};
use crate::wire::form::List;
use crate::wire::map::Map;

output! {
    /// A page of results, an action on a resource each.
    pub(super) struct Simulated {
        results: Vec<Evaluation> = "EvaluationResults",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

output! {
    /// What is decided of one action on one resource.
    struct Evaluation {
        action: String = "EvalActionName",
        resource: String = "EvalResourceName",
        decision: Word = "EvalDecision",
        matched: Vec<Matched> = "MatchedStatements",
        missing: Vec<String> = "MissingContextValues",
        organization: Option<Organization> = "OrganizationsDecisionDetail",
        boundary: Option<Boundary> = "PermissionsBoundaryDecisionDetail",
        details: Option<Map<Word>> = "EvalDecisionDetails",
        specific: Option<Vec<Specific>> = "ResourceSpecificResults",
    }
}

output! {
    /// The same, of the resource alone.
    struct Specific {
        resource: String = "EvalResourceName",
        decision: Word = "EvalResourceDecision",
        matched: Vec<Matched> = "MatchedStatements",
        missing: Vec<String> = "MissingContextValues",
        details: Option<Map<Word>> = "EvalDecisionDetails",
        boundary: Option<Boundary> = "PermissionsBoundaryDecisionDetail",
    }
}

output! {
    /// A statement that led to the decision.
    struct Matched {
        policy: String = "SourcePolicyId",
        kind: String = "SourcePolicyType",
        start: Option<Place> = "StartPosition",
        end: Option<Place> = "EndPosition",
    }
}

output! {
    /// A place in a policy.
    struct Place {
        line: usize = "Line",
        column: usize = "Column",
    }
}

output! {
    /// Whether the organization lets it pass.
    struct Organization {
        allows: bool = "AllowedByOrganizations",
    }
}

output! {
    /// Whether the boundary lets it pass.
    struct Boundary {
        allows: bool = "AllowedByPermissionsBoundary",
    }
}

impl Element for Word {
    fn write(&self, name: &str, answer: &mut Answer) {
        answer.text(
            name,
            match self {
                Self::Allowed => "allowed",
                Self::Denied => "explicitDeny",
                Self::Nothing => "implicitDeny",
            },
        );
    }
}

/// Tries every action on every resource. Of each, as many statements may be told of as
/// the policies hold, so neither time nor answer may grow with both.
pub(super) fn simulated(stage: &Stage<'_>, scene: &Scene<'_>, page: &Page) -> Result<Simulated> {
    for action in scene.actions {
        refuse_nameless(action)?;
    }
    let resources: Vec<_> = match scene.resources {
        Some(List(resources)) if !resources.is_empty() => {
            resources.iter().map(ResourceText::as_str).collect()
        }
        _ => vec!["*"],
    };
    let all = scene.actions.iter().flat_map(|action| resources.iter().map(move |r| (action, *r)));
    let numbered = all.enumerate().map(|(place, asked)| (format!("{place:08}"), asked));
    let size = stage.size();
    let paged = page.cut_by_size(numbered, |_| size);
    let trial = Trial::of(stage, scene);
    Ok(Simulated {
        is_truncated: paged.is_truncated(),
        marker: paged.marker,
        results: paged
            .items
            .into_iter()
            .map(|(_, (action, resource))| trial.evaluation(action, resource))
            .collect(),
    })
}

fn refuse_nameless(action: &ActionText) -> Result<()> {
    match action.as_str().split_once(':') {
        Some((service, name)) if !service.is_empty() && !name.is_empty() => Ok(()),
        _ => {
            let message = format!("Invalid Action: {action} is not of the form service:action.");
            Err(Error::new(Code::InvalidInput, message))
        }
    }
}

/// What is the same for every action and resource that is tried.
struct Trial<'a> {
    bearing: Bearing<'a>,
    facts: Told<'a>,
    who: Principal<'a>,
    /// The account that the resources belong to.
    owner: &'a str,
    /// The keys that the policies look at and nobody has told.
    missing: Vec<String>,
}

impl<'a> Trial<'a> {
    fn of(stage: &'a Stage<'_>, scene: &Scene<'a>) -> Self {
        let (facts, who) = (Told::of(stage, scene), principal(stage, scene.caller));
        let is_missing = |key: &String| facts.get(&key.to_lowercase()).is_none();
        Self {
            bearing: stage.bearing(),
            owner: scene.owner.map_or(who.account, |owner| account_of(owner.as_str())),
            missing: stage.keys().into_iter().filter(is_missing).collect(),
            facts,
            who,
        }
    }

    fn evaluation(&self, action: &ActionText, resource: &str) -> Evaluation {
        let question = Question {
            action: action.as_str(),
            resource,
            owner: self.owner,
            principal: self.who,
            facts: &self.facts,
        };
        let explained = explain(&question, &self.bearing);
        let is_on_something = resource != "*";
        let specific = Specific::of(&explained, resource, self.missing.clone());
        Evaluation {
            action: action.to_string(),
            resource: resource.to_owned(),
            decision: specific.decision,
            matched: specific.matched.clone(),
            // What is missing is told once.
            missing: if is_on_something { Vec::new() } else { self.missing.clone() },
            organization: explained.organization_allows.map(|allows| Organization { allows }),
            boundary: specific.boundary.clone(),
            details: is_on_something.then(|| details(&explained, self.owner != self.who.account)),
            specific: is_on_something.then(|| vec![specific]),
        }
    }
}

impl Specific {
    fn of(explained: &Explained<'_>, resource: &str, missing: Vec<String>) -> Self {
        let decision = explained.decision.word();
        Self {
            resource: resource.to_owned(),
            decision,
            matched: matched(&explained.matches, decision),
            missing,
            details: None,
            boundary: explained.boundary_allows.map(|allows| Boundary { allows }),
        }
    }
}

/// The number in an ARN; an account's number is itself.
fn account_of(owner: &str) -> &str {
    owner.split(':').nth(4).unwrap_or(owner)
}

/// What each side says where there are two.
fn details(explained: &Explained<'_>, is_across: bool) -> Map<Word> {
    let mut sides = Vec::new();
    if is_across {
        sides.push(("IAM Policy", explained.identity));
        sides.extend(explained.resource.map(|word| ("Resource Policy", word)));
    }
    Map(sides)
}

/// The statements that say what is decided; none, where none does.
fn matched(matches: &[Match<'_>], decision: Word) -> Vec<Matched> {
    let says = |effect| match decision {
        Word::Allowed => effect == Effect::Allow,
        Word::Denied => effect == Effect::Deny,
        Word::Nothing => false,
    };
    matches.iter().filter(|one| says(one.effect)).map(Matched::of).collect()
}

impl Matched {
    fn of(one: &Match<'_>) -> Self {
        let place = |Position { line, column }| Place { line, column };
        Self {
            policy: one.source.name.to_string(),
            kind: "IAM Policy".to_owned(),
            start: one.place.map(|(start, _)| place(start)),
            end: one.place.map(|(_, end)| place(end)),
        }
    }
}
