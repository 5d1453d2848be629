//! Further documents of a test file, which are not read.

use super::{Context, TestRule};
use crate::source::{Diagnostic, Meta, meta};

/// `test/ignored-document`
pub static META: Meta =
    meta!("test/ignored-document", Warning, certain, "a test file has further documents, which are not read");

pub(super) struct IgnoredDocument;

impl TestRule for IgnoredDocument {
    fn of_file(&self, cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
        let Some(begin) = cx.test.ignored_document else { return };
        let (message, help) = if cx.test.groups.is_empty() {
            (
                "only the first document of a test file is read, and it has no tests",
                "put the tests into the first document",
            )
        } else {
            let help = "put all tests under one `tests:`, or each document in a file of its own";
            ("only the first document of a test file is read", help)
        };
        out.push(cx.warning(&META, message, begin, "what follows is ignored").help(help));
    }
}
