//! The labels that are known to be there, because a condition asked for them.

use rustc_hash::FxHashMap;

use super::LabelOwner;

/// A label by owner and name.
pub(super) type LabelKey<'a> = (LabelOwner, &'a str);

/// What the conditions around a place ask for.
#[derive(Debug, Default)]
pub(super) struct Guards<'a> {
    /// How many of these conditions ask for a label.
    counts: FxHashMap<LabelKey<'a>, usize>,
    /// The labels that the present condition reads, and whether inside of `not`; nothing outside of conditions.
    asked: Option<Vec<(LabelKey<'a>, bool)>>,
}

/// The labels that a condition reads, and whether inside of `not`.
pub(super) type Asked<'a> = Vec<(LabelKey<'a>, bool)>;

impl<'a> Guards<'a> {
    pub(super) fn hold(&self, label: LabelKey<'_>) -> bool {
        self.counts.get(&label).is_some_and(|count| *count > 0)
    }

    /// A condition begins: what it reads is noted until [`end_condition`](Self::end_condition).
    pub(super) fn begin_condition(&mut self) {
        self.asked = Some(Vec::new());
    }

    pub(super) fn end_condition(&mut self) -> Asked<'a> {
        self.asked.take().unwrap_or_default()
    }

    pub(super) fn note(&mut self, label: LabelKey<'a>, negated: bool) {
        if let Some(asked) = &mut self.asked {
            asked.push((label, negated));
        }
    }

    /// Where the condition holds (`negated` is false) or does not, its labels are there.
    pub(super) fn enter(&mut self, asked: &Asked<'a>, negated: bool) {
        for (label, _) in asked.iter().filter(|(_, inside_not)| *inside_not == negated) {
            *self.counts.entry(*label).or_default() += 1;
        }
    }

    /// Undoes [`enter`](Self::enter).
    pub(super) fn leave(&mut self, asked: &Asked<'a>, negated: bool) {
        for (label, _) in asked.iter().filter(|(_, inside_not)| *inside_not == negated) {
            if let Some(count) = self.counts.get_mut(label) {
                *count = count.saturating_sub(1);
            }
        }
    }
}
