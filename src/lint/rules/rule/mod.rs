//! Rules as such and among each other.

mod alike;
mod cycle;
mod duplicate;
mod for_bounds;
mod inverted_ladder;
mod misleading_characters;
mod name_pattern;
mod overlapping;
mod removed_but_used;
mod reported;
mod same_condition;
mod unknown_owner;
mod unowned;
mod used_across_groups;
mod used_before_recorded;

use super::LintRule;
use crate::lint::rule::Reported;

pub(in crate::lint) use removed_but_used::REMOVED_BUT_USED;

pub(super) static RULES: &[&dyn LintRule] = &[
    &duplicate::Duplicate,
    &misleading_characters::MisleadingCharacters,
    &overlapping::Overlapping,
    &Reported(&REMOVED_BUT_USED),
    &same_condition::SameCondition,
    &used_across_groups::UsedAcrossGroups,
    &used_before_recorded::UsedBeforeRecorded,
    &cycle::Cycle,
    &inverted_ladder::InvertedLadder,
    &for_bounds::ForBounds,
    &name_pattern::NamePattern,
    &reported::Reported,
    &unowned::Unowned,
    &unknown_owner::UnknownOwner,
];
