//! Applies the fixes that findings bring along.
//!
//! Round after round: all findings are gathered, fixes that do not touch each other are applied together, the files are
//! read and linted again, until nothing changes any more. A fix is refused if the file would say less than before: if
//! its YAML would break, if there would be more mistakes in it, or if a rule or group would go, come or get another
//! name.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::rules::RuleKind;
use crate::runbook::Page;
use crate::source::{self, Applicability, Diagnostic, Edit, FileId, Fix, Label, Severity, SourceFile};
use crate::yaml::edit::Shared;
use crate::yaml::{self, Comment};

use super::halves::in_halves;
use super::{Config, run};
use crate::workspace::{Document, Workspace};

/// After so many rounds fixes chase each other in a circle.
const MAX_ROUNDS: usize = 16;

/// What came of the fixes.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The files that changed, in the order of the documents.
    pub files: Vec<FixedFile>,
    /// The fixes that could have been applied and were not.
    pub refused: Vec<Refused>,
}

/// A file that changed.
#[derive(Debug)]
pub struct FixedFile {
    /// As it was.
    pub before: Arc<SourceFile>,
    /// As it is now.
    pub after: Arc<SourceFile>,
    /// How many fixes were applied.
    pub applied: usize,
}

/// A fix that is not applied.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The finding's place, in the file as it is after all other fixes.
    pub place: Label,
    /// What the fix would do.
    pub title: String,
    /// Why it does not.
    pub why: Reason,
}

/// Why a fix is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What it would change is read at another place, too, through an alias.
    Shared,
    /// There would be a mistake in the file that is not there now.
    Mistake(String),
    /// Rules or groups would go, come, or get other names.
    OtherRules,
    /// It does not fit the text.
    Misfit,
    /// Too many other fixes of the file were refused.
    TooMany,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Shared => f.write_str("what it would change is read at another place, too, through an alias"),
            Reason::Mistake(message) => write!(f, "the file would have a mistake that it does not have now: {message}"),
            Reason::OtherRules => f.write_str("the file would hold other rules than it does now"),
            Reason::Misfit => f.write_str("its edits do not fit the text"),
            Reason::TooMany => f.write_str("too many other fixes of the file had to be refused"),
        }
    }
}

/// Applies the fixes of at least `least` to the documents and pages of the workspace. Nothing is written.
pub fn fix(workspace: &mut Workspace, config: &Config, least: Applicability) -> Fixed {
    let before: Vec<Arc<SourceFile>> = files_of(workspace).map(Arc::clone).collect();
    let mut applied: FxHashMap<FileId, usize> = FxHashMap::default();
    let mut refused = Vec::new();
    for _ in 0..MAX_ROUNDS {
        refused.clear();
        let diagnostics = run(workspace, config);
        let mut fixes = by_file(&diagnostics, least);
        let mut changed = Vec::new();
        for document in workspace.documents() {
            let Some(candidates) = fixes.remove(&document.source.id()) else { continue };
            let round = Round::of(document, candidates);
            refused.extend(round.refused);
            *applied.entry(document.source.id()).or_default() += round.applied;
            changed.extend(round.document);
        }
        let mut pages = Vec::new();
        for page in workspace.pages() {
            let Some(candidates) = fixes.remove(&page.file.id()) else { continue };
            let round = PageRound::of(&page.file, candidates);
            refused.extend(round.refused);
            *applied.entry(page.file.id()).or_default() += round.applied;
            pages.extend(round.text.map(|text| (page.file.id(), text)));
        }
        if changed.is_empty() && pages.is_empty() {
            break;
        }
        for document in changed {
            workspace.replace(document);
        }
        for (page, text) in pages {
            workspace.set_page_text(page, text);
        }
    }
    let files = before.into_iter().zip(files_of(workspace)).map(|(before, after)| FixedFile {
        applied: applied.get(&before.id()).copied().unwrap_or_default(),
        after: Arc::clone(after),
        before,
    });
    Fixed { files: files.filter(|file| file.before.text() != file.after.text()).collect(), refused }
}

/// The files that may be changed: the documents, then the pages.
fn files_of(workspace: &Workspace) -> impl Iterator<Item = &Arc<SourceFile>> {
    let documents = workspace.documents().iter().map(|document| &document.source);
    documents.chain(workspace.pages().iter().map(|page| &page.file))
}

/// A finding that can be fixed.
type Candidate<'d> = (&'d Diagnostic, &'d Fix);

/// The findings of each file of which fixes may be applied, in the order of their edits.
fn by_file(diagnostics: &[Diagnostic], least: Applicability) -> FxHashMap<FileId, Vec<Candidate<'_>>> {
    let mut fixes: FxHashMap<_, Vec<Candidate<'_>>> = FxHashMap::default();
    for diagnostic in diagnostics {
        if let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.applicability >= least && !fix.edits.is_empty()) {
            fixes.entry(diagnostic.primary.file.id()).or_default().push((diagnostic, fix));
        }
    }
    for fixes in fixes.values_mut() {
        fixes.sort_by_key(|(_, fix)| fix.span().map(|span| (span.start(), span.end())));
        // What is read twice through an alias is found twice.
        fixes.dedup_by(|(_, next), (_, before)| next.edits == before.edits);
    }
    fixes
}

/// What comes of the fixes of one file in one round.
#[derive(Default)]
struct Round {
    /// The document with them; `None` where there is nothing to apply.
    document: Option<Document>,
    applied: usize,
    refused: Vec<Refused>,
}

impl Round {
    fn of(document: &Document, candidates: Vec<Candidate<'_>>) -> Round {
        let parsed = yaml::parse(&document.source);
        let shared = Shared::of(&parsed);
        let (shared, free): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|(_, fix)| fix.edits.iter().any(|edit| is_shared(edit, &shared, &parsed.comments)));
        let held = Held::of(document);
        let tried = in_halves(&apart(free), |fixes| with_fixes(document, &held, fixes));
        let shared = shared.into_iter().map(|candidate| refused(candidate, Reason::Shared));
        let others = tried.refused.into_iter();
        let others = others.map(|(candidate, why)| refused(candidate, why.unwrap_or(Reason::TooMany)));
        let refused = shared.chain(others).collect();
        Round { applied: tried.accepted.len(), document: tried.document, refused }
    }
}

/// What comes of the fixes of one page in one round.
#[derive(Default)]
struct PageRound {
    /// The page with them; `None` where there is nothing to apply.
    text: Option<String>,
    applied: usize,
    refused: Vec<Refused>,
}

impl PageRound {
    /// A fix of a page has made sure of what it writes; that the page can be read as before is left to see.
    fn of(file: &Arc<SourceFile>, candidates: Vec<Candidate<'_>>) -> PageRound {
        let candidates = apart(candidates);
        let edits: Vec<Edit> = candidates.iter().flat_map(|(_, fix)| fix.edits.iter().cloned()).collect();
        let problems = |file: &Arc<SourceFile>| Page::read(file).problems.len();
        let why = match source::apply(file.text(), &edits) {
            Ok(text) if text == file.text() => return PageRound::default(),
            Ok(text) => {
                if problems(&Arc::new(file.with_text(text.as_str()))) <= problems(file) {
                    return PageRound { text: Some(text), applied: candidates.len(), refused: Vec::new() };
                }
                Reason::Mistake("the page could not be read any more".to_owned())
            }
            Err(_) => Reason::Misfit,
        };
        let refused = candidates.into_iter().map(|candidate| refused(candidate, why.clone()));
        PageRound { refused: refused.collect(), ..PageRound::default() }
    }
}

/// Whether other places read what the edit changes. Nobody reads a comment.
fn is_shared(edit: &Edit, shared: &Shared, comments: &[Comment]) -> bool {
    let at = comments.partition_point(|comment| comment.span.start() <= edit.span.start());
    let comment = at.checked_sub(1).and_then(|at| comments.get(at));
    let in_comment = comment.is_some_and(|comment| edit.span.end() <= comment.span.end());
    !in_comment && (shared.holds(edit.span) || shared.is_within(edit.span))
}

/// Fixes of which none reaches into what another one changes, nor touches it; the others wait for the next round.
fn apart(candidates: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let mut end = None;
    let mut chosen = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let Some(span) = candidate.1.span() else { continue };
        if end.is_none_or(|end| end < span.start()) {
            end = Some(span.end());
            chosen.push(candidate);
        }
    }
    chosen
}

/// The document with these fixes, if it holds what it did.
fn with_fixes(document: &Document, held: &Held, fixes: &[Candidate<'_>]) -> Result<Document, Reason> {
    let edits: Vec<Edit> = fixes.iter().flat_map(|(_, fix)| fix.edits.iter().cloned()).collect();
    let text = source::apply(document.source.text(), &edits).map_err(|_| Reason::Misfit)?;
    let new = document.with_text(text);
    held.check(&Held::of(&new))?;
    Ok(new)
}

fn refused((diagnostic, fix): Candidate<'_>, why: Reason) -> Refused {
    Refused { place: diagnostic.primary.clone(), title: fix.title.clone(), why }
}

/// What a file holds that a fix must not change.
struct Held {
    /// Groups and rules by their names; nothing of a rule without one.
    names: Vec<(String, Option<(RuleKind, String)>)>,
    /// What is wrong with the YAML: how often it is said.
    yaml: FxHashMap<String, usize>,
    /// What else is wrong.
    mistakes: FxHashMap<String, usize>,
}

impl Held {
    fn of(document: &Document) -> Held {
        let mut held = Held { names: Vec::new(), yaml: FxHashMap::default(), mistakes: FxHashMap::default() };
        for group in document.rules().into_iter().flat_map(|rules| &rules.groups) {
            let name = group.name.text().to_owned();
            held.names.push((name.clone(), None));
            for rule in &group.rules {
                held.names.push((name.clone(), Some((rule.kind, rule.name.text().to_owned()))));
            }
        }
        for problem in document.problems().filter(|problem| problem.severity == Severity::Error) {
            let is_yaml = problem.rule.starts_with("yaml/");
            let kind = if is_yaml { &mut held.yaml } else { &mut held.mistakes };
            *kind.entry(problem.message.clone()).or_default() += 1;
        }
        held
    }

    /// Makes sure that `new` is no worse than this.
    fn check(&self, new: &Held) -> Result<(), Reason> {
        if let Some(message) = first_new(&self.yaml, &new.yaml) {
            return Err(Reason::Mistake(message.clone()));
        }
        // A field that has its right name at last may show that something is wrong with its value.
        let count = |of: &FxHashMap<String, usize>| of.values().sum::<usize>();
        if count(&new.mistakes) > count(&self.mistakes) {
            let message = first_new(&self.mistakes, &new.mistakes).cloned().unwrap_or_default();
            return Err(Reason::Mistake(message));
        }
        // In a file with mistakes that are mended, rules may come to light; none may go.
        let is_mended = count(&new.mistakes) < count(&self.mistakes);
        let mut rest = new.names.iter();
        let all_there =
            self.names.iter().filter(|name| !is_mended || is_named(name)).all(|name| rest.any(|new| new == name));
        if all_there && (is_mended || new.names.len() == self.names.len()) { Ok(()) } else { Err(Reason::OtherRules) }
    }
}

fn is_named((group, rule): &(String, Option<(RuleKind, String)>)) -> bool {
    rule.as_ref().map_or(!group.is_empty(), |(_, name)| !group.is_empty() && !name.is_empty())
}

fn first_new<'n>(old: &FxHashMap<String, usize>, new: &'n FxHashMap<String, usize>) -> Option<&'n String> {
    let more = new.iter().filter(|(message, count)| old.get(*message).is_none_or(|known| known < count));
    more.map(|(message, _)| message).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    const TEXT: &str =
        "groups:\n  - name: g\n    rules:\n      - alert: Down\n        expr: up == 0\n        labels: {a: b, c: d}\n";

    /// What comes of fixes that replace texts by others, all of them or none of those that stand in one entry.
    fn tried(fixes: &[&[(&str, &str)]]) -> (String, Vec<Reason>) {
        let config = Config::default();
        let source = Arc::new(SourceFile::new("r.yml", TEXT));
        let document = Document::rule_file(&source, &config.settings());
        let edit = |(old, new): &(&str, &str)| {
            let at = TEXT.find(old).unwrap();
            Edit::replace(Span::new(at, at + old.len()), *new)
        };
        let diagnostic = |edits: &&[(&str, &str)]| {
            let fix = Fix::safe("change it", edits.iter().map(edit).collect());
            let label = Label::new(&source, fix.edits[0].span, "");
            Diagnostic::new("a/b", Severity::Warning, "wrong", label).fix(fix)
        };
        let diagnostics: Vec<Diagnostic> = fixes.iter().map(diagnostic).collect();
        let mut candidates = by_file(&diagnostics, Applicability::Safe);
        let candidates = candidates.remove(&source.id()).unwrap();
        let round = Round::of(&document, candidates);
        let text = round.document.map_or(TEXT.to_owned(), |document| document.source.text().to_owned());
        (text, round.refused.into_iter().map(|refused| refused.why).collect())
    }

    #[test]
    fn fixes_that_do_not_touch_are_applied_together() {
        let (text, refused) = tried(&[&[("up ==", "down ==")], &[("b,", "e,"), ("d}", "f}")]]);
        assert_eq!(text, TEXT.replace("up ==", "down ==").replace("b,", "e,").replace("d}", "f}"));
        assert_eq!(refused, []);
        // The second one waits for the next round.
        let (text, refused) = tried(&[&[("a: b", "x: b")], &[("a: b, c", "c")], &[(": b", ": c")]]);
        assert_eq!((text, refused), (TEXT.replace("a: b", "x: b"), Vec::new()));
        let (text, _) = tried(&[&[("a: b", "x: b")], &[(", c: d", "")]]);
        assert_eq!(text, TEXT.replace("a: b", "x: b"));
    }

    #[test]
    fn a_fix_that_breaks_something_is_refused_and_the_others_are_applied() {
        for (old, new) in
            [("c: d}", "c: d"), ("labels", "a: b: c"), ("labels", "labls"), ("up ==", "up =="), ("== 0", "==")]
        {
            let (text, refused) = tried(&[&[(old, new)], &[("a: b", "e: f")]]);
            let is_broken = old != new;
            let expected = TEXT.replace("a: b", "e: f");
            assert_eq!(text, expected, "{old} -> {new}");
            let is_mistake = matches!(refused.as_slice(), [Reason::Mistake(_)]);
            assert!(is_mistake == is_broken, "{old} -> {new}: {refused:?}");
        }
    }

    #[test]
    fn a_fix_does_not_change_which_rules_there_are() {
        for (old, new) in [
            ("Down", "Up"),
            ("alert", "record"),
            ("name: g", "name: h"),
            ("      - alert: Down\n        expr: up == 0\n        labels: {a: b, c: d}\n", "      []\n"),
            ("    rules", "  - name: h\n    rules"),
        ] {
            let (text, refused) = tried(&[&[(old, new)]]);
            assert_eq!((text.as_str(), refused), (TEXT, vec![Reason::OtherRules]), "{old} -> {new}");
        }
    }
}
