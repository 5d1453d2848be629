//! From comments and annotations to suppressions: pairs what begins with what ends it, and tells apart what holds and what
//! has expired.

use rustc_hash::FxHashMap;

use super::comment::{self, Directive, Mistake, Reach, Until};
use super::pint::{self, Said};
use super::scope::{self, Comment, Scopes};
use super::{ANNOTATION, CommentText, Entry, PatternPlace, Suppressions, outer};
use crate::lint::naming::Name;
use crate::lint::rules::suppression::{EXPIRED, INVALID};
use crate::rules::{Field, Rule};
use crate::source::{Label, Span, Spanned};

/// Suppressions that are being read.
pub(super) struct Reading<'d> {
    this: Suppressions<'d>,
    scopes: Scopes<'d>,
    entry_of: FxHashMap<(Span, Name), usize>,
    /// What was begun and not ended yet: which of the comments each is, and what it names.
    open: Vec<(usize, Vec<Spanned<Name>>)>,
    /// The same of pint's: where each begins, and what it names.
    open_of_pint: Vec<(Span, Vec<Name>)>,
    now_ms: Option<i64>,
}

impl<'d> Reading<'d> {
    /// Fills `this` with what comments and annotations say at the moment `now_ms`.
    pub(super) fn new(this: Suppressions<'d>, now_ms: Option<i64>) -> Self {
        Reading {
            scopes: Scopes::of(this.document),
            this,
            entry_of: FxHashMap::default(),
            open: Vec::new(),
            open_of_pint: Vec::new(),
            now_ms,
        }
    }

    /// Reads the document.
    pub(super) fn read(mut self) -> Suppressions<'d> {
        let document = self.this.document;
        let text = document.source.text();
        for found in scope::comments(document) {
            let words = found.span.slice(text);
            if let Some((directive, mistakes)) = comment::parse(words) {
                self.add(found, directive, mistakes);
            } else if let Some(said) = pint::parse(words) {
                self.add_of_pint(found, said);
            }
        }
        let rules = document.rules().into_iter().flat_map(|file| &file.groups).flat_map(|group| &group.rules);
        for rule in rules {
            let own = rule.annotations.iter().filter(|(name, _)| name.text() == ANNOTATION);
            own.for_each(|(_, value)| self.add_annotation(rule, value));
        }
        self.finish()
    }

    /// Adds a comment; they come in the order of the file.
    fn add(&mut self, found: Comment, mut directive: Directive, mistakes: Vec<Mistake>) {
        let at = self.this.comments.len();
        let in_file = |span: Span| span.shifted(found.span.start());
        directive.patterns.iter_mut().for_each(|pattern| pattern.span = in_file(pattern.span));
        self.this.comments.push(CommentText {
            span: found.span,
            patterns: directive.patterns.iter().map(|pattern| pattern.span).collect(),
            is_clear: mistakes.is_empty(),
            end: None,
        });
        mistakes.iter().for_each(|mistake| self.mistake(in_file(mistake.span), &mistake.message, &mistake.help));
        let Directive { reach, mut patterns, until } = directive;
        if self.has_expired(until, in_file) {
            // It holds for nothing; what it began is ended all the same.
            patterns.clear();
        }
        match reach {
            Reach::Begin => self.open.push((at, patterns)),
            Reach::End => self.end(at, found.span),
            _ => {
                if let Some(scope) = self.scopes.reached(found, reach) {
                    self.enter(Some(at), scope, patterns);
                }
            }
        }
    }

    /// Adds a comment of pint. It has no place that could be called unused.
    fn add_of_pint(&mut self, found: Comment, said: Said) {
        let Said { reach, names, until } = said;
        if until.is_some_and(|until| self.is_over(until)) {
            return;
        }
        let scope = match reach {
            Reach::Begin => {
                self.open_of_pint.push((found.span, names));
                return;
            }
            Reach::End => self.open_of_pint.pop().map(|(begin, names)| (begin.to(found.span), names)),
            _ => self.scopes.reached(found, reach).map(|scope| (scope, names)),
        };
        if let Some((scope, names)) = scope {
            names.into_iter().for_each(|name| self.enter_one(scope, name, None));
        }
    }

    /// Adds an annotation that excuses findings in its rule.
    fn add_annotation(&mut self, rule: &Rule, value: &Field) {
        let (directives, mistakes) = comment::parse_annotation(value.text());
        let in_file = |span: Span| value.file_span(span);
        mistakes.iter().for_each(|mistake| self.mistake(in_file(mistake.span), &mistake.message, &mistake.help));
        for Directive { patterns, until, .. } in directives {
            if !self.has_expired(until, in_file) {
                let in_file = |pattern: Spanned<Name>| Spanned::new(pattern.value, in_file(pattern.span));
                self.enter(None, rule.span, patterns.into_iter().map(in_file).collect());
            }
        }
    }

    fn is_over(&self, until: Until) -> bool {
        self.now_ms.is_some_and(|now_ms| now_ms >= until.0)
    }

    /// Whether the date has passed, which is told.
    fn has_expired(&mut self, until: Option<Spanned<Until>>, in_file: impl Fn(Span) -> Span) -> bool {
        let Some(until) = until.filter(|until| self.is_over(until.value)) else { return false };
        let (file, span) = (&self.this.document.source, in_file(until.span));
        let date = span.slice(file.text()).trim_start_matches("until=");
        let message = format!("the suppression has expired: it held until {date}");
        let help = "mend what it excuses and remove it, or give it a later date";
        self.this.mistakes.push(EXPIRED.diagnostic(message, Label::new(file, span, "")).help(help));
        true
    }

    /// Lets the patterns, which stand in the comment `comment` or in an annotation, hold for `scope`.
    fn enter(&mut self, comment: Option<usize>, scope: Span, patterns: Vec<Spanned<Name>>) {
        for pattern in patterns {
            let place = PatternPlace { span: pattern.span, comment };
            self.enter_one(scope, pattern.value, Some(place));
        }
    }

    fn enter_one(&mut self, scope: Span, pattern: Name, place: Option<PatternPlace>) {
        let entries = &mut self.this.entries;
        let at = *self.entry_of.entry((scope, pattern)).or_insert(entries.len());
        match entries.get_mut(at) {
            Some(entry) => entry.places.extend(place),
            None => entries.push(Entry { scope, pattern, places: place.into_iter().collect() }),
        }
    }

    /// The comment at `span` ends what was begun last.
    fn end(&mut self, at: usize, span: Span) {
        let Some((begin, patterns)) = self.open.pop() else {
            let help = "write `# promproof: ignore-begin[category/rule] reason` where it begins, or remove it";
            self.mistake(span, "`ignore-end` without `ignore-begin`: it ends nothing", help);
            return;
        };
        let is_clear = self.this.comments.get(at).is_some_and(|end| end.is_clear);
        let Some(comment) = self.this.comments.get_mut(begin) else { return };
        comment.end = Some(span);
        comment.is_clear &= is_clear;
        let scope = comment.span.to(span);
        self.enter(Some(begin), scope, patterns);
    }

    fn mistake(&mut self, span: Span, message: &str, help: &str) {
        let label = Label::new(&self.this.document.source, span, "");
        self.this.mistakes.push(INVALID.diagnostic(message, label).help(help));
    }

    fn finish(mut self) -> Suppressions<'d> {
        for (begin, _) in std::mem::take(&mut self.open) {
            let Some(span) = self.this.comments.get(begin).map(|comment| comment.span) else { continue };
            let help = "write `# promproof: ignore-end` behind what it is for, or `ignore-file[…]` for the whole file";
            self.mistake(span, "`ignore-begin` without `ignore-end`: it suppresses nothing", help);
        }
        // What is begun for pint and not ended holds for the rest of the file.
        let end = Span::at(self.this.document.source.text().len());
        for (begin, names) in std::mem::take(&mut self.open_of_pint) {
            names.into_iter().for_each(|name| self.enter_one(begin.to(end), name, None));
        }
        let mut this = self.this;
        this.entries.sort_by_key(|entry| (entry.scope.start(), std::cmp::Reverse(entry.scope.end())));
        this.outer = outer(&this.entries);
        this
    }
}
