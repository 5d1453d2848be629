//! The points of one series of a result.
//!
//! The result of a range query keeps the column that the evaluation made, which costs nothing to hand over and, of floats
//! without gaps, is a third of the size of a list of points; points are made of it as somebody asks for them.

use crate::model::SampleValue;

use super::column::Column;
use super::steps::Steps;

/// One point of a series.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its time in milliseconds.
    pub t_ms: i64,
    /// Its value.
    pub value: SampleValue,
}

/// The points of a series by time, at most one for each time. Collect [`Point`]s of ascending times to make one.
#[derive(Clone, Debug)]
pub struct Points(Held);

#[derive(Clone, Debug)]
enum Held {
    /// A value or none at each step.
    Column(Steps, Column),
    /// Points at any times, ascending.
    List(Vec<Point>),
}

impl Points {
    /// The values of `column` at `steps`.
    pub(super) fn at_steps(steps: Steps, column: Column) -> Self {
        Points(Held::Column(steps, column))
    }

    /// The points, by time.
    pub fn iter(&self) -> PointsIter<'_> {
        PointsIter { points: self, next: 0 }
    }

    /// How many there are. Takes time linear in the number of steps.
    pub fn len(&self) -> usize {
        match &self.0 {
            Held::Column(_, column) => column.presence().filter(|present| *present).count(),
            Held::List(points) => points.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Held::Column(_, column) => column.is_empty(),
            Held::List(points) => points.is_empty(),
        }
    }

    /// The earliest one.
    pub fn first(&self) -> Option<Point> {
        self.iter().next()
    }

    /// The value at exactly `t_ms`.
    pub fn at(&self, t_ms: i64) -> Option<SampleValue> {
        match &self.0 {
            Held::Column(steps, column) => column.sample(steps.index(t_ms)?),
            Held::List(points) => {
                let index = points.binary_search_by_key(&t_ms, |point| point.t_ms).ok()?;
                points.get(index).map(|point| point.value.clone())
            }
        }
    }
}

impl FromIterator<Point> for Points {
    fn from_iter<T: IntoIterator<Item = Point>>(points: T) -> Self {
        Points(Held::List(points.into_iter().collect()))
    }
}

impl<'a> IntoIterator for &'a Points {
    type Item = Point;
    type IntoIter = PointsIter<'a>;

    fn into_iter(self) -> PointsIter<'a> {
        self.iter()
    }
}

/// The points of a series, by time.
#[derive(Clone, Debug)]
pub struct PointsIter<'a> {
    points: &'a Points,
    /// The step, or the place in the list, to go on with.
    next: usize,
}

impl Iterator for PointsIter<'_> {
    type Item = Point;

    fn next(&mut self) -> Option<Point> {
        match &self.points.0 {
            Held::Column(steps, column) => {
                let step = (self.next..column.len()).find(|step| column.is_present(*step))?;
                self.next = step + 1;
                Some(Point { t_ms: steps.time(step), value: column.sample(step)? })
            }
            Held::List(points) => {
                let point = points.get(self.next)?.clone();
                self.next += 1;
                Some(point)
            }
        }
    }
}
