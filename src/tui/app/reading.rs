//! The screen read anew after the store changed, and what is told of it beyond the screen.

use super::Workstation;
use crate::problem::Problem;
use crate::tui::panes::status::Status;
use crate::tui::road::{FolderRoad, RoadState};
use crate::tui::run::{Effect, Effects};

impl Workstation {
    /// Reads lists and figures anew after the store changed.
    pub(super) fn reread(&mut self, effects: &mut Effects) {
        self.workers.poke();
        if self.gate.is_some() {
            // Read when somebody sits here again; what must go goes now.
            return self.close_overtaken(effects);
        }
        let road = self.workers.road.as_ref().and_then(FolderRoad::state);
        self.desk
            .set_cut_off(matches!(road, Some(RoadState::Broken(_))));
        // Before it is read: what is written in between is seen to be new.
        if let Err(error) = self.seen.remember(self.desk.store()) {
            self.trouble(&error.into());
        }
        match self.read_screen() {
            Ok(status) => self.take_status(status),
            Err(problem) => self.trouble(&problem),
        }
        // What they change while they read is on the screen already.
        let ((), said, _) = self.reach(effects, |reach, open| {
            open.front.iter_mut().for_each(|pane| pane.refresh(reach));
        });
        if let Some(notice) = said {
            self.tell(notice);
        }
        self.close_overtaken(effects);
        self.look_on();
        self.alarm(effects);
    }

    /// Reads the desk screen and the top line, which must agree, as of one moment.
    fn read_screen(&mut self) -> Result<Status, Problem> {
        let moment = self.desk.store().moment()?;
        let was_glance = self.home.is_glance();
        let read = self.home.read(&self.desk, &self.words);
        let status = self.home.status(&self.desk, &self.words);
        drop(moment);
        if let Err(problem) = read {
            self.trouble(&problem);
        }
        if let (true, Ok(status)) = (was_glance, &status) {
            // Nothing of what the first screen left out is new, so nothing rings for it.
            self.alarmed = status.alarming().clone();
        }
        status
    }

    /// Reads what the first screen left out; whether somebody wrote meanwhile is not looked at.
    pub(super) fn read_rest(&mut self, effects: &mut Effects) {
        match self.read_screen() {
            Ok(status) => self.take_status(status),
            Err(problem) => self.trouble(&problem),
        }
        self.entitle(effects);
        effects.draw = true;
    }

    fn take_status(&mut self, status: Status) {
        let (width, height) = self.status.size();
        self.status = status;
        self.status.resize(width, height);
        let road = self.workers.road.as_ref().and_then(FolderRoad::state);
        self.status.follow(road, &self.desk, &self.words);
    }

    /// One BEL for new urgent items, and the title that counts them.
    pub(super) fn alarm(&mut self, effects: &mut Effects) {
        let alarming = self.status.alarming().clone();
        // By what they are: one done and another come in between is one that is new.
        if !alarming.is_subset(&self.alarmed) && self.config.screen.bell {
            effects.list.push(Effect::Bell);
        }
        self.alarmed = alarming;
        self.entitle(effects);
    }

    /// Lets the window's title say how it stands.
    pub(super) fn entitle(&mut self, effects: &mut Effects) {
        if !self.config.screen.title {
            return;
        }
        let title = self.status.title(&self.words);
        if self.titled.as_ref() != Some(&title) {
            effects.list.push(Effect::Title(title.clone()));
            self.titled = Some(title);
        }
    }

    /// Reads anew where it was not this desk that wrote.
    pub(super) fn written(&mut self, effects: &mut Effects) {
        if !self.work.is_time_to_read() {
            // Read when the work is done, at the latest.
            return;
        }
        match self.seen.is_stale(self.desk.store()) {
            Ok(false) => {}
            Ok(true) => {
                if let Err(problem) = self.desk.refresh() {
                    self.trouble(&problem);
                }
                self.reread(effects);
                effects.draw = true;
            }
            Err(error) => {
                self.trouble(&error.into());
                effects.draw = true;
            }
        }
    }
}
