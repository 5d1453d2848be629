//! Input series that stand for many: `repeat`.

use super::InputSeries;
use super::extensions::Placeholder;
use crate::source::Span;

/// How many series all `repeat` of one test group may make together.
pub(crate) const MAX_REPEATED_SERIES: usize = 100_000;
/// How many bytes of series notation they may make.
pub(crate) const MAX_REPEATED_BYTES: usize = 64 << 20;

/// The text of an input series, `series values`, with placeholders where it is repeated.
#[derive(Debug)]
pub(crate) struct Template<'a> {
    source: String,
    /// Where the series ends in `source`.
    series_end: usize,
    placeholders: &'a [Placeholder],
    /// The places of placeholders in `source`, with their braces, and which they are.
    holes: Vec<(Span, usize)>,
}

/// One series of a template.
#[derive(Debug)]
pub(crate) struct Line {
    /// `series values`
    pub(crate) text: String,
    /// Where the series ends in `text`.
    series_end: usize,
    /// What was put in: where it is in `text`, and what it replaces in the source.
    replaced: Vec<(Span, Span)>,
    /// `` with `{i}` = 7 ``; empty where nothing is repeated.
    pub(crate) note: String,
}

impl<'a> Template<'a> {
    pub(crate) fn new(item: &'a InputSeries) -> Self {
        let source = format!("{} {}", item.series.text(), item.values.text());
        let placeholders = item.repeat.as_ref().map_or(&[][..], |repeat| &repeat.placeholders);
        let holes = holes(&source, placeholders);
        Template { source, series_end: item.series.text().len(), placeholders, holes }
    }

    /// Whether it is one of many.
    pub(crate) fn is_repeated(&self) -> bool {
        !self.placeholders.is_empty()
    }

    /// All its series; of one that is not repeated the one there is.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line> {
        let count = self.placeholders.iter().map(|p| p.values.count()).fold(1, usize::saturating_mul);
        (0..count).map(|number| self.line(number))
    }

    fn line(&self, number: usize) -> Line {
        let chosen = self.chosen(number);
        let mut line = Line {
            text: String::with_capacity(self.source.len()),
            series_end: self.series_end,
            replaced: Vec::new(),
            note: String::new(),
        };
        let mut at = 0;
        for (hole, placeholder) in &self.holes {
            line.text.push_str(self.source.get(at..hole.start()).unwrap_or_default());
            let start = line.text.len();
            if let (Some(placeholder), Some(value)) = (self.placeholders.get(*placeholder), chosen.get(*placeholder)) {
                placeholder.values.push(*value, &mut line.text);
            }
            line.replaced.push((Span::new(start, line.text.len()), *hole));
            if hole.end() <= self.series_end {
                // What has come before is as long as it is now, what is still to come as long as it was.
                line.series_end = line.text.len() + (self.series_end - hole.end());
            }
            at = hole.end();
        }
        line.text.push_str(self.source.get(at..).unwrap_or_default());
        for (index, (placeholder, value)) in self.placeholders.iter().zip(&chosen).enumerate() {
            line.note.push_str(if index == 0 { " with `" } else { ", `" });
            line.note.push_str(&format!("{{{}}}` = ", placeholder.name));
            placeholder.values.push(*value, &mut line.note);
        }
        line
    }

    /// Which value each placeholder has in line `number`: the last one changes fastest.
    fn chosen(&self, mut number: usize) -> Vec<usize> {
        let mut chosen = vec![0; self.placeholders.len()];
        for (value, placeholder) in chosen.iter_mut().zip(self.placeholders).rev() {
            let count = placeholder.values.count().max(1);
            *value = number % count;
            number /= count;
        }
        chosen
    }
}

impl Line {
    /// The series.
    pub(crate) fn series(&self) -> &str {
        self.text.get(..self.series_end).unwrap_or_default()
    }

    /// Its values.
    pub(crate) fn values(&self) -> &str {
        self.text.get(self.series_end + 1..).unwrap_or_default()
    }

    /// The bytes of the source `series values` that became `span` of the text.
    pub(crate) fn in_source(&self, span: Span) -> Span {
        let back = |offset: usize, end: bool| {
            let mut source = offset;
            for (here, there) in &self.replaced {
                if offset >= here.end() {
                    source = there.end() + (offset - here.end());
                } else if offset >= here.start() {
                    return if end && offset > here.start() { there.end() } else { there.start() };
                } else {
                    break;
                }
            }
            source
        };
        let (start, end) = (back(span.start(), false), back(span.end(), true));
        Span::new(start, end.max(start))
    }
}

/// Where placeholders stand in `text`.
fn holes(text: &str, placeholders: &[Placeholder]) -> Vec<(Span, usize)> {
    let mut holes = Vec::new();
    if placeholders.is_empty() {
        return holes;
    }
    for (start, _) in text.match_indices('{') {
        let inner = text.get(start + 1..).unwrap_or_default();
        let word = inner.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
        if !inner.get(word.len()..).is_some_and(|rest| rest.starts_with('}')) {
            continue;
        }
        if let Some(index) = placeholders.iter().position(|placeholder| placeholder.name == word) {
            holes.push((Span::new(start, start + word.len() + 2), index));
        }
    }
    holes
}

/// Whether `{name}` stands in `text`.
pub(crate) fn has_placeholder(text: &str, name: &str) -> bool {
    text.contains(&format!("{{{name}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Field;
    use crate::source::SourceFile;
    use crate::testfile::extensions::{PlaceholderValues, Repeat};
    use crate::yaml;

    /// An item whose `series` and `values` are these, with `{i}` from 9 to 10 and `{j}` 0.
    fn item(series: &str, values: &str) -> InputSeries {
        let field = |text: &str| {
            let file = std::sync::Arc::new(SourceFile::new("x.yml", format!("'{text}'")));
            let root = yaml::parse(&file).documents.remove(0).root.unwrap();
            Field::of(&root).unwrap()
        };
        let numbers = |name: &str, first, count| Placeholder {
            name: name.to_owned(),
            values: PlaceholderValues::Numbers { first, count, width: 0 },
        };
        let placeholders = vec![numbers("i", 9, 2), numbers("j", 0, 1)];
        let repeat = Some(Repeat { span: Span::default(), placeholders });
        InputSeries { span: Span::default(), series: field(series), values: field(values), repeat }
    }

    #[test]
    fn placeholders_and_nothing_else_are_replaced() {
        let item = item("up{a=\"{i}{j}{k}\"}", "{i} {{schema:{j}}} { i } {i");
        let lines: Vec<String> = Template::new(&item)
            .lines()
            .map(|line| format!("{} | {} |{}", line.series(), line.values(), line.note))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        up{a="90{k}"} | 9 {{schema:0}} { i } {i | with `{i}` = 9, `{j}` = 0
        up{a="100{k}"} | 10 {{schema:0}} { i } {i | with `{i}` = 10, `{j}` = 0
        "#);
    }

    #[test]
    fn places_lead_back_to_what_is_written() {
        let item = item("up{a=\"{i}\"}", "1 {i}x {j}y");
        let template = Template::new(&item);
        let line = template.lines().nth(1).unwrap();
        let back = |text: &str| {
            let start = line.text.find(text).unwrap();
            line.in_source(Span::new(start, start + text.len())).slice(&template.source).to_owned()
        };
        assert_eq!(line.text, "up{a=\"10\"} 1 10x 0y");
        assert_eq!(
            [back("up"), back("10\"}"), back("1 10x"), back("x 0"), back("y"), back("0x")],
            ["up", "{i}\"}", "1 {i}x", "x {j}", "y", "{i}x"]
        );
    }
}
