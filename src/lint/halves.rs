//! Changes of one file that are tried together; where they cannot be made together, in halves.

use crate::workspace::Document;

/// How often the changes of one file are tried in parts in order to find those that cannot be made.
const MAX_TRIES: usize = 200;

/// What came of changes.
pub(super) struct Tried<C, R> {
    /// Those that are made.
    pub accepted: Vec<C>,
    /// The document with them; `None` where there are none.
    pub document: Option<Document>,
    /// Those that are not made, with the reason; without one where so many others are not made that it was not tried.
    pub refused: Vec<(C, Option<R>)>,
}

/// Tries changes. `attempt` is given some of them, in their order, and gives the document with them, or why they cannot be made.
pub(super) fn in_halves<C: Copy, R>(
    changes: &[C],
    mut attempt: impl FnMut(&[C]) -> Result<Document, R>,
) -> Tried<C, R> {
    let tried = Tried { accepted: Vec::new(), document: None, refused: Vec::new() };
    let mut trial = Trial { attempt: &mut attempt, tries: 0, tried };
    trial.accept(changes);
    trial.tried
}

struct Trial<'a, C, R> {
    attempt: &'a mut dyn FnMut(&[C]) -> Result<Document, R>,
    tries: usize,
    tried: Tried<C, R>,
}

impl<C: Copy, R> Trial<'_, C, R> {
    fn accept(&mut self, changes: &[C]) {
        if changes.is_empty() {
            return;
        }
        if self.tries >= MAX_TRIES {
            self.tried.refused.extend(changes.iter().map(|change| (*change, None)));
            return;
        }
        self.tries += 1;
        let all = [&self.tried.accepted, changes].concat();
        match ((self.attempt)(&all), changes) {
            (Ok(document), _) => {
                self.tried.accepted = all;
                self.tried.document = Some(document);
            }
            (Err(reason), [only]) => self.tried.refused.push((*only, Some(reason))),
            (Err(_), _) => {
                let (first, second) = changes.split_at(changes.len() / 2);
                self.accept(first);
                self.accept(second);
            }
        }
    }
}
