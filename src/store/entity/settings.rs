//! What an account says of itself.

use crate::text::{AccountAlias, DeletionTaskId, IssuerId, TokenVersion};

/// How many removals of service-linked roles are remembered.
const MOST_DELETIONS: usize = 1000;

/// What is kept of an account beside what it holds.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What the account is called beside its number.
    pub alias: Option<AccountAlias>,
    /// Where the tokens of STS's global endpoint are good, where that was said.
    pub tokens: Option<TokenVersion>,
    /// As whom web identity tokens are issued, once they have been.
    pub outbound: Option<Outbound>,
    /// Removals of service-linked roles, oldest first: each is done when it is noted.
    deletions: Vec<DeletionTaskId>,
}

/// As whom web identity tokens are issued in the account's name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outbound {
    /// What the account is called; it stays, whatever is switched off and on.
    pub id: IssuerId,
    /// Whether there are tokens to be had.
    pub is_enabled: bool,
}

impl Settings {
    /// Settings in which these removals are noted already, oldest first.
    pub fn with(alias: Option<AccountAlias>, deletions: Vec<DeletionTaskId>) -> Self {
        Self { alias, deletions, ..Self::default() }
    }

    /// Notes a removal; the oldest is forgotten where there are many.
    pub fn note_deletion(&mut self, task: DeletionTaskId) {
        let too_many = self.deletions.len().saturating_add(1).saturating_sub(MOST_DELETIONS);
        self.deletions.drain(..too_many);
        self.deletions.push(task);
    }

    /// The removals that are remembered, oldest first.
    pub fn deletions(&self) -> &[DeletionTaskId] {
        &self.deletions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn the_newest_thousand_removals_are_remembered() {
        let mut settings = Settings::default();
        for n in 0..1002 {
            settings.note_deletion(DeletionTaskId::parse(&format!("task/{n}")).unwrap());
        }
        assert_eq!(settings.deletions().len(), MOST_DELETIONS);
        assert_eq!(settings.deletions()[0].as_str(), "task/2");
    }
}
