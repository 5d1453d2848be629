//! A table for each rule file, what is not covered with its place and its source, and a closing line.

use std::io::{self, Write};

use crate::report::Style;
use crate::report::text::one_line;
use crate::source::words::counted;
use crate::unittest::coverage::{Category, Coverage, FileCoverage, Point, RuleCoverage, RuleCoverageKind, Tally, What};

/// The table is never wider, and never narrower than this.
const WIDTHS: std::ops::RangeInclusive<usize> = 72..=100;
/// Columns that the figures take.
const FIGURES: usize = 40;

/// Writes the tables, what is not covered, and the closing line.
///
/// # Errors
/// What `out` reports.
pub fn write_text(out: &mut dyn Write, style: &Style, coverage: &Coverage) -> io::Result<()> {
    for file in coverage.files.iter().filter(|file| !file.rules.is_empty()) {
        write_file(out, style, file)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", summary_line(style, coverage))
}

/// `coverage: 18 of 24 points (75.0%): 3 of 4 rules tested; states 5/9, branches 8/10, templates 5/5`
pub fn summary_line(style: &Style, coverage: &Coverage) -> String {
    let (total, rules) = (coverage.total(), coverage.rules_tally());
    let emphasis = if total.total > 0 && total.covered == total.total { Style::GOOD } else { Style::STRONG };
    let head = match total.total {
        0 => "coverage: nothing to cover".to_owned(),
        points => format!("coverage: {} of {} ({})", total.covered, counted(points, "point"), percent(total)),
    };
    let part = |name: &str, category| format!("{name} {}", fraction(coverage.tally(category)));
    format!(
        "{}: {} of {} tested; {}, {}, {}",
        style.paint(emphasis, head),
        rules.covered,
        counted(rules.total, "rule"),
        part("states", Category::State),
        part("branches", Category::Branch),
        part("templates", Category::Template),
    )
}

/// The covered part with one decimal, cut and not rounded: it reads 100.0% only if everything is covered.
pub fn percent(tally: Tally) -> String {
    format!("{:.1}%", (tally.percent() * 10.0).floor() / 10.0)
}

fn width(style: &Style) -> usize {
    style.width.clamp(*WIDTHS.start(), *WIDTHS.end())
}

fn write_file(out: &mut dyn Write, style: &Style, file: &FileCoverage) -> io::Result<()> {
    let name_width = width(style).saturating_sub(FIGURES + 2);
    writeln!(out, "{}", style.paint(Style::STRONG, one_line(&file.file)))?;
    let row = |name: &str, [tests, states, branches, templates]: [&str; 4]| {
        let name = cropped(&one_line(name), name_width, Cut::End, style);
        format!("  {name:<name_width$}{tests:>7}{states:>10}{branches:>11}{templates:>12}")
    };
    writeln!(out, "{}", style.paint(Style::FAINT, row("rule", ["tests", "states", "branches", "templates"])))?;
    for rule in &file.rules {
        let tallies = Category::ALL.map(|category| fraction(rule.tally(category)));
        let [states, branches, templates] = &tallies;
        let line = row(&rule.name, [&rule.tested.to_string(), states, branches, templates]);
        let emphasis = match rule.tested {
            0 => Style::BAD,
            _ if rule.is_complete() => Style::GOOD,
            _ => Default::default(),
        };
        writeln!(out, "{}", style.paint(emphasis, line))?;
    }
    let tallies = Category::ALL.map(|category| fraction(file.tally(category)));
    let [states, branches, templates] = &tallies;
    let label =
        format!("{} of {} ({})", file.total().covered, counted(file.total().total, "point"), percent(file.total()));
    writeln!(out, "{}", style.paint(Style::STRONG, row(&label, ["", states, branches, templates])))?;
    write_uncovered(out, style, file)
}

fn write_uncovered(out: &mut dyn Write, style: &Style, file: &FileCoverage) -> io::Result<()> {
    let incomplete: Vec<&RuleCoverage> = file.rules.iter().filter(|rule| !rule.is_complete()).collect();
    if incomplete.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n  {}", style.paint(Style::STRONG, "not covered:"))?;
    for rule in incomplete {
        if rule.tested == 0 {
            let reached = rule.points.iter().any(|point| point.reached > 0);
            let words = match (reached, rule.kind) {
                (true, RuleCoverageKind::Alert) => "not tested: it is evaluated, but no assertion looks at it",
                (true, RuleCoverageKind::Recording) => "not tested: it is recorded, but no assertion reads it",
                (false, _) => "not tested",
            };
            write_line(out, style, file, (rule.line, rule.column), &rule.name, words, None)?;
            continue;
        }
        let mut uncovered = uncovered(rule).into_iter().peekable();
        while let Some(point) = uncovered.next() {
            let excerpt = (!point.text.is_empty()).then_some((point.text.as_str(), cut(point.what)));
            let place = (point.line, point.column);
            let other = uncovered.next_if(|next| (next.line, next.column) == place && is_pair(point.what, next.what));
            let words = other.map_or_else(|| words(point), |_| neither(point.what));
            write_line(out, style, file, place, &rule.name, words, excerpt)?;
        }
    }
    Ok(())
}

/// The points that are not covered, without the branches of templates that are not covered themselves.
fn uncovered(rule: &RuleCoverage) -> Vec<&Point> {
    let mut in_uncovered_template = false;
    let is_told = |point: &&Point| {
        match point.what {
            What::TemplateBody | What::TemplateElse if in_uncovered_template => return false,
            What::TemplateBody | What::TemplateElse => {}
            _ => in_uncovered_template = point.covered == 0,
        }
        point.covered == 0
    };
    rule.points.iter().filter(is_told).collect()
}

/// `rules.yml:3:12: Name: what is not covered: source`, the source on a line of its own where it does not fit.
fn write_line(
    out: &mut dyn Write,
    style: &Style,
    file: &FileCoverage,
    (line, column): (usize, usize),
    rule: &str,
    words: &str,
    excerpt: Option<(&str, Cut)>,
) -> io::Result<()> {
    let place = format!("{}:{line}:{column}", one_line(&file.file));
    let rule = cropped(&one_line(rule), width(style) / 2, Cut::End, style);
    let taken = 2 + place.chars().count() + 2 + rule.chars().count() + 2 + words.chars().count();
    write!(out, "  {}: {}: {words}", style.paint(Style::FAINT, place), style.paint(Style::STRONG, rule))?;
    let Some((excerpt, cut)) = excerpt else { return writeln!(out) };
    let excerpt = one_line(excerpt);
    let width = width(style);
    if taken + 2 + excerpt.chars().count() <= width {
        return writeln!(out, ": {}", style.paint(Style::CODE, excerpt));
    }
    writeln!(out, ":\n      {}", style.paint(Style::CODE, cropped(&excerpt, width.saturating_sub(6), cut, style)))
}

fn words(point: &Point) -> &'static str {
    let reached = point.reached > 0;
    match point.what {
        What::Pending if reached => "pending, but never while an assertion looks",
        What::Pending => "never pending",
        What::Firing if reached => "fires, but never while an assertion looks",
        What::Firing => "never fires",
        What::KeptFiring if reached => "kept firing, but never while an assertion looks",
        What::KeptFiring => "never kept firing",
        What::Resolved if reached => "resolves, but no assertion looks after that",
        What::Resolved => "never resolves",
        What::Silent => "no assertion that it stays silent",
        What::Recorded => "never gives anything",
        What::ComparisonTrue => "never true",
        What::ComparisonFalse => "never false",
        What::AndKept | What::UnlessKept => "never keeps anything",
        What::AndDropped | What::UnlessDropped => "never drops anything",
        What::OrLeft => "never gives anything",
        What::OrRight => "never adds anything",
        What::Label | What::Annotation if reached => "rendered, but never compared",
        What::Label | What::Annotation => "never rendered",
        What::TemplateBody => "never taken",
        What::TemplateElse => "always taken",
    }
}

/// Whether the two are the outcomes of one operator or branch.
fn is_pair(first: What, second: What) -> bool {
    matches!(
        (first, second),
        (What::ComparisonTrue, What::ComparisonFalse)
            | (What::AndKept, What::AndDropped)
            | (What::UnlessKept, What::UnlessDropped)
            | (What::TemplateBody, What::TemplateElse)
    )
}

/// What to say where neither outcome is covered.
fn neither(first: What) -> &'static str {
    match first {
        What::ComparisonTrue => "neither true nor false",
        What::TemplateBody => "neither taken nor skipped",
        _ => "neither keeps nor drops anything",
    }
}

/// Where a text that is too long is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Start,
    End,
}

/// A comparison's threshold is at its end.
fn cut(what: What) -> Cut {
    match what {
        What::ComparisonTrue | What::ComparisonFalse => Cut::Start,
        _ => Cut::End,
    }
}

fn cropped(text: &str, width: usize, cut: Cut, style: &Style) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let ellipsis = if style.unicode { "…" } else { "..." };
    let kept = width.saturating_sub(ellipsis.chars().count());
    match cut {
        Cut::End => text.chars().take(kept).chain(ellipsis.chars()).collect(),
        Cut::Start => ellipsis.chars().chain(text.chars().skip(length - kept)).collect(),
    }
}

/// `3/4`; `-` where there is nothing.
fn fraction(tally: Tally) -> String {
    if tally.total == 0 { "-".to_owned() } else { format!("{}/{}", tally.covered, tally.total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_percent_means_everything() {
        let shown = |covered, total| percent(Tally { covered, total });
        assert_eq!([shown(0, 0), shown(9999, 10_000), shown(2, 3), shown(0, 7)], ["100.0%", "99.9%", "66.6%", "0.0%"]);
        assert!(Tally { covered: 29, total: 50 }.reaches(58.0));
        assert!(!Tally { covered: 29, total: 50 }.reaches(58.1));
    }

    #[test]
    fn lines_keep_to_the_width() {
        let point = |what, text: &str| Point {
            what,
            line: 4,
            column: 11,
            end_line: 4,
            text: text.to_owned(),
            covered: 0,
            reached: 0,
        };
        let long = format!("{} > 0.05", "a_long_name + ".repeat(20));
        let rule = RuleCoverage {
            group: "g".to_owned(),
            name: "A".repeat(120),
            kind: RuleCoverageKind::Alert,
            line: 3,
            column: 9,
            tested: 1,
            points: vec![
                point(What::ComparisonFalse, &long),
                point(What::OrRight, &long),
                point(What::Annotation, "summary: {{ $value }}\u{1b}[2J"),
            ],
        };
        let file = FileCoverage { file: "rules.yml".to_owned(), rules: vec![rule], lines: Vec::new() };
        let mut out = Vec::new();
        let style = Style { width: 80, unicode: false, ..Style::plain() };
        write_text(&mut out, &style, &Coverage { files: vec![file] }).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("text");
        insta::assert_snapshot!(text, @r"
        rules.yml
          rule                                    tests    states   branches   templates
          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA...      1         -        0/2         0/1
          0 of 3 points (0.0%)                                  -        0/2         0/1

          not covered:
          rules.yml:4:11: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA...: never false:
              ..._name + a_long_name + a_long_name + a_long_name + a_long_name +  > 0.05
          rules.yml:4:11: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA...: never adds anything:
              a_long_name + a_long_name + a_long_name + a_long_name + a_long_name + a...
          rules.yml:4:11: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA...: never rendered:
              summary: {{ $value }}\u{1b}[2J

        coverage: 0 of 3 points (0.0%): 1 of 1 rule tested; states -, branches 0/2, templates 0/1
        ");
    }
}
