//! Test files without extensions: only the paths of rule files change, everything else keeps its bytes.

use super::RuleSource;
use crate::source::words::one_line;
use crate::source::{self, Edit};
use crate::testfile::{TestFile, TestGroup};
use crate::workspace::copies::HEADER;
use crate::yaml::writer::quoted_if_needed;
use crate::yaml::{self, Node};

/// The text with the new paths; `None` where more than paths has to change, or a path does not stand in its list.
pub(super) fn text(test: &TestFile, sources: &[RuleSource], rule_files: &[String]) -> Option<String> {
    let source = test.file.text();
    let by_pattern = sources.iter().all(|source| matches!(source, RuleSource::Pattern(_)));
    if test.groups.iter().any(TestGroup::has_extensions) || !by_pattern || source.starts_with(['%', '\u{FEFF}']) {
        return None;
    }
    let text = source::apply(source, &edits(test, rule_files)?).ok()?;
    Some(format!("{HEADER} from {}. Change that file, not this one.\n{text}", one_line(test.file.name())))
}

fn edits(test: &TestFile, rule_files: &[String]) -> Option<Vec<Edit>> {
    if rule_files.is_empty() {
        return Some(Vec::new());
    }
    let parsed = yaml::parse(&test.file);
    let root = parsed.documents.first()?.root.as_ref()?.as_mapping()?;
    let entry = root.get("rule_files").filter(|entry| !entry.is_merged() && entry.value.alias().is_none())?;
    let items = &entry.value.as_sequence()?.items;
    if items.len() != rule_files.len() {
        return None;
    }
    let edit = |(item, path): (&Node, &String)| {
        let scalar = item.as_scalar().filter(|_| item.alias().is_none() && item.tag().is_none())?;
        let in_line = !scalar.style.is_block() && !item.span.is_empty();
        in_line.then(|| Edit { span: item.span, replacement: quoted_if_needed(path) })
    };
    items.iter().zip(rule_files).map(edit).collect()
}
