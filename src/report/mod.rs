//! One file per output format; each turns the same diagnostics or test report into text.
