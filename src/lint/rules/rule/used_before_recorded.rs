//! `rule/used-before-recorded`: a rule that reads what a later rule of its group records.

use rustc_hash::FxHashSet;

use crate::lint::context::WorkspaceContext;
use crate::lint::recording::{Place, Read};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/used-before-recorded", Info, certain, "a rule reads what a later rule of its group records");

pub(super) struct UsedBeforeRecorded;

impl LintRule for UsedBeforeRecorded {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        // Where another definition stands before it, or elsewhere, the order may be meant.
        let is_early =
            |read: &Read<'_>| cx.recording().get(read.metric).is_some_and(|all| all.are_behind(&read.reader));
        let mut early = cx.recording().reads().filter(is_early).peekable();
        if early.peek().is_none() {
            return;
        }
        let recorded = cx.recording().reads_by_recording_rules();
        let pairs: FxHashSet<(&str, &str)> = recorded.map(|read| (read.reader.rule.name.text(), read.metric)).collect();
        for read in early {
            // Two rules that read each other have no order: `rule/cycle` says so.
            let is_mutual = pairs.contains(&(read.metric, read.reader.rule.name.text()));
            let definition = cx.recording().get(read.metric).filter(|_| !is_mutual);
            out.extend(definition.and_then(|all| all.first()).map(|first| report(&read, &first)));
        }
    }
}

fn report(read: &Read<'_>, definition: &Place<'_>) -> Diagnostic {
    let (reader, metric) = (&read.reader, read.metric);
    let message = format!("`{metric}` is read before it is recorded: the value is one interval old");
    META.diagnostic(message, reader.file.inside(&reader.rule.expr, read.span, "read here"))
        .related(definition.file.field(&definition.rule.name, "recorded later in the same group"))
        .help("the rules of a group are evaluated in order: move the recording rule up")
}
