//! promproof lints and tests Prometheus rules.
//!
//! # The map
//!
//! Modules are layers: a module imports only from modules further down this list.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`cli`] | one file per subcommand; the only place that prints, exits or reads the environment |
//! | [`report`] | one file per output format; each is a view of the same diagnostics or test report |
//! | [`init`] | what `promproof init` finds out about a repository, and the files that it proposes |
//! | [`lint`] | the registry of lint rules, suppressions, configuration; `lint/rules/<category>/<rule>.rs` |
//! | [`online`] | asking servers whether the pages that links lead to are there; the only place that opens connections |
//! | [`runbook`] | links to runbook pages, and the pages: what they say, where they are published, rules that they show |
//! | [`unittest`] | running tests: the runner, comparison of expected and actual, explanations, what looks at a run |
//! | [`workspace`] | the owner of files: finds them, reads each once, knows which rules a test is about |
//! | [`testfile`] | the model of a test file; how to read one |
//! | [`alerting`] | rule groups over time: recording rules, alert states, `ALERTS`, staleness, timelines |
//! | [`template`] | Go text/template as alert rules use it |
//! | [`engine`] | PromQL evaluation over an in-memory store |
//! | [`facts`] | what can be known of an expression without data: labels, values, what it reads |
//! | [`inventory`] | what is known of the metrics of a server, read from dumps and answers of its API |
//! | [`rules`] | the model of a rule file, and how to load one |
//! | [`promql`] | lexer, parser, checker, printer, function table; evaluates nothing |
//! | [`yaml`] | text to a tree in which every key and value knows its source bytes |
//! | [`model`] | labels, samples, histograms, durations, Go-compatible formatting |
//! | [`source`] | files, byte spans, line index, diagnostics, what there is to know of a kind of finding |
//!
//! Data flows one way: bytes, `source`, `yaml`, `rules`, then `promql` and `template`, then `engine` and
//! `alerting`, then `lint` and `unittest`, then `report`.

pub mod alerting;
pub mod cli;
pub mod engine;
pub mod facts;
pub mod init;
pub mod inventory;
pub mod lint;
pub mod model;
pub mod online;
pub mod promql;
pub mod report;
pub mod rules;
pub mod runbook;
pub mod source;
pub mod template;
pub mod testfile;
pub mod unittest;
pub mod workspace;
pub mod yaml;
