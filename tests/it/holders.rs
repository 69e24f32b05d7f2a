//! Groups and roles that are simply there, for tests about something else.

use countersign::policy::Policy;
use countersign::store::draft::Draft;
use countersign::store::entity::{Group, Rights, Role, Tagged, Tags};
use countersign::text::{AccountId, GroupName, MaxSession, Path, RoleName, ServiceName, Text};

use crate::world::{ACCOUNT, World};

/// Sees to it that there is a role, which may belong to a service.
pub(crate) async fn role(world: &World, name: &'static str, service: Option<&'static str>) {
    put(world, move |draft| put_role(draft, name, service)).await;
}

/// Sees to it that there is a group.
pub(crate) async fn group(world: &World, name: &'static str) {
    let add = move |draft: &mut Draft| {
        let id = draft.new_id::<Group>().unwrap();
        let name = GroupName::parse(name).unwrap();
        let (path, created) = (Path::default(), draft.now());
        draft.put(Group { name, path, id, created, rights: Rights::default() });
    };
    put(world, add).await;
}

/// Puts a role into a draft.
pub(crate) fn put_role(draft: &mut Draft, name: &str, service: Option<&str>) {
    let id = draft.new_id::<Role>().unwrap();
    draft.put(Role {
        name: RoleName::parse(name).unwrap(),
        path: Path::default(),
        id,
        created: draft.now(),
        description: None,
        max_session: MaxSession::default(),
        trust: Policy::kept("{}"),
        rights: Rights::default(),
        tags: Tags::new(Role::CASE),
        service: service.map(|name| ServiceName::parse(name).unwrap()),
    });
}

async fn put(world: &World, add: impl Fn(&mut Draft) + Send + Sync + 'static) {
    let home = world.store.home(&AccountId::parse(ACCOUNT).unwrap()).await.unwrap().unwrap();
    let work = move |mut draft: Draft| {
        add(&mut draft);
        Ok(((), draft))
    };
    world.store.commit(home, work).await.unwrap();
}
