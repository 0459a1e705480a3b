//! The one line (F2): what was recognised is shown while it is typed, Enter records it and goes
//! on with the obvious next step. A paste of several lines becomes the chat's own pane.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::capture_edit::{Correction, Took};
use super::paste::PastePane;
use super::{case, follow_up, import, note};
use crate::desk::Desk;
use crate::desk::capture::{Corrections, Preview};
use crate::desk::pace::Pace;
use crate::desk::people::People;
use crate::domain::id::Id;
use crate::exchange::bundle::text::is_text_block;
use crate::exchange::intake::capture::Next;
use crate::i18n::Words;
use crate::problem::Problem;
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::jobs::{Done, Job};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::editor::{Typed, type_into};
use crate::tui::words::Speech;

/// The key of the draft.
const DRAFT: &str = "capture";
/// What follows the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    NoteSteps,
    Only,
    Reply,
    Case,
    Promise,
    Nothing,
}

/// The choices in the order of their digits.
pub(super) const CHOICES: [(Then, &str); 6] = [
    (Then::NoteSteps, "capture-then-note"),
    (Then::Only, "capture-then-only"),
    (Then::Reply, "capture-then-reply"),
    (Then::Case, "capture-then-case"),
    (Then::Promise, "capture-then-promise"),
    (Then::Nothing, "capture-then-nothing"),
];

/// The pane.
pub struct Capture {
    pub(super) line: Editor,
    pub(super) preview: Option<Preview>,
    pub(super) chosen: usize,
    picked: bool,
    pub(super) correction: Correction,
    corrections: Corrections,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
    /// Who registers.
    pub(super) me: String,
    /// What the person registered today.
    pub(super) pace: Pace,
}

impl Capture {
    /// Opens the pane with the draft of the last time.
    pub fn open(reach: &mut Reach<'_>) -> Result<Self, Problem> {
        let person = reach.desk.me()?.id.to_string();
        let draft = reach
            .desk
            .store()
            .draft(&person, DRAFT)?
            .unwrap_or_default();
        Self::with(reach, &draft)
    }

    /// Opens the pane with a text, as a find that found nothing does.
    pub fn with(reach: &mut Reach<'_>, typed: &str) -> Result<Self, Problem> {
        let mut line = Editor::single_line();
        line.paste(typed);
        let mut pane = Self {
            line,
            preview: None,
            chosen: 1,
            picked: false,
            correction: Correction::default(),
            corrections: Corrections::default(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
            me: reach.desk.me()?.name.clone(),
            pace: reach.desk.pace()?,
        };
        pane.recognise(reach.desk)?;
        Ok(pane)
    }

    pub(super) fn speech<'a>(&'a self, words: &'a Words) -> Speech<'a> {
        Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    fn recognise(&mut self, desk: &Desk) -> Result<(), Problem> {
        let typed = self.line.text();
        self.preview = if typed.trim().is_empty() {
            None
        } else {
            Some(desk.capture_corrected(typed, &self.corrections)?)
        };
        if let Some(preview) = self.preview.as_ref().filter(|_| !self.picked) {
            let then = match (
                preview.register.name,
                preview.found.kind().map(|kind| kind.next),
            ) {
                ("note", _) => Then::NoteSteps,
                ("case", _) => Then::Case,
                (_, Some(Next::Promise)) if preview.register.name != "promise" => Then::Promise,
                _ => Then::Only,
            };
            self.chosen = CHOICES
                .iter()
                .position(|choice| choice.0 == then)
                .unwrap_or(1);
        }
        Ok(())
    }

    fn look_again(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.recognise(reach.desk) {
            reach.trouble(&problem);
        }
    }

    /// Tab: goes on to the next piece that can be corrected, and behind the last one back.
    fn turn(&mut self, reach: &mut Reach<'_>) {
        let Some(preview) = &self.preview else {
            return;
        };
        let speech = self.speech(reach.words);
        match self.correction.next(preview, reach.desk, speech) {
            Ok(next) => self.correction = next,
            Err(problem) => reach.trouble(&problem),
        }
    }

    /// A key while a piece is being corrected.
    fn correct(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Back => self.correction = Correction::default(),
            Command::EditField | Command::NextPane => {
                // Only a text that was typed is taken by going on; a menu's row is chosen.
                if !self.correction.is_menu() {
                    self.settle(0, reach);
                }
                if !self.correction.is_refused() {
                    self.turn(reach);
                }
            }
            _ => match self.correction.command(command) {
                Took::Row(row) => {
                    let flow = self.settle(row, reach);
                    if !self.correction.is_refused() {
                        self.correction = Correction::default();
                    }
                    return flow;
                }
                Took::Key => {}
                Took::Nothing => return Flow::Pass,
            },
        }
        Flow::Stay
    }

    /// Puts the correction in the place of what was recognised.
    fn settle(&mut self, row: usize, reach: &mut Reach<'_>) -> Flow {
        match self
            .correction
            .write(row, &mut self.corrections, reach.desk)
        {
            Ok(()) => {
                if self.correction.is_menu() {
                    self.correction = Correction::default();
                }
                self.look_again(reach);
            }
            Err(problem) => {
                self.correction.refuse();
                reach.trouble(&problem);
            }
        }
        Flow::Stay
    }

    fn record(&mut self, reach: &mut Reach<'_>) -> Flow {
        let Some(preview) = self.preview.clone() else {
            return Flow::Stay;
        };
        // Terminals without bracketed paste type the path of a dropped file.
        if let Some(files) = import::of_pasted(self.line.text(), reach) {
            self.line.set("");
            return Flow::Replace(Box::new(files));
        }
        let then = CHOICES[self.chosen].0;
        if then == Then::Nothing {
            self.line.set("");
            self.preview = None;
            return Flow::Close;
        }
        // Forms record by themselves: a note's first step, a case's draft.
        if then == Then::NoteSteps && preview.register.name != "note" && preview.order.is_none()
            || then == Then::Case && preview.order.is_none()
        {
            reach.say("capture-needs-number", &[]);
            return Flow::Stay;
        }
        let Some(done) = reach.attempt(|desk| desk.capture(&preview)) else {
            return Flow::Stay;
        };
        self.line.set("");
        self.preview = None;
        self.corrections = Corrections::default();
        self.forget(reach);
        let took = reach.desk.now() - self.now;
        if reach.attempt(|desk| desk.count_pace(took)).is_none() {
            return Flow::Close;
        }
        let id = done.record();
        match self.follow(then, &preview, id, reach) {
            Ok(flow) => flow,
            Err(problem) => {
                reach.trouble(&problem);
                Flow::Close
            }
        }
    }

    fn follow(
        &self,
        then: Then,
        preview: &Preview,
        id: Id,
        reach: &mut Reach<'_>,
    ) -> Result<Flow, Problem> {
        let number = preview.order.clone().unwrap_or_default();
        Ok(match then {
            Then::NoteSteps if preview.register.name == "note" => {
                Flow::Replace(Box::new(note::NoteForm::of_note(reach, id)?))
            }
            Then::NoteSteps => {
                let form = note::NoteForm::for_order(
                    reach,
                    &number,
                    preview.buyer(),
                    None,
                    preview.text(),
                    Some(id),
                )?;
                Flow::Replace(Box::new(form))
            }
            Then::Case if preview.register.name == "case" => {
                Flow::Replace(Box::new(case::CaseForm::of_case(reach, id)?))
            }
            Then::Case => Flow::Replace(Box::new(case::CaseForm::for_order(
                reach,
                &number,
                Some(id),
            )?)),
            Then::Promise => {
                reach.item = Some(id);
                Flow::Replace(Box::new(follow_up::FollowUp::of_kind(reach, "promise")))
            }
            Then::Reply => Flow::Show(id),
            Then::Only | Then::Nothing => {
                let label = reach
                    .words
                    .get(&format!("register-{}", preview.register.name));
                reach.say("capture-done", &[("register", label.as_ref().into())]);
                Flow::Close
            }
        })
    }

    fn forget(&self, reach: &mut Reach<'_>) {
        if let Ok(person) = reach.desk.me().map(|me| me.id.to_string())
            && let Err(error) = reach.desk.store_mut().clear_draft(&person, DRAFT)
        {
            reach.trouble(&Problem::from(error));
        }
    }

    fn choose(&mut self, at: usize) {
        self.chosen = at.min(CHOICES.len() - 1);
        self.picked = true;
    }
}

impl Pane for Capture {
    fn contexts(&self) -> Vec<Context> {
        if self.correction.is_menu() {
            vec![Context::Menu]
        } else {
            vec![Context::Text, Context::Capture]
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if self.correction.is_open() {
            return self.correct(command, reach);
        }
        match command {
            Command::EditField => {
                self.turn(reach);
                Flow::Stay
            }
            Command::Undo if self.line.undo() => {
                self.look_again(reach);
                Flow::Stay
            }
            Command::Accept | Command::Open | Command::Finish => self.record(reach),
            Command::Next => {
                self.choose(self.chosen + 1);
                Flow::Stay
            }
            Command::Previous => {
                self.choose(self.chosen.saturating_sub(1));
                Flow::Stay
            }
            _ => match command.choice() {
                Some(row) if row <= CHOICES.len() => {
                    self.choose(row - 1);
                    self.record(reach)
                }
                // A digit without a row takes none: the last one drops what was typed.
                _ => Flow::Pass,
            },
        }
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Input::Paste(pasted) = input
            && let Some(files) = import::of_pasted(pasted, reach)
        {
            return Flow::Replace(Box::new(files));
        }
        if let Input::Paste(pasted) = input
            && is_text_block(pasted)
        {
            // Taken in at once: there is nothing to choose.
            reach.work(Job::TakeBlock(pasted.clone()));
            return Flow::Stay;
        }
        if let Input::Paste(pasted) = input
            && pasted.trim().lines().count() > 1
        {
            return match PastePane::open(reach, pasted) {
                Ok(pane) => Flow::Replace(Box::new(pane)),
                Err(problem) => {
                    reach.trouble(&problem);
                    Flow::Stay
                }
            };
        }
        if self.correction.is_open() {
            return match self.correction.input(input) {
                Took::Row(row) => self.settle(row, reach),
                Took::Key => Flow::Stay,
                Took::Nothing => Flow::Pass,
            };
        }
        match type_into(&mut self.line, input) {
            Typed::Ignored => return Flow::Pass,
            Typed::Moved => {}
            Typed::Changed => self.look_again(reach),
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        super::capture_view::draw(self, buf, area, look)
    }

    fn worked(&mut self, done: &mut Done, _: &mut Reach<'_>) -> Flow {
        match done {
            // Where parts are missing they are pasted next.
            Done::BlockTaken(Ok(taken)) if taken.missing.is_empty() && self.line.is_empty() => {
                Flow::Close
            }
            _ => Flow::Stay,
        }
    }

    fn is_whole(&self) -> bool {
        false
    }

    fn draft(&self) -> Option<(String, String)> {
        Some((DRAFT.to_owned(), self.line.text().to_owned()))
    }
}
