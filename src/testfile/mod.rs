//! Test files, in promtool's format and with promproof's additions: what they say, with the place of each word.
//!
//! [`decode()`] reads a file into the model of `file`, through the typed `reader`; what promproof adds to the format is
//! modelled in `extensions`, read by `decode_extensions`, and `repeat` makes many series of one. `inputs` turns series
//! notation into samples, `notation` writes it; `checked` gives the assertions the one order that everybody uses.
//! Nothing here runs anything.

pub(crate) mod checked;
mod decode;
mod decode_extensions;
mod extensions;
mod file;
pub(crate) mod inputs;
pub(crate) mod mistakes;
pub(crate) mod notation;
mod reader;
pub(crate) mod repeat;

pub use checked::AssertionKind;
pub use decode::decode;
pub use extensions::{
    Moment, Moments, PatternKind, Placeholder, PlaceholderValues, Repeat, TextPattern, TimelineTest, Tolerance,
};
pub use file::{AlertTest, ExpectedAlert, ExpectedSample, ExprTest, InputSeries, TestFile, TestGroup};
pub use inputs::INVALID_SERIES;
