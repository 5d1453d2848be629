//! The table of PromQL's functions.

use super::ast::ValueType;

/// A function of the language.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name, lower case.
    pub name: &'static str,
    /// The types of its arguments; the last one repeats where `variadic` allows more.
    pub args: &'static [ValueType],
    /// 0: exactly `args`; n > 0: the last argument is optional or repeats, at most n more; -1: any number more.
    /// As upstream's `Variadic`.
    pub variadic: i32,
    /// What it returns.
    pub returns: ValueType,
    /// Whether it must be enabled.
    pub experimental: bool,
}

/// The function called `name`, whatever its feature gate.
pub fn by_name(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Every function, by name.
pub static FUNCTIONS: &[Function] = &[];
