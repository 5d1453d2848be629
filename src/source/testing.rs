//! What tests share: diagnostics as they show them, and the data beside the repository.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{Diagnostic, Label};

/// One line for each diagnostic, `line:column..line:column rule: message (label)`, then its other places and its help.
pub(crate) fn render(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let primary = &diagnostic.primary;
        let _ = writeln!(out, "{} {}: {}", place(primary), diagnostic.rule, diagnostic.message);
        if !primary.text.is_empty() {
            let _ = writeln!(out, "  ^ {}", primary.text);
        }
        for label in &diagnostic.related {
            let _ = writeln!(out, "  {} {}", place(label), label.text);
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

/// A path in the folder with conformance data and corpora (`PROMPROOF_SHARED`, or `../shared`), or nothing: then the
/// test says that it was skipped and passes.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("PROMPROOF_SHARED").map_or_else(beside, PathBuf::from).join(path);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

fn place(label: &Label) -> String {
    let (start, end) = (label.file.position(label.span.start()), label.file.position(label.span.end()));
    if start.line == end.line {
        format!("{}:{}..{}", start.line, start.column, end.column)
    } else {
        format!("{}:{}..{}:{}", start.line, start.column, end.line, end.column)
    }
}
