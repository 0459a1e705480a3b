//! Handover of the one who leaves (F10): every open item a line, red ones with their if-then.

use super::menu::Menu;
use super::{handover_view, time};
use crate::desk::handover::{Around, Point, Receiver, Severity, Sheet, SheetLine, Unwritten};
use crate::desk::people::People;
use crate::domain::register::Owner;
use crate::i18n::Words;
use crate::problem::{Kind, Problem};
use crate::text::edit::Editor;
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::widgets::Look;
use crate::tui::widgets::editor::{Typed, type_into};
use crate::tui::words::Speech;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// What a person looks at before leaving because zhiban cannot see it, by the word that is
/// kept on the sheet; digits tick them.
pub(super) const CHECKS: [&str; 2] = ["no_unanswered", "chats_routed"];

/// From more lines than these on the green ones stand in one row.
const UNFOLDED: usize = 8;

/// What can be written about a line, and about the whole sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// How it stands.
    Summary,
    /// What is to be done.
    Next,
    /// By when.
    Due,
    /// What if not.
    IfThen,
    /// A point of the whole sheet.
    Point,
}

impl Cell {
    /// The boxes of a line in the order of Tab.
    pub const LINE: [Self; 4] = [Self::Summary, Self::Next, Self::Due, Self::IfThen];

    /// The name that a line gives for what it lacks, and the end of the label's id.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Next => "next",
            Self::Due => "due",
            Self::IfThen => "if_then",
            Self::Point => "point",
        }
    }
}

/// The pane.
pub struct HandoverPane {
    pub(super) sheet: Sheet,
    pub(super) at: usize,
    pub(super) field: Option<Cell>,
    pub(super) editor: Editor,
    pub(super) receivers: Vec<Owner>,
    pub(super) menu: Option<Menu>,
    pub(super) signed: bool,
    /// Whether the green lines stand in one row.
    folded: bool,
    /// How many items the person has now.
    pub(super) items: usize,
    /// What stands around the line under the cursor.
    pub(super) around: Around,
    /// To whom the sheet goes by today's plan.
    pub(super) taking: Vec<Receiver>,
    /// The notes that did not reach the platform.
    pub(super) unwritten: Vec<Unwritten>,
    /// Whether desks exchange by a shared folder.
    pub(super) by_folder: bool,
    /// Whether the person has a post of which the marketplace's sheet speaks.
    pub(super) chats: bool,
    /// The person's leader, to whom something can be escalated; empty where there is none.
    pub(super) leader: String,
    pub(super) people: People,
    pub(super) zone: chrono_tz::Tz,
    pub(super) now: i64,
}

impl HandoverPane {
    /// Opens the sheet, filled in from the open work and the draft of the last time.
    pub fn open(reach: &Reach<'_>) -> Result<Self, Problem> {
        let sheet = reach.desk.handover_draft(reach.words)?;
        let mut pane = Self {
            folded: sheet.lines.len() > UNFOLDED,
            sheet,
            at: 0,
            field: None,
            editor: Editor::single_line(),
            receivers: Vec::new(),
            menu: None,
            signed: false,
            items: 0,
            around: Around::default(),
            taking: Vec::new(),
            unwritten: reach.desk.unwritten_notes()?,
            chats: reach.desk.me()?.posts.iter().any(|post| post.chats()),
            leader: reach
                .desk
                .leader()?
                .map(|one| one.name.clone())
                .unwrap_or_default(),
            by_folder: reach.config.shared_folder().is_some(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
        };
        pane.read(reach)?;
        Ok(pane)
    }

    /// Reads what stands around the line under the cursor, and to whom the sheet goes.
    fn read(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        let me = reach.desk.me()?.id;
        self.items = reach.desk.to_hand_over(me)?.len();
        self.taking = reach.desk.receivers(self.sheet.to, self.sheet.ends)?;
        self.turn(reach)
    }

    /// Reads what stands around the line under the cursor.
    fn turn(&mut self, reach: &Reach<'_>) -> Result<(), Problem> {
        self.around = match self.sheet.lines.get(self.at) {
            Some(line) => reach.desk.handover_around(&line.row)?,
            None => Around::default(),
        };
        Ok(())
    }

    /// Reads anew what follows from the sheet; what cannot be read is told.
    pub(super) fn follow(&mut self, reach: &mut Reach<'_>) {
        if let Err(problem) = self.read(reach) {
            reach.trouble(&problem);
        }
    }

    /// The number of the first line that stands in the common row of the green ones; none where
    /// each has its own.
    pub(super) fn folded_from(&self) -> Option<usize> {
        let loud = |line: &SheetLine| line.severity != Severity::Green;
        let first = self
            .sheet
            .lines
            .iter()
            .rposition(loud)
            .map_or(0, |at| at + 1);
        (self.folded && self.sheet.lines.len() > first + 1).then_some(first)
    }

    /// Gives each green line its row.
    pub(super) fn unfold(&mut self) {
        self.folded = false;
    }

    pub(super) fn speech<'a>(&'a self, words: &'a Words) -> Speech<'a> {
        Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    pub(super) fn line(&mut self) -> Option<&mut SheetLine> {
        self.sheet.lines.get_mut(self.at)
    }

    /// Takes what was typed into the sheet; a time that cannot be read is told and stays to
    /// be mended. A time that is only proposed is not taken by the way.
    pub(super) fn settle(&mut self, reach: &mut Reach<'_>) -> bool {
        let typed = self.editor.text().trim().to_owned();
        let (now, zone) = (self.now, self.zone);
        match self.field {
            Some(Cell::Point) if !typed.is_empty() => {
                self.sheet.points.push(point(&typed, now, zone));
                self.editor.set("");
            }
            None | Some(Cell::Point) => {}
            Some(Cell::Due)
                if self
                    .proposed(reach.words)
                    .is_some_and(|(_, shown)| shown == typed) => {}
            Some(Cell::Due) => match due_of(&typed, self.shown(Cell::Due, reach), now, zone) {
                Ok(Some(due)) => {
                    if let Some(line) = self.line() {
                        line.due = due;
                    }
                }
                Ok(None) => {}
                Err(problem) => {
                    reach.trouble(&problem);
                    return false;
                }
            },
            Some(Cell::Summary | Cell::Next | Cell::IfThen) => self.take_words(),
        }
        true
    }

    /// What a box of the line says now.
    fn shown(&self, field: Cell, reach: &Reach<'_>) -> String {
        self.value(field, self.speech(reach.words))
    }

    /// What a box of the line says now.
    pub(super) fn value(&self, field: Cell, speech: Speech<'_>) -> String {
        let Some(line) = self.sheet.lines.get(self.at) else {
            return String::new();
        };
        match field {
            Cell::Summary => line.summary.clone(),
            Cell::Next => line.next.clone(),
            Cell::Due => line.due.map(|due| speech.moment(due)).unwrap_or_default(),
            Cell::IfThen => line.if_then.clone(),
            Cell::Point => String::new(),
        }
    }

    pub(super) fn focus(&mut self, field: Option<Cell>, reach: &Reach<'_>) {
        self.field = field;
        let proposed = self.proposed(reach.words);
        let shown = match (field, proposed) {
            (Some(Cell::Due), Some((_, shown))) => shown,
            (Some(field), _) => self.shown(field, reach),
            (None, _) => String::new(),
        };
        self.editor.set(&shown);
    }

    /// The first box of the line that lacks something, else the first of all.
    pub(super) fn first_box(&self) -> Cell {
        let missing = self
            .sheet
            .lines
            .get(self.at)
            .map(|line| line.missing(self.now))
            .unwrap_or_default();
        Cell::LINE
            .into_iter()
            .find(|field| missing.contains(&field.name()))
            .unwrap_or(Cell::Next)
    }

    /// Whether nothing is being written of what to do otherwise.
    pub(super) fn editor_is_empty(&self) -> bool {
        self.field != Some(Cell::IfThen) || self.editor.text().is_empty()
    }

    pub(super) fn step(&mut self, by: isize, reach: &mut Reach<'_>) {
        if !self.settle(reach) {
            return;
        }
        let mut at = self
            .at
            .saturating_add_signed(by)
            .min(self.sheet.lines.len().saturating_sub(1));
        if let Some(first) = self.folded_from() {
            at = at.min(first);
        }
        self.go(at, reach);
        let field = self.field.filter(|field| *field != Cell::Point);
        self.focus(field, reach);
    }

    /// Puts the cursor on a line, with what stands around it.
    pub(super) fn go(&mut self, at: usize, reach: &mut Reach<'_>) {
        self.at = at;
        if let Err(problem) = self.turn(reach) {
            reach.trouble(&problem);
        }
    }

    /// Tab: the next box, behind the last one the list.
    fn next_box(&mut self, by: isize, reach: &mut Reach<'_>) {
        if by > 0 {
            self.take_proposed(reach);
        }
        if !self.settle(reach) {
            return;
        }
        let next = match self.field {
            None if self.sheet.lines.is_empty() => None,
            None => {
                if self.folded_from() == Some(self.at) {
                    self.unfold();
                }
                Some(self.first_box())
            }
            Some(Cell::Point) => None,
            Some(field) => Cell::LINE
                .iter()
                .position(|one| *one == field)
                .and_then(|at| at.checked_add_signed(by))
                .and_then(|at| Cell::LINE.get(at))
                .copied(),
        };
        self.focus(next, reach);
    }

    /// Enter in a box: on to what still lacks something, else back to the list.
    fn go_on(&mut self, reach: &mut Reach<'_>) {
        self.take_proposed(reach);
        if !self.settle(reach) {
            return;
        }
        if self.field == Some(Cell::Point) {
            self.focus(None, reach);
            return;
        }
        let count = self.sheet.lines.len();
        let lacking = (0..count)
            .map(|by| (self.at + by) % count.max(1))
            .find(|at| !self.sheet.lines[*at].missing(self.now).is_empty());
        match lacking {
            Some(at) => {
                self.go(at, reach);
                let field = self.first_box();
                self.focus(Some(field), reach);
            }
            None => self.focus(None, reach),
        }
    }
}

/// A due as typed: none where the box was not touched, an empty one where it was emptied.
fn due_of(
    typed: &str,
    before: String,
    now: i64,
    zone: chrono_tz::Tz,
) -> Result<Option<Option<i64>>, Problem> {
    if typed == before {
        return Ok(None);
    }
    if typed.is_empty() {
        return Ok(Some(None));
    }
    time::read(typed, now, zone)
        .map(|due| Some(Some(due)))
        .ok_or_else(|| {
            Problem::new(Kind::NotUnderstood, "capture-time-unread")
                .arg("text", typed)
                .hint("capture-time-unread-hint")
        })
}

/// A point to watch, with the day until which it holds where its last word is one.
fn point(typed: &str, now: i64, zone: chrono_tz::Tz) -> Point {
    let last = typed.rsplit_once(char::is_whitespace);
    let until = last.and_then(|(_, word)| time::read(word, now, zone));
    match (last, until) {
        (Some((text, _)), Some(until)) => Point {
            text: text.trim().to_owned(),
            until: Some(until),
        },
        _ => Point {
            text: typed.to_owned(),
            until: None,
        },
    }
}

impl Pane for HandoverPane {
    fn contexts(&self) -> Vec<Context> {
        match (&self.menu, self.field) {
            (Some(_), _) => vec![Context::Menu],
            // Alt with a digit takes one of the usual ways out.
            (None, Some(Cell::IfThen)) => vec![
                Context::Text,
                Context::Form,
                Context::Handover,
                Context::Picker,
            ],
            (None, Some(_)) => vec![Context::Text, Context::Form, Context::Handover],
            (None, None) => vec![Context::Handover, Context::List],
        }
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        if let Some(menu) = &mut self.menu {
            let picked = menu.command(command);
            return self.received(picked, reach);
        }
        match command {
            Command::Next | Command::NextField => self.step(1, reach),
            Command::Previous | Command::PreviousField => self.step(-1, reach),
            Command::NextPane | Command::NextMissing => self.next_box(1, reach),
            Command::PreviousPane | Command::PreviousMissing => self.next_box(-1, reach),
            Command::Unfold if self.field.is_some() => self.go_on(reach),
            Command::AddNotice => {
                if self.settle(reach) {
                    self.focus(Some(Cell::Point), reach);
                }
            }
            Command::Transfer => self.choose_receiver(reach),
            Command::Undo if self.field.is_some() => {
                self.editor.undo();
                self.take_words();
            }
            Command::Finish => return self.sign(reach),
            Command::Copy => self.copy(reach),
            Command::Back if self.field.is_some() => {
                // What cannot be read stays to be mended.
                if self.settle(reach) {
                    self.focus(None, reach);
                }
            }
            Command::Back => return Flow::Close,
            _ if self.field.is_none() => return self.in_list(command, reach),
            _ if self.field == Some(Cell::IfThen) => return self.way_out(command, reach),
            _ => return Flow::Pass,
        }
        Flow::Stay
    }

    fn input(&mut self, input: &Input, reach: &mut Reach<'_>) -> Flow {
        if let Some(menu) = &mut self.menu {
            let picked = menu.input(input);
            return self.received(picked, reach);
        }
        if self.field.is_none() {
            return Flow::Pass;
        }
        match type_into(&mut self.editor, input) {
            Typed::Ignored => return Flow::Pass,
            Typed::Changed => self.take_words(),
            Typed::Moved => {}
        }
        Flow::Stay
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        let caret = handover_view::draw(self, buf, area, look);
        match &self.menu {
            Some(menu) => menu.draw(buf, area, look),
            None => caret,
        }
    }

    fn draft(&self) -> Option<(String, String)> {
        if self.signed {
            return None;
        }
        let mut sheet = self.sheet.clone();
        // A point in its box is kept too, though nobody has left it yet.
        let typed = self.editor.text().trim();
        if self.field == Some(Cell::Point) && !typed.is_empty() {
            sheet.points.push(point(typed, self.now, self.zone));
        }
        Some(sheet.draft())
    }
}
