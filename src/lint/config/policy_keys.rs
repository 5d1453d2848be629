//! The keys of `[[policy]]`.

use super::Given;
use super::key::{Key, Slot};
use super::levels::Level;
use super::section::Problems;
use crate::lint::policy::{Pattern, Policy};
use crate::promql::ast::AggregateOp;
use crate::promql::functions::FUNCTIONS;
use crate::rules::RuleKind;
use crate::source::words;
use crate::source::{Severity, Span};

/// The name of the list of tables.
pub(super) const POLICY: &str = "policy";

pub(super) const ABOUT: &str = "What a team demands of its rules. Each table chooses rules by its conditions, all rules \
                                without any, and says what must hold for them. Patterns are regular expressions for \
                                the whole text; in them `{{ $alert }}`, `{{ $record }}`, `{{ $expr }}`, `{{ $for }}`, \
                                `{{ $keep_firing_for }}`, `{{ $labels.NAME }}` and `{{ $annotations.NAME }}` stand for \
                                what the rule has.";

const SEVERITIES: [&str; 3] = ["error", "warning", "info"];

const KINDS: [&str; 2] = ["alert", "record"];

fn severity(word: &str) -> Option<Severity> {
    match Level::from_word(word)? {
        Level::At(severity) => Some(severity),
        Level::Off | Level::On => None,
    }
}

fn kind(word: &str) -> Option<RuleKind> {
    match word {
        "alert" => Some(RuleKind::Alerting),
        "record" => Some(RuleKind::Recording),
        _ => None,
    }
}

fn kind_word(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "record",
    }
}

/// The keys of a policy: first whom it is for, then what it demands.
pub(super) static POLICY_KEYS: [Key<Policy>; 52] = [
    Key {
        name: "message",
        slot: Slot::Text(|policy| &mut policy.message),
        is_required: false,
        about: "What its findings say besides: why the team demands it, whom to ask.",
        example: r#"message = "see https://wiki.example.com/alerts""#,
    },
    Key {
        name: "severity",
        slot: Slot::OneOf {
            words: &SEVERITIES,
            set: |policy, word| policy.severity = severity(word),
            get: |policy| policy.severity.map(|severity| Level::At(severity).word()),
        },
        is_required: false,
        about: "How severe its findings are; what `[rules]` says of a lint rule counts before. Without it each has the \
                severity of its rule.",
        example: r#"severity = "warning""#,
    },
    Key {
        name: "kind",
        slot: Slot::OneOf {
            words: &KINDS,
            set: |policy, word| policy.kind = kind(word),
            get: |policy| policy.kind.map(kind_word),
        },
        is_required: false,
        about: "For alerting rules (`alert`) or recording rules (`record`) only.",
        example: r#"kind = "alert""#,
    },
    Key {
        name: "paths",
        slot: Slot::Paths(|policy| &mut policy.when.paths),
        is_required: false,
        about: "For rules in these files only.",
        example: r#"paths = ["prod/**"]"#,
    },
    Key {
        name: "groups",
        slot: Slot::Pattern(|policy| &mut policy.when.groups),
        is_required: false,
        about: "For rules of groups with such names only.",
        example: r#"groups = "node.*""#,
    },
    Key {
        name: "names",
        slot: Slot::Pattern(|policy| &mut policy.when.names),
        is_required: false,
        about: "For alerts and recorded series with such names only.",
        example: r#"names = "Node.*""#,
    },
    Key {
        name: "with-labels",
        slot: Slot::PatternsByName(|policy| &mut policy.when.labels),
        is_required: false,
        about: "For rules with these labels only, those of their group among them; a label that is not there is empty.",
        example: r#"with-labels = { severity = "critical|page" }"#,
    },
    Key {
        name: "except-paths",
        slot: Slot::Paths(|policy| &mut policy.except.paths),
        is_required: false,
        about: "Not for rules in these files.",
        example: r#"except-paths = ["legacy/**"]"#,
    },
    Key {
        name: "except-groups",
        slot: Slot::Pattern(|policy| &mut policy.except.groups),
        is_required: false,
        about: "Not for rules of groups with such names.",
        example: r#"except-groups = "test.*""#,
    },
    Key {
        name: "except-names",
        slot: Slot::Pattern(|policy| &mut policy.except.names),
        is_required: false,
        about: "Not for alerts and recorded series with such names.",
        example: r#"except-names = "Watchdog""#,
    },
    Key {
        name: "except-labels",
        slot: Slot::PatternsByName(|policy| &mut policy.except.labels),
        is_required: false,
        about: "Not for rules with one of these labels.",
        example: r#"except-labels = { severity = "info" }"#,
    },
    Key {
        name: "report",
        slot: Slot::Boolean(|policy| &mut policy.report),
        is_required: false,
        about: "Every rule that is chosen is a finding (`rule/reported`).",
        example: "report = true",
    },
    Key {
        name: "require-tests",
        slot: Slot::Boolean(|policy| &mut policy.require_tests),
        is_required: false,
        about: "A test has to look at every rule that is chosen (`test/untested-rule`). The option of that name adds to it.",
        example: "require-tests = true",
    },
    Key {
        name: "require-owner",
        slot: Slot::Boolean(|policy| &mut policy.require_owner),
        is_required: false,
        about: "Every rule has an owner (`rule/unowned`): one of `owner-labels` is there, or `CODEOWNERS` names an owner of \
                its file.",
        example: "require-owner = true",
    },
    Key {
        name: "owner-labels",
        slot: Slot::Names(|policy| &mut policy.owner_labels),
        is_required: false,
        about: "The labels that name the owner of a rule.",
        example: "require-owner = true\nowner-labels = [\"team\"]",
    },
    Key {
        name: "allowed-owners",
        slot: Slot::Patterns(|policy| &mut policy.allowed_owners),
        is_required: false,
        about: "What owners are called, in `owner-labels` and in `CODEOWNERS` (`rule/unknown-owner`).",
        example: r#"allowed-owners = ["sre", "@example/.+"]"#,
    },
    Key {
        name: "required-labels",
        slot: Slot::Patterns(|policy| &mut policy.labels.required),
        is_required: false,
        about: "Labels that must be there (`labels/required`). A label that every result of the expression has counts.",
        example: r#"required-labels = ["team"]"#,
    },
    Key {
        name: "any-label",
        slot: Slot::Names(|policy| &mut policy.labels.any_of),
        is_required: false,
        about: "Labels of which one must be there (`labels/any-of`).",
        example: r#"any-label = ["team", "owner"]"#,
    },
    Key {
        name: "exclusive-labels",
        slot: Slot::Names(|policy| &mut policy.labels.exclusive),
        is_required: false,
        about: "Labels of which only one may be there (`labels/exclusive`).",
        example: r#"exclusive-labels = ["page", "ticket"]"#,
    },
    Key {
        name: "forbidden-labels",
        slot: Slot::Patterns(|policy| &mut policy.labels.forbidden),
        is_required: false,
        about: "Names of labels that must not be there (`labels/forbidden`).",
        example: r#"forbidden-labels = ["tmp_.*"]"#,
    },
    Key {
        name: "label-values",
        slot: Slot::TextsByName(|policy| &mut policy.labels.values),
        is_required: false,
        about: "For a label, the values that it may have (`labels/allowed-values`).",
        example: r#"label-values = { severity = ["page", "ticket"] }"#,
    },
    Key {
        name: "label-patterns",
        slot: Slot::PatternsByName(|policy| &mut policy.labels.patterns),
        is_required: false,
        about: "For a label, what its value must be like (`labels/pattern`).",
        example: r#"label-patterns = { team = "team-[a-z]+" }"#,
    },
    Key {
        name: "forbidden-label-values",
        slot: Slot::Pattern(|policy| &mut policy.labels.forbidden_values),
        is_required: false,
        about: "What no value of a label may be like (`labels/forbidden`).",
        example: r#"forbidden-label-values = ".*TODO.*""#,
    },
    Key {
        name: "required-annotations",
        slot: Slot::Patterns(|policy| &mut policy.annotations.required),
        is_required: false,
        about: "Annotations that must be there (`annotations/required`).",
        example: r#"required-annotations = ["summary"]"#,
    },
    Key {
        name: "any-annotation",
        slot: Slot::Names(|policy| &mut policy.annotations.any_of),
        is_required: false,
        about: "Annotations of which one must be there (`annotations/any-of`).",
        example: r#"any-annotation = ["summary", "description"]"#,
    },
    Key {
        name: "exclusive-annotations",
        slot: Slot::Names(|policy| &mut policy.annotations.exclusive),
        is_required: false,
        about: "Annotations of which only one may be there (`annotations/exclusive`).",
        example: r#"exclusive-annotations = ["playbook", "runbook_url"]"#,
    },
    Key {
        name: "forbidden-annotations",
        slot: Slot::Patterns(|policy| &mut policy.annotations.forbidden),
        is_required: false,
        about: "Names of annotations that must not be there (`annotations/forbidden`).",
        example: r#"forbidden-annotations = ["todo"]"#,
    },
    Key {
        name: "annotation-values",
        slot: Slot::TextsByName(|policy| &mut policy.annotations.values),
        is_required: false,
        about: "For an annotation, the values that it may have (`annotations/allowed-values`).",
        example: r#"annotation-values = { tier = ["1", "2"] }"#,
    },
    Key {
        name: "annotation-patterns",
        slot: Slot::PatternsByName(|policy| &mut policy.annotations.patterns),
        is_required: false,
        about: "For an annotation, what its value must be like (`annotations/pattern`).",
        example: r#"annotation-patterns = { dashboard = "https://grafana[.]example[.]com/.+" }"#,
    },
    Key {
        name: "forbidden-annotation-values",
        slot: Slot::Pattern(|policy| &mut policy.annotations.forbidden_values),
        is_required: false,
        about: "What no value of an annotation may be like (`annotations/forbidden`).",
        example: r#"forbidden-annotation-values = ".*TODO.*""#,
    },
    Key {
        name: "preserved-labels",
        slot: Slot::Names(|policy| &mut policy.preserved_labels),
        is_required: false,
        about: "Labels that the results must not have lost on the way through the expression, because somebody routes \
                by them (`labels/preserved`).",
        example: r#"preserved-labels = ["cluster"]"#,
    },
    Key {
        name: "for-min",
        slot: Slot::Duration(|policy| &mut policy.bounds.for_min_ms),
        is_required: false,
        about: "The shortest `for` of an alert (`rule/for-bounds`).",
        example: r#"for-min = "1m""#,
    },
    Key {
        name: "for-max",
        slot: Slot::Duration(|policy| &mut policy.bounds.for_max_ms),
        is_required: false,
        about: "The longest `for` of an alert (`rule/for-bounds`).",
        example: r#"for-max = "1h""#,
    },
    Key {
        name: "keep-firing-min",
        slot: Slot::Duration(|policy| &mut policy.bounds.keep_firing_min_ms),
        is_required: false,
        about: "The shortest `keep_firing_for` of an alert (`rule/for-bounds`).",
        example: r#"keep-firing-min = "1m""#,
    },
    Key {
        name: "keep-firing-max",
        slot: Slot::Duration(|policy| &mut policy.bounds.keep_firing_max_ms),
        is_required: false,
        about: "The longest `keep_firing_for` of an alert (`rule/for-bounds`).",
        example: r#"keep-firing-max = "1h""#,
    },
    Key {
        name: "interval-min",
        slot: Slot::Duration(|policy| &mut policy.bounds.interval_min_ms),
        is_required: false,
        about: "The shortest `interval` of a group that has one (`group/bounds`).",
        example: r#"interval-min = "30s""#,
    },
    Key {
        name: "interval-max",
        slot: Slot::Duration(|policy| &mut policy.bounds.interval_max_ms),
        is_required: false,
        about: "The longest `interval` of a group (`group/bounds`).",
        example: r#"interval-max = "5m""#,
    },
    Key {
        name: "query-offset-min",
        slot: Slot::Duration(|policy| &mut policy.bounds.query_offset_min_ms),
        is_required: false,
        about: "The shortest `query_offset` of a group; one without it has 0 (`group/bounds`).",
        example: r#"query-offset-min = "30s""#,
    },
    Key {
        name: "query-offset-max",
        slot: Slot::Duration(|policy| &mut policy.bounds.query_offset_max_ms),
        is_required: false,
        about: "The longest `query_offset` of a group (`group/bounds`).",
        example: r#"query-offset-max = "5m""#,
    },
    Key {
        name: "limit-max",
        slot: Slot::Number(|policy| &mut policy.bounds.limit_max),
        is_required: false,
        about: "The greatest `limit` of a group; one without a limit exceeds it (`group/bounds`).",
        example: "limit-max = 100",
    },
    Key {
        name: "max-rules",
        slot: Slot::Number(|policy| &mut policy.bounds.max_rules),
        is_required: false,
        about: "How many rules a group may have (`group/bounds`).",
        example: "max-rules = 20",
    },
    Key {
        name: "name-pattern",
        slot: Slot::Pattern(|policy| &mut policy.name),
        is_required: false,
        about: "What names of alerts and recorded series must be like (`rule/name-pattern`).",
        example: r#"name-pattern = "[A-Z][A-Za-z0-9]+""#,
    },
    Key {
        name: "group-pattern",
        slot: Slot::Pattern(|policy| &mut policy.group_name),
        is_required: false,
        about: "What names of groups must be like (`group/name-pattern`).",
        example: r#"group-pattern = "[a-z-]+[.]rules""#,
    },
    Key {
        name: "keep-labels",
        slot: Slot::Names(|policy| &mut policy.promql.keep_labels),
        is_required: false,
        about: "Labels that no aggregation may drop, unless the rule sets them (`promql/aggregation-labels`).",
        example: r#"keep-labels = ["job"]"#,
    },
    Key {
        name: "strip-labels",
        slot: Slot::Names(|policy| &mut policy.promql.strip_labels),
        is_required: false,
        about: "Labels that every aggregation has to drop (`promql/aggregation-labels`).",
        example: r#"strip-labels = ["instance"]"#,
    },
    Key {
        name: "required-matchers",
        slot: Slot::Names(|policy| &mut policy.promql.required_matchers),
        is_required: false,
        about: "Labels of which every selector has to have a matcher (`promql/selector-matchers`).",
        example: r#"required-matchers = ["job"]"#,
    },
    Key {
        name: "matchers-for",
        slot: Slot::Pattern(|policy| &mut policy.promql.matchers_for),
        is_required: false,
        about: "The metrics for which `required-matchers` holds.",
        example: "required-matchers = [\"job\"]\nmatchers-for = \"node_.*\"",
    },
    Key {
        name: "forbidden-functions",
        slot: Slot::Names(|policy| &mut policy.promql.forbidden_functions),
        is_required: false,
        about: "Functions and operators of aggregation that must not be used (`promql/forbidden`).",
        example: r#"forbidden-functions = ["irate", "topk"]"#,
    },
    Key {
        name: "forbidden-metrics",
        slot: Slot::Patterns(|policy| &mut policy.promql.forbidden_metrics),
        is_required: false,
        about: "Metrics that must not be read (`promql/forbidden`).",
        example: r#"forbidden-metrics = ["legacy_.*"]"#,
    },
    Key {
        name: "forbidden-matchers",
        slot: Slot::Patterns(|policy| &mut policy.promql.forbidden_matchers),
        is_required: false,
        about: "Labels that expressions must not name: in matchers, `by`, `without`, `on`, `ignoring`, `group_left` \
                (`promql/forbidden`).",
        example: r#"forbidden-matchers = ["pod_name"]"#,
    },
    Key {
        name: "max-range",
        slot: Slot::Duration(|policy| &mut policy.promql.max_range_ms),
        is_required: false,
        about: "The longest range of a selector or a subquery (`promql/long-range`).",
        example: r#"max-range = "1d""#,
    },
    Key {
        name: "max-age",
        slot: Slot::Duration(|policy| &mut policy.promql.max_age_ms),
        is_required: false,
        about: "How old the oldest samples may be that an expression asks for, by ranges, offsets and subqueries \
                (`promql/long-range`).",
        example: r#"max-age = "7d""#,
    },
];

/// The keys that choose rules and selectors, or say how findings are told: all others demand something.
const NO_DEMANDS: [&str; 13] = [
    "message",
    "severity",
    "kind",
    "paths",
    "groups",
    "names",
    "with-labels",
    "except-paths",
    "except-groups",
    "except-names",
    "except-labels",
    "matchers-for",
    "owner-labels",
];

/// All keys, in the order of the reference.
pub(in crate::lint) fn names() -> impl Iterator<Item = &'static str> {
    POLICY_KEYS.iter().map(|key| key.name)
}

/// The keys that demand something; a policy has one of them at least.
pub(super) fn demands() -> impl Iterator<Item = &'static str> {
    POLICY_KEYS.iter().map(|key| key.name).filter(|name| !NO_DEMANDS.contains(name))
}

/// Reports what makes no sense in a policy whose keys stand at `given`: it demands nothing, or what nobody can comply
/// with, or what is never found.
pub(super) fn check_policy(policy: &Policy, given: &Given, span: Span, problems: &mut Problems<'_>) {
    let at = |key: &str| given.get(key).copied().unwrap_or(span);
    if !demands().any(|key| given.contains_key(key)) {
        let help = "say what must hold, for example `required-labels = [\"team\"]`, or `report = true`".to_owned();
        problems.invalid(span, "this `[[policy]]` demands nothing".to_owned(), help);
    } else if given.contains_key("matchers-for") && policy.promql.required_matchers.is_empty() {
        let help = "write which labels are meant: `required-matchers = [\"job\"]`".to_owned();
        problems.invalid(at("matchers-for"), "`matchers-for` stands without `required-matchers`".to_owned(), help);
    } else if given.contains_key("owner-labels") && !policy.require_owner && policy.allowed_owners.is_empty() {
        let help = "write what is demanded of them: `require-owner = true` or `allowed-owners = [\"sre\"]`".to_owned();
        let message = "`owner-labels` stands without `require-owner` and `allowed-owners`".to_owned();
        problems.invalid(at("owner-labels"), message, help);
    }
    let bounds = &policy.bounds;
    for (least, most, is) in [
        ("for-min", "for-max", bounds.for_min_ms.zip(bounds.for_max_ms)),
        ("keep-firing-min", "keep-firing-max", bounds.keep_firing_min_ms.zip(bounds.keep_firing_max_ms)),
        ("interval-min", "interval-max", bounds.interval_min_ms.zip(bounds.interval_max_ms)),
        ("query-offset-min", "query-offset-max", bounds.query_offset_min_ms.zip(bounds.query_offset_max_ms)),
    ] {
        if is.is_some_and(|(least, most)| least > most) {
            let message = format!("`{most}` is less than `{least}`");
            problems.invalid(at(most), message, "nothing can comply with both".to_owned());
        }
    }
    for (of, key, required, fields) in [
        ("label", "forbidden-labels", "required-labels", &policy.labels),
        ("annotation", "forbidden-annotations", "required-annotations", &policy.annotations),
    ] {
        let both = fields.required.iter().filter(|required| !required.has_variables()).find(|required| {
            let is_name = required.text().chars().all(|character| character.is_alphanumeric() || character == '_');
            is_name && fields.forbidden.iter().any(|forbidden| forbidden.accepts(required.text(), None))
        });
        if let Some(both) = both {
            let message = format!("the {of} `{}` is required by `{required}`, and `{key}` forbids it", both.text());
            problems.invalid(at(key), message, "nothing can comply with both".to_owned());
        }
        let names: Vec<&str> = fields.required.iter().map(Pattern::text).collect();
        let mut exclusive = fields.exclusive.iter().filter(|name| names.contains(&name.as_str()));
        if let (Some(first), Some(second)) = (exclusive.next(), exclusive.next()) {
            let message =
                format!("the {of}s `{first}` and `{second}` are both required, and `exclusive-{of}s` allows one");
            problems.invalid(at(&format!("exclusive-{of}s")), message, "nothing can comply with both".to_owned());
        }
    }
    let known = || FUNCTIONS.iter().map(|function| function.name).chain(AggregateOp::ALL.iter().map(|op| op.name()));
    for name in policy.promql.forbidden_functions.iter().filter(|name| !known().any(|known| known == name.as_str())) {
        let help = match words::nearest(&name.to_lowercase(), known()) {
            Some(near) => words::did_you_mean(near),
            None => "name functions and operators of aggregation as expressions do".to_owned(),
        };
        problems.invalid(at("forbidden-functions"), format!("there is no function `{name}`"), help);
    }
}
