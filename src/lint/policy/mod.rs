//! `[[policy]]`: what a team demands of its rules. Each table chooses rules by its conditions and says what must hold for
//! them; a lint rule for each kind of demand reports what does not.

pub(in crate::lint) mod fields;
mod pattern;

use std::collections::BTreeMap;

use crate::lint::config::Given;
use crate::lint::context::{GroupContext, RuleContext};
use crate::lint::rule::Meta;
use crate::rules::{Rule, RuleGroup, RuleKind};
use crate::source::{Diagnostic, Label, Severity};
use crate::workspace::paths::Patterns;

pub(in crate::lint) use pattern::VARIABLES;
pub use pattern::{Pattern, PatternError};

/// One `[[policy]]`.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// `message`: what a finding says besides.
    pub message: Option<String>,
    /// `severity`: how severe a finding is, unless `[rules]` says so.
    pub severity: Option<Severity>,
    /// `kind`: for rules of this kind only.
    pub kind: Option<RuleKind>,
    /// For what meets all of these.
    pub when: Conditions,
    /// Not for what meets one of these.
    pub except: Conditions,
    /// `report`: every rule that is chosen is a finding.
    pub report: bool,
    /// `require-tests`: a test has to look at every rule that is chosen.
    pub require_tests: bool,
    /// `require-owner`: every rule has an owner, by a label or because its file has one.
    pub require_owner: bool,
    /// `owner-labels`: labels that name the owner.
    pub owner_labels: Vec<String>,
    /// `allowed-owners`: what owners are called.
    pub allowed_owners: Vec<Pattern>,
    /// What holds for labels, those of the group among them.
    pub labels: FieldPolicy,
    /// What holds for annotations.
    pub annotations: FieldPolicy,
    /// `preserved-labels`: labels that no result may have lost.
    pub preserved_labels: Vec<String>,
    /// Numbers and durations.
    pub bounds: Bounds,
    /// `name-pattern`: what names of alerts and recorded series are like.
    pub name: Option<Pattern>,
    /// `group-pattern`: what names of groups are like.
    pub group_name: Option<Pattern>,
    /// What holds for expressions.
    pub promql: ExprPolicy,
    /// Where its keys are given.
    pub(in crate::lint) given: Given,
}

/// What chooses rules; what is not given does not count.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The file.
    pub paths: Patterns,
    /// The group's name.
    pub groups: Option<Pattern>,
    /// The rule's name.
    pub names: Option<Pattern>,
    /// For a label, its value.
    pub labels: BTreeMap<String, Pattern>,
}

/// What holds for labels, or for annotations.
#[derive(Clone, Debug, Default)]
pub struct FieldPolicy {
    /// Names of which each must be there.
    pub required: Vec<Pattern>,
    /// Names of which one must be there.
    pub any_of: Vec<String>,
    /// Names of which at most one may be there.
    pub exclusive: Vec<String>,
    /// Names that must not be there.
    pub forbidden: Vec<Pattern>,
    /// For a name, the values that it may have.
    pub values: BTreeMap<String, Vec<String>>,
    /// For a name, what its value is like.
    pub patterns: BTreeMap<String, Pattern>,
    /// What no value is like.
    pub forbidden_values: Option<Pattern>,
}

/// Bounds, inclusive; durations in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// `for-min`
    pub for_min_ms: Option<i64>,
    /// `for-max`
    pub for_max_ms: Option<i64>,
    /// `keep-firing-min`
    pub keep_firing_min_ms: Option<i64>,
    /// `keep-firing-max`
    pub keep_firing_max_ms: Option<i64>,
    /// `interval-min`
    pub interval_min_ms: Option<i64>,
    /// `interval-max`
    pub interval_max_ms: Option<i64>,
    /// `query-offset-min`
    pub query_offset_min_ms: Option<i64>,
    /// `query-offset-max`
    pub query_offset_max_ms: Option<i64>,
    /// `limit-max`
    pub limit_max: Option<u64>,
    /// `max-rules`: how many rules a group may have.
    pub max_rules: Option<u64>,
}

/// What holds for expressions.
#[derive(Clone, Debug, Default)]
pub struct ExprPolicy {
    /// `keep-labels`: labels that no aggregation may drop.
    pub keep_labels: Vec<String>,
    /// `strip-labels`: labels that every aggregation has to drop.
    pub strip_labels: Vec<String>,
    /// `required-matchers`: labels of which every selector has to have a matcher.
    pub required_matchers: Vec<String>,
    /// `matchers-for`: only selectors of such metrics.
    pub matchers_for: Option<Pattern>,
    /// `forbidden-functions`, operators of aggregation among them.
    pub forbidden_functions: Vec<String>,
    /// `forbidden-metrics`
    pub forbidden_metrics: Vec<Pattern>,
    /// `forbidden-matchers`: labels that no selector, `by`, `without`, `on` or `ignoring` may name.
    pub forbidden_matchers: Vec<Pattern>,
    /// `max-range`: how long a range may be, in milliseconds.
    pub max_range_ms: Option<i64>,
    /// `max-age`: how old the samples may be that are asked for, in milliseconds.
    pub max_age_ms: Option<i64>,
}

impl Policy {
    /// A finding about what this policy demands; `help` says what to write.
    pub(in crate::lint) fn finding(&self, meta: &Meta, message: String, at: Label, help: String) -> Diagnostic {
        let mut found = meta.diagnostic(message, at).help(help);
        found.reasons.extend(self.message.clone());
        found.severity = self.severity.unwrap_or(meta.severity);
        found
    }

    /// Whether it is for the rule.
    pub(in crate::lint) fn is_for(&self, rule: &RuleContext<'_>) -> bool {
        self.kind.is_none_or(|kind| kind == rule.rule.kind) && self.when.all_hold(rule) && !self.except.any_holds(rule)
    }

    /// Whether it is for a rule of the group, or for the group itself where it is for all rules.
    pub(in crate::lint) fn is_for_group(&self, group: &GroupContext<'_>) -> bool {
        let of_group = self.when.hold_for_group(group) && !self.except.hold_one_for_group(group);
        let of_rules = self.kind.is_some() || self.when.is_about_rules() || self.except.is_about_rules();
        of_group && (!of_rules || group.group.rules.iter().any(|rule| self.is_for(&RuleContext::new(*group, rule))))
    }
}

impl Conditions {
    /// Whether rules of one group may differ in them.
    pub(in crate::lint) fn is_about_rules(&self) -> bool {
        self.names.is_some() || !self.labels.is_empty()
    }

    /// Whether they are for the group, by its name.
    pub(in crate::lint) fn has_group(&self, group: &RuleGroup) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.accepts(group.name.text(), None))
    }

    /// Whether they are for a rule of a group that they are for. Variables in them are those of `cx`.
    pub(in crate::lint) fn has_rule(&self, group: &RuleGroup, rule: &Rule, cx: Option<&RuleContext<'_>>) -> bool {
        self.names.as_ref().is_none_or(|names| names.accepts(rule.name.text(), cx))
            && self.labels_that_hold(group, rule, cx) == self.labels.len()
    }

    /// Whether all that are given hold.
    fn all_hold(&self, cx: &RuleContext<'_>) -> bool {
        self.hold_for_group(&cx.group) && self.has_rule(cx.group.group, cx.rule, Some(cx))
    }

    /// Whether one of those that are given holds.
    fn any_holds(&self, cx: &RuleContext<'_>) -> bool {
        self.hold_one_for_group(&cx.group)
            || self.names.as_ref().is_some_and(|names| names.accepts(cx.rule.name.text(), Some(cx)))
            || self.labels_that_hold(cx.group.group, cx.rule, Some(cx)) > 0
    }

    /// How many of the labels are as they should be. One that is not there is empty.
    fn labels_that_hold(&self, group: &RuleGroup, rule: &Rule, cx: Option<&RuleContext<'_>>) -> usize {
        if self.labels.is_empty() {
            return 0;
        }
        let own: Vec<_> = group.labels_of(rule).collect();
        let value =
            |wanted: &str| own.iter().find(|(name, _)| name.text() == wanted).map_or("", |(_, value)| value.text());
        self.labels.iter().filter(|(name, pattern)| pattern.accepts(value(name), cx)).count()
    }

    fn hold_for_group(&self, group: &GroupContext<'_>) -> bool {
        (self.paths.is_empty() || self.is_at(group)) && self.has_group(group.group)
    }

    fn hold_one_for_group(&self, group: &GroupContext<'_>) -> bool {
        (!self.paths.is_empty() && self.is_at(group))
            || self.groups.as_ref().is_some_and(|groups| groups.accepts(group.group.name.text(), None))
    }

    fn is_at(&self, group: &GroupContext<'_>) -> bool {
        let config = group.file.config;
        self.paths.matches(&config.files().relative(group.file.source().name().as_ref()))
    }
}
