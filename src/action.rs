//! One action: what it takes, what it asks leave for, what it does.

mod witness;

pub use witness::{Applied, Ruling, Witness};

use std::borrow::Cow;
use std::fmt;

use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::policy::{Facts, Source};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::wire::answer::{Answer, Element, Format, Shape};
use crate::wire::faults::{Echo, Faults};
use crate::wire::form::{FieldInfo, Form, Input};

/// An action of a service. All that there is to know of it stands in its
/// declaration: its input, its name, what it needs, and what it does.
pub trait Action: Input {
    /// The service that offers it.
    const SERVICE: &'static Service;

    /// Its name in requests; behind the service's prefix, its name in policies.
    const NAME: &'static str;

    /// What it answers.
    type Output: Element;

    /// The parameter that holds an ARN whose account is acted in, where that need not be
    /// the caller's own.
    const VISITS: Option<&'static str> = None;

    /// What the request has to prove beside its signature, or in place of one.
    const PROVES: Proves = Proves::Nothing;

    /// Whether it has to do with tokens that this gateway signs: then there are keys to
    /// sign with before it changes anything, and it is told where it is asked for.
    const VOUCHES: bool = false;

    /// The parameter that holds a trust policy: whom it names of other accounts is looked up
    /// before it is kept.
    const TRUSTS: Option<&'static str> = None;

    /// What the caller must be allowed. It has no default, and it cannot
    /// answer "I do not know": an action that forgets to ask does not compile.
    fn needs(&self, caller: &Caller, account: &Account) -> Needs;

    /// Does it. An [`Allowed`] is made only here, by `serve`, and only after
    /// asking.
    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output>;
}

/// What a request has to prove beside its signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proves {
    /// Nothing.
    Nothing,
    /// That a second factor is at hand, where it says so.
    SecondFactor,
    /// That an identity provider vouches for whoever asks, by a token: then it need not be
    /// signed.
    WebIdentity,
    /// The same by an assertion.
    Saml,
    /// That the caller's account manages the one that is acted in.
    Management,
    /// That a user of another account hands rights on.
    Delegation,
}

impl Proves {
    /// Whether the proof stands in the place of a signature.
    pub fn replaces_signature(self) -> bool {
        matches!(self, Self::WebIdentity | Self::Saml)
    }
}

/// What all actions of one service share.
#[derive(Debug)]
pub struct Service {
    /// What stands before the colon in policies, and in the scope of signatures.
    pub prefix: &'static str,
    /// The version of its interface: the parameter `Version`.
    pub version: &'static str,
    /// The namespace of its answers.
    pub namespace: &'static str,
    /// Whether it repeats the values that it finds at fault.
    pub echo: Echo,
    /// Whether a refusal tells why.
    pub tells_why: bool,
}

/// What a caller must be allowed before an action runs.
#[derive(Clone, Debug)]
pub struct Needs(Asked);

#[derive(Clone, Debug)]
enum Asked {
    Leave(Vec<Leave>),
    Never(Error),
}

/// One action on one resource, and what the request says of itself.
#[derive(Clone, Debug)]
pub struct Leave {
    /// The action, where it is not the one that asks: `iam:TagUser`.
    pub action: Option<&'static str>,
    /// What it acts on.
    pub resource: Arn,
    /// What it acts on, as a refusal names it: `user ann`.
    pub told: Option<String>,
    /// What the request adds to the condition keys.
    pub keys: Vec<(Cow<'static, str>, String)>,
    /// The resource's own policy, where that must allow as well.
    pub guard: Option<Guard>,
}

/// A policy of a resource that must allow; where there is none, nobody may.
#[derive(Clone, Debug)]
pub struct Guard(pub Option<Source>);

impl Leave {
    fn of(action: Option<&'static str>, resource: Arn) -> Self {
        Self { action, resource, told: None, keys: Vec::new(), guard: None }
    }

    /// The action that leave is asked for: `asking` itself, where it is no other.
    pub fn name(&self, asking: ActionName) -> Cow<'static, str> {
        self.action.map_or_else(|| Cow::Owned(asking.to_string()), Cow::Borrowed)
    }
}

impl Needs {
    /// Leave to act on one resource.
    pub fn on(resource: Arn) -> Self {
        Self(Asked::Leave(vec![Leave::of(None, resource)]))
    }

    /// No leave at all; `tests/it/table.rs` lists who may ask for none, and why.
    pub fn nothing() -> Self {
        Self(Asked::Leave(Vec::new()))
    }

    /// What nobody is allowed, whatever policies say.
    pub fn never(error: Error) -> Self {
        Self(Asked::Never(error))
    }

    /// How a refusal names the resource that was asked for last.
    #[must_use]
    pub fn told_as(mut self, told: impl Into<String>) -> Self {
        if let Some(last) = self.last() {
            last.told = Some(told.into());
        }
        self
    }

    /// Adds a condition key that only this action has.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        if let Some(last) = self.last() {
            last.keys.push((key.into(), value.into()));
        }
        self
    }

    /// Leave for a further action, `iam:TagUser` for instance, on a resource.
    #[must_use]
    pub fn and(mut self, action: &'static str, resource: Arn) -> Self {
        if let Asked::Leave(leaves) = &mut self.0 {
            leaves.push(Leave::of(Some(action), resource));
        }
        self
    }

    /// Asks leave of the resource's own policy too.
    #[must_use]
    pub fn guarded_by(mut self, guard: Guard) -> Self {
        if let Some(last) = self.last() {
            last.guard = Some(guard);
        }
        self
    }

    /// All that leave is asked for; the error where there is no leave to be had.
    pub fn leaves(&self) -> Result<&[Leave]> {
        match &self.0 {
            Asked::Leave(leaves) => Ok(leaves),
            Asked::Never(error) => Err(error.clone()),
        }
    }

    fn last(&mut self) -> Option<&mut Leave> {
        match &mut self.0 {
            Asked::Leave(leaves) => leaves.last_mut(),
            Asked::Never(_) => None,
        }
    }
}

/// An input that a policy has allowed. Nobody else can make one:
///
/// ```compile_fail
/// let forged = countersign::action::Allowed("an input that nobody has judged");
/// ```
#[derive(Debug)]
pub struct Allowed<A>(A);

impl<A> Allowed<A> {
    /// The input itself.
    pub fn into_inner(self) -> A {
        self.0
    }
}

/// An action as a policy knows it: `iam:CreateUser`.
#[derive(Clone, Copy, Debug)]
pub struct ActionName {
    /// The service that offers it.
    pub service: &'static Service,
    /// [`Action::NAME`].
    pub name: &'static str,
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.prefix, self.name)
    }
}

/// Whoever decides.
pub trait Decide: fmt::Debug + Send + Sync {
    /// `Ok` if the caller may do all that is needed, and the error to answer if not.
    fn decide(&self, case: &Case<'_>) -> Result<()>;
}

/// What there is to decide about.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// Who asks.
    pub caller: &'c Caller,
    /// The account that is acted in, as the action finds it.
    pub account: &'c Account,
    /// The account of the caller: the same, unless another is visited.
    pub home: &'c Account,
    /// What is asked for.
    pub action: ActionName,
    /// What the caller must be allowed.
    pub needs: &'c Needs,
    /// What is known of the request by itself: where it is from, what sent it.
    pub request: &'c dyn Facts,
    /// When it came.
    pub now: Time,
    /// What it is called in logs.
    pub request_id: &'c str,
    /// Who watches, if anyone does.
    pub witness: Option<&'c dyn Witness>,
}

impl fmt::Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} asks for {}: {:?}", self.caller.arn(), self.action, self.needs)
    }
}

/// An action in the table of actions.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// [`Action::SERVICE`] and [`Action::NAME`].
    pub action: ActionName,
    /// [`Input::FIELDS`].
    pub fields: &'static [FieldInfo],
    /// What [`Action::Output`] is made of.
    pub output: Shape,
    /// [`Action::VISITS`].
    pub visits: Option<&'static str>,
    /// [`Action::PROVES`].
    pub proves: Proves,
    /// [`Action::VOUCHES`].
    pub vouches: bool,
    /// [`Action::TRUSTS`].
    pub trusts: Option<&'static str>,
    /// Reads the parameters, and tells what is wrong with them.
    pub check: fn(&Form) -> Result<()>,
    /// Reads, asks leave, runs and writes, for this action.
    pub serve: fn(&Call<'_>, Draft) -> Result<Served>,
}

impl Route {
    /// The row of one action.
    pub const fn to<A: Action>() -> Self {
        Self {
            action: ActionName { service: A::SERVICE, name: A::NAME },
            fields: A::FIELDS,
            output: A::Output::SHAPE,
            visits: A::VISITS,
            proves: A::PROVES,
            vouches: A::VOUCHES,
            trusts: A::TRUSTS,
            check: |form| read::<A>(form).map(drop),
            serve: serve::<A>,
        }
    }
}

/// One request, as far as an action sees it.
#[derive(Clone, Copy)]
pub struct Call<'r> {
    /// Its parameters.
    pub form: &'r Form,
    /// Who signed it.
    pub caller: &'r Caller,
    /// The account of the caller, where another one is acted in.
    pub home: Option<&'r Account>,
    /// What it is called in logs, and in its answer.
    pub request_id: &'r str,
    /// How its answer is written.
    pub format: Format,
    /// Who decides about it.
    pub policy: &'r dyn Decide,
    /// What is known of it by itself, for whoever decides.
    pub request: &'r dyn Facts,
    /// Who watches it being decided about, if anyone does.
    pub witness: Option<&'r dyn Witness>,
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {} by {}", self.request_id, self.caller.arn())
    }
}

/// An answer, and the draft to commit before it is sent. There is none for a
/// request that was refused, so nothing of that one can be committed.
#[derive(Debug)]
pub struct Served {
    /// The document.
    pub answer: String,
    /// The account as the action left it.
    pub draft: Draft,
}

/// The life of an action, once it is known who asks for it.
fn serve<A: Action>(call: &Call<'_>, mut draft: Draft) -> Result<Served> {
    let input = read::<A>(call.form)?;
    decide::<A>(&input, call, &draft)?;
    let output = A::run(Allowed(input), call.caller, &mut draft)?;
    Ok(Served { answer: document::<A>(&output, call), draft })
}

fn read<A: Action>(form: &Form) -> Result<A> {
    let mut faults = Faults::default();
    let input = A::read(form, "", &mut faults);
    faults.or_error(input, A::SERVICE.echo)
}

fn decide<A: Action>(input: &A, call: &Call<'_>, draft: &Draft) -> Result<()> {
    let account = draft.account();
    call.policy.decide(&Case {
        caller: call.caller,
        account,
        home: call.home.unwrap_or(account),
        action: ActionName { service: A::SERVICE, name: A::NAME },
        needs: &input.needs(call.caller, account),
        request: call.request,
        now: draft.now(),
        request_id: call.request_id,
        witness: call.witness,
    })
}

fn document<A: Action>(output: &A::Output, call: &Call<'_>) -> String {
    let root = [A::NAME, "Response"].concat();
    Answer::document(call.format, &root, A::SERVICE.namespace, |answer| {
        output.write(&[A::NAME, "Result"].concat(), answer);
        answer.object("ResponseMetadata", |answer| answer.text("RequestId", call.request_id));
    })
}
