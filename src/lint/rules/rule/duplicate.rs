//! `rule/duplicate`: two rules of one file with the same name, labels and expression.

use std::hash::{DefaultHasher, Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet};

use super::alike::FirstAlike;
use crate::lint::context::FileContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::model::duration::format_duration;
use crate::rules::{Field, Rule as FileRule, RuleGroup, RuleKind};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/duplicate", Warning, certain, "two rules of a file have the same name, labels and expression");

pub(super) struct Duplicate;

impl LintRule for Duplicate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_file(&self, cx: &FileContext<'_>, out: &mut Vec<Diagnostic>) {
        let repeated = repeated_names(&cx.rules.groups);
        let mut first_of: FirstAlike<'_, Identity<'_>> = FirstAlike::default();
        for group in &cx.rules.groups {
            let inherited = GroupLabels::of(group);
            for rule in group.rules.iter().filter(|rule| repeated.contains(rule.name.text())) {
                if let Some(first) = first_of.before(identity(group, &inherited, rule), rule) {
                    out.push(report(cx, first, rule));
                }
            }
        }
    }
}

/// The names of several rules. Most names are of one, and nothing else of it has to be compared.
fn repeated_names(groups: &[RuleGroup]) -> FxHashSet<&str> {
    let mut seen = FxHashSet::default();
    let names = groups.iter().flat_map(|group| &group.rules).map(|rule| rule.name.text());
    names.filter(|name| !seen.insert(*name)).collect()
}

/// What makes a rule the rule that it is, beside its expression.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'a> {
    /// The part of the file: another Kubernetes object may be for another server.
    part: usize,
    kind: RuleKind,
    name: &'a str,
    /// The group's and its own.
    labels: Fingerprint,
}

fn identity<'a>(group: &RuleGroup, inherited: &GroupLabels<'_>, rule: &'a FileRule) -> Identity<'a> {
    let labels = inherited.with_own(&rule.labels);
    Identity { part: group.part, kind: rule.kind, name: rule.name.text(), labels }
}

/// Stands for a set of labels: the sum of 128-bit hashes of its labels, whatever their order. A copy of the group's
/// labels for each rule could be gigabytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Fingerprint(u128);

impl Fingerprint {
    fn of(name: &str, value: &str) -> Self {
        let half = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            (seed, name, value).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        Fingerprint(half(0) << 64 | half(1))
    }

    fn with(self, other: Self) -> Self {
        Fingerprint(self.0.wrapping_add(other.0))
    }

    fn without(self, other: Self) -> Self {
        Fingerprint(self.0.wrapping_sub(other.0))
    }
}

/// The labels that the rules of a group inherit.
struct GroupLabels<'a> {
    all: Fingerprint,
    by_name: FxHashMap<&'a str, Fingerprint>,
}

impl<'a> GroupLabels<'a> {
    fn of(group: &'a RuleGroup) -> Self {
        let mut this = GroupLabels { all: Fingerprint::default(), by_name: FxHashMap::default() };
        for (name, value) in &group.labels {
            let label = Fingerprint::of(name.text(), value.text());
            this.all = this.all.with(label);
            let of_name = this.by_name.entry(name.text()).or_default();
            *of_name = of_name.with(label);
        }
        this
    }

    /// These labels together with a rule's own, which win.
    fn with_own(&self, own: &[(Field, Field)]) -> Fingerprint {
        let names: FxHashSet<&str> = own.iter().map(|(name, _)| name.text()).collect();
        let overridden = names.iter().filter_map(|name| self.by_name.get(name));
        let inherited = overridden.fold(self.all, |labels, of_name| labels.without(*of_name));
        own.iter().fold(inherited, |labels, (name, value)| labels.with(Fingerprint::of(name.text(), value.text())))
    }
}

fn report(cx: &FileContext<'_>, first: &FileRule, again: &FileRule) -> Diagnostic {
    let what = match again.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "recording rule",
    };
    let differs = match first.for_ms == again.for_ms {
        true => String::new(),
        false => {
            format!("; `for` differs: {} and {}", format_duration(first.for_ms), format_duration(again.for_ms))
        }
    };
    let name = again.name.text();
    let message = format!("the {what} `{name}` is there twice, with the same labels and expression{differs}");
    META.diagnostic(message, cx.field(&again.name, "again here"))
        .related(cx.field(&first.name, "first here"))
        .help("remove one of them, or give them labels that tell them apart")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// The lines of the rules that are called duplicates.
    fn duplicates(text: &str) -> Vec<usize> {
        let config = Config::default();
        let source = Arc::new(SourceFile::new("rules.yml", text));
        let found = lint::run_on(&source, &config);
        let duplicates = found.iter().filter(|found| found.rule == "rule/duplicate");
        duplicates.map(|found| source.position(found.primary.span.start()).line).collect()
    }

    #[test]
    fn labels_count_wherever_they_come_from() {
        let text = "\
groups:
  - name: a
    labels: {team: x, env: prod}
    rules:
      - {record: 'a:b', expr: up}
      - {record: 'a:b', expr: up, labels: {env: dev}}
  - name: b
    labels: {env: prod, team: x}
    rules:
      - {record: 'a:b', expr: (up)} # as in the other group
      - {record: 'a:b', expr: up, labels: {team: x}} # says what the group says
      - {record: 'a:b', expr: up, labels: {team: z}}
  - name: c
    rules:
      - {record: 'a:b', expr: up}
      - {record: 'a:b', expr: up, labels: {env: dev, team: x}} # the labels of line 6
";
        assert_eq!(duplicates(text), [10, 11, 16]);
    }

    #[test]
    fn many_group_labels_are_not_copied_to_each_rule() {
        let labels: String = (0..5_000).map(|at| format!("      l{at}: v\n")).collect();
        let rules: String = (0..5_000).map(|at| format!("      - {{record: 'a:r{at}', expr: up}}\n")).collect();
        let text = format!(
            "groups:\n  - name: a\n    labels:\n{labels}    rules:\n{rules}      - {{record: 'a:r0', expr: up}}\n"
        );
        assert_eq!(duplicates(&text), [10_005]);
    }
}
