//! Writes a rule into the block of a page that shows it: what is the same stays as it is written, and nothing outside of
//! the block changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::drift::{Difference, Drift};
use super::page::{Copy, Page, copy};
use crate::promql::ParseOptions;
use crate::rules::{Rule, RuleKind, Written};
use crate::source::{self, Edit, SourceFile, Span};
use crate::yaml::edit::{Editor, Place, Refusal, Value, without_entry};
use crate::yaml::{self, Entry, Node};

/// The edit of the page that makes these `differences` between `copy` and `rule` vanish; `None` where the block cannot be
/// changed like that.
pub fn refreshed(
    page: &Page,
    copy: &Copy,
    rule: &Rule,
    differences: &[Difference],
    keys: &[String],
    options: &ParseOptions,
) -> Option<Edit> {
    let old = Block::of(dedented(page, copy))?;
    let copies = old.copies();
    let mut expected: Vec<Texts> = copies.iter().map(texts).collect();
    let is_settled = |text: &str, expected: &[Texts]| {
        let Some(new) = Block::of(text.to_owned()).map(|block| block.copies()) else { return false };
        let is_same = |new: &Copy| has_settled(new, rule, differences, keys, options);
        new.get(copy.at).is_some_and(is_same) && new.iter().map(texts).eq(expected.iter().cloned())
    };
    settle(expected.get_mut(copy.at)?, differences);
    let edited = old.edited(copy.at, differences).ok().filter(|text| is_settled(text, &expected));
    let text = edited.or_else(|| {
        // Anew, where no other alert is in the block.
        let shown = copies.get(copy.at).filter(|_| copy.is_alone)?;
        let (text, expected) = old.with_anew(shown, rule)?;
        Some(text).filter(|text| is_settled(text, &[expected]))
    })?;
    Some(whole(page, copy, &text))
}

/// The edit of the page that makes the differences of several rules of one block vanish at once, and for each of `rules`
/// whether it does so; `None` where nothing can be changed like that.
pub fn refreshed_together(
    page: &Page,
    rules: &[(&Copy, &Rule, Vec<Difference>)],
    keys: &[String],
    options: &ParseOptions,
) -> Option<(Edit, Vec<bool>)> {
    let (first, ..) = rules.first()?;
    let old = Block::of(dedented(page, first))?;
    let editor = Editor::new(&old.file, &old.parsed);
    let copies = old.copies();
    let edits = rules.iter().map(|(copy, _, differences)| {
        let edits = old.edits(&editor, copies.get(copy.at).ok_or(Refusal::Layout)?, differences);
        edits.and_then(|edits| source::apply(old.file.text(), &edits).map(|_| edits).map_err(|_| Refusal::Layout))
    });
    let edits: Vec<Vec<Edit>> = edits.map(Result::unwrap_or_default).collect();
    let mut is_written: Vec<bool> = edits.iter().map(|edits| !edits.is_empty()).collect();
    // What cannot be settled is left out the second time.
    for _ in 0..2 {
        let chosen = edits.iter().zip(&is_written).filter(|(_, is_written)| **is_written);
        let chosen: Vec<Edit> = chosen.flat_map(|(edits, _)| edits.iter().cloned()).collect();
        if chosen.is_empty() {
            return None;
        }
        let text = source::apply(old.file.text(), &chosen).ok()?;
        let new = Block::of(text.clone())?.copies();
        let mut expected: Vec<Texts> = copies.iter().map(texts).collect();
        let mut all = true;
        for ((copy, rule, differences), is_written) in rules.iter().zip(&mut is_written).filter(|(_, is)| **is) {
            let (new, expected) = (new.get(copy.at)?, expected.get_mut(copy.at)?);
            settle(expected, differences);
            if !has_settled(new, rule, differences, keys, options) || texts(new) != *expected {
                (*is_written, all) = (false, false);
            }
        }
        if all {
            let is_right = new.iter().map(texts).eq(expected);
            return is_right.then(|| (whole(page, first, &text), is_written));
        }
    }
    None
}

/// Whether none of `differences` is left between a rule in a page and the rule.
fn has_settled(copy: &Copy, rule: &Rule, differences: &[Difference], keys: &[String], options: &ParseOptions) -> bool {
    let left = Drift::of(copy, rule, keys, options);
    let mut left = left.fields.iter().chain(&left.links);
    !left.any(|left| differences.iter().any(|settled| settled.field == left.field))
}

/// What a rule says, by the names of differences: `expr`, `labels.severity`. For a difference much is the same that is not:
/// what a comment of PromQL says, say. In what is written it is to be the very text.
type Texts = BTreeMap<String, String>;

/// What the rule of a page says. A line break at an end says nothing, nor does a field that is empty.
fn texts(copy: &Copy) -> Texts {
    let mut texts = Texts::new();
    let mut note = |name: String, node: &Node| {
        let text = node.as_scalar().map_or("", |scalar| scalar.value().trim_end_matches('\n'));
        if !text.is_empty() {
            texts.insert(name, text.to_owned());
        }
    };
    for (name, value) in named(&copy.node) {
        note(name.to_owned(), value);
        named(value).for_each(|(inner, value)| note(format!("{name}.{inner}"), value));
    }
    texts
}

/// The values of a mapping with their names; none of what is no mapping.
fn named(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let entries = node.as_mapping().map_or(&[][..], |mapping| &mapping.entries);
    entries.iter().filter_map(|entry| Some((entry.name()?, &entry.value)))
}

/// Makes of what a page says what it is to say.
fn settle(texts: &mut Texts, differences: &[Difference]) {
    for difference in differences {
        match difference.rule_text.as_deref().map(str::trim_end).filter(|text| !text.is_empty()) {
            Some(text) => texts.insert(difference.field.clone(), text.to_owned()),
            None => texts.remove(&difference.field),
        };
    }
}

/// The edit that puts `text` into the place of the block.
fn whole(page: &Page, copy: &Copy, text: &str) -> Edit {
    Edit::replace(copy.block, indented(&with_line_breaks_of(page.slice(copy.block), text), copy.indent))
}

/// The lines of the block without their indentation.
fn dedented(page: &Page, copy: &Copy) -> String {
    let lines = page.slice(copy.block).split_inclusive('\n');
    let without = |line: &str| {
        let blanks = line.bytes().take(copy.indent).take_while(|byte| *byte == b' ').count();
        line.get(blanks..).unwrap_or_default().to_owned()
    };
    lines.map(without).collect()
}

fn indented(text: &str, indent: usize) -> String {
    if indent == 0 {
        return text.to_owned();
    }
    // Blanks may be a line of a text.
    let is_empty = |line: &str| line.trim_end_matches(['\r', '\n']).is_empty();
    let line = |line: &str| if is_empty(line) { line.to_owned() } else { format!("{:indent$}{line}", "") };
    text.split_inclusive('\n').map(line).collect()
}

/// `text` with the line breaks of what stands there now.
fn with_line_breaks_of(old: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    if old.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
}

/// A block of YAML by itself.
struct Block {
    file: Arc<SourceFile>,
    parsed: yaml::Parsed,
}

impl Block {
    /// `None` where it is not YAML.
    fn of(text: String) -> Option<Block> {
        let file = Arc::new(SourceFile::new("block", text));
        let parsed = yaml::parse(&file);
        parsed.problems.is_empty().then_some(Block { file, parsed })
    }

    fn copies(&self) -> Vec<Copy> {
        copy::in_block(&self.parsed, Span::at(0), 0)
    }

    /// The text with the differences of its rule `at` settled, each where it is written.
    fn edited(&self, at: usize, differences: &[Difference]) -> Result<String, Refusal> {
        let editor = Editor::new(&self.file, &self.parsed);
        let copies = self.copies();
        let edits = self.edits(&editor, copies.get(at).ok_or(Refusal::Layout)?, differences)?;
        source::apply(self.file.text(), &edits).map_err(|_| Refusal::Layout)
    }

    /// The text with one of its rules written anew where it stands, and what that says. Around it all stays; what the
    /// page does not show of the rule does not come.
    fn with_anew(&self, copy: &Copy, rule: &Rule) -> Option<(String, Texts)> {
        let (file, old) = (&self.file, copy.node.span);
        let line = |at: usize| file.line_span(file.line_index(at));
        let before = Span::new(line(old.start())?.start(), old.start());
        let rest = Span::new(old.end(), line(old.end())?.end()).slice(file.text()).trim_start();
        let begins_line = before.slice(file.text()).bytes().all(|byte| matches!(byte, b' ' | b'-'));
        if !begins_line || !(rest.is_empty() || rest.starts_with('#')) {
            return None;
        }
        let printed = print_excerpt(rule, copy.place("annotations").is_some());
        let new = indented(printed.trim_end(), before.len());
        let edit = Edit::replace(Span::new(old.start(), line(old.end())?.end()), new.trim_start());
        let alone = Block::of(printed)?.copies();
        Some((source::apply(file.text(), &[edit]).ok()?, texts(alone.first()?)))
    }

    /// The edits that settle the differences of one of its rules.
    fn edits(&self, editor: &Editor<'_>, copy: &Copy, differences: &[Difference]) -> Result<Vec<Edit>, Refusal> {
        let mut edits = Vec::new();
        let mut added: Vec<(&str, Vec<(String, Value)>)> = Vec::new();
        for difference in differences {
            let (of, name) = difference.field.split_once('.').unwrap_or(("", &difference.field));
            let mapping = match of {
                "" => Some(&copy.node),
                of => copy.node.as_mapping().and_then(|rule| Some(&rule.get(of)?.value)),
            };
            let entry = mapping.and_then(|mapping| mapping.as_mapping()?.get(name));
            match (mapping, entry, &difference.rule_text) {
                (_, Some(entry), Some(text)) => edits.extend(self.replace(editor, entry, mapping, text)?),
                (Some(mapping), Some(_), None) => {
                    edits.extend(self.remove(&copy.node, mapping, of, name, differences)?)
                }
                (_, None, Some(text)) => {
                    let value = Value::Text(text.trim_end().to_owned());
                    match added.iter_mut().find(|(to, _)| *to == of) {
                        Some((_, entries)) => entries.push((name.to_owned(), value)),
                        None => added.push((of, vec![(name.to_owned(), value)])),
                    }
                }
                _ => {}
            }
        }
        for (to, entries) in added {
            edits.extend(self.add(editor, &copy.node, to, entries)?);
        }
        edits.dedup();
        Ok(edits)
    }

    fn replace(
        &self,
        editor: &Editor<'_>,
        entry: &Entry,
        mapping: Option<&Node>,
        text: &str,
    ) -> Result<Vec<Edit>, Refusal> {
        let in_flow = mapping.and_then(Node::as_mapping).is_some_and(|mapping| mapping.in_braces);
        let place = Place::of_value(editor, entry, in_flow)?;
        let is_block = entry.value.as_scalar().is_some_and(|scalar| scalar.style.is_block());
        // Where lines cannot stand, or another place reads what is there, the other way finds out what can be.
        if text.trim_end().contains('\n')
            && !in_flow
            && !is_block
            && let Ok(edits) = place.replace_with_lines(editor, text.trim_end())
        {
            return Ok(edits);
        }
        // What was a block of lines has a line break at its end, which says nothing.
        let ends = entry.value.as_scalar().is_some_and(|scalar| scalar.value().ends_with('\n'));
        let text = if is_block && ends { format!("{}\n", text.trim_end()) } else { text.trim_end().to_owned() };
        place.replace(editor, &Value::Text(text))
    }

    /// Takes an entry out, and what holds it where nothing would be left in that.
    fn remove(
        &self,
        rule: &Node,
        mapping: &Node,
        of: &str,
        name: &str,
        all: &[Difference],
    ) -> Result<Vec<Edit>, Refusal> {
        let is_gone = |entry: &Entry| {
            all.iter().any(|gone| {
                gone.rule_text.is_none()
                    && gone.field.strip_prefix(of).and_then(|rest| rest.strip_prefix('.')) == entry.name()
            })
        };
        let entries = mapping.as_mapping().map_or(&[][..], |mapping| &mapping.entries);
        match !of.is_empty() && entries.iter().all(is_gone) {
            true => without_entry(&self.file, rule, of),
            false => without_entry(&self.file, mapping, name),
        }
    }

    fn add(
        &self,
        editor: &Editor<'_>,
        rule: &Node,
        to: &str,
        entries: Vec<(String, Value)>,
    ) -> Result<Vec<Edit>, Refusal> {
        let whole = Place::of_document(rule);
        match (to, whole.entry(editor, to)?) {
            ("", _) => whole.add(editor, entries),
            (_, Some(place)) => place.add(editor, entries),
            (_, None) => whole.add(editor, vec![(to.to_owned(), Value::Map(entries))]),
        }
    }
}

/// A rule as YAML, in the order in which people write it, with a line break at its end.
pub fn print_rule(rule: &Rule) -> String {
    print_excerpt(rule, true)
}

/// As [`print_rule`], perhaps without annotations.
fn print_excerpt(rule: &Rule, with_annotations: bool) -> String {
    let mut mapping = serde_yaml::Mapping::new();
    let kind = match rule.kind {
        RuleKind::Alerting => "alert",
        RuleKind::Recording => "record",
    };
    let texts = [(kind, Some(rule.name.text())), ("expr", rule.places.expr_key.map(|_| rule.expr.text()))];
    let durations = rule.durations().map(|(name, _, written)| (name, written.and_then(Written::text)));
    for (name, text) in texts.into_iter().chain(durations) {
        if let Some(text) = text {
            mapping.insert(name.into(), text.trim_end().into());
        }
    }
    for (name, pairs) in [("labels", &rule.labels), ("annotations", &rule.annotations)] {
        if !pairs.is_empty() && (with_annotations || name == "labels") {
            let pairs = pairs.iter().map(|(name, value)| (name.text().into(), value.text().trim_end().into()));
            mapping.insert(name.into(), serde_yaml::Value::Mapping(pairs.collect()));
        }
    }
    // Texts in mappings can always be written.
    serde_yaml::to_string(&mapping).unwrap_or_default()
}
