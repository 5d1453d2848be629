//! Mappings and sequences in lines.

use super::scalar::Flowing;
use super::{MAX_DEPTH, MAX_KEY, Read, Reader, Unusual};
use crate::yaml::event::{Event, Properties};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mapping,
    Sequence,
}

/// A collection in lines that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: Kind,
    /// The column of its keys or dashes.
    pub(super) indent: usize,
    /// Where the value of its last key or dash would stand that has none yet.
    pub(super) waiting: Option<usize>,
}

impl<'a, F: FnMut(Event<'a>) -> Read<()>> Reader<'a, '_, F> {
    /// Reads the line that begins at `start`, and those over which its last scalar reaches: where the next one begins.
    pub(super) fn line(&mut self, start: usize) -> Read<usize> {
        let at = self.skip_spaces(start);
        match self.byte(at) {
            b'\n' => return Ok(at + 1),
            b'#' => {
                let end = self.line_end(at);
                self.comment(at, end)?;
                return Ok(end + 1);
            }
            _ => {}
        }
        let end = self.line_end(at);
        let column = at - start;
        if column == 0 && matches!(self.piece(at, at + 3), b"---" | b"...") {
            return self.marker(at, end);
        }
        if !self.standing.has_begun {
            self.standing.has_begun = true;
            self.tell(Event::DocumentStart(at))?;
        }
        let is_item = self.is_item(at);
        self.close_deeper(column, is_item)?;
        if is_item { self.items(at, column, end) } else { self.content(at, column, end) }
    }

    /// A `---` before everything; of several documents the other parser knows more.
    fn marker(&mut self, at: usize, end: usize) -> Read<usize> {
        let is_alone = self.skip_spaces(at + 3) >= end;
        if self.standing.has_begun || self.byte(at) != b'-' || !is_alone {
            return Err(Unusual);
        }
        self.standing.has_begun = true;
        self.tell(Event::DocumentStart(at))?;
        Ok(end + 1)
    }

    /// The end of the text.
    pub(super) fn finish(mut self) -> Read<()> {
        if self.standing.open.is_empty() {
            return Err(Unusual);
        }
        while let Some(block) = self.standing.open.pop() {
            self.close(block)?;
        }
        self.tell(Event::DocumentEnd)
    }

    fn is_item(&self, at: usize) -> bool {
        self.byte(at) == b'-' && self.is_blank(at + 1)
    }

    /// Closes what a line that begins in `column` does not belong to.
    pub(super) fn close_deeper(&mut self, column: usize, is_item: bool) -> Read<()> {
        if self.standing.open.is_empty() {
            return Ok(());
        }
        while let Some(block) = self.standing.open.last().copied() {
            // A sequence may stand in the column of the key that it belongs to, whose mapping goes on behind it.
            let goes_on = block.indent == column && (is_item || block.kind == Kind::Mapping);
            if block.indent < column || goes_on {
                return Ok(());
            }
            self.standing.open.pop();
            self.close(block)?;
        }
        Err(Unusual)
    }

    fn close(&mut self, block: Block) -> Read<()> {
        if let Some(at) = block.waiting {
            self.missing(at)?;
        }
        self.tell(Event::End(self.text.len()))
    }

    fn begin(&mut self, kind: Kind, indent: usize, waiting: Option<usize>) -> Read<()> {
        if self.standing.open.len() >= MAX_DEPTH {
            return Err(Unusual);
        }
        self.standing.open.push(Block { kind, indent, waiting });
        let properties = Properties::default();
        self.tell(match kind {
            Kind::Mapping => Event::MappingStart { bracket: None, properties },
            Kind::Sequence => Event::SequenceStart { bracket: None, properties },
        })
    }

    /// The dashes at the start of a line, and what follows them.
    fn items(&mut self, at: usize, column: usize, end: usize) -> Read<usize> {
        let (mut at, mut column) = (at, column);
        while self.is_item(at) {
            self.item(column, end)?;
            if self.says_no_more(at + 1, end)? {
                return Ok(end + 1);
            }
            let content = self.skip_spaces(at + 1);
            (at, column) = (content, column + (content - at));
        }
        self.content(at, column, end)
    }

    /// A dash in `column`. What it has no value for ends at `end`.
    fn item(&mut self, column: usize, end: usize) -> Read<()> {
        match self.standing.open.last_mut() {
            Some(block) if block.kind == Kind::Sequence && block.indent == column => match block.waiting.replace(end) {
                Some(missing) => self.missing(missing),
                None => Ok(()),
            },
            Some(block) if block.waiting.is_some() && block.indent <= column => {
                block.waiting = None;
                self.begin(Kind::Sequence, column, Some(end))
            }
            None => self.begin(Kind::Sequence, column, Some(end)),
            Some(_) => Err(Unusual),
        }
    }

    /// What is no dash: a key with or without its value, or a value.
    fn content(&mut self, at: usize, column: usize, end: usize) -> Read<usize> {
        if matches!(self.byte(at), b'|' | b'>' | b'[' | b'{') {
            let indent = self.owner(column)?;
            return self.value(at, end, indent);
        }
        let around = self.standing.open.last().map(|block| block.indent);
        let scalar = self.flowing(at, end, around)?;
        let Flowing { event, colon, line_end } = scalar;
        match colon {
            None => {
                self.owner(column)?;
                self.scalar_event(event)?;
                Ok(line_end + 1)
            }
            Some(colon) => {
                if colon - at > MAX_KEY {
                    return Err(Unusual);
                }
                self.key(column)?;
                self.scalar_event(event)?;
                self.behind_colon(colon, end)
            }
        }
    }

    /// A key in `column`: of the mapping there, or the first of a new one.
    fn key(&mut self, column: usize) -> Read<()> {
        match self.standing.open.last_mut() {
            Some(block) if block.kind == Kind::Mapping && block.indent == column => match block.waiting.take() {
                Some(missing) => self.missing(missing),
                None => Ok(()),
            },
            Some(block) if block.waiting.is_some() && block.indent < column => {
                block.waiting = None;
                self.begin(Kind::Mapping, column, None)
            }
            None => self.begin(Kind::Mapping, column, None),
            Some(_) => Err(Unusual),
        }
    }

    /// The value of the key whose colon stands at `colon`, as far as it begins in this line.
    fn behind_colon(&mut self, colon: usize, end: usize) -> Read<usize> {
        let is_below = self.says_no_more(colon + 1, end)?;
        let block = self.standing.open.last_mut().ok_or(Unusual)?;
        let indent = block.indent;
        if is_below {
            block.waiting = Some(colon);
            return Ok(end + 1);
        }
        let at = self.skip_spaces(colon + 1);
        self.value(at, end, indent)
    }

    /// The key or dash to which a value in `column` belongs: the indentation of its collection.
    fn owner(&mut self, column: usize) -> Read<usize> {
        let block = self.standing.open.last_mut().ok_or(Unusual)?;
        if block.waiting.is_none() || block.indent >= column {
            return Err(Unusual);
        }
        block.waiting = None;
        Ok(block.indent)
    }

    /// A value that begins no collection in lines, in a collection with this indentation.
    fn value(&mut self, at: usize, end: usize, indent: usize) -> Read<usize> {
        match self.byte(at) {
            b'|' | b'>' => self.literal(at, end, indent),
            b'[' | b'{' => {
                let behind = self.flow(at, end, self.standing.open.len())?;
                self.finish_line(behind, end)?;
                Ok(end + 1)
            }
            _ => {
                let Flowing { event, colon, line_end } = self.flowing(at, end, Some(indent))?;
                if colon.is_some() {
                    return Err(Unusual);
                }
                self.scalar_event(event)?;
                Ok(line_end + 1)
            }
        }
    }
}
