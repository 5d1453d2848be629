//! JUnit's XML, read back as far as joining needs it: suites with their attributes, and cases as they are written.
//!
//! What is copied must mean the same in the joined document: entities that a document declares are refused, since they
//! would be declared no more, and namespaces of the root go along with each suite.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::attributes::{AttrError, Attribute};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::tests_json::order;
use super::warnings::{self, Place};
use crate::report::junit::{FILE_CASE, write_parts};
use crate::report::parts::{JUNIT_PROPERTY, Parts};
use crate::report::text::one_line;

/// Attributes that are computed anew.
const TOTALS: [&str; 5] = ["tests", "failures", "errors", "skipped", "time"];

/// The namespaces of the root go along with each suite, so they must be few: names and values together, in bytes.
const MAX_NAMESPACE_BYTES: usize = 4096;

/// All suites of a document.
#[derive(Debug, Default)]
pub(super) struct Suites {
    suites: Vec<Suite>,
}

#[derive(Debug, Default)]
struct Suite {
    /// Names and values as written, without the totals.
    attributes: Vec<(String, String)>,
    /// Seconds; `None` where no part tells.
    time: Option<f64>,
    items: Vec<Item>,
}

/// What a suite holds.
#[derive(Debug)]
struct Item {
    /// As written, with what is in it.
    text: String,
    /// Itself, if it is a case.
    case: Option<Case>,
    /// The cases in it, if it is a suite within the suite.
    inner: Vec<Case>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Case {
    failed: bool,
    error: bool,
    skipped: bool,
    /// Whether it stands for the whole file; each part that has some of the file has it.
    whole_file: bool,
    /// What it warns of, if it stands for a warning; several parts may have it.
    warning: Option<Place>,
}

/// Reads a document: `testsuites`, or one `testsuite` alone.
///
/// # Errors
/// Malformed XML, or another document.
pub(super) fn read(text: &str) -> Result<(Suites, Option<Parts>), String> {
    if let Some((position, character)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        return Err(at(text, position as u64, &not_allowed(character)));
    }
    let mut reading =
        Reading { text, depth: 0, root: None, namespaces: Vec::new(), suites: Vec::new(), item: None, parts: None };
    let mut reader = Reader::from_str(text);
    loop {
        let start = reader.buffer_position();
        let event = reader.read_event().map_err(|error| at(text, reader.error_position(), &error.to_string()))?;
        let result = match &event {
            Event::Eof => break,
            Event::Start(tag) => reading.open(tag, start).map(|()| reading.depth += 1),
            Event::Empty(tag) => reading.open(tag, start).and_then(|()| reading.close(reader.buffer_position())),
            Event::DocType(declared) if declared.contains('[') => Err(
                "it declares entities or elements of its own (`<!DOCTYPE … [`), which would be lost; write it without"
                    .to_owned(),
            ),
            Event::GeneralRef(reference) if !is_known(reference) => {
                Err(format!("the entity `&{};` is not known", one_line(reference)))
            }
            Event::End(_) => {
                reading.depth = reading.depth.saturating_sub(1);
                reading.close(reader.buffer_position())
            }
            _ => Ok(()),
        };
        result.map_err(|message| at(text, start, &message))?;
    }
    match (reading.depth, reading.root.is_some()) {
        (0, true) => Ok((Suites { suites: reading.suites }, reading.parts)),
        (0, false) => Err("it is no JUnit report: `<testsuites>` is missing".to_owned()),
        _ => Err(format!("malformed XML: it ends within {} open elements", reading.depth)),
    }
}

fn at(text: &str, position: u64, message: &str) -> String {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    let line = text.as_bytes().get(..end).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}: {message}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Root {
    Suites,
    OneSuite,
}

struct Reading<'a> {
    text: &'a str,
    /// How many elements are open.
    depth: usize,
    /// The name of the root.
    root: Option<Root>,
    /// The prefixes that the root declares, as attributes.
    namespaces: Vec<(String, String)>,
    suites: Vec<Suite>,
    item: Option<Open>,
    /// Which parts of a suite the report says to be of.
    parts: Option<Parts>,
}

/// An item that is being read.
struct Open {
    depth: usize,
    /// Its first byte.
    start: u64,
    is_case: bool,
    /// The cases that began in it, itself included, and the depth of the last one.
    cases: Vec<Case>,
    case_depth: usize,
}

impl Open {
    /// Takes an element at `depth` that begins in it, or its own first tag.
    fn take(&mut self, tag: &BytesStart<'_>, depth: usize, attributes: &[(String, String)]) {
        match tag.local_name().as_ref() {
            "testcase" => {
                self.cases.push(Case::named(value_of(attributes, "name").unwrap_or_default()));
                self.case_depth = depth;
            }
            result if depth == self.case_depth + 1 => {
                let Some(case) = self.cases.last_mut() else { return };
                case.failed |= result == "failure";
                case.error |= result == "error";
                case.skipped |= result == "skipped";
            }
            _ => {}
        }
    }
}

impl Reading<'_> {
    fn open(&mut self, tag: &BytesStart<'_>, start: u64) -> Result<(), String> {
        let attributes = attributes(tag)?;
        let depth = self.depth;
        if let Some(item) = &mut self.item {
            item.take(tag, depth, &attributes);
            self.parts = self.parts.take().or_else(|| if depth < 3 { parts_of(tag, &attributes) } else { None });
            return Ok(());
        }
        match (depth, tag.local_name().as_ref()) {
            (0, _) if self.root.is_some() => Err("there is more than one root element".to_owned()),
            (0, "testsuites") => {
                self.root = Some(Root::Suites);
                self.namespaces = attributes.into_iter().filter(|(name, _)| name.starts_with("xmlns:")).collect();
                match self.namespaces.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() {
                    0..=MAX_NAMESPACE_BYTES => Ok(()),
                    _ => Err("the root declares too many namespaces; declare them where they are used".to_owned()),
                }
            }
            (0 | 1, "testsuite") => {
                self.root.get_or_insert(Root::OneSuite);
                self.suites.push(Suite::of(attributes, &self.namespaces));
                Ok(())
            }
            (0, _) => Err("it is no JUnit report: `<testsuites>` is missing".to_owned()),
            (depth, name) => {
                let mut item = Open { depth, start, is_case: name == "testcase", cases: Vec::new(), case_depth: depth };
                item.take(tag, depth, &attributes);
                self.item = Some(item);
                Ok(())
            }
        }
    }

    /// The innermost element ends before the byte `end`.
    fn close(&mut self, end: u64) -> Result<(), String> {
        let Some(item) = self.item.take_if(|item| item.depth == self.depth) else { return Ok(()) };
        let Open { depth, start, is_case, cases, .. } = item;
        let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
        let text = self.text.get(range).unwrap_or_default().to_owned();
        let in_suite = depth > 1 || self.root == Some(Root::OneSuite);
        let (case, inner) = if is_case { (cases.first().copied(), Vec::new()) } else { (None, cases) };
        match self.suites.last_mut().filter(|_| in_suite) {
            Some(suite) => suite.items.push(Item { text, case, inner }),
            None if case.is_some() || !inner.is_empty() => {
                return Err("a `<testcase>` is outside of all suites".to_owned());
            }
            // Properties of the whole, which belong to no suite.
            None => {}
        }
        Ok(())
    }
}

/// The parts of a suite that a property of the whole names.
fn parts_of(tag: &BytesStart<'_>, attributes: &[(String, String)]) -> Option<Parts> {
    let is_ours = tag.local_name().as_ref() == "property" && value_of(attributes, "name") == Some(JUNIT_PROPERTY);
    Parts::read(value_of(attributes, "value").filter(|_| is_ours)?)
}

fn value_of<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Whether a reference means the same in every document: `amp`, `#10`.
fn is_known(reference: &BytesRef<'_>) -> bool {
    match reference.resolve_char_ref() {
        Ok(None) => ["amp", "lt", "gt", "quot", "apos"].contains(&&**reference),
        Ok(Some(character)) => is_allowed(character),
        Err(_) => false,
    }
}

/// Whether XML 1.0 allows the character, as it is or as a reference. What it does not would make the joined report one
/// that nobody can read.
fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn not_allowed(character: char) -> String {
    format!("malformed XML: U+{:04X} may not be in it", u32::from(character))
}

/// Names and values as written, whose references are known.
fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let pair = |attribute: Result<Attribute<'_>, AttrError>| {
        let attribute = attribute.map_err(|error| format!("malformed XML: {error}"))?;
        if attribute.value.contains('<') {
            return Err("malformed XML: `<` in the value of an attribute".to_owned());
        }
        let value = unescape(&attribute.value).map_err(|error| format!("in the value of an attribute: {error}"))?;
        if let Some(character) = value.chars().find(|character| !is_allowed(*character)) {
            return Err(not_allowed(character));
        }
        Ok((attribute.key.as_ref().to_owned(), attribute.value.into_owned()))
    };
    tag.attributes().map(pair).collect()
}

impl Suite {
    /// A suite with these attributes, and with those of `namespaces` that it does not have.
    fn of(attributes: Vec<(String, String)>, namespaces: &[(String, String)]) -> Suite {
        let (totals, mut attributes): (Vec<_>, Vec<_>) =
            attributes.into_iter().partition(|(name, _)| TOTALS.contains(&name.as_str()));
        let time = value_of(&totals, "time").and_then(|value| value.parse::<f64>().ok());
        let missing = namespaces.iter().filter(|(name, _)| value_of(&attributes, name).is_none());
        let missing: Vec<_> = missing.cloned().collect();
        attributes.extend(missing);
        Suite { attributes, time: time.filter(|seconds| seconds.is_finite()), items: Vec::new() }
    }

    fn name(&self) -> &str {
        value_of(&self.attributes, "name").unwrap_or_default()
    }

    fn count(&self, of: fn(&Case) -> bool) -> usize {
        self.items.iter().flat_map(|item| item.case.iter().chain(&item.inner)).filter(|case| of(case)).count()
    }

    /// What tells its cases from others: their tags, without how they went and how long it took.
    fn case_names(&self) -> HashSet<&str> {
        let cases = self.items.iter().filter(|item| item.case.is_some() && !item.is_about_the_whole());
        cases.map(|item| item.text.split(" time=").next().unwrap_or_default()).collect()
    }

    /// Adds another one of the same name. What is said of the whole file is said once.
    fn merge(&mut self, mut other: Suite) {
        self.time = match (self.time, other.time) {
            (Some(a), Some(b)) => Some((a + b).clamp(f64::MIN, f64::MAX)),
            (a, b) => a.or(b),
        };
        let warnings = self.join_warnings(&mut other);
        let once: HashSet<String> =
            self.items.iter().filter(|item| item.is_about_the_whole()).map(|item| item.text.clone()).collect();
        self.items.extend(other.items.into_iter().filter(|item| !once.contains(&item.text)));
        self.items.sort_by(|a, b| a.warning_key().cmp(&b.warning_key()));
        self.items.extend(warnings);
    }

    /// Takes the warnings that both have printed, and makes one item of them.
    fn join_warnings(&mut self, other: &mut Suite) -> Option<Item> {
        let name = self.name().to_owned();
        let take = |suite: &mut Suite| {
            let at = suite.items.iter().position(|item| warnings::lines(&item.text, &name).is_some())?;
            Some(suite.items.remove(at).text)
        };
        let texts = [take(self), take(other)];
        let [mine, others] = texts.each_ref().map(|text| text.as_ref().and_then(|text| warnings::lines(text, &name)));
        (mine.is_some() || others.is_some()).then(|| Item {
            text: warnings::joined(mine.unwrap_or_default(), others.unwrap_or_default()),
            case: None,
            inner: Vec::new(),
        })
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "  <testsuite")?;
        let (name, others): (Vec<_>, Vec<_>) = self.attributes.iter().partition(|(name, _)| name == "name");
        name.iter().try_for_each(|(name, value)| write_attribute(out, name, value))?;
        write_totals(out, |of| self.count(of))?;
        if let Some(time) = self.time {
            write!(out, r#" time="{time:.6}""#)?;
        }
        others.iter().try_for_each(|(name, value)| write_attribute(out, name, value))?;
        writeln!(out, ">")?;
        self.items.iter().try_for_each(|item| writeln!(out, "    {}", item.text))?;
        writeln!(out, "  </testsuite>")
    }
}

impl Case {
    /// A case of this name of which nothing else is known.
    fn named(name: &str) -> Self {
        Case { whole_file: name == FILE_CASE, warning: warnings::place_of_case(name), ..Case::default() }
    }
}

impl Item {
    fn is_about_the_whole(&self) -> bool {
        self.inner.is_empty() && self.case.is_none_or(|case| case.whole_file || case.warning.is_some())
    }

    /// Warnings come last, in the order of the file; everything else stays where it is.
    fn warning_key(&self) -> Option<(Place, &str)> {
        Some((self.case?.warning?, &self.text))
    }
}

/// A value as it was written, between quotes that do not occur in it.
fn write_attribute(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    let quote = if value.contains('"') { '\'' } else { '"' };
    write!(out, " {name}={quote}{value}{quote}")
}

fn write_totals(out: &mut dyn Write, count: impl Fn(fn(&Case) -> bool) -> usize) -> io::Result<()> {
    write!(
        out,
        r#" tests="{}" failures="{}" errors="{}" skipped="{}""#,
        count(|_| true),
        count(|case| case.failed),
        count(|case| case.error),
        count(|case| case.skipped),
    )
}

impl Suites {
    /// Adds the suites of another document; those of one name become one. Where the other one has nothing but cases
    /// that are here already, that is said.
    pub(super) fn merge(&mut self, other: Suites) -> Option<String> {
        let mut places: HashMap<String, usize> =
            self.suites.iter().enumerate().map(|(index, suite)| (suite.name().to_owned(), index)).collect();
        let mut again = 0;
        let mut is_new = false;
        for suite in other.suites {
            match places.get(suite.name()).and_then(|index| self.suites.get_mut(*index)) {
                Some(known) => {
                    let names = suite.case_names();
                    let is_known = names.is_subset(&known.case_names());
                    again += if is_known { names.len() } else { 0 };
                    is_new |= !is_known;
                    known.merge(suite);
                }
                None => {
                    is_new |= suite.count(|_| true) > 0;
                    places.insert(suite.name().to_owned(), self.suites.len());
                    self.suites.push(suite);
                }
            }
        }
        let name = |suite: &Suite| {
            let name = suite.name();
            unescape(name).map_or_else(|_| name.to_owned(), |name| name.into_owned())
        };
        self.suites.sort_by(|a, b| order(&name(a)).cmp(&order(&name(b))));
        (again > 0 && !is_new).then(|| "all its test cases are in other reports too, and are counted twice".to_owned())
    }

    pub(super) fn write(&self, out: &mut dyn Write, parts: Option<&Parts>) -> io::Result<()> {
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        write!(out, "<testsuites")?;
        write_totals(out, |of| self.suites.iter().map(|suite| suite.count(of)).sum())?;
        writeln!(out, ">")?;
        if let Some(parts) = parts {
            write_parts(out, parts)?;
        }
        self.suites.iter().try_for_each(|suite| suite.write(out))?;
        writeln!(out, "</testsuites>")
    }
}
