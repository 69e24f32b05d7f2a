//! What an account holds, kept and read back.

use std::sync::Arc;

use countersign::arn::Arn;
use countersign::clock::Time;
use countersign::ids::RandomIds;
use countersign::policy::document::Policy;
use countersign::secret::Secret;
use countersign::store::account::Account;
use countersign::store::draft::{Draft, Limits};
use countersign::store::engine::Failure;
use countersign::store::engine::memory::Memory;
use countersign::store::entity::{
    Enabled, Entity, Group, Holder, ManagedPolicy, MfaDevice, OidcProvider, PrivateKey, Profile,
    Rights, Role, SamlProvider, Settings, Synced, Tagged, Tags, User,
};
use countersign::store::record::{Records, read_settings, read_use};
use countersign::store::seal::{Seal, SealKey};
use countersign::text::{AccountId, ArnText, EntityId, Issuer, MaxSession, Path, Text};

use crate::world::{ACCOUNT, World};

const CREATED: Time = Time::from_unix(1_440_938_160);

/// A checked word.
pub(crate) fn word<T: Text>(raw: &str) -> T {
    T::parse(raw).unwrap()
}

/// Somebody's full name.
pub(crate) fn arn(raw: &str) -> Arn {
    Arn::from(&word::<ArnText>(raw))
}

pub(crate) fn user(name: &str, id: EntityId) -> User {
    User {
        name: word(name),
        path: word("/staff/"),
        id,
        created: CREATED,
        keys: Vec::new(),
        rights: Rights::default(),
        groups: imbl::OrdSet::new(),
        tags: Tags::new(User::CASE),
    }
}

pub(crate) fn group(name: &str, id: EntityId) -> Group {
    Group {
        name: word(name),
        path: Path::default(),
        id,
        created: CREATED,
        rights: Rights::default(),
    }
}

pub(crate) fn role(name: &str, id: EntityId) -> Role {
    Role {
        name: word(name),
        path: Path::default(),
        id,
        created: CREATED,
        description: None,
        max_session: MaxSession::default(),
        trust: Policy::kept("{}").into(),
        rights: Rights::default(),
        tags: Tags::new(Role::CASE),
        used: Arc::default(),
        service: None,
    }
}

pub(crate) fn policy(name: &str, id: EntityId) -> ManagedPolicy {
    let mut policy = ManagedPolicy {
        name: word(name),
        path: word("/a/"),
        id,
        created: CREATED,
        updated: CREATED,
        description: None,
        versions: Vec::new(),
        default: 1,
        latest: 0,
        tags: Tags::new(ManagedPolicy::CASE),
    };
    policy.add_version(Policy::kept("{ }"), CREATED);
    policy
}

pub(crate) fn profile(name: &str, id: EntityId) -> Profile {
    let tags = Tags::new(Profile::CASE);
    Profile { name: word(name), path: Path::default(), id, created: CREATED, role: None, tags }
}

pub(crate) fn oidc(name: &str) -> OidcProvider {
    OidcProvider {
        name: word(name),
        clients: vec![word("b"), word("a")],
        thumbprints: vec![word(&"0".repeat(40))],
        created: CREATED,
        tags: Tags::new(OidcProvider::CASE),
    }
}

pub(crate) fn saml(name: &str) -> SamlProvider {
    let pem = Secret::new("-----BEGIN PRIVATE KEY-----".to_owned());
    SamlProvider {
        name: word(name),
        id: word("SAMLSPAAAAAAAAAAAAAAAA"),
        document: "<EntityDescriptor é=\"\"/>\n".into(),
        valid_until: CREATED.plus(1),
        encryption: word("Required"),
        keys: vec![PrivateKey { id: word("SAMLPKAAAAAAAAAAAAAAAA"), pem, created: CREATED }],
        created: CREATED,
        tags: Tags::new(SamlProvider::CASE),
    }
}

pub(crate) fn device(name: &str, id: EntityId) -> MfaDevice {
    MfaDevice {
        name: word(name),
        path: word("/a/"),
        id,
        created: CREATED,
        seed: Secret::new("GEZDGNBVGY3TQOJQ".to_owned()),
        enabled: None,
        synced: None,
        tags: Tags::new(MfaDevice::CASE),
    }
}

/// All that an account holds, written out.
fn content(account: &Account) -> Vec<String> {
    fn all<E: Entity>(account: &Account) -> String {
        format!("{:?}", E::all(account))
    }
    let settings = format!("{:?} {:?}", account.root(), account.settings());
    let holders = [all::<User>(account), all::<Group>(account), all::<Role>(account)];
    let devices = all::<MfaDevice>(account);
    let others = [all::<ManagedPolicy>(account), all::<Profile>(account), devices, settings];
    let providers = [all::<OidcProvider>(account), all::<SamlProvider>(account)];
    holders.into_iter().chain(others).chain(providers).collect()
}

/// Grants something of each kind.
fn grant(holder: &mut impl Holder) {
    let rights = holder.rights_mut();
    for name in ["b", "B", "a"] {
        rights.put_policy(&word(name), Policy::kept(" {\"é\":\n1}"));
    }
    rights.attached.insert(arn("arn:aws:iam::aws:policy/ReadOnlyAccess"));
    rights.boundary = Some(arn("arn:aws:iam::123456789012:policy/a/Read"));
}

fn label(thing: &mut impl Tagged) {
    for key in ["Team", "team", "städte"] {
        thing.tags_mut().insert(word(key), word("blue"));
    }
}

/// One thing of each kind, with all that it can have.
fn fill(mut draft: Draft) -> Draft {
    let mut devs = group("Devs", draft.new_id::<Group>().unwrap());
    grant(&mut devs);
    devs.rights.boundary = None;
    let mut ann = user("Ann", draft.new_id::<User>().unwrap());
    ann.groups.insert(devs.id.clone());
    ann.keys.push(draft.new_key().unwrap());
    grant(&mut ann);
    label(&mut ann);
    let mut deploy = role("Deploy", draft.new_id::<Role>().unwrap());
    (deploy.description, deploy.max_session) = (Some(word("")), word("43200"));
    deploy.service = Some(word("spot.amazonaws.com"));
    grant(&mut deploy);
    label(&mut deploy);
    let mut read = policy("Read", draft.new_id::<ManagedPolicy>().unwrap());
    read.default = read.add_version(Policy::kept("{\n}"), draft.now());
    read.versions.remove(0);
    read.description = Some(word("日本"));
    label(&mut read);
    let mut web = profile("Web", draft.new_id::<Profile>().unwrap());
    web.role = Some(deploy.id.clone());
    label(&mut web);
    let mut settings = Settings::with(Some(word("ours")), Vec::new());
    settings.note_deletion(word("task/aws-service-role/spot.amazonaws.com/R/1"));
    settings.tokens = Some(word("v2Token"));
    let mut phone = device("Phone", draft.new_id::<MfaDevice>().unwrap());
    phone.enabled = Some(Enabled { user: ann.id.clone(), at: draft.now() });
    phone.synced = Some(Synced { drift: -3, last: 60_000_000, at: draft.now() });
    label(&mut phone);
    draft.put_settings(settings);
    draft.put(phone);
    draft.put(devs);
    draft.put(ann);
    draft.put(deploy);
    draft.put(read);
    draft.put(web);
    let (mut acme, mut corp) = (oidc("id.acme.com:8443/Realm"), saml("Corp"));
    label(&mut acme);
    label(&mut corp);
    draft.put(acme);
    draft.put(corp);
    draft
}

async fn published(world: &World) -> Arc<Account> {
    world.store.home(&word(ACCOUNT)).await.unwrap().unwrap().published()
}

#[tokio::test]
async fn all_that_an_account_holds_is_there_when_the_store_is_opened_again() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    let home = world.store.home(&word(ACCOUNT)).await.unwrap().unwrap();
    world.store.commit(home, |draft| Ok(((), fill(draft)))).await.unwrap();
    let before = published(&world).await;
    let after = published(&World::over(engine, Limits::default()).await).await;
    assert_eq!(content(&before), content(&after));
    let deploy = after.get::<Role>(&word("deploy")).unwrap();
    assert_eq!(after.profiles_of(&deploy.id).count(), 1);
    let read = arn("arn:aws:iam::123456789012:policy/a/Read");
    assert_eq!((after.attachments(&read), after.boundaries(&read)), (0, 2));
    assert_eq!(after.policy_of(&read).unwrap().document().unwrap().text(), "{\n}");
    assert_eq!(after.get::<ManagedPolicy>(&word("READ")).unwrap().tags.len(), 3);
    let ann = after.get::<User>(&word("ann")).unwrap();
    assert_eq!(ann.tags.len(), 2);
    let phones: Vec<_> = after.devices_of(&ann.id).collect();
    assert_eq!(phones.len(), 1);
    assert_eq!(phones[0].seed.expose(), "GEZDGNBVGY3TQOJQ");
    assert_eq!(phones[0].tags.len(), 3);
    let corp = after.get::<SamlProvider>(&word("corp")).unwrap();
    assert_eq!(corp.keys[0].pem.expose(), "-----BEGIN PRIVATE KEY-----");
}

#[test]
fn a_provider_is_found_by_its_full_name_and_by_its_url_in_the_case_of_its_path() {
    let now = Time::from_unix(0);
    let account = Account::new(word(ACCOUNT)).into();
    let mut draft = Draft::of(account, now, Limits::default(), Box::new(RandomIds));
    draft.put(oidc("id.acme.com/Realm"));
    draft.put(oidc("id.acme.com/realm"));
    draft.put(saml("Corp"));
    let account = draft.account();
    let by_url = |url: &str| account.get::<OidcProvider>(&Issuer::of_url(url)?);
    assert_eq!(by_url("https://ID.acme.com/Realm").unwrap().name.as_str(), "id.acme.com/Realm");
    assert!(by_url("https://id.acme.com/REALM").is_none());
    let arn = |rest: &str| format!("arn:aws:iam::{ACCOUNT}:{rest}");
    let is_oidc = |rest: &str| account.by_arn::<OidcProvider>(&arn(rest)).is_some();
    let is_saml = |rest: &str| account.by_arn::<SamlProvider>(&arn(rest)).is_some();
    assert!(is_oidc("oidc-provider/id.acme.com/realm") && is_saml("saml-provider/Corp"));
    assert!(!is_oidc("oidc-provider/ID.acme.com/realm") && !is_saml("saml-provider/corp"));
    assert!(!is_oidc("saml-provider/Corp") && !is_saml("oidc-provider/Corp"));
    assert!(
        account.by_arn::<SamlProvider>("arn:aws:iam::000000000000:saml-provider/Corp").is_none()
    );
    let told = account.label_of(&arn("saml-provider/Corp"), "team");
    assert!(told.is_none());
}

#[tokio::test]
async fn what_is_removed_is_gone_when_the_store_is_opened_again() {
    let engine = Arc::new(Memory::new());
    let world = World::over(engine.clone(), Limits::default()).await;
    let empty = content(&*published(&world).await);
    let home = world.store.home(&word(ACCOUNT)).await.unwrap().unwrap();
    world.store.commit(Arc::clone(&home), |draft| Ok(((), fill(draft)))).await.unwrap();
    let remove = |mut draft: Draft| {
        draft.remove::<User>(&word("ANN"));
        draft.remove::<Group>(&word("DEVS"));
        draft.remove::<Role>(&word("DEPLOY"));
        draft.remove::<ManagedPolicy>(&word("READ"));
        draft.remove::<Profile>(&word("WEB"));
        draft.remove::<MfaDevice>(&word("PHONE"));
        draft.remove::<OidcProvider>(&word("ID.acme.com:8443/Realm"));
        draft.remove::<SamlProvider>(&word("CORP"));
        draft.put_settings(Settings::default());
        Ok(((), draft))
    };
    world.store.commit(home, remove).await.unwrap();
    assert_eq!(content(&*published(&world).await), empty);
    assert_eq!(content(&*published(&World::over(engine, Limits::default()).await).await), empty);
}

/// The records of the fuzz corpus, and what opens them.
fn with_records(test: impl Fn(Records<'_>, &dyn Fn(&str) -> Vec<u8>)) {
    let key = SealKey::parse(&"0".repeat(64)).unwrap();
    let account: AccountId = word(ACCOUNT);
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/record");
    let records = Records { account: &account, seal: &Seal::new(&key).unwrap() };
    test(records, &|name| std::fs::read(corpus.join(name)).unwrap());
}

#[test]
fn a_record_of_the_first_version_tells_of_a_user_that_is_granted_nothing() {
    with_records(|records, kept| {
        let user: User = records.read(&kept("user")).unwrap();
        assert_eq!((user.name.as_str(), user.keys.len(), user.tags.len()), ("Ann", 2, 2));
        assert_eq!(user.rights.policies().len(), 0);
        assert!(user.groups.is_empty() && user.rights.attached.is_empty());
        assert_eq!(records.read_root(&kept("root")).unwrap().keys.len(), 2);
        let user: User = records.read(&kept("user-of-version-2")).unwrap();
        assert_eq!((user.rights.attached.len(), user.groups.len()), (2, 1));
    });
}

#[test]
fn a_record_of_a_later_version_is_too_new_whatever_else_is_in_it() {
    with_records(|records, kept| {
        let later = kept("later-version");
        let too_new = Failure::TooNew { found: 3, known: 2 };
        for failure in [
            records.read::<User>(&later).unwrap_err(),
            records.read::<Group>(&later).unwrap_err(),
            records.read::<Role>(&later).unwrap_err(),
            records.read::<ManagedPolicy>(&later).unwrap_err(),
            records.read::<Profile>(&later).unwrap_err(),
            records.read::<OidcProvider>(&later).unwrap_err(),
            records.read::<SamlProvider>(&later).unwrap_err(),
            records.read::<MfaDevice>(&later).unwrap_err(),
            records.read_root(&later).unwrap_err(),
            read_settings(&later).unwrap_err(),
            read_use(&later).unwrap_err(),
            read_use(b"{\"v\":3}").unwrap_err(),
        ] {
            assert_eq!(failure, too_new);
        }
        let far = Failure::TooNew { found: 1000, known: 2 };
        assert_eq!(read_use(b"{\"v\":1000}").unwrap_err(), far);
    });
}

#[test]
fn a_private_key_of_one_provider_does_not_open_in_another() {
    with_records(|records, kept| {
        let corp: SamlProvider = records.read(&kept("saml")).unwrap();
        assert!(corp.keys[0].pem.expose().starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert_eq!(corp.metadata().unwrap().entity, "https://idp.acme.com");
        let moved = records.read::<SamlProvider>(&kept("saml-key-moved-elsewhere"));
        assert!(matches!(moved.unwrap_err(), Failure::Damaged(_)));
        let acme: OidcProvider = records.read(&kept("oidc")).unwrap();
        assert_eq!((acme.name.as_str(), acme.tags.len()), ("id.example.com/Realm", 1));
    });
}

#[test]
fn a_record_that_is_none_is_damaged() {
    with_records(|records, kept| {
        for name in ["cut-short", "not-text", "policy-without-version", "role"] {
            let failure = records.read::<ManagedPolicy>(&kept(name)).unwrap_err();
            assert!(matches!(failure, Failure::Damaged(_)), "{name}: {failure}");
        }
        for name in ["group", "role", "profile", "policy", "mfa", "settings"] {
            let kept = kept(name);
            let is_read = records.read::<Group>(&kept).is_ok()
                || records.read::<Role>(&kept).is_ok()
                || records.read::<Profile>(&kept).is_ok()
                || records.read::<ManagedPolicy>(&kept).is_ok()
                || records.read::<MfaDevice>(&kept).is_ok()
                || read_settings(&kept).is_ok();
            assert!(is_read, "{name}");
        }
    });
}
