//! Long work beside the person: one job after the other, told of in the message line, stopped
//! by Esc where nothing else is to be closed.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Workstation;
use super::front::Open;
use crate::desk::long::Stage;
use crate::desk::people::Person;
use crate::domain::id::Id;
use crate::tui::commands::Command;
use crate::tui::jobs::{Done, Job, JobNews, Running, told};
use crate::tui::pane::{Flow, Notice, Pane as _, Reach};
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::Ink;
use crate::tui::widgets::keyrow;
use crate::tui::words::grouped;

/// Between two readings of the lists while long work writes.
const BETWEEN: Duration = Duration::from_secs(3);

/// What is being done, and what waits for it.
#[derive(Debug, Default)]
pub(super) struct Workbench {
    running: Option<Running>,
    /// Jobs with whoever asked for them: somebody else may sit here when their turn comes.
    waiting: VecDeque<(Job, Person)>,
    /// Whether the person was told that leaving now stops it.
    is_warned: bool,
    /// When lists were read last because of what it wrote.
    read: Option<Instant>,
}

impl Workbench {
    /// Returns whether anything is being done.
    pub(super) fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Whether lists are to be read for what was written now: beside long work, which writes all
    /// the time, only now and then.
    pub(super) fn is_time_to_read(&mut self) -> bool {
        if !self.is_busy() {
            return true;
        }
        let is_time = self.read.is_none_or(|read| read.elapsed() >= BETWEEN);
        if is_time {
            self.read = Some(Instant::now());
        }
        is_time
    }
}

impl Workstation {
    /// Does what panes want done: beside the loop where there is a thread for it, else at once.
    pub(super) fn take_work(&mut self, effects: &mut Effects) {
        while !effects.work.is_empty() {
            effects.draw = true;
            for job in std::mem::take(&mut effects.work) {
                match self.desk.me().cloned() {
                    Ok(me) => {
                        if self.work.is_busy() && !self.drop_replaced(&job, me.id) {
                            self.say("job-queued", &[], Ink::Dim);
                        }
                        self.work.waiting.push_back((job, me));
                        self.take_turns(effects);
                    }
                    Err(problem) => self.trouble(&problem),
                }
            }
        }
    }

    /// Lets nothing more be done of what a person asked for before and this job replaces; returns
    /// whether that was what is being done.
    fn drop_replaced(&mut self, job: &Job, whose: Id) -> bool {
        let is_it = |one: &Job, person: &Person| person.id == whose && job.replaces(one);
        self.work
            .waiting
            .retain(|(one, person)| !is_it(one, person));
        let running = self.work.running.as_mut();
        let running = running.filter(|running| is_it(&running.job, &running.person));
        running.map(Running::leave).is_some()
    }

    /// Begins what waits, one after the other, until one of it is being done.
    fn take_turns(&mut self, effects: &mut Effects) {
        while !self.work.is_busy()
            && let Some((job, person)) = self.work.waiting.pop_front()
        {
            self.begin_job(job, &person, effects);
        }
    }

    fn begin_job(&mut self, job: Job, person: &Person, effects: &mut Effects) {
        let Some(jobs) = self.workers.jobs.clone() else {
            let done = job.run(&mut self.desk, &mut |_| true);
            return self.finished(done, person, effects);
        };
        match jobs.start(job.clone(), person.clone()) {
            Ok(running) => self.work.running = Some(running),
            Err(problem) => self.finished(job.failed(problem), person, effects),
        }
    }

    /// Lets nothing more be done of what a person asked for and left. What waits goes first:
    /// where the same is being done, whoever left before asked for that.
    pub(super) fn stop_job(&mut self, job: &Job, whose: Option<Id>) {
        let is_it = |one: &Job, person: &Person| one == job && Some(person.id) == whose;
        let waiting = &mut self.work.waiting;
        let last = waiting.iter().rposition(|(job, person)| is_it(job, person));
        if let Some(last) = last {
            waiting.remove(last);
        } else if let Some(running) = &mut self.work.running
            && is_it(&running.job, &running.person)
        {
            running.leave();
        }
    }

    /// Asks what is being done to stop, or says that nothing is.
    pub(super) fn stop_work(&mut self) {
        match &self.work.running {
            Some(running) if running.job.can_stop() => running.stop(),
            Some(_) => self.say("job-goes-through", &[], Ink::Dim),
            None => self.say("job-none", &[], Ink::Dim),
        }
    }

    /// Takes a word of the thread.
    pub(super) fn worked(&mut self, news: JobNews, effects: &mut Effects) {
        match news {
            JobNews::Step(progress) => {
                if let Some(act) = progress.step.act {
                    self.desk.leave_alone(act);
                }
                if let Some(running) = &mut self.work.running {
                    running.progress = Some(progress);
                }
            }
            JobNews::Done(done) => {
                self.work.is_warned = false;
                // What somebody left was a look: nothing is to be read or told.
                if let Some(running) = self.work.running.take()
                    && !running.is_left
                {
                    self.finished(done, &running.person, effects);
                }
                self.take_turns(effects);
            }
        }
        effects.draw = true;
    }

    fn finished(&mut self, mut done: Done, person: &Person, effects: &mut Effects) {
        if let Err(problem) = self.desk.refresh() {
            self.trouble(&problem);
        }
        self.reread(effects);
        let flow = self.show_done(&mut done, person, effects);
        if !self.is_here(person) {
            self.keep_told(&done, person);
            return;
        }
        for notice in told(&done, &self.words) {
            self.tell(notice);
        }
        if let Done::BlockWritten(Ok(block)) = done {
            effects.list.push(Effect::Copy(block.text()));
        }
        self.follow(flow, effects);
    }

    /// Whether a person sits here, with no gate before them.
    fn is_here(&self, person: &Person) -> bool {
        let me = self.desk.signed_in();
        self.gate.is_none() && me.is_some_and(|me| me.id == person.id)
    }

    /// Keeps the words about what came for whoever asked for it: neither they nor the clipboard
    /// are for somebody else, or for nobody.
    fn keep_told(&mut self, done: &Done, person: &Person) {
        let told = told(done, &self.words);
        let block = match done {
            // The next one begins after it: what is in it would reach nobody.
            Done::BlockWritten(Ok(block)) => Some(block.text()),
            _ => None,
        };
        // A look waits in its pane.
        if told.is_empty() && block.is_none() {
            return;
        }
        let kept = self.kept.entry(person.id).or_default();
        kept.told.extend(told);
        kept.blocks.extend(block);
        let name = [("person", (&person.name).into())];
        self.say("job-ended-away", &name, Ink::Dim);
    }

    /// Lets everything that a person has open see what came of it: what is in front first, and
    /// whose it is takes it. What it asks for then is theirs. What is done by it closes, also
    /// where nobody sees it; returns what the pane asks for that its person looks at.
    fn show_done(&mut self, done: &mut Done, person: &Person, effects: &mut Effects) -> Flow {
        let sits_here = self.desk.signed_in().is_some_and(|me| me.id == person.id);
        let left_by = (!sits_here).then_some(person.id);
        let is_here = self.is_here(person);
        let mut drafts = Vec::new();
        let see = |reach: &mut Reach<'_>, open: Open<'_>| {
            let (home, front) = match left_by {
                None => (open.home, open.front),
                Some(person) => match open.parked.get_mut(&person) {
                    Some(seat) => (&mut seat.home, &mut seat.front),
                    None => return Flow::Stay,
                },
            };
            let seen = front.iter_mut().rev();
            let mut flows: Vec<Flow> = seen.map(|pane| pane.worked(done, reach)).collect();
            flows.push(home.worked(done, reach));
            flows.reverse();
            let asked = if is_here { flows.pop() } else { None };
            // The first is the desk's, which never closes. All else that one might ask for is
            // for whoever sees it.
            let mut flows = flows.iter().skip(1);
            front.retain(|pane| {
                let is_done = matches!(flows.next(), Some(Flow::Close));
                drafts.extend(pane.draft().filter(|_| is_done));
                !is_done
            });
            asked.unwrap_or(Flow::Stay)
        };
        let mut asked = Effects::none();
        let flow = if is_here {
            let flow = self.reaching(&mut asked, see);
            effects.list.append(&mut asked.list);
            flow
        } else {
            let (flow, said, _) = self.reach(&mut asked, see);
            if let Some(said) = said.filter(|_| sits_here) {
                self.kept.entry(person.id).or_default().told.push(said);
            }
            flow
        };
        self.keep_closed(person.id, drafts);
        for job in asked.work {
            self.work.waiting.push_back((job, person.clone()));
        }
        flow
    }

    /// Returns how far what is being done is, and the key that stops it where it would.
    pub(super) fn work_line(&self) -> Option<Notice> {
        let running = self.work.running.as_ref()?;
        let words = &self.words;
        let step = running.progress.map(|progress| progress.step);
        let mut text = match (&running.job, step) {
            (Job::Preview(..) | Job::Import(..) | Job::OldTable { .. }, None) => {
                words.get("job-reading").to_string()
            }
            (Job::Preview(..) | Job::Import(..) | Job::OldTable { .. }, Some(step)) => {
                let id = match step.stage {
                    Stage::Reading => "job-looking",
                    Stage::Writing => "job-import",
                };
                let counts = [
                    ("done", grouped(step.done).into()),
                    ("of", grouped(step.of).into()),
                ];
                words.with(id, &counts)
            }
            (Job::Erase { .. }, _) => words.get("job-erase").to_string(),
            (Job::WriteBlock, _) => words.get("job-block-write").to_string(),
            (Job::TakeBlock(_), _) => words.get("job-block-take").to_string(),
            (Job::LookBack { .. }, Some(step)) if step.of > 0 => {
                let counts = [
                    ("done", grouped(step.done).into()),
                    ("total", grouped(step.of).into()),
                ];
                words.with("past-folding", &counts)
            }
            (Job::Count(_), step) => {
                let seen = step.map_or(0, |step| step.done);
                words.with("figures-counting", &[("count", grouped(seen).into())])
            }
            (Job::Weigh(_), step) => {
                let counts = [
                    ("done", grouped(step.map_or(0, |step| step.done)).into()),
                    ("of", grouped(step.map_or(0, |step| step.of)).into()),
                ];
                words.with("review-weighing", &counts)
            }
            (Job::Verify | Job::BackUp(_), Some(step)) if step.of > 0 => {
                let counts = [
                    ("done", grouped(step.done).into()),
                    ("of", grouped(step.of).into()),
                ];
                words.with("care-checking", &counts)
            }
            (Job::Verify, _) => words.get("care-beginning").to_string(),
            (Job::LookBack { .. } | Job::BackUp(_), _) => words.get("past-copying").to_string(),
        };
        let files = running.job.files();
        if files > 1 {
            let at = running.progress.map_or(1, |progress| progress.file);
            let args = [("at", at.into()), ("of", files.into())];
            text = format!("{text}  {}", words.with("job-file", &args));
        }
        if running.is_stopping() {
            text = format!("{text}  {}", words.get("job-stopping"));
        } else if running.job.can_stop() && self.is_at_rest() {
            let contexts = self.contexts();
            let key = self.keymap.key_of(Command::Back, &contexts);
            let key = key.map_or_else(String::new, |key| keyrow::key_name(key, &self.words));
            text = format!("{text}  {}", words.with("job-stop", &[("key", key.into())]));
        }
        Some(Notice::line(text, Ink::Title))
    }

    /// Whether Esc has nothing to close or to take back, here or on the desk.
    fn is_at_rest(&self) -> bool {
        self.front.is_empty() && self.home.is_at_rest()
    }

    /// Returns whether the workstation may end as far as its work goes: at the first word it
    /// says what would be stopped.
    pub(super) fn may_stop_work(&mut self) -> bool {
        if !self.work.is_busy() || self.work.is_warned {
            return true;
        }
        self.work.is_warned = true;
        self.say("job-quit", &[], Ink::Warn);
        false
    }

    /// Ends what is being done: the workstation ends.
    pub(super) fn drop_work(&mut self) {
        self.work = Workbench::default();
    }
}

#[cfg(test)]
#[path = "work_tests.rs"]
mod tests;
