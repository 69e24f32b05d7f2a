//! ARNs as callers write them.

text!(
    /// An ARN as a caller writes it, not yet looked into.
    ArnText, 20..=2048
);
