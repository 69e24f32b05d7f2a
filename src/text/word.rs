//! Words out of a few.

words!(
    /// Whether a key signs.
    Status {
        /// It does.
        Active,
        /// It does not, until it is made active again.
        Inactive,
        /// It does not any more.
        Expired,
    }
);

words!(
    /// Whose managed policies are asked for.
    PolicyScope {
        /// All.
        All,
        /// AWS's.
        AWS,
        /// The account's own.
        Local,
    }
);

words!(
    /// What a managed policy is used for.
    PolicyUsage {
        /// It is attached.
        PermissionsPolicy,
        /// It is a boundary.
        PermissionsBoundary,
    }
);

words!(
    /// What a list is narrowed to.
    EntityType {
        /// Users.
        User,
        /// Roles.
        Role,
        /// Groups.
        Group,
        /// The account's own managed policies.
        LocalManagedPolicy,
        /// AWS's managed policies.
        AWSManagedPolicy,
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Breach, Text};

    #[test]
    fn a_word_is_spelt_exactly() {
        assert_eq!(Status::parse("Active"), Ok(Status::Active));
        assert_eq!(Status::parse("active"), Err(vec![Breach::UnknownWord]));
    }
}
