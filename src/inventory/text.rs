//! Text dumps: `# TYPE` and `# UNIT` lines and one series a line, whatever its value is.

use super::{Full, Inventory, InventoryError, MetricKind, Purpose};
use crate::model::exposition::{DumpError, parse_series};
use crate::source::Span;

pub(super) fn read(inventory: &mut Inventory, text: &str, purpose: Purpose) -> Result<(), InventoryError> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        let added = match content.strip_prefix('#') {
            _ if content.is_empty() => Ok(()),
            Some(comment) => metadata(inventory, comment),
            None if purpose == Purpose::Metadata => Ok(()),
            None => {
                let series = parse_series(content, at)
                    .map_err(|DumpError { span, message }| InventoryError { span, message })?;
                inventory.add_series(series.iter())
            }
        };
        added.map_err(|Full| InventoryError { span: Span::new(at, at + content.len()), message: Full::message() })?;
        start += line.len();
    }
    Ok(())
}

/// `TYPE name kind`, `UNIT name unit`; other comments say nothing.
fn metadata(inventory: &mut Inventory, comment: &str) -> Result<(), Full> {
    let mut words = comment.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some("TYPE"), Some(name), Some(kind)) => {
            inventory.add_metadata(unquoted(name), Some(MetricKind::from_word(kind)), "")
        }
        (Some("UNIT"), Some(name), Some(unit)) => inventory.add_metadata(unquoted(name), None, unit),
        _ => Ok(()),
    }
}

/// A name that is not plain stands in quotes.
fn unquoted(name: &str) -> &str {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name)
}
