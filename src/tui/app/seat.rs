//! Who sits at the workstation: the gate, locking after minutes without a key, and what each
//! person of this device left open.

use std::time::Duration;

use super::guide::Guide;
use super::{LOCK, Workstation};
use crate::domain::id::Id;
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::overlays::gate::{Asks, Gate};
use crate::tui::pane::{Flow, Notice, Pane};
use crate::tui::panes;
use crate::tui::panes::desk::DeskPane;
use crate::tui::panes::status::Status;
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::Ink;

/// What a person has open: the desk screen and what stands in front of it.
pub(super) struct Seat {
    pub(super) home: DeskPane,
    pub(super) front: Vec<Box<dyn Pane>>,
    /// Where in the guided shift they are.
    guide: Option<Guide>,
}

/// What came for a person while they were not here.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) told: Vec<Notice>,
    /// Text blocks for the clipboard.
    pub(super) blocks: Vec<String>,
}

impl Workstation {
    /// Saves every draft and closes the gate before what is on screen.
    pub(super) fn lock(&mut self, asks: Asks, effects: &mut Effects) {
        if self.gate.is_some() {
            return;
        }
        self.save_drafts();
        self.hide_all();
        // A message may quote a buyer, and so may a paste.
        self.notice = None;
        self.offered = None;
        if let Err(problem) = self.desk.lock() {
            // It is locked on screen; only a restart would not know.
            self.trouble(&problem);
        }
        self.gate = Some(Gate::new(&self.desk, &self.words, asks));
        if self.locks {
            self.locks = false;
            effects.list.push(Effect::Rest(LOCK));
        }
        effects.list.push(Effect::Redraw);
    }

    /// Hides what was shown for a moment, on every pane.
    pub(super) fn hide_all(&mut self) {
        self.home.hide();
        self.front.iter_mut().for_each(|pane| pane.hide());
    }

    /// Lets the desk lock some minutes after this key, where its person or its shop wants that:
    /// a drill only where a PIN is set.
    pub(super) fn lock_later(&mut self, effects: &mut Effects) {
        let minutes = self.config.lock.minutes;
        let is_drill = self.desk.store().shop().is_none_or(|shop| shop.drill);
        let has_pin = self.desk.signed_in().map(|me| self.desk.has_pin(me));
        if minutes == 0 || has_pin.is_none_or(|has_pin| is_drill && !has_pin) {
            return;
        }
        self.locks = true;
        let after = Duration::from_secs(u64::from(minutes) * 60);
        effects.list.push(Effect::Wake(LOCK, after));
    }

    /// What a minute brings: figures, the end of the day, and the beginning of the wait that
    /// locks a desk at which nobody ever pressed a key.
    pub(super) fn minute(&mut self, effects: &mut Effects) {
        if let Some(gate) = &mut self.gate {
            gate.read(&self.desk, &self.words);
            return;
        }
        let is_drill = self.desk.store().shop().is_none_or(|shop| shop.drill);
        match self.desk.is_day_over() {
            Ok(true) if !is_drill => {
                self.lock(Asks::Who, effects);
                return;
            }
            Ok(_) => {}
            Err(problem) => self.trouble(&problem),
        }
        if !self.locks {
            self.lock_later(effects);
        }
        self.reread(effects);
    }

    /// Gives an input to the gate; nothing passes it.
    pub(super) fn at_the_gate(&mut self, input: &Input, effects: &mut Effects) {
        let Some(mut gate) = self.gate.take() else {
            return;
        };
        let before = self.desk.signed_in().map(|me| me.id);
        let command = match input {
            Input::Key(press) => {
                let mut contexts = gate.contexts();
                contexts.push(Context::Any);
                self.keymap.find(&contexts, *press)
            }
            _ => None,
        };
        let flow = self.reaching(effects, |reach, _| match command {
            Some(command) => gate.command(command, reach),
            None => gate.input(input, reach),
        });
        match flow {
            Flow::Seated => {
                let after = self.desk.signed_in().map(|me| me.id);
                match before {
                    Some(before) if Some(before) != after => self.park(before),
                    Some(_) => {}
                    None => self.clear_seat(),
                }
                self.seated(before != after, effects);
            }
            Flow::Quit => {
                self.gate = Some(gate);
                effects.list.push(Effect::Quit);
            }
            _ => self.gate = Some(gate),
        }
        if self.gate.is_some() && command == Some(Command::Redraw) {
            effects.list.push(Effect::Redraw);
        }
    }

    /// Puts by what a person has open, for when they sit down again.
    fn park(&mut self, person: Id) {
        let guide = self.guide.take();
        if self.home.is_empty() {
            return;
        }
        let empty = DeskPane::empty(&self.desk);
        let seat = Seat {
            home: std::mem::replace(&mut self.home, empty),
            front: std::mem::take(&mut self.front),
            guide,
        };
        self.parked.insert(person, seat);
        self.messages.clear();
    }

    /// Takes away what was left open by whoever was signed out meanwhile: it is nobody's.
    fn clear_seat(&mut self) {
        if self.home.is_empty() {
            return;
        }
        self.clear_front();
        self.home = DeskPane::empty(&self.desk);
        self.guide = None;
        self.messages.clear();
    }

    /// Shows the person who sits here now their own work.
    pub(super) fn seated(&mut self, is_change: bool, effects: &mut Effects) {
        self.gate = None;
        self.notice = None;
        if let Err(problem) = self.sit_down(is_change, effects) {
            self.trouble(&problem);
        }
        effects.list.push(Effect::Redraw);
    }

    fn sit_down(&mut self, is_change: bool, effects: &mut Effects) -> Result<(), Problem> {
        let me = self.desk.me()?.clone();
        self.whose = Some(me.id);
        if let Some(seat) = self.parked.remove(&me.id) {
            self.home = seat.home;
            self.front = seat.front;
            self.guide = seat.guide;
        }
        if self.home.is_empty() {
            self.home = DeskPane::new(&self.desk, &self.words)?;
            let first = panes::open(
                panes::first(&self.desk),
                &self.desk,
                &self.words,
                &self.config,
            )?;
            self.front.extend(first);
        }
        let (width, height) = self.status.size();
        self.status = Status::read(&self.desk, &self.words)?;
        self.status.resize(width, height);
        self.alarmed = self.status.alarming().clone();
        self.reread(effects);
        self.lock_later(effects);
        let agents = self.desk.agents_beside(&me);
        if is_change {
            let (id, ink) = if agents.is_empty() {
                ("away-signed-in", Ink::Ok)
            } else {
                ("gate-keys-beside", Ink::Warn)
            };
            self.say(id, &[("person", (&me.name).into())], ink);
        }
        let kept = self.kept.remove(&me.id).unwrap_or_default();
        kept.told.into_iter().for_each(|notice| self.tell(notice));
        if !kept.blocks.is_empty() {
            effects.list.push(Effect::Copy(kept.blocks.join("\n")));
            self.say("job-block-away", &[], Ink::Ok);
        }
        if is_change {
            self.tell_unread();
        }
        Ok(())
    }
}
