//! The comments of pint (<https://cloudflare.github.io/pint/ignoring.html>): those with a counterpart here act as they do
//! there, and all others are kept without a word. None is ever called unused: they are there for pint.

use super::comment::{Reach, Until};
use crate::lint::naming::Name;
use crate::model::calendar::{parse_date, parse_rfc3339};

/// What a comment of pint says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) reach: Reach,
    /// The rules here that find what pint's check does.
    pub(super) names: Vec<Name>,
    /// When it ceases to hold.
    pub(super) until: Option<Until>,
}

/// For each check of pint that finds what rules here find, these rules: a line each, with a tab between.
const COUNTERPARTS: &str = include_str!("pint.tsv");

/// Reads a comment; `None` where it says nothing to pint that means something here.
pub(super) fn parse(comment: &str) -> Option<Said> {
    let said = comment.trim_start_matches('#').trim_start().strip_prefix("pint")?;
    let mut words = said.strip_prefix([' ', '\t'])?.split_whitespace();
    let directive = words.next()?;
    let everything = |reach: Reach| Some(Said { reach, names: Name::categories().collect(), until: None });
    let (of, word) = directive.split_once('/').unwrap_or(("rule", directive));
    if of == "ignore" {
        return match word {
            "file" => everything(Reach::Rest),
            "line" => everything(Reach::Line),
            "next-line" => everything(Reach::NextLine),
            "begin" => everything(Reach::Begin),
            "end" => Some(Said { reach: Reach::End, names: Vec::new(), until: None }),
            _ => None,
        };
    }
    let reach = match of {
        "rule" => Reach::Rule,
        "file" => Reach::File,
        _ => return None,
    };
    let until = match word {
        "disable" => None,
        "snooze" => Some(moment(words.next()?)?),
        // Owners and settings of checks are pint's own affair.
        _ => return None,
    };
    let names = counterparts(words.next()?);
    (!names.is_empty()).then_some(Said { reach, names, until })
}

/// A date, or a moment as RFC 3339 has it.
fn moment(text: &str) -> Option<Until> {
    parse_date(text).or_else(|| parse_rfc3339(text)).map(Until)
}

/// The rules that find what a check finds. What stands behind it in parentheses (a server, a selector) is not looked at.
fn counterparts(check: &str) -> Vec<Name> {
    let check = check.split('(').next().unwrap_or(check);
    table().find(|(known, _)| *known == check).map_or_else(Vec::new, |(_, ids)| names(ids))
}

/// Every check of pint with a counterpart, and the rules that find what it does.
pub(in crate::lint) fn all_counterparts() -> impl Iterator<Item = (&'static str, Vec<Name>)> {
    table().map(|(check, ids)| (check, names(ids)))
}

fn names(ids: &str) -> Vec<Name> {
    ids.split(' ').filter_map(Name::exact).collect()
}

/// The checks, and the rules of each with blanks between.
fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTERPARTS.lines().filter_map(|line| line.split_once('\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calendar::format_rfc3339;

    fn read(comment: &str) -> String {
        let Some(Said { reach, names, until }) = parse(comment) else { return "kept".to_owned() };
        let until = until.map_or_else(String::new, |until| format!(" until {}", format_rfc3339(until.0)));
        match names.as_slice() {
            [] => format!("{reach:?}"),
            [first] => format!("{reach:?} {first:?}{until}"),
            several => format!("{reach:?} {} names{until}", several.len()),
        }
    }

    #[test]
    fn what_has_a_counterpart_acts() {
        assert_eq!(read("# pint disable promql/series"), r#"Rule Category("selector")"#);
        assert_eq!(read("#pint  disable promql/series(up{job=\"x\"})"), r#"Rule Category("selector")"#);
        assert_eq!(read("# pint file/disable promql/impossible"), "File 7 names");
        assert_eq!(
            read("# pint snooze 2027-01-31 promql/nan"),
            r#"Rule Rule("promql/nan-in-aggregation") until 2027-01-31T00:00:00Z"#
        );
        assert_eq!(
            read("# pint file/snooze 2027-01-31T12:00:00Z promql/nan"),
            r#"File Rule("promql/nan-in-aggregation") until 2027-01-31T12:00:00Z"#
        );
        assert_eq!(read("# pint ignore/end"), "End");
        assert!(read("# pint ignore/next-line").starts_with("NextLine "));
    }

    #[test]
    fn the_rest_is_kept() {
        for comment in [
            "# pint",
            "# pint is run in CI",
            "# pinto disable promql/series",
            "# pint disable",
            "# pint disable query/cost",
            "# pint disable promql/serie",
            "# pint snooze tomorrow promql/series",
            "# pint rule/owner platform",
            "# pint file/owner platform",
            "# pint rule/set promql/series min-age 1w",
        ] {
            assert_eq!(read(comment), "kept", "{comment}");
        }
    }

    #[test]
    fn counterparts_exist() {
        assert!(table().count() > 20);
        let page = include_str!("../../../docs/configuration.md");
        for (check, ids) in table() {
            assert_eq!(counterparts(check).len(), ids.split(' ').count(), "{check}");
            let row = format!("| `{check}` | `{}` |\n", ids.replace(' ', "`, `"));
            assert!(page.contains(&row), "docs/configuration.md has no row {row}");
        }
    }
}
