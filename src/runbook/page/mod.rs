//! A runbook page: Markdown with front matter, headings, links, code blocks and Hugo's shortcodes, each with its bytes.

mod anchor;
pub(super) mod copy;
mod front_matter;
mod markdown;
mod shortcode;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

pub use copy::Copy;
pub use front_matter::{FrontMatter, Syntax};
pub use shortcode::Shortcode;

use crate::rules::Field;
use crate::source::{SourceFile, Span};

/// A page.
#[derive(Debug)]
pub struct Page {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What stands above the text.
    pub front_matter: Option<FrontMatter>,
    /// Where the text begins, behind the front matter.
    pub body: usize,
    /// The headings, in their order.
    pub headings: Vec<Heading>,
    /// The links and pictures, in their order.
    pub links: Vec<Link>,
    /// The fenced blocks of code, in their order.
    pub blocks: Vec<CodeBlock>,
    /// The shortcodes of Hugo, in their order; those of an escaped example are none.
    pub shortcodes: Vec<Shortcode>,
    /// The rules that are shown in blocks of YAML, in their order.
    pub copies: Vec<Copy>,
    /// The expressions of recording rules in such blocks.
    pub recorded: Vec<Field>,
    /// What is wrong with the page itself, in the order of the file.
    pub problems: Vec<Problem>,
    /// Anchors that are set by hand: `{#id}`, `<a name="id">`.
    anchors: Vec<String>,
    /// What programs make of the headings, once it is asked for.
    slugs: OnceLock<anchor::Slugs>,
}

/// A heading and the section below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// From 1 to 6.
    pub level: u8,
    /// Its words, without markup.
    pub text: String,
    /// Its bytes, without the line break.
    pub span: Span,
    /// What follows it, up to the next heading of its level or above.
    pub section: Span,
}

/// A link, or a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, as Markdown understands it.
    pub target: String,
    /// Its bytes, with its text.
    pub span: Span,
}

/// A fenced block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock {
    /// The first word behind the opening fence, in lower case: the language.
    pub language: String,
    /// The lines between the fences.
    pub content: Span,
    /// So many columns of each line are indentation, because the block stands in a list.
    pub indent: usize,
    /// Whether the lines stand in the file as they are, but for the indentation: not in a block quote.
    pub is_plain: bool,
}

/// Something that keeps a page from being what its author meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Page {
    /// Whether nothing is written in it.
    pub fn is_empty(&self) -> bool {
        self.file.text().trim().is_empty()
    }

    /// Reads a page. Never fails: what is wrong with it is in [`Page::problems`].
    pub fn read(file: &Arc<SourceFile>) -> Page {
        let mut page = Page {
            file: Arc::clone(file),
            front_matter: None,
            body: 0,
            headings: Vec::new(),
            links: Vec::new(),
            blocks: Vec::new(),
            shortcodes: Vec::new(),
            copies: Vec::new(),
            recorded: Vec::new(),
            problems: Vec::new(),
            anchors: Vec::new(),
            slugs: OnceLock::new(),
        };
        front_matter::read(&mut page);
        markdown::read(&mut page);
        shortcode::read(&mut page);
        copy::read(&mut page);
        page.problems.sort_by_key(|problem| problem.span.start());
        page
    }

    fn problem(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem { span, message: message.into(), help: help.into() });
    }

    /// The text under `span`.
    pub fn slice(&self, span: Span) -> &str {
        span.slice(self.file.text())
    }

    /// Its title: that of the front matter, or else the first heading of the first level.
    pub fn title(&self) -> Option<&str> {
        let given = self.front_matter.as_ref().and_then(|front_matter| front_matter.text("title"));
        given.or_else(|| self.headings.iter().find(|heading| heading.level == 1).map(|heading| heading.text.as_str()))
    }

    /// Whether a link may end in `#anchor`. What GitHub, GitLab, Hugo, MkDocs and Docusaurus make of a heading counts.
    pub fn has_anchor(&self, anchor: &str) -> bool {
        anchor::exists(self, anchor)
    }

    /// The anchors that GitHub and Hugo make of the headings, in their order, and those set by hand.
    pub fn anchors(&self) -> Vec<String> {
        anchor::all(self)
    }

    /// The section below a heading without comments and blanks.
    pub fn content(&self, heading: &Heading) -> String {
        without_comments(self.slice(heading.section)).trim().to_owned()
    }
}

/// The text without the comments of HTML; what is not closed is a comment to the end.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}
