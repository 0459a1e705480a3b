//! Files that were dropped, and the look at what each would bring. The look is made beside the
//! person, can be stopped, and is then asked for again.

use std::path::PathBuf;

use crate::exchange::intake::Kind;
use crate::problem::Problem;
use crate::tui::jobs::{Brought, FileDone, Job};
use crate::tui::pane::Reach;

/// What is said of a bundle of which the look was stopped.
const CANCELLED: &str = "problem-cancelled";

/// A file and what it would bring, or brought, once that is known.
pub(super) struct Dropped {
    pub(super) path: PathBuf,
    pub(super) outcome: Option<Result<Brought, Problem>>,
}

/// The files of a pane.
pub(super) struct Files {
    /// In the order in which they were dropped.
    pub(super) all: Vec<Dropped>,
    /// What they hold, where that is known.
    kind: Option<Kind>,
    /// Those that are being looked at.
    asked: Vec<PathBuf>,
}

impl Files {
    /// Returns none yet.
    pub(super) fn of(kind: Option<Kind>) -> Self {
        Self {
            all: Vec::new(),
            kind,
            asked: Vec::new(),
        }
    }

    /// Takes files beside those that were before; one of them again is the last.
    pub(super) fn add(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            self.all.retain(|file| file.path != path);
            self.all.push(Dropped {
                path,
                outcome: None,
            });
        }
    }

    /// Has those looked at that were not, as soon as those before them were.
    pub(super) fn look(&mut self, reach: &mut Reach<'_>) {
        if self.is_looking() {
            return;
        }
        let unknown = self.all.iter().filter(|file| file.outcome.is_none());
        self.asked = unknown.map(|file| file.path.clone()).collect();
        if let Some(job) = self.waits_for() {
            reach.work(job);
        }
    }

    /// Whether they are being looked at.
    pub(super) fn is_looking(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Whether it is known of each what it would bring.
    pub(super) fn is_known(&self) -> bool {
        self.all.iter().all(|file| file.outcome.is_some())
    }

    /// The look that is not over.
    pub(super) fn waits_for(&self) -> Option<Job> {
        let is_looking = self.is_looking();
        is_looking.then(|| Job::Preview(self.asked.clone(), self.kind))
    }

    /// What takes all of them in.
    pub(super) fn import(&self) -> Job {
        let paths = self.all.iter().map(|file| file.path.clone());
        Job::Import(paths.collect(), self.kind)
    }

    /// Sees what files would bring, as far as they are these; those that were dropped meanwhile
    /// come next. Where the look was stopped the person says whether it is made again.
    pub(super) fn looked(&mut self, files: &mut Vec<FileDone>, reach: &mut Reach<'_>) {
        let is_ours = |(path, _): &FileDone| self.asked.contains(path);
        let (ours, others) = std::mem::take(files).into_iter().partition(is_ours);
        *files = others;
        let ours: Vec<FileDone> = ours;
        if ours.is_empty() {
            return;
        }
        let asked = std::mem::take(&mut self.asked);
        let mut is_whole = ours.len() == asked.len();
        for (path, outcome) in ours {
            if is_stopped(&outcome) {
                is_whole = false;
                continue;
            }
            let is_this = |file: &&mut Dropped| file.path == path && file.outcome.is_none();
            if let Some(file) = self.all.iter_mut().find(is_this) {
                file.outcome = Some(outcome);
            }
        }
        if is_whole {
            self.look(reach);
        }
    }
}

/// Whether somebody stopped it before its end: what a look saw is not what the file would bring.
pub(super) fn is_stopped(outcome: &Result<Brought, Problem>) -> bool {
    match outcome {
        Ok(Brought::Rows(report)) => report.is_stopped(),
        Ok(Brought::Bundle { .. }) => false,
        Err(problem) => problem.message == CANCELLED,
    }
}
