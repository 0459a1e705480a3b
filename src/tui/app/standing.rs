//! What stands on the screen until it is over: nothing can be saved at the moment.

use std::time::Duration;

use super::Workstation;
use crate::store::{LookedUp, Trouble};
use crate::text::width::Ambiguous;
use crate::tui::pane::Notice;
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::Ink;
use crate::tui::words::Speech;

/// The wake that tries whether the disk has room again.
pub(super) const TRY_AGAIN: u32 = 3;
/// How long until it is tried; only while the disk is full.
const TRY_AFTER: Duration = Duration::from_secs(2);

/// The standing line, and since when it is there.
#[derive(Debug, Default)]
pub(super) struct Standing {
    trouble: Option<Trouble>,
    line: Option<Notice>,
    /// Whether the person was told that leaving now loses what is typed.
    is_warned: bool,
    /// What writes a line where messages stand while no frame can be drawn.
    at_once: Option<AtOnce>,
}

/// Writes a line on the screen at once, for a terminal with such widths.
pub type AtOnce = fn(&str, Ambiguous);

impl Standing {
    /// Returns the line, while there is one.
    pub(super) fn line(&self) -> Option<&Notice> {
        self.line.as_ref()
    }
}

impl Workstation {
    /// Says by this what must be said before the next frame: that an act's outcome is being
    /// looked up, which a failing disk may take long to answer.
    pub fn say_at_once(&mut self, at_once: AtOnce) {
        self.standing.at_once = Some(at_once);
        self.say_doubts();
    }

    /// Has doubts told in the language and the widths of now.
    pub(super) fn say_doubts(&mut self) {
        if let Some(at_once) = self.standing.at_once {
            let line = self.words.get("standing-checking").to_string();
            let ambiguous = self.ambiguous;
            let tell = move || at_once(&line, ambiguous);
            self.desk.store_mut().when_in_doubt(tell);
        }
    }

    /// Tells what was found where an outcome was looked up, and draws over what stood meanwhile.
    fn tell_looked_up(&mut self, effects: &mut Effects) {
        let Some(found) = self.desk.store_mut().take_looked_up() else {
            return;
        };
        effects.list.push(Effect::Redraw);
        match found {
            LookedUp::Saved => self.say("standing-saved", &[], Ink::Ok),
            LookedUp::Absent => self.say("standing-absent", &[], Ink::Urgent),
            // The act that failed says so, and what to do.
            LookedUp::Unsure => {}
        }
    }

    /// Puts the line up when writing begins to fail, and takes it down when it is over. After
    /// every message, because every act may have met the disk.
    pub(super) fn stand(&mut self, effects: &mut Effects) {
        self.tell_looked_up(effects);
        let trouble = self.desk.store().trouble();
        if trouble == self.standing.trouble {
            return;
        }
        effects.draw = true;
        let line = trouble.map(|trouble| Notice::line(self.standing_words(trouble), Ink::Urgent));
        self.standing.trouble = trouble;
        self.standing.line = line;
        self.standing.is_warned = false;
        match trouble {
            Some(Trouble::Full) => effects.list.push(Effect::Wake(TRY_AGAIN, TRY_AFTER)),
            Some(Trouble::Halted) => effects.list.push(Effect::Rest(TRY_AGAIN)),
            None => {
                effects.list.push(Effect::Rest(TRY_AGAIN));
                // What was typed meanwhile has to get there before this may be said.
                self.save_drafts();
                if self.desk.store().trouble().is_none() {
                    self.say("standing-room", &[], Ink::Ok);
                }
            }
        }
    }

    fn standing_words(&self, trouble: Trouble) -> String {
        match trouble {
            Trouble::Full => self.words.get("standing-full").to_string(),
            Trouble::Halted => {
                let now = self.desk.now();
                let speech = Speech {
                    words: &self.words,
                    zone: self.desk.zone(),
                    now,
                    people: self.desk.people(),
                };
                let time = speech.clock(now);
                self.words.with("standing-halted", &[("time", time.into())])
            }
        }
    }

    /// Tries whether there is room again: with what is to be saved, else with a small write.
    pub(super) fn try_again(&mut self, effects: &mut Effects) {
        self.save_drafts();
        let now = self.desk.now();
        if self.desk.store().trouble() == Some(Trouble::Full) && self.unsaved().is_empty() {
            // Its failing is what stands on the screen already.
            let _ = self.desk.store_mut().try_room(now);
        }
        if self.desk.store().trouble() == Some(Trouble::Full) {
            effects.list.push(Effect::Wake(TRY_AGAIN, TRY_AFTER));
        }
    }

    /// Returns whether the workstation may end: not at the first word where what is typed
    /// would be lost.
    pub(super) fn may_leave(&mut self) -> bool {
        if self.standing.is_warned || self.desk.store().trouble().is_none() {
            return true;
        }
        if self.unsaved().iter().all(|(_, text)| text.is_empty()) {
            return true;
        }
        self.standing.is_warned = true;
        self.say("standing-quit", &[], Ink::Warn);
        false
    }
}
