//! Text as Go prints it: `strconv.Quote`, `strconv.FormatFloat` and the part of `fmt.Sprintf` that templates use.
//!
//! Prometheus is written in Go, and what Go prints is part of its contract: label values, annotations and the messages
//! of promtool are compared byte by byte.

mod float;
mod quote;

pub use float::{FloatVerb, append_float, format_float, format_v};
pub(crate) use quote::push;
pub use quote::{is_print, quote, quote_ascii, quote_char, unicode_name};
