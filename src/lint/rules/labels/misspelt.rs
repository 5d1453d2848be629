//! `labels/misspelt`: a label of a rule whose name is a slip of the pen away from `severity`, or from a frequent one.

use crate::lint::context::{FileContext, GroupContext, RuleContext, WorkspaceContext};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::slips::{Misspelt, Names, is_slip, is_true_slip};
use crate::rules::{Field, Rule, RuleGroup, RuleKind};
use crate::source::{Applicability, Diagnostic, Edit, Span};

static META: Meta =
    meta!("labels/misspelt", Warning, likely, "a label of a rule whose name looks misspelt").on_by_default().fixable();

/// The label that nearly every alert has, and that routes go by.
const SEVERITY: &str = "severity";

pub(super) struct MisspeltName;

impl LintRule for MisspeltName {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_group(&self, cx: &GroupContext<'_>, out: &mut Vec<Diagnostic>) {
        if cx.group.rules.iter().any(|rule| lacks_severity(cx.group, rule)) {
            out.extend(slips(cx.file, &cx.group.labels));
        }
    }

    fn check_rule(&self, cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
        if lacks_severity(cx.group.group, cx.rule) {
            out.extend(slips(cx.file(), &cx.rule.labels));
        }
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let mut names = Names::new();
        for file in cx.rule_files() {
            for group in &file.rules.groups {
                let of_rules =
                    group.rules.iter().flat_map(|rule| rule.labels.iter().map(move |label| (label, Some(rule))));
                for ((name, _), rule) in group.labels.iter().map(|label| (label, None)).chain(of_rules) {
                    names.see(name.text(), || Place { file, group, rule, name });
                }
            }
        }
        let misspelt = names.misspelt();
        let sure = misspelt.iter().filter(|found| is_sure(found.meant, found.name) && !found.place.has(found.meant));
        out.extend(sure.map(of_frequent));
    }
}

/// Where a label stands; of a group where there is no rule.
struct Place<'a> {
    file: FileContext<'a>,
    group: &'a RuleGroup,
    rule: Option<&'a Rule>,
    name: &'a Field,
}

impl Place<'_> {
    /// Whether what is meant is there as well, so that it is no slip; or is `severity`, which the other hooks look for.
    fn has(&self, meant: &str) -> bool {
        let of_rule = self.rule.map_or(&[][..], |rule| &rule.labels);
        let has = self.group.labels.iter().chain(of_rule).any(|(name, _)| name.text() == meant);
        has || meant == SEVERITY && self.rule.is_none_or(|rule| rule.kind == RuleKind::Alerting)
    }
}

/// Whether a name is hardly another word than the frequent one. Of short words one letter makes another: `score` and `scope`.
fn is_sure(frequent: &str, name: &str) -> bool {
    const MIN_LETTERS: usize = 7;
    frequent.len().min(name.len()) >= MIN_LETTERS && is_true_slip(frequent, name)
}

fn lacks_severity(group: &RuleGroup, rule: &Rule) -> bool {
    rule.kind == RuleKind::Alerting && group.labels_of(rule).all(|(name, _)| name.text() != SEVERITY)
}

/// The labels whose names are slips of `severity`.
fn slips<'a>(file: FileContext<'a>, labels: &'a [(Field, Field)]) -> impl Iterator<Item = Diagnostic> {
    labels.iter().filter(|(name, _)| is_slip(SEVERITY, name.text())).map(move |(name, _)| {
        let name_text = name.text();
        let message =
            format!("the label `{name_text}` looks like a misspelt `{SEVERITY}`, which the alert does not have");
        report(file, name, message, SEVERITY)
    })
}

fn of_frequent(found: &Misspelt<'_, Place<'_>>) -> Diagnostic {
    let (name, meant) = (found.name, found.meant);
    let message = format!("no other rule sets a label `{name}`; `{meant}` is set often");
    report(found.place.file, found.place.name, message, meant)
}

fn report(file: FileContext<'_>, name: &Field, message: String, meant: &str) -> Diagnostic {
    let found = META.diagnostic(message, file.field(name, "looks misspelt"));
    let title = format!("write `{meant}`");
    let edits = [Edit::replace(Span::new(0, name.text().len()), meant)];
    let fix = file.fix_inside(name, title.as_str(), &edits, Applicability::Unsafe);
    found.help(title).fix(fix)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::lint::{self, Config};
    use crate::source::SourceFile;

    /// What is said of rules with these labels, beside a group of `many` with the label `service`.
    fn found(group: &str, rules: &str) -> Vec<String> {
        let many: String =
            (0..30).map(|at| format!("  - {{record: 'a:b{at}', expr: x, labels: {{service: a}}}}\n")).collect();
        let text = format!("groups:\n- name: many\n  rules:\n{many}- name: g\n  {group}\n  rules:\n{rules}");
        let source = Arc::new(SourceFile::new("rules.yml", text.as_str()));
        let mut found = lint::run_on(&source, &Config::default());
        found.retain(|found| found.rule.starts_with("labels/"));
        found.iter().map(|found| format!("{}: {}", found.primary.span.slice(&text), found.message)).collect()
    }

    #[test]
    fn severity_is_looked_for_in_the_rule_and_its_group() {
        let alert = |labels: &str| format!("  - {{alert: A, expr: x > 1, labels: {{{labels}}}}}\n");
        assert_eq!(found("interval: 1m", &alert("severity: a, severty: b")), [""; 0]);
        assert_eq!(found("labels: {severity: a}", &alert("severty: b")), [""; 0]);
        let said = "severty: the label `severty` looks like a misspelt `severity`, which the alert does not have";
        assert_eq!(found("interval: 1m", &alert("severty: b")), [said]);
        // Once for the group.
        assert_eq!(found("labels: {severty: a}", &(alert("team: a") + &alert("team: b"))), [said]);
        assert_eq!(found("labels: {severty: a}", &alert("severity: b")), [""; 0]);
    }

    #[test]
    fn a_frequent_label_is_meant_where_it_is_not_there() {
        let record = |labels: &str| format!("  - {{record: 'a:c', expr: x, labels: {{{labels}}}}}\n");
        let said = "servcie: no other rule sets a label `servcie`; `service` is set often";
        assert_eq!(found("interval: 1m", &record("servcie: a")), [said]);
        assert_eq!(found("labels: {servcie: a}", &record("team: a")), [said]);
        for fine in ["service: a, servcie: b", "services: a", "service2: a", "source: a", "servide: a", "servce: a"] {
            assert_eq!(found("interval: 1m", &record(fine)), [""; 0], "{fine}");
        }
    }
}
