//! What a session may do, as the gateway decides it, held against what the naive evaluator says of the role's policies
//! and of the session's, each for itself: both must allow, and nothing else counts.

use std::sync::Arc;

use countersign::action::{ActionName, Case, Decide, Needs};
use countersign::arn::Arn;
use countersign::clock::Time;
use countersign::dispatch::leave::Policies;
use countersign::policy::{Policy, Purpose};
use countersign::store::account::Account;
use countersign::store::entity::Role;
use countersign::store::home::Home;
use countersign::store::owner::Caller;
use countersign::store::session::{Limits, Session, Whose};
use countersign::sts::STS;
use countersign::text::{AccountId, RoleName, TagKey, TagValue, Text};
use serde_json::{Value, json};

use super::engine::Known;
use super::generate::{self, Dice};
use super::{dice, made_up, naive};
use crate::session::trusting_account;
use crate::signer::encoded;
use crate::world::{ACCOUNT, World};

/// When it is asked: in the midst of the dates that are made up.
const NOW: Time = Time::from_unix(1_795_519_800);

const ROLE: &str = "arn:aws:iam::123456789012:role/ci/Build";

/// So many things each session asks for.
const QUESTIONS: u64 = 5;

/// An account with one role, whose policies change.
struct Scene {
    world: World,
    home: Arc<Home>,
    policies: Policies,
}

/// A session, and the policies that limit it.
struct Limited {
    caller: Caller,
    policies: Option<Value>,
    team: Option<&'static str>,
}

/// What came of it.
#[derive(Debug, Default)]
struct Seen {
    allowed: u64,
    refused: u64,
    /// Refused by the session's policies alone.
    limited: u64,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let trust = trusting_account();
        let call = format!("CreateRole RoleName=Build Path=/ci/ AssumeRolePolicyDocument={trust}");
        world.root(&call).await.ok();
        let account = AccountId::parse(ACCOUNT).unwrap();
        let home = world.store.home(&account).await.unwrap().unwrap();
        Self { world, home, policies: Policies::default() }
    }

    /// Gives the role these policies and no others; not, where IAM does not take them.
    async fn grants(&self, documents: &Value) -> bool {
        let documents = documents.as_array().unwrap();
        for (name, document) in ["p", "q"].into_iter().zip(documents.iter().cycle()) {
            let document = encoded(document.to_string().as_bytes(), false);
            let put = format!("PutRolePolicy RoleName=Build PolicyName={name} PolicyDocument=");
            if self.world.root(&format!("{put}{document}")).await.status != 200 {
                return false;
            }
        }
        true
    }

    /// A session of the role: with policies of its own, or without; with a tag, or without.
    async fn session(&self, dice: &mut Dice) -> Option<Limited> {
        let policies = dice.percent(75).then(|| generate::granted(dice));
        let team = dice.percent(30).then_some("red");
        let limits = match &policies {
            Some(policies) => self.limits(policies).await?,
            None => Limits::default(),
        };
        let account = self.home.published();
        let role = account.get::<Role>(&RoleName::parse("Build").unwrap()).unwrap();
        let whose = Whose::Role { role: role.id.clone(), name: Text::parse("run-7").unwrap() };
        let id = AccountId::parse(ACCOUNT).unwrap();
        let mut session = Session::new(id, whose, (NOW, NOW.plus(3600)));
        session.limits = limits;
        if let Some(team) = team {
            session.tags.insert(TagKey::parse("Team").unwrap(), TagValue::parse(team).unwrap());
        }
        let caller = Caller::in_session(&account, Arc::new(session)).unwrap();
        Some(Limited { caller, policies, team })
    }

    /// The first policy is sent along, the second is a managed one.
    async fn limits(&self, policies: &Value) -> Option<Limits> {
        let inline = Policy::read(&policies[0].to_string(), Purpose::Session).ok()?;
        let mut limits = Limits { inline: Some(inline), managed: Vec::new() };
        if let Some(document) = policies.get(1) {
            let arn = format!("arn:aws:iam::{ACCOUNT}:policy/m");
            self.world.root(&format!("DeletePolicy PolicyArn={arn}")).await;
            let document = encoded(document.to_string().as_bytes(), false);
            let create = format!("CreatePolicy PolicyName=m PolicyDocument={document}");
            if self.world.root(&create).await.status != 200 {
                return None;
            }
            limits.managed.push(Arn::of_aws("arn:aws:iam::123456789012:policy/m"));
        }
        Some(limits)
    }

    /// Whether the gateway lets it pass.
    fn may(
        &self,
        caller: &Caller,
        (action, resource, known): (&'static str, &'static str, &Value),
    ) -> bool {
        let account: Arc<Account> = self.home.published();
        let case = Case {
            caller,
            account: &account,
            home: &account,
            action: ActionName { service: &STS, name: "Whatever" },
            needs: &Needs::nothing().and(action, Arn::of_aws(resource)),
            request: &Known::of(known),
            now: NOW,
            request_id: "",
            witness: None,
        };
        self.policies.decide(&case).is_ok()
    }
}

impl Limited {
    /// What the gateway knows by itself, in the place of what was made up.
    fn known(&self, mut context: Value) -> Value {
        context["aws:PrincipalArn"] = ROLE.into();
        context["aws:CurrentTime"] = NOW.to_string().into();
        context["aws:ViaAWSService"] = "false".into();
        if let Some(team) = self.team {
            context["aws:PrincipalTag/team"] = team.into();
        }
        context
    }
}

/// Whether these policies allow, if no others count.
fn allow(documents: &Value, (action, resource): (&str, &str), context: &Value) -> bool {
    let case = json!({
        "policies": { "identity": documents },
        "caller": { "type": "AssumedRole", "account": ACCOUNT, "id": "AROA:run-7", "role": ROLE,
            "arn": "arn:aws:sts::123456789012:assumed-role/Build/run-7" },
        "request": { "action": action, "resource": resource, "resource_account": ACCOUNT,
            "context": context },
    });
    naive::decide(&case).is_allowed()
}

#[tokio::test]
async fn a_session_may_do_what_its_role_and_its_own_policies_both_allow_and_nothing_else() {
    let scene = Scene::new().await;
    let mut seen = Seen::default();
    let (cases, mut tried) = (made_up() / 10, 0);
    while seen.allowed + seen.refused < cases {
        tried += 1;
        let mut dice = dice(tried ^ 0x5e55);
        let role = generate::granted(&mut dice);
        if !scene.grants(&role).await {
            continue;
        }
        let Some(session) = scene.session(&mut dice).await else { continue };
        for _ in 0..QUESTIONS {
            let (action, resource, made_up) = generate::asked(&mut dice);
            let found = scene.may(&session.caller, (action, resource, &made_up));
            let context = session.known(made_up);
            let by_role = allow(&role, (action, resource), &context);
            let limits = session.policies.as_ref();
            let by_session = limits.is_none_or(|all| allow(all, (action, resource), &context));
            let limits = session.policies.as_ref().unwrap_or(&Value::Null);
            assert_eq!(
                found,
                by_role && by_session,
                "case {tried}: {action} {resource} {context}\nrole {role}\nsession {limits}"
            );
            seen.allowed += u64::from(found);
            seen.refused += u64::from(!found);
            seen.limited += u64::from(by_role && !by_session);
        }
    }
    // Rows of refusals, or of policies that IAM does not take, would prove little.
    assert!(seen.allowed > cases / 20 && seen.limited > cases / 20, "{seen:?}");
    assert!(tried < cases, "{tried} for {cases}");
}
