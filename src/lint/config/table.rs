//! The table of all keys: reading the file, the names that are suggested for misspelt ones, the JSON Schema, the page
//! `docs/configuration.md` and `promproof config` all go by it. A new key is a new row here.

use super::fail_on::FailOn;
use super::key::{Key, KeyInfo, Slot};
use super::policy_keys::{ABOUT as ABOUT_POLICY, POLICY, POLICY_KEYS, demands};
use super::{Config, Override, PROMQL_FEATURES};
use crate::runbook::Generator;

/// A table of the file.
pub(super) struct Section {
    /// Its name; empty for the top of the file.
    pub(super) name: &'static str,
    /// What it is for, in Markdown.
    pub(super) about: &'static str,
    pub(super) keys: &'static [Key<Config>],
}

impl Section {
    /// What messages call it.
    pub(super) fn shown(&self) -> String {
        if self.name.is_empty() { "the configuration".to_owned() } else { format!("`[{}]`", self.name) }
    }
}

/// The name of the list of tables for some files.
pub(super) const OVERRIDES: &str = "overrides";

const ABOUT_OVERRIDES: &str = "What holds for some files, groups or rules besides, or instead: for what meets all \
                               conditions (`paths`, `groups`, `names`, `with-labels`; one at least). A finding has the \
                               level of the rule that it stands in. Of several overrides the later one wins, rule by \
                               rule.";

/// Everything but the overrides; the top of the file first.
pub(super) static SECTIONS: [Section; 6] = [
    Section {
        name: "",
        about: "At the top of the file, before the first table; `[rules]` is a table of its own.",
        keys: &[
            Key {
                name: "exclude",
                slot: Slot::Paths(|config| &mut config.files.exclude),
                is_required: false,
                about: "Files that are not looked at, and folders that are not entered. A file that is named on the \
                        command line is read all the same.",
                example: r#"exclude = ["vendor", "*.gen.yml"]"#,
            },
            Key {
                name: "include",
                slot: Slot::Paths(|config| &mut config.files.include),
                is_required: false,
                about: "Files that are looked at whatever their endings are, hidden and ignored ones too.",
                example: r#"include = ["*.rules.tmpl"]"#,
            },
            Key {
                name: "dialect",
                slot: Slot::Dialect(|config| &mut config.dialect),
                is_required: false,
                about: "The program whose rules the files hold: which fields they may have, and whether their \
                        expressions are PromQL. Without it each file shows it by its fields.",
                example: r#"dialect = "thanos""#,
            },
            Key {
                name: "fail-on",
                slot: Slot::OneOf {
                    words: &FailOn::WORDS,
                    set: |config, word| config.fail_on = FailOn::from_word(word).unwrap_or_default(),
                    get: |config| Some(config.fail_on.word()),
                },
                is_required: false,
                about: "The least severity with which a finding fails a run (exit code 1), in `check` and in `test`; \
                        what is less severe is told all the same. By default the verdict of `test` is promtool's, \
                        which passes in silence what `test` warns of.",
                example: r#"fail-on = "warning""#,
            },
            Key {
                name: "baseline",
                slot: Slot::File(|config| &mut config.baseline),
                is_required: false,
                about: "The file of findings that are known and wait: only others are told. \
                        `promproof check --update-baseline` writes it.",
                example: r#"baseline = "promproof-baseline.jsonl""#,
            },
            Key {
                name: "rules",
                slot: Slot::Levels(|config| &mut config.levels),
                is_required: false,
                about: "Which lint rules run, and how severe their findings are. A rule is named in full, and a \
                        category, with all of its rules, by its name (`template`, `\"template/*\"`); the rule counts before \
                        its category. `on` leaves a rule its own severity. `promproof rules` shows what holds here.",
                example: "[rules]\n\"template/missing-label\" = \"warning\"\nrunbook = \"off\"",
            },
            Key {
                name: "locked",
                slot: Slot::Rules(|config| &mut config.locked),
                is_required: false,
                about: "Rules and categories whose findings no comment, no annotation and no `[[overrides]]` silences; \
                        what tries to is a finding itself (`suppression/locked`). `[rules]` and `--ignore` count.",
                example: r#"locked = ["labels/required", "runbook"]"#,
            },
        ],
    },
    Section {
        name: "labels",
        about: "The labels of alerts.",
        keys: &[
            Key {
                name: "required",
                slot: Slot::Names(|config| &mut config.labels.required),
                is_required: false,
                about: "Labels that every alerting rule has to have (`labels/required`).",
                example: r#"required = ["severity", "team"]"#,
            },
            Key {
                name: "allowed-values",
                slot: Slot::TextsByName(|config| &mut config.labels.allowed_values),
                is_required: false,
                about: "For a label, the values that it may have (`labels/allowed-values`).",
                example: r#"allowed-values = { severity = ["critical", "warning", "info"] }"#,
            },
        ],
    },
    Section {
        name: "annotations",
        about: "The annotations of alerts.",
        keys: &[Key {
            name: "required",
            slot: Slot::Names(|config| &mut config.annotations.required),
            is_required: false,
            about: "Annotations that every alerting rule has to have (`annotations/required`).",
            example: r#"required = ["summary"]"#,
        }],
    },
    Section {
        name: "runbook",
        about: "Links from alerts to runbook pages, and the pages.",
        keys: &[
            Key {
                name: "keys",
                slot: Slot::SomeNames(|config| &mut config.runbook.keys),
                is_required: false,
                about: "The annotations that may hold the link, the preferred one first.",
                example: r#"keys = ["runbook_url"]"#,
            },
            Key {
                name: "required",
                slot: Slot::Boolean(|config| &mut config.runbook.required),
                is_required: false,
                about: "Whether every alerting rule has to have a link (`runbook/missing`).",
                example: "required = true",
            },
            Key {
                name: "sites",
                slot: Slot::Sites(|config| &mut config.runbook.sites),
                is_required: false,
                about: "Where the pages of this repository are published: for the beginning of an address, the folder \
                        whose pages are there. `{path}` in both stands for what the two have in common, where that is \
                        not simply the end. With it links of alerts are followed to their pages \
                        (`runbook/page-missing`, `runbook/page-orphan`, `runbook/case-mismatch`, \
                        `runbook/anchor-missing`). Where neither this nor `pages` is given they are guessed: from the \
                        configurations of Hugo, MkDocs and Docusaurus, for files of the repository on GitHub and \
                        GitLab from its remote, and for `runbooks.prometheus-operator.dev` from the folder \
                        `content/runbooks`. A guess counts where at least three of the links that it explains lead to \
                        pages, and three in four do; only those pages are checked.",
                example: "sites = { \"https://runbooks.example.com/\" = \"content\" }",
            },
            Key {
                name: "generator",
                slot: Slot::OneOf {
                    words: &Generator::WORDS,
                    set: |config, word| config.runbook.generator = Generator::from_word(word),
                    get: |config| config.runbook.generator.map(Generator::word),
                },
                is_required: false,
                about: "What makes the sites: it decides which address a page has. `files` shows files under their \
                        paths, as GitHub and GitLab do; addresses with `/blob/` or `/raw/` in them are taken for such. \
                        Without it capital letters and what stands behind the name of a page make no difference.",
                example: r#"generator = "hugo""#,
            },
            Key {
                name: "pages",
                slot: Slot::Paths(|config| &mut config.runbook.pages),
                is_required: false,
                about: "The pages that are about alerts, in Markdown. Without it all pages below the folders of \
                        `sites` are.",
                example: r#"pages = ["content/alerts/**"]"#,
            },
            Key {
                name: "other-pages",
                slot: Slot::Paths(|config| &mut config.runbook.other_pages),
                is_required: false,
                about: "Those among them that no alert has to lead to, and that need no sections.",
                example: r#"other-pages = ["content/alerts/general"]"#,
            },
            Key {
                name: "page-per",
                slot: Slot::Names(|config| &mut config.runbook.page_per),
                is_required: false,
                about: "The labels of alerts for each value of which there has to be a page: alerts that differ in one of \
                        them may not lead to the same page (`runbook/shared-page`). `alertname` stands for the names of \
                        alerts.",
                example: r#"page-per = ["alertname", "severity"]"#,
            },
            Key {
                name: "shared-pages",
                slot: Slot::Paths(|config| &mut config.runbook.shared_pages),
                is_required: false,
                about: "The pages to which such alerts may lead all the same, by their paths, or by their addresses where \
                        they lie elsewhere.",
                example: r#"shared-pages = ["content/alerts/general", "https://wiki.example.com/on-call"]"#,
            },
            Key {
                name: "sections",
                slot: Slot::Names(|config| &mut config.runbook.sections),
                is_required: false,
                about: "The headings that every page about an alert has to have (`runbook/section-missing`).",
                example: r#"sections = ["Meaning", "Impact", "Diagnosis", "Mitigation"]"#,
            },
            Key {
                name: "front-matter",
                slot: Slot::Names(|config| &mut config.runbook.front_matter),
                is_required: false,
                about: "The keys of front matter that every page about an alert has to have \
                        (`runbook/section-missing`).",
                example: r#"front-matter = ["title"]"#,
            },
            Key {
                name: "shortcodes",
                slot: Slot::SomeNames(|config| &mut config.runbook.shortcodes),
                is_required: false,
                about: "The names of the shortcodes that show a rule on a page; their arguments are a rule file and an \
                        alert (`runbook/dead-shortcode`).",
                example: r#"shortcodes = ["rule", "alert"]"#,
            },
            Key {
                name: "private-hosts",
                slot: Slot::Names(|config| &mut config.runbook.private_hosts),
                is_required: false,
                about: "Hosts of this machine or of private networks that `--online` asks, too, by the names or addresses \
                        that links have. The option `--online-allow` adds to it, and with `--sandbox` only that option \
                        counts. Services that tell machines their secrets, at link-local addresses, are never asked.",
                example: r#"private-hosts = ["wiki.example.internal"]"#,
            },
        ],
    },
    Section {
        name: "promql",
        about: "The language.",
        keys: &[Key {
            name: "features",
            slot: Slot::SomeOf { words: &PROMQL_FEATURES, place: |config| &mut config.promql.features },
            is_required: false,
            about: "What Prometheus is started with, by the names of its `--enable-feature`. The option of that name \
                    adds to it.",
            example: r#"features = ["promql-experimental-functions"]"#,
        }],
    },
    Section {
        name: "facts",
        about: "What is known of the servers on which the rules run. Nothing of it is assumed: some lint rules say \
                nothing until the fact that they need is given.",
        keys: &[
            Key {
                name: "scrape-interval",
                slot: Slot::Duration(|config| &mut config.facts.scrape_interval_ms),
                is_required: false,
                about: "The time between two scrapes of a target: Prometheus' `scrape_interval` \
                        (`promql/short-range`, `alert/absent-without-for`).",
                example: r#"scrape-interval = "30s""#,
            },
            Key {
                name: "job-scrape-intervals",
                slot: Slot::DurationsByName(|config| &mut config.facts.job_scrape_intervals_ms),
                is_required: false,
                about: "The same for jobs that have an interval of their own, by their names. A selector that does not \
                        say which job it wants may mean the one with the shortest interval.",
                example: r#"job-scrape-intervals = { node = "15s", blackbox = "5m" }"#,
            },
            Key {
                name: "evaluation-interval",
                slot: Slot::Duration(|config| &mut config.facts.evaluation_interval_ms),
                is_required: false,
                about: "The time between two evaluations of a group that has no `interval`, and the step of a subquery \
                        that has none: Prometheus' `evaluation_interval` (`promql/short-range`).",
                example: r#"evaluation-interval = "30s""#,
            },
            Key {
                name: "retention",
                slot: Slot::Duration(|config| &mut config.facts.retention_ms),
                is_required: false,
                about: "How long samples are kept: Prometheus' `--storage.tsdb.retention.time` \
                        (`promql/beyond-retention`).",
                example: r#"retention = "15d""#,
            },
            Key {
                name: "prometheus-version",
                slot: Slot::Version(|config| &mut config.facts.prometheus_version),
                is_required: false,
                about: "The oldest version of Prometheus that has to run the rules (`promql/newer-feature`, \
                        `promql/integer-bucket`).",
                example: r#"prometheus-version = "2.53""#,
            },
            Key {
                name: "external-labels",
                slot: Slot::TextByName(|config| &mut config.facts.external_labels),
                is_required: false,
                about: "Prometheus' `external_labels`, which it adds to what leaves the server: to alerts and to what it \
                        sends elsewhere, not to the series that rules read (`labels/external-label`, \
                        `promql/external-label`, `template/unknown-external-label`). Their values are not looked at.",
                example: r#"external-labels = { cluster = "eu-1", replica = "a" }"#,
            },
            Key {
                name: "target-labels",
                slot: Slot::Names(|config| &mut config.facts.target_labels),
                is_required: false,
                about: "The labels that every scraped series has, whatever its exporter says. `[]` where series \
                        come from elsewhere, as from a Pushgateway or through OpenTelemetry.",
                example: r#"target-labels = ["cluster", "instance", "job"]"#,
            },
            Key {
                name: "inventory",
                slot: Slot::Files(|config| &mut config.facts.inventory),
                is_required: false,
                about: "Files that say which metrics, labels and values there are (`selector/unknown-metric`, \
                        `selector/unknown-label`, `selector/unknown-value`): `/metrics` pages, dumps of \
                        `promtool tsdb dump`, answers of the HTTP API to `/api/v1/series`, \
                        `/api/v1/label/__name__/values` or a query. All together are taken to name every metric \
                        that is scraped. Their metadata counts, too.",
                example: r#"inventory = ["facts/series.json"]"#,
            },
            Key {
                name: "metadata",
                slot: Slot::Files(|config| &mut config.facts.metadata),
                is_required: false,
                about: "Files that say what kind of metrics there are (`promql/counter-without-rate`; \
                        `promql/rate-of-gauge`, `promql/gauge-function-on-counter` and others go by it rather than \
                        by names): answers of `/api/v1/metadata` or `/api/v1/targets/metadata`, `/metrics` pages.",
                example: r#"metadata = ["facts/metadata.json"]"#,
            },
        ],
    },
];

/// The keys of `[[overrides]]` that say what they are for; one at least has to be there.
pub(super) const OVERRIDE_CONDITIONS: [&str; 4] = ["paths", "groups", "names", "with-labels"];

/// The keys of `[[overrides]]`.
pub(super) static OVERRIDE_KEYS: [Key<Override>; 7] = [
    Key {
        name: "paths",
        slot: Slot::Paths(|special| &mut special.when.paths),
        is_required: false,
        about: "The files that it is for; without it, all of them.",
        example: r#"paths = ["legacy/**"]"#,
    },
    Key {
        name: "groups",
        slot: Slot::Pattern(|special| &mut special.when.groups),
        is_required: false,
        about: "For groups with such names only: a regular expression for the whole name, as in PromQL.",
        example: r#"groups = "legacy-.*""#,
    },
    Key {
        name: "names",
        slot: Slot::Pattern(|special| &mut special.when.names),
        is_required: false,
        about: "For alerts and recorded series with such names only.",
        example: r#"names = "Kube.*|Etcd.*""#,
    },
    Key {
        name: "with-labels",
        slot: Slot::PatternsByName(|special| &mut special.when.labels),
        is_required: false,
        about: "For rules with these labels only, those of their group among them; a label that is not there is empty.",
        example: r#"with-labels = { severity = "info|none" }"#,
    },
    Key {
        name: "reason",
        slot: Slot::Text(|special| &mut special.reason),
        is_required: false,
        about: "Why, for whoever reads the configuration.",
        example: r#"reason = "comes from upstream as it is""#,
    },
    Key {
        name: "dialect",
        slot: Slot::Dialect(|special| &mut special.dialect),
        is_required: false,
        about: "As `dialect` at the top.",
        example: r#"dialect = "mimir""#,
    },
    Key {
        name: "rules",
        slot: Slot::Levels(|special| &mut special.levels),
        is_required: false,
        about: "As `[rules]`.",
        example: r#"rules = { "template/missing-label" = "warning" }"#,
    },
];

/// A table of the file as whoever describes the configuration sees it.
#[derive(Clone, Debug)]
pub struct SectionInfo {
    /// Its name; empty for the top of the file.
    pub name: &'static str,
    /// Whether there may be several of it, `[[name]]`.
    pub is_list: bool,
    /// Keys of which one at least has to be there.
    pub one_of: Vec<&'static str>,
    /// What it is for, in Markdown.
    pub about: &'static str,
    /// Its keys.
    pub keys: Vec<KeyInfo>,
}

/// All tables and keys, the top of the file first.
pub fn sections() -> Vec<SectionInfo> {
    let plain = SECTIONS.iter().map(|section| SectionInfo {
        name: section.name,
        is_list: false,
        one_of: Vec::new(),
        about: section.about,
        keys: section.keys.iter().map(|key| key.info(section.name)).collect(),
    });
    let overrides = SectionInfo {
        name: OVERRIDES,
        is_list: true,
        one_of: OVERRIDE_CONDITIONS.to_vec(),
        about: ABOUT_OVERRIDES,
        keys: OVERRIDE_KEYS.iter().map(|key| key.info(OVERRIDES)).collect(),
    };
    let policy = SectionInfo {
        name: POLICY,
        is_list: true,
        one_of: demands().collect(),
        about: ABOUT_POLICY,
        keys: POLICY_KEYS.iter().map(|key| key.info(POLICY)).collect(),
    };
    plain.chain([overrides, policy]).collect()
}
