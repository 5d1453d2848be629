//! Tabs where Prometheus' reader refuses them and `granit-parser` does not.
//!
//! To libyaml and its ports a tab is no indentation, also on a line that holds nothing else: such a line, which an
//! editor leaves behind easily, makes Prometheus refuse the whole file. Only tabs that are certainly refused are found
//! here; those further right on an empty line may belong to a text above it and are let through.

use memchr::memchr;

use crate::source::Span;

/// The tabs of `text` that are refused. `covered` are the texts of several lines and the brackets, in which tabs have
/// rules of their own (which the parser knows).
pub(super) fn refused(text: &str, mut covered: Vec<Span>) -> Vec<usize> {
    if memchr(b'\t', text.as_bytes()).is_none() {
        return Vec::new();
    }
    covered.sort_by_key(|span| span.start());
    let mut covered = covered.into_iter().peekable();
    let (mut inside, mut start, mut after_comment) = (0, 0, false);
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let tab = refused_in_line(line, after_comment).map(|column| start + column);
        while let Some(span) = covered.next_if(|span| tab.is_some_and(|tab| span.start() <= tab)) {
            inside = inside.max(span.end());
        }
        found.extend(tab.filter(|tab| *tab >= inside));
        let content = line.trim();
        after_comment = content.starts_with('#') || content.is_empty() && after_comment;
        start += line.len();
    }
    found
}

/// The column, in bytes, of the tab for which a line is refused.
fn refused_in_line(line: &str, after_comment: bool) -> Option<usize> {
    let content = line.trim_start_matches([' ', '\t']);
    let indentation = line.get(..line.len() - content.len())?;
    if let Some(tab) = indentation.find('\t') {
        let refused = match content.bytes().next() {
            None | Some(b'\r' | b'\n') => tab == 0,
            Some(b'#') => !after_comment,
            Some(_) => true,
        };
        return refused.then_some(tab);
    }
    after_dash(content).map(|tab| indentation.len() + tab)
}

/// A tab between a `-` that begins an item and the item, the comment or the line break that follows.
fn after_dash(content: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let behind = content.get(at..)?.strip_prefix('-')?;
        let item = behind.trim_start_matches([' ', '\t']);
        let blanks = behind.get(..behind.len() - item.len())?;
        if blanks.is_empty() {
            return None;
        }
        if let Some(tab) = blanks.find('\t') {
            return Some(at + 1 + tab);
        }
        at += 1 + blanks.len();
    }
}
