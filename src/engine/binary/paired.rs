//! What an operator makes of one pair of samples.

use crate::engine::column::Slot;

/// The result for one pair of samples.
#[derive(Clone, Debug)]
pub(super) enum Paired {
    /// A result.
    Keep(Slot),
    /// A comparison that does not hold.
    Filtered,
    /// The operator does not work on such samples; an annotation says so.
    Incompatible,
}

impl Paired {
    /// The slot that belongs into the result.
    pub(super) fn into_slot(self) -> Slot {
        match self {
            Paired::Keep(slot) => slot,
            Paired::Filtered | Paired::Incompatible => Slot::Absent,
        }
    }
}
