//! Configuration: `promproof.toml`.
//!
//! ```toml
//! exclude = ["vendor/**"]
//! dialect = "thanos"   # prometheus, thanos, mimir, loki, vmalert; else each file shows it
//! include = ["*.rules.tmpl"]
//! locked = ["labels/required"]   # what no comment silences
//!
//! [rules]
//! "template/missing-label" = "error"   # off, on, info, warning, error
//! "runbook/*" = "off"                  # a whole category
//!
//! [labels]
//! required = ["severity"]
//! allowed-values = { severity = ["critical", "warning", "info"] }
//!
//! [annotations]
//! required = ["summary"]
//!
//! [runbook]
//! keys = ["runbook_url"]
//! required = true
//! sites = { "https://runbooks.example.com/" = "content" }
//!
//! [promql]
//! features = ["promql-experimental-functions"]
//!
//! [facts]
//! scrape-interval = "30s"
//!
//! [[overrides]]
//! paths = ["legacy/**"]
//! rules = { "template/missing-label" = "warning" }
//!
//! [[overrides]]
//! groups = "legacy-.*"
//! with-labels = { severity = "info" }
//! reason = "nobody is paged"
//! rules = { runbook = "off" }
//! ```

mod choice;
mod fail_on;
mod holding;
mod key;
mod learn;
mod levels;
mod parts;
mod policy_keys;
mod read;
mod section;
mod server;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Premises;
use crate::inventory::Inventory;
use crate::lint::codeowners::CodeOwners;
use crate::lint::naming::Name;
use crate::lint::policy::{Conditions, Pattern, PatternError, Policy};
use crate::lint::rule::Meta;
use crate::online::Answers;
use crate::promql::{ParseOptions, Version};
use crate::rules::Dialect;
use crate::runbook::{self, History};
use crate::source::{Diagnostic, SourceFile, Span, Spanned};

use crate::workspace::{Dialects, Filter, Settings};
pub use choice::Choice;
pub use fail_on::FailOn;
pub use holding::{Held, HeldOverride, HeldRule, Origin};
pub use key::{KeyInfo, Kind, Value, key_text, string_text};
pub use levels::{Level, Levels, State, Why};
pub use parts::FileLevels;
pub(in crate::lint) use policy_keys::names as policy_key_names;
pub use server::{NamedFile, ServerFacts};
pub use table::{SectionInfo, sections};

/// What the user configured, or the defaults.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `[labels]`: the labels of alerts.
    pub labels: LabelPolicy,
    /// `[annotations]`: the annotations of alerts.
    pub annotations: AnnotationPolicy,
    /// `[runbook]`: links to runbook pages.
    pub runbook: runbook::Policy,
    /// `[promql]`: the language.
    pub promql: PromqlPolicy,
    /// `[facts]`: the servers on which the rules run.
    pub facts: ServerFacts,
    /// `fail-on`: the least severity with which a finding fails a run.
    pub fail_on: FailOn,
    /// `baseline`: the file of findings that are known.
    pub baseline: Option<NamedFile>,
    /// Whether fields that nobody knows are accepted, as with promtool's `--ignore-unknown-fields`.
    pub ignore_unknown_fields: bool,
    /// `dialect`: whose rules the files hold.
    dialect: Option<Dialect>,
    /// What the files of `[facts]` say.
    inventory: Arc<Inventory>,
    /// What servers say of links, where they or a file were asked.
    answers: Option<Arc<Answers>>,
    /// How pages were called before.
    history: Option<Arc<History>>,
    /// Who owns the files of the repository, where somebody says so.
    owners: Option<Arc<CodeOwners>>,
    /// When it is, in milliseconds since the Unix epoch.
    now_ms: Option<i64>,
    levels: Levels,
    /// `locked`: what nobody silences in a file.
    locked: Vec<Spanned<Name>>,
    overrides: Vec<Override>,
    policies: Vec<Policy>,
    files: Filter,
    choice: Arc<Choice>,
    /// The file that it was read from.
    source: Option<Arc<SourceFile>>,
    given: Given,
    /// The keys that options of the command line have set or added to, and the options.
    options: BTreeMap<&'static str, &'static str>,
}

/// The keys that are given in the file: where each stands, by its path (`labels.required`).
pub(in crate::lint) type Given = BTreeMap<String, Span>;

/// `[labels]`.
#[derive(Clone, Debug, Default)]
pub struct LabelPolicy {
    /// `required`: labels that each alerting rule must set.
    pub required: Vec<String>,
    /// `allowed-values`: for a label, the values that it may have.
    pub allowed_values: BTreeMap<String, Vec<String>>,
    /// The same to look up, made when it is first asked for.
    allowed: OnceLock<FxHashMap<String, FxHashSet<String>>>,
}

impl LabelPolicy {
    /// Whether the label may have the value; nothing is said of labels that are not listed.
    pub fn allows(&self, label: &str, value: &str) -> bool {
        let make = || {
            let sets = self.allowed_values.iter();
            sets.map(|(label, values)| (label.clone(), values.iter().cloned().collect())).collect()
        };
        self.allowed.get_or_init(make).get(label).is_none_or(|values| values.contains(value))
    }
}

/// `[annotations]`.
#[derive(Clone, Debug, Default)]
pub struct AnnotationPolicy {
    /// `required`: annotations that each alerting rule must set.
    pub required: Vec<String>,
}

/// `[promql]`.
#[derive(Clone, Debug, Default)]
pub struct PromqlPolicy {
    /// `features`: what Prometheus is started with, by the names of its `--enable-feature`; those in
    /// [`PROMQL_FEATURES`].
    pub features: Vec<String>,
}

/// The features of Prometheus' `--enable-feature` that change which expressions parse or what they mean.
pub const PROMQL_FEATURES: [&str; 5] = [
    "promql-binop-fill-modifiers",
    "promql-delayed-name-removal",
    "promql-duration-expr",
    "promql-experimental-functions",
    "promql-extended-range-selectors",
];

/// `[[overrides]]`: other levels for some files, groups and rules.
#[derive(Clone, Debug, Default)]
struct Override {
    when: Conditions,
    /// Why.
    reason: Option<String>,
    dialect: Option<Dialect>,
    levels: Levels,
    given: Given,
}

impl PromqlPolicy {
    /// Which PromQL is accepted: what Prometheus accepts without flags, and the configured features.
    pub fn parse_options(&self) -> ParseOptions {
        let on = |feature: &str| self.has(feature);
        let default = ParseOptions::default();
        ParseOptions {
            experimental_functions: default.experimental_functions || on("promql-experimental-functions"),
            duration_expressions: default.duration_expressions || on("promql-duration-expr"),
            extended_range_selectors: default.extended_range_selectors || on("promql-extended-range-selectors"),
            fill_modifiers: default.fill_modifiers || on("promql-binop-fill-modifiers"),
            old_names: default.old_names,
        }
    }

    /// Whether metric names are removed at the end of an evaluation and not by each function.
    pub fn delayed_name_removal(&self) -> bool {
        self.has("promql-delayed-name-removal")
    }

    /// Whether a feature is among those that are named.
    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|name| name == feature)
    }
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// What is wrong with it: `config/syntax`, `config/unknown-key`, `config/invalid-value`, each with its place.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Config, Vec<Diagnostic>> {
        read::read(file)
    }

    /// Says where the configuration was found: `root` is the directory that its patterns are relative to,
    /// `current_dir` the one that file names are relative to. Both absolute.
    #[must_use]
    pub fn located(mut self, root: impl Into<PathBuf>, current_dir: impl Into<PathBuf>) -> Config {
        self.files = self.files.located(root, current_dir);
        self
    }

    /// Says when it is, in milliseconds since the Unix epoch: what is excused until a day is excused no longer once it has
    /// passed. Else nothing expires.
    #[must_use]
    pub fn as_of(mut self, now_ms: i64) -> Config {
        self.now_ms = Some(now_ms);
        self
    }

    /// Says what servers say of links.
    #[must_use]
    pub fn knowing(mut self, answers: Answers) -> Config {
        self.answers = Some(Arc::new(answers));
        self
    }

    /// What servers say of links, where that is known.
    pub fn answers(&self) -> Option<&Answers> {
        self.answers.as_deref()
    }

    /// Says where to find out how pages were called before.
    pub fn set_history(&mut self, history: History) {
        self.history = Some(Arc::new(history));
    }

    /// How pages were called before, where anybody can say.
    pub fn history(&self) -> Option<&History> {
        self.history.as_deref()
    }

    /// When it is, in milliseconds since the Unix epoch, where that was said.
    pub fn now_ms(&self) -> Option<i64> {
        self.now_ms
    }

    /// What the files of `[facts]` say, once they are read ([`Config::learn`]).
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// What is known of the series that rules select.
    pub fn premises(&self) -> Premises<'_> {
        let inventory = Some(&*self.inventory).filter(|inventory| inventory.lists_metrics());
        Premises { target_labels: Some(&self.facts.target_labels), inventory, ..Premises::default() }
    }

    /// Demands a test of every rule, or of those whose label `severity` has one of the values, if there are any.
    ///
    /// # Errors
    /// They are too many for a regular expression.
    pub fn require_tests(&mut self, severities: &[&str]) -> Result<(), PatternError> {
        let mut policy = Policy { require_tests: true, ..Policy::default() };
        if !severities.is_empty() {
            policy.when.labels.insert("severity".to_owned(), Pattern::one_of(severities.iter().copied())?);
        }
        self.policies.push(policy);
        self.set_by_option("policy.require-tests", "--require-tests");
        Ok(())
    }

    /// Whether a policy asks who owns files.
    pub fn asks_for_owners(&self) -> bool {
        self.policies.iter().any(|policy| policy.require_owner || !policy.allowed_owners.is_empty())
    }

    /// Says who owns the files of the repository; `None` where nobody says so.
    pub fn set_owners(&mut self, owners: Option<CodeOwners>) {
        self.owners = owners.map(Arc::new);
    }

    /// Who owns the files of the repository; `None` where nobody says so.
    pub fn owners(&self) -> Option<&CodeOwners> {
        self.owners.as_deref()
    }

    /// `[[policy]]`: what must hold for rules besides.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Lets the command line choose the rules.
    #[must_use]
    pub fn choosing(mut self, choice: Choice) -> Config {
        self.choice = Arc::new(choice);
        self
    }

    /// Which files are looked at, of those that the user does not name.
    pub fn files(&self) -> &Filter {
        &self.files
    }

    /// Which PromQL is accepted: by the configured features, and by the version of Prometheus that is named.
    pub fn parse_options(&self) -> ParseOptions {
        let old_names = self.facts.prometheus_version.is_some_and(|version| version < Version::V3);
        ParseOptions { old_names, ..self.promql.parse_options() }
    }

    /// How files are read, wherever they lie.
    pub fn settings(&self) -> Settings {
        let special = self.overrides.iter().filter_map(|special| Some((special.when.paths.clone(), special.dialect?)));
        let dialects = Dialects { general: self.dialect, special: special.collect(), filter: self.files.clone() };
        let ignore_unknown_fields = self.ignore_unknown_fields;
        Settings { parse: self.parse_options(), ignore_unknown_fields, dialects, ..Settings::default() }
    }

    /// Whether the rule may run on anything: in all files, or where one of the `[[overrides]]` holds.
    pub(super) fn may_run(&self, rule: &Meta) -> bool {
        let general = self.general_levels();
        let with = |special: &Override| {
            let mut levels = general.clone();
            levels.extend(&special.levels);
            levels
        };
        general.is_on(rule) || self.overrides.iter().any(|special| with(special).is_on(rule))
    }

    /// What holds for all files.
    fn general_levels(&self) -> Levels {
        let mut levels = self.levels.clone();
        levels.lock(self.locked.iter().map(|name| name.value));
        levels.choose(&self.choice);
        levels
    }
}
