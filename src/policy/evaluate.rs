//! The decision: one loop over all statements that yields it and its reasons (IAM
//! User Guide, "Policy evaluation logic").

use std::sync::Arc;

use crate::policy::actions::Asked;
use crate::policy::document::{Policy, Position};
use crate::policy::facts::Facts;
use crate::policy::name::Named;
use crate::policy::principal::{Directness, Kind, Principal};
use crate::policy::statement::Effect;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The action, with its service: `iam:CreateUser`.
    pub action: &'q str,
    /// The ARN of what it acts on; `*` where that is nothing in particular.
    pub resource: &'q str,
    /// The account that it belongs to.
    pub owner: &'q str,
    /// Who asks.
    pub principal: Principal<'q>,
    /// What else is known of the request.
    pub facts: &'q dyn Facts,
}

impl std::fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} asks for {} on {}", self.principal.arn, self.action, self.resource)
    }
}

/// A question as statements are asked it.
pub(super) struct Asking<'q> {
    pub(super) action: Asked,
    pub(super) resource: Named<'q>,
    pub(super) principal: &'q Principal<'q>,
    /// Whether the principal has a permissions boundary.
    pub(super) is_bounded: bool,
    pub(super) facts: &'q dyn Facts,
}

/// A policy, and where it is from.
#[derive(Clone, Debug)]
pub struct Source {
    /// What it is called.
    pub name: Arc<str>,
    /// Its ARN, where it is a policy of its own.
    pub arn: Option<Arc<str>>,
    /// What it says.
    pub policy: Policy,
}

/// All policies that bear on a request. What is `None` does not limit it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bearing<'p> {
    /// Those of the user and its groups, or of the role.
    pub identity: &'p [Source],
    /// The permissions boundary.
    pub boundary: Option<&'p [Source]>,
    /// Those that a session was made with.
    pub session: Option<&'p [Source]>,
    /// The one of the resource.
    pub resource: Option<&'p [Source]>,
    /// Whether the one of the resource must allow: a trust policy must.
    pub must_resource_allow: bool,
    /// Service control policies, the levels of the organization from its root.
    pub service_control: &'p [Vec<Source>],
    /// Resource control policies, likewise.
    pub resource_control: &'p [Vec<Source>],
}

/// A kind of policy, in the order in which an explicit denial is told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Layer {
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// A policy of the resource.
    Resource,
    /// A policy of the identity.
    Identity,
}

/// What is decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// The request may go on.
    Allowed,
    /// It may not.
    Denied(Denial),
}

/// Why a request may not go on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Denial {
    /// What kind of policy says so, or fails to allow.
    pub layer: Layer,
    /// Whether a policy says so; else none allows.
    pub is_explicit: bool,
    /// The ARN of the policy that says so, where it has one.
    pub policy: Option<Arc<str>>,
}

/// A statement that applies.
#[derive(Clone, Debug)]
pub struct Match<'p> {
    /// What kind of policy it is of.
    pub layer: Layer,
    /// The policy.
    pub source: &'p Source,
    /// What it does.
    pub effect: Effect,
    /// Where in the policy it begins, and where it ends; nothing, where the policy
    /// cannot be read.
    pub place: Option<(Position, Position)>,
    /// The statement as it is written; nothing, likewise.
    pub text: Option<&'p str>,
}

/// Decides.
pub fn decide(question: &Question<'_>, bearing: &Bearing<'_>) -> Decision {
    weigh(question, bearing, &mut |_| {}).decide(question, bearing)
}

/// Decides, and tells why.
pub fn explain<'p>(question: &Question<'_>, bearing: &Bearing<'p>) -> Explained<'p> {
    let mut matches = Vec::new();
    let all = weigh(question, bearing, &mut |applies| matches.push(applies.located()));
    Explained {
        decision: all.decide(question, bearing),
        matches,
        boundary_allows: all.boundary.map(Said::is_allowing),
        organization_allows: all.organization_allows(),
        identity: all.identity.alone(),
        resource: all.resource.map(Said::alone),
    }
}

/// A decision, and what led to it.
#[derive(Clone, Debug)]
pub struct Explained<'p> {
    /// What is decided.
    pub decision: Decision,
    /// Every statement that applies.
    pub matches: Vec<Match<'p>>,
    /// Whether the permissions boundary allows it, where there is one.
    pub boundary_allows: Option<bool>,
    /// Whether the policies of the organization allow it, where there are any.
    pub organization_allows: Option<bool>,
    /// What the policies of the identity say by themselves.
    pub identity: Word,
    /// What the policy of the resource says by itself, where there is one.
    pub resource: Option<Word>,
}

/// What policies say, of whatever kind they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Word {
    /// Yes.
    Allowed,
    /// No.
    Denied,
    /// Nothing, which is no.
    Nothing,
}

impl Decision {
    /// The same without its reasons.
    pub fn word(&self) -> Word {
        match self {
            Self::Allowed => Word::Allowed,
            Self::Denied(denial) if denial.is_explicit => Word::Denied,
            Self::Denied(_) => Word::Nothing,
        }
    }
}

/// A statement that applies, and where it stands.
struct Applies<'p> {
    layer: Layer,
    source: &'p Source,
    effect: Effect,
    range: Option<std::ops::Range<usize>>,
}

impl<'p> Applies<'p> {
    fn located(self) -> Match<'p> {
        let Self { layer, source, effect, range } = self;
        let text = range.clone().and_then(|range| source.policy.text().get(range));
        let place = range.and_then(|range| source.policy.place(&range));
        Match { layer, source, effect, place, text }
    }
}

/// What a set of policies says.
#[derive(Clone, Copy, Default)]
struct Said<'p> {
    denied_by: Option<&'p Source>,
    /// How directly the caller is allowed.
    allowed: Option<Directness>,
}

impl Said<'_> {
    fn is_allowing(self) -> bool {
        self.alone() == Word::Allowed
    }

    /// What it comes to where nothing else is said.
    fn alone(self) -> Word {
        match (self.denied_by, self.allowed) {
            (Some(_), _) => Word::Denied,
            (None, Some(_)) => Word::Allowed,
            (None, None) => Word::Nothing,
        }
    }
}

/// Who hears of every statement that applies.
type Hear<'h, 'p> = &'h mut dyn FnMut(Applies<'p>);

fn weigh<'p>(question: &Question<'_>, bearing: &Bearing<'p>, hear: Hear<'_, 'p>) -> All<'p> {
    let asking = Asking {
        action: Asked::of(question.action),
        resource: Named::of(question.resource),
        principal: &question.principal,
        is_bounded: bearing.boundary.is_some(),
        facts: question.facts,
    };
    let mut ask = |layer, sources: &'p [Source]| said(&asking, layer, sources, hear);
    let service_control = bearing.service_control.iter().map(|l| ask(Layer::ServiceControl, l));
    let service_control: Vec<_> = service_control.collect();
    let resource_control = bearing.resource_control.iter().map(|l| ask(Layer::ResourceControl, l));
    let resource_control: Vec<_> = resource_control.collect();
    let boundary = bearing.boundary.map(|sources| ask(Layer::Boundary, sources));
    let session = bearing.session.map(|sources| ask(Layer::Session, sources));
    let resource = bearing.resource.map(|sources| ask(Layer::Resource, sources));
    let identity = ask(Layer::Identity, bearing.identity);
    All { service_control, resource_control, boundary, session, resource, identity }
}

/// The one loop: asks every statement of a set of policies.
fn said<'p>(
    asking: &Asking<'_>,
    layer: Layer,
    sources: &'p [Source],
    hear: Hear<'_, 'p>,
) -> Said<'p> {
    let mut said = Said::default();
    for source in sources {
        let Some(statements) = source.policy.statements() else {
            said.denied_by.get_or_insert(source);
            hear(Applies { layer, source, effect: Effect::Deny, range: None });
            continue;
        };
        for statement in statements {
            let Some(directness) = statement.applies(asking) else { continue };
            match statement.effect {
                Effect::Deny => drop(said.denied_by.get_or_insert(source)),
                Effect::Allow => said.allowed = said.allowed.max(Some(directness)),
            }
            let (effect, range) = (statement.effect, Some(statement.range.clone()));
            hear(Applies { layer, source, effect, range });
        }
    }
    said
}

/// What all policies say.
struct All<'p> {
    service_control: Vec<Said<'p>>,
    resource_control: Vec<Said<'p>>,
    boundary: Option<Said<'p>>,
    session: Option<Said<'p>>,
    resource: Option<Said<'p>>,
    identity: Said<'p>,
}

impl All<'_> {
    fn decide(&self, question: &Question<'_>, bearing: &Bearing<'_>) -> Decision {
        let implicit = || self.implicit(question, bearing.must_resource_allow);
        self.explicit().or_else(implicit).map_or(Decision::Allowed, Decision::Denied)
    }

    fn organization_allows(&self) -> Option<bool> {
        let mut levels = self.service_control.iter().chain(&self.resource_control).peekable();
        levels.peek()?;
        Some(levels.all(|said| said.is_allowing()))
    }

    /// The first denial that a policy says.
    fn explicit(&self) -> Option<Denial> {
        let one = |layer, said: &Said<'_>| {
            let policy = said.denied_by?.arn.clone();
            Some(Denial { layer, is_explicit: true, policy })
        };
        let first = |layer, levels: &[Said<'_>]| levels.iter().find_map(|said| one(layer, said));
        let maybe =
            |layer, said: &Option<Said<'_>>| said.as_ref().and_then(|said| one(layer, said));
        first(Layer::ServiceControl, &self.service_control)
            .or_else(|| first(Layer::ResourceControl, &self.resource_control))
            .or_else(|| maybe(Layer::Boundary, &self.boundary))
            .or_else(|| maybe(Layer::Session, &self.session))
            .or_else(|| maybe(Layer::Resource, &self.resource))
            .or_else(|| one(Layer::Identity, &self.identity))
    }

    /// The first kind of policy that had to allow and did not.
    fn implicit(&self, question: &Question<'_>, must_resource_allow: bool) -> Option<Denial> {
        let all_allow = |levels: &[Said<'_>]| levels.iter().all(|said| said.allowed.is_some());
        let lacking = if !all_allow(&self.resource_control) {
            Layer::ResourceControl
        } else if !all_allow(&self.service_control) {
            Layer::ServiceControl
        } else {
            self.lacking(question, must_resource_allow)?
        };
        Some(Denial { layer: lacking, is_explicit: false, policy: None })
    }

    fn lacking(&self, question: &Question<'_>, must_resource_allow: bool) -> Option<Layer> {
        let who = &question.principal;
        let granted = self.resource.and_then(|said| said.allowed);
        let is_at_home = who.account == question.owner;
        let has_identity =
            !matches!(who.kind, Kind::Service(_) | Kind::External(_) | Kind::Anonymous);
        let must_be_granted = must_resource_allow || !is_at_home || !has_identity;
        if must_be_granted && granted.is_none() {
            return Some(Layer::Resource);
        }
        if !has_identity || who.kind == Kind::Root {
            return None;
        }
        // In another account a grant never stands for what the caller's own allows.
        self.limits(who, granted.filter(|_| is_at_home))
    }

    fn limits(&self, who: &Principal<'_>, granted: Option<Directness>) -> Option<Layer> {
        if granted == Some(Directness::Itself) {
            return None;
        }
        if self.identity.allowed.is_none() && granted != Some(Directness::Limited) {
            return Some(Layer::Identity);
        }
        let lacks = |said: Option<Said<'_>>| said.is_some_and(|said| said.allowed.is_none());
        if lacks(self.boundary) {
            return Some(Layer::Boundary);
        }
        // What a user hands on without a policy for it is nothing.
        let is_handed_on = matches!(who.kind, Kind::Federated(_)) && self.session.is_none();
        (lacks(self.session) || is_handed_on).then_some(Layer::Session)
    }
}
