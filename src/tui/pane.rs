//! Panes: what stands in front of the person. A pane holds its own state, changes it by
//! commands and input, and is drawn from it alone; everything else it asks of the desk.

use std::ops::Range;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::config::Config;
use crate::desk::Desk;
use crate::domain::id::Id;
use crate::i18n::{Arg, Words};
use crate::problem::Problem;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Done, Job};
use crate::tui::keys::{Input, Key};
use crate::tui::run::{Effect, Effects};
use crate::tui::theme::Ink;
use crate::tui::widgets::Look;
use crate::tui::words::Speech;

/// A message to the person; it stays until their next key and is kept in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The words, in the person's language.
    pub text: String,
    /// How it is meant.
    pub ink: Ink,
    /// What else there is to say about it, a line each: Enter shows it.
    pub more: Vec<Notice>,
    /// Id of the words above what else there is to say.
    pub heading: &'static str,
    /// Whether it answers the person's own key, so that Enter is about it even where one types.
    pub is_answer: bool,
}

impl Notice {
    /// Says something, by message id.
    pub fn new(id: &str, args: &[(&str, Arg<'_>)], ink: Ink, words: &Words) -> Self {
        Self::line(words.with(id, args), ink)
    }

    /// Says these words.
    pub fn line(text: String, ink: Ink) -> Self {
        Self {
            text,
            ink,
            more: Vec::new(),
            heading: "care-title",
            is_answer: false,
        }
    }

    /// Says more about it where it is asked for.
    #[must_use]
    pub fn with_more(mut self, more: Vec<Self>) -> Self {
        self.more = more;
        self
    }

    /// The same of something that stopped what the person asked for, under these words.
    #[must_use]
    pub fn with_answer(self, heading: &'static str, more: Vec<Self>) -> Self {
        Self {
            more,
            heading,
            is_answer: true,
            ..self
        }
    }

    /// Says what is wrong and what to do next.
    pub fn of(problem: &Problem, words: &Words) -> Self {
        let (reason, hint) = words.problem(problem);
        let text = hint.map_or_else(|| reason.clone(), |hint| hinted(&reason, &hint, words));
        Self::line(text, Ink::Warn)
    }
}

/// Says a reason and its hint as two sentences; a reason that ends in a mark gets no other.
fn hinted(reason: &str, hint: &str, words: &Words) -> String {
    let marks = words.get("notice-ends");
    let id = if reason.ends_with(|last| marks.contains(last)) {
        "notice-ended-hinted"
    } else {
        "notice-hinted"
    };
    words.with(id, &[("reason", reason.into()), ("hint", hint.into())])
}

/// What a pane wants after an input.
pub enum Flow {
    /// Nothing more: the input was the pane's.
    Stay,
    /// The input was not the pane's: whoever is behind it may have it.
    Pass,
    /// The pane is done.
    Close,
    /// The pane is done, and another takes its place.
    Replace(Box<dyn Pane>),
    /// Another pane comes in front.
    Push(Box<dyn Pane>),
    /// The pane is done, and the record is to be shown on the desk.
    Show(Id),
    /// As `Show`, at what was said at a time, milliseconds UTC.
    ShowAt(Id, i64),
    /// The pane is done, and these words belong into the draft of this item and of no other.
    IntoDraft(Id, String),
    /// The pane is done, and these words belong in the place of a part of the draft; without
    /// words that part is shown.
    Reword(Range<usize>, String),
    /// The pane is done, and a command of what was behind it is to be run.
    Run(Command),
    /// The pane is done, and so is the open item: the next of what waits comes in front.
    Next,
    /// The desk is locked, and the gate asks who sits here.
    Lock,
    /// Who sits here is known: their own work comes back.
    Seated,
    /// Another screen.
    Screen(Screen),
    /// The workstation ends.
    Quit,
}

/// The screens that fill the window (F12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// What waits, conversation, side panel.
    Desk,
    /// What others answer for, for those who answer for them.
    Board,
    /// Figures with their targets.
    Figures,
    /// The printing post's notices.
    Printing,
    /// Any register as a list.
    Tables,
    /// What does not count yet, and what contradicts.
    Held,
    /// Who works today, when, at which post.
    Sheet,
    /// The files that came in, with the age of each.
    Imports,
    /// What holds on this machine and in the shop.
    Settings,
}

/// What a pane can reach while it takes an input.
pub struct Reach<'a> {
    /// The desk: every act and every question.
    pub desk: &'a mut Desk,
    /// The words.
    pub words: &'a Words,
    /// This machine's settings.
    pub config: &'a Config,
    /// What the world shall do.
    pub effects: &'a mut Effects,
    /// The message line.
    pub notice: &'a mut Option<Notice>,
    /// The item that is open or under the cursor on the desk, from which a form starts.
    pub item: Option<Id>,
    /// Whether that item is open with the focus in it, not only under the cursor.
    pub is_open: bool,
    /// Whether the desk's lists must be read again.
    pub stale: &'a mut bool,
    /// The key map, for words that name a key.
    pub key_of: &'a dyn Fn(Command) -> Option<Key>,
}

impl Reach<'_> {
    /// Returns the same reach at another desk, with what is open there; what it asks of the
    /// world is for whoever brings it there to judge.
    pub fn at<'b>(
        &'b mut self,
        desk: &'b mut Desk,
        item: Option<Id>,
        effects: &'b mut Effects,
    ) -> Reach<'b> {
        Reach {
            desk,
            item,
            // Nothing asks for it at another desk.
            is_open: false,
            effects,
            words: self.words,
            config: self.config,
            notice: self.notice,
            stale: self.stale,
            key_of: self.key_of,
        }
    }

    /// Returns how the person is spoken to now.
    pub fn speech(&self) -> Speech<'_> {
        Speech::new(self.desk, self.words)
    }

    /// Tells the person something good or neutral, by message id.
    pub fn say(&mut self, id: &str, args: &[(&str, Arg<'_>)]) {
        *self.notice = Some(Notice::new(id, args, Ink::Ok, self.words));
    }

    /// Tells the person what is wrong and what to do next.
    pub fn trouble(&mut self, problem: &Problem) {
        *self.notice = Some(Notice::of(problem, self.words));
    }

    /// Does something that may be refused; a refusal is told and gives none.
    pub fn attempt<T>(&mut self, act: impl FnOnce(&mut Desk) -> Result<T, Problem>) -> Option<T> {
        match act(self.desk) {
            Ok(done) => {
                *self.stale = true;
                Some(done)
            }
            Err(problem) => {
                self.trouble(&problem);
                None
            }
        }
    }

    /// Gives text to the clipboard; the toast says by which road it went.
    pub fn copy(&mut self, text: &str) {
        self.effects.list.push(Effect::Copy(text.to_owned()));
    }

    /// Has long work done beside the loop.
    pub fn work(&mut self, job: Job) {
        self.effects.work.push(job);
    }

    /// Asks for a wake of this token after a time.
    pub fn wake(&mut self, token: u32, after: Duration) {
        self.effects.list.push(Effect::Wake(token, after));
    }
}

/// A pane.
pub trait Pane {
    /// The places in which keys are looked up, innermost first, without `Any`.
    fn contexts(&self) -> Vec<Context>;

    /// Takes a command that a key means here.
    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow;

    /// Takes input that means no command: text, pastes, clicks. What it passes of the mouse walks
    /// through it as the arrow keys do.
    fn input(&mut self, _input: &Input, _reach: &mut Reach<'_>) -> Flow {
        Flow::Pass
    }

    /// Draws itself into an area and says where the caret stands.
    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position>;

    /// Whether it fills the window between status line and key rows.
    fn is_whole(&self) -> bool {
        true
    }

    /// What must survive a kill: the draft's key and its text, nothing where there is none.
    fn draft(&self) -> Option<(String, String)> {
        None
    }

    /// Reads its rows again after the store changed.
    fn refresh(&mut self, _reach: &mut Reach<'_>) {}

    /// Sees that the time is over for which somebody asked by [`Reach::wake`] with this token.
    fn woken(&mut self, _token: u32, _reach: &mut Reach<'_>) {}

    /// Hides what was shown for a moment only.
    fn hide(&mut self) {}

    /// Sees what came of long work.
    fn worked(&mut self, _done: &mut Done, _reach: &mut Reach<'_>) -> Flow {
        Flow::Stay
    }

    /// Returns the record that files dropped on it, and pictures from the clipboard, go to.
    fn evidence(&self) -> Option<Id> {
        None
    }

    /// Takes the marks away of items that an act has taken.
    fn settled(&mut self, _items: &[Id]) {}

    /// Returns the work without which it has nothing to show: stopped where the pane closes.
    fn waits_for(&self) -> Option<Job> {
        None
    }

    /// Whether it cannot stay open; it says why.
    fn must_close(&self, _reach: &mut Reach<'_>) -> bool {
        false
    }

    /// Whether it takes the window without status line and key rows.
    fn fills_everything(&self) -> bool {
        false
    }
}

/// Draws what stands in front, from the last that fills the window on; where none does, over the
/// screen at the bottom. Only what is in front of all can be pointed at.
pub fn stacked(
    home: &dyn Pane,
    front: &[Box<dyn Pane>],
    buf: &mut Buffer,
    area: Rect,
    look: &Look<'_>,
) -> Option<Position> {
    let first_whole = front.iter().rposition(|pane| pane.is_whole());
    let mut caret = None;
    if first_whole.is_none() {
        caret = home.view(buf, area, look);
    }
    for pane in &front[first_whole.unwrap_or(0)..] {
        if let Some(spots) = look.spots {
            spots.clear();
        }
        caret = pane.view(buf, area, look);
    }
    caret
}

#[cfg(test)]
#[path = "pane_tests.rs"]
mod tests;
