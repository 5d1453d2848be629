//! The Markdown of a page.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::{CodeBlock, Heading, Link, Page};
use crate::source::Span;

/// What is understood besides CommonMark. What does not count here (tables, task lists) is text either way.
const OPTIONS: Options = Options::ENABLE_HEADING_ATTRIBUTES.union(Options::ENABLE_FOOTNOTES);

/// Reads the headings, links and blocks of code of a page.
pub(super) fn read(page: &mut Page) {
    let file = page.file.clone();
    let body = file.text().get(page.body..).unwrap_or_default();
    let mut heading: Option<Heading> = None;
    for (event, bytes) in Parser::new_ext(body, OPTIONS).into_offset_iter() {
        let span = Span::from(bytes).shifted(page.body);
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                let span = trimmed(file.text(), span);
                page.anchors.extend(id.map(|id| id.to_string()));
                heading =
                    Some(Heading { level: level as u8, text: String::new(), span, section: Span::at(span.end()) });
            }
            Event::End(TagEnd::Heading(_)) => page.headings.extend(heading.take()),
            Event::Text(text) | Event::Code(text) => {
                heading.iter_mut().for_each(|heading| heading.text.push_str(&text));
            }
            Event::SoftBreak | Event::HardBreak => heading.iter_mut().for_each(|heading| heading.text.push(' ')),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(Link { target: dest_url.to_string(), span });
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                page.blocks.extend(block(file.text(), span, &info));
            }
            Event::Html(html) | Event::InlineHtml(html) => set_by_hand(&html, &mut page.anchors),
            _ => {}
        }
    }
    close_sections(&mut page.headings, file.text().len());
}

/// Says of each heading where its section ends.
fn close_sections(headings: &mut [Heading], end: usize) {
    // The nearest heading behind that closes a section of each level.
    let mut next = [end; 7];
    for heading in headings.iter_mut().rev() {
        let level = usize::from(heading.level).min(6);
        let until = next.get(level).copied().unwrap_or(end);
        heading.section = Span::new(heading.span.end().min(until), until);
        next.iter_mut().skip(level).for_each(|next| *next = heading.span.start());
    }
}

/// The span without the blanks at its end.
fn trimmed(text: &str, span: Span) -> Span {
    Span::new(span.start(), span.start() + span.slice(text).trim_end().len())
}

/// A fenced block with the bytes `span`, fences included. `None` where it has no line.
fn block(text: &str, span: Span, info: &str) -> Option<CodeBlock> {
    let whole = span.slice(text);
    let fence = whole.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let line_start = text.get(..span.start())?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(line_start..span.start())?;
    let content = Span::new(span.start() + whole.find('\n')? + 1, span.end());
    let lines = content.slice(text);
    let last = lines.trim_end().rfind('\n').map_or(0, |at| at + 1);
    // A block that is not closed ends with the text around it.
    let closing = lines.get(last..).unwrap_or_default().trim();
    let end = if !closing.is_empty() && closing.chars().all(|c| c == fence) { last } else { lines.len() };
    let language = info.split([' ', ',', '{']).next().unwrap_or_default().to_lowercase();
    let indent = before.chars().count();
    let content = Span::new(content.start(), content.start() + end);
    // Within a list every line is as far in as the fence, or blank.
    let is_indented = |line: &str| line.trim().is_empty() || line.bytes().take(indent).all(|byte| byte == b' ');
    let is_plain =
        before.bytes().all(|byte| byte == b' ' || is_list_mark(byte)) && content.slice(text).lines().all(is_indented);
    Some(CodeBlock { language, content, indent, is_plain })
}

/// Whether the byte may stand before what a list holds.
fn is_list_mark(byte: u8) -> bool {
    matches!(byte, b'-' | b'*' | b'+' | b'.' | b')') || byte.is_ascii_digit()
}

/// The values of `id` and `name` in a piece of HTML.
fn set_by_hand(html: &str, anchors: &mut Vec<String>) {
    for attribute in ["id=", "name="] {
        for (at, _) in html.match_indices(attribute) {
            let is_word = html.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
            let value = html.get(at + attribute.len()..).unwrap_or_default();
            let value = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value.get(1..).unwrap_or_default().split(quote).next(),
                _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
            };
            anchors.extend(value.filter(|value| is_word && !value.is_empty()).map(str::to_owned));
        }
    }
}
