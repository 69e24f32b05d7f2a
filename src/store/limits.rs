//! How much an account may hold.

/// Declares [`Limits`], a row a limit, so that its name, its default and its field
/// are never written apart.
macro_rules! limits {
    ($($(#[$doc:meta])* $field:ident: $name:literal = $default:literal,)*) => {
        /// How much an account may hold (IAM User Guide, "IAM and AWS STS quotas").
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct Limits { $($(#[$doc])* pub $field: usize,)* }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Limits {
            /// The names of all limits, in the order in which they are told.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];

            /// The limit of that name.
            pub fn get(&self, name: &str) -> Option<usize> {
                match name {
                    $($name => Some(self.$field),)*
                    _ => None,
                }
            }

            /// These limits with another one of that name, if there is one.
            #[must_use]
            pub fn with(mut self, name: &str, most: usize) -> Self {
                match name {
                    $($name => self.$field = most,)*
                    _ => {}
                }
                self
            }
        }
    };
}

limits! {
    /// Users in an account.
    users_per_account: "UsersQuota" = 5000,
    /// Groups in an account.
    groups_per_account: "GroupsQuota" = 300,
    /// Roles in an account.
    roles_per_account: "RolesQuota" = 1000,
    /// Managed policies in an account, AWS's not counted.
    policies_per_account: "PoliciesQuota" = 1500,
    /// Instance profiles in an account.
    profiles_per_account: "InstanceProfilesQuota" = 1000,
    /// OIDC providers in an account.
    oidc_per_account: "OpenIDConnectProvidersQuota" = 100,
    /// SAML providers in an account.
    saml_per_account: "SAMLProvidersQuota" = 100,
    /// Client ids of an OIDC provider.
    clients_per_oidc: "ClientIDsPerOpenIDConnectProviderQuota" = 100,
    /// Keys of a user, and of root: two, so that one can replace the other.
    keys_per_user: "AccessKeysPerUserQuota" = 2,
    /// Devices of a user that make one-time codes.
    devices_per_user: "MFADevicesPerUserQuota" = 8,
    /// Groups that a user may be in.
    groups_per_user: "GroupsPerUserQuota" = 10,
    /// Managed policies attached to a user.
    attached_per_user: "AttachedPoliciesPerUserQuota" = 10,
    /// Managed policies attached to a group.
    attached_per_group: "AttachedPoliciesPerGroupQuota" = 10,
    /// Managed policies attached to a role.
    attached_per_role: "AttachedPoliciesPerRoleQuota" = 10,
    /// Versions of a managed policy.
    versions_per_policy: "VersionsPerPolicyQuota" = 5,
    /// Characters of a managed policy.
    policy_size: "PolicySizeQuota" = 6144,
    /// Characters of all inline policies of a user.
    user_policy_size: "UserPolicySizeQuota" = 2048,
    /// Characters of all inline policies of a group.
    group_policy_size: "GroupPolicySizeQuota" = 5120,
    /// Characters of all inline policies of a role.
    role_policy_size: "RolePolicySizeQuota" = 10240,
    /// Characters of a role's trust policy.
    trust_policy_size: "AssumeRolePolicySizeQuota" = 2048,
    /// Tags on a thing.
    tags_per_entity: "TagsPerEntityQuota" = 50,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_set_by_its_name() {
        for name in Limits::NAMES {
            assert_eq!(Limits::default().with(name, 7).get(name), Some(7));
        }
        assert_eq!(Limits::default().with("Users", 7), Limits::default());
        assert_eq!(Limits::default().get("Users"), None);
    }
}
