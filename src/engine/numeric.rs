//! Floating-point building blocks whose last bit matters.

/// One step of Kahan summation as improved by Neumaier: adds `x` to `sum` with the compensation `c`.
///
/// The compensation is dropped where the sum overflows, as upstream does, so that `Inf` stays `Inf`.
#[inline]
pub(crate) fn kahan_inc(x: f64, sum: f64, c: f64) -> (f64, f64) {
    // Written without branches, so that loops over many sums become vector instructions.
    let t = sum + x;
    let (large, small) = if sum.abs() >= x.abs() { (sum, x) } else { (x, sum) };
    let compensated = c + ((large - t) + small);
    (t, if t.is_infinite() { 0.0 } else { compensated })
}

/// A running mean that sums directly and turns to the incremental formula where the sum would overflow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mean {
    count: f64,
    sum: f64,
    c: f64,
    incremental: bool,
}

impl Mean {
    /// The mean of nothing yet.
    pub(crate) const NOTHING: Self = Mean { count: 0.0, sum: 0.0, c: 0.0, incremental: false };

    /// Whether no value was added.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0.0
    }

    /// The mean of one value.
    #[inline]
    pub(crate) fn of(first: f64) -> Self {
        Mean { count: 1.0, sum: first, c: 0.0, incremental: false }
    }

    /// Adds a value.
    #[inline]
    pub(crate) fn add(&mut self, x: f64) {
        self.count += 1.0;
        if !self.incremental {
            let (sum, c) = kahan_inc(x, self.sum, self.c);
            if !sum.is_infinite() {
                (self.sum, self.c) = (sum, c);
                return;
            }
            // From here on `sum` holds the mean.
            self.incremental = true;
            self.sum /= self.count - 1.0;
            self.c /= self.count - 1.0;
        }
        let q = (self.count - 1.0) / self.count;
        (self.sum, self.c) = kahan_inc(x / self.count, q * self.sum, q * self.c);
    }

    /// The mean of all values.
    #[inline]
    pub(crate) fn value(&self) -> f64 {
        if self.incremental { self.sum + self.c } else { self.sum / self.count + self.c / self.count }
    }
}

/// The `q`-quantile of `values`, which are sorted with NaN first; linear between ranks.
pub(crate) fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    values.sort_unstable_by(|a, b| match (a.is_nan(), b.is_nan()) {
        (true, true) => std::cmp::Ordering::Equal,
        (true, false) => std::cmp::Ordering::Less,
        (false, true) => std::cmp::Ordering::Greater,
        (false, false) => a.total_cmp(b),
    });
    let n = values.len() as f64;
    let rank = q * (n - 1.0);
    let lower = rank.floor().max(0.0);
    let upper = (lower + 1.0).min(n - 1.0);
    let weight = rank - rank.floor();
    let at = |rank: f64| values.get(rank as usize).copied().unwrap_or(f64::NAN);
    at(lower) * (1.0 - weight) + at(upper) * weight
}

/// Go's conversion of a float to `int64`, for values in range; saturating beyond.
pub(crate) fn to_int(value: f64) -> i64 {
    value as i64
}
