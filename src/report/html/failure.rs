//! An assertion that does not hold: the same explanation as on the terminal.

use std::fmt::{self, Write as _};

use super::escape::{Prose, Text};
use super::{diagnostic, difference, excerpt};
use crate::model::duration::format_duration;
use crate::report::run::words;
use crate::source::Severity;
use crate::unittest::report::{Assertion, AssertionKind, Explanation, FileReport, Outcome};

/// A part of an expression that is longer is shown as its outline, its operands left out; in bytes.
const LONG_PART: usize = 120;

/// Writes why `assertion` fails; `id` is where links lead.
pub(super) fn write(page: &mut String, id: &str, file: &FileReport, assertion: &Assertion) -> fmt::Result {
    write!(page, "<div class=\"failure\" id=\"{id}\">")?;
    if let Outcome::Error(problem) = &assertion.outcome {
        diagnostic::write(page, problem, Severity::Error)?;
        return page.write_str("</div>");
    }
    write!(page, "<p class=\"verdict\"><b>failed</b>{}: {}</p>", at(assertion), Prose(&words::verdict(assertion)))?;
    let (primary, related) = words::places(file, assertion);
    excerpt::write(page, &primary, &related)?;
    match &assertion.outcome {
        Outcome::Alerts(failure) => {
            difference::alerts(page, failure)?;
            notes(page, &failure.notes)?;
            why(page, failure.why.as_ref())?;
        }
        Outcome::Samples(failure) => {
            difference::samples(page, failure)?;
            notes(page, &failure.notes)?;
            why(page, failure.why.as_ref())?;
        }
        Outcome::Timeline(failure) => {
            difference::life(page, failure)?;
            notes(page, &failure.notes)?;
            why(page, failure.why.as_ref())?;
        }
        Outcome::Message(failure) => {
            difference::message(page, failure)?;
            why(page, failure.why.as_ref())?;
        }
        Outcome::Passed | Outcome::NotRun | Outcome::Error(_) => {}
    }
    page.write_str("</div>")
}

/// At which time it looks.
fn at(assertion: &Assertion) -> String {
    match assertion.kind {
        AssertionKind::Timeline(_) => String::new(),
        AssertionKind::Alert(_) | AssertionKind::Expr(_) => format!(" at {}", format_duration(assertion.eval_time_ms)),
    }
}

fn notes(page: &mut String, notes: &[String]) -> fmt::Result {
    for note in notes {
        write!(page, "<p class=\"note\"><b>note:</b> {}</p>", Prose(note))?;
    }
    Ok(())
}

/// The expression taken apart, unless it is one selector or number, whose value has been shown.
fn why(page: &mut String, why: Option<&Explanation>) -> fmt::Result {
    let told = |why: &&Explanation| why.parts.len() > 1 || why.parts.iter().any(|part| part.note.is_some());
    let Some(why) = why.filter(told) else { return Ok(()) };
    let at = why.file.position(why.span.start());
    write!(
        page,
        "<table class=\"why\"><caption>Why, at {} <span class=\"place\">{}:{}:{}</span></caption>\
         <thead><tr><th>part of the expression</th><th>value</th></tr></thead><tbody>",
        format_duration(why.t_ms),
        Text(why.file.name()),
        at.line,
        at.column,
    )?;
    for part in &why.parts {
        let class = if part.value == "nothing" { " class=\"none\"" } else { "" };
        write!(
            page,
            "<tr style=\"--depth:{}\"><td><code>{}</code></td><td{class}>{}",
            part.depth,
            Text(&words::shortened(if part.text.len() > LONG_PART { &part.outline } else { &part.text }, LONG_PART)),
            Text(&words::shortened(&part.value, 240)),
        )?;
        if let Some(note) = &part.note {
            write!(page, "<br><em>↳ {}</em>", Prose(note))?;
        }
        page.push_str("</td></tr>");
    }
    page.write_str("</tbody></table>")
}
