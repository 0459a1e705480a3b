//! What stands in front: panes come, act and go, and what they ask for is done.

use std::collections::BTreeMap;

use super::Workstation;
use super::seat::Seat;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keymap::Keymap;
use crate::tui::overlays::gate::Asks;
use crate::tui::pane::{Flow, Notice, Pane, Reach, Screen};
use crate::tui::panes;
use crate::tui::panes::desk::DeskPane;
use crate::tui::run::{Effect, Effects};

/// Everything that is open, for what reaches the desk.
pub(super) struct Open<'a> {
    /// The desk screen.
    pub(super) home: &'a mut DeskPane,
    /// What stands in front of it, the last of all.
    pub(super) front: &'a mut Vec<Box<dyn Pane>>,
    /// What others left open.
    pub(super) parked: &'a mut BTreeMap<Id, Seat>,
    /// The key map.
    pub(super) keymap: &'a Keymap,
    /// Where keys are looked up at the moment.
    pub(super) contexts: &'a [Context],
}

impl Workstation {
    /// Lets something reach the desk and what is open, and returns what it said and whether lists
    /// must be read again.
    pub(super) fn reach<T>(
        &mut self,
        effects: &mut Effects,
        act: impl FnOnce(&mut Reach<'_>, Open<'_>) -> T,
    ) -> (T, Option<Notice>, bool) {
        let (item, is_open) = (self.home.item(), self.home.is_in_item());
        let contexts = self.contexts();
        let keymap = &self.keymap;
        let key_of = |command: Command| keymap.key_of(command, &contexts);
        let (mut said, mut stale) = (None, false);
        let mut reach = Reach {
            desk: &mut self.desk,
            words: &self.words,
            config: &self.config,
            effects,
            notice: &mut said,
            item,
            is_open,
            stale: &mut stale,
            key_of: &key_of,
        };
        let open = Open {
            home: &mut self.home,
            front: &mut self.front,
            parked: &mut self.parked,
            keymap,
            contexts: &contexts,
        };
        let out = act(&mut reach, open);
        (out, said, stale)
    }

    /// Tells who asked for it that its time is over; behind the gate nothing moves.
    pub(super) fn wake_front(&mut self, token: u32, effects: &mut Effects) {
        if self.gate.is_some() {
            return;
        }
        self.reaching(effects, |reach, open| {
            for pane in open.front.iter_mut() {
                pane.woken(token, reach);
            }
        });
        effects.draw = true;
    }

    /// Lets something reach the desk and what is open; what it says is told, and what it changed
    /// is read anew.
    pub(super) fn reaching<T>(
        &mut self,
        effects: &mut Effects,
        act: impl FnOnce(&mut Reach<'_>, Open<'_>) -> T,
    ) -> T {
        let (out, said, stale) = self.reach(effects, act);
        if let Some(notice) = said {
            self.tell(notice);
        }
        if let Some(reason) = self.desk.take_short() {
            let problem = self.words.because("problem-act-short", &reason);
            self.trouble(&problem);
        }
        let settled = std::mem::take(&mut effects.settled);
        if !settled.is_empty() {
            self.home.settled(&settled);
            self.front
                .iter_mut()
                .for_each(|pane| pane.settled(&settled));
        }
        if stale {
            self.reread(effects);
        }
        out
    }

    /// Lets the front pane act, and does what it asks.
    pub(super) fn with_pane(
        &mut self,
        effects: &mut Effects,
        act: impl FnOnce(&mut dyn Pane, &mut Reach<'_>) -> Flow,
    ) -> bool {
        let before = self.home.draft();
        let flow = self.reaching(effects, |reach, open| match open.front.last_mut() {
            Some(pane) => act(pane.as_mut(), reach),
            None => act(open.home, reach),
        });
        let taken = !matches!(flow, Flow::Pass);
        self.keep(before);
        self.follow(flow, effects);
        taken
    }

    pub(super) fn follow(&mut self, flow: Flow, effects: &mut Effects) {
        match flow {
            Flow::Stay | Flow::Pass => {}
            Flow::Close => self.close(),
            Flow::Replace(pane) => {
                self.close();
                self.front.push(pane);
            }
            Flow::Push(pane) => self.push(pane),
            Flow::Show(id) => self.show(id, None),
            Flow::ShowAt(id, at) => self.show(id, Some(at)),
            Flow::IntoDraft(id, text) => {
                self.close();
                if self.home.open_item() == Some(id) || self.brings(id) {
                    self.home.add_to_draft(&text);
                    self.save_soon(effects);
                }
            }
            Flow::Reword(range, better) => {
                self.close();
                self.home.reword(range, &better);
                self.save_soon(effects);
            }
            Flow::Run(command) => {
                self.close();
                self.run(command, effects);
            }
            Flow::Next => {
                if !self.front.is_empty() {
                    self.close();
                }
                self.turned(DeskPane::go_on);
            }
            Flow::Screen(screen) => {
                self.screen(screen);
                // Without that it has nothing to show.
                let work = self.front.last().and_then(|pane| pane.waits_for());
                effects.work.extend(work);
            }
            Flow::Lock => self.lock(Asks::Who, effects),
            Flow::Seated => self.seated(true, effects),
            Flow::Quit => self.quit(effects),
        }
    }

    /// Returns whether the workstation may end: neither what is typed nor what is being done is
    /// lost without a word.
    pub(super) fn may_end(&mut self) -> bool {
        self.may_leave() && self.may_stop_work()
    }

    fn quit(&mut self, effects: &mut Effects) {
        self.save_drafts();
        if self.may_end() {
            self.drop_work();
            effects.list.push(Effect::Quit);
        } else if self.desk.signed_in().is_none() {
            // Nobody is there any more to read what is on the screen.
            self.lock(Asks::Who, effects);
        }
    }

    /// Shows a record on the desk, at what was said at a time.
    pub(super) fn show(&mut self, id: Id, at: Option<i64>) {
        self.save_drafts();
        self.clear_front();
        if self.brings(id) {
            self.home.turn_to(at);
        }
    }

    /// Has the desk show a record; false where it cannot, which is told.
    fn brings(&mut self, id: Id) -> bool {
        self.turned(|home, desk, words| home.show(desk, words, id))
    }

    /// Turns the desk to another item; the draft that it leaves is kept, and what was typed of
    /// the one it comes to is there before anything is added to it.
    pub(super) fn turned(
        &mut self,
        turn: impl FnOnce(&mut DeskPane, &Desk, &Words) -> Result<(), Problem>,
    ) -> bool {
        let before = self.home.draft();
        let turned = turn(&mut self.home, &self.desk, &self.words);
        self.keep(before);
        match turned {
            Ok(()) => true,
            Err(problem) => {
                self.trouble(&problem);
                false
            }
        }
    }

    /// Puts a pane in front. What is written in two places at once would be lost in one of
    /// them: where the same draft is open already, that pane comes to the front instead.
    pub(super) fn push(&mut self, pane: Box<dyn Pane>) {
        let key = pane.draft().map(|(key, _)| key);
        let open = key.and_then(|key| {
            self.front
                .iter()
                .position(|open| open.draft().is_some_and(|(shown, _)| shown == key))
        });
        let pane = match open {
            Some(at) => self.front.remove(at),
            None => pane,
        };
        self.front.push(pane);
    }

    pub(super) fn close(&mut self) {
        self.save_drafts();
        if let Some(pane) = self.front.pop() {
            self.left(pane.as_ref());
        }
    }

    /// Takes everything away that stands in front.
    pub(super) fn clear_front(&mut self) {
        for pane in std::mem::take(&mut self.front) {
            self.left(pane.as_ref());
        }
    }

    /// Stops what only a pane that closed waited for.
    fn left(&mut self, pane: &dyn Pane) {
        if let Some(job) = pane.waits_for() {
            self.stop_job(&job, self.whose);
        }
    }

    /// Closes what must not stay open, also what others left; each is told why.
    pub(super) fn close_overtaken(&mut self, effects: &mut Effects) {
        let me = self.whose;
        let (closed, _, _) = self.reach(effects, |reach, open| {
            let parked = open.parked.iter_mut();
            let parked = parked.map(|(id, seat)| (Some(*id), &mut seat.front));
            let mut closed = Vec::new();
            for (whose, front) in parked.chain([(me, open.front)]) {
                front.retain(|pane| {
                    let goes = pane.must_close(reach);
                    if goes {
                        closed.push((whose, pane.waits_for(), reach.notice.take()));
                    }
                    !goes
                });
            }
            closed
        });
        for (whose, job, said) in closed {
            if let Some(job) = job {
                self.stop_job(&job, whose);
            }
            match (said, whose) {
                (Some(said), _) if whose == me && self.gate.is_none() => self.tell(said),
                (Some(said), Some(whose)) => self.kept.entry(whose).or_default().told.push(said),
                _ => {}
            }
        }
    }

    pub(super) fn screen(&mut self, screen: Screen) {
        self.save_drafts();
        self.clear_front();
        match panes::open(screen, &self.desk, &self.words, &self.config) {
            Ok(pane) => self.front.extend(pane),
            Err(problem) => self.trouble(&problem),
        }
    }
}
