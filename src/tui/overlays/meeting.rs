//! A meeting (S25): its sections, filled in with what the board knows, and what is to be done
//! after it.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use serde_json::json;

use super::action::ActionForm;
use super::kept::KeptForm;
use super::menu::{Menu, MenuPane};
use super::sheet::{Sheet, set_text};
use super::since::Since;
use crate::desk::board::Meeting;
use crate::desk::people::People;
use crate::domain::payload::Fields;
use crate::domain::registers::meeting;
use crate::i18n::{Language, Words};
use crate::problem::Problem;
use crate::store::Row;
use crate::text::edit::{Editor, Motion};
use crate::tui::commands::{Command, Context};
use crate::tui::keys::Input;
use crate::tui::pane::{Flow, Pane, Reach};
use crate::tui::theme::Ink;
use crate::tui::widgets::form::{self, Field, Form, Value};
use crate::tui::widgets::line::{Run, dim, text};
use crate::tui::widgets::list::{self, FIGURE, List, Width};
use crate::tui::widgets::{Look, page};
use crate::tui::words::Speech;

/// The rows of each section to begin with; drawing gives more where there is room.
const LEAST: u16 = 2;
/// The most rows of a section.
const MOST: u16 = 12;
/// The rows that what is to be done wants, where so much is open.
const ACTIONS: u16 = 6;
/// Who does it, what, until when.
const COLUMNS: [Width; 3] = [Width::Left(8), Width::Fill, Width::Right(FIGURE)];

/// A meeting in front.
pub struct MeetingPane {
    sheet: Sheet,
    meeting: Meeting,
    actions: Vec<Row>,
    kept: KeptForm,
    since: Since,
    language: Language,
    people: People,
    zone: chrono_tz::Tz,
    now: i64,
}

/// Asks which meeting it is.
pub fn choose(reach: &Reach<'_>) -> Result<MenuPane, Problem> {
    reach.desk.meeting_post()?;
    let kinds = meeting::KINDS.values;
    let labels = kinds.iter().map(|kind| named(kind, reach.words));
    let title = reach.words.get("meeting-which").to_string();
    Ok(MenuPane::new(
        Menu::new(title, labels),
        move |row, reach| {
            let Some(kind) = kinds.get(row) else {
                return Flow::Stay;
            };
            match MeetingPane::open(reach, kind) {
                Ok(pane) => Flow::Replace(Box::new(pane)),
                Err(problem) => {
                    reach.trouble(&problem);
                    Flow::Stay
                }
            }
        },
    ))
}

fn named(kind: &str, words: &Words) -> String {
    words.get(&format!("value-meeting_kind-{kind}")).to_string()
}

impl MeetingPane {
    /// Opens today's meeting of a kind.
    pub fn open(reach: &Reach<'_>, kind: &str) -> Result<Self, Problem> {
        let meeting = reach.desk.meeting(kind, reach.words)?;
        let mut sheet = Sheet::new(fields(&meeting, reach.words));
        let empty = meeting.sections.iter().find(|(_, said)| said.is_empty());
        if let Some((name, _)) = empty {
            sheet.form.focus(name);
        }
        let key = format!("meeting/{}/{}", meeting.kind, meeting.day);
        let kept = KeptForm::open(reach, key, &mut sheet.form);
        Ok(Self {
            sheet,
            actions: reach.desk.open_actions()?,
            since: Since::of(reach, meeting.id),
            meeting,
            kept,
            language: reach.words.language(),
            people: reach.desk.people().clone(),
            zone: reach.desk.zone(),
            now: reach.desk.now(),
        })
    }

    /// What was written since it was opened; all of it where nobody has begun the meeting.
    fn sections(&self) -> Fields {
        let sections = self.meeting.sections.iter();
        let said = sections.map(|(name, opened)| (*name, opened, self.said(name)));
        said.filter(|(_, opened, said)| !self.meeting.is_begun || opened.trim_end() != *said)
            .map(|(name, _, said)| (name.to_owned(), json!(said)))
            .collect()
    }

    fn said(&self, section: &str) -> &str {
        self.sheet.form.text(section).trim_end()
    }

    /// Records what was written in the sections; gives what is to be done where it was not.
    fn keep(&mut self, is_finished: bool, reach: &mut Reach<'_>) -> Option<Flow> {
        if let Some(stopped) = self.since.stops(reach) {
            return Some(stopped);
        }
        let sections = self.sections();
        let meeting = &self.meeting;
        let done = reach.attempt(|desk| desk.keep_meeting(meeting, sections, is_finished));
        if done.is_none() {
            return Some(Flow::Stay);
        }
        self.read_again(reach);
        None
    }

    /// Takes over what is recorded now, but where something else was written here.
    fn read_again(&mut self, reach: &mut Reach<'_>) {
        let now = match reach.desk.kept_meeting(self.meeting.id) {
            Ok(Some(now)) => now,
            Ok(None) => return self.taken_back(),
            Err(problem) => return reach.trouble(&problem),
        };
        for (name, text) in &now.sections {
            let mut before = self.meeting.sections.iter();
            let opened = before.find(|(known, _)| known == name);
            let is_untouched = opened.is_some_and(|(_, was)| was.trim_end() == self.said(name));
            if is_untouched && text != self.said(name) {
                set_text(&mut self.sheet.form, name, text);
            }
            self.kept.opens_with(name, text);
        }
        self.meeting = now;
    }

    /// What was recorded was taken back meanwhile: all that stands here is new again.
    fn taken_back(&mut self) {
        if std::mem::take(&mut self.meeting.is_begun) {
            for (name, _) in &self.meeting.sections {
                self.kept.opens_with(name, "");
            }
        }
    }

    fn finish(&mut self, reach: &mut Reach<'_>) -> Flow {
        if let Some(flow) = self.keep(true, reach) {
            return flow;
        }
        self.kept.done();
        let kind = [("kind", named(&self.meeting.kind, reach.words).into())];
        reach.say("meeting-finished", &kind);
        Flow::Close
    }

    /// An action belongs to a meeting: what stands there so far is recorded before it.
    fn act(&mut self, reach: &mut Reach<'_>) -> Flow {
        if let Some(flow) = self.keep(false, reach) {
            return flow;
        }
        Flow::Push(Box::new(ActionForm::new(reach, self.meeting.id)))
    }

    /// The minutes as text.
    fn minutes(&self, words: &Words) -> String {
        let speech = self.speech(words);
        let mut minutes = format!(
            "{} {}\n",
            named(&self.meeting.kind, words),
            self.meeting.day
        );
        for (name, _) in &self.meeting.sections {
            let label = words.get(&format!("field-meeting-{name}"));
            let said = self.sheet.form.text(name).trim();
            let _ = write!(minutes, "\n{label}\n{said}\n");
        }
        let _ = write!(minutes, "\n{}\n", words.get("meeting-actions"));
        for row in &self.actions {
            let due = row.due.map(|due| speech.moment(due)).unwrap_or_default();
            let (owner, what) = (speech.owner(row.owner), speech.subject(row));
            let _ = writeln!(minutes, "{owner}  {what}  {due}");
        }
        minutes
    }

    fn speech<'a>(&'a self, words: &'a Words) -> Speech<'a> {
        Speech {
            words,
            zone: self.zone,
            now: self.now,
            people: &self.people,
        }
    }

    fn overdue(&self) -> usize {
        let late = |row: &&Row| row.due.is_some_and(|due| due <= self.now);
        self.actions.iter().filter(late).count()
    }

    fn draw_actions(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) {
        let speech = self.speech(look.words);
        let rows: Vec<list::Row<'_>> = self
            .actions
            .iter()
            .take(usize::from(area.height))
            .map(|row| {
                let is_late = row.due.is_some_and(|due| due <= self.now);
                let ink = if is_late { Ink::Overdue } else { Ink::Text };
                let figure = speech.figure(row.due, row.since, true);
                list::Row {
                    cells: vec![
                        vec![dim(speech.owner(row.owner))],
                        vec![text(speech.subject(row))],
                        vec![Run::new(figure, ink)],
                    ],
                    marked: false,
                }
            })
            .collect();
        let list = List {
            columns: &COLUMNS,
            rows: &rows,
            cursor: None,
            focused: false,
        };
        // None of them is chosen here: they are items of their owners.
        list::draw(buf, area, &list, &look.unnoted());
    }
}

fn fields(meeting: &Meeting, words: &Words) -> Vec<Field> {
    let sections = meeting.sections.iter();
    sections
        .map(|(name, said)| {
            let label = words.get(&format!("field-meeting-{name}")).to_string();
            let mut text = Editor::with_text(said);
            text.go(Motion::Start, false);
            Field::new(*name, label, Value::Text(text, LEAST))
        })
        .collect()
}

/// Shares rows among the sections: each gets the fewest, then one after the other what its lines
/// want.
fn share(form: &mut Form, rows: u16) {
    let sections = form.fields.len() as u16;
    let mut left = rows.saturating_sub(sections * LEAST);
    for field in &mut form.fields {
        if let Value::Text(text, rows) = &mut field.value {
            let wants = (text.text().lines().count() as u16 + 1).clamp(LEAST, MOST);
            let more = (wants - LEAST).min(left);
            *rows = LEAST + more;
            left -= more;
        }
    }
}

impl Pane for MeetingPane {
    fn contexts(&self) -> Vec<Context> {
        self.sheet.contexts(Context::Meeting)
    }

    fn command(&mut self, command: Command, reach: &mut Reach<'_>) -> Flow {
        match command {
            Command::Finish => self.finish(reach),
            Command::AddAction => self.act(reach),
            Command::Back => Flow::Close,
            Command::Copy => {
                let minutes = self.minutes(reach.words);
                reach.copy(&minutes);
                Flow::Stay
            }
            _ => self.sheet.command(command).into(),
        }
    }

    fn input(&mut self, input: &Input, _: &mut Reach<'_>) -> Flow {
        self.sheet.input(input).into()
    }

    fn view(&self, buf: &mut Buffer, area: Rect, look: &Look<'_>) -> Option<Position> {
        page::single(buf, area, look, |page| {
            let words = look.words;
            let state = if self.meeting.is_finished {
                "state-meeting-finished"
            } else {
                "state-meeting-open"
            };
            let left = vec![
                Run::new(named(&self.meeting.kind, words), Ink::Title),
                text(format!("  {}", self.meeting.day)),
            ];
            page.section(left, vec![dim(words.get(state).to_string())]);
            let shape = form::Shape {
                label: page::shape(&self.sheet.form, 0, look).label,
                beside: 0,
            };
            let open = (self.actions.len() as u16).clamp(1, ACTIONS) + 1;
            let rows = page.rows_left().saturating_sub(open);
            let mut form = self.sheet.form.clone();
            share(&mut form, rows);
            let caret = page.form(&form, shape, rows);
            let title = vec![Run::new(
                words.get("meeting-actions").to_string(),
                Ink::Title,
            )];
            let counts = [
                ("count", self.actions.len().into()),
                ("overdue", self.overdue().into()),
            ];
            let late = self.overdue() > 0;
            let ink = if late { Ink::Overdue } else { Ink::Dim };
            let said = words.with("meeting-actions-count", &counts);
            page.section(title, vec![Run::new(said, ink)]);
            if self.actions.is_empty() {
                page.row(&[dim(words.get("meeting-no-actions").to_string())], &[]);
            }
            let rows = page.rows_left();
            page.draw(rows, |buf, area, look| self.draw_actions(buf, area, look));
            caret
        })
    }

    fn draft(&self) -> Option<(String, String)> {
        Some(self.kept.draft(&self.sheet.form))
    }

    fn refresh(&mut self, reach: &mut Reach<'_>) {
        self.now = reach.desk.now();
        self.people = reach.desk.people().clone();
        match reach.desk.open_actions() {
            Ok(actions) => self.actions = actions,
            Err(problem) => reach.trouble(&problem),
        }
        self.read_again(reach);
        if self.language != reach.words.language() {
            self.language = reach.words.language();
            let before = std::mem::take(&mut self.sheet);
            self.sheet = Sheet::new(fields(&self.meeting, reach.words));
            super::case_fields::carry(&before.form, &mut self.sheet.form);
        }
    }
}

#[cfg(test)]
#[path = "meeting_tests.rs"]
mod tests;
