//! Who names what: found without a walk through the account.

use imbl::{OrdMap, OrdSet};

use crate::arn::Arn;
use crate::store::entity::{Mentions, Placed};
use crate::text::{EntityId, Folded};

/// A kind of entity, and what one of it stands under.
pub(super) type Standing = (&'static str, Folded);

/// Ids, and who names others, by what they name.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    ids: OrdMap<EntityId, Standing>,
    /// Users, by the groups they are in.
    pub(super) members: By<EntityId>,
    /// Users, groups and roles, by the managed policies they have attached.
    pub(super) attached: By<Arn>,
    /// Users and roles, by the managed policy that limits them.
    pub(super) bounding: By<Arn>,
    /// Instance profiles, by the role they hold.
    pub(super) profiles: By<EntityId>,
    /// Devices that make one-time codes, by the user whose they are.
    pub(super) devices: By<EntityId>,
}

impl Named {
    /// What has that id.
    pub(super) fn by_id(&self, id: &EntityId) -> Option<&Standing> {
        self.ids.get(id)
    }

    /// Follows a change of what stands under `name`.
    pub(super) fn follow<E: Placed>(
        &mut self,
        name: &Folded,
        before: Option<&E>,
        after: Option<&E>,
    ) {
        let standing = (E::KIND, name.clone());
        self.follow_id(&standing, before.map(E::id), after.map(E::id));
        let [before, after] =
            [before, after].map(|entity| entity.map(E::mentions).unwrap_or_default());
        self.follow_mentions(&standing, before, after);
    }

    fn follow_id(
        &mut self,
        standing: &Standing,
        before: Option<&EntityId>,
        after: Option<&EntityId>,
    ) {
        // What is renamed is put under the new name before it is removed from the
        // old one: its id belongs to the new one by then.
        if let Some(id) = before
            && self.ids.get(id) == Some(standing)
        {
            self.ids.remove(id);
        }
        if let Some(id) = after {
            self.ids.insert(id.clone(), standing.clone());
        }
    }

    fn follow_mentions(&mut self, standing: &Standing, before: Mentions, after: Mentions) {
        self.members.follow(standing, &before.groups, &after.groups);
        self.attached.follow(standing, &before.attached, &after.attached);
        self.bounding.follow(standing, &set(before.boundary), &set(after.boundary));
        self.profiles.follow(standing, &set(before.role), &set(after.role));
        self.devices.follow(standing, &set(before.user), &set(after.user));
    }
}

fn set<K: Ord + Clone>(only: Option<K>) -> OrdSet<K> {
    only.into_iter().collect()
}

/// Who names a thing, by what is named. What nobody names is not there.
#[derive(Clone, Debug)]
pub(super) struct By<K: Ord>(OrdMap<K, OrdSet<Standing>>);

impl<K: Ord> Default for By<K> {
    fn default() -> Self {
        Self(OrdMap::new())
    }
}

impl<K: Ord + Clone> By<K> {
    /// What those of one kind stand under that name `key`, in order.
    pub(super) fn of(&self, key: &K, kind: &'static str) -> impl Iterator<Item = &Folded> {
        let from = (kind, Folded::default());
        let all = self.0.get(key).into_iter().flat_map(move |all| all.range(from.clone()..));
        all.take_while(move |(one, _)| *one == kind).map(|(_, name)| name)
    }

    /// How many name `key`.
    pub(super) fn count(&self, key: &K) -> usize {
        self.0.get(key).map_or(0, OrdSet::len)
    }

    /// All that is named.
    pub(super) fn all(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    fn follow(&mut self, standing: &Standing, before: &OrdSet<K>, after: &OrdSet<K>) {
        for key in before.iter().filter(|key| !after.contains(*key)) {
            self.forget(key, standing);
        }
        for key in after.iter().filter(|key| !before.contains(*key)) {
            self.0.entry(key.clone()).or_default().insert(standing.clone());
        }
    }

    fn forget(&mut self, key: &K, standing: &Standing) {
        let Some(all) = self.0.get_mut(key) else { return };
        all.remove(standing);
        if all.is_empty() {
            self.0.remove(key);
        }
    }
}
