//! `rule/used-across-groups`: a rule that reads what another group records.

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::recording::{Place, Read};
use crate::lint::rule::{LintRule, Meta, meta};
use crate::source::Diagnostic;

static META: Meta =
    meta!("rule/used-across-groups", Info, opinion, "a recording rule reads what another group records");

pub(super) struct UsedAcrossGroups;

impl LintRule for UsedAcrossGroups {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        // An alert on what is recorded elsewhere is the common way; chains of recording rules add up.
        let mut of_series: FxHashMap<&str, bool> = FxHashMap::default();
        for read in cx.recording().reads_by_recording_rules() {
            let Some(definitions) = cx.recording().get(read.metric) else { continue };
            if definitions.are_elsewhere(&read.reader)
                && *of_series.entry(read.metric).or_insert_with(|| definitions.iter().all(|place| reads_series(&place)))
            {
                out.extend(definitions.first().map(|first| report(&read, &first)));
            }
        }
    }
}

/// Whether what a rule records depends on series; the age of a constant does not matter.
fn reads_series(place: &Place<'_>) -> bool {
    let mut reads = false;
    place.rule.parsed.iter().for_each(|expr| expr.walk(&mut |part| reads |= part.selector().is_some()));
    reads
}

fn report(read: &Read<'_>, definition: &Place<'_>) -> Diagnostic {
    let (reader, metric) = (&read.reader, read.metric);
    let message = format!("`{metric}` is recorded by another group: its value may be up to an interval old");
    META.diagnostic(message, reader.file.inside(&reader.rule.expr, read.span, "read here"))
        .related(definition.file.field(&definition.rule.name, "recorded in another group"))
        .help("groups are evaluated at different times: put rules that depend on each other into one group")
}
