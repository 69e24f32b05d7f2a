//! Roles that are simply there, for tests about something else.

use countersign::policy::Policy;
use countersign::store::draft::Draft;
use countersign::store::entity::{Rights, Role, Tagged, Tags};
use countersign::text::{AccountId, MaxSession, Path, RoleName, ServiceName, Text};

use crate::world::{ACCOUNT, World};

/// Sees to it that there is a role, which may belong to a service.
pub(crate) async fn role(world: &World, name: &'static str, service: Option<&'static str>) {
    let home = world.store.home(&AccountId::parse(ACCOUNT).unwrap()).await.unwrap().unwrap();
    let work = move |mut draft: Draft| {
        put_role(&mut draft, name, service);
        Ok(((), draft))
    };
    world.store.commit(home, work).await.unwrap();
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
        trust: Policy::kept("{}").into(),
        rights: Rights::default(),
        tags: Tags::new(Role::CASE),
        used: std::sync::Arc::default(),
        service: service.map(|name| ServiceName::parse(name).unwrap()),
    });
}
