//! How text may look where it is going: colours, characters, width.

use std::fmt;

use anstyle::AnsiColor;

use crate::source::Severity;

/// What the place that the text goes to can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI colours may be written.
    pub colour: bool,
    /// Whether box-drawing and other characters beyond ASCII may be written.
    pub unicode: bool,
    /// How many columns a line should take at most.
    pub width: usize,
    /// Whether texts may be links (OSC 8).
    pub links: bool,
}

impl Style {
    /// Without colours, 120 columns wide: for files, pipes and tests.
    pub const fn plain() -> Self {
        Style { colour: false, unicode: true, width: 120, links: false }
    }

    /// `text` in `style`, or as it is where there are no colours.
    pub fn paint<T: fmt::Display>(&self, emphasis: anstyle::Style, text: T) -> Paint<T> {
        Paint { emphasis: if self.colour { emphasis } else { anstyle::Style::new() }, text }
    }

    /// `text` as a link to `url`, or as it is where there are no links. Both must be free of control characters.
    pub fn link<T: fmt::Display>(&self, url: &str, text: T) -> String {
        if self.links { format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\") } else { text.to_string() }
    }

    /// The style of a severity.
    pub const fn severity(severity: Severity) -> anstyle::Style {
        match severity {
            Severity::Error => AnsiColor::Red.on_default().bold(),
            Severity::Warning => AnsiColor::Yellow.on_default().bold(),
            Severity::Info => AnsiColor::Cyan.on_default().bold(),
        }
    }

    /// The style of what passed.
    pub const GOOD: anstyle::Style = AnsiColor::Green.on_default().bold();
    /// The style of what failed.
    pub const BAD: anstyle::Style = AnsiColor::Red.on_default().bold();
    /// The style of words that stand out.
    pub const STRONG: anstyle::Style = anstyle::Style::new().bold();
    /// The style of what is of less interest.
    pub const FAINT: anstyle::Style = anstyle::Style::new().dimmed();
    /// The style of code, commands and names that can be typed.
    pub const CODE: anstyle::Style = AnsiColor::Cyan.on_default();
}

/// A text together with the style in which it is displayed.
#[derive(Clone, Copy, Debug)]
pub struct Paint<T> {
    emphasis: anstyle::Style,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Paint<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An empty style renders as nothing, at the front and (`:#`, the reset) behind.
        write!(f, "{}{}{:#}", self.emphasis, self.text, self.emphasis)
    }
}
