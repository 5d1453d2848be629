//! Which files are unit tests of rules. `tests:` is a common word: something of promtool's has to stand in it.

use crate::yaml::{Mapping, Node};

/// The fields at the top of a test file.
const TOP: [&str; 4] = ["rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare"];

/// Fields of a test group that no other program has.
const GROUP: [&str; 5] = ["input_series", "alert_rule_test", "promql_expr_test", "alert_timeline", "external_labels"];

/// Fields by which a list of tests is one of another program.
const FOREIGN: [&str; 2] = ["it", "asserts"];

/// What a document with `tests:` or `rule_files:` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Unit tests of rules.
    Tests,
    /// Tests of vmalert-tool, in MetricsQL.
    VmalertTool,
    /// Something else.
    Other,
}

/// What a document with this mapping at its top is.
pub(super) fn judge(top: &Mapping) -> Verdict {
    let has = |name: &str| top.get(name).is_some();
    let Some(tests) = top.get("tests") else {
        // Also a server's configuration has `rule_files`, and much else.
        let all_known = top.entries.iter().all(|entry| entry.name().is_some_and(|name| TOP.contains(&name)));
        return if has("rule_files") && all_known { Verdict::Tests } else { Verdict::Other };
    };
    let items = tests.value.as_sequence().map(|list| list.items.as_slice()).unwrap_or_default();
    let groups = || items.iter().filter_map(Node::as_mapping);
    if groups().any(|group| FOREIGN.iter().any(|name| group.get(name).is_some())) {
        Verdict::Other
    } else if groups().any(|group| group.get("metricsql_expr_test").is_some()) {
        Verdict::VmalertTool
    } else if TOP.iter().any(|name| has(name)) || groups().any(is_test_group) || is_bare(top, items) {
        Verdict::Tests
    } else {
        Verdict::Other
    }
}

/// Whether there is nothing in the document but an empty list, or groups that have nothing but a name: tests that somebody
/// has begun to write.
fn is_bare(top: &Mapping, items: &[Node]) -> bool {
    let is_list = top.get("tests").is_some_and(|tests| tests.value.as_sequence().is_some());
    let is_begun = |item: &Node| {
        item.as_mapping().is_some_and(|group| {
            !group.entries.is_empty()
                && group.entries.iter().all(|entry| matches!(entry.name(), Some("name" | "interval")))
        })
    };
    is_list && top.entries.len() == 1 && items.iter().all(is_begun)
}

fn is_test_group(group: &Mapping) -> bool {
    let names = || group.entries.iter().filter_map(|entry| entry.name());
    // A slip of the pen in these long names still says what the file is.
    let near = |name: &str| GROUP.iter().any(|known| name == *known || is_near(name, known));
    names().any(near)
}

fn is_near(name: &str, known: &str) -> bool {
    name.len().abs_diff(known.len()) <= 2 && strsim::damerau_levenshtein(name, known) <= 2
}

/// The same for a text that is not YAML, by the beginnings of its lines.
pub(super) fn in_lines<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    let (mut tests, mut sign) = (false, false);
    for line in lines {
        tests |= line.starts_with("tests:");
        let word = line.trim_start_matches(['-', ' ']);
        let name = word.split(':').next().unwrap_or_default();
        sign |= TOP.contains(&name) || GROUP.contains(&name);
    }
    tests && sign
}
