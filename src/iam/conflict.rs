//! What stands in the way: a name that is taken; what something still holds.

use crate::error::{Code, Error, Result};
use crate::iam::holder::Named;
use crate::store::draft::Draft;
use crate::store::entity::Rights;

/// Refuses a name that another has, in whatever case.
pub(super) fn refuse_taken<H: Named>(name: &H::Name, draft: &Draft) -> Result<()> {
    if draft.account().get::<H>(name).is_some() {
        let message = format!("{} with name {name} already exists.", H::WORD);
        return Err(Error::new(Code::EntityAlreadyExists, message));
    }
    Ok(())
}

/// Refuses to delete where something must be done before.
pub(super) fn refuse_while(holds: bool, first: &str) -> Result<()> {
    if holds {
        let message = format!("Cannot delete entity, must {first} first.");
        Err(Error::new(Code::DeleteConflict, message))
    } else {
        Ok(())
    }
}

/// Refuses to delete who is granted something; a boundary goes with whom it limits.
pub(super) fn refuse_granted(rights: &Rights) -> Result<()> {
    refuse_while(!rights.attached.is_empty(), "detach all policies")?;
    refuse_while(rights.policies().len() > 0, "delete policies")
}
