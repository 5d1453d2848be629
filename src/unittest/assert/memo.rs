//! What the assertions of one group would else find out again and again: thousands of them may be about the same alerts.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::timeline::{Begins, begins};
use crate::alerting::Run;
use crate::unittest::report::Alert;

/// Alerts with more bytes of labels and annotations are not remembered.
const MAX_REMEMBERED_BYTES: usize = 16 << 20;

/// What has been found out about a run.
#[derive(Debug, Default)]
pub(in crate::unittest) struct Memo {
    lives: RefCell<FxHashMap<String, Rc<[KnownLife]>>>,
    firing: RefCell<Option<Firing>>,
}

/// The life of an alert of some name.
#[derive(Debug)]
pub(super) struct KnownLife {
    /// Index in [`Run::rules`].
    pub(super) rule: usize,
    /// Index in [`crate::alerting::RuleTimeline::alerts`].
    pub(super) alert: usize,
    /// Over the whole run.
    pub(super) begins: Rc<Begins>,
}

/// What fires at a step. Only the last that was asked for is kept: assertions on one time mostly follow each other.
#[derive(Debug)]
struct Firing {
    alertname: String,
    step: usize,
    alerts: Rc<[Alert]>,
}

impl Memo {
    /// The lives of all alerts called `alertname`, in the order of their labels.
    pub(super) fn lives(&self, run: &Run, alertname: &str) -> Rc<[KnownLife]> {
        if let Some(known) = self.lives.borrow().get(alertname) {
            return Rc::clone(known);
        }
        let mut lives: Vec<KnownLife> = Vec::new();
        for (rule, timeline) in run.numbered_alerting_rules(alertname) {
            let life = |(alert, timeline)| KnownLife { rule, alert, begins: Rc::new(begins(timeline)) };
            lives.extend(timeline.alerts.iter().enumerate().map(life));
        }
        let labels = |life: &KnownLife| run.rules.get(life.rule)?.alerts.get(life.alert).map(|alert| &alert.labels);
        lives.sort_by(|a, b| labels(a).cmp(&labels(b)));
        let lives: Rc<[KnownLife]> = lives.into();
        self.lives.borrow_mut().insert(alertname.to_owned(), Rc::clone(&lives));
        lives
    }

    /// What [`Memo::remember_firing`] was told of this name and step, if that was the last.
    pub(super) fn firing(&self, alertname: &str, step: usize) -> Option<Rc<[Alert]>> {
        let last = self.firing.borrow();
        let last = last.as_ref().filter(|last| last.step == step && last.alertname == alertname)?;
        Some(Rc::clone(&last.alerts))
    }

    /// Remembers what fires, which takes `bytes`, unless that is much.
    pub(super) fn remember_firing(&self, alertname: &str, step: usize, alerts: &Rc<[Alert]>, bytes: usize) {
        if bytes <= MAX_REMEMBERED_BYTES {
            let firing = Firing { alertname: alertname.to_owned(), step, alerts: Rc::clone(alerts) };
            *self.firing.borrow_mut() = Some(firing);
        }
    }
}
