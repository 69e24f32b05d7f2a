//! What an account knows of itself without a walk through it: the same that a walk
//! would find, whatever came before.

use countersign::arn::Arn;
use countersign::clock::Time;
use countersign::ids::RandomIds;
use countersign::store::account::{Account, Who};
use countersign::store::draft::{Draft, Limits};
use countersign::store::entity::{
    Enabled, Entity, Group, Holder, ManagedPolicy, MfaDevice, Placed, Profile, Rights, Role, User,
};
use countersign::text::{EntityId, Folded};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::entities::{arn, device, group, policy, profile, role, user, word};
use crate::world::ACCOUNT;

const NAMES: [&str; 4] = ["ann", "Bob", "EVE", "x"];
const ARNS: [&str; 3] = [
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:iam::123456789012:policy/a/ann",
    "arn:aws:iam::123456789012:policy/a/Bob",
];

/// One step: what is done to the thing of that kind under that name.
type Step = (Deed, u8, usize, Choice);

/// Numbers that the step makes its choices by.
type Choice = (usize, u8);

#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Makes it, or gives it other contents.
    Put,
    /// Gives it another name.
    Rename,
    Remove,
    /// Removes it, and makes one of the same name.
    Replace,
}

/// A kind of thing that a story is about.
trait Sample: Placed {
    fn make(name: &str, id: EntityId) -> Self;

    /// Lets it name others, by choice: things of these ids, or policies.
    fn fill(&mut self, ids: &[EntityId], choice: Choice);
}

impl Sample for User {
    fn make(name: &str, id: EntityId) -> Self {
        user(name, id)
    }

    fn fill(&mut self, ids: &[EntityId], choice: Choice) {
        grant(&mut self.rights, choice);
        self.groups = chosen(ids, choice).into_iter().collect();
    }
}

impl Sample for Group {
    fn make(name: &str, id: EntityId) -> Self {
        group(name, id)
    }

    fn fill(&mut self, _: &[EntityId], choice: Choice) {
        grant(&mut self.rights, choice);
        self.rights.boundary = None;
    }
}

impl Sample for Role {
    fn make(name: &str, id: EntityId) -> Self {
        role(name, id)
    }

    fn fill(&mut self, _: &[EntityId], choice: Choice) {
        grant(&mut self.rights, choice);
    }
}

impl Sample for ManagedPolicy {
    fn make(name: &str, id: EntityId) -> Self {
        policy(name, id)
    }

    fn fill(&mut self, _: &[EntityId], _: Choice) {}
}

impl Sample for Profile {
    fn make(name: &str, id: EntityId) -> Self {
        profile(name, id)
    }

    fn fill(&mut self, ids: &[EntityId], choice: Choice) {
        self.role = chosen(ids, choice).first().cloned();
    }
}

impl Sample for MfaDevice {
    fn make(name: &str, id: EntityId) -> Self {
        device(name, id)
    }

    fn fill(&mut self, ids: &[EntityId], choice: Choice) {
        let user = chosen(ids, choice).first().cloned();
        self.enabled = user.map(|user| Enabled { user, at: self.created });
    }
}

/// A draft, and every id that was ever given in it.
struct Story {
    draft: Draft,
    ids: Vec<EntityId>,
}

impl Story {
    fn new() -> Self {
        let account = Account::new(word(ACCOUNT)).into();
        let now = Time::from_unix(1_440_938_160);
        Self { draft: Draft::of(account, now, Limits::default(), Box::new(RandomIds)), ids: vec![] }
    }

    fn account(&self) -> &Account {
        self.draft.account()
    }

    fn goes_on(&mut self, (deed, kind, name, choice): Step) {
        match kind % 6 {
            0 => self.does::<User>(deed, name, choice),
            1 => self.does::<Group>(deed, name, choice),
            2 => self.does::<Role>(deed, name, choice),
            3 => self.does::<ManagedPolicy>(deed, name, choice),
            4 => self.does::<MfaDevice>(deed, name, choice),
            _ => self.does::<Profile>(deed, name, choice),
        }
    }

    fn does<E: Sample>(&mut self, deed: Deed, name: usize, choice: Choice) {
        let (name, other) = (NAMES[name % 4], NAMES[choice.0 % 4]);
        let held = self.account().get::<E>(&word(name)).cloned();
        let free = self.account().get::<E>(&word(other)).is_none();
        match (deed, held) {
            (Deed::Put, held) => {
                let mut entity = held.unwrap_or_else(|| E::make(name, self.new_id::<E>()));
                entity.fill(&self.ids, choice);
                self.draft.put(entity);
            }
            (Deed::Rename, Some(held)) if free => {
                let mut renamed = E::make(other, held.id().clone());
                renamed.fill(&self.ids, choice);
                self.draft.put(renamed);
                self.draft.remove::<E>(held.name());
            }
            (Deed::Replace, Some(_)) => {
                self.draft.remove::<E>(&word(name));
                let mut anew = E::make(&name.to_uppercase(), self.new_id::<E>());
                anew.fill(&self.ids, choice);
                self.draft.put(anew);
            }
            (Deed::Remove, _) => self.draft.remove::<E>(&word(name)),
            (Deed::Rename | Deed::Replace, _) => {}
        }
    }

    fn new_id<E: Placed>(&mut self) -> EntityId {
        let id = self.draft.new_id::<E>().unwrap();
        self.ids.push(id.clone());
        id
    }
}

fn grant(rights: &mut Rights, (first, bits): Choice) {
    let is_chosen = |(n, _): &(usize, &&str)| bits >> n & 1 == 1;
    let attached = ARNS.iter().enumerate().filter(is_chosen).map(|(_, raw)| arn(raw));
    rights.attached = attached.collect();
    rights.boundary = ARNS.get(first % 4).map(|raw| arn(raw));
}

fn chosen(ids: &[EntityId], (first, bits): Choice) -> Vec<EntityId> {
    let is_chosen = |(n, _): &(usize, &EntityId)| bits >> (n % 8) & 1 == 1;
    ids.iter().enumerate().skip(first % 4).filter(is_chosen).map(|(_, id)| id.clone()).collect()
}

fn all<E: Entity>(account: &Account) -> impl Iterator<Item = &E> {
    E::all(account).values().map(|entity| &**entity)
}

fn names<'a, E: Entity>(found: impl Iterator<Item = &'a E>) -> Vec<String> {
    found.map(|entity| entity.name().to_string()).collect()
}

fn assert_uses<H: Holder>(account: &Account, policy: &Arn) -> (usize, usize) {
    let attached = names(all::<H>(account).filter(|h| h.rights().attached.contains(policy)));
    let bounded = names(all::<H>(account).filter(|h| h.rights().boundary.as_ref() == Some(policy)));
    assert_eq!(names(account.attached_to::<H>(policy)), attached);
    assert_eq!(names(account.bounded_by::<H>(policy)), bounded);
    (attached.len(), bounded.len())
}

/// Whose an id is, by a walk.
fn walk<'a>(account: &'a Account, id: &EntityId) -> Option<Who<'a>> {
    fn one<'a, E: Placed>(account: &'a Account, id: &EntityId) -> Option<&'a E> {
        all::<E>(account).find(|entity| entity.id() == id)
    }
    one(account, id)
        .map(Who::User)
        .or_else(|| one(account, id).map(Who::Group))
        .or_else(|| one(account, id).map(Who::Role))
        .or_else(|| one(account, id).map(Who::Policy))
        .or_else(|| one(account, id).map(Who::Profile))
}

fn assert_knows_itself(story: &Story) {
    let account = story.account();
    for id in &story.ids {
        let found = [account.by_id(id), walk(account, id)]
            .map(|who| who.map(|who| (who.kind(), who.name().to_owned())));
        assert_eq!(found[0], found[1]);
        let members = all::<User>(account).filter(|user| user.groups.contains(id));
        assert_eq!(names(account.members(id)), names(members));
        let profiles = all::<Profile>(account).filter(|profile| profile.role.as_ref() == Some(id));
        assert_eq!(names(account.profiles_of(id)), names(profiles));
        let devices = || all::<MfaDevice>(account).filter(|device| device.is_of(id.as_str()));
        assert_eq!(names(account.devices_of(id)), names(devices()));
        assert_eq!(account.devices_held(id), devices().count());
    }
    let mut in_use = Vec::new();
    for raw in ARNS {
        let policy = arn(raw);
        let uses = [
            assert_uses::<User>(account, &policy),
            assert_uses::<Group>(account, &policy),
            assert_uses::<Role>(account, &policy),
        ];
        let (attached, bounded) = uses.iter().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        assert_eq!(account.attachments(&policy), attached);
        assert_eq!(account.boundaries(&policy), bounded);
        in_use.extend((attached + bounded > 0).then_some(policy));
    }
    in_use.sort();
    let mut told: Vec<_> = account.policies_in_use().cloned().collect();
    told.sort();
    assert_eq!(told, in_use);
    for user in all::<User>(account) {
        let mut groups: Vec<_> =
            all::<Group>(account).filter(|group| user.groups.contains(&group.id)).collect();
        groups.sort_by_key(|group| Folded::of(&group.name));
        assert_eq!(names(account.groups_of(user).into_iter()), names(groups.into_iter()));
    }
}

fn step() -> impl Strategy<Value = Step> {
    let deed = prop_oneof![
        4 => Just(Deed::Put),
        2 => Just(Deed::Rename),
        1 => Just(Deed::Remove),
        1 => Just(Deed::Replace),
    ];
    (deed, any::<u8>(), 0..4_usize, (any::<usize>(), any::<u8>()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_at_once_is_what_a_walk_would_find(steps in vec(step(), 1..60)) {
        let mut story = Story::new();
        for step in steps {
            story.goes_on(step);
            assert_knows_itself(&story);
        }
    }
}

#[test]
fn a_renamed_group_keeps_its_members_and_a_new_one_of_the_old_name_has_none() {
    let mut story = Story::new();
    let (id, mut ann) = (story.new_id::<Group>(), user("ann", story.new_id::<User>()));
    ann.groups.insert(id.clone());
    story.draft.put(group("devs", id.clone()));
    story.draft.put(ann);
    story.draft.put(group("ops", id.clone()));
    story.draft.remove::<Group>(&word("devs"));
    let anew = story.new_id::<Group>();
    story.draft.put(group("devs", anew.clone()));
    assert_eq!(names(story.account().members(&id)), ["ann"]);
    assert_eq!(names(story.account().members(&anew)), [""; 0]);
    assert_eq!(story.account().by_id(&id).map(Who::name), Some("ops"));
}

#[test]
fn a_policy_is_found_by_its_full_name_path_and_case_included() {
    let mut story = Story::new();
    let id = story.new_id::<ManagedPolicy>();
    story.draft.put(policy("Read", id));
    let is_found = |raw| story.account().policy_of(&arn(raw)).is_some();
    assert!(is_found("arn:aws:iam::123456789012:policy/a/Read"));
    for other in [
        "arn:aws:iam::123456789012:policy/a/read",
        "arn:aws:iam::123456789012:policy/Read",
        "arn:aws:iam::123456789013:policy/a/Read",
        "arn:aws:iam::aws:policy/a/Read",
        "not an arn but long enough to be one",
    ] {
        assert!(!is_found(other), "{other}");
    }
}

#[test]
fn a_device_is_found_by_its_serial_number_path_and_case_included() {
    let mut story = Story::new();
    let id = story.new_id::<MfaDevice>();
    story.draft.put(device("Phone", id));
    let is_found = |serial: &str| story.account().device_of(serial).is_some();
    assert!(is_found("arn:aws:iam::123456789012:mfa/a/Phone"));
    for other in [
        "arn:aws:iam::123456789012:mfa/a/phone",
        "arn:aws:iam::123456789012:mfa/Phone",
        "arn:aws:iam::123456789013:mfa/a/Phone",
        "/Phone",
        "Phone",
        "",
    ] {
        assert!(!is_found(other), "{other}");
    }
}

#[test]
fn accounts_of_one_stamp_hold_the_same() {
    let mut story = Story::new();
    let before = story.account().clone();
    assert_eq!(before.stamp(), story.account().stamp());
    let id = story.new_id::<User>();
    story.draft.put(user("ann", id.clone()));
    let with_ann = story.account().stamp();
    story.draft.put(user("ann", id));
    assert!(before.stamp() < with_ann && with_ann < story.account().stamp());
    assert_ne!(Account::new(word(ACCOUNT)).stamp(), Account::new(word(ACCOUNT)).stamp());
}
