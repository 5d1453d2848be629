//! What servers have said of the links of alerts: for the rules that tell it.

use rustc_hash::FxHashMap;

use crate::lint::context::WorkspaceContext;
use crate::lint::pages::Alert;
use crate::online::Answer;
use crate::source::{Diagnostic, Label, Span};

/// So many alerts with one link are pointed to.
const MAX_RELATED: usize = 5;

/// A link of which a server has said something.
pub(super) struct Answered<'c> {
    /// The alert's name.
    pub(super) alert: &'c str,
    /// The link, as far as it is known.
    pub(super) link: &'c str,
    pub(super) answer: &'c Answer,
    /// The part of the link behind `#`, and the link itself, where they stand in the annotation.
    place: Box<dyn Fn(bool) -> Label + 'c>,
}

impl Answered<'_> {
    /// A label at the link.
    pub(super) fn at_link(&self) -> Label {
        (self.place)(false)
    }

    /// A label at the anchor of the link.
    pub(super) fn at_anchor(&self) -> Label {
        (self.place)(true)
    }
}

/// Tells what `tell` says of links, each link once: alerts share them.
pub(super) fn tell_each(
    cx: &WorkspaceContext<'_>,
    out: &mut Vec<Diagnostic>,
    tell: impl Fn(&Answered<'_>) -> Option<Diagnostic>,
) {
    let Some(answers) = cx.config.answers() else { return };
    let library = &cx.pages().library;
    let mut told: FxHashMap<String, Option<usize>> = FxHashMap::default();
    for alert in Alert::all(cx) {
        for link in &alert.links {
            for (address, _) in link.targets(library).into_iter().filter(|(_, target)| target.is_asked()) {
                let Some(answer) = answers.get(address) else { continue };
                let place = |of_anchor: bool| {
                    let start = link.value.text().find(address);
                    let whole = start.map(|at| Span::new(at, at + address.len()));
                    let anchor = address.find('#').filter(|_| of_anchor);
                    let span = whole.map(|whole| Span::new(whole.start() + anchor.unwrap_or(0), whole.end()));
                    match span {
                        Some(span) => alert.place.file.inside(link.value, span, ""),
                        // A template has made it.
                        None => alert.place.file.field(link.value, ""),
                    }
                };
                match told.get(address) {
                    Some(Some(first)) => {
                        let first = out.get_mut(*first).filter(|first| first.related.len() < MAX_RELATED);
                        let mut label = place(false);
                        "the same link".clone_into(&mut label.text);
                        first.into_iter().for_each(|first| first.related.push(label.clone()));
                    }
                    Some(None) => {}
                    None => {
                        let answered = Answered { alert: alert.name(), link: address, answer, place: Box::new(place) };
                        let found = tell(&answered);
                        told.insert(address.to_owned(), found.is_some().then_some(out.len()));
                        out.extend(found);
                    }
                }
            }
        }
    }
}
