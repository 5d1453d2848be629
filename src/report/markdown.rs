//! Markdown for the terminal: headings, paragraphs, lists, code blocks. What `promproof explain` prints.

use std::io::{self, Write};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::Style;
use super::text::one_line;

/// Prose is not set in longer lines, however wide the output is.
const MAX_WIDTH: usize = 100;
/// Prose is not squeezed into less, however narrow the output is.
const MIN_WIDTH: usize = 40;

/// Writes the Markdown text `source` so that it reads well on a terminal.
///
/// # Errors
/// What `out` reports.
pub fn write(out: &mut dyn Write, style: &Style, source: &str) -> io::Result<()> {
    let mut printer = Printer {
        out,
        style,
        width: style.width.clamp(MIN_WIDTH, MAX_WIDTH),
        emphases: Vec::new(),
        words: Words::default(),
        lists: Vec::new(),
        marker: None,
        code: None,
        link: None,
        started: false,
        after_item: false,
        in_heading: false,
    };
    for event in Parser::new(source) {
        printer.event(event)?;
    }
    printer.end_block()
}

/// What is being printed.
struct Printer<'a> {
    out: &'a mut dyn Write,
    style: &'a Style,
    width: usize,
    /// The styles that are open, the innermost last.
    emphases: Vec<anstyle::Style>,
    /// The text of the block so far.
    words: Words,
    /// For each open list the number of its next item, if its items have numbers.
    lists: Vec<Option<u64>>,
    /// What stands before the first line of the next block of a list item.
    marker: Option<String>,
    /// The text of the open code block.
    code: Option<String>,
    /// Where the open link leads.
    link: Option<String>,
    /// Whether anything has been printed, so that a blank line goes before the next block.
    started: bool,
    /// Whether the block before this one stood in a list.
    after_item: bool,
    in_heading: bool,
}

impl Printer<'_> {
    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Start(tag) => self.start(tag)?,
            Event::End(tag) => self.end(tag)?,
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                // In one piece, so that the line below a heading has no gaps.
                None if self.in_heading => self.words.push_whole(&text, self.emphasis()),
                None => self.words.push(&text, self.emphasis()),
            },
            Event::Code(text) if self.style.colour => self.words.push_whole(&text, Style::CODE),
            // Without colours the backticks have to do.
            Event::Code(text) => self.words.push_whole(&format!("`{text}`"), anstyle::Style::new()),
            Event::SoftBreak => self.words.push(" ", anstyle::Style::new()),
            Event::HardBreak => self.words.break_line(),
            Event::Rule => self.block_line("---")?,
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: Tag<'_>) -> io::Result<()> {
        match tag {
            Tag::Heading { level, .. } => {
                if !self.style.colour {
                    self.words.push_whole(&"#".repeat(level as usize), anstyle::Style::new());
                    self.words.push(" ", anstyle::Style::new());
                }
                self.in_heading = true;
                self.emphases.push(Style::STRONG.underline());
            }
            Tag::Strong => self.emphases.push(Style::STRONG),
            Tag::Emphasis => self.emphases.push(anstyle::Style::new().italic()),
            Tag::CodeBlock(kind) => {
                self.end_block()?;
                if let CodeBlockKind::Fenced(info) = kind {
                    self.caption(&info)?;
                }
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.end_block()?;
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_block()?;
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                });
            }
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) -> io::Result<()> {
        match tag {
            TagEnd::Heading(_) => {
                self.in_heading = false;
                self.emphases.pop();
                self.end_block()?;
            }
            TagEnd::Strong | TagEnd::Emphasis => {
                self.emphases.pop();
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.code_block(&code)?;
            }
            TagEnd::List(_) => {
                self.end_block()?;
                self.lists.pop();
            }
            TagEnd::Link => {
                if let Some(url) = self.link.take().filter(|url| url.contains("://")) {
                    self.words.push(&format!(" ({url})"), Style::FAINT);
                }
            }
            TagEnd::Paragraph | TagEnd::Item => self.end_block()?,
            _ => {}
        }
        Ok(())
    }

    fn emphasis(&self) -> anstyle::Style {
        self.emphases.last().copied().unwrap_or_default()
    }

    fn indent(&self) -> usize {
        // As wide as the markers: `- ` and `1. `.
        self.lists.iter().map(|number| if number.is_some() { 3 } else { 2 }).sum()
    }

    /// The words of a fence behind the language: what the block is an example of.
    fn caption(&mut self, info: &str) -> io::Result<()> {
        let caption = info.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        if caption.is_empty() {
            return Ok(());
        }
        let emphasis = match caption.split(' ').next() {
            Some("bad") => Style::BAD,
            Some("good") => Style::GOOD,
            _ => Style::FAINT,
        };
        let caption = self.style.paint(emphasis, caption).to_string();
        self.block_line(&caption)
    }

    /// Prints one line as a block of its own.
    fn block_line(&mut self, line: &str) -> io::Result<()> {
        self.blank_line()?;
        writeln!(self.out, "{:indent$}{line}", "", indent = self.indent())
    }

    fn code_block(&mut self, code: &str) -> io::Result<()> {
        self.blank_line()?;
        let indent = self.indent() + 4;
        for line in code.lines() {
            if line.is_empty() {
                writeln!(self.out)?;
            } else {
                writeln!(self.out, "{:indent$}{}", "", one_line(line))?;
            }
        }
        Ok(())
    }

    /// Prints the collected words as a paragraph.
    fn end_block(&mut self) -> io::Result<()> {
        if self.words.is_empty() {
            return Ok(());
        }
        // Items of a list stand close together.
        if !(self.marker.is_some() && self.after_item) {
            self.blank_line()?;
        }
        self.after_item = !self.lists.is_empty();
        let marker = self.marker.take().unwrap_or_default();
        let hanging = self.indent();
        let lines = std::mem::take(&mut self.words).lines(self.style, self.width.saturating_sub(hanging));
        for (index, line) in lines.iter().enumerate() {
            let before = if index == 0 { marker.as_str() } else { "" };
            // The marker stands in the indentation.
            writeln!(self.out, "{:width$}{before}{line}", "", width = hanging.saturating_sub(before.len()))?;
        }
        Ok(())
    }

    fn blank_line(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.started, true) { writeln!(self.out) } else { Ok(()) }
    }
}

/// Words with their styles, and where lines must break.
#[derive(Default)]
struct Words {
    /// Each word is a run of styled pieces; an empty word is a line break.
    words: Vec<Vec<(String, anstyle::Style)>>,
    /// Whether the next piece begins another word.
    spaced: bool,
}

impl Words {
    fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds text that may be broken at its spaces.
    fn push(&mut self, text: &str, emphasis: anstyle::Style) {
        for (index, part) in text.split(char::is_whitespace).enumerate() {
            self.spaced |= index > 0;
            if !part.is_empty() {
                self.push_whole(part, emphasis);
            }
        }
    }

    /// Adds text that stays in one piece.
    fn push_whole(&mut self, text: &str, emphasis: anstyle::Style) {
        let piece = (one_line(text).into_owned(), emphasis);
        match self.words.last_mut() {
            Some(word) if !self.spaced && !word.is_empty() => word.push(piece),
            _ => self.words.push(vec![piece]),
        }
        self.spaced = false;
    }

    fn break_line(&mut self) {
        self.words.push(Vec::new());
    }

    /// Fills lines of at most `width` columns; a longer word has a line of its own.
    fn lines(self, style: &Style, width: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut taken = 0;
        for word in self.words {
            let length: usize = word.iter().map(|(text, _)| text.chars().count()).sum();
            if length == 0 || taken > 0 && taken + 1 + length > width {
                lines.push(String::new());
                taken = 0;
            }
            let Some(line) = lines.last_mut() else { continue };
            if taken > 0 && length > 0 {
                line.push(' ');
                taken += 1;
            }
            for (text, emphasis) in word {
                line.push_str(&style.paint(emphasis, text).to_string());
            }
            taken += length;
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::report::Style;

    fn shown(style: &Style, source: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, style, source).unwrap();
        String::from_utf8(out).unwrap()
    }

    const PAGE: &str = "\
# rule/name

A long *paragraph* with `some code` and a [link](https://example.com/page), set in lines that are not longer than asked.

- the first item, which is also too long for one line of the output
- the second
  1. nested
  2. numbered

## Examples

```yaml bad
expr: up

for: 5m
```

Done.
";

    #[test]
    fn headings_paragraphs_lists_and_code() {
        insta::assert_snapshot!(shown(&Style { width: 50, ..Style::plain() }, PAGE), @"
        # rule/name

        A long paragraph with `some code` and a link
        (https://example.com/page), set in lines that are
        not longer than asked.

        - the first item, which is also too long for one
          line of the output
        - the second
          1. nested
          2. numbered

        ## Examples

        bad

            expr: up

            for: 5m

        Done.
        ");
    }

    #[test]
    fn with_colours_code_needs_no_backticks() {
        let style = Style { colour: true, ..Style::plain() };
        insta::assert_snapshot!(shown(&style, "# Title\n\nUse `rate`, **not** `irate`.\n").escape_debug().to_string(), @r#"\u{1b}[1m\u{1b}[4mTitle\u{1b}[0m\n\nUse \u{1b}[36mrate\u{1b}[0m, \u{1b}[1mnot\u{1b}[0m \u{1b}[36mirate\u{1b}[0m.\n"#);
    }
}
