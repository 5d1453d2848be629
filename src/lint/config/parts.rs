//! What holds in a file part by part: `[[overrides]]` may be for some of its groups and rules.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::levels::Levels;
use super::{Config, Override};
use crate::lint::changes::needs_a_change;
use crate::lint::naming::Name;
use crate::lint::registry::registry;
use crate::lint::rule::{LintRule, Meta};
use crate::rules::RuleGroup;
use crate::source::{Diagnostic, Span, region_at};
use crate::workspace::Document;

/// Which lint rules run in a file and with which severity: in the file, and in those of its groups and rules for which
/// something else holds.
#[derive(Clone, Debug, Default)]
pub struct FileLevels {
    general: Levels,
    /// Groups, by their start, and which of the `variants` holds there.
    groups: Vec<(Span, usize)>,
    /// The same of rules.
    rules: Vec<(Span, usize)>,
    variants: Vec<Levels>,
    /// Whether each rule of the registry runs anywhere in the file, once somebody asks.
    active: OnceLock<Box<[bool]>>,
}

impl FileLevels {
    /// Whether the rule runs anywhere in the file.
    pub fn is_on_somewhere(&self, rule: &Meta) -> bool {
        self.general.is_on(rule) || self.variants.iter().any(|levels| levels.is_on(rule))
    }

    /// The rules that run anywhere in the file, in the order of the registry.
    pub(in crate::lint) fn active(&self) -> impl Iterator<Item = &'static dyn LintRule> {
        let active = || registry().iter().map(|rule| self.is_on_somewhere(rule.meta())).collect();
        let active = self.active.get_or_init(active);
        registry().iter().zip(active).filter(|(_, is_active)| **is_active).map(|(rule, _)| *rule)
    }

    /// Gives a diagnostic of the file the severity that is configured where it stands; says whether it is wanted there.
    pub fn apply(&self, diagnostic: &mut Diagnostic) -> bool {
        self.at(diagnostic.primary.span.start()).apply(diagnostic)
    }

    /// Whether some rules are locked.
    pub(in crate::lint) fn has_locks(&self) -> bool {
        self.general.has_locks()
    }

    /// Whether comments, annotations and `[[overrides]]` do not count for the rule `id`.
    pub(in crate::lint) fn is_locked(&self, id: &str) -> bool {
        self.general.is_locked(id)
    }

    /// Whether one of the rules that `name` names is known to run where a suppression holds.
    pub(in crate::lint) fn runs_in(&self, scope: Span, name: Name) -> bool {
        // A comment above a rule begins before it.
        let first = self.rules.partition_point(|(rule, _)| rule.start() < scope.start());
        let inside = self.rules.get(first).filter(|(rule, _)| rule.start() < scope.end());
        let inside = inside.and_then(|(_, variant)| self.variants.get(*variant));
        let here = self.at(scope.start());
        // What only a change can bring may come with the next one.
        let mut known = name.rules().filter(|meta| !needs_a_change(meta.id));
        known.any(|meta| here.is_on(meta) && inside.is_none_or(|levels| levels.is_on(meta)))
    }

    /// What holds at a byte of the file.
    fn at(&self, offset: usize) -> &Levels {
        let found = part_at(&self.rules, offset).or_else(|| part_at(&self.groups, offset));
        found.and_then(|variant| self.variants.get(variant)).unwrap_or(&self.general)
    }
}

impl From<Levels> for FileLevels {
    /// The same in all of the file.
    fn from(general: Levels) -> Self {
        FileLevels { general, ..FileLevels::default() }
    }
}

fn part_at(parts: &[(Span, usize)], offset: usize) -> Option<usize> {
    let at = region_at(parts, offset, |(span, _)| *span)?;
    parts.get(at).map(|(_, variant)| *variant)
}

impl Override {
    /// Whether it is for some groups or rules of its files only.
    pub(super) fn is_for_parts(&self) -> bool {
        self.when.groups.is_some() || self.when.is_about_rules()
    }

    /// Whether it is for something in the file at `path`, which is relative to the directory of the configuration.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        // What was given and has no pattern is for no file.
        let everywhere = self.when.paths.is_empty() && !self.given.contains_key("paths");
        everywhere || self.when.paths.matches(path)
    }
}

impl Config {
    /// Which rules run on the file called `name`, and with which severity, but for what holds in parts of it only.
    pub fn levels(&self, name: &str) -> Levels {
        let mut levels = self.general_levels();
        let whole = self.overrides_for(Some(name)).filter(|special| !special.is_for_parts());
        whole.for_each(|special| levels.extend(&special.levels));
        levels
    }

    /// As [`Config::levels_in`], for each of the documents. Those for which nothing special holds share what does.
    pub fn levels_in_each(&self, documents: &[Arc<Document>]) -> Vec<Arc<FileLevels>> {
        let general = Arc::new(FileLevels::from(self.general_levels()));
        let is_special = |document: &Document| self.overrides_for(Some(document.source.name())).next().is_some();
        let levels = documents.par_iter().map(|document| match is_special(document) {
            true => Arc::new(self.levels_in(document)),
            false => Arc::clone(&general),
        });
        levels.collect()
    }

    /// Which rules run in a document, and with which severity. Takes time that grows with its rules and with the
    /// `[[overrides]]` that are for parts of files.
    pub fn levels_in(&self, document: &Document) -> FileLevels {
        let name = document.source.name();
        let here: Vec<&Override> = self.overrides_for(Some(name)).collect();
        let general = self.levels(name);
        let Some(file) = document.rules().filter(|_| here.iter().any(|special| special.is_for_parts())) else {
            return general.into();
        };
        let mut parts = Parts { config: self, here: &here, known: FxHashMap::default(), found: general.into() };
        file.groups.iter().for_each(|group| parts.add(group));
        let mut levels = parts.found;
        levels.groups.sort_by_key(|(span, _)| *span);
        levels.rules.sort_by_key(|(span, _)| *span);
        levels
    }
}

/// The parts of a file, as they are found.
struct Parts<'a> {
    config: &'a Config,
    /// The overrides that reach into the file.
    here: &'a [&'a Override],
    /// Which variant the overrides of a part, by their places in `here`, make.
    known: FxHashMap<Vec<usize>, usize>,
    found: FileLevels,
}

impl Parts<'_> {
    fn add(&mut self, group: &RuleGroup) {
        let special = self.here.iter().enumerate();
        let for_group: Vec<(usize, &Override)> = special
            .filter(|(_, special)| special.is_for_parts() && special.when.has_group(group))
            .map(|(at, special)| (at, *special))
            .collect();
        let whole: Vec<usize> =
            for_group.iter().filter(|(_, special)| !special.when.is_about_rules()).map(|(at, _)| *at).collect();
        if for_group.len() > whole.len() {
            for rule in &group.rules {
                let matching = for_group.iter().filter(|(_, special)| special.when.has_rule(group, rule, None));
                let matching: Vec<usize> = matching.map(|(at, _)| *at).collect();
                if matching != whole {
                    let variant = self.variant(matching);
                    self.found.rules.push((rule.span, variant));
                }
            }
        }
        if !whole.is_empty() {
            let variant = self.variant(whole);
            self.found.groups.push((group.span, variant));
        }
    }

    /// What holds where the overrides at `places` do, besides those for whole files; the later ones win.
    fn variant(&mut self, places: Vec<usize>) -> usize {
        let next = self.found.variants.len();
        if let Some(known) = self.known.get(&places) {
            return *known;
        }
        let mut levels = self.config.general_levels();
        for (at, special) in self.here.iter().enumerate() {
            if !special.is_for_parts() || places.binary_search(&at).is_ok() {
                levels.extend(&special.levels);
            }
        }
        self.found.variants.push(levels);
        self.known.insert(places, next);
        next
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::FileLevels;
    use crate::lint::registry::registry;
    use crate::lint::{self, Config};
    use crate::source::SourceFile;
    use crate::workspace::Document;

    const RULES: &str = "\
groups:
  - name: legacy-a
    labels: {team: x}
    rules:
      # promproof: ignore[alert/zero-for] on purpose
      - {alert: A, expr: sum(up) > 0, for: 0s, labels: {severity: info}, annotations: {s: '{{ $labels.x }}'}}
      - {alert: B, expr: sum(up) > 1, for: 0s, labels: {severity: page}, annotations: {s: '{{ $labels.x }}'}}
  - name: new
    interval: 1h
    rules:
      - {alert: A, expr: sum(up) > 2, for: 0s, annotations: {s: '{{ $labels.x }}'}}
";

    /// Line, rule and severity of what is found under a configuration.
    fn found(config: &str) -> String {
        let config = Config::parse(&Arc::new(SourceFile::new("promproof.toml", config)));
        let config = config.unwrap_or_else(|problems| panic!("{}", problems[0].message));
        let found = lint::run_on(&Arc::new(SourceFile::new("old/rules.yml", RULES)), &config);
        let line = |found: &crate::source::Diagnostic| {
            let line = found.primary.file.position(found.primary.span.start()).line;
            format!("{line} {} {:?}", found.rule, found.severity)
        };
        found.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn each_document_has_the_levels_of_its_own() {
        let text = "[rules]\npromql = \"warning\"\n[[overrides]]\npaths = [\"b*.yml\"]\nrules = { template = \"off\" }\n\
                    [[overrides]]\npaths = [\"b2.yml\"]\ngroups = \"new\"\nrules = { alert = \"off\" }\n";
        let config = Config::parse(&Arc::new(SourceFile::new("promproof.toml", text)));
        let config = config.unwrap_or_else(|problems| panic!("{}", problems[0].message));
        let document = |name: &str| {
            let source = Arc::new(SourceFile::new(name, RULES));
            Arc::new(Document::rule_file(&source, &config.settings()))
        };
        let documents = ["a.yml", "b1.yml", "b2.yml", "c.yml"].map(document);
        let told = |levels: &FileLevels| format!("{levels:?}");
        let each = config.levels_in_each(&documents);
        for (levels, document) in each.iter().zip(&documents) {
            let alone = config.levels_in(document);
            for levels in [levels, &alone] {
                let active: Vec<&str> = levels.active().map(|rule| rule.meta().id).collect();
                let metas = registry().iter().map(|rule| rule.meta());
                let on: Vec<&str> = metas.filter(|meta| levels.is_on_somewhere(meta)).map(|meta| meta.id).collect();
                assert_eq!(active, on);
            }
            assert_eq!(told(levels), told(&alone), "{}", document.source.name());
        }
        assert!(Arc::ptr_eq(&each[0], &each[3]));
        assert_ne!(told(&each[0]), told(&each[1]));
    }

    #[test]
    fn overrides_hold_for_what_meets_their_conditions() {
        const ALL: &str =
            "6 template/missing-label Error; 7 template/missing-label Error; 11 template/missing-label Error";
        assert_eq!(found(""), ALL);
        let off = |conditions: &str| found(&format!("[[overrides]]\n{conditions}\nrules = {{ template = \"off\" }}"));
        let lines = |conditions: &str| {
            let left = off(conditions);
            left.split("; ").filter_map(|found| found.split(' ').next()).collect::<Vec<_>>().join(" ")
        };
        for (conditions, left) in [
            ("groups = \"legacy-.*\"", "11"),
            ("groups = \"legacy\"", "6 7 11"),
            ("names = \"A|C\"", "7"),
            ("groups = \".*\"\nnames = \"B\"", "6 11"),
            ("groups = \"new\"\nnames = \"B\"", "6 7 11"),
            ("with-labels = { severity = \"info\" }", "7 11"),
            ("with-labels = { severity = \".+\", team = \"x\" }", "11"),
            ("with-labels = { team = \"\" }", "6 7"),
            ("paths = [\"old/**\"]\nnames = \"A\"", "7"),
            ("paths = [\"new/**\"]\nnames = \"A\"", "6 7 11"),
            ("paths = []\nnames = \"A\"", "6 7 11"),
            ("paths = [\"old\"]\nreason = \"as it is\"", ""),
        ] {
            assert_eq!(lines(conditions), left, "{conditions}");
        }
    }

    #[test]
    fn the_later_override_wins() {
        let info = "[[overrides]]\ngroups = \"legacy-a\"\nrules = { template = \"info\" }\n";
        let off = "[[overrides]]\nnames = \"A\"\nrules = { template = \"off\" }\n";
        let warning = "[[overrides]]\npaths = [\"old\"]\nrules = { template = \"warning\" }\n";
        insta::assert_snapshot!(found(&format!("{info}{off}")), @"7 template/missing-label Info");
        insta::assert_snapshot!(found(&format!("{off}{info}")), @"6 template/missing-label Info; 7 template/missing-label Info");
        insta::assert_snapshot!(found(&format!("{off}{warning}{info}")), @"6 template/missing-label Info; 7 template/missing-label Info; 11 template/missing-label Warning");
    }

    #[test]
    fn a_rule_that_is_switched_on_for_some_finds_nothing_elsewhere() {
        let on = |conditions: &str, rule: &str| {
            found(&format!(
                "[rules]\ntemplate = \"off\"\n[[overrides]]\n{conditions}\nrules = {{ \"{rule}\" = \"on\" }}"
            ))
        };
        // The comment that excuses the first one is not called unused where the rule does not run.
        insta::assert_snapshot!(on("names = \"B\"", "alert/zero-for"), @"7 alert/zero-for Info");
        insta::assert_snapshot!(on("with-labels = { severity = \"\" }", "alert/zero-for"), @"11 alert/zero-for Info");
        // What is said of a group goes by its name alone.
        insta::assert_snapshot!(on("groups = \"new\"", "group/slow-interval"), @"8 group/slow-interval Warning");
        insta::assert_snapshot!(on("names = \".*\"", "group/slow-interval"), @"");
    }
}
