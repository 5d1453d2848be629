//! Rules as such and among each other.

mod alike;
mod cycle;
mod duplicate;
mod inverted_ladder;
mod misleading_characters;
mod overlapping;
mod same_condition;
mod used_across_groups;
mod used_before_recorded;

use super::LintRule;

pub(super) static RULES: &[&dyn LintRule] = &[
    &duplicate::Duplicate,
    &misleading_characters::MisleadingCharacters,
    &overlapping::Overlapping,
    &same_condition::SameCondition,
    &used_across_groups::UsedAcrossGroups,
    &used_before_recorded::UsedBeforeRecorded,
    &cycle::Cycle,
    &inverted_ladder::InvertedLadder,
];
