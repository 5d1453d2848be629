//! What of the rules the tests cover.
//!
//! A rule has *points*: the states of an alert, the outcomes of the operators in its expression, the templates of its
//! labels and annotations. In each test group a point may be
//!
//! - **reached**: it happened while the rules were evaluated;
//! - **covered**: it happened, and an assertion looked at it. A rule that is evaluated along with others is not tested.
//!
//! An assertion looks at a rule if it has been decided (it held, or it did not) and
//!
//! - is an `alert_rule_test` with the alert's name, or
//! - is a `promql_expr_test` whose expression reads the recorded series, or `ALERTS` of the alert, or
//! - looks at another rule whose expression reads the recorded series, directly or over further recording rules.
//!
//! | point | is covered in a test group if |
//! | --- | --- |
//! | `pending` (of an alert with `for`), `firing` | an assertion looks at the alert's name at a time at which one of the rule's alerts is in that state |
//! | `kept_firing` (of one with `keep_firing_for`) | the same, while only `keep_firing_for` keeps it firing |
//! | `resolved` | the same, when one of its alerts has fired and is gone |
//! | `silent` | the same, when the rule has no alert, and had none that fired |
//! | `recorded` | an assertion looks at the recording rule, which gave something in this run |
//! | `true`, `false` of a comparison | an assertion looks at the rule, and the comparison was true (false) for some series at some evaluation |
//! | `kept`, `dropped` of `and` and `unless` | the same: it kept (dropped) an element of its left side |
//! | `left`, `right` of `or` | the same: the left side gave an element, the right side added one |
//! | a template of a label or an annotation | an assertion looks at the alert while it fires; of annotations, an `alert_rule_test` |
//! | `body`, `else` of a template's `if`, `with` (of `range`: if there is an `else`) | the same, and that way was taken |
//!
//! An `alert_timeline` looks at every evaluation up to its end: where it says when alerts fire, at pending and firing
//! alerts and at the silence before them, where it says when they resolve, at that; and at the labels and annotations
//! that it names, when an alert begins to fire.
//!
//! Inside of a subquery the evaluations are those of the subquery.
//!
//! `sites` finds the points of a rule file, `looked_at` which rules an assertion looks at, `looks` when those of a test group do, `gather` which points it
//! reaches and covers; `collect` adds it up for each rule file, and `model` is what comes out.

mod collect;
mod gather;
mod looked_at;
mod looks;
mod model;
mod sites;

pub use collect::Collector;
pub use looked_at::{RuleAt, looked_at};
pub use model::{Category, Coverage, FileCoverage, LineHits, Point, RuleCoverage, RuleCoverageKind, Tally, What};
