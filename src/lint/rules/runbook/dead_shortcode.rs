//! `runbook/dead-shortcode`: a page wants to show the rule of an alert that does not exist.

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::lint::{Pages, Shows};
use crate::rules::RuleKind;
use crate::runbook::Entry;
use crate::source::{Diagnostic, Label, Spanned, words};

static META: Meta = meta!(
    "runbook/dead-shortcode",
    Warning,
    certain,
    "a shortcode of a page is to show the rule of an alert that does not exist"
);

/// For so many shortcodes the nearest alert is looked for.
const MAX_NEAREST: usize = 200;

pub(super) struct DeadShortcode;

impl LintRule for DeadShortcode {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let pages = cx.pages();
        let sees_all = cx.workspace.has_walked(cx.config.files().root()) && cx.rule_files().next().is_some();
        for entry in pages.checked() {
            for (shortcode, file, alert) in pages.shortcodes(entry, cx.config) {
                let argument = |at: usize| shortcode.arguments.get(at);
                match pages.shows(file, alert) {
                    Shows::Alert => {}
                    Shows::NoAlert(files) => {
                        let near = files.iter().filter(|_| out.len() < MAX_NEAREST);
                        let names: Vec<&str> = near
                            .flat_map(|file| &file.rules.groups)
                            .flat_map(|group| &group.rules)
                            .filter(|rule| rule.kind == RuleKind::Alerting)
                            .map(|rule| rule.name.text())
                            .collect();
                        let message = format!("`{file}` has no alert `{alert}`, so this shortcode shows nothing");
                        let help = help(pages, entry, alert, &names);
                        out.extend(report(entry, argument(1), message, help));
                    }
                    Shows::NoFile if sees_all => {
                        let message = format!("there is no rule file `{file}`, so this shortcode shows nothing");
                        let help = match pages.named(alert).next() {
                            Some(found) => {
                                let path = found.place.file.source().name().to_owned();
                                format!("`{alert}` is in `{path}`")
                            }
                            None => "name a rule file by its path, or by the end of it".to_owned(),
                        };
                        out.extend(report(entry, argument(0), message, help));
                    }
                    Shows::NoFile => {}
                }
            }
        }
    }
}

fn report(entry: &Entry, argument: Option<&Spanned<String>>, message: String, help: String) -> Option<Diagnostic> {
    let label = Label::new(&entry.page.file, argument?.span, "");
    Some(META.diagnostic(message, label).help(help))
}

/// What was probably meant, or what can be done with the page.
fn help(pages: &Pages<'_>, entry: &Entry, alert: &str, names: &[&str]) -> String {
    if let Some(found) = pages.named(alert).next() {
        return format!("`{alert}` is in `{}`", found.place.file.source().name());
    }
    if let Some(nearest) = words::nearest(alert, names.iter().copied()) {
        return words::did_you_mean(nearest);
    }
    match pages.leading_to(entry).next() {
        Some(leading) => format!("the alert that leads to this page is `{}`", leading.name()),
        None => "no alert leads to this page either: it was renamed or removed, and so may the page be".to_owned(),
    }
}
