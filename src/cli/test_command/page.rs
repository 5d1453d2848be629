//! `promproof test --html`

use std::path::PathBuf;

use clap::Args;

use super::suite::Ran;
use crate::cli::options::output_file;
use crate::cli::{Error, Session, outputs};
use crate::report::html;
use crate::report::run::TestView;

/// What `--html` takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct HtmlArgs {
    /// Write the run to FILE as a web page as well, with pictures: states, values and input series over time
    #[arg(long, value_name = "FILE", value_parser = output_file())]
    pub html: Option<PathBuf>,
}

impl HtmlArgs {
    /// Writes the page where one is asked for.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn write(&self, ran: &Ran, view: &TestView, session: &Session) -> Result<(), Error> {
        let Some(path) = &self.html else { return Ok(()) };
        // The page says how long it took also where nobody is looking: it is looked at later.
        let view = TestView { elapsed: Some(session.elapsed()), ..*view };
        outputs::write(path, |out| html::write(out, &ran.report, &ran.stories, &view).and_then(|()| out.flush()))
    }
}
