//! From comments to suppressions: pairs what begins with what ends it, and tells apart what holds and what has expired.

use rustc_hash::FxHashMap;

use super::comment::{Directive, Mistake, Reach};
use super::scope::{Comment, Scopes};
use super::{CommentText, Entry, PatternPlace, Suppressions, outer};
use crate::lint::naming::Name;
use crate::lint::rules::suppression::{EXPIRED, INVALID};
use crate::source::{Label, Span, Spanned};

/// Comments that are being read.
pub(super) struct Reading<'d> {
    this: Suppressions<'d>,
    entry_of: FxHashMap<(Span, Name), usize>,
    /// What was begun and not ended yet: which of the comments each is, and what it names.
    open: Vec<(usize, Vec<Spanned<Name>>)>,
    now_ms: Option<i64>,
}

impl<'d> Reading<'d> {
    /// Fills `this` with what comments say at the moment `now_ms`.
    pub(super) fn new(this: Suppressions<'d>, now_ms: Option<i64>) -> Self {
        Reading { this, entry_of: FxHashMap::default(), open: Vec::new(), now_ms }
    }

    /// Adds a comment; they come in the order of the file.
    pub(super) fn add(
        &mut self,
        found: Comment,
        directive: Directive,
        mistakes: Vec<Mistake>,
        scopes: &mut Scopes<'_>,
    ) {
        let Directive { reach, mut patterns, until } = directive;
        patterns.iter_mut().for_each(|pattern| pattern.span = pattern.span.shifted(found.span.start));
        let spans = patterns.iter().map(|pattern| pattern.span).collect();
        let at = self.this.comments.len();
        self.this.comments.push(CommentText {
            span: found.span,
            patterns: spans,
            is_clear: mistakes.is_empty(),
            end: None,
        });
        for mistake in mistakes {
            self.mistake(mistake.span.shifted(found.span.start), &mistake.message, &mistake.help);
        }
        if let Some(until) = until.filter(|until| self.now_ms.is_some_and(|now| now >= until.value.0)) {
            self.expired(until.span.shifted(found.span.start));
            // It holds for nothing; what it began is ended all the same.
            patterns.clear();
        }
        match reach {
            Reach::Begin => self.open.push((at, patterns)),
            Reach::End => self.end(at, found.span),
            Reach::File => self.enter(at, Span::new(0, self.this.document.source.text().len()), patterns),
            Reach::Place => self.enter(at, scopes.scope(found), patterns),
        }
    }

    /// Lets the patterns of the comment `comment` hold for `scope`.
    fn enter(&mut self, comment: usize, scope: Span, patterns: Vec<Spanned<Name>>) {
        let entries = &mut self.this.entries;
        for pattern in patterns {
            let at = *self.entry_of.entry((scope, pattern.value)).or_insert(entries.len());
            if at == entries.len() {
                entries.push(Entry { scope, pattern: pattern.value, places: Vec::new() });
            }
            let place = PatternPlace { span: pattern.span, comment };
            entries.get_mut(at).into_iter().for_each(|entry| entry.places.push(place));
        }
    }

    /// The comment at `span` ends what was begun last.
    fn end(&mut self, at: usize, span: Span) {
        let Some((begin, patterns)) = self.open.pop() else {
            let help = "write `# promproof: ignore-begin[category/rule] reason` where it begins, or remove it";
            self.mistake(span, "nothing was begun that this could end", help);
            return;
        };
        let is_clear = self.this.comments.get(at).is_some_and(|end| end.is_clear);
        let Some(comment) = self.this.comments.get_mut(begin) else { return };
        comment.end = Some(span);
        comment.is_clear &= is_clear;
        let scope = comment.span.to(span);
        self.enter(begin, scope, patterns);
    }

    fn mistake(&mut self, span: Span, message: &str, help: &str) {
        let label = Label::new(&self.this.document.source, span, "");
        self.this.mistakes.push(INVALID.diagnostic(message, label).help(help));
    }

    fn expired(&mut self, span: Span) {
        let file = &self.this.document.source;
        let date = span.slice(file.text()).trim_start_matches("until=");
        let message = format!("the suppression has expired: it held until {date}");
        let help = "mend what it excuses and remove it, or give it a later date";
        self.this.mistakes.push(EXPIRED.diagnostic(message, Label::new(file, span, "")).help(help));
    }

    /// All that was read.
    pub(super) fn finish(mut self) -> Suppressions<'d> {
        for (begin, _) in std::mem::take(&mut self.open) {
            let Some(span) = self.this.comments.get(begin).map(|comment| comment.span) else { continue };
            let help = "write `# promproof: ignore-end` behind what it is for, or `ignore-file[…]` for the whole file";
            self.mistake(span, "nothing ends what begins here, so that it suppresses nothing", help);
        }
        let mut this = self.this;
        this.entries.sort_by_key(|entry| (entry.scope.start, std::cmp::Reverse(entry.scope.end)));
        this.outer = outer(&this.entries);
        this
    }
}
