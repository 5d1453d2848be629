//! A text in pieces, which several threads read at once.
//!
//! What this reader knows between two lines is little: which collections are open. Of a piece in the middle it is guessed, from
//! where the text begins to look alike. Whether the guess was right shows when the piece before has been read.

use super::block::Kind;
use super::{Event, Read, Reader, Standing, Unusual};

/// Where a piece begins.
pub(in crate::yaml) struct Cut {
    /// The start of a line with the dash of an item.
    pub(in crate::yaml) at: usize,
    /// What is open there.
    pub(in crate::yaml) standing: Standing,
}

/// Cuts for `count` pieces of about the same length, of the text from `from` on, where `standing` is known: at items of
/// sequences that are open there. They are guesses, there may be fewer, and no two are the same.
pub(in crate::yaml) fn cuts(text: &str, standing: &Standing, from: usize, count: usize) -> Vec<Cut> {
    if standing.open.iter().all(|block| block.kind == Kind::Mapping) {
        return Vec::new();
    }
    let rest = text.len().saturating_sub(from);
    let mut cuts: Vec<Cut> = Vec::new();
    for index in 1..count {
        let near = cuts.last().map_or(from, |cut| cut.at).max(from + rest / count * index);
        let Some(cut) = cut_behind(text, standing, near) else { break };
        cuts.push(cut);
    }
    cuts
}

/// The first cut behind `near`.
fn cut_behind(text: &str, standing: &Standing, near: usize) -> Option<Cut> {
    let mut at = near;
    loop {
        at += memchr::memchr(b'\n', text.as_bytes().get(at..)?)? + 1;
        let line = text.as_bytes().get(at..)?;
        let column = line.iter().take_while(|byte| **byte == b' ').count();
        if line.get(column) == Some(&b'-') && line.get(column + 1) == Some(&b' ') {
            let is_here = |block: &super::block::Block| block.kind == Kind::Sequence && block.indent == column;
            if let Some(depth) = standing.open.iter().position(is_here) {
                return Some(Cut { at, standing: standing.within(depth) });
            }
        }
    }
}

impl Standing {
    /// Before another item of the sequence that lies so deep: all that is open has its value so far.
    fn within(&self, depth: usize) -> Standing {
        let mut open = self.open.clone();
        open.truncate(depth + 1);
        open.iter_mut().for_each(|block| block.waiting = None);
        Standing { open, has_begun: true }
    }

    /// For each collection that is open, the outermost one first, whether it is a mapping.
    pub(in crate::yaml) fn mappings(&self) -> impl Iterator<Item = bool> {
        self.open.iter().map(|block| block.kind == Kind::Mapping)
    }
}

/// Ends what does not go on at `cut`, where the piece behind begins.
///
/// # Errors
/// Where the guess was wrong.
pub(in crate::yaml) fn meet<'a>(
    text: &'a str,
    standing: &mut Standing,
    cut: &Cut,
    hear: impl FnMut(Event<'a>) -> Read<()>,
) -> Read<()> {
    let mut reader = Reader::new(text, standing, hear);
    let column = reader.skip_spaces(cut.at) - cut.at;
    reader.close_deeper(column, true)?;
    if *standing == cut.standing { Ok(()) } else { Err(Unusual) }
}
