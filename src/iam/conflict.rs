//! What holds something is not deleted.

use crate::error::{Code, Error, Result};
use crate::store::entity::Rights;

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
