//! What an expression measures: whether it only grows or goes up and down, and in which unit.
//!
//! Known from the names of metrics, as the conventions of Prometheus and OpenMetrics have them, from a catalogue of
//! well-known metrics, and through functions and operators. A name may lie: what is said here is likely, not certain.

use super::catalogue;
use crate::inventory::{Inventory, SeriesKind};
use crate::promql::Expr;
use crate::promql::ast::{AggregateOp, BinaryExpr, BinaryOp, ExprKind, NodeId, VectorSelector};
use crate::promql::functions::{Function, Measures, Values, Wants};

/// What an expression measures. Each part is `None` where it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantity {
    /// How it behaves over time.
    pub kind: Option<Kind>,
    /// Its unit; of [`Kind::Bucket`] that of what was observed.
    pub unit: Option<Unit>,
}

/// How values behave over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It only grows, and begins again at 0.
    Counter,
    /// It goes up and down.
    Gauge,
    /// A counter, or the rate of one, for each bucket of a histogram.
    Bucket,
}

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A part of a whole, or seconds per second: 0.5.
    Ratio,
    /// Hundredths: 50.
    Percent,
    /// A length of time.
    Seconds,
    /// A length of time, in thousandths.
    Milliseconds,
    /// A point in time, in seconds since the epoch.
    Timestamp,
    /// An amount of data.
    Bytes,
    /// Data over time.
    BytesPerSecond,
}

impl Unit {
    /// What messages call values of it.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Ratio => "a ratio",
            Unit::Percent => "percent",
            Unit::Seconds => "seconds",
            Unit::Milliseconds => "milliseconds",
            Unit::Timestamp => "a time since the epoch",
            Unit::Bytes => "bytes",
            Unit::BytesPerSecond => "bytes per second",
        }
    }
}

/// What each node of an expression measures.
#[derive(Clone, Debug)]
pub struct Quantities {
    /// By [`NodeId`].
    nodes: Vec<Measured>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    quantity: Quantity,
    /// The value of what is made of nothing but literals: `1024 * 1024`.
    number: Option<f64>,
}

impl Quantities {
    /// Works it out for every node. Linear in the expression.
    pub fn of(expr: &Expr, inventory: &Inventory) -> Self {
        let mut parts = Vec::new();
        expr.walk(&mut |part| parts.push(part));
        let mut this = Quantities { nodes: vec![Measured::default(); expr.id.index() + 1] };
        // Parents come first there, and need their children.
        for part in parts.into_iter().rev() {
            let measured = Measured { quantity: this.of_node(part, inventory), number: this.number_of(part) };
            if let Some(kept) = this.nodes.get_mut(part.id.index()) {
                *kept = measured;
            }
        }
        this
    }

    /// What a node measures; nothing is known of a node of another expression.
    pub fn node(&self, id: NodeId) -> Quantity {
        self.nodes.get(id.index()).copied().unwrap_or_default().quantity
    }

    /// The value of a node that is made of nothing but literals: `1024 * 1024`.
    pub fn number(&self, expr: &Expr) -> Option<f64> {
        self.nodes.get(expr.id.index()).and_then(|measured| measured.number)
    }

    /// The number that a node is, given those of its children.
    fn number_of(&self, expr: &Expr) -> Option<f64> {
        match &expr.kind {
            ExprKind::Number(literal) => Some(literal.value),
            ExprKind::Paren(inner) => self.number(inner),
            ExprKind::Unary(unary) if unary.negative => self.number(&unary.operand).map(|value| -value),
            ExprKind::Unary(unary) => self.number(&unary.operand),
            ExprKind::Binary(operation) => {
                super::binary::arithmetic(operation.op, self.number(&operation.lhs)?, self.number(&operation.rhs)?)
            }
            _ => None,
        }
    }

    fn of_node(&self, expr: &Expr, inventory: &Inventory) -> Quantity {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::String(_) => Quantity::default(),
            ExprKind::Vector(selector) => of_selector(selector, inventory),
            ExprKind::Matrix(matrix) => of_selector(&matrix.selector.value, inventory),
            ExprKind::Subquery(subquery) => self.node(subquery.expr.id),
            ExprKind::Unary(unary) => self.node(unary.operand.id),
            ExprKind::Paren(inner) => self.node(inner.id),
            ExprKind::Aggregate(aggregate) => match aggregate.op {
                AggregateOp::Count | AggregateOp::CountValues | AggregateOp::Group => Quantity::gauge(None),
                AggregateOp::Stdvar => Quantity::gauge(None),
                // A sum of counters falls where one of them ends, and is taken for a counter all the same.
                _ => self.node(aggregate.expr.id),
            },
            ExprKind::Call(call) => {
                let argument = call.function.vector_arg().or((!call.args.is_empty()).then_some(0));
                let input = argument.and_then(|at| call.args.get(at)).map(|argument| self.node(argument.id));
                of_call(call.function, input.unwrap_or_default())
            }
            ExprKind::Binary(operation) => self.of_operation(operation, inventory),
        }
    }

    fn of_operation(&self, operation: &BinaryExpr, inventory: &Inventory) -> Quantity {
        let (left, right) = (self.node(operation.lhs.id), self.node(operation.rhs.id));
        let numbers = (self.number(&operation.lhs), self.number(&operation.rhs));
        match operation.op {
            op if op.is_comparison() && operation.bool_modifier.is_some() => Quantity::gauge(None),
            // What is kept is the vector's.
            op if op.is_comparison() && numbers.0.is_some() => right,
            op if op.is_comparison() => left,
            BinaryOp::And | BinaryOp::Unless => left,
            BinaryOp::Or => left.or(right),
            BinaryOp::Add | BinaryOp::Sub => Quantity::gauge(match numbers {
                // A number is of the other side's unit.
                (Some(_), None) => right.unit,
                (None, Some(_)) => left.unit,
                _ => sum(operation.op, left.unit, right.unit),
            }),
            BinaryOp::Mul => match numbers {
                (Some(factor), None) => scaled(right.unit, factor),
                (None, Some(factor)) => scaled(left.unit, factor),
                _ => Quantity::gauge(None),
            },
            BinaryOp::Div => match numbers {
                (None, Some(divisor)) => scaled(left.unit, divisor.recip()),
                _ => Quantity::gauge(quotient(left, right).or_else(|| mean(operation, inventory))),
            },
            _ => Quantity::gauge(None),
        }
    }
}

impl Quantity {
    const fn gauge(unit: Option<Unit>) -> Self {
        Quantity { kind: Some(Kind::Gauge), unit }
    }

    /// What holds for both.
    fn or(self, other: Self) -> Self {
        Quantity {
            kind: self.kind.filter(|kind| other.kind == Some(*kind)),
            unit: self.unit.filter(|unit| other.unit == Some(*unit)),
        }
    }
}

/// `a + b`, `a - b`.
fn sum(op: BinaryOp, left: Option<Unit>, right: Option<Unit>) -> Option<Unit> {
    match (left, right) {
        (Some(Unit::Timestamp), Some(Unit::Timestamp)) if op == BinaryOp::Sub => Some(Unit::Seconds),
        (Some(Unit::Timestamp), Some(Unit::Seconds)) => Some(Unit::Timestamp),
        (left, right) => left.filter(|unit| right == Some(*unit)),
    }
}

/// A quantity times a number.
fn scaled(unit: Option<Unit>, factor: f64) -> Quantity {
    let is = |wanted: f64| (factor / wanted - 1.0).abs() < 1e-9;
    let scaled = match unit {
        Some(Unit::Ratio) if is(100.0) => Some(Unit::Percent),
        Some(Unit::Percent) if is(0.01) => Some(Unit::Ratio),
        Some(Unit::Seconds) if is(1000.0) => Some(Unit::Milliseconds),
        Some(Unit::Milliseconds) if is(0.001) => Some(Unit::Seconds),
        // Bits.
        Some(Unit::Bytes) if is(8.0) => None,
        // A threshold of its own: `limit * 0.9`.
        Some(unit @ (Unit::Seconds | Unit::Bytes)) if (0.1..10.0).contains(&factor) => Some(unit),
        // Minutes, mebibytes and what else.
        _ => None,
    };
    Quantity::gauge(scaled)
}

/// `a / b`.
fn quotient(left: Quantity, right: Quantity) -> Option<Unit> {
    match (left.unit?, right.unit?) {
        (Unit::Bytes, Unit::Seconds) => Some(Unit::BytesPerSecond),
        (Unit::Bytes, Unit::BytesPerSecond) => Some(Unit::Seconds),
        (left, right) => (left == right && left != Unit::Timestamp).then_some(Unit::Ratio),
    }
}

/// What one event takes: `rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])`, `a_seconds_total / a_total`.
fn mean(operation: &BinaryExpr, inventory: &Inventory) -> Option<Unit> {
    let ((all, function), (events, other)) = (counted(&operation.lhs)?, counted(&operation.rhs)?);
    let (sum, count) = (quantity_of(all, inventory), quantity_of(events, inventory));
    let is_histogram = all.strip_suffix("_sum").is_some_and(|name| events.strip_suffix("_count") == Some(name));
    let are_counters = sum.kind == Some(Kind::Counter) && count.kind == Some(Kind::Counter) && count.unit.is_none();
    let is_amount = |unit: &Unit| matches!(unit, Unit::Seconds | Unit::Milliseconds | Unit::Bytes);
    sum.unit.filter(|unit| is_amount(unit) && function == other && (is_histogram || are_counters))
}

/// The metric that is counted, added up or not, and the function that makes a difference or a rate of it.
fn counted(expr: &Expr) -> Option<(&str, Option<&'static str>)> {
    let (mut part, mut function) = (expr, None);
    loop {
        part = match &part.kind {
            ExprKind::Paren(inner) => inner,
            ExprKind::Aggregate(aggregate) if matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Avg) => {
                &aggregate.expr
            }
            ExprKind::Call(call) => match (call.function.name, call.args.first()?) {
                ("clamp_min", argument) => argument,
                (name @ ("rate" | "irate" | "increase"), argument) if function.is_none() => {
                    function = Some(name);
                    argument
                }
                _ => return None,
            },
            _ => return Some((part.selector()?.metric_name()?, function)),
        };
    }
}

fn of_call(function: &Function, input: Quantity) -> Quantity {
    let is_bucket = input.kind == Some(Kind::Bucket);
    match function.measures {
        Measures::Timestamp => Quantity::gauge(Some(Unit::Timestamp)),
        // The rate of buckets is a histogram again.
        Measures::Same | Measures::PerSecond if is_bucket => input,
        Measures::Same if function.keeps_name || matches!(function.values, Values::Same) => input,
        Measures::Same => Quantity::gauge(difference(function, input.unit)),
        Measures::PerSecond => Quantity::gauge(match input.unit {
            Some(Unit::Seconds) => Some(Unit::Ratio),
            Some(Unit::Bytes) => Some(Unit::BytesPerSecond),
            _ => None,
        }),
        Measures::Observed if function.wants == Some(Wants::Buckets) => {
            Quantity::gauge(input.unit.filter(|_| is_bucket))
        }
        Measures::Observed => Quantity::gauge(input.unit),
        Measures::Other => Quantity::gauge(None),
    }
}

/// The unit of what a function makes of values that it compares with each other.
fn difference(function: &Function, unit: Option<Unit>) -> Option<Unit> {
    let compares = matches!(function.name, "delta" | "idelta" | "increase" | "stddev_over_time" | "mad_over_time");
    match unit {
        Some(Unit::Timestamp) if compares => Some(Unit::Seconds),
        unit => unit,
    }
}

/// Endings of the names of what goes up and down, and of nothing else.
const GAUGES: [&str; 8] = ["_celsius", "_depth", "_free", "_gauge", "_length", "_percent", "_ratio", "_up"];

/// The objects that kube-state-metrics tells of: `kube_pod_…`. Its documentation lists every metric as a gauge, but for those
/// whose names end in `_total`. Others that begin with `kube_` are of other programs: `kube_apiserver_…`, `kube_event_count`.
const KUBE_OBJECTS: [&str; 30] = [
    "certificatesigningrequest",
    "configmap",
    "cronjob",
    "daemonset",
    "deployment",
    "endpoint",
    "endpointslice",
    "horizontalpodautoscaler",
    "ingress",
    "job",
    "lease",
    "limitrange",
    "mutatingwebhookconfiguration",
    "namespace",
    "networkpolicy",
    "node",
    "persistentvolume",
    "persistentvolumeclaim",
    "pod",
    "poddisruptionbudget",
    "replicaset",
    "replicationcontroller",
    "resourcequota",
    "secret",
    "service",
    "serviceaccount",
    "statefulset",
    "storageclass",
    "validatingwebhookconfiguration",
    "volumeattachment",
];

/// Endings of names, without those that say how it is counted.
const UNITS: [(&str, Unit); 9] = [
    ("_timestamp_seconds", Unit::Timestamp),
    ("_timestamp", Unit::Timestamp),
    ("_time_seconds", Unit::Timestamp),
    ("_milliseconds", Unit::Milliseconds),
    ("_seconds", Unit::Seconds),
    ("_bytes", Unit::Bytes),
    ("_ratio", Unit::Ratio),
    ("_percent", Unit::Percent),
    ("_percentage", Unit::Percent),
];

fn of_selector(selector: &VectorSelector, inventory: &Inventory) -> Quantity {
    selector.metric_name().map_or(Quantity::default(), |name| quantity_of(name, inventory))
}

/// What a metric measures: by its metadata, else by its name.
pub fn quantity_of(name: &str, inventory: &Inventory) -> Quantity {
    let by_name = by_name(name);
    if !inventory.has_metadata(name) {
        return by_name;
    }
    let kind = inventory.kind_of(name).and_then(|kind| match kind {
        SeriesKind::Counter => Some(Kind::Counter),
        SeriesKind::Gauge => Some(Kind::Gauge),
        SeriesKind::Bucket => Some(Kind::Bucket),
        SeriesKind::Histogram => None,
    });
    let unit = inventory.unit_of(name).and_then(|unit| match unit {
        // A length of time or a point in it.
        "seconds" if by_name.unit == Some(Unit::Timestamp) => Some(Unit::Timestamp),
        "seconds" => Some(Unit::Seconds),
        "milliseconds" => Some(Unit::Milliseconds),
        "bytes" => Some(Unit::Bytes),
        "ratio" | "ratios" => Some(Unit::Ratio),
        "percent" => Some(Unit::Percent),
        _ => None,
    });
    Quantity { kind, unit: unit.or(by_name.unit) }
}

/// What a metric measures by its name alone.
fn by_name(name: &str) -> Quantity {
    if let Some(known) = catalogue::metric(name) {
        return known.quantity;
    }
    let told = by_words(name);
    match of_family(name) {
        Some(unit) => Quantity::gauge(unit.or(told.unit)),
        None => told,
    }
}

/// Whether a metric measures what its name says is known from elsewhere: it is in the catalogue, or its program keeps to a law.
pub fn is_known(name: &str) -> bool {
    catalogue::metric(name).is_some() || of_family(name).is_some()
}

/// The unit of a metric of a family that goes up and down, unless the ending says that it is counted, where the unit does not
/// follow from its name alone; `None` for any other metric.
fn of_family(name: &str) -> Option<Option<Unit>> {
    let (program, rest) = name.split_once('_')?;
    let (families, unit): (&[&str], _) = match program {
        "kube" => {
            let (object, rest) = rest.split_once('_')?;
            KUBE_OBJECTS.binary_search(&object).ok()?;
            let is_time = rest == "created" || rest.ends_with("_time") || rest.ends_with("_timestamp");
            (&[""], is_time.then_some(Unit::Timestamp))
        }
        // The runtime's statistics (client_golang).
        "go" => (&["memstats_"], None),
        // Micrometer, client_java.
        "jvm" => (&["buffer_", "memory_", "threads_"], None),
        "kubelet" => (&["volume_stats_"], None),
        // What node_exporter reads of file systems, sensors and `/proc/meminfo`: its `e2e-output.txt`.
        "node" => (&["filesystem_", "hwmon_", "memory_"], None),
        // Settings (mysqld_exporter, postgres_exporter).
        "mysql" => (&["global_variables_"], None),
        "pg" => (&["settings_"], None),
        // `SHOW DATABASES`, `SHOW POOLS` (pgbouncer_exporter).
        "pgbouncer" => (&["databases_", "pools_"], None),
        _ => return None,
    };
    // What has a colon is recorded.
    let is_one = families.iter().any(|family| rest.starts_with(family)) && !name.contains(':');
    let is_counted = || ["_total", "_count", "_sum", "_bucket"].iter().any(|ending| name.ends_with(ending));
    (is_one && !is_counted()).then_some(unit)
}

/// What the words of a name say.
fn by_words(name: &str) -> Quantity {
    // What has a colon is recorded, and its name says what it was made of.
    if name.contains(':') {
        return Quantity::default();
    }
    let (kind, base) = if let Some(base) = name.strip_suffix("_total") {
        (Some(Kind::Counter), base)
    } else if let Some(base) = name.strip_suffix("_bucket") {
        (Some(Kind::Bucket), base)
    } else if let Some(base) = name.strip_suffix("_sum") {
        (None, base)
    } else {
        (GAUGES.iter().any(|ending| name.ends_with(ending)).then_some(Kind::Gauge), name)
    };
    let unit = UNITS.iter().find(|(ending, _)| base.ends_with(ending)).map(|(_, unit)| *unit);
    // `process_cpu_time_seconds_total` counts seconds, `start_time_seconds` is a time.
    let unit = match unit {
        Some(Unit::Timestamp) if kind.is_some() || base.len() < name.len() => Some(Unit::Seconds),
        // Response times, run times: how long.
        Some(Unit::Timestamp) if base.ends_with("_time_seconds") && !is_point_in_time(base) => Some(Unit::Seconds),
        unit => unit,
    };
    Quantity { kind, unit }
}

/// Whether a name that ends in `_time_seconds` speaks of when, and not of how long.
fn is_point_in_time(name: &str) -> bool {
    const WHEN: [&str; 9] =
        ["start", "end", "boot", "creation", "completion", "expiry", "expiration", "last", "reload"];
    let before = name.strip_suffix("_time_seconds").unwrap_or(name);
    WHEN.iter().any(|word| before.ends_with(word) || before.contains(&format!("_{word}_")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql;

    fn quantity(text: &str) -> Quantity {
        let expr = promql::parse(text, &promql::ParseOptions::default()).unwrap();
        Quantities::of(&expr, &Inventory::default()).node(expr.id)
    }

    #[test]
    fn units_go_through_functions_and_operators() {
        use Unit::{Bytes, BytesPerSecond, Milliseconds, Percent, Ratio, Seconds, Timestamp};
        for (text, unit) in [
            ("node_memory_free_bytes", Some(Bytes)),
            ("sum by (a) (x_bytes) / sum(y_bytes)", Some(Ratio)),
            ("100 * (1 - a_bytes / b_bytes)", Some(Percent)),
            ("a_bytes / b_bytes * 100 > 90", Some(Percent)),
            ("a_bytes / 1024 / 1024", None),
            ("rate(x_bytes_total[5m])", Some(BytesPerSecond)),
            ("rate(process_cpu_seconds_total[5m])", Some(Ratio)),
            ("rate(x_total[5m])", None),
            ("histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))", Some(Seconds)),
            ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", Some(Seconds)),
            ("sum(rate(x_seconds_sum[5m])) / clamp_min(sum(rate(x_seconds_count[5m])), 1)", Some(Seconds)),
            ("increase(x_milliseconds_sum[5m]) / increase(x_milliseconds_count[5m])", Some(Milliseconds)),
            ("rate(x_seconds_sum[5m]) / increase(x_seconds_count[5m])", None),
            ("rate(x_seconds_sum[5m]) / rate(y_seconds_count[5m])", None),
            ("rate(x_write_time_seconds_total[1m]) / rate(x_writes_total[1m])", Some(Seconds)),
            ("rate(x_seconds_total[1m]) / x_limit", None),
            ("x_bytes * 8", None),
            ("time() - process_start_time_seconds", Some(Seconds)),
            ("x_expiry_timestamp_seconds - time() < 86400", Some(Seconds)),
            ("increase(x_time_seconds_total[1h])", Some(Seconds)),
            ("request_time_seconds", Some(Seconds)),
            ("job_start_time_seconds", Some(Timestamp)),
            ("time()", Some(Timestamp)),
            ("x_seconds * 1000", Some(Milliseconds)),
            ("count(x_bytes)", None),
            ("max_over_time(x_bytes[1h]) or y_bytes", Some(Bytes)),
            ("x_bytes or y_seconds", None),
            ("job:x_seconds:rate5m", None),
            ("kube_pod_created", Some(Timestamp)),
        ] {
            assert_eq!(quantity(text).unit, unit, "{text}");
        }
    }

    #[test]
    fn families_of_gauges() {
        use Unit::{Bytes, Seconds, Timestamp};
        for (name, unit) in [
            ("kube_pod_status_phase", None),
            ("kube_horizontalpodautoscaler_status_desired_replicas", None),
            ("kube_namespace_created", Some(Timestamp)),
            ("kube_job_status_start_time", Some(Timestamp)),
            ("kube_pod_deletion_timestamp", Some(Timestamp)),
            ("kube_pod_spec_active_deadline_seconds", Some(Seconds)),
            ("node_memory_MemFree_bytes", Some(Bytes)),
            ("jvm_memory_bytes_used", None),
            ("pgbouncer_pools_client_waiting_connections", None),
            ("pgbouncer_pools_client_maxwait_seconds", Some(Seconds)),
        ] {
            let quantity = by_name(name);
            assert_eq!((quantity.kind, quantity.unit), (Some(Kind::Gauge), unit), "{name}");
            assert!(is_known(name), "{name}");
        }
        for name in
            ["kube_pod_container_status_restarts_total", "jvm_threads_started_total", "node_hwmon_energy_joule_total"]
        {
            assert_eq!(by_name(name).kind, Some(Kind::Counter), "{name}");
        }
        for name in
            ["kube_event_count", "kube_apiserver_requests", "kube_podman_memory", "kube_pod", "node_memory_used:sum"]
        {
            assert_eq!(by_name(name).kind, None, "{name}");
            assert!(!is_known(name), "{name}");
        }
        assert!(KUBE_OBJECTS.is_sorted());
    }

    /// What repeats a name costs for nothing.
    #[test]
    fn the_catalogue_says_what_names_do_not() {
        let repeats = |name: &str, known: catalogue::Known| {
            let told = by_words(name);
            let told = of_family(name).map_or(told, |unit| Quantity::gauge(unit.or(told.unit)));
            !known.zero_is_unlimited && known.quantity == told
        };
        let repeated: Vec<&str> =
            catalogue::metrics().filter(|(name, known)| repeats(name, *known)).map(|(name, _)| name).collect();
        assert!(repeated.is_empty(), "{repeated:?}");
    }

    #[test]
    fn metadata_knows_better_than_names() {
        let mut inventory = Inventory::default();
        let text =
            "# TYPE a_total gauge\n# TYPE b counter\n# UNIT b seconds\n# TYPE c_depth counter\n# TYPE c_depth gauge\n";
        inventory.read(text, crate::inventory::Purpose::Metadata).unwrap();
        assert_eq!(quantity_of("a_total", &inventory).kind, Some(Kind::Gauge));
        let b = quantity_of("b", &inventory);
        assert_eq!((b.kind, b.unit), (Some(Kind::Counter), Some(Unit::Seconds)));
        assert_eq!(quantity_of("c_depth", &inventory).kind, None);
        assert_eq!(quantity_of("d_depth", &inventory).kind, Some(Kind::Gauge));
    }

    #[test]
    fn kinds() {
        use Kind::{Bucket, Counter, Gauge};
        for (text, kind) in [
            ("x_total", Some(Counter)),
            ("x_total[5m]", Some(Counter)),
            ("x_bucket", Some(Bucket)),
            ("sum by (le) (rate(x_bucket[5m]))", Some(Bucket)),
            ("rate(x_total[5m])", Some(Gauge)),
            ("queue_length", Some(Gauge)),
            ("x_count", None),
            ("job:x_total", None),
            ("last_over_time(x_total[1h])", Some(Counter)),
        ] {
            assert_eq!(quantity(text).kind, kind, "{text}");
        }
    }
}
