//! Laws that hold for every expression.

mod expressions;
mod steps;
mod store;
mod windows;
