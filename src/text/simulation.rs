//! What a simulation is asked about.

text!(
    /// An action that is asked about: `iam:CreateUser`.
    ActionText, 3..=128
);

text!(
    /// A resource that is asked about, or who asks: an ARN, or `*`.
    ResourceText, 1..=2048
);

text!(
    /// Which resources an action comes with: `EC2-Instance-EBS-Subnet`.
    ResourceHandling, 1..=64
);

text!(
    /// The name of a fact: `aws:SourceIp`.
    ContextKeyName, 5..=256
);

text!(
    /// One value of a fact.
    ContextValue, ..
);

text!(
    /// Whose policy it is: the name of a user, group or role.
    AttachmentName, 1..=128, r"[\w+=,.@-]+", super::name::is_name
);

words!(
    /// What a fact's values are.
    ContextKeyType {
        /// One text.
        String = "string",
        /// Texts.
        StringList = "stringList",
        /// One number.
        Numeric = "numeric",
        /// Numbers.
        NumericList = "numericList",
        /// True or false.
        Boolean = "boolean",
        /// Any of these.
        BooleanList = "booleanList",
        /// One address, or range of addresses.
        Ip = "ip",
        /// Addresses.
        IpList = "ipList",
        /// Bytes, in base 64.
        Binary = "binary",
        /// More of them.
        BinaryList = "binaryList",
        /// One time.
        Date = "date",
        /// Times.
        DateList = "dateList",
    }
);

words!(
    /// Whom an inline policy belongs to.
    AttachmentType {
        /// A user.
        User = "user",
        /// A group.
        Group = "group",
        /// A role.
        Role = "role",
    }
);

words!(
    /// What kind of policy a simulation leaves out.
    ExcludedKind {
        /// One inside a user, group or role.
        Inline = "inline",
        /// One of AWS's.
        AwsManaged = "aws-managed",
        /// One of the account's.
        UserManaged = "user-managed",
        /// One that limits an identity.
        Boundary = "permission-boundary",
        /// One that limits an account's identities.
        Scp = "scp",
        /// One that limits an account's resources.
        Rcp = "rcp",
    }
);

impl ContextKeyType {
    /// Whether there may be several values.
    pub fn is_list(self) -> bool {
        self.to_string().ends_with("List")
    }
}
