//! How much GitHub takes of a log: what is beyond is left out here, the least severe first, and the log says so. GitHub
//! would refuse all of it.

use std::cmp::Reverse;

use crate::lint::Identity;
use crate::report::Findings;
use crate::source::{Diagnostic, Label};

/// So many results a run may have.
const RESULTS: usize = 25_000;
/// So many of them are shown.
const SHOWN: usize = 5_000;
/// A log may have 10 MB when it is compressed, to a tenth or less where texts are alike; this is before, in bytes.
const BYTES: usize = 64 << 20;
/// Related places of a result that are shown.
pub(super) const RELATED: usize = 100;
/// What is around the texts of a place, and of an edit, in bytes.
const AROUND: usize = 600;

/// The findings that are in the log.
pub(super) struct Kept {
    /// For each finding, whether it is; `None` where all are.
    kept: Option<Vec<bool>>,
    count: usize,
    total: usize,
}

impl Kept {
    pub(super) fn of(findings: &Findings<'_>) -> Kept {
        let total = findings.diagnostics.len();
        let sizes: Vec<usize> = findings.diagnostics.iter().map(size).collect();
        if total <= RESULTS && sizes.iter().sum::<usize>() <= BYTES {
            return Kept { kept: None, count: total, total };
        }
        let mut order: Vec<usize> = (0..total).collect();
        order.sort_by_key(|at| Reverse(findings.diagnostics.get(*at).map(|diagnostic| diagnostic.severity)));
        let (mut kept, mut count, mut bytes) = (vec![false; total], 0, 0);
        for at in order {
            bytes += sizes.get(at).copied().unwrap_or(0);
            if count == RESULTS || bytes > BYTES {
                break;
            }
            if let Some(kept) = kept.get_mut(at) {
                *kept = true;
                count += 1;
            }
        }
        Kept { kept: Some(kept), count, total }
    }

    /// The findings that are kept, in their order.
    pub(super) fn of_each<'a>(
        &'a self,
        findings: &'a Findings<'a>,
    ) -> impl Iterator<Item = (&'a Diagnostic, Option<&'a Identity>)> {
        let is_kept = |at: usize| self.kept.as_ref().is_none_or(|kept| kept.get(at).copied().unwrap_or(false));
        findings.each().enumerate().filter(move |(at, _)| is_kept(*at)).map(|(_, finding)| finding)
    }

    /// What is not shown, and why.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        let left_out = self.total - self.count;
        let cut = format!(
            "{left_out} of {} findings are left out, the least severe ones: GitHub takes at most {RESULTS} of a run and 10 MB",
            self.total
        );
        let hidden = format!("GitHub shows {SHOWN} of the {} results, the most severe ones", self.count);
        let words = [(left_out > 0, cut), (self.count > SHOWN, hidden)];
        words.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word)
    }
}

/// What has to be said of a log of these findings besides the log itself; `None` where it holds all.
pub fn word(findings: &Findings<'_>) -> Option<String> {
    let kept = Kept::of(findings);
    (kept.count < kept.total).then(|| kept.words().next()).flatten()
}

/// About how many bytes a result has.
fn size(diagnostic: &Diagnostic) -> usize {
    let label = |label: &Label| label.text.len() + label.file.name().len() + AROUND;
    // A related place is there twice: as such, and as a step of the flow.
    let related: usize = diagnostic.related.iter().take(RELATED).map(|related| 2 * label(related)).sum();
    let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
    let fix: usize = edits.map(|edit| edit.replacement.len() + AROUND).sum();
    diagnostic.message.len()
        + diagnostic.help.as_ref().map_or(0, String::len)
        + label(&diagnostic.primary)
        + related
        + fix
}
