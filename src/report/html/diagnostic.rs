//! A diagnostic: message, lines, help.

use std::fmt::{self, Write as _};

use super::escape::{Prose, Text};
use super::excerpt;
use crate::report::text::severity_name;
use crate::source::{Diagnostic, Severity};

/// Writes `diagnostic` as if it had `severity`.
pub(super) fn write(page: &mut String, diagnostic: &Diagnostic, severity: Severity) -> fmt::Result {
    let class = if severity == Severity::Error { "bad" } else { "warn" };
    let word = severity_name(severity);
    write!(page, "<article class=\"problem {class}\"><p class=\"verdict\"><b>{word}</b> ")?;
    write!(page, "{} <code class=\"rule-id\">{}</code></p>", Prose(&diagnostic.message), Text(diagnostic.rule))?;
    excerpt::write(page, &diagnostic.primary, &diagnostic.related)?;
    if let Some(help) = &diagnostic.help {
        write!(page, "<p class=\"note\"><b>help:</b> {}</p>", Prose(help))?;
    }
    page.push_str("</article>");
    Ok(())
}
