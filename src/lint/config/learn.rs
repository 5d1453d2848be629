//! Reading the files of `[facts]`: `inventory` and `metadata`.

use std::path::Path;
use std::sync::Arc;

use super::{Config, NamedFile};
use crate::inventory::{Inventory, Purpose};
use crate::lint::rules::config::INVALID_VALUE;
use crate::source::{Diagnostic, Label, SourceFile};

/// More files than this are not read.
const MAX_FILES: usize = 1_000;

impl Config {
    /// Reads the files of `[facts]` with `read`, which is given the path of each from the folder of the configuration, or
    /// an absolute one, and says why it cannot be read.
    ///
    /// # Errors
    /// What cannot be read, each with its place in the configuration, or in the file where nothing forbids to show it.
    pub fn learn(
        &mut self,
        read: &mut dyn FnMut(&Path) -> Result<Arc<SourceFile>, String>,
    ) -> Result<(), Vec<Diagnostic>> {
        let Some(source) = self.source.clone() else { return Ok(()) };
        let named =
            |files: &[NamedFile], purpose| files.iter().cloned().map(move |file| (file, purpose)).collect::<Vec<_>>();
        let mut files = named(&self.facts.inventory, Purpose::Inventory);
        files.extend(named(&self.facts.metadata, Purpose::Metadata));
        if files.is_empty() {
            return Ok(());
        }
        let first = files.first().cloned();
        let (mut inventory, mut problems) = (Inventory::default(), Vec::new());
        for (at, (file, purpose)) in files.into_iter().enumerate() {
            if at == MAX_FILES {
                let label = Label::new(&source, file.place, "");
                let message = format!("`[facts]` names more than {MAX_FILES} files");
                problems.push(INVALID_VALUE.diagnostic(message, label).help("put them into one file"));
                break;
            }
            problems.extend(add(&mut inventory, &file, purpose, &source, read));
        }
        if let Some((first, _)) = first.filter(|_| problems.is_empty() && inventory.is_empty()) {
            let label = Label::new(&source, first.place, "");
            let message = "the files of `[facts]` name no metric".to_owned();
            problems.push(INVALID_VALUE.diagnostic(message, label).help("fetch them again, or leave the key out"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        self.inventory = Arc::new(inventory);
        Ok(())
    }
}

/// Adds what a file says, or says what is wrong with it.
fn add(
    inventory: &mut Inventory,
    named: &NamedFile,
    purpose: Purpose,
    source: &Arc<SourceFile>,
    read: &mut dyn FnMut(&Path) -> Result<Arc<SourceFile>, String>,
) -> Option<Diagnostic> {
    let (path, place) = (&named.path, Label::new(source, named.place, "named here"));
    let file = match read(Path::new(path)) {
        Ok(file) => file,
        Err(why) => return Some(INVALID_VALUE.diagnostic(format!("cannot read `{path}`: {why}"), place)),
    };
    let error = inventory.read(file.text(), purpose).err()?;
    let message = format!("`{path}` is no dump of metrics and no answer of Prometheus' HTTP API");
    let found = match file.is_foreign() {
        true => INVALID_VALUE.diagnostic(message, place),
        false => INVALID_VALUE.diagnostic(message, Label::new(&file, error.span, error.message)).related(place),
    };
    Some(found.help(
        "a `/metrics` page, what `promtool tsdb dump` prints, or JSON of `/api/v1/series`, `/api/v1/metadata` or \
         `/api/v1/label/__name__/values`",
    ))
}
