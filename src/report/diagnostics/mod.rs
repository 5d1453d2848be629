//! Diagnostics, the same in every command: one file per output format.

pub mod cases;
pub mod checkstyle;
pub mod concise;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod markdown;
pub mod rdjson;
mod repeated;
pub mod sarif;
