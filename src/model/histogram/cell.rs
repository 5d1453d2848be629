//! A bucket's count while it is being summed up: plain, or with the rounding errors kept beside it.

/// A number that others are added to.
pub(super) trait Cell: Copy {
    /// The cell that holds just `value`.
    fn of(value: f64) -> Self;
    /// Adds one number.
    fn add(&mut self, value: f64);
    /// Adds what another cell has gathered.
    fn merge(&mut self, other: Self);
    /// The sum so far, without the correction.
    fn raw(self) -> f64;
    /// The sum with everything that was kept beside it.
    fn total(self) -> f64;
    /// The cell with `change` (a multiplication or division) done to it.
    fn scaled(self, change: impl Fn(f64) -> f64) -> Self;
}

impl Cell for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn add(&mut self, value: f64) {
        *self += value;
    }

    fn merge(&mut self, other: Self) {
        *self += other;
    }

    fn raw(self) -> f64 {
        self
    }

    fn total(self) -> f64 {
        self
    }

    fn scaled(self, change: impl Fn(f64) -> f64) -> Self {
        change(self)
    }
}

/// A Kahan-Neumaier sum: the correction is forgotten when the sum becomes infinite (`Inc` in Prometheus'
/// `util/kahansum`).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Compensated {
    sum: f64,
    correction: f64,
}

impl Cell for Compensated {
    fn of(value: f64) -> Self {
        Compensated { sum: value, correction: 0.0 }
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        if sum.is_infinite() {
            self.correction = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.correction += (self.sum - sum) + value;
        } else {
            self.correction += (value - sum) + self.sum;
        }
        self.sum = sum;
    }

    fn merge(&mut self, other: Self) {
        self.add(other.sum);
        self.correction += other.correction;
    }

    fn raw(self) -> f64 {
        self.sum
    }

    fn total(self) -> f64 {
        self.sum + self.correction
    }

    fn scaled(self, change: impl Fn(f64) -> f64) -> Self {
        Compensated { sum: change(self.sum), correction: change(self.correction) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum<C: Cell>(values: &[f64]) -> f64 {
        let mut cell = C::of(0.0);
        for value in values {
            cell.add(*value);
        }
        cell.total()
    }

    #[test]
    fn small_terms_survive_large_ones() {
        let values = [1.0, 1e100, 1.0, -1e100];
        assert_eq!(sum::<Compensated>(&values), 2.0);
        assert_eq!(sum::<f64>(&values), 0.0);
    }

    #[test]
    fn infinity_stays_infinity() {
        assert_eq!(sum::<Compensated>(&[f64::MAX, f64::MAX, 1.0]), f64::INFINITY);
    }
}
