//! Rule groups over time: recording rules, alert states, `ALERTS`, staleness; produces timelines.
//!
//! [`RuleSet::compile`] prepares the expressions and templates of rule files once; [`run`] evaluates them at every
//! step of a [`Schedule`] against an [`crate::engine::Store`] and gives a [`Run`]: for each alerting rule the
//! [`AlertTimeline`]s of its alerts. Assertions, explanations, coverage and charts read timelines; nothing evaluates a
//! second time.

mod alerts;
mod branches;
mod budget;
mod compile;
mod order;
mod plan;
mod recording;
mod render;
mod run;
#[cfg(test)]
mod tests;
mod timeline;
mod turns;
mod writer;

pub use budget::Limits;
pub use compile::{CompileOptions, CompiledGroup, CompiledRule, RuleSet, TemplateField};
pub use run::{Input, RunOptions, Schedule, run};
pub use timeline::{
    AlertAt, AlertState, AlertTimeline, Annotations, Phase, RuleId, RuleTimeline, Run, RunError, RunErrorKind,
};
pub(crate) use turns::is_large;
pub use turns::{Turn, Turns};
