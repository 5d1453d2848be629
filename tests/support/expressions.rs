//! Random PromQL expressions, as text in all the ways in which people might write them, and the tree without what the
//! printer does not show.

use promproof::promql::ast::*;
use promproof::source::{Span, Spanned};

/// Writes random expressions; the same seed gives the same ones.
pub(crate) struct Generator {
    state: u64,
}

const METRICS: [&str; 8] = ["up", "http_requests_total", "job:rate5m", "sum", "by", "step", "anchored", "fill"];
const LABELS: [&str; 6] = ["job", "instance", "le", "sum", "on", "\"utf8 läbel\""];
const OPERATORS: [&str; 18] =
    ["+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", "<=", ">", ">=", "</", ">/", "and", "OR", "unless"];
const FUNCTIONS: [&str; 6] = ["abs", "ceil", "sort_desc", "timestamp", "absent", "histogram_avg"];
const RANGE_FUNCTIONS: [&str; 5] = ["rate", "increase", "sum_over_time", "changes", "mad_over_time"];
// Not Inf: its canonical text is `+Inf`, which before `^` is another tree.
const NUMBERS: [&str; 11] = ["0", "1", "1.5", ".5", "5.", "1e3", "0x1F", "017", "1_000", "5m", "1h30m5ms"];
const DURATIONS: [&str; 6] = ["5m", "300", "1h30m", "1.5", "90", "1d"];

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Generator { state: seed }
    }

    /// A number below `limit` (SplitMix64).
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn space(&mut self) -> &'static str {
        self.pick(&["", "", " ", "  ", "\n", " # why\n", "\t"])
    }

    /// Any expression that is valid with all features on; `depth` bounds how far it nests.
    pub(crate) fn expression(&mut self, depth: usize) -> String {
        match self.below(8) {
            0 => self.scalar(depth),
            1 => self.matrix(depth),
            2 => self.string(),
            _ => self.vector(depth),
        }
    }

    /// An instant vector.
    pub(crate) fn vector(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.selector();
        }
        let depth = depth - 1;
        match self.below(10) {
            0 | 1 => self.binary(depth),
            2 => self.aggregate(depth),
            3 => format!("{}({}{})", self.pick(&FUNCTIONS), self.space(), self.vector(depth)),
            4 | 5 => format!("{}({})", self.pick(&RANGE_FUNCTIONS), self.matrix(depth)),
            6 => format!("({}{})", self.vector(depth), self.space()),
            7 => format!("{}{}{}", self.pick(&["-", "+"]), self.space(), self.vector(depth)),
            8 => self.special_call(depth),
            _ => format!("{}{}", self.selector(), self.modifiers(true)),
        }
    }

    /// A number.
    pub(crate) fn scalar(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.pick(&NUMBERS).to_owned();
        }
        let depth = depth - 1;
        match self.below(6) {
            0 => {
                format!("{} {} {}", self.scalar(depth), self.pick(&["+", "*", "^", "%", "> bool"]), self.scalar(depth))
            }
            1 => format!("-{}{}", self.space(), self.scalar(depth)),
            2 => format!("({})", self.scalar(depth)),
            3 => format!("scalar({})", self.vector(depth)),
            4 => self.pick(&["time()", "pi()", "step()", "end()", "max_of(1, 2)"]).to_owned(),
            _ => self.pick(&NUMBERS).to_owned(),
        }
    }

    /// A range vector.
    pub(crate) fn matrix(&mut self, depth: usize) -> String {
        if depth > 0 && self.chance(3) {
            let step = if self.chance(2) { self.duration(1) } else { String::new() };
            let inner = self.vector(depth - 1);
            return format!("({inner})[{}:{step}]{}", self.duration(1), self.modifiers(false));
        }
        format!("{}[{}]{}", self.selector(), self.duration(2), self.modifiers(true))
    }

    fn string(&mut self) -> String {
        self.pick(&["\"a\"", "'it''s'", "`\\d+`", "\"\\xff\\n\\u00e9\"", "\"é\""]).replace("''", "\\'")
    }

    fn selector(&mut self) -> String {
        let mut matchers = Vec::new();
        for _ in 0..self.below(3) {
            let label = self.pick(&LABELS);
            let value = self.pick(&["\"a\"", "'b c'", "`x.*`", "\"é\\\"\""]);
            matchers.push(format!(
                "{}{label}{}{}{value}",
                self.space(),
                self.space(),
                self.pick(&["=", "!=", "=~", "!~"])
            ));
        }
        let comma = if !matchers.is_empty() && self.chance(4) { "," } else { "" };
        let inside = matchers.join(",");
        match self.below(6) {
            0 => format!("{{\"utf8.metric\"{}{inside}{comma}}}", if inside.is_empty() { "" } else { "," }),
            1 => format!("{{__name__=~\"up|down\"{}{inside}{comma}}}", if inside.is_empty() { "" } else { "," }),
            2 if inside.is_empty() => format!("{}{{}}", self.pick(&METRICS)),
            _ if inside.is_empty() => self.pick(&METRICS).to_owned(),
            _ => format!("{}{}{{{inside}{comma}}}", self.pick(&METRICS), self.space()),
        }
    }

    fn modifiers(&mut self, extended: bool) -> String {
        let mut out = String::new();
        if extended && self.chance(6) {
            out.push_str(self.pick(&[" anchored", " smoothed"]));
        }
        if self.chance(4) {
            out.push_str(self.pick(&[" @ 123", " @ start()", " @ END()", "@ -1.5", " @ 1m"]));
        }
        if self.chance(3) {
            let offset = match self.below(4) {
                0 => self.duration(0),
                1 => format!("-{}", self.duration(0)),
                2 => format!("-({})", self.duration(2)),
                _ => self.pick(&["step()", "-min_of(step(), 5m)", "max_of(1m, range() + 1)", "0"]).to_owned(),
            };
            out.push_str(&format!(" OFFSET {offset}"));
        }
        out
    }

    fn duration(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.pick(&DURATIONS).to_owned();
        }
        let depth = depth - 1;
        match self.below(8) {
            0 => format!(
                "{}{}{}",
                self.duration(depth),
                self.pick(&["+", " - ", "*", " / ", "%", "^"]),
                self.duration(depth)
            ),
            1 => format!("({})", self.duration(depth)),
            2 => "step()".to_owned(),
            3 => format!("-range() + {}", self.duration(depth)),
            4 => format!("min_of({}, {})", self.duration(depth), self.duration(depth)),
            5 => format!("1h+-{}", self.duration(depth)),
            _ => self.duration(0),
        }
    }

    fn binary(&mut self, depth: usize) -> String {
        let op = self.pick(&OPERATORS);
        let is_set = matches!(op, "and" | "OR" | "unless");
        if !is_set && self.chance(4) {
            return format!("({} {op} {})", self.vector(depth), self.scalar(depth));
        }
        let bool_modifier =
            if matches!(op, "==" | "!=" | "<" | "<=" | ">" | ">=") && self.chance(3) { " bool" } else { "" };
        let (clause, group) = self.matching(is_set);
        let fill = if is_set || !self.chance(6) {
            ""
        } else {
            self.pick(&[" fill (0)", " fill_left(-1e9)", " fill_right (1) fill_left(2)", " fill_left(3) fill_right(3)"])
        };
        format!("{} {op}{bool_modifier}{clause}{group}{fill} {}", self.vector(depth), self.vector(depth))
    }

    fn matching(&mut self, is_set: bool) -> (String, String) {
        if !self.chance(3) {
            return (String::new(), String::new());
        }
        let labels = self.pick(&["", "job", "job, instance,", "\"läbel\", by"]);
        let clause = format!(" {}{}({labels})", self.pick(&["on", "IGNORING"]), self.space());
        if is_set || !self.chance(2) {
            return (clause, String::new());
        }
        let include = self.pick(&["()", " (team)", "(\"a b\", le)"]);
        (clause, format!(" {}{include}", self.pick(&["group_left", "group_right"])))
    }

    fn aggregate(&mut self, depth: usize) -> String {
        let (op, param) = match self.below(5) {
            0 => (self.pick(&["topk", "bottomk", "limitk"]), "5, "),
            1 => ("quantile", "0.9, "),
            2 => ("count_values", "\"value\", "),
            _ => (self.pick(&["sum", "AVG", "min", "max", "count", "group", "stddev", "stdvar"]), ""),
        };
        let inner = self.vector(depth);
        let labels = self.pick(&["", "job", "job,le", "\"läbel\", on"]);
        let keyword = self.pick(&["by", "without"]);
        match self.below(3) {
            0 => format!("{op}({param}{inner})"),
            1 => format!("{op} {keyword} ({labels}) ({param}{inner})"),
            _ => format!("{op}({param}{inner}){}{keyword}({labels})", self.space()),
        }
    }

    fn special_call(&mut self, depth: usize) -> String {
        match self.below(6) {
            0 => format!("label_replace({}, \"a\", \"$1\", 'b', `(.*)`)", self.vector(depth)),
            1 => format!("histogram_quantile({}, {})", self.scalar(depth), self.vector(depth)),
            2 => format!("round({}, 0.1)", self.vector(depth)),
            3 => format!("info({}, {{a=~\".*\"}})", self.vector(depth)),
            4 => "hour()".to_owned(),
            _ => format!("vector({})", self.scalar(depth)),
        }
    }
}

/// Takes away what the canonical text does not show: places, the order of matchers, `by ()`, an offset of nothing …
pub(crate) fn normalise(expr: &mut Expr) {
    expr.span = Span::default();
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::String(_) => {}
        ExprKind::Vector(selector) => normalise_selector(selector),
        ExprKind::Matrix(matrix) => {
            matrix.selector.span = Span::default();
            normalise_selector(&mut matrix.selector.value);
            normalise_whole(&mut matrix.range);
        }
        ExprKind::Subquery(subquery) => {
            normalise(&mut subquery.expr);
            normalise_whole(&mut subquery.range);
            subquery.step.iter_mut().for_each(normalise_whole);
            normalise_modifiers(&mut subquery.modifiers);
        }
        ExprKind::Unary(unary) => normalise(&mut unary.operand),
        ExprKind::Binary(binary) => normalise_binary(binary),
        ExprKind::Aggregate(aggregate) => {
            aggregate.op_span = Span::default();
            aggregate.grouping =
                aggregate.grouping.take().filter(|grouping| grouping.without || !grouping.labels.is_empty());
            if let Some(grouping) = &mut aggregate.grouping {
                grouping.span = Span::default();
                normalise_labels(&mut grouping.labels);
            }
            aggregate.param.iter_mut().for_each(|param| normalise(param));
            normalise(&mut aggregate.expr);
        }
        ExprKind::Call(call) => {
            call.name_span = Span::default();
            call.args.iter_mut().for_each(normalise);
        }
        ExprKind::Paren(inner) => normalise(inner),
    }
}

fn normalise_binary(binary: &mut BinaryExpr) {
    normalise(&mut binary.lhs);
    normalise(&mut binary.rhs);
    binary.op_span = Span::default();
    binary.bool_modifier = binary.bool_modifier.and_then(|_| BoolModifier::at(Span::at(1)));
    let Some(matching) = &mut binary.matching else { return };
    if let Some(include) = &mut matching.include {
        include.span = Span::default();
        normalise_labels(&mut include.value);
    }
    let grouped = matching.include.is_some();
    matching.clause = matching.clause.take().filter(|clause| clause.on || grouped || !clause.labels.is_empty());
    if let Some(clause) = &mut matching.clause {
        clause.span = Span::default();
        normalise_labels(&mut clause.labels);
    }
}

fn normalise_labels(labels: &mut [Spanned<String>]) {
    labels.iter_mut().for_each(|label| label.span = Span::default());
}

fn normalise_selector(selector: &mut VectorSelector) {
    let outer = selector.has_outer_name();
    selector.braces = None;
    if let Some(name) = selector.name.take_if(|_| !outer) {
        let matcher_name = Spanned::new("__name__".to_owned(), name.span);
        let value = Spanned::new(name.value.into_string().into_bytes(), name.span);
        let (span, op_span) = (name.span, name.span);
        selector.matchers.push(Matcher { span, name: matcher_name, op: MatchOp::Equal, op_span, value });
    }
    selector.name.iter_mut().for_each(|name| name.span = Span::default());
    selector.matchers.sort_by_key(|matcher| matcher.to_string());
    for matcher in &mut selector.matchers {
        let nowhere = Span::default();
        (matcher.span, matcher.op_span, matcher.name.span, matcher.value.span) = (nowhere, nowhere, nowhere, nowhere);
    }
    normalise_modifiers(&mut selector.modifiers);
}

fn normalise_modifiers(modifiers: &mut Modifiers) {
    let nothing =
        |offset: &Spanned<DurationExpr>| matches!(offset.value.kind, DurationKind::Literal { seconds: 0.0, .. });
    modifiers.offset = modifiers.offset.take().filter(|offset| !nothing(offset));
    if let Some(offset) = &mut modifiers.offset {
        offset.span = Span::default();
        normalise_whole(&mut offset.value);
    }
    modifiers.at.iter_mut().for_each(|at| at.span = Span::default());
    modifiers.extension.iter_mut().for_each(|extension| extension.span = Span::default());
}

/// A duration that stands alone is printed with units, however it was written.
fn normalise_whole(duration: &mut DurationExpr) {
    if let DurationKind::Literal { is_duration, .. } = &mut duration.kind {
        *is_duration = true;
    }
    normalise_duration(duration);
}

fn normalise_duration(duration: &mut DurationExpr) {
    duration.span = Span::default();
    match &mut duration.kind {
        DurationKind::Literal { .. } | DurationKind::Step | DurationKind::Range => {}
        DurationKind::Unary { operand, .. } | DurationKind::Paren(operand) => normalise_duration(operand),
        DurationKind::Binary { lhs, rhs, .. } | DurationKind::MinMax { lhs, rhs, .. } => {
            normalise_duration(lhs);
            normalise_duration(rhs);
        }
    }
}
