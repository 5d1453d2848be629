//! `runbook/broken-relative-link`: a link of a page to another page or file of the repository that is not there.

use std::path::{Path, PathBuf};

use crate::lint::context::WorkspaceContext;
use crate::lint::rule::{LintRule, Meta, meta};
use crate::runbook::page::Link;
use crate::runbook::url::percent_decoded;
use crate::runbook::{Entry, Library};
use crate::source::{Diagnostic, Label};
use crate::workspace::paths::{normalize, slashed};

static META: Meta = meta!(
    "runbook/broken-relative-link",
    Warning,
    likely,
    "a link of a page leads to a page or file that does not exist"
)
.on_by_default();

/// For so many links the nearest page is looked for.
const MAX_NEAREST: usize = 200;

pub(super) struct BrokenRelativeLink;

impl LintRule for BrokenRelativeLink {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check_workspace(&self, cx: &WorkspaceContext<'_>, out: &mut Vec<Diagnostic>) {
        let library = &cx.pages().library;
        for entry in cx.pages().checked() {
            for link in &entry.page.links {
                let Some(path) = relative_path(link) else { continue };
                let Some(why) = broken(cx, library, entry, &path) else { continue };
                let message = format!("the link `{}` {why}", link.target);
                let label = Label::new(&entry.page.file, link.span, "");
                let nearest = if out.len() < MAX_NEAREST { library.nearest(&path, "") } else { None };
                let help = nearest.map(|nearest| format!("is `{}` meant?", nearest.path));
                let found = META.diagnostic(message, label);
                out.push(match help {
                    Some(help) => found.help(help),
                    None => found,
                });
            }
        }
    }
}

/// The path of a link to something in the repository.
fn relative_path(link: &Link) -> Option<String> {
    let target = link.target.split(['?', '#']).next().unwrap_or_default();
    let has_scheme = target.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    // What is made by a shortcode or a template is known to nobody.
    let is_made = ["{{", "{%", "${", "<"].iter().any(|mark| link.target.contains(mark));
    // A name without a dot or a slash may be anything: `[1](1)`, a note.
    let is_path = target.contains('/') || target.contains('.');
    (!target.is_empty() && is_path && !has_scheme && !is_made && !target.starts_with("//"))
        .then(|| percent_decoded(target))
}

/// Why a link leads nowhere, as the end of a sentence; `None` where one way to understand it leads somewhere.
fn broken(cx: &WorkspaceContext<'_>, library: &Library, entry: &Entry, path: &str) -> Option<&'static str> {
    let inside = path.trim_start_matches('/');
    let is_absolute = path.starts_with('/');
    // From the file, as on GitHub; from the address of the page, which for a generator is a folder of its own.
    let folder = entry.folder();
    let own = format!("{folder}/{}", entry.name());
    let from = |folder: &str| normalize(Path::new(&format!("{}/{inside}", folder.trim_start_matches('/'))));
    let mut ways: Vec<PathBuf> =
        if is_absolute { ancestors(folder).map(&from).collect() } else { vec![from(folder), from(&own)] };
    for way in &mut ways {
        // A leading slash of the normalised text is none of the path.
        if let Ok(inside) = way.strip_prefix("/") {
            *way = inside.to_owned();
        }
    }
    if ways.iter().all(|way| way.starts_with("..")) {
        return Some("leads out of the repository");
    }
    let leads = |way: &PathBuf| !way.starts_with("..") && leads_somewhere(cx, library, way);
    let is_static = |way: &PathBuf| {
        let file = way.to_string_lossy();
        ["static", "public", "docs", "assets"].iter().any(|root| leads(&Path::new(root).join(file.as_ref())))
    };
    if ways.iter().any(leads) || is_absolute && ways.iter().any(is_static) {
        return None;
    }
    Some("leads to nothing")
}

/// The folder and those above it.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| match folder.rsplit_once('/') {
        Some((above, _)) => Some(above),
        None if folder.is_empty() => None,
        None => Some(""),
    })
}

fn leads_somewhere(cx: &WorkspaceContext<'_>, library: &Library, way: &Path) -> bool {
    let text = slashed(way);
    let text = text.trim_end_matches('/');
    let stem =
        [".html", ".md", ".markdown", ".mdx"].iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text);
    let last = stem.rsplit('/').next().unwrap_or_default();
    let folder = stem.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_page = library.named(last).any(|entry| entry.folder().eq_ignore_ascii_case(folder));
    is_page || cx.workspace.has_path(&cx.config.files().shown(way))
}
