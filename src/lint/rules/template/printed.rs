//! Where a template prints the value of the alert: through which functions, in which format, and what stands behind it.

use crate::source::Span;
use crate::template::Template;
use crate::template::ast::{Command, List, NodeKind, Operand, OperandKind, Pipeline};

/// An action that prints the value of the alert and nothing else.
pub(super) struct Printed<'t> {
    /// Its bytes, without the braces.
    pub(super) pipeline: Span,
    /// How the value is named there.
    pub(super) value: Span,
    /// What the value goes through, in this order.
    pub(super) steps: Vec<Step<'t>>,
    /// The text behind the action and where it begins; nothing where another action follows.
    pub(super) behind: (&'t str, usize),
    /// Whether it stands in a branch that depends on the value, so that it is not printed for all of them.
    pub(super) depends_on_value: bool,
}

/// What a value goes through.
pub(super) enum Step<'t> {
    /// A function that takes nothing else.
    Function(&'t str, Span),
    /// `printf`, with a verb for the value.
    Printf(Format<'t>),
}

/// The format of a `printf`.
pub(super) struct Format<'t> {
    /// The string with its quotes.
    pub(super) span: Span,
    /// As written.
    pub(super) raw: &'t str,
    /// The verb for the value, as written: `%5.2f`.
    pub(super) verb: &'t str,
    /// What follows it in the format.
    pub(super) behind: &'t str,
}

impl Format<'_> {
    /// With how many digits behind the point the verb prints a number; `None` where it is another kind of verb.
    pub(super) fn decimals(&self) -> Option<usize> {
        let (precision, verb) = self.verb.split_at_checked(self.verb.len().checked_sub(1)?)?;
        match precision.split_once('.') {
            _ if !matches!(verb, "f" | "F") => None,
            Some((_, "")) => Some(0),
            Some((_, digits)) => digits.parse().ok(),
            None => Some(6),
        }
    }
}

/// The actions that print the value of the alert and nothing else; none where `$value` is made something else.
pub(super) fn printed(template: &Template) -> Vec<Printed<'_>> {
    let mut found = Some(Vec::new());
    collect(template.root(), Scope { is_alert: true, depends_on_value: false }, &mut found);
    found.unwrap_or_default()
}

#[derive(Clone, Copy)]
struct Scope {
    /// Whether the dot is the alert's.
    is_alert: bool,
    depends_on_value: bool,
}

fn collect<'t>(list: &'t List, scope: Scope, found: &mut Option<Vec<Printed<'t>>>) {
    for (at, node) in list.nodes.iter().enumerate() {
        let pipeline = match &node.kind {
            NodeKind::Action(pipeline) => {
                if let (Some((value, steps)), Some(found)) = (steps(pipeline, scope.is_alert), found.as_mut()) {
                    let behind = match list.nodes.get(at + 1) {
                        Some(next) => match &next.kind {
                            NodeKind::Text(text) => (text.as_str(), next.span.start()),
                            _ => ("", node.span.end()),
                        },
                        None => ("", node.span.end()),
                    };
                    let pipeline = pipeline.span;
                    let depends_on_value = scope.depends_on_value;
                    found.push(Printed { pipeline, value, steps, behind, depends_on_value });
                }
                pipeline
            }
            NodeKind::If(branch) | NodeKind::With(branch) | NodeKind::Range(branch) => {
                let keeps_dot = matches!(node.kind, NodeKind::If(_));
                let depends_on_value = scope.depends_on_value || names_value(&branch.pipe);
                let inner = Scope { is_alert: scope.is_alert && keeps_dot, depends_on_value };
                collect(&branch.list, inner, found);
                branch.else_list.iter().for_each(|list| collect(list, Scope { depends_on_value, ..scope }, found));
                &branch.pipe
            }
            _ => continue,
        };
        if pipeline.variables.iter().any(|variable| variable.value == "$value") {
            *found = None;
        }
    }
}

/// The value of the alert and what it goes through: `$value | humanizeDuration`, `printf "%.2f" $value`.
fn steps(pipeline: &Pipeline, is_alert: bool) -> Option<(Span, Vec<Step<'_>>)> {
    if !pipeline.variables.is_empty() {
        return None;
    }
    let (first, others) = pipeline.commands.split_first()?;
    let is_value =
        |operand: &Operand| operand.is_alert_value() && (is_alert || !matches!(operand.kind, OperandKind::Field(_)));
    let at = first.operands.iter().position(is_value)?;
    let mut steps = Vec::new();
    if first.operands.len() > 1 {
        steps.push(step(first, at)?);
    }
    for command in others {
        // What comes through the pipe is the last argument.
        steps.push(step(command, command.operands.len())?);
    }
    Some((first.operands.get(at)?.span, steps))
}

/// A function of which the value is the operand `at`.
fn step(command: &Command, at: usize) -> Option<Step<'_>> {
    let (function, arguments) = command.operands.split_first()?;
    let OperandKind::Function(name) = &function.kind else { return None };
    if name != "printf" {
        let is_alone = at == 1 && arguments.len() <= 1;
        return is_alone.then_some(Step::Function(name, function.span));
    }
    let format = arguments.first()?;
    let OperandKind::String { value, raw } = &format.kind else { return None };
    let (verb, behind) = verb(value, at.checked_sub(2)?)?;
    Some(Step::Printf(Format { span: format.span, raw, verb, behind }))
}

/// The verb for an argument, by the argument's number, and what follows it; `None` where the format takes widths or numbers
/// from arguments.
fn verb(format: &str, at: usize) -> Option<(&str, &str)> {
    let (mut rest, mut next) = (format, 0);
    loop {
        rest = rest.get(rest.find('%')?..)?;
        let options = rest.get(1..)?.find(|c: char| !(c.is_ascii_digit() || "+-# .".contains(c)))? + 1;
        let letter = rest.get(options..)?.chars().next()?;
        let (verb, behind) = rest.split_at_checked(options + letter.len_utf8())?;
        match letter {
            '*' | '[' => return None,
            '%' => {}
            _ if next == at => return Some((verb, behind)),
            _ => next += 1,
        }
        rest = behind;
    }
}

/// Whether a condition asks for the value.
fn names_value(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().flat_map(|command| &command.operands).any(|operand| match &operand.kind {
        OperandKind::Parenthesized(inner) => names_value(inner),
        _ => operand.is_alert_value(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template;

    /// What each action goes through: names of functions, verbs with what follows them in the format.
    fn shown(text: &str) -> Vec<String> {
        let template = template::parse(text).unwrap();
        let steps = |steps: &[Step<'_>]| {
            let steps = steps.iter().map(|step| match step {
                Step::Function(name, _) => (*name).to_owned(),
                Step::Printf(format) => format!("{}[{}]", format.verb, format.behind),
            });
            steps.collect::<Vec<_>>().join(" ")
        };
        printed(&template).iter().map(|printed| steps(&printed.steps)).collect()
    }

    #[test]
    fn what_the_value_goes_through() {
        for (text, steps) in [
            ("{{ $value }}", ""),
            ("{{ $value | humanizeDuration }}", "humanizeDuration"),
            ("{{ humanizeTimestamp $value }}", "humanizeTimestamp"),
            ("{{ .Value | humanizeDuration }}", "humanizeDuration"),
            ("{{ if $labels.a }}{{ .Value | humanize }}{{ end }}", "humanize"),
            ("{{ range query \"up\" }}{{ $value | humanize }}{{ end }}", "humanize"),
            ("{{ $value | humanize | title }}", "humanize title"),
            ("{{ printf \"%.2f\" $value }}", "%.2f[]"),
            ("{{ $value | printf `%.2fs` }}", "%.2f[s]"),
            ("{{ printf \"%s: 100%% %5.1f ms\" $labels.job $value }}", "%5.1f[ ms]"),
            ("{{ $value | printf \"%s: %.0f%%\" .Labels.a | title }}", "%.0f[%%] title"),
        ] {
            assert_eq!(shown(text), [steps], "{text}");
        }
    }

    #[test]
    fn what_does_not_print_the_value_alone() {
        for text in [
            "{{ query \"up\" | first | value | humanizeDuration }}",
            "{{ range query \"up\" }}{{ .Value | humanizeDuration }}{{ end }}",
            "{{ range $i, $value := query \"up\" }}{{ $value | humanizeDuration }}{{ end }}",
            "{{ $value := 5 }}{{ $value | humanizeDuration }}",
            "{{ $x := $value | humanizeDuration }}",
            "{{ $value.x | humanizeDuration }}",
            "{{ gt $value 5.0 }}",
            "{{ reReplaceAll \"a\" \"b\" $value }}",
            "{{ printf \"%*d\" 5 $value }}",
            "{{ printf \"%[2]f\" $value }}",
            "{{ printf \"%s\" $labels.a $value }}",
            "{{ printf $value }}",
            "{{ printf $labels.format $value }}",
            "{{ printf \"%\" $value }}",
        ] {
            assert_eq!(shown(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn decimals_are_those_of_the_verb() {
        for (verb, decimals) in [("%.2f", Some(2)), ("%f", Some(6)), ("%5.F", Some(0)), ("%d", None), ("%.3g", None)] {
            let format = Format { span: Span::at(0), raw: "", verb, behind: "" };
            assert_eq!(format.decimals(), decimals, "{verb}");
        }
    }

    #[test]
    fn branches_that_depend_on_the_value_are_known() {
        let text = "{{ if gt $value 1e9 }}{{ $value }} a{{ else if $labels.x }}{{ $value }} b{{ end }}{{ $value }} c";
        let template = template::parse(text).unwrap();
        let found: Vec<_> =
            printed(&template).iter().map(|printed| (printed.behind.0.to_owned(), printed.depends_on_value)).collect();
        assert_eq!(found, [(" a".to_owned(), true), (" b".to_owned(), true), (" c".to_owned(), false)]);
    }
}
