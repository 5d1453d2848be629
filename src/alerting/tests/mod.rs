//! Timelines of small rule files over small data, as pictures; and the law that passes and single steps agree.

mod alerts;
mod budget;
mod laws;
mod plans;
mod recordings;
mod support;
mod variants;
