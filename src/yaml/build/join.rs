//! What is built of the pieces of a text, to one tree.
//!
//! A piece in the middle begins and ends within collections. Its builder has frames for those that an earlier piece has begun, and
//! hands back what it has put into them.

use super::tree::{Builder, Content, Frame, MAX_VALUES};
use super::{Attempt, Source};
use crate::yaml::event::Properties;
use crate::yaml::fast;
use crate::yaml::repair::Insertions;
use crate::yaml::{Entry, Node};

/// What an open collection holds in one piece of a text.
pub(super) struct Ended {
    frame: Frame,
    items: Vec<Node>,
    entries: Vec<Entry>,
}

/// What has become of a piece of a text that goes on where another one ends.
pub(super) struct Continued {
    ended: Vec<Ended>,
    /// What is open at its end, and how many of these have begun before it.
    frames: Vec<Frame>,
    inherited: usize,
    items: Vec<Node>,
    entries: Vec<Entry>,
    attempt: Attempt,
    values: usize,
}

impl<'a> Builder<'a> {
    /// Within the collections that an earlier piece of the text has begun, the outermost one first: for each, whether it is a
    /// mapping. The innermost one expects an item, and each other one is the parent of the next.
    pub(super) fn within(
        source: &'a Source,
        text: &'a str,
        insertions: &'a Insertions,
        mappings: impl Iterator<Item = bool>,
    ) -> Self {
        let frame = |is_mapping| Frame {
            bracket: None,
            properties: Properties::default(),
            extent: None,
            cost: 0,
            depth: 0,
            content: match is_mapping {
                true => Content::Mapping { first: 0, key: None },
                false => Content::Sequence { first: 0 },
            },
        };
        let mut builder = Builder::new(source, text, insertions);
        builder.frames = mappings.map(frame).collect();
        builder.inherited = builder.frames.len();
        builder
    }

    /// What was built of a piece; `None` where something is wrong with it.
    pub(super) fn into_continued(self) -> Option<Continued> {
        self.is_sound().then_some(Continued {
            ended: self.ended,
            frames: self.frames,
            inherited: self.inherited,
            items: self.items,
            entries: self.entries,
            attempt: self.attempt,
            values: self.values,
        })
    }

    /// Goes on with what was built of the next piece; `None` where it is too much.
    pub(super) fn join(&mut self, next: Continued) -> Option<()> {
        self.values += next.values;
        // Those that are still open count when they end.
        if self.values > MAX_VALUES - fast::MAX_DEPTH {
            return None;
        }
        self.attempt.parsed.comments.extend(next.attempt.parsed.comments);
        self.attempt.folded_quotes.extend(next.attempt.folded_quotes);
        self.attempt.long_spans.extend(next.attempt.long_spans);
        for Ended { frame, items, entries } in next.ended {
            self.items.extend(items);
            self.entries.extend(entries);
            self.frames.last_mut()?.go_on(frame);
            self.close(self.text.len());
        }
        let (items, entries) = (self.items.len(), self.entries.len());
        self.items.extend(next.items);
        self.entries.extend(next.entries);
        // Of the inherited ones that go on, only the innermost one has got anything: in each other one the next is not complete.
        let mut frames = next.frames.into_iter();
        if let Some(innermost) = frames.by_ref().take(next.inherited).last() {
            self.frames.last_mut()?.go_on(innermost);
        }
        for mut frame in frames {
            frame.content.shift(items, entries);
            self.frames.push(frame);
        }
        Some(())
    }

    /// A collection that an earlier piece has begun ends in this one.
    pub(super) fn end_inherited(&mut self, frame: Frame) {
        self.inherited = self.frames.len();
        let (items, entries) = match frame.content {
            Content::Sequence { first } => (self.items.drain(first..).collect(), Vec::new()),
            Content::Mapping { first, .. } => (Vec::new(), self.entries.drain(first..).collect()),
        };
        self.ended.push(Ended { frame, items, entries });
    }
}

impl Frame {
    /// Goes on as `next` has, which is the same collection in a later piece of the text.
    fn go_on(&mut self, next: Frame) {
        self.cost = self.cost.saturating_add(next.cost);
        self.depth = self.depth.max(next.depth);
        self.extent = match (self.extent, next.extent) {
            (Some(extent), Some(next)) => Some(extent.to(next)),
            (extent, next) => extent.or(next),
        };
        if let (Content::Mapping { key, .. }, Content::Mapping { key: next @ Some(_), .. }) =
            (&mut self.content, next.content)
        {
            *key = next;
        }
    }
}

impl Content {
    /// Moves it behind so many items and entries.
    fn shift(&mut self, items: usize, entries: usize) {
        match self {
            Content::Sequence { first } => *first += items,
            Content::Mapping { first, .. } => *first += entries,
        }
    }
}
