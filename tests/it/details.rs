//! All that an account holds that says who may do what, as a caller sees it.

use countersign::arn::Arn;
use countersign::policy::Policy;
use countersign::store::draft::Draft;
use countersign::store::entity::{Case, Group, ManagedPolicy, Profile, Rights, Role, Tags, User};
use countersign::text::{AccountId, ArnText, GroupName, MaxSession, Text, UserName};

use crate::world::{ACCOUNT, Reply, World};

const OWN: &str = "arn:aws:iam::123456789012:policy/limits/Limit";
const READ_ONLY: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
/// By name, as they are listed.
const ATTACHED: [&str; 2] = [READ_ONLY, OWN];
const BOUNDARY: &str = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;
const ENCODED: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";

fn parsed<T: Text>(text: &str) -> T {
    T::parse(text).unwrap()
}

fn arn(text: &str) -> Arn {
    Arn::from(&parsed::<ArnText>(text))
}

fn rights() -> Rights {
    let mut rights = Rights::default();
    rights.put_policy(&parsed("inside"), Policy::kept(DOCUMENT));
    rights.attached.extend([arn(READ_ONLY), arn(OWN)]);
    rights
}

/// Puts in an account what no action of these tests makes: a policy with two versions,
/// a role that trusts ann and is in an instance profile, and grants for all.
async fn furnish(world: &World) {
    let home = world.store.home(&parsed::<AccountId>(ACCOUNT)).await.unwrap().unwrap();
    world.store.commit(home, |draft| Ok(((), furnished(draft)))).await.unwrap();
}

fn furnished(mut draft: Draft) -> Draft {
    let ann = draft.find::<User>(&parsed::<UserName>("Ann")).unwrap().clone();
    let staff = draft.find::<Group>(&parsed::<GroupName>("staff")).unwrap().clone();
    let role = role(&ann, &mut draft);
    let profile = Profile {
        name: parsed("web"),
        path: parsed("/"),
        id: draft.new_id::<Profile>().unwrap(),
        created: draft.now(),
        role: Some(role.id.clone()),
        tags: Tags::new(Case::Counts),
    };
    let policy = policy(&mut draft);
    draft.put(profile);
    draft.put(policy);
    draft.put(role);
    draft.put(Group { rights: rights(), ..staff });
    let mut of_ann = rights();
    of_ann.boundary.clone_from(&ann.rights.boundary);
    draft.put(User { rights: of_ann, ..ann });
    draft
}

fn role(trusted: &User, draft: &mut Draft) -> Role {
    let principal = format!(r#"{{"AWS":"{}"}}"#, trusted.id);
    let trust = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}}}"#
    );
    Role {
        name: parsed("reader"),
        path: parsed("/"),
        id: draft.new_id::<Role>().unwrap(),
        created: draft.now(),
        description: None,
        max_session: MaxSession::default(),
        trust: Policy::kept(&trust).into(),
        rights: rights(),
        tags: Tags::new(Case::Ignored),
        used: std::sync::Arc::default(),
        service: None,
    }
}

fn policy(draft: &mut Draft) -> ManagedPolicy {
    let mut policy = ManagedPolicy {
        name: parsed("Limit"),
        path: parsed("/limits/"),
        id: draft.new_id::<ManagedPolicy>().unwrap(),
        created: draft.now(),
        updated: draft.now(),
        description: Some(parsed("what is too much")),
        versions: Vec::new(),
        default: 1,
        latest: 0,
        tags: Tags::new(Case::Counts),
    };
    policy.add_version(Policy::kept(DOCUMENT), draft.now());
    policy.add_version(Policy::kept("{}"), draft.now());
    policy
}

async fn furnished_world() -> World {
    let world = World::new().await;
    let ann = format!("CreateUser UserName=Ann PermissionsBoundary={BOUNDARY}");
    world.root(&format!("{ann} Tags.member.1.Key=team Tags.member.1.Value=red")).await.ok();
    world.root("CreateUser UserName=bob Path=/dev/").await.ok();
    world.root("CreateGroup GroupName=staff").await.ok();
    world.root("AddUserToGroup GroupName=staff UserName=Ann").await.ok();
    furnish(&world).await;
    world
}

/// The texts at a place below the result, in order.
fn at(reply: &Reply, place: &str) -> Vec<String> {
    reply.texts(&format!("GetAccountAuthorizationDetailsResult/{place}"))
}

#[tokio::test]
async fn a_user_is_told_with_groups_policies_boundary_and_tags() {
    let world = furnished_world().await;
    let reply = world.root("GetAccountAuthorizationDetails").await.ok();
    let of_users = |place: &str| at(&reply, &format!("UserDetailList/member/{place}"));
    assert_eq!(of_users("UserName"), ["Ann", "bob"]);
    assert_eq!(of_users("Arn")[1], "arn:aws:iam::123456789012:user/dev/bob");
    assert_eq!(of_users("GroupList/member"), ["staff"]);
    assert_eq!(of_users("UserPolicyList/member/PolicyName"), ["inside"]);
    assert_eq!(of_users("UserPolicyList/member/PolicyDocument"), [ENCODED]);
    assert_eq!(of_users("AttachedManagedPolicies/member/PolicyArn"), ATTACHED);
    let names = of_users("AttachedManagedPolicies/member/PolicyName");
    assert_eq!(names, ["IAMReadOnlyAccess", "Limit"]);
    assert_eq!(of_users("PermissionsBoundary/PermissionsBoundaryArn"), [BOUNDARY]);
    assert_eq!(of_users("Tags/member/Key"), ["team"]);
}

#[tokio::test]
async fn a_group_is_told_with_its_policies() {
    let world = furnished_world().await;
    let reply = world.root("GetAccountAuthorizationDetails Filter.member.1=Group").await.ok();
    let of_groups = |place: &str| at(&reply, &format!("GroupDetailList/member/{place}"));
    assert_eq!(of_groups("GroupName"), ["staff"]);
    assert_eq!(of_groups("GroupPolicyList/member/PolicyName"), ["inside"]);
    assert_eq!(of_groups("AttachedManagedPolicies/member/PolicyArn"), ATTACHED);
}

#[tokio::test]
async fn a_role_is_told_with_whom_it_trusts_and_what_holds_it() {
    let world = furnished_world().await;
    world.root("UpdateUser UserName=Ann NewUserName=Beth").await.ok();
    let reply = world.root("GetAccountAuthorizationDetails Filter.member.1=Role").await.ok();
    let of_roles = |place: &str| at(&reply, &format!("RoleDetailList/member/{place}"));
    assert_eq!(of_roles("RoleName"), ["reader"]);
    let trust = of_roles("AssumeRolePolicyDocument").concat();
    assert!(trust.contains("arn%3Aaws%3Aiam%3A%3A123456789012%3Auser%2FBeth"), "{trust}");
    assert_eq!(of_roles("InstanceProfileList/member/InstanceProfileName"), ["web"]);
    assert_eq!(of_roles("InstanceProfileList/member/Roles/member/RoleName"), ["reader"]);
    assert_eq!(of_roles("RolePolicyList/member/PolicyName"), ["inside"]);
    assert_eq!(of_roles("AttachedManagedPolicies/member/PolicyArn"), ATTACHED);
    assert_eq!(of_roles("RoleLastUsed").len(), 1);
    assert!(of_roles("RoleLastUsed/LastUsedDate").is_empty());
}

#[tokio::test]
async fn policies_are_told_with_their_versions_and_of_awss_those_in_use() {
    let world = furnished_world().await;
    let reply = world.root("GetAccountAuthorizationDetails").await.ok();
    let of_policies = |place: &str| at(&reply, &format!("Policies/member/{place}"));
    assert_eq!(of_policies("Arn"), [OWN, READ_ONLY, BOUNDARY]);
    assert_eq!(of_policies("AttachmentCount"), ["3", "3", "0"]);
    assert_eq!(of_policies("PermissionsBoundaryUsageCount"), ["0", "0", "1"]);
    assert_eq!(of_policies("Path"), ["/limits/", "/", "/job-function/"]);
    assert_eq!(of_policies("Description"), ["what is too much"]);
    assert_eq!(of_policies("PolicyVersionList/member/VersionId")[..2], ["v2", "v1"]);
    let default = of_policies("PolicyVersionList/member/IsDefaultVersion");
    assert_eq!(default, ["false", "true", "true", "true"]);
    let documents = of_policies("PolicyVersionList/member/Document");
    assert_eq!(documents[..2], ["%7B%7D", ENCODED]);
    assert!(documents[2].contains("iam%3AGet%2A"), "{}", documents[2]);
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_told() {
    let world = furnished_world().await;
    for (filter, users, groups, roles, policies) in [
        ("User", 2, 0, 0, vec![]),
        ("Role", 0, 0, 1, vec![]),
        ("LocalManagedPolicy", 0, 0, 0, vec![OWN]),
        ("AWSManagedPolicy", 0, 0, 0, vec![READ_ONLY, BOUNDARY]),
        ("Group Filter.member.2=User Filter.member.3=User", 2, 1, 0, vec![]),
    ] {
        let call = format!("GetAccountAuthorizationDetails Filter.member.1={filter}");
        let reply = world.root(&call).await.ok();
        let count = |place: &str| at(&reply, place).len();
        assert_eq!(count("UserDetailList/member/Arn"), users, "{filter}");
        assert_eq!(count("GroupDetailList/member/Arn"), groups, "{filter}");
        assert_eq!(count("RoleDetailList/member/Arn"), roles, "{filter}");
        assert_eq!(at(&reply, "Policies/member/Arn"), policies, "{filter}");
    }
    let reply = world.root("GetAccountAuthorizationDetails Filter.member.1=Robot").await;
    assert_eq!(reply.code(), "ValidationError");
}

#[tokio::test]
async fn the_pages_of_the_details_add_up_to_all_of_them() {
    let world = furnished_world().await;
    let (mut seen, mut marker) = (Vec::new(), String::new());
    for page in 1..=4 {
        let call = format!("GetAccountAuthorizationDetails MaxItems=2 {marker}");
        let reply = world.root(&call).await.ok();
        for list in ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"] {
            seen.extend(at(&reply, &format!("{list}/member/Arn")));
        }
        assert_eq!(reply.text("IsTruncated"), (page < 4).to_string());
        marker = format!("Marker={}", reply.texts("Marker").concat());
        let other = format!("GetAccountAuthorizationDetails Filter.member.1=User {marker}");
        assert_eq!(world.root(&other).await.code(), "ValidationError");
    }
    let names = ["user/Ann", "user/dev/bob", "group/staff", "role/reader"];
    let names = names.map(|name| format!("arn:aws:iam::{ACCOUNT}:{name}"));
    let policies = [OWN, READ_ONLY, BOUNDARY].map(str::to_owned);
    assert_eq!(seen, [&names[..], &policies].concat());
}

#[tokio::test]
async fn who_is_granted_something_is_not_deleted() {
    let world = furnished_world().await;
    world.root("RemoveUserFromGroup GroupName=staff UserName=Ann").await.ok();
    for call in ["DeleteUser UserName=Ann", "DeleteGroup GroupName=staff"] {
        let told = "409 DeleteConflict: Cannot delete entity, must detach all policies first.";
        assert_eq!(world.root(call).await.told(), told);
    }
    let home = world.store.home(&parsed::<AccountId>(ACCOUNT)).await.unwrap().unwrap();
    let detach = |mut draft: Draft| {
        let mut ann = draft.find::<User>(&parsed::<UserName>("Ann")).unwrap().clone();
        let mut staff = draft.find::<Group>(&parsed::<GroupName>("staff")).unwrap().clone();
        ann.rights.attached.clear();
        staff.rights.attached.clear();
        draft.put(ann);
        draft.put(staff);
        Ok(((), draft))
    };
    world.store.commit(home, detach).await.unwrap();
    for call in ["DeleteUser UserName=Ann", "DeleteGroup GroupName=staff"] {
        let told = "409 DeleteConflict: Cannot delete entity, must delete policies first.";
        assert_eq!(world.root(call).await.told(), told);
    }
}

#[tokio::test]
async fn a_renamed_group_and_user_keep_what_they_are_granted() {
    let world = furnished_world().await;
    world.root("UpdateGroup GroupName=staff NewGroupName=crew").await.ok();
    world.root("UpdateUser UserName=Ann NewUserName=Beth").await.ok();
    let reply = world.root("GetAccountAuthorizationDetails").await.ok();
    assert_eq!(at(&reply, "UserDetailList/member/UserName"), ["Beth", "bob"]);
    assert_eq!(at(&reply, "UserDetailList/member/GroupList/member"), ["crew"]);
    let place = "AttachedManagedPolicies/member/PolicyArn";
    assert_eq!(at(&reply, &format!("UserDetailList/member/{place}")), ATTACHED);
    assert_eq!(at(&reply, &format!("GroupDetailList/member/{place}")), ATTACHED);
    assert_eq!(at(&reply, "Policies/member/AttachmentCount"), ["3", "3", "0"]);
}

/// White space is kept, and encoded in answers: what an account holds may be very much.
#[tokio::test]
async fn documents_that_are_large_make_a_page_short() {
    let world = World::new().await;
    let pad = "%20".repeat(130_000);
    let statement = "{%22Effect%22:%22Deny%22,%22Action%22:%22*%22,%22Resource%22:%22*%22}";
    let document = format!("{{%22Version%22:%222012-10-17%22,%22Statement%22:{statement}{pad}}}");
    for number in 10..44 {
        let create = format!("CreatePolicy PolicyName=p{number} PolicyDocument={document}");
        world.root(&create).await.ok();
    }
    let details = "GetAccountAuthorizationDetails Filter.member.1=LocalManagedPolicy";
    let reply = world.root(details).await.ok();
    let mut names = reply.texts("PolicyName");
    assert!((20..34).contains(&names.len()), "{}", names.len());
    let marker = reply.text("Marker");
    let reply = world.root(&format!("{details} Marker={marker}")).await.ok();
    assert_eq!(reply.text("IsTruncated"), "false");
    names.extend(reply.texts("PolicyName"));
    assert_eq!(names, (10..44).map(|number| format!("p{number}")).collect::<Vec<_>>());
}
