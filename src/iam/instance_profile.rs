//! Instance profiles: what hands a role to machines.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::conflict::refuse_while;
use crate::iam::holder::to_change;
use crate::iam::listed::{below, page_of, prefix};
use crate::iam::role::RoleDetail;
use crate::iam::tag::{self, Tag, tagged};
use crate::iam::{IAM, arn_of, on, told};
use crate::page::{Page, Paged};
use crate::store::account::{Account, Who};
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Profile, Role, Tags};
use crate::store::owner::Caller;
use crate::text::{MarkerText, MaxItems, Path, PathPrefix, ProfileName, RoleName};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<AddRoleToInstanceProfile>(),
    Route::to::<CreateInstanceProfile>(),
    Route::to::<DeleteInstanceProfile>(),
    Route::to::<GetInstanceProfile>(),
    Route::to::<ListInstanceProfiles>(),
    Route::to::<ListInstanceProfilesForRole>(),
    Route::to::<RemoveRoleFromInstanceProfile>(),
];

/// The service that takes roles out of instance profiles.
const MACHINES: &str = "ec2.amazonaws.com";

output! {
    /// An instance profile, as answers tell of one.
    pub(super) struct ProfileDetail {
        path: Path = "Path",
        name: ProfileName = "InstanceProfileName",
        id: String = "InstanceProfileId",
        arn: Arn = "Arn",
        created: Time = "CreateDate",
        roles: Vec<RoleDetail> = "Roles",
        tags: Option<Vec<Tag>> = "Tags",
    }
}

impl ProfileDetail {
    /// What a list tells: no tags.
    pub(super) fn listed(profile: &Profile, account: &Account) -> Self {
        let role = profile.role.as_ref().and_then(|id| account.by_id(id)).and_then(Who::role);
        Self {
            path: profile.path.clone(),
            name: profile.name.clone(),
            id: profile.id.to_string(),
            arn: profile.arn(account.id()),
            created: profile.created,
            roles: role.map(|role| RoleDetail::inside(role, account)).into_iter().collect(),
            tags: None,
        }
    }

    fn whole(profile: &Profile, account: &Account) -> Self {
        let tags = (!profile.tags.is_empty()).then(|| tagged(&profile.tags));
        Self { tags, ..Self::listed(profile, account) }
    }
}

input! {
    /// Makes an instance profile, in which no role is yet (IAM API Reference,
    /// `CreateInstanceProfile`).
    struct CreateInstanceProfile {
        name: ProfileName = "InstanceProfileName",
        path: Option<Path> = "Path",
        tags: Option<List<Tag, 50>> = "Tags",
    }
}

output! {
    /// Holds the new profile.
    struct CreateInstanceProfileResult {
        profile: ProfileDetail = "InstanceProfile",
    }
}

impl Action for CreateInstanceProfile {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateInstanceProfile";
    type Output = CreateInstanceProfileResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let path = self.path.clone().unwrap_or_default();
        let arn = Arn::iam(account.id(), Profile::KIND, format_args!("{path}{}", self.name));
        let needs = Needs::on(arn.clone());
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagInstanceProfile", arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name, path, tags } = input.into_inner();
        if draft.account().get::<Profile>(&name).is_some() {
            let message = format!("Instance Profile {name} already exists.");
            return Err(Error::new(Code::EntityAlreadyExists, message));
        }
        let tags = tag::first::<Profile>(tags, draft)?;
        let profile = make(name, path.unwrap_or_default(), tags, draft)?;
        let profile = ProfileDetail::whole(&profile, draft.account());
        Ok(CreateInstanceProfileResult { profile })
    }
}

fn make(name: ProfileName, path: Path, tags: Tags, draft: &mut Draft) -> Result<Profile> {
    let most = draft.limits().profiles_per_account;
    if Profile::all(draft.account()).len() >= most {
        return Err(Error::over_quota("InstanceProfilesPerAccount", most));
    }
    let id = draft.new_id::<Profile>()?;
    let profile = Profile { name, path, id, created: draft.now(), role: None, tags };
    draft.put(profile.clone());
    Ok(profile)
}

input! {
    /// Removes an instance profile in which no role is any more (IAM API Reference,
    /// `DeleteInstanceProfile`).
    struct DeleteInstanceProfile {
        name: ProfileName = "InstanceProfileName",
    }
}

impl Action for DeleteInstanceProfile {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteInstanceProfile";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Profile>(&self.name, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { name } = input.into_inner();
        let holds = draft.find::<Profile>(&name)?.role.is_some();
        refuse_while(holds, "remove roles from instance profile")?;
        draft.remove::<Profile>(&name);
        Ok(())
    }
}

input! {
    /// Tells of an instance profile (IAM API Reference, `GetInstanceProfile`).
    struct GetInstanceProfile {
        name: ProfileName = "InstanceProfileName",
    }
}

output! {
    /// Holds the profile.
    struct GetInstanceProfileResult {
        profile: ProfileDetail = "InstanceProfile",
    }
}

impl Action for GetInstanceProfile {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetInstanceProfile";
    type Output = GetInstanceProfileResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Profile>(&self.name, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name } = input.into_inner();
        let profile = draft.find::<Profile>(&name)?;
        let profile = ProfileDetail::whole(profile, draft.account());
        Ok(GetInstanceProfileResult { profile })
    }
}

output! {
    /// A page of instance profiles, by name.
    struct Listed {
        profiles: Vec<ProfileDetail> = "InstanceProfiles",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Listed {
    fn of(paged: Paged<&Profile>, account: &Account) -> Self {
        let is_truncated = paged.is_truncated();
        let told = |profile| ProfileDetail::listed(profile, account);
        let profiles = paged.items.into_iter().map(told).collect();
        Self { profiles, is_truncated, marker: paged.marker }
    }
}

input! {
    /// Lists the instance profiles below a path (IAM API Reference,
    /// `ListInstanceProfiles`).
    struct ListInstanceProfiles {
        prefix: Option<PathPrefix> = "PathPrefix",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

impl Action for ListInstanceProfiles {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListInstanceProfiles";
    type Output = Listed;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        Needs::on(Arn::iam(account.id(), Profile::KIND, prefix(self.prefix.as_ref())))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { prefix: asked, marker, most } = input.into_inner();
        let (account, prefix) = (draft.account(), prefix(asked.as_ref()));
        let list = format!("ListInstanceProfiles {} {prefix}", account.id());
        let page = Page::asked(list, marker.as_ref(), most)?;
        Ok(Listed::of(below(prefix, &page, account), account))
    }
}

input! {
    /// Lists the instance profiles that hold a role (IAM API Reference,
    /// `ListInstanceProfilesForRole`).
    struct ListInstanceProfilesForRole {
        role: RoleName = "RoleName",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

impl Action for ListInstanceProfilesForRole {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListInstanceProfilesForRole";
    type Output = Listed;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Role>(&self.role, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { role, marker, most } = input.into_inner();
        let account = draft.account();
        let role = draft.find::<Role>(&role)?;
        let list = format!("ListInstanceProfilesForRole {}", role.id);
        let page = Page::asked(list, marker.as_ref(), most)?;
        Ok(Listed::of(page_of(account.profiles_of(&role.id), &page), account))
    }
}

input! {
    /// Puts a role into an instance profile (IAM API Reference,
    /// `AddRoleToInstanceProfile`).
    struct AddRoleToInstanceProfile {
        profile: ProfileName = "InstanceProfileName",
        role: RoleName = "RoleName",
    }
}

impl Action for AddRoleToInstanceProfile {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "AddRoleToInstanceProfile";
    type Output = ();

    /// Whoever may start machines with the profile lends them the role: it is passed
    /// to the service that runs them.
    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Profile>(&self.profile, account)
            .and("iam:PassRole", arn_of::<Role>(&self.role, account))
            .told_as(told::<Role>(&self.role))
            .with("iam:PassedToService", MACHINES)
            .with("iam:AssociatedResourceArn", arn_of::<Profile>(&self.profile, account).as_str())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { profile, role } = input.into_inner();
        let mut profile = draft.find::<Profile>(&profile)?.clone();
        let role = to_change::<Role>(&role, draft)?.id;
        if profile.role.is_some() {
            return Err(Error::over_quota("InstanceSessionsPerInstanceProfile", 1));
        }
        profile.role = Some(role);
        draft.put(profile);
        Ok(())
    }
}

input! {
    /// Takes a role out of an instance profile (IAM API Reference,
    /// `RemoveRoleFromInstanceProfile`).
    struct RemoveRoleFromInstanceProfile {
        profile: ProfileName = "InstanceProfileName",
        role: RoleName = "RoleName",
    }
}

impl Action for RemoveRoleFromInstanceProfile {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "RemoveRoleFromInstanceProfile";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<Profile>(&self.profile, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { profile, role } = input.into_inner();
        let mut profile = draft.find::<Profile>(&profile)?.clone();
        let role = draft.find::<Role>(&role)?;
        if profile.role.as_ref() != Some(&role.id) {
            let (role, profile) = (&role.name, &profile.name);
            let message = format!("Role {role} in Instance Profile {profile} cannot be found.");
            return Err(Error::new(Code::NoSuchEntity, message));
        }
        profile.role = None;
        draft.put(profile);
        Ok(())
    }
}
