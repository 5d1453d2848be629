//! How much of the failures of a run is kept: the first ones whole, then in short, then the least that says what is wrong.
//!
//! A failed assertion holds every alert that fires and the life of each. Many assertions over many alerts would hold the
//! product of both, and many groups the sum of that.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::source::words::cropped;
use crate::unittest::report::{
    Alert, AlertFailure, Difference, Explanation, MessageFailure, Outcome, Sample, SampleFailure, TimelineFailure,
    ViolationKind, pairs_bytes,
};

/// So many bytes of failures one group keeps whole, about.
const MAX_GROUP_BYTES: usize = 64 << 20;

/// So many bytes of failures all groups of a run keep whole, about.
const MAX_RUN_BYTES: usize = 128 << 20;

/// What a timeline, a phase, a difference or a part of an expression takes beside its texts, about; in bytes.
const OVERHEAD: usize = 96;

/// How much of an explanation is worth making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::unittest) enum Detail {
    /// All of it.
    Whole,
    /// What is left of a failure that [`Kept::add`] shortens: there is no room whatever it holds.
    Short,
}

impl Detail {
    /// How many alerts' lives at most are worth copying.
    pub(super) fn lives(self) -> usize {
        match self {
            Detail::Whole => usize::MAX,
            Detail::Short => SHORT.differences,
        }
    }
}

/// How much is left of a failure.
#[derive(Clone, Copy)]
struct Shortened {
    /// So many differences and alerts.
    differences: usize,
    /// So many characters of each text.
    characters: usize,
}

/// Beyond the first bound.
const SHORT: Shortened = Shortened { differences: 10, characters: 400 };
/// Beyond twice of it: also what is short adds up. One is left, so that there is something to say.
const SHORTEST: Shortened = Shortened { differences: 1, characters: 60 };

/// The failures of all groups of a run so far.
#[derive(Debug, Default)]
pub(in crate::unittest) struct KeptInRun {
    bytes: AtomicUsize,
}

/// The failures of a group so far.
#[derive(Debug)]
pub(in crate::unittest) struct Kept<'a> {
    bytes: usize,
    run: &'a KeptInRun,
}

impl<'a> Kept<'a> {
    /// Nothing of a group of `run`.
    pub(in crate::unittest) fn of(run: &'a KeptInRun) -> Self {
        Kept { bytes: 0, run }
    }

    /// How the next failure is to be explained.
    pub(in crate::unittest) fn detail(&self) -> Detail {
        if self.has_room(0, 1) { Detail::Whole } else { Detail::Short }
    }

    /// Counts `outcome`, and shortens it where there is no room left for all of it.
    pub(in crate::unittest) fn add(&mut self, outcome: &mut Outcome) {
        let mut bytes = bytes_of(outcome);
        if !self.has_room(bytes, 1) {
            shorten(outcome, if self.has_room(0, 2) { SHORT } else { SHORTEST });
            bytes = bytes_of(outcome);
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.run.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether so many more bytes are within so many times the bounds.
    fn has_room(&self, bytes: usize, times: usize) -> bool {
        self.bytes.saturating_add(bytes) <= times * MAX_GROUP_BYTES
            && self.run.bytes.load(Ordering::Relaxed).saturating_add(bytes) <= times * MAX_RUN_BYTES
    }
}

fn bytes_of(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Alerts(failure) => {
            let alerts = failure.expected.iter().chain(&failure.actual).map(Alert::bytes).sum::<usize>();
            alerts + lives_bytes(&failure.timelines) + differences_bytes(&failure.differences) + why_bytes(&failure.why)
        }
        Outcome::Samples(failure) => {
            let samples = failure.expected.iter().chain(&failure.actual).map(sample_bytes).sum::<usize>();
            samples + differences_bytes(&failure.differences) + why_bytes(&failure.why)
        }
        Outcome::Timeline(failure) => timeline_failure_bytes(failure),
        Outcome::Message(failure) => {
            let samples = failure.samples.iter().map(sample_bytes).sum::<usize>();
            samples + failure.actual.as_ref().map_or(0, String::len) + why_bytes(&failure.why)
        }
        Outcome::Error(_) | Outcome::Passed | Outcome::NotRun => 0,
    }
}

fn sample_bytes(sample: &Sample) -> usize {
    pairs_bytes(&sample.labels) + sample.histogram.len() + OVERHEAD
}

fn lives_bytes(timelines: &[crate::alerting::AlertTimeline]) -> usize {
    timelines.iter().map(|timeline| (timeline.phases.len() + timeline.values.len() + 4) * OVERHEAD).sum()
}

fn differences_bytes(differences: &[Difference]) -> usize {
    let fields = |difference: &Difference| match difference {
        Difference::Differs { fields, .. } => {
            let texts = |text: &Option<String>| text.as_ref().map_or(0, String::len);
            fields.iter().map(|field| texts(&field.expected) + texts(&field.actual) + OVERHEAD).sum()
        }
        Difference::Missing { .. } | Difference::Unexpected { .. } => 0,
    };
    differences.iter().map(|difference| fields(difference) + OVERHEAD).sum()
}

fn why_bytes(why: &Option<Explanation>) -> usize {
    let parts = why.iter().flat_map(|why| &why.parts);
    parts.map(|part| part.text.len() + part.outline.len() + part.value.len() + OVERHEAD).sum()
}

fn timeline_failure_bytes(failure: &TimelineFailure) -> usize {
    let lives = failure.lives.iter().map(|life| {
        let times = life.pending_at_ms.len() + life.fires_at_ms.len() + life.resolves_at_ms.len();
        pairs_bytes(&life.labels) + times * 8 + OVERHEAD
    });
    let violations = failure.violations.iter().map(|violation| {
        let actual = if let ViolationKind::Annotation { actual, .. } = &violation.kind { actual.len() } else { 0 };
        violation.message.len() + actual + OVERHEAD
    });
    let texts = lives.sum::<usize>() + violations.sum::<usize>();
    texts + lives_bytes(&failure.timelines) + why_bytes(&failure.why)
}

fn shorten(outcome: &mut Outcome, to: Shortened) {
    match outcome {
        Outcome::Alerts(failure) => shorten_alerts(failure, to),
        Outcome::Samples(failure) => shorten_samples(failure, to),
        Outcome::Timeline(failure) => shorten_timeline(failure, to),
        Outcome::Message(failure) => shorten_message(failure, to),
        Outcome::Error(_) | Outcome::Passed | Outcome::NotRun => {}
    }
}

/// Leaves the first differences, the alerts that they are about, and as many lives.
fn shorten_alerts(failure: &mut AlertFailure, to: Shortened) {
    let left_out = failure.differences.len().saturating_sub(to.differences);
    failure.is_shortened = true;
    shorten_differences(&mut failure.differences, to);
    failure.actual = only_of(&mut failure.differences, std::mem::take(&mut failure.actual));
    for alert in &mut failure.actual {
        crop_pairs(&mut alert.labels, to);
        crop_pairs(&mut alert.annotations, to);
    }
    failure.timelines.truncate(to.differences);
    failure.timelines.shrink_to_fit();
    failure.why = None;
    failure.notes = vec![note(left_out, "difference")];
}

/// Leaves the first differences and the samples that they are about.
fn shorten_samples(failure: &mut SampleFailure, to: Shortened) {
    let left_out = failure.differences.len().saturating_sub(to.differences);
    failure.is_shortened = true;
    shorten_differences(&mut failure.differences, to);
    failure.actual = only_of(&mut failure.differences, std::mem::take(&mut failure.actual));
    failure.actual.iter_mut().for_each(|sample| crop_sample(sample, to));
    failure.why = None;
    failure.notes = vec![note(left_out, "difference")];
}

/// Leaves the first violations, the alerts that they are about, and as many lives.
fn shorten_timeline(failure: &mut TimelineFailure, to: Shortened) {
    let left_out = failure.violations.len().saturating_sub(to.differences);
    failure.more = failure.more.saturating_add(left_out);
    failure.violations.truncate(to.differences);
    failure.violations.shrink_to_fit();
    let mut lives = Vec::new();
    for violation in &mut failure.violations {
        crop(&mut violation.message, to);
        if let ViolationKind::Annotation { actual, .. } = &mut violation.kind {
            crop(actual, to);
        }
        let Some(life) = violation.life.and_then(|index| failure.lives.get(index)) else { continue };
        violation.life = Some(lives.len());
        let mut life = life.clone();
        crop_pairs(&mut life.labels, to);
        lives.push(life);
    }
    let of_lives = failure.alerts.saturating_sub(lives.len());
    // What is left out or cut off counts, too: `--update` must see all of it.
    failure.more = failure.more.max(1);
    failure.lives = lives;
    failure.timelines.truncate(to.differences);
    failure.timelines.shrink_to_fit();
    failure.why = None;
    failure.notes = vec![note(of_lives, "alert")];
}

fn shorten_message(failure: &mut MessageFailure, to: Shortened) {
    failure.is_shortened = true;
    failure.samples.truncate(to.differences);
    failure.samples.shrink_to_fit();
    failure.samples.iter_mut().for_each(|sample| crop_sample(sample, to));
    if let Some(actual) = &mut failure.actual {
        crop(actual, to);
    }
    failure.why = None;
}

fn shorten_differences(differences: &mut Vec<Difference>, to: Shortened) {
    differences.truncate(to.differences);
    differences.shrink_to_fit();
    for difference in differences {
        if let Difference::Differs { fields, .. } = difference {
            fields.truncate(to.differences);
            for text in fields.iter_mut().flat_map(|field| [&mut field.expected, &mut field.actual]).flatten() {
                crop(text, to);
            }
        }
    }
}

/// Of `actual`, only what `differences` are about, under its new number.
fn only_of<T>(differences: &mut [Difference], actual: Vec<T>) -> Vec<T> {
    let mut actual: Vec<Option<T>> = actual.into_iter().map(Some).collect();
    let mut kept = Vec::new();
    for difference in differences {
        let (Difference::Unexpected { actual: index } | Difference::Differs { actual: index, .. }) = difference else {
            continue;
        };
        if let Some(item) = actual.get_mut(*index).and_then(Option::take) {
            *index = kept.len();
            kept.push(item);
        }
    }
    kept
}

fn crop_sample(sample: &mut Sample, to: Shortened) {
    crop_pairs(&mut sample.labels, to);
    crop(&mut sample.histogram, to);
}

fn crop_pairs(pairs: &mut [(String, String)], to: Shortened) {
    for (name, value) in pairs {
        crop(name, to);
        crop(value, to);
    }
}

fn crop(text: &mut String, to: Shortened) {
    if text.len() > to.characters {
        *text = cropped(text, to.characters).into_owned();
    }
}

fn note(count: usize, of: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!(
        "{count} more {of}{plural} of this assertion are left out: the failures of one test keep {} MiB, and those of a \
         run {} MiB",
        MAX_GROUP_BYTES >> 20,
        MAX_RUN_BYTES >> 20
    )
}
